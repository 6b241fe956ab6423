"""Several shapes against one reference: a window of its own that stays beside the work."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.api import Measurement
from studio.controller import Controller
from studio.document import Entry
from studio.i18n import engine_text, tr
from studio.lab import TableRow
from studio.measure_text import align_text, bounded, floor_text, info_name, sentence, value_text
from studio.session import Session
from studio.style import icon, mark, text_label
from studio.watch import Calm, Watch
from studio.widgets.number_table import Cell, NumberTable
from studio.widgets.text import Choice


class TableDialog(QDialog):
    """Rows are the session's shapes, columns the chosen measures. `export_wanted` asks for a file dialog."""

    export_wanted = Signal()

    def __init__(self, session: Session, controller: Controller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._controller = session, controller
        self.setWindowTitle(tr("Several shapes against one reference"))
        self.setModal(False)
        self.resize(820, 460)
        self.reference = Choice(tr("Reference"))
        self.reference.setMinimumWidth(240)
        self.reference.activated.connect(lambda _: self.refresh())
        self.run = QPushButton(tr("Measure all"))
        mark(self.run, accent=True)
        self.run.clicked.connect(self._run)
        self.table = NumberTable(tr("Numbers of all shapes"))
        self.table.doubleClicked.connect(lambda _: self._show())
        self.hint = text_label("", "label", muted=True)
        self.hint.setWordWrap(True)
        self.save = QPushButton(icon("export"), tr("Export the table…"))
        self.save.clicked.connect(self.export_wanted)
        top, bottom = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(text_label(tr("Reference"), muted=True))
        top.addWidget(self.reference)
        top.addStretch(1)
        top.addWidget(self.run)
        bottom.addWidget(self.hint, 1)
        bottom.addWidget(self.save, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        layout.addLayout(bottom)
        self._watch = Watch()
        self._calm = Calm(self.refresh, self, 150)
        for signal in (session.events.document, session.events.table, session.events.lab, session.events.measures):
            self._watch.on(signal, self._calm)
        self._choose_reference()
        self.refresh()

    def done(self, result: int) -> None:
        """Closed: hear nothing any more."""
        self.retire()
        super().done(result)

    def retire(self) -> None:
        """Hear nothing any more."""
        self._watch.close()
        self._calm.stop()

    def refresh(self) -> None:
        """Show the present state."""
        document, table = self._session.document, self._session.table
        self._offer_references()
        reference = self.reference.currentData()
        mine = table if table is not None and table.reference == reference else None
        infos = {info.id: info for info in self._session.measures}
        metrics = [m for m in self._session.lab.metrics if m in infos]
        head = [(tr("Shape"), "")]
        head += [(info_name(infos[m]), engine_text(infos[m].convention)) for m in metrics]
        head += [(tr("State"), "")]
        best = self._best(metrics)
        rows = []
        for entry in (e for e in document.entries if e.id != reference):
            row = mine.rows.get(entry.id) if mine is not None else None
            rows.append((entry.id, self._cells(entry, row, metrics, best)))
        self.table.show_rows(head, rows)
        running = table is not None and table.job is not None
        self.run.setText(tr("Stop") if running else tr("Measure all"))
        self.run.setEnabled(running or bool(rows))
        self.save.setEnabled(mine is not None and bool(mine.rows))
        self._explain(bool(rows), metrics)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _choose_reference(self) -> None:
        """The reference of the last table, or else B, or else the first shape."""
        document, table = self._session.document, self._session.table
        wanted = table.reference if table is not None and document.entry(table.reference) is not None else document.b
        self._offer_references()
        place = self.reference.findData(wanted)
        self.reference.setCurrentIndex(max(place, 0))

    def _offer_references(self) -> None:
        entries = [(e.id, e.name) for e in self._session.document.entries]
        if entries == [(self.reference.itemData(i), self.reference.itemText(i)) for i in range(self.reference.count())]:
            return
        current = self.reference.currentData()
        self.reference.clear()
        for number, name in entries:
            self.reference.addItem(name, number)
        self.reference.setCurrentIndex(max(self.reference.findData(current), 0) if entries else -1)

    def _cells(self, entry: Entry, row: TableRow | None, metrics: list[str], best: dict[str, int]) -> list[Cell]:
        table, document = self._session.table, self._session.document
        stale = row is not None and table is not None and table.stale(row, document, self._session.lab.how)
        taken = {m.metric: m for m in row.comparison.measurements} if row is not None else {}
        cells = [Cell(entry.name, entry.detail, entry.name)]
        cells += [_number(taken.get(metric), stale, best.get(metric) == entry.id) for metric in metrics]
        lacking = row is not None and any(metric not in taken for metric in metrics)
        if (entry.latent is None and entry.shape is None) or (entry.shape is not None and entry.shape.is_empty):
            state = tr("no shape")
        elif row is None:
            waiting = table is not None and table.job is not None and table.reference == self.reference.currentData()
            state = tr("waiting…") if waiting else tr("not measured")
        elif stale:
            state = tr("stale")
        else:
            state = tr("incomplete") if lacking else tr("measured")
        return [*cells, Cell(state, "", state, muted=row is None)]

    def _best(self, metrics: list[str]) -> dict[str, int]:
        """The entry with the best value of each measure, where at least two can be compared."""
        table, document, how = self._session.table, self._session.document, self._session.lab.how
        if table is None:
            return {}
        rows = [row for row in table.rows.values() if not table.stale(row, document, how)]
        result = {}
        for metric in metrics:
            found = [(m, row.entry) for row in rows for m in row.comparison.measurements if m.metric == metric]
            found = [(m, entry) for m, entry in found if math.isfinite(m.value)]
            if len(found) > 1:
                sign = 1 if found[0][0].better == "lower" else -1
                result[metric] = min(found, key=lambda pair: sign * pair[0].value)[1]
        return result

    def _explain(self, rows: bool, metrics: list[str]) -> None:
        lab = self._session.lab
        if not rows:
            self.hint.setText(tr("Open two shapes or more to compare them."))
            return
        words = [
            tr("Alignment: {name}", name=align_text(self._session)),
            tr("seed {seed}", seed=lab.seed),
        ]
        words.append(tr("measures and alignment are chosen in the panel A ↔ B"))
        words.append(tr("double click shows a shape beside the reference"))
        self.hint.setText(" · ".join(words))

    def _run(self) -> None:
        table = self._session.table
        if table is not None and table.job is not None:
            self._controller.lab.cancel_table()
        elif self.reference.currentData() is not None:
            self._controller.lab.compare_all(int(self.reference.currentData()))

    def _show(self) -> None:
        key = self.table.current_key()
        if key is not None:
            self._controller.show(int(self.reference.currentData()), "b")
            self._controller.show(key, "a")


def _number(measurement: Measurement | None, stale: bool, best: bool) -> Cell:
    if measurement is None:
        return Cell("–", "", math.nan, muted=True)
    about = "≈ " if measurement.approximate or bounded(measurement) else ""
    return Cell(
        about + value_text(measurement.value, measurement.better),
        floor_text(measurement),
        measurement.value,
        stale,
        best and not stale,
        sentence(measurement),
    )
