"""Which point of the reference each point of a result belongs to: the matching behind the earth mover's distance."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from engine.geometry.frames import frame_scale
from engine.geometry.sampling import sample_shape
from engine.metrics.align import align
from engine.metrics.points import emd_exact
from engine.metrics.table import METRICS
from engine.progress import NO_PROGRESS, Progress
from engine.requests import Match, MatchRequest
from engine.shapes import require_same_frame


def match(request: MatchRequest, progress: Progress = NO_PROGRESS) -> Match:
    """Match samples of `request.a` with samples of the reference `request.b` so that the mean distance is least.

    Samples are those of the measure "emd" with the same seed and number of points, so `Match.value` is that measure's value.

    Raises:
        FrameMismatch: the shapes live in different frames.
        ShapeError: one of them is empty.
    """
    began = perf_counter()
    require_same_frame(request.a, request.b)
    metric = METRICS["emd"]
    n = metric.points if request.points is None else request.points
    progress.check()
    aligned = align(request.a, request.b, request.align, request.seed, progress)
    a, b = (
        sample_shape(shape, n, np.random.default_rng([request.seed, stream, n]))[0]
        for stream, shape in enumerate((aligned, request.b))
    )
    progress.check()
    value, partners = emd_exact(a, b)
    progress.check()
    end = b[partners]
    lengths = np.linalg.norm(a.astype(np.float64) - end, axis=1)
    scale = frame_scale(request.b, metric.frame)
    return Match(a, end, lengths.astype(np.float32), value / scale, 0.0, metric.frame, 1000 * (perf_counter() - began))
