"""The hand over the view: a number under the mouse, a picked point with its partner, and the matching that plays."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio.controller import Controller
from studio.i18n import tr
from studio.lab import Transport
from studio.measure_text import percent_text, value_text
from studio.session import Session
from studio.viewport.pick import Hit
from studio.viewport.stage import Stage
from studio.viewport.view import Viewport
from studio.watch import Watch

#: Milliseconds that a matching may be older than the shapes before it is called stale.
PATIENCE = 350


class Pointing(QObject):
    """Between the view and the laboratory."""

    def __init__(self, session: Session, controller: Controller, viewport: Viewport, stage: Stage, watch: Watch) -> None:
        super().__init__(stage)
        self._session, self._lab, self._stage = session, controller.lab, stage
        self._late = QTimer(self, singleShot=True, interval=PATIENCE)
        self._late.timeout.connect(self._transport)
        viewport.hovered.connect(self._hovered)
        viewport.touched.connect(self._touched)
        stage.partner.dismissed.connect(controller.lab.end_pick)
        stage.transport.moved.connect(controller.lab.move_transport)
        stage.transport.again.connect(controller.lab.match_again)
        watch.on(session.events.probe, self._probe)
        watch.on(session.events.transport, self._transport)
        watch.on(session.events.jobs, self._transport)
        watch.on(session.events.document, self._display)
        self._shown: object = None
        self._display()
        self._probe()

    def _hovered(self, hit: Hit | None) -> None:
        if hit is None or hit.value is None:
            self._stage.tag.hide()
            return
        other = "B" if hit.side == "a" else "A"
        if self._session.document.display == "matching":
            text = tr("{value} to its partner", value=value_text(hit.value))
        else:
            text = tr("{value} to {side}", value=value_text(hit.value), side=other)
        self._stage.tag.say(text, *hit.at)

    def _touched(self, hit: Hit | None) -> None:
        if hit is None:
            self._lab.end_pick()
        elif self._session.document.display in ("error", "matching"):
            self._lab.pick(hit.side, hit.point, hit.index)

    def _probe(self) -> None:
        probe = self._session.probe
        if probe is None:
            self._stage.partner.hide()
            return
        if probe.partner is None:
            words = tr("looking for the partner…")
        elif probe.matched:
            words = tr("matched partner: {distance}", distance=value_text(probe.distance))
        else:
            other = "B" if probe.side == "a" else "A"
            words = tr("nearest point of {side}: {distance}", side=other, distance=value_text(probe.distance))
        self._stage.partner.say(probe.side, words)
        self._stage.arrange()

    def _display(self) -> None:
        self._stage.tag.hide()  # its number was that of the picture before
        document = self._session.document
        shown = document.display == "matching" and document.side("a") is not None and document.side("b") is not None
        if shown != self._shown:
            self._shown = shown
            self._stage.show_transport(shown)
            if shown:
                self._transport()

    def _transport(self) -> None:
        if not self._shown:
            return
        transport = self._session.transport
        bar = self._stage.transport
        if transport is None:
            waiting = any(job.title == tr("Matching A with B") for job in self._session.jobs)
            bar.show_matching(0.0, "", tr("matching…") if waiting else tr("not matched"), "")
            return
        if transport.stale and not self._late.isActive() and self.sender() is not self._late:
            self._late.start()  # while dragging it always is, briefly
        if not transport.stale:
            self._late.stop()
        state = tr("stale") if transport.stale and not self._late.isActive() else ""
        words, tip = matching_words(transport)
        bar.show_matching(transport.time, words, state, tip)


def matching_words(transport: Transport) -> tuple[str, str]:
    """What a matching is worth, short and long."""
    taken = transport.match.measurement
    value, points = value_text(taken.value), f"{taken.points:,}"
    if taken.bound is not None:
        percent = percent_text(taken.bound)
        words = tr(
            "EMD ≈ {value}, at most {percent} % above optimum · {points} pts", value=value, percent=percent, points=points
        )
    else:
        words = tr("EMD {value}, exact · {points} pts", value=value, points=points)
    tip = tr("Each sample of A travels to its partner in B; no other one-to-one matching has a shorter way in the mean.")
    return words, tip
