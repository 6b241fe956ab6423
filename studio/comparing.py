"""What is asked of the engine to compare A with B: quickly while something moves, by each measure's own convention at rest."""

from __future__ import annotations

from dataclasses import replace

from engine.api import CompareRequest, Comparison, Engine, MatchRequest, Shape
from engine.progress import Progress
from studio.lab import Lab

#: Points per side while something moves.
LIVE_POINTS = 2048
#: Measures that take too long to follow a moving hand: they look at surfaces or volumes, or weigh every pair of points.
AT_REST_ONLY = frozenset({"notes_soft", "accuracy", "completion", "point_to_surface", "volume_iou"})


def settled(engine: Engine, lab: Lab, shapes: tuple[Shape, Shape], points: int | None, progress: Progress) -> Comparison:
    """The chosen measures of A against B, exactly as the command line takes them, with their floors."""
    a, b = shapes
    request = CompareRequest(a, b, lab.metrics, points=points, seed=lab.seed, align=lab.align, floor=True)
    return engine.compare(request, progress)


def live(engine: Engine, lab: Lab, shapes: tuple[Shape, Shape], colours: bool, progress: Progress) -> Comparison:
    """Those of the chosen measures that can follow a hand, on few points; the earth mover's distance with a proven bound."""
    a, b = shapes
    quick = tuple(m for m in lab.metrics if m != "emd" and m not in AT_REST_ONLY)
    request = CompareRequest(a, b, quick, points=LIVE_POINTS, seed=lab.seed, align=lab.align, colours=colours)
    compared = engine.compare(request, progress)
    taken = {m.metric: m for m in compared.measurements}
    spent = compared.milliseconds
    if "emd" in lab.metrics:
        matched = engine.match(MatchRequest(a, b, LIVE_POINTS, lab.seed, lab.align, live=True), progress)
        taken["emd"] = matched.measurement
        spent += matched.milliseconds
    in_order = tuple(taken[m] for m in lab.metrics if m in taken)
    return replace(compared, measurements=in_order, milliseconds=spent)
