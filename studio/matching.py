"""The matching of A with B behind the display "matching": quick while something moves, exact when it rests."""

from __future__ import annotations

from dataclasses import replace

from engine.api import Engine, Match, MatchRequest, Shape
from studio.i18n import tr
from studio.lab import Transport
from studio.session import Session
from studio.workbench import Handlers, Workbench


class Matching:
    """Keeps `session.transport` in step with what is shown, while it is shown; never stale without saying so."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._asked: object = None
        session.events.document.connect(lambda _: self.refresh())
        session.events.lab.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        """Match A with B if they are shown as a matching and have changed since they were last matched."""
        document, transport = self._session.document, self._session.transport
        compared = document.compared
        if compared is None:
            self._asked = None
            self._session.transport = None
            return
        shapes, resting = compared.shapes, compared.resting
        if transport is not None and not transport.stale and shapes != (transport.a_shape, transport.b_shape):
            self._session.transport = replace(transport, stale=True)
        key = (*shapes, resting, *self._session.lab.how)
        if document.display != "matching" or key == self._asked:
            return
        self._asked = key
        align, seed = self._session.lab.how
        request = MatchRequest(*shapes, None, seed, align, live=not resting)
        self._bench.submit(
            self._bench.lanes.matching,
            lambda progress: self._engine.match(request, progress),
            Handlers(
                done=lambda value: self._show(shapes, value, live=not resting),
                ended=lambda: self._ended(key),
                title=tr("Matching A with B") if resting else "",
            ),
        )

    def again(self) -> None:
        """Match now, also if the last attempt was cancelled."""
        self._asked = None
        self.refresh()

    def move(self, time: float) -> None:
        """Send the points to fraction `time` of their way."""
        transport = self._session.transport
        if transport is not None and transport.time != time:
            self._session.transport = replace(transport, time=min(1.0, max(0.0, time)))

    def _show(self, shapes: tuple[Shape, Shape], value: object, *, live: bool) -> None:
        assert isinstance(value, Match)
        document, before = self._session.document, self._session.transport
        a, b = document.side("a"), document.side("b")
        if a is None or b is None:
            return
        time = before.time if before is not None else 0.0
        stale = (a.shape, b.shape) != shapes
        self._session.transport = Transport(*shapes, value, time, live, stale)

    def _ended(self, key: object) -> None:
        """What other work has pushed aside is asked for again when it is next looked at; what the user has cancelled is not."""
        if key == self._asked and self._session.document.display != "matching":
            self._asked = None
