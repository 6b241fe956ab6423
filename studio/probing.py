"""A picked point and its partner on the other shape. Part of the laboratory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.api import Engine, Partner, PartnerRequest, Shape
from studio.document import Side
from studio.lab import Probe
from studio.session import Session
from studio.workbench import Handlers, Workbench


class Probing:
    """Keeps `session.probe` true: a point lives as long as the shape it was picked on, its partner follows the other shape."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._other: Shape | None = None  # the shape that the partner lies on, or was asked for
        session.events.document.connect(lambda _: self._follow())

    def pick(self, side: Side, point: NDArray[np.float64], index: int) -> None:
        """Take a point of the shape on `side`: number `index` of the matching, or else any point of the surface."""
        document, transport = self._session.document, self._session.transport
        if document.display == "matching":
            if transport is not None and index < len(transport.match.lengths):
                ends = (transport.match.start[index], transport.match.end[index])
                own, other = ends if side == "a" else ends[::-1]
                shape = transport.a_shape if side == "a" else transport.b_shape
                distance = float(transport.match.lengths[index])
                self._session.probe = Probe(side, shape, own, other, distance, matched=True)
            return
        entry = document.side(side)
        if entry is not None and entry.shape is not None and document.a is not None and document.b is not None:
            self._other = None
            self._session.probe = Probe(side, entry.shape, point)
            self._follow()

    def end(self) -> None:
        """Forget the point."""
        self._session.probe = None

    def _follow(self) -> None:
        probe = self._session.probe
        if probe is None:
            return
        other = self._opposite(probe)
        if other is None:
            self.end()
        elif not probe.matched and other is not self._other:
            self._other = other
            align, seed = self._session.lab.how
            a, b = (probe.shape, other) if probe.side == "a" else (other, probe.shape)
            request = PartnerRequest(a, b, probe.point, probe.side == "b", seed, align)
            self._bench.submit(
                self._bench.lanes.matching,
                lambda progress: self._engine.partner(request, progress),
                Handlers(done=lambda value: self._found(probe.point, value)),
            )

    def _opposite(self, probe: Probe) -> Shape | None:
        """The shape that the partner lies on; None if the point means nothing any more."""
        document = self._session.document
        own, entry = document.side(probe.side), document.side("b" if probe.side == "a" else "a")
        seen = document.display == ("matching" if probe.matched else "error")
        if not seen or own is None or own.shape is not probe.shape or entry is None:
            return None
        return None if entry.shape is None or entry.shape.is_empty else entry.shape

    def _found(self, point: NDArray[np.float64], value: object) -> None:
        assert isinstance(value, Partner)
        probe = self._session.probe
        if probe is not None and probe.point is point:
            self._session.probe = replace(probe, partner=value.point, distance=value.distance)
