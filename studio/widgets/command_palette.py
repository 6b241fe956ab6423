"""Find a command by a few of its letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.style import text_label


@dataclass(frozen=True)
class Offer:
    """One line of the palette."""

    title: str
    shortcut: str
    run: Callable[[], object]


class CommandPalette(QFrame):
    """A field and the commands that answer to it, best first.

    Args:
        offers: all commands that can be run now.
        rank: score of a title for a query, None if it does not answer.
        parent: the window it opens over.
    """

    def __init__(self, offers: Sequence[Offer], rank: Callable[[str, str], float | None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("card", "float")
        self.setAccessibleName(tr("Command palette"))
        self._offers, self._rank, self._over = offers, rank, parent
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Type a command"))
        self.field.setAccessibleName(tr("Command"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Matching commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.field.returnPressed.connect(self._run)
        self.list.itemClicked.connect(lambda _: self._run())
        self._filter("")

    def popup(self) -> None:
        """Open over the upper middle of the window."""
        over = self._over
        width = min(520, over.width() - 48)
        self.resize(width, min(400, over.height() - 120))
        self.move(over.mapToGlobal(QPoint((over.width() - width) // 2, 72)))
        self.show()
        self.field.setFocus()

    def titles(self) -> list[str]:
        """What is offered now, best first."""
        return [self.list.item(i).data(Qt.ItemDataRole.AccessibleTextRole) for i in range(self.list.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the focus."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
        return False

    def _filter(self, query: str) -> None:
        ranked = [(score, offer) for offer in self._offers if (score := self._rank(query, offer.title)) is not None]
        if query:
            ranked.sort(key=lambda pair: -pair[0])
        self.list.clear()
        for _, offer in ranked:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, offer)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, offer.title)
            self.list.addItem(item)
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(6, 0, 6, 0)
            row.addWidget(text_label(offer.title))
            row.addStretch()
            keys: QLabel = text_label(
                QKeySequence(offer.shortcut.split(";")[0]).toString(QKeySequence.SequenceFormat.NativeText), "label", True
            )
            row.addWidget(keys)
            line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            self.list.setItemWidget(item, line)
        self.list.setCurrentRow(0)

    def _run(self) -> None:
        item = self.list.currentItem()
        offer = item.data(Qt.ItemDataRole.UserRole) if item else None
        self.close()
        if isinstance(offer, Offer):
            offer.run()
