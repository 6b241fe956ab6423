"""Two or three buttons of which one is on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from studio.style import ICON_SIZE, icon


class Segments(QWidget):
    """A choice between a few views.

    Args:
        name: what is chosen, for screen readers.
        choices: key, title, icon and tool tip of each.
    """

    chosen = Signal(str)

    def __init__(self, name: str, choices: tuple[tuple[str, str, str, str], ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        group.setExclusive(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for key, title, symbol, tip in choices:
            button = QPushButton(title)
            button.setIcon(icon(symbol))
            button.setIconSize(ICON_SIZE)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, k=key: self.chosen.emit(k))
            group.addButton(button)
            layout.addWidget(button, 1)
            self.buttons[key] = button

    def show_choice(self, key: str) -> None:
        """Show which is on."""
        self.buttons[key].setChecked(True)
