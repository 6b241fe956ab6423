"""The place of the shapes: the viewport with its few labels, all of them Qt's (VTK drops Chinese characters silently)."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from studio.document import Document, Entry, Side
from studio.i18n import engine_text, tr
from studio.style import font, text_label, theme
from studio.viewport.view import Viewport
from studio.widgets.bars import Badge, EmptyState, NoticeBar
from studio.widgets.grip_chip import GripChip
from studio.widgets.tags import HoverTag, PartnerChip
from studio.widgets.text import Elided
from studio.widgets.timing_board import TimingBoard
from studio.widgets.transport_bar import TransportBar

RADIUS = 10.0
MARGIN = 12


class NameChip(QFrame):
    """Which side this is and what it shows: letter in the identity colour, name, detail, and a badge while it is not final."""

    clicked = Signal(str)

    def __init__(self, side: Side, parent: QWidget) -> None:
        super().__init__(parent)
        self._side: Side = side
        self._active = False
        self.letter = QLabel(side.upper())
        self.letter.setFont(font("title"))
        self.letter.setFixedSize(20, 20)
        self.letter.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = Elided("", "title")
        self.detail = Elided("", "label", muted=True, tabular=True)
        self.badge = Badge()
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.parts = QHBoxLayout(self)
        self.parts.setContentsMargins(6, 6, 12, 6)
        self.parts.setSpacing(8)
        self.parts.addWidget(self.letter)
        self.parts.addWidget(self.name)
        self.parts.addWidget(self.detail)
        self.parts.addWidget(self.badge)
        self._room = 400

    def set_room(self, width: int) -> None:
        """The widest that the chip may be."""
        self._room = width
        self._fit()

    def show_entry(self, entry: Entry | None, active: bool, behind: int) -> None:
        """Show what is on the side."""
        self._active = active
        colours = theme()
        ink = colours.accent_text if self._side == "b" or colours.name == "dark" else colours.panel
        filled = f"background: {colours.identity(self._side)}; color: {ink}; border-radius: 6px;"
        hollow = f"background: transparent; color: {colours.identity(self._side)}; border-radius: 6px;"
        self.letter.setStyleSheet(filled if active else hollow)
        self.setVisible(entry is not None)
        if entry is None:
            return
        self.setToolTip(tr("Sliders and Reconstruct act on this side") if active else tr("Click to work on this side"))
        self.setAccessibleName(tr("Side {side}: {name}", side=self._side.upper(), name=entry.name))
        self.name.set_text(entry.name)
        self.detail.set_text(entry.detail)
        self.badge.say(*_freshness(entry, behind))
        self.badge.setVisible(bool(self.badge.text()))
        self._fit()
        self.update()

    def _fit(self) -> None:
        fixed = 6 + 20 + 8 + 8 + 12 + (self.badge.sizeHint().width() + 8 if self.badge.text() else 0)
        name, detail = self.name.sizeHint().width(), self.detail.sizeHint().width()
        room = max(0, self._room - fixed)
        name = min(name, max(60, room - min(detail, room // 2)))
        detail = min(detail, max(0, room - name))
        self.detail.setVisible(detail > 40)
        self.name.setFixedWidth(name)
        self.detail.setFixedWidth(max(detail, 1))
        self.resize(min(self._room, fixed + name + detail), 32)
        self.parts.activate()  # at once: a picture taken before the event loop comes round would show the badge over the detail

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click makes the side the active one."""
        self.clicked.emit(self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A translucent pill, outlined in the identity colour when active."""
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(colours.panel)
        back.setAlphaF(0.86)
        painter.setBrush(back)
        painter.setPen(QPen(QColor(colours.identity(self._side) if self._active else colours.hairline), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


def _freshness(entry: Entry, behind: int) -> tuple[str, Literal["", "warning"]]:
    if entry.shape is None:
        return tr("decoding…"), "warning"
    if entry.latent is None or entry.settled:
        return "", ""
    level = tr("{n}³ preview", n=entry.level - 1) if entry.level else tr("preview")
    if behind > 0 and entry.shown != entry.latent:
        return tr("{level}, {count} behind", level=level, count=behind), "warning"
    return level, "warning"


def _words(entry: Entry | None, behind: int) -> object:
    """Everything of an entry that the labels depend on."""
    if entry is None:
        return None
    empty = entry.shape is not None and entry.shape.is_empty
    return entry.id, entry.name, entry.detail, empty, _freshness(entry, behind)


class _Rim(QWidget):
    """Rounds the viewport's corners, draws its hairline, the line between A and B, and the outline while files hover."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.split = False
        self.hovered = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = QPainterPath()
        inner.addRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        outer = QPainterPath()
        outer.addRect(QRectF(self.rect()))
        painter.fillPath(outer.subtracted(inner), QColor(colours.window))
        line = QPen(QColor(colours.accent), 2) if self.hovered else QPen(QColor(colours.hairline), 1)
        painter.setPen(line)
        painter.drawPath(inner)
        if self.split:
            painter.setPen(QPen(QColor(colours.hairline), 1))
            painter.drawLine(self.width() // 2, 1, self.width() // 2, self.height() - 2)


class Stage(QWidget):
    """The viewport, the chips of A and B, the empty state, the mouse help and the notice.

    Args:
        viewport: shows the shapes; the stage takes its widget in.
    """

    picked = Signal(str)

    def __init__(self, viewport: Viewport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = viewport.widget
        self._canvas.setParent(self)
        self._canvas.setAccessibleName(tr("Shapes in A and B"))
        self.rim = _Rim(self)
        self.chips: dict[Side, NameChip] = {"a": NameChip("a", self), "b": NameChip("b", self)}
        self.empty = EmptyState("cube", "", "", self)
        self.help = text_label(
            tr("drag: orbit · Shift-drag: pan · wheel: zoom · double click: reset view"), "label", muted=True
        )
        self.help.setParent(self)
        self.help.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.notice = NoticeBar(self)
        self.tag = HoverTag(self)
        self.partner = PartnerChip(self)
        self.grip = GripChip(self)
        self.transport = TransportBar(self)
        self.transport.hide()
        self.timing = TimingBoard(self)
        self._sides: tuple[Side, ...] = ("a",)
        self._shown: object = None
        self._canvas.installEventFilter(self)
        for chip in self.chips.values():
            chip.clicked.connect(self.picked)
        viewport.picked.connect(self.picked)
        self.setMinimumSize(320, 240)

    def sizeHint(self) -> QSize:
        """Most of the window."""
        return QSize(720, 560)

    def show_document(self, document: Document, behind: int, waiting: bool) -> None:
        """Bring the labels in line with the document.

        Args:
            document: what is shown.
            behind: how many requests the picture is behind the sliders.
            waiting: True while something is on its way to an empty view.
        """
        a, b = document.side("a"), document.side("b")
        key = (*(_words(entry, behind) for entry in (a, b)), document.active, waiting)
        if key == self._shown:  # a drag changes the document often and these words seldom
            return
        self._shown = key
        self._sides = ("a", "b") if a and b else ("b",) if b else ("a",)
        self.chips["a"].show_entry(a, document.active == "a", behind)
        self.chips["b"].show_entry(b, document.active == "b", behind)
        self.rim.split = len(self._sides) == 2
        self.rim.update()
        self._say_why_empty(a, b, waiting)
        self.help.setVisible(self.help.isVisibleTo(self) and bool(a or b))
        self._arrange()

    def _say_why_empty(self, a: Entry | None, b: Entry | None, waiting: bool) -> None:
        shown = [e for e in (a, b) if e is not None]
        lacking = next((e for e in shown if e.shape is not None and e.shape.is_empty), None)
        if lacking is not None:
            note = getattr(lacking.shape, "note", "") or "There is nothing to draw."
            self.empty.say(tr("{name} has no surface", name=lacking.name), engine_text(note))
        elif not shown and waiting:
            self.empty.say(tr("One moment"), tr("The models are being loaded; the shape appears here."))
        elif not shown:
            self.empty.say(
                tr("Nothing to show yet"),
                tr("Drop a picture to turn it into a shape, drop a shape to look at it, or start from a model at the right."),
            )
        self.empty.setVisible(lacking is not None or not shown)

    def set_hovered(self, hovered: bool) -> None:
        """Show that a drop would be taken."""
        self.rim.hovered = hovered
        self.rim.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Who has turned the shape needs no more help."""
        if event.type() is QEvent.Type.MouseButtonPress and not self.help.isHidden():
            self.help.hide()
            self._arrange()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything in its place."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.width(), self.height()
        if self._canvas.size() != self.size():
            self._canvas.setGeometry(0, 0, width, height)
        self.rim.setGeometry(0, 0, width, height)
        part = width // len(self._sides)
        for place, side in enumerate(self._sides):
            chip = self.chips[side]
            chip.set_room(part - 2 * MARGIN)
            chip.move(QPoint(place * part + MARGIN, MARGIN))
        wide = min(420, width - 4 * MARGIN)
        self.empty.setGeometry((width - wide) // 2, MARGIN, wide, height - 2 * MARGIN)
        hint = self.help.sizeHint()
        self.help.setGeometry((width - hint.width()) // 2, height - hint.height() - MARGIN, hint.width(), hint.height())
        low = height - MARGIN
        if not self.transport.isHidden():
            wide = min(self.transport.sizeHint().width(), width - 2 * MARGIN)
            self.transport.setGeometry((width - wide) // 2, low - 38, wide, 38)
            low -= 38 + 8
        board, below = self.timing.sizeHint(), 0 if self.help.isHidden() else self.help.height() + 8
        place = max(2 * MARGIN + 32, low - below - board.height())  # over the floor, where shapes seldom are
        self.timing.setGeometry(width - board.width() - MARGIN, place, board.width(), board.height())
        if not self.partner.isHidden():
            hint = self.partner.sizeHint()
            self.partner.setGeometry(MARGIN, low - hint.height(), min(hint.width(), width - 2 * MARGIN), hint.height())
            low -= hint.height() + 8
        if not self.grip.isHidden():
            hint = self.grip.sizeHint()
            self.grip.setGeometry(MARGIN, low - hint.height(), min(hint.width(), width - 2 * MARGIN), hint.height())
        wide = min(640, width - 2 * MARGIN)
        tall = max(40, self.notice.heightForWidth(wide))
        self.notice.setGeometry((width - wide) // 2, low - tall, wide, tall)

    def show_transport(self, shown: bool) -> None:
        """Show the bar that plays a matching, or take it away."""
        self.transport.setVisible(shown)
        self.help.setVisible(not shown and self.help.isVisible())
        self.arrange()

    def arrange(self) -> None:
        """Something has another size."""
        self._arrange()

    def arrange_notice(self) -> None:
        """The notice has another text."""
        self._arrange()
        self.notice.raise_()
