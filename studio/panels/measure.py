"""A against B: live numbers that say how they were made, and the errors behind them."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSizePolicy

from engine.api import Frame, Measurement
from studio.controller import Controller
from studio.i18n import engine_text, tr
from studio.session import Measured, Session
from studio.style import text_label
from studio.watch import Calm
from studio.widgets.card import Card
from studio.widgets.readout import HistogramBar, NumberReadout

#: The conventions in few words; the engine's own sentence is the tool tip.
SHORT = {"onet_l1": "L1", "emd": "exact", "f_score": "at 1 %"}
#: Milliseconds that numbers may be older than the picture before they are greyed: while dragging they always are, briefly.
PATIENCE = 350
#: Metrics in order, with their short names.
NAMES = {"onet_l1": "Chamfer", "emd": "EMD", "f_score": "F-score"}


def error_limit(measured: Measured) -> float:
    """Upper end of the error scale: the 99th percentile of the distances of both sides, rounded up to two figures."""
    parts = [v for v in (measured.comparison.a_to_b, measured.comparison.b_to_a) if v is not None and len(v)]
    if not parts:
        return 0.0
    limit = float(np.percentile(np.concatenate(parts), 99))
    if not math.isfinite(limit) or limit <= 0:
        return 1e-3
    step = 10.0 ** (math.floor(math.log10(limit)) - 1)
    return math.ceil(limit / step) * step


def describe(measurement: Measurement) -> tuple[str, str, str]:
    """Value, one line of convention and floor of a measurement, as text."""
    digits = 3 if measurement.better == "higher" else 4
    value = f"{measurement.value:.{digits}f}" if math.isfinite(measurement.value) else "–"
    frame = {Frame.UNIT_CUBE: tr("unit cube"), Frame.UNIT_SPHERE: tr("unit sphere")}.get(measurement.frame, "")
    convention = tr(SHORT.get(measurement.metric, measurement.convention))
    line = tr("{convention} · {points} pts · {frame}", convention=convention, points=f"{measurement.points:,}", frame=frame)
    floor = ""
    if measurement.floor is not None and math.isfinite(measurement.floor):
        if measurement.better == "lower" and measurement.floor > 0:
            floor = tr("{times}× floor", times=f"{measurement.value / measurement.floor:.1f}")
        else:
            floor = tr("floor {value}", value=f"{measurement.floor:.{digits}f}")
    return value, line, floor


class MeasurePanel(Card):
    """Chamfer, EMD and F-score of the two views."""

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__(tr("A ↔ B"))
        self._session, self._controller = session, controller
        self._pair: tuple[int, int] | None = None
        self.readouts = {metric: NumberReadout(tr(NAMES[metric])) for metric in NAMES}
        self.hint = text_label("", muted=True)
        self.hint.setWordWrap(True)
        self.histogram = HistogramBar()
        self.body.setSpacing(6)
        for readout in self.readouts.values():
            self.body.addWidget(readout)
        self.body.addWidget(self.hint)
        self.body.addWidget(self.histogram)
        self.body.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._draw_histogram = Calm(self._histogram, self)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._admit)
        self.watch.on(session.events.measured, self.refresh)
        self.watch.on(session.events.document, self._explain)
        self.refresh()

    def retire(self) -> None:
        """Hear nothing any more."""
        super().retire()
        self._draw_histogram.stop()
        self._patience.stop()

    def refresh(self) -> None:
        """Show the present state."""
        measured = self._session.measured
        if measured is not None and measured.stale:
            if not self._patience.isActive():
                self._patience.start()
            return
        self._patience.stop()
        if measured is None:
            self._pair = None
            self.aside.say("")
            for readout in self.readouts.values():
                readout.clear()
            self.histogram.clear()
        else:
            self._numbers(measured)
            self._draw_histogram()
        self._explain()

    def _numbers(self, measured: Measured) -> None:
        if (measured.a, measured.b) != self._pair:
            self._pair = (measured.a, measured.b)
            for readout in self.readouts.values():
                readout.line.clear()
        if measured.live:
            self.aside.say(tr("live"))
        else:
            self.aside.say(tr("settled"), "good")
        for measurement in measured.comparison.measurements:
            if measurement.metric not in self.readouts:
                continue
            readout = self.readouts[measurement.metric]
            value, convention, floor = describe(measurement)
            readout.show_value(value, convention, floor, measurement.approximate)
            readout.convention.setToolTip(engine_text(measurement.convention))
            readout.set_stale(False)
            readout.line.add(measurement.value)

    def _admit(self) -> None:
        """The numbers have not been those of the picture for a while: say so."""
        self.aside.say(tr("measuring…"), "warning")
        for readout in self.readouts.values():
            readout.set_stale(True)

    def _histogram(self) -> None:
        measured = self._session.measured
        limit = error_limit(measured) if measured else 0.0
        if measured is None or limit == 0:
            self.histogram.clear()
            return
        parts = [v for v in (measured.comparison.a_to_b, measured.comparison.b_to_a) if v is not None]
        self.histogram.set_values(np.concatenate(parts), limit)

    def _explain(self) -> None:
        document = self._session.document
        words = ""
        if self._session.measured is None:
            if document.side("a") is None or document.side("b") is None:
                words = tr("Show one shape in A and one in B to measure how far apart they are.")
            else:
                words = tr("The numbers appear as soon as both shapes are there.")
        self.hint.setText(words)
        self.hint.setVisible(bool(words))
        shown = self._session.measured is not None and self._session.measured.comparison.a_to_b is not None
        self.histogram.setVisible(shown)
