"""A small label over the view: how a pull goes, and whether it leads where the model knows nothing."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.i18n import tr
from studio.style import text_label, theme
from studio.widgets.bars import tool_button


class GripChip(QFrame):
    """One short line while something is pulled, and after that if the surface has stayed behind."""

    dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", "float")
        self.words = text_label("", "label", tabular=True)
        self.close_ = tool_button(tr("Take the pull back"), "x")
        self.close_.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 3, 5, 3)
        layout.setSpacing(8)
        layout.addWidget(self.words)
        layout.addWidget(self.close_)
        self.hide()

    def say(self, words: str, warning: bool, close: str) -> bool:
        """Show a line, and what its button does; True if it needs another size."""
        before = self.sizeHint() if self.isVisible() else None
        self.words.setText(words)
        self.words.setStyleSheet(f"color: {theme().warning}" if warning else "")
        self.close_.setToolTip(close)
        self.close_.setAccessibleName(close)
        self.setAccessibleName(words)
        self.show()
        return before != self.sizeHint()
