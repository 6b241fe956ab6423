"""A table of numbers that can be sorted: in each cell a value, and under it what it is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRect, QSize, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from studio.style import Role, font, theme

Index = QModelIndex | QPersistentModelIndex
_SORT, _CELL, _KEY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the table.

    Attributes:
        text: what stands in it.
        note: smaller, under it.
        sort: a number or a text to sort by; what is no number comes last.
        muted: grey, because it does not hold any more.
        best: the best of its column.
        tip: the whole story.
    """

    text: str
    note: str = ""
    sort: float | str = ""
    muted: bool = False
    best: bool = False
    tip: str = ""


class _Model(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.head: list[tuple[str, str]] = []
        self.rows: list[tuple[int, list[Cell]]] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.head)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        key, cells = self.rows[index.row()]
        cell = cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole or role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{cell.text} {cell.note}".strip()
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.tip or None
        if role == _SORT:
            return cell.sort
        if role == _CELL:
            return cell
        return key if role == _KEY else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.head):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.head[section][0]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.head[section][1]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
        return None


class _Order(QSortFilterProxyModel):
    """Numbers by size, texts by letters; what is no number comes last, whichever way is sorted."""

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(_SORT), right.data(_SORT)
        if isinstance(one, str) or isinstance(other, str):
            return str(one).casefold() < str(other).casefold()
        if math.isnan(one) or math.isnan(other):
            last = self.sortOrder() is Qt.SortOrder.DescendingOrder
            return math.isnan(one) == last and math.isnan(one) != math.isnan(other)
        return bool(one < other)


class _Pen(QStyledItemDelegate):
    """Draws a cell."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        cell: Cell = index.data(_CELL)
        wide = max(_width(cell.text, "body"), _width(cell.note, "label"))
        return QSize(wide + 26, 46)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell: Cell = index.data(_CELL)
        colours = theme()
        rect: QRect = option.rect  # type: ignore[attr-defined]
        first = index.column() == 0
        painter.save()
        if option.state & option.state.State_Selected:  # type: ignore[attr-defined]
            painter.fillRect(rect, QColor(colours.raised))
        inner = rect.adjusted(12 if first else 8, 4, -14, -4)
        side = Qt.AlignmentFlag.AlignLeft if first else Qt.AlignmentFlag.AlignRight
        face = font("body", tabular=True)
        if cell.best:
            face.setWeight(face.Weight.DemiBold)
        painter.setFont(face)
        painter.setPen(QColor(colours.control if cell.muted else colours.text))
        middle = inner.center().y()
        top = QRect(inner.x(), middle - 18 if cell.note else middle - 9, inner.width(), 19)
        text = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(top, side | Qt.AlignmentFlag.AlignVCenter, text)
        if cell.note:
            painter.setFont(font("label", tabular=True))
            painter.setPen(QColor(colours.control if cell.muted else colours.muted))
            note = painter.fontMetrics().elidedText(cell.note, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(top.translated(0, 18), side | Qt.AlignmentFlag.AlignVCenter, note)
        painter.restore()


def _width(text: str, role: Role) -> int:
    return QFontMetrics(font(role, tabular=True)).horizontalAdvance(text)


class NumberTable(QTableView):
    """The view. Rows carry a key, which `current_key` gives back."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._model, self._order = _Model(), _Order()
        self._order.setSourceModel(self._model)
        self._order.setSortRole(_SORT)
        self.setModel(self._order)
        self.setItemDelegate(_Pen(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(46)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setFont(font("label"))
        self.horizontalHeader().setSortIndicatorClearable(True)

    def show_rows(self, head: Sequence[tuple[str, str]], rows: Sequence[tuple[int, Sequence[Cell]]]) -> None:
        """Show a table.

        Args:
            head: title and tool tip of each column; the first column names the row.
            rows: key and cells of each row.
        """
        changed = [title for title, _ in self._model.head] != [title for title, _ in head]
        key = self.current_key()
        self._model.beginResetModel()
        self._model.head, self._model.rows = list(head), [(k, list(cells)) for k, cells in rows]
        self._model.endResetModel()
        header = self.horizontalHeader()
        if changed:
            header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
            for column in range(1, len(head)):
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        if key is not None:
            for row in range(self._order.rowCount()):
                if self._order.index(row, 0).data(_KEY) == key:
                    self.selectRow(row)

    def current_key(self) -> int | None:
        """The key of the selected row."""
        index = self.currentIndex()
        return int(index.data(_KEY)) if index.isValid() else None

    def order(self) -> list[int]:
        """Keys from the top, as they are sorted now."""
        return [int(self._order.index(row, 0).data(_KEY)) for row in range(self._order.rowCount())]

    def cell(self, key: int, column: int) -> Cell:
        """A cell by its row's key."""
        return next(cells[column] for k, cells in self._model.rows if k == key)
