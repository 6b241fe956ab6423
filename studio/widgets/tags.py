"""Small labels over the view: the number under the mouse, and the partner of a picked point."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from studio.document import Side
from studio.i18n import tr
from studio.style import text_label, theme
from studio.widgets.bars import tool_button


class HoverTag(QFrame):
    """A number beside the mouse."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = parent
        self.setProperty("card", "float")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.label = text_label("", "label", tabular=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.addWidget(self.label)
        self.hide()

    def say(self, text: str, x: float, y: float) -> None:
        """Show a text beside a place of the parent, inside it."""
        self.label.setText(text)
        self.setAccessibleName(text)
        self.adjustSize()
        left = x + 16 if x + 16 + self.width() < self._view.width() else x - 10 - self.width()
        top = y + 14 if y + 14 + self.height() < self._view.height() else y - 8 - self.height()
        self.move(round(left), round(top))
        self.show()
        self.raise_()


class PartnerChip(QFrame):
    """How far a picked point is from its partner, until dismissed."""

    dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("card", "float")
        self.way = text_label("", "title")
        self.words = text_label("", "label", tabular=True)
        self.close_ = tool_button(tr("Forget the picked point"), "x")
        self.close_.setToolTip(tr("Forget the picked point") + "  Esc")
        self.close_.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 3, 5, 3)
        layout.setSpacing(8)
        layout.addWidget(self.way)
        layout.addWidget(self.words)
        layout.addWidget(self.close_)
        self.hide()

    def say(self, side: Side, words: str) -> None:
        """Show whose point was picked, and what was found."""
        self.way.setText("A → B" if side == "a" else "B → A")
        self.way.setStyleSheet(f"color: {theme().identity(side)}")
        self.words.setText(words)
        self.setAccessibleName(f"{self.way.text()}: {words}")
        self.show()
        self.adjustSize()
