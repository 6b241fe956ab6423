"""A map under the hand: drag to move, wheel to come nearer, click a picture to go there. Knows places and pictures only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.i18n import tr
from studio.style import font, theme
from studio.watch import FRAME_MS, Calm
from studio.widgets.pad_picture import PadItem, paint_still, thumbnail_side
from studio.widgets.pad_view import REACH, PadView, spread_order

#: Pixels that the mouse may move between press and release of a click.
STILL = 4.0
#: Pixels within which a dot or the handle is under the mouse.
NEAR = 9.0
#: Share of the hand's way that the handle goes with Shift.
FINE = 0.2
#: Pixels that an arrow key moves the handle.
STEP = 6.0
#: Keys that the pad takes itself, and those that it takes while a landmark has the focus.
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
KEYS = (Qt.Key.Key_L, Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus)
LANDMARK_KEYS = (Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
#: Thumbnails kept in other sizes.
SCALED = 1500
#: From this distance on, in gaps between training codes, a code counts as beside the map.
BESIDE = 0.05


class LatentPad(QWidget):
    """Shows items on a map, the handle, and what it blends; asks to move.

    Signals: `moved(x, y)` while dragging, `released()` when a move is done, `chosen(index)` to go to an item,
    `landmark_wanted(x, y)`, and `menu_wanted(index or -1, position)`.
    """

    moved = Signal(float, float)
    released = Signal()
    chosen = Signal(int)
    landmark_wanted = Signal(float, float)
    rename_wanted = Signal(int)
    remove_wanted = Signal(int)
    menu_wanted = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[PadItem, ...] = ()
        self.images: dict[int, QImage] = {}
        self.view = PadView(1, 1)
        self.place: tuple[float, float] | None = None
        self.beside = 0.0
        self.shown: tuple[float, float] | None = None
        self.focused = -1  # the item that the keyboard has chosen
        self.hovered = -1
        self.thumbnails: list[int] = []  # items that are drawn as thumbnails now
        self._blended: Callable[[float, float], NDArray[np.intp]] | None = None
        self._typical: NDArray[np.float64] | None = None
        self._order = np.zeros(0, np.intp)
        self._places = np.zeros((0, 2))
        self._still: QPixmap | None = None
        self._scaled: dict[tuple[int, int], tuple[QImage, QImage]] = {}
        self._hand: str = ""  # what the pressed mouse is doing: "", "press", "drag", "pan"
        self._pressed, self._last = QPointF(), QPointF()
        self._under = -1
        self._panned = False
        self._repaint = Calm(self.update, self, FRAME_MS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Map of codes"))
        self.setAccessibleDescription(
            tr(
                "Arrow keys move, with Shift in small steps; Ctrl and arrows choose a shape, Enter goes there; L places a "
                "landmark; plus and minus zoom, 0 shows everything."
            )
        )

    def sizeHint(self) -> QSize:
        """As high as wide in a dock of the usual width."""
        return QSize(280, 280)

    @property
    def dragging(self) -> bool:
        """True while the mouse holds the handle."""
        return self._hand == "drag"

    # --- what is shown -----------------------------------------------------------------------------------------------

    def set_map(
        self,
        items: Sequence[PadItem],
        typical: NDArray[np.float64] | None,
        blended: Callable[[float, float], NDArray[np.intp]] | None,
    ) -> None:
        """Another map: its items (landmarks last), how typical its places are, and which items a place blends."""
        self.items, self._typical, self._blended = tuple(items), typical, blended
        self._places = np.array([(item.x, item.y) for item in items], np.float64).reshape(-1, 2)
        self._sort()
        self.images = {i: image for i, image in self.images.items() if i < len(items)}
        self.focused = self.focused if self.focused < len(items) else -1
        self.hovered = -1
        self.refresh()

    def set_images(self, images: dict[int, QImage], worth: dict[int, float] | None = None) -> None:
        """Thumbnails by item, and how much each shows (1 is usual): those that show little give way to others."""
        self.images = images
        self._sort(worth or {})
        self.refresh()

    def _sort(self, worth: dict[int, float] | None = None) -> None:
        """The order in which thumbnails are chosen: landmarks, then so that they are spread evenly."""
        marks = [i for i, item in enumerate(self.items) if item.landmark]
        first = np.array(marks + [i for i, item in enumerate(self.items) if not item.landmark], np.intp)
        weights = np.array([(worth or {}).get(i, 1.0) for i in first.tolist()])
        self._order = first[spread_order(self._places[first], len(marks), weights)] if len(first) else first

    def refresh(self) -> None:
        """Paint everything anew."""
        self._still = None
        self._repaint()

    def set_place(self, x: float, y: float, beside: float) -> None:
        """Put the handle somewhere, unless the hand holds it."""
        if not self.dragging and (self.place, self.beside) != ((x, y), beside):
            self.place, self.beside = (x, y), beside
            self._repaint()

    def set_shown(self, place: tuple[float, float] | None) -> None:
        """Mark where the picture on screen is; it trails the handle while decoding catches up."""
        if place != self.shown:
            self.shown = place
            self._repaint()

    def show_whole(self) -> None:
        """Zoom out to the whole map."""
        self._look(self.view.whole())

    def _look(self, view: PadView) -> None:
        if view != self.view:
            self.view = view
            self.refresh()

    # --- mouse -------------------------------------------------------------------------------------------------------

    def item_at(self, at: QPointF) -> int:
        """The item under a point: a thumbnail, or a dot near it; -1 for none."""
        if not self.items:
            return -1
        pixels = self.view.to_pixels(self._places)
        away = np.abs(pixels - [at.x(), at.y()]).max(axis=1)
        half = 0.42 * thumbnail_side(self.view)
        large = [i for i in self.thumbnails if away[i] <= half]
        if large:
            return int(min(large, key=lambda i: away[i]))
        nearest = int(away.argmin())
        return nearest if away[nearest] <= NEAR else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Left: move, or click a thumbnail. Middle or right: pan."""
        self._pressed = self._last = event.position()
        self._panned = False
        if event.button() is Qt.MouseButton.LeftButton:
            self._under = self.item_at(event.position())
            self._hand = "press"
            if self._under < 0 and not self._on_handle(event.position()) and self.items:
                self._begin(at=event.position())
        elif event.button() in (Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton):
            self._hand = "pan"
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, pan or hover."""
        at, far = event.position(), (event.position() - self._pressed).manhattanLength()
        way = at - self._last
        if self._hand == "press" and far > STILL and self.items:
            self._begin(at=None if self._on_handle(self._pressed) else self._pressed)
            way = at - self._pressed
        if self._hand == "drag" and self.place is not None:
            fine = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
            self._go(self.place[0] + fine * way.x() / self.view.scale, self.place[1] - fine * way.y() / self.view.scale)
        elif self._hand == "pan":
            self._panned = self._panned or far > STILL
            self._look(self.view.panned(way.x(), way.y()))
        elif not self._hand:
            self._hover(self.item_at(at))
        self._last = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; a press that did not move was a click."""
        hand, self._hand = self._hand, ""
        if hand == "press":
            if self._under >= 0:
                self.focused = -1
                self.chosen.emit(self._under)
        elif hand == "drag":
            self.released.emit()
        elif hand == "pan":
            self.unsetCursor()
            if event.button() is Qt.MouseButton.RightButton and not self._panned:
                self.menu_wanted.emit(self.item_at(event.position()), event.globalPosition().toPoint())
        self._repaint()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On empty ground: show the whole map."""
        if event.button() is Qt.MouseButton.LeftButton and self.item_at(event.position()) < 0:
            self._hand = ""
            self.show_whole()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu key; the right button is heard at its release, for it also pans."""
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            at = self.view.to_pixels([self._chosen_place()])[0]
            self.menu_wanted.emit(self.focused, self.mapToGlobal(QPointF(*at).toPoint()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer or further about the cursor."""
        notches = (event.angleDelta().y() or event.angleDelta().x()) / 120
        self._look(self.view.zoomed(1.2**notches, event.position().x(), event.position().y()))
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        self._hover(-1)

    def _on_handle(self, at: QPointF) -> bool:
        if self.place is None:
            return False
        here = self.view.to_pixels([self.place])[0]
        return bool(np.hypot(*(here - [at.x(), at.y()])) <= NEAR)

    def _begin(self, at: QPointF | None) -> None:
        """Take the handle: where it is, or at a point."""
        self._hand = "drag"
        self._hover(-1)
        if at is not None:
            self._go(*self.view.to_place(at.x(), at.y()))
        elif self.place is not None and self.beside > BESIDE:
            self._go(*self.place)

    def _go(self, x: float, y: float) -> None:
        place = (float(np.clip(x, -REACH, REACH)), float(np.clip(y, -REACH, REACH)))
        self.place, self.beside = place, 0.0
        self._repaint()
        self.moved.emit(*place)

    def _hover(self, index: int) -> None:
        if index != self.hovered:
            self.hovered = index
            self.setCursor(Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor)
            self._repaint()

    # --- keyboard ----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Keys of the pad come before the window's commands while the pad has the focus."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._mine(event):
            event.accept()
            return True
        return super().event(event)

    def _mine(self, event: QKeyEvent) -> bool:
        if event.key() in ARROWS:
            return True
        if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        return event.key() in KEYS or (event.key() in LANDMARK_KEYS and self._landmark_focused())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See the accessible description."""
        ways = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        key, held = Qt.Key(event.key()), event.modifiers()
        if key in ways and held & Qt.KeyboardModifier.ControlModifier:
            self._choose_towards(*ways[key])
        elif key in ways:
            self._step(*ways[key], FINE if held & Qt.KeyboardModifier.ShiftModifier else 1.0)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.focused >= 0:
            self.chosen.emit(self.focused)
        elif key == Qt.Key.Key_L and self.place is not None:
            self.landmark_wanted.emit(*self.place)
        elif key == Qt.Key.Key_Escape and self.focused >= 0:
            self.focused = -1
            self._repaint()
        elif key == Qt.Key.Key_F2 and self._landmark_focused():
            self.rename_wanted.emit(self.focused)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._landmark_focused():
            self.remove_wanted.emit(self.focused)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            about = self.view.to_pixels([self._chosen_place()])[0]
            self._look(self.view.zoomed(1 / 1.25 if key == Qt.Key.Key_Minus else 1.25, *about.tolist()))
        elif key == Qt.Key.Key_0:
            self.show_whole()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """One press of an arrow is one step, however long it is held."""
        if event.key() in ARROWS and not event.isAutoRepeat():
            self.released.emit()
        super().keyReleaseEvent(event)

    def _step(self, dx: int, dy: int, share: float) -> None:
        if self.items:
            x, y = self.place or (0.0, 0.0)
            by = STEP * share / self.view.scale
            self._go(x + dx * by, y + dy * by)
            assert self.place is not None
            self._look(self.view.showing(*self.place))

    def _choose_towards(self, dx: int, dy: int) -> None:
        """Focus the nearest item that lies in a direction from the focused one, or from the handle."""
        if not self.items:
            return
        x, y = self._chosen_place()
        way = self._places - [x, y]
        ahead, aside = way @ [dx, dy], np.abs(way @ [dy, -dx])
        cost = np.where(ahead > 1e-6, ahead + 2.0 * aside, np.inf)
        if np.isfinite(cost).any():
            self.focused = int(cost.argmin())
            self._look(self.view.showing(*self._places[self.focused].tolist()))
            item = self.items[self.focused]
            self.setAccessibleDescription(tr("{name}, {kind}; Enter goes there", name=item.name, kind=item.kind))
            self._repaint()

    def _chosen_place(self) -> tuple[float, float]:
        if self.focused >= 0:
            return self.items[self.focused].x, self.items[self.focused].y
        return self.place or (0.0, 0.0)

    def _landmark_focused(self) -> bool:
        return self.focused >= 0 and self.items[self.focused].landmark

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    # --- painting ----------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The same part of the map in the new size."""
        super().resizeEvent(event)
        self._look(self.view.resized(self.width(), self.height()).panned(0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The still picture, and what moves over it."""
        colours = theme()
        if self._still is None or self._still.devicePixelRatio() != self.devicePixelRatioF():
            if len(self._scaled) > SCALED:
                self._scaled.clear()
            self._still, self.thumbnails = paint_still(
                self.view, self.devicePixelRatioF(), self._typical, self.items, self._order, self.images, self._scaled
            )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._still)
        if self.place is not None and self.items:
            self._paint_handle(painter, self.place)
        if self.focused >= 0 and self.hasFocus():
            self._paint_ring(painter, self.focused)
        if self.hovered >= 0 and not self._hand:
            self._paint_card(painter, self.hovered)
        elif self.focused >= 0 and self.hasFocus() and not self._hand:
            self._paint_card(painter, self.focused)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.hairline), 1))
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 7, 7)
        _corners(painter, self.width(), self.height(), colours.panel)

    def _paint_handle(self, painter: QPainter, place: tuple[float, float]) -> None:
        colours = theme()
        at = QPointF(*self.view.to_pixels([place])[0])
        if self._blended is not None and self.beside <= BESIDE:
            for rank, index in enumerate(self._blended(*place).tolist()):
                ink = QColor(colours.text)
                ink.setAlphaF(max(0.12, 0.55 - 0.11 * rank))
                painter.setPen(QPen(ink, 1.2))
                painter.drawLine(at, QPointF(*self.view.to_pixels([self._places[index]])[0]))
        if self.shown is not None:
            seen = QPointF(*self.view.to_pixels([self.shown])[0])
            if (seen - at).manhattanLength() > 3:
                painter.setBrush(QColor(colours.panel))
                painter.setPen(QPen(QColor(colours.accent), 1.5))
                painter.drawEllipse(seen, 3.5, 3.5)
        size = 8.0 if self.dragging else 7.0
        painter.setPen(Qt.PenStyle.NoPen)
        halo = QColor(colours.window)
        halo.setAlphaF(0.75)
        painter.setBrush(halo)
        painter.drawEllipse(at, size + 3.5, size + 3.5)
        ring = QPen(QColor(colours.accent), 2.5)
        if self.beside > BESIDE:  # a code beside the map: an open ring
            ring.setDashPattern([1.6, 1.3])
            painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            painter.setBrush(QColor(colours.text))
        painter.setPen(ring)
        painter.drawEllipse(at, size, size)

    def _paint_ring(self, painter: QPainter, index: int) -> None:
        side = thumbnail_side(self.view) if index in self.thumbnails else 14.0
        at = QPointF(*self.view.to_pixels([self._places[index]])[0])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme().accent), 2))
        painter.drawRoundedRect(QRectF(at.x() - side / 2 - 2, at.y() - side / 2 - 2, side + 4, side + 4), 6, 6)

    def _paint_card(self, painter: QPainter, index: int) -> None:
        """Name, category and a large picture beside an item, inside the pad."""
        colours, item = theme(), self.items[index]
        label, small = font("body"), font("label")
        wide = max(112, min(170, 20 + QFontMetrics(label).horizontalAdvance(item.name)))
        picture = self.images.get(index)
        tall = 48 + (96 if picture is not None else 0)
        at = self.view.to_pixels([self._places[index]])[0]
        half = thumbnail_side(self.view) / 2 + 8 if index in self.thumbnails else 12.0
        left = at[0] + half if at[0] + half + wide <= self.width() - 4 else at[0] - half - wide
        left = float(np.clip(left, 4, max(4, self.width() - wide - 4)))
        top = float(np.clip(at[1] - tall / 2, 4, max(4, self.height() - tall - 4)))
        box = QRectF(left, top, wide, tall)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.setBrush(QColor(colours.panel))
        painter.drawRoundedRect(box, 7, 7)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left + (wide - 96) / 2, top + 4, 96, 96), picture)
        painter.setFont(label)
        painter.setPen(QColor(colours.text))
        text = QFontMetrics(label).elidedText(item.name, Qt.TextElideMode.ElideRight, wide - 16)
        painter.drawText(QRectF(left + 8, top + tall - 44, wide - 16, 20), Qt.AlignmentFlag.AlignVCenter, text)
        painter.setFont(small)
        painter.setPen(QColor(colours.muted))
        painter.drawText(QRectF(left + 20, top + tall - 25, wide - 28, 18), Qt.AlignmentFlag.AlignVCenter, item.kind)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(item.colour))
        painter.drawEllipse(QPointF(left + 12, top + tall - 16), 3.5, 3.5)


def _corners(painter: QPainter, width: float, height: float, colour: str) -> None:
    """Round the picture's corners by painting what lies outside the frame."""
    from PySide6.QtGui import QPainterPath

    whole, inner = QPainterPath(), QPainterPath()
    whole.addRect(QRectF(0, 0, width, height))
    inner.addRoundedRect(QRectF(0, 0, width, height), 7.5, 7.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawPath(whole.subtracted(inner))
