"""Measuring a shape that moves: few points, an earth mover's distance with a proven bound, and nothing done twice."""

from __future__ import annotations

from dataclasses import replace

from engine.metrics.compare import Floors, compare
from engine.metrics.matching import WarmStart, match
from engine.progress import NO_PROGRESS, Progress
from engine.requests import CompareRequest, Comparison, MatchRequest, Measurement
from engine.shapes import Shape

#: Points per side while something moves, where the convention has more.
LIVE_POINTS = 2048
#: Measures that take too long to follow a moving hand: they look at surfaces or volumes, or weigh every pair of points.
AT_REST_ONLY = frozenset({"notes_soft", "accuracy", "completion", "point_to_surface", "volume_iou", "psgn_train", "ngf"})


class LiveComparison:
    """Compares one changing result after another, best with the same reference. For one thread.

    The earth mover's distance is taken of the very samples that `compare` takes, so the settled value lies within the stated
    bound. Other measures have fewer points than their conventions ask for.

    Args:
        warm: the last matching; may be shared with others who look at it.
    """

    def __init__(self, warm: WarmStart) -> None:
        self._warm = warm
        self._reference: Shape | None = None
        self._floors: Floors = {}

    def compare(self, request: CompareRequest, progress: Progress = NO_PROGRESS) -> Comparison:
        """As `engine.metrics.compare`, quickly; measures of `AT_REST_ONLY` are left out, and `request.points` is ignored.

        Raises:
            FrameMismatch: the shapes live in different frames or still have file coordinates.
            EngineError: a measure or the alignment is unknown.
        """
        if request.b is not self._reference:
            self._reference = request.b
            self._floors.clear()
        at_once = tuple(name for name in request.metrics if name != "emd" and name not in AT_REST_ONLY)
        found = compare(replace(request, points=LIVE_POINTS, metrics=at_once), progress, self._floors)
        taken = {measurement.metric: measurement for measurement in found.measurements}
        milliseconds = found.milliseconds
        if "emd" in request.metrics and not (request.a.is_empty or request.b.is_empty):
            taken["emd"], spent = self._matched(request, progress)
            milliseconds += spent
        in_order = tuple(taken[name] for name in request.metrics if name in taken)
        return replace(found, measurements=in_order, milliseconds=milliseconds)

    def _matched(self, request: CompareRequest, progress: Progress) -> tuple[Measurement, float]:
        asked = MatchRequest(request.a, request.b, None, request.seed, request.align, live=True)
        found = match(asked, self._warm, progress)
        if not request.floor:
            return found.measurement, found.milliseconds
        itself = CompareRequest(request.b, request.b, ("emd",), seed=request.seed, floor=True)
        key = ("emd", found.measurement.points, request.seed)
        if key not in self._floors:
            compare(itself, progress, self._floors)
        return replace(found.measurement, floor=self._floors[key]), found.milliseconds
