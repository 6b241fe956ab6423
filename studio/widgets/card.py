"""Panels as rounded cards in docks: the dock's title bar is the card's upper edge."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.style import text_label
from studio.watch import Watch
from studio.widgets.bars import Badge, tool_button


class Card(QFrame):
    """The body of a panel.

    Attributes:
        title: its name.
        aside: a short remark at the right of the title.
        tool: a button at the far right of the title, or None.
        watch: its connections to the session; `retire` ends them.
        body: where the parts go.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.aside = Badge()
        self.tool: QToolButton | None = None
        self.aside.setProperty("muted", True)
        self.watch = Watch()
        self.setProperty("card", "body")
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 4, 14, 12)
        self.body.setSpacing(8)

    def retire(self) -> None:
        """Hear nothing any more."""
        self.watch.close()


class _TitleBar(QFrame):
    """Title and aside; under the mouse, a cross in place of the aside."""

    def __init__(self, dock: QDockWidget, card: Card) -> None:
        super().__init__(dock)
        self.setProperty("card", "title")
        self._cross = tool_button(tr("Hide {panel}", panel=card.title), "x")
        self._cross.clicked.connect(dock.close)
        self._cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cross.hide()
        self._aside = card.aside
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 6, 14, 0)
        layout.setSpacing(4)
        layout.addWidget(text_label(card.title, "title"))
        layout.addStretch()
        layout.addWidget(card.aside)
        layout.addWidget(self._cross)
        if card.tool is not None:
            layout.addWidget(card.tool)
            layout.setContentsMargins(14, 6, 10, 0)

    def sizeHint(self) -> QSize:
        """The same height with and without the cross."""
        return QSize(super().sizeHint().width(), 36)

    def minimumSizeHint(self) -> QSize:
        """Docks go by this one."""
        return QSize(80, 36)

    def event(self, event: QEvent) -> bool:
        """Show the cross while the mouse is over the title."""
        if event.type() is QEvent.Type.Enter:
            self._aside.hide()
            self._cross.show()
        elif event.type() is QEvent.Type.Leave:
            self._cross.hide()
            self._aside.show()
        return super().event(event)


class CardDock(QDockWidget):
    """A dock that looks like a card."""

    def __init__(self, name: str, card: Card, parent: QWidget) -> None:
        super().__init__(card.title, parent)
        self.setObjectName(name)
        self.card = card
        self.setTitleBarWidget(_TitleBar(self, card))
        self.setWidget(card)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable
            | QDockWidget.DockWidgetFeature.DockWidgetClosable
            | QDockWidget.DockWidgetFeature.DockWidgetFloatable
        )
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
