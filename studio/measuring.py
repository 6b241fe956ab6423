"""Live metrics: what is shown in A and B is measured whenever it changes, quickly while it moves, fully when it rests."""

from __future__ import annotations

from dataclasses import replace

from engine.api import CompareRequest, Comparison, Engine, Shape
from engine.progress import Progress
from studio.session import Measured, Session
from studio.workbench import Handlers, Workbench

#: Metrics of the panel, in order.
METRICS = ("onet_l1", "emd", "f_score")
#: Points per side while something moves. Exact assignment grows with the cube, hence the smaller number.
LIVE_POINTS = 2048
LIVE_EMD_POINTS = 512
#: Points per side when at rest: None means each metric's own convention.
SETTLED_POINTS: int | None = None


class Measuring:
    """Watches the document and keeps `session.measured` honest: never stale without saying so."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._asked: tuple[object, ...] | None = None
        session.events.document.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        """Measure A against B if what is shown, or how, has changed since it was last asked for."""
        document = self._session.document
        a, b = document.side("a"), document.side("b")
        if a is None or b is None or a.shape is None or b.shape is None or a.shape.is_empty or b.shape.is_empty:
            self._asked = None
            self._session.measured = None
            return
        resting = a.latent is None or a.settled
        resting = resting and (b.latent is None or b.settled)
        colours = document.display == "error"
        key = (id(a.shape), id(b.shape), resting, colours)
        if key == self._asked:
            return
        self._asked = key
        shapes, ids = (a.shape, b.shape), (a.id, b.id)
        measured = self._session.measured
        if measured is not None and not measured.stale:
            self._session.measured = replace(measured, stale=True)
        self._bench.submit(
            self._bench.lanes.metrics,
            lambda progress: self._measure(shapes, live=not resting, colours=colours, progress=progress),
            Handlers(
                done=lambda value: self._show(ids, shapes, value, live=not resting),
                partial=lambda value: self._show(ids, shapes, value, live=True),
            ),
        )

    def _measure(self, shapes: tuple[Shape, Shape], *, live: bool, colours: bool, progress: Progress) -> Comparison:
        a, b = shapes
        quick = self._quick(a, b, colours, progress)
        if live:
            return quick
        progress.partial(quick)
        full = self._engine.compare(CompareRequest(a, b, METRICS, points=SETTLED_POINTS, floor=True), progress)
        return replace(full, a_to_b=quick.a_to_b, b_to_a=quick.b_to_a, milliseconds=full.milliseconds + quick.milliseconds)

    def _quick(self, a: Shape, b: Shape, colours: bool, progress: Progress) -> Comparison:
        points = CompareRequest(a, b, ("onet_l1", "f_score"), points=LIVE_POINTS, colours=colours)
        chamfer = self._engine.compare(points, progress)
        emd = self._engine.compare(CompareRequest(a, b, ("emd",), points=LIVE_EMD_POINTS), progress)
        by_name = {m.metric: m for m in (*chamfer.measurements, *emd.measurements)}
        return replace(
            chamfer,
            measurements=tuple(by_name[name] for name in METRICS),
            milliseconds=chamfer.milliseconds + emd.milliseconds,
        )

    def _show(self, ids: tuple[int, int], shapes: tuple[Shape, Shape], value: object, *, live: bool) -> None:
        assert isinstance(value, Comparison)
        document = self._session.document
        a, b = document.side("a"), document.side("b")
        if a is None or b is None:
            return
        stale = a.shape is not shapes[0] or b.shape is not shapes[1]
        self._session.measured = Measured(ids[0], ids[1], shapes[0], shapes[1], value, live, stale)
        self._session.performance = replace(self._session.performance, metrics_ms=value.milliseconds)
