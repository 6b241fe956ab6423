"""What the mouse does in a viewport, whichever way its pixels get on screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from studio.document import Side
from studio.viewport.grasp import Grasp
from studio.viewport.orbit import Orbit
from studio.viewport.scene import Scene

#: Pixels that a press may move and still be a click.
STILL = 4
#: Degrees turned by a drag across one height of the view.
TURN = 220.0


class Hand:
    """Mixed into a QWidget with a `scene` and signals `clicked` and `pointed`; moves the camera, asks for a paint by `mark`.

    VTK's own interactor is left out: it paints as often as the mouse moves, and some of its keys would quit the window.
    """

    scene: Scene
    mark: Callable[..., None]
    clicked: Any
    pointed: Any
    grasp: Grasp | None = None
    _holding: Literal["", "pressed", "pulling"] = ""
    _last: QPointF | None = None
    _pressed: QPointF | None = None

    if TYPE_CHECKING:  # what QWidget brings

        def width(self) -> int: ...  # noqa: D102
        def height(self) -> int: ...  # noqa: D102
        def setCursor(self, shape: Qt.CursorShape) -> None: ...  # noqa: D102
        def unsetCursor(self) -> None: ...  # noqa: D102

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to pull (left, on a shape that may be grabbed), to turn (left), or to move (middle, right, or with Shift)."""
        if self._holding:  # another button, in the middle of a pull
            return
        self._last = self._pressed = event.position()
        self.pointed.emit(None)
        keys, left = event.modifiers(), event.button() == Qt.MouseButton.LeftButton
        if self.grasp is not None and left and not keys & Qt.KeyboardModifier.ShiftModifier:
            quick = bool(keys & Qt.KeyboardModifier.ControlModifier)
            self._holding = "pressed" if self.grasp.press(event.position().x(), event.position().y(), quick) else ""
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn or move the camera; without a button, say where the mouse is."""
        if not event.buttons():
            self.pointed.emit((event.position().x(), event.position().y()))
            return
        if self._last is None:
            return
        if self._holding and self.grasp is not None and self._pressed is not None:
            if self._holding == "pulling" or (event.position() - self._pressed).manhattanLength() >= STILL:
                self._holding = "pulling"
                self.grasp.drag(event.position().x(), event.position().y())
            return
        step = (event.position() - self._last) / max(1, self.height())
        self._last = event.position()
        panning = event.buttons() & (Qt.MouseButton.MiddleButton | Qt.MouseButton.RightButton)
        if panning or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.scene.look(self.scene.orbit.moved(-step.x(), step.y()))
        else:
            self.scene.look(self.scene.orbit.turned(-TURN * step.x(), TURN * step.y()))
        self.mark()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The end of a pull, a pin (with Shift), or a click: a press without a move."""
        if self._holding and event.button() != Qt.MouseButton.LeftButton:
            return
        self.unsetCursor()
        pressed, self._last, self._pressed = self._pressed, None, None
        holding, self._holding = self._holding, ""
        if holding == "pulling" and self.grasp is not None:
            self.grasp.release()
        elif pressed is not None and (event.position() - pressed).manhattanLength() < STILL:
            shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if not (shifted and self._pin(event)):
                self.clicked.emit(event.position().x(), event.position().y())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A pin, where shapes let themselves be pulled; else back to the standard view."""
        self._last = self._pressed = None
        if not self._pin(event):
            self.reset()

    def _pin(self, event: QMouseEvent) -> bool:
        return self.grasp is not None and self.grasp.pin(event.position().x(), event.position().y())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer and farther."""
        self.scene.look(self.scene.orbit.zoomed(1.0015 ** event.angleDelta().y()))
        self.mark()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are the window's business: some of VTK's would quit it."""
        event.ignore()

    keyReleaseEvent = keyPressEvent

    def leaveEvent(self, event: QEvent) -> None:
        """The mouse points at nothing any more."""
        self.pointed.emit(None)

    def side_at(self, x: float) -> Side:
        """The side under a horizontal position."""
        sides = self.scene.sides
        return sides[0] if len(sides) == 1 or x < self.width() / 2 else sides[1]

    def reset(self) -> None:
        """The standard view, framed."""
        self.scene.orbit = Orbit()
        self.scene.frame((self.width(), self.height()))
        self.mark()
