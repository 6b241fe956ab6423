"""Keeps the viewport in step with the session: shapes, display, error colours, the matching, and the picked point."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.api import Shape
from studio.document import Side
from studio.error_limits import error_limit, matching_limit, scale_of
from studio.lab import Transport
from studio.session import Session
from studio.viewport.carry import carried, points_of
from studio.viewport.flow import Flow, Marks
from studio.viewport.view import ShapeView, Viewport
from studio.watch import Watch

SIDES: tuple[Side, Side] = ("a", "b")
#: Pairs of a matching that are drawn as lines; more make a felt.
LINES = 512


class Viewing:
    """The only caller of the viewport that shows work."""

    def __init__(self, session: Session, viewport: Viewport, watch: Watch) -> None:
        self._session = session
        self._viewport = viewport
        self._flow: tuple[Transport, Flow] | None = None
        self._limit = 1.0
        events = session.events
        watch.on(events.document, self.refresh)
        watch.on(events.measured, self._colours)
        watch.on(events.lab, self._recolour)
        watch.on(events.transport, self._transport)
        watch.on(events.probe, self._probe)

    def refresh(self) -> None:
        """Show the present state."""
        document = self._session.document
        a, b = document.side("a"), document.side("b")
        for side, entry in (("a", a), ("b", b)):
            self._viewport.show(side, ShapeView(entry.id, entry.shape) if entry else None)  # type: ignore[arg-type]
        self._viewport.set_split(a is not None and b is not None, "b" if a is None and b is not None else "a")
        self._viewport.set_display(document.display)
        self._viewport.set_colour_map(self._session.lab.colour_map)
        self._colours()
        self._transport()
        self._probe()

    def _recolour(self) -> None:
        self._viewport.set_colour_map(self._session.lab.colour_map)
        self._colours()
        self._transport()

    def _colours(self) -> None:
        document, measured = self._session.document, self._session.measured
        if document.display != "error":
            return
        automatic = error_limit(measured.comparison) if measured is not None else 1.0
        limits = scale_of(self._session.lab, automatic)
        for side in SIDES:
            values: NDArray[np.float32] | None = None
            entry = document.side(side)
            if measured is not None and entry is not None:
                mine = measured.a_shape if side == "a" else measured.b_shape
                same = entry.id == (measured.a if side == "a" else measured.b)
                values = measured.comparison.a_to_b if side == "a" else measured.comparison.b_to_a
                if mine is not entry.shape and values is not None:
                    values = _moved(mine, values, entry.shape) if same else None
            self._viewport.set_colours(side, values, limits)

    def _transport(self) -> None:
        if self._session.document.display != "matching":
            return
        transport = self._session.transport
        if transport is None:
            self._flow = None
            self._viewport.set_flow(None, 0.0, (0.0, 1.0))
            return
        if self._flow is None or self._flow[0].match is not transport.match:
            self._flow = (transport, flow_of(transport))
            self._limit = matching_limit(transport.match)
        self._viewport.set_flow(self._flow[1], transport.time, scale_of(self._session.lab, self._limit))

    def _probe(self) -> None:
        probe = self._session.probe
        marks = None
        if probe is not None:
            other = "b" if probe.side == "a" else "a"
            ends = np.stack([probe.point, probe.point if probe.partner is None else probe.partner])
            marks = Marks(ends.astype(np.float32), (probe.side, other))
        self._viewport.set_marks(marks)


def flow_of(transport: Transport) -> Flow:
    """A matching as it is drawn: all its points, and lines for pairs chosen evenly among the short and the long ones."""
    match = transport.match
    order = np.argsort(match.lengths, kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, min(LINES, len(order))).round().astype(np.int64))]
    return Flow(match.start, match.end, match.lengths, chosen)


def _moved(old: Shape, values: NDArray[np.float32], new: Shape | None) -> NDArray[np.float32] | None:
    if new is None or new.is_empty or len(values) == 0:
        return None
    return carried(points_of(old), values, points_of(new))
