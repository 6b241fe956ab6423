"""All shapes of the session: which is in A, which in B, and what can be done with each."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QIcon, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.api import ModelInfo
from engine.requests import Up
from studio.controller import Controller
from studio.document import Document, Entry, Side
from studio.i18n import tr
from studio.session import Session
from studio.style import font, icon, mark, text_label, theme
from studio.watch import Calm
from studio.widgets.bars import tool_button
from studio.widgets.card import Card
from studio.widgets.text import Elided

SIDES: tuple[Side, Side] = ("a", "b")
#: Shapes listed before "more" is pressed, newest last. Each row takes 0.2 MB, most of it Qt's for the style sheet.
LISTED = 40


class _Dot(QWidget):
    """Identity: blue for A, orange for B, half and half for both, grey for neither."""

    def __init__(self) -> None:
        super().__init__()
        self.sides: tuple[bool, bool] = (False, False)
        self.setFixedSize(QSize(10, 10))

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        shown = [colours.identity(s) for s, on in zip(SIDES, self.sides, strict=True) if on] or [colours.control]
        painter.setBrush(QColor(shown[0]))
        painter.drawEllipse(QPointF(5, 5), 4.5, 4.5)
        if len(shown) == 2:
            painter.setBrush(QColor(shown[1]))
            painter.drawPie(0, 0, 10, 10, -90 * 16, 180 * 16)


class ShapeRow(QFrame):
    """One shape. Rows stay while their shape exists, so that a drag repaints words and builds nothing."""

    renamed = Signal(str)

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.entry = entry
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.dot = _Dot()
        self.name = Elided("", "body")
        self.name.setFixedHeight(20)
        self.edit: QLineEdit | None = None  # made when somebody renames: lists get long, and a field takes its memory
        self.detail = Elided("", "label", muted=True, tabular=True)
        self.up = QPushButton()
        self.up.setFont(font("label"))
        self.up.setProperty("link", True)
        self.up.setToolTip(tr("Choose the axis that points up in the file"))
        self.buttons: dict[Side, QPushButton] = {}
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.name)
        middle.addWidget(self.detail)
        middle.addWidget(self.up, 0, Qt.AlignmentFlag.AlignLeft)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 2)
        layout.setSpacing(4)
        layout.addWidget(self.dot, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addSpacing(2)
        layout.addLayout(middle, 1)
        for side in SIDES:
            button = QPushButton(side.upper())
            button.setCheckable(True)
            button.setFont(font("label"))
            mark(button, side=side)
            self.buttons[side] = button
            layout.addWidget(button)
        self.menu_button = tool_button("", "dots-three")
        layout.addWidget(self.menu_button)
        self._middle = middle

    def show_entry(self, entry: Entry, document: Document) -> None:
        """Show another state of the shape."""
        self.entry = entry
        self.setAccessibleName(entry.name)
        self.name.set_text(entry.name)
        self.detail.set_text(entry.detail or tr("decoding…"))
        self.up.setVisible(entry.origin == "file" and bool(entry.up))
        self.up.setText(tr("{axis} is up (a guess)", axis=entry.up) if entry.up_guessed else tr("{axis} is up", axis=entry.up))
        tone = "warning" if entry.up_guessed else ""
        if self.up.property("tone") != tone:
            mark(self.up, tone=tone)
        self.setToolTip("\n".join(entry.remarks))
        sides = (document.a == entry.id, document.b == entry.id)
        if sides != self.dot.sides:
            self.dot.sides = sides
            self.dot.update()
        for side, on in zip(SIDES, sides, strict=True):
            self.buttons[side].setChecked(on)
            self.buttons[side].setAccessibleName(tr("Show {name} in {side}", name=entry.name, side=side.upper()))
            self.buttons[side].setToolTip(tr("Show in {side}", side=side.upper()))
        self.menu_button.setAccessibleName(tr("Actions for {name}", name=entry.name))
        self.menu_button.setToolTip(tr("Actions"))

    def begin_rename(self) -> None:
        """Edit the name in place."""
        if self.edit is None:
            self.edit = QLineEdit()
            self.edit.setProperty("bare", True)
            self.edit.setAcceptDrops(False)  # files are dropped on the window
            self.edit.setAccessibleName(tr("New name"))
            self.edit.setFixedHeight(20)
            self.edit.editingFinished.connect(self._finish)
            self._middle.insertWidget(0, self.edit)
        self.edit.setText(self.entry.name)
        self._show_edit(True)
        self.edit.setFocus()
        self.edit.selectAll()

    def _show_edit(self, shown: bool) -> None:
        if self.edit is not None:
            self.edit.setVisible(shown)
        self.name.setVisible(not shown)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click renames."""
        self.begin_rename()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F2 renames, Escape leaves it."""
        if event.key() == Qt.Key.Key_F2:
            self.begin_rename()
        elif event.key() == Qt.Key.Key_Escape and self.edit is not None and self.edit.isVisible():
            self._show_edit(False)
        else:
            super().keyPressEvent(event)

    def _finish(self) -> None:
        if self.edit is not None and not self.edit.isHidden():
            self._show_edit(False)
            text = self.edit.text().strip()
            if text and text != self.entry.name:
                self.renamed.emit(text)


class ShapesPanel(Card):
    """The list."""

    export_wanted = Signal(int)
    open_wanted = Signal()

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__(tr("Shapes"))
        self._session, self._controller = session, controller
        self.rows: dict[int, ShapeRow] = {}
        self.empty = text_label(tr("Nothing yet. Drop a picture or a shape file anywhere in the window."), muted=True)
        self.empty.setWordWrap(True)
        self.open = QPushButton(tr("Open…"))
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(4)
        self._all = False
        self.more = QPushButton()
        self.more.clicked.connect(self._show_all)
        self._list.addWidget(self.more)
        self._list.addWidget(self.empty)
        self._list.addWidget(self.open)
        self._list.addStretch()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setMinimumHeight(64)
        area.setWidget(inside)
        self.body.setContentsMargins(14, 4, 8, 10)
        self.body.addWidget(area)
        self.open.clicked.connect(self.open_wanted)
        self._calm = Calm(self.refresh, self)
        self.watch.on(session.events.document, self._calm)
        self.refresh()

    def retire(self) -> None:
        """Hear nothing any more."""
        super().retire()
        self._calm.stop()

    def refresh(self) -> None:
        """Show the present state."""
        document = self._session.document
        listed = document.entries
        if not self._all and len(listed) > LISTED:
            seen = (document.a, document.b)
            listed = (*(e for e in listed[:-LISTED] if e.id in seen), *listed[-LISTED:])
        wanted = {entry.id for entry in listed}
        for gone in [i for i in self.rows if i not in wanted]:
            row = self.rows.pop(gone)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for index, entry in enumerate(listed):
            fresh = self.rows.get(entry.id)
            if fresh is None:
                fresh = self.rows[entry.id] = self._row(entry)
                self._list.insertWidget(1 + index, fresh)
            elif fresh.entry is entry and fresh.dot.sides == (document.a == entry.id, document.b == entry.id):
                continue  # long lists: a drag changes one row
            fresh.show_entry(entry, document)
        left = len(document.entries) - len(listed)
        self.more.setText(tr("Show {count} more", count=left))
        self.more.setVisible(left > 0)
        self.empty.setVisible(not document.entries)
        self.open.setVisible(not document.entries)
        self.aside.say(str(len(document.entries)) if document.entries else "")

    def _show_all(self) -> None:
        self._all = True
        self.refresh()

    def _row(self, entry: Entry) -> ShapeRow:
        row = ShapeRow(entry)
        row.renamed.connect(partial(self._controller.rename, entry.id))
        row.menu_button.clicked.connect(
            lambda: self.menu(entry.id).popup(row.menu_button.mapToGlobal(row.menu_button.rect().bottomLeft()))
        )
        row.up.clicked.connect(lambda: self.axis_menu(entry.id).popup(row.up.mapToGlobal(row.up.rect().bottomLeft())))
        for side, button in row.buttons.items():
            button.clicked.connect(lambda on, s=side: self._toggle(entry.id, s, on))
        return row

    def _toggle(self, entry_id: int, side: Side, on: bool) -> None:
        if on:
            self._controller.show(entry_id, side)
        else:
            self._controller.clear_side(side)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The same actions under the right button."""
        for entry_id, row in self.rows.items():
            if row.rect().contains(row.mapFromGlobal(event.globalPos())):
                self.menu(entry_id).popup(event.globalPos())

    def menu(self, entry_id: int) -> QMenu:
        """What can be done with a shape."""
        entry = self._session.document.entry(entry_id)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if entry is None:
            return menu
        do = self._controller
        menu.addAction(icon("pencil-simple"), tr("Rename"), self.rows[entry_id].begin_rename)
        menu.addAction(icon("copy"), tr("Duplicate"), partial(do.duplicate, entry_id))
        export = menu.addAction(icon("export"), tr("Export…"), partial(self.export_wanted.emit, entry_id))
        export.setEnabled(entry.latent is not None if entry.shape is None else not entry.shape.is_empty)
        for info in self._session.models:
            if info.fits_shape:
                self._add_fit(menu, entry, info)
        if entry.origin == "file":
            menu.addSeparator()
            self._add_axes(menu, entry)
        menu.addSeparator()
        menu.addAction(icon("trash"), tr("Remove"), partial(do.remove, entry_id))
        return menu

    def axis_menu(self, entry_id: int) -> QMenu:
        """The three axes, the present one ticked."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entry = self._session.document.entry(entry_id)
        if entry is not None:
            self._add_axes(menu, entry)
        return menu

    def _add_axes(self, menu: QMenu, entry: Entry) -> None:
        axes: tuple[Up, ...] = ("y", "z", "x")
        for axis in axes:
            title = tr("{axis} is up", axis=axis)
            action = menu.addAction(icon("check") if entry.up == axis else QIcon(), title)
            action.triggered.connect(partial(self._turn, entry.id, axis))

    def _turn(self, entry_id: int, axis: Up, _: bool = False) -> None:
        self._controller.turn_up(entry_id, axis)

    def _add_fit(self, menu: QMenu, entry: Entry, info: ModelInfo) -> None:
        action = menu.addAction(
            icon("crosshair"), tr("Fit {model}", model=info.title), partial(self._controller.fit, entry.id, info.id)
        )
        action.setEnabled(entry.shape is not None and not entry.shape.is_empty)
        action.setToolTip(tr("Find the code whose surface comes nearest to this shape"))
