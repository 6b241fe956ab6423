"""Menus for choosing several things: they stay open while their check marks are set."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent, QMouseEvent, Qt
from PySide6.QtWidgets import QMenu


class StayingMenu(QMenu):
    """A menu that a click on a check mark does not close."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Toggle and stay, or else behave as any menu."""
        if not self._toggled():
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The space bar does the same."""
        if event.key() != Qt.Key.Key_Space or not self._toggled():
            super().keyPressEvent(event)

    def _toggled(self) -> bool:
        action = self.activeAction()
        if action is None or not action.isEnabled() or not action.isCheckable() or action.actionGroup() is not None:
            return False
        action.trigger()
        return True
