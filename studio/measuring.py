"""Live metrics: what is shown in A and B is measured whenever it changes, quickly while it moves, fully when it rests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.api import CompareRequest, Comparison, Engine
from engine.progress import Progress
from studio.session import Measured, Session
from studio.workbench import Handlers, Workbench

if TYPE_CHECKING:
    from engine.api import LiveComparison

#: Points per side when at rest: None means each metric's own convention.
SETTLED_POINTS: int | None = None


class Measuring:
    """Watches document and laboratory and keeps `session.measured` honest: never stale without saying so."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._asked: tuple[object, ...] | None = None
        self._live: LiveComparison | None = None  # belongs to the lane's thread
        session.events.document.connect(lambda _: self.refresh())
        session.events.lab.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        """Measure A against B if what is shown, or how, has changed since it was last asked for."""
        compared, lab = self._session.document.compared, self._session.lab
        if compared is None:
            self._asked = None
            self._session.measured = None
            return
        colours = self._session.document.display == "error"
        key = (*compared.shapes, compared.resting, colours, lab.metrics, lab.how)
        if key == self._asked:
            return
        self._asked = key
        measured = self._session.measured
        if measured is not None and not measured.stale:
            self._session.measured = replace(measured, stale=True)
        request = CompareRequest(
            *compared.shapes, lab.metrics, SETTLED_POINTS, lab.seed, floor=True, colours=colours, align=lab.align
        )
        ids, resting = (compared.a, compared.b), compared.resting
        self._bench.submit(
            self._bench.lanes.metrics,
            lambda progress: self._measure(request, live=not resting, progress=progress),
            Handlers(
                done=lambda value: self._show(ids, request, value, live=not resting),
                partial=lambda value: self._show(ids, request, value, live=True),
            ),
        )

    def _measure(self, request: CompareRequest, *, live: bool, progress: Progress) -> Comparison:
        self._live = self._live or self._engine.live_comparison()
        quick = self._live.compare(request, progress)
        if live:
            return quick
        progress.partial(quick)
        full = self._engine.compare(replace(request, colours=False), progress)
        return replace(full, a_to_b=quick.a_to_b, b_to_a=quick.b_to_a, milliseconds=full.milliseconds + quick.milliseconds)

    def _show(self, ids: tuple[int, int], request: CompareRequest, value: object, *, live: bool) -> None:
        assert isinstance(value, Comparison)
        document = self._session.document
        a, b = document.side("a"), document.side("b")
        if a is None or b is None:
            return
        stale = a.shape is not request.a or b.shape is not request.b or (request.align, request.seed) != self._session.lab.how
        self._session.measured = Measured(
            ids[0], ids[1], request.a, request.b, value, live, stale, (request.align, request.seed)
        )
        self._session.performance = replace(self._session.performance, metrics_ms=value.milliseconds)
