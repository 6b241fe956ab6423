"""The window's commands of measuring: the table of several shapes, and files of numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from studio.commands import Command
from studio.exporting import panel_report
from studio.i18n import tr
from studio.table_dialog import TableDialog

if TYPE_CHECKING:
    from studio.window import MainWindow

KINDS = "*.csv *.json *.png"
AskSave = Callable[[str, list[str], str, Callable[[Path], object], str], None]


class MeasureActions:
    """What the menu Measure does.

    Args:
        window: whose session is measured.
        ask_save: asks where to and calls back: title, filters, suffix, what to call, suggested name.
    """

    def __init__(self, window: MainWindow, ask_save: AskSave) -> None:
        self._w = window
        self._ask_save = ask_save
        self.table: TableDialog | None = None

    def show_table(self) -> TableDialog:
        """The table of several shapes; there is one per window."""
        if self.table is None:
            self.table = TableDialog(self._w.session, self._w.controller, self._w)
            self.table.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            self.table.export_wanted.connect(self.export_table)
            self.table.destroyed.connect(self._forget)
        self.table.show()
        self.table.raise_()
        self.table.activateWindow()
        return self.table

    def _forget(self) -> None:
        self.table = None

    def retire(self) -> None:
        """The window goes."""
        if self.table is not None:
            self.table.close()

    def export_numbers(self) -> None:
        """Ask where to, and write the numbers of the panel."""
        self._ask("measured", self._w.controller.lab.export_numbers)

    def export_table(self) -> None:
        """Ask where to, and write the table."""
        self._ask("table", self._w.controller.lab.export_table)

    def _ask(self, name: str, write: Callable[[Path], object]) -> None:
        filters = [tr("Numbers ({kinds})", kinds=KINDS), "CSV (*.csv)", "JSON (*.json)", "PNG (*.png)"]
        self._ask_save(tr("Export the numbers"), filters, "csv", write, name)

    def commands(self) -> list[Command]:
        """For the menus and the palette."""
        w = self._w

        def has_numbers() -> bool:
            return panel_report(w.session) is not None

        def matching() -> bool:
            return w.session.document.display == "matching"

        return [
            Command("measure.table", tr("Compare several shapes…"), "measure", self.show_table, "Ctrl+T", "table"),
            Command(
                "measure.export",
                tr("Export the numbers…"),
                "measure",
                self.export_numbers,
                "Ctrl+Shift+E",
                "export",
                has_numbers,
            ),
            Command(
                "measure.play",
                tr("Play or pause the matching"),
                "measure",
                w.stage.transport.play.toggle,
                "K",
                "play",
                matching,
                group=1,
            ),
            Command(
                "measure.match",
                tr("Match again"),
                "measure",
                w.controller.lab.match_again,
                "",
                "arrows-clockwise",
                matching,
                group=1,
            ),
        ]
