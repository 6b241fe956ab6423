"""The undo list, newest on top; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from studio.controller import Controller
from studio.i18n import tr
from studio.session import Session
from studio.style import font, theme
from studio.widgets.card import Card

DONE = Qt.ItemDataRole.UserRole + 1
NOW = Qt.ItemDataRole.UserRole + 2


class _StepRow(QStyledItemDelegate):
    """A dot (full: done, ring: undone, accent: now) and the step's name."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(80, 24)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        colours = theme()
        place = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.raised))
            painter.drawRoundedRect(place, 6, 6)
        done, now = index.data(DONE), index.data(NOW)  # type: ignore[attr-defined]
        dot = QColor(colours.accent if now else colours.muted if done else colours.control)
        painter.setPen(QPen(dot, 1.2))
        painter.setBrush(dot if done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(place.left() + 8, place.center().y()), 3.5, 3.5)
        painter.setPen(QColor(colours.text if now else colours.muted))
        painter.setFont(font("label", tabular=True))
        words = place.adjusted(20, 0, -4, 0)
        text = painter.fontMetrics().elidedText(index.data(), Qt.TextElideMode.ElideRight, int(words.width()))  # type: ignore[attr-defined]
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()


class HistoryPanel(Card):
    """All steps, done and undone."""

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__(tr("History"))
        self._session, self._controller = session, controller
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Steps"))
        self.list.setItemDelegate(_StepRow(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setMinimumHeight(48)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.body.setContentsMargins(8, 4, 8, 8)
        self.body.addWidget(self.list)
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        for signal in (session.events.history, session.events.position):
            self.watch.on(signal, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the present state, touching only rows that differ (a drag renames the newest many times)."""
        steps, position = self._session.history, self._session.position
        labels = [*reversed(steps), tr("Beginning")]
        while self.list.count() > len(labels):
            self.list.takeItem(0)
        while self.list.count() < len(labels):
            self.list.insertItem(0, QListWidgetItem())
        for row, label in enumerate(labels):
            item = self.list.item(row)
            step = len(steps) - row
            for role, value in ((Qt.ItemDataRole.DisplayRole, label), (DONE, step <= position), (NOW, step == position)):
                if item.data(role) != value:
                    item.setData(role, value)
        now = self.list.item(len(steps) - position)
        if now is not None:
            self.list.scrollToItem(now)
        self.aside.say(tr("undo {count}", count=position) if position else "")

    def _go(self, item: QListWidgetItem) -> None:
        position = len(self._session.history) - self.list.row(item)
        if position != self._session.position:
            self._controller.go_to(position)
