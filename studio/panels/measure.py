"""A against B: live numbers that say how they were made, and the errors behind them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.api import Measurement
from studio.controller import Controller
from studio.error_limits import error_limit, joined, matching_limit, scale_of
from studio.i18n import tr
from studio.measure_menu import fill_measure_menu
from studio.measure_text import align_text, bounded, describe, info_name, name_of, sentence
from studio.session import Measured, Session
from studio.style import text_label
from studio.watch import Calm
from studio.widgets.bars import tool_button
from studio.widgets.card import Card
from studio.widgets.choosing import StayingMenu
from studio.widgets.colour_scale import ColourScale
from studio.widgets.readout import NumberReadout
from studio.widgets.text import Elided

#: Milliseconds that numbers may be older than the picture before they are greyed: while dragging they always are, briefly.
PATIENCE = 350
#: Measures that are seen without scrolling.
ROWS = 5


class MeasurePanel(Card):
    """The chosen measures of the two views.

    `export_wanted` and `table_wanted` ask the window for a file dialog and for the table of several shapes.
    """

    export_wanted = Signal()
    table_wanted = Signal()

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__(tr("A ↔ B"))
        self._session, self._controller = session, controller
        self._course: object = None
        self._noted: Measured | None = None
        self._display = ""
        self.readouts: dict[str, NumberReadout] = {}
        self.tool: QToolButton = tool_button(tr("What is measured"), "sliders-horizontal")
        self.tool.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = StayingMenu(self.tool)
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self.fill_menu)
        self.tool.setMenu(self.menu)
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._list)
        self.how = Elided("", "label", muted=True)
        self.hint = text_label("", muted=True)
        self.hint.setWordWrap(True)
        self.scale = ColourScale()
        self.scale.wanted.connect(controller.lab.set_limits)
        self.body.setSpacing(6)
        for part in (self._scroll, self.how, self.hint, self.scale):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._draw_histogram = Calm(self._histogram, self)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE)
        self._patience.timeout.connect(self._admit)
        self.watch.on(session.events.measured, self.refresh)
        self.watch.on(session.events.document, self._explain)
        self.watch.on(session.events.transport, self._draw_histogram)
        self.watch.on(session.events.lab, self._choose)
        self.watch.on(session.events.measures, self._choose)
        self._choose()

    def retire(self) -> None:
        """Hear nothing any more."""
        super().retire()
        self._draw_histogram.stop()
        self._patience.stop()

    def fill_menu(self) -> QMenu:
        """Bring the menu in line with what can be chosen."""
        return fill_measure_menu(
            self.menu, self._session, self._controller.lab, self.table_wanted.emit, self.export_wanted.emit
        )

    def refresh(self) -> None:
        """Show the present numbers."""
        measured = self._session.measured
        if measured is not None and measured.stale:
            if not self._patience.isActive():
                self._patience.start()
            return
        self._patience.stop()
        if measured is None:
            self._course = None
            self.aside.say("")
            for readout in self.readouts.values():
                readout.clear()
        else:
            self._numbers(measured)
        self._draw_histogram()
        self._explain()

    # --- which measures ----------------------------------------------------------------------------------------------

    def _choose(self) -> None:
        """One readout for each chosen measure."""
        lab = self._session.lab
        infos = {info.id: info for info in self._session.measures}
        known = self._session.measured.comparison.measurements if self._session.measured else ()
        labels = {m.metric: name_of(m.metric, m.label) for m in known}
        names = {m: info_name(infos[m]) if m in infos else labels.get(m, m) for m in lab.metrics}
        if names != {metric: readout.name.text() for metric, readout in self.readouts.items()}:
            for readout in self.readouts.values():
                self._rows.removeWidget(readout)
                readout.deleteLater()
            self.readouts = {metric: NumberReadout(name) for metric, name in names.items()}
            for readout in self.readouts.values():
                readout.clear()
                self._rows.addWidget(readout)
            seen = min(len(names), ROWS)
            self._list.setFixedHeight(len(names) * (NumberReadout.HEIGHT + 4) - 4)
            self._scroll.setFixedHeight(seen * (NumberReadout.HEIGHT + 4) - 4 + (14 if len(names) > ROWS else 0))
        words = [tr("aligned: {name}", name=align_text(self._session))] if lab.align != "none" else []
        words += [tr("seed {seed}", seed=lab.seed)] if lab.seed else []
        self.how.set_text(" · ".join(words))
        self.how.setVisible(bool(words))
        self.refresh()

    # --- the numbers -------------------------------------------------------------------------------------------------

    def _numbers(self, measured: Measured) -> None:
        course = (measured.a, measured.b, *measured.how)
        if course != self._course:
            self._course = course
            for readout in self.readouts.values():
                readout.line.clear()
        if measured.live:
            self.aside.say(tr("live"))
        else:
            self.aside.say(tr("settled"), "good")
        for measurement in measured.comparison.measurements:
            if measurement.metric in self.readouts:
                self._number(self.readouts[measurement.metric], measurement, measured)
        self._noted = measured
        taken = {measurement.metric for measurement in measured.comparison.measurements}
        for metric, readout in self.readouts.items():
            readout.set_stale(metric not in taken)  # not every measure is quick enough to be live

    def _number(self, readout: NumberReadout, measurement: Measurement, measured: Measured) -> None:
        value, convention, floor = describe(measurement)
        readout.show_value(value, convention, floor, measured.live or measurement.approximate or bounded(measurement))
        readout.explain(sentence(measurement))
        if measured is not self._noted:
            readout.line.add(measurement.value, apart=not measured.live)

    def _admit(self) -> None:
        """The numbers have not been those of the picture for a while: say so."""
        self.aside.say(tr("measuring…"), "warning")
        for readout in self.readouts.values():
            readout.set_stale(True)

    def _histogram(self) -> None:
        values, automatic = self._errors()
        self.scale.setVisible(len(values) > 0)
        if len(values):
            lab = self._session.lab
            self.scale.show_errors(values, scale_of(lab, automatic), lab.high is None and lab.low == 0, lab.colour_map)

    def _errors(self) -> tuple[NDArray[np.float32], float]:
        """(N,) distances that are coloured now, and the automatic upper end of their scale."""
        display, measured, transport = self._session.document.display, self._session.measured, self._session.transport
        if display == "matching" and transport is not None:
            return transport.match.lengths, matching_limit(transport.match)
        if display == "error" and measured is not None:
            return joined(measured.comparison), error_limit(measured.comparison)
        return np.zeros(0, np.float32), 0.0

    def _explain(self) -> None:
        document = self._session.document
        words = ""
        if self._session.measured is None:
            if document.side("a") is None or document.side("b") is None:
                words = tr("Show one shape in A and one in B to measure how far apart they are.")
            elif document.compared is not None:
                words = tr("measuring…")
            else:
                words = tr("The numbers appear as soon as both shapes are there.")
        if words != self.hint.text():
            self.hint.setText(words)
        self.hint.setVisible(bool(words))
        if self._session.document.display != self._display:
            self._display = self._session.document.display
            self._draw_histogram()
