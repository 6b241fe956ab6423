"""Below the view: how it is shown; and the words of the performance line."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from studio.commands import Command
from studio.document import Display
from studio.i18n import tr
from studio.session import Performance
from studio.style import ICON_SIZE, icon
from studio.widgets.bars import tool_button


def performance_line(p: Performance) -> str:
    """What the last shown result took, e.g. "128³ settled · decode 31 ms · mesh 4 · GUI 0.2 · paint 12"."""
    parts: list[str] = []
    if p.level:
        cells = p.level - 1
        parts.append(tr("{n}³ settled", n=cells) if p.settled else tr("{n}³ preview", n=cells))
    if p.decode_ms:
        parts.append(tr("decode {ms} ms", ms=f"{p.decode_ms:.0f}"))
    if p.mesh_ms:
        parts.append(tr("mesh {ms}", ms=f"{p.mesh_ms:.0f}"))
    if p.gui_ms or p.paint_ms:
        parts.append(tr("GUI {ms}", ms=f"{p.gui_ms:.1f}"))
        parts.append(tr("paint {ms}", ms=f"{p.paint_ms:.0f}"))
    if p.metrics_ms:
        parts.append(tr("metrics {ms}", ms=f"{p.metrics_ms:.0f}"))
    if p.behind:
        parts.append(tr("{count} behind", count=p.behind))
    return " · ".join(parts)


class DisplayBar(QWidget):
    """Solid, points or error, and a few buttons."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[Display, QPushButton] = {}
        self.tools: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        choices: tuple[tuple[Display, str, str, str], ...] = (
            ("solid", tr("Solid"), "cube", tr("Draw surfaces")),
            ("points", tr("Points"), "dots-nine", tr("Draw points")),
            ("error", tr("Error"), "drop-half", tr("Colour each shape by its distance to the other")),
            ("matching", tr("Matching"), "flow-arrow", tr("Move samples of A to their partners in B")),
        )
        for display, title, symbol, tip in choices:
            button = QPushButton(title)
            button.setIcon(icon(symbol))
            button.setIconSize(ICON_SIZE)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, d=display: self.chosen.emit(d))
            group.addButton(button)
            self.buttons[display] = button
            self._layout.addWidget(button)
        self._layout.addStretch()

    def add_commands(self, commands: Iterable[Command]) -> None:
        """Put commands as icon buttons between the choices and the line."""
        for command in commands:
            button = tool_button(command.title, command.icon)
            keys = QKeySequence(command.shortcut.split(";")[0]).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{command.title}  {keys}" if keys else command.title)
            button.clicked.connect(lambda _=False, c=command: c.run())
            self._layout.addWidget(button)

    def add_tool(self, command: Command, tip: str) -> None:
        """Put a command that is on or off beside the ways of drawing; `show_tool` says which."""
        button = QPushButton(command.title)
        button.setIcon(icon(command.icon))
        button.setIconSize(ICON_SIZE)
        button.setCheckable(True)
        keys = QKeySequence(command.shortcut.split(";")[0]).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{tip}  {keys}" if keys else tip)
        button.setAccessibleName(command.title)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: command.run())
        self.tools[command.id] = button
        self._layout.insertSpacing(len(self.buttons), 10)
        self._layout.insertWidget(len(self.buttons) + 1, button)

    def show_tool(self, command: str, on: bool) -> None:
        """Show whether a tool is on."""
        self.tools[command].setChecked(on)

    def show_display(self, display: Display) -> None:
        """Show which way of drawing is on."""
        self.buttons[display].setChecked(True)
