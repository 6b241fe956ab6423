"""Answering a `CompareRequest`: sample both shapes, measure, say by which convention."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError, ShapeError
from engine.geometry.frames import frame_scale
from engine.geometry.sampling import sample_shape
from engine.metrics import compiled
from engine.metrics.align import align, alignment
from engine.metrics.surface import point_to_surface
from engine.metrics.table import METRICS, Metric, Pair
from engine.progress import NO_PROGRESS, Progress
from engine.requests import CompareRequest, Comparison, Measurement
from engine.shapes import Mesh, Shape, require_same_frame

#: Floors of one reference by measure, number of points and seed.
Floors = dict[tuple[str, int, int], float]

# Streams of random numbers: result, reference, and a second sample of the reference for the floor.
_A, _B, _AGAIN = 0, 1, 2


def compare(request: CompareRequest, progress: Progress = NO_PROGRESS, floors: Floors | None = None) -> Comparison:
    """Measure `request.a` against the reference `request.b`.

    Both are scaled alike: for unit-cube measures by the longest edge of `b`. The same request gives the same numbers; a
    measure does not depend on which others were asked for.

    Args:
        request: what to measure.
        progress: asked between chunks of work.
        floors: floors of this reference that are known; those found are added.

    Raises:
        FrameMismatch: the shapes live in different frames or still have file coordinates.
        EngineError: a measure or the alignment is unknown.
    """
    began = perf_counter()
    compiled.ensure_started()  # whoever measures once will measure again
    require_same_frame(request.a, request.b)
    metrics = [_metric(name) for name in request.metrics]
    reason = _reason_against(request.a, "A") or _reason_against(request.b, "B")
    rule = alignment(request.align)
    if not reason and request.align != "none":
        progress.step(0, 1, "Alignment")
        try:
            request = replace(request, a=align(request.a, request.b, request.align, request.seed, progress))
        except ShapeError as error:
            reason = str(error)
    samples = _Samples(request, progress, {} if floors is None else floors)
    measurements = []
    for done, metric in enumerate(metrics):
        progress.step(done, len(metrics), metric.label)
        measurements.append(_without_value(metric, request, reason) if reason else _measure(metric, request, samples))
    a_to_b = b_to_a = None
    if request.colours and not reason:
        progress.step(len(metrics), len(metrics), "Distances for the colours")
        a_to_b = point_to_surface(_all_points(request.a), request.b, progress)
        b_to_a = point_to_surface(_all_points(request.b), request.a, progress)
    if request.align != "none":
        measurements = [replace(m, convention=f"{m.convention}; aligned: {rule.words}") for m in measurements]
    return Comparison(tuple(measurements), a_to_b, b_to_a, 1000 * (perf_counter() - began))


def _metric(name: str) -> Metric:
    if name not in METRICS:
        raise EngineError("There is no measure {name}; choose among {known}.", name=name, known=", ".join(METRICS))
    return METRICS[name]


def _reason_against(shape: Shape, letter: str) -> str:
    if not shape.is_empty:
        return ""
    note = shape.note if isinstance(shape, Mesh) else ""
    return f"{letter} ({shape.name or 'unnamed'}) is empty. {note}".strip()


def _all_points(shape: Shape) -> NDArray[np.float32]:
    return shape.vertices if isinstance(shape, Mesh) else shape.points


class _Samples:
    """Samples of one request, drawn once per number of points."""

    def __init__(self, request: CompareRequest, progress: Progress, floors: Floors) -> None:
        self._request = request
        self._progress = progress
        self._floors = floors
        self._pairs: dict[tuple[int, int, bool], Pair] = {}

    def pair(self, n: int, m: int, floor: bool) -> Pair:
        """Result with `n` and reference with `m` points; for the floor, the reference twice."""
        if (n, m, floor) not in self._pairs:
            a = self._draw(self._request.b, _AGAIN, n) if floor else self._draw(self._request.a, _A, n)
            b = self._draw(self._request.b, _B, m)
            shapes = (self._request.b if floor else self._request.a), self._request.b
            self._pairs[n, m, floor] = Pair(a, b, 1.0, self._progress, shapes, self._request.seed)
        return self._pairs[n, m, floor]

    def measure(self, metric: Metric, n: int, scale: float) -> float:
        """The value of a measure with lengths divided by `scale`."""
        return float(metric.function(self.pair(n, n * metric.reference_share, floor=False).scaled(scale)))

    def floor(self, metric: Metric, n: int, scale: float) -> float:
        """The same for two samples of the reference."""
        key = (metric.id, n, self._request.seed)
        if key not in self._floors:
            self._floors[key] = float(metric.function(self.pair(n, n * metric.reference_share, floor=True).scaled(scale)))
        return self._floors[key]

    def _draw(self, shape: Shape, stream: int, n: int) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        self._progress.check()
        return sample_shape(shape, n, np.random.default_rng([self._request.seed, stream, n]))


def _points(metric: Metric, request: CompareRequest) -> int:
    n = metric.points if request.points is None else request.points
    if n < 1:
        raise EngineError("The number of points must be at least 1, not {n}.", n=n)
    return n if metric.most is None else min(n, metric.most)


def _measure(metric: Metric, request: CompareRequest, samples: _Samples) -> Measurement:
    n = _points(metric, request)
    try:
        scale = frame_scale(request.b, metric.frame)
        value = samples.measure(metric, n, scale)
        floor = samples.floor(metric, n, scale) if request.floor and metric.sampled else None
    except ShapeError as error:
        return _without_value(metric, request, str(error))
    return _answer(metric, n, value, floor)


def _answer(metric: Metric, n: int, value: float, floor: float | None = None, reason: str = "") -> Measurement:
    return Measurement(
        metric=metric.id,
        label=metric.label,
        value=value,
        convention=f"{metric.convention}; not measured: {reason}" if reason else metric.convention,
        points=n,
        frame=metric.frame,
        better=metric.better,
        floor=floor,
        approximate=n < metric.points,
    )


def _without_value(metric: Metric, request: CompareRequest, reason: str) -> Measurement:
    return _answer(metric, _points(metric, request), float("nan"), reason=reason)
