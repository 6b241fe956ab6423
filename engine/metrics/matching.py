"""Which point of the reference each point of a result belongs to: the matching behind the earth mover's distance."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.geometry.frames import frame_scale
from engine.geometry.sampling import sample_shape
from engine.metrics import compiled
from engine.metrics.align import align
from engine.metrics.emd import LiveEMD, Matching, emd
from engine.metrics.table import METRICS
from engine.progress import NO_PROGRESS, Progress
from engine.requests import Match, MatchRequest, Measurement
from engine.sentences import Sentence
from engine.shapes import require_same_frame

#: Proven relative distance to the optimum that is good enough while something moves.
TOLERANCE = 0.01
#: A gap below this is that of rounding.
ROUNDING = 1e-9
_CERTIFIED = Sentence("mean distance of a matching (within the proven bound), unit cube")


class WarmStart:
    """The last live matching: the next one starts from its prices, and who asks for the same one gets it at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live = LiveEMD(TOLERANCE)
        self._last: tuple[MatchRequest, Match] | None = None

    def match(self, request: MatchRequest, progress: Progress) -> Match:
        """As `match` with `live`; callers take turns."""
        with self._lock:
            if self._last is not None and _same(self._last[0], request):
                return self._last[1]
            found = _match(request, self._live, progress)
            self._last = request, found
            return found


def match(request: MatchRequest, warm: WarmStart, progress: Progress = NO_PROGRESS) -> Match:
    """Match samples of `request.a` with samples of the reference `request.b` so that the mean distance is least.

    Samples are those of the measure "emd" with the same seed and number of points, so without `live` the value is that
    measure's value.

    Args:
        request: what to match.
        warm: prices to start from if `request.live`.
        progress: asked between the steps.

    Raises:
        FrameMismatch: the shapes live in different frames.
        ShapeError: one of them is empty.
    """
    return warm.match(request, progress) if request.live else _match(request, _exactly, progress)


def _exactly(a: NDArray[np.float32], b: NDArray[np.float32], progress: Progress) -> Matching:
    return emd(a, b, 0.0, progress=progress)


def _same(one: MatchRequest, other: MatchRequest) -> bool:
    shapes = one.a is other.a and one.b is other.b
    return shapes and (one.points, one.seed, one.align) == (other.points, other.seed, other.align)


def _match(
    request: MatchRequest,
    solve: Callable[[NDArray[np.float32], NDArray[np.float32], Progress], Matching],
    progress: Progress,
) -> Match:
    began = perf_counter()
    compiled.ensure_started()
    require_same_frame(request.a, request.b)
    metric = METRICS["emd"]
    n = metric.points if request.points is None else request.points
    aligned = align(request.a, request.b, request.align, request.seed, progress)
    a, b = (
        sample_shape(shape, n, np.random.default_rng([request.seed, stream, n]))[0]
        for stream, shape in enumerate((aligned, request.b))
    )
    found = solve(a, b, progress)
    end = b[found.matching]
    lengths = np.linalg.norm(a.astype(np.float64) - end, axis=1).astype(np.float32)
    bound = found.gap if found.gap > ROUNDING else None
    measurement = Measurement(
        metric=metric.id,
        label=metric.label,
        value=found.value / frame_scale(request.b, metric.frame),
        convention=metric.convention if bound is None else _CERTIFIED,
        points=n,
        frame=metric.frame,
        better=metric.better,
        approximate=n < metric.points,
        bound=bound,
    )
    return Match(a, end, lengths, measurement, 1000 * (perf_counter() - began))
