"""The real viewport: one OpenGL widget, painted once per change and never otherwise."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QThread, Signal
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QApplication, QWidget
from pyvistaqt.rwi import QVTKRenderWindowInteractor

from studio.document import Display, Side
from studio.theme import DARK, Theme
from studio.viewport.orbit import Orbit
from studio.viewport.scene import POINT_SIZE, Scene
from studio.viewport.snapshot import snapshot
from studio.viewport.view import ShapeView
from studio.watch import set_frame_ms

#: Degrees turned by a drag across one height of the view.
TURN = 220.0
#: Milliseconds between repaints of a dragged slider where the processor draws.
SOFTWARE_FRAME = 50


class _Canvas(QVTKRenderWindowInteractor):  # type: ignore[misc]
    """The OpenGL widget of pyvistaqt, with its own idea of when to paint.

    VTK's interactor is left out: mouse moves turn `Scene.orbit` and ask Qt for one repaint; keys and drops are not taken.
    A paint that Qt wants for its own reasons (a label above was redrawn) shows the old frame again without rendering.
    """

    painted = Signal(float)
    picked = Signal(str)

    def __init__(self, parent: QWidget | None, theme: Theme) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)
        self.setUpdateBehavior(QOpenGLWidget.UpdateBehavior.PartialUpdate)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.window_ = self.GetRenderWindow()
        self.window_.SetMultiSamples(0)
        self.scene = Scene(self.window_, theme)
        self.renders = 0
        self._dirty = True
        self._began = 0.0
        self._last: QPointF | None = None
        self._pressed: QPointF | None = None
        self._Iren.Initialize()
        self.frameSwapped.connect(self._swapped)

    def mark(self) -> None:
        """Something changed: paint once, soon."""
        self._dirty = True
        self.update()

    # --- painting --------------------------------------------------------------------------------------------------

    def initializeGL(self) -> None:
        """Anti-alias on a real GPU only; in software each sample costs as much as a frame."""
        super().initializeGL()
        report = self.window_.ReportCapabilities().lower()
        software = any(name in report for name in ("llvmpipe", "softpipe", "swrast", "software"))
        self.window_.SetMultiSamples(0 if software else 4)
        set_frame_ms(SOFTWARE_FRAME if software else 16)
        self._dirty = True

    def resizeGL(self, width: int, height: int) -> None:
        """Another size is another picture; a view that nobody has zoomed is framed anew."""
        super().resizeGL(width, height)
        if self.scene.orbit.framed:
            self.scene.frame((width, height))
        self.scene.set_point_size(POINT_SIZE * self.devicePixelRatioF())
        self._dirty = True

    def paintGL(self) -> None:
        """Render if something changed since the last time."""
        if not self._dirty:
            return
        self._dirty = False
        self._began = time.perf_counter()
        self.renders += 1
        super().paintGL()

    def _swapped(self) -> None:
        if self._began:
            took, self._began = 1e3 * (time.perf_counter() - self._began), 0.0
            self.painted.emit(took)

    # --- the hand --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to turn (left), or to move (middle, right, or with Shift)."""
        self._last = self._pressed = event.position()
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn or move the camera."""
        if self._last is None or not event.buttons():
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
        """A press without a move picks the side."""
        self.unsetCursor()
        pressed, self._last, self._pressed = self._pressed, None, None
        if pressed is not None and (event.position() - pressed).manhattanLength() < 4:
            self.picked.emit(self.side_at(event.position().x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the standard view."""
        self._last = self._pressed = None
        self.reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Nearer and farther."""
        self.scene.look(self.scene.orbit.zoomed(1.0015 ** event.angleDelta().y()))
        self.mark()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys are the window's business: some of VTK's would quit it."""
        event.ignore()

    keyReleaseEvent = keyPressEvent

    def enterEvent(self, event: QEvent) -> None:
        """Nothing: VTK need not know."""

    leaveEvent = enterEvent

    def side_at(self, x: float) -> Side:
        """The side under a horizontal position."""
        sides = self.scene.sides
        return sides[0] if len(sides) == 1 or x < self.width() / 2 else sides[1]

    def reset(self) -> None:
        """The standard view, framed."""
        self.scene.orbit = Orbit()
        self.scene.frame((self.width(), self.height()))
        self.mark()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Release OpenGL resources while the context still exists."""
        super().closeEvent(event)


class VtkViewport(QObject):
    """Two linked views in one OpenGL widget. See `studio.viewport.view.Viewport`.

    Attributes:
        widget: the OpenGL widget.
        applied: number of changes shown so far (`renders` counts the paints).
    """

    painted = Signal(float)
    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None, theme: Theme = DARK) -> None:
        super().__init__(parent)
        self.widget: QWidget = _Canvas(parent, theme)
        self._canvas: Any = self.widget
        self._scene: Scene = self._canvas.scene
        self._subjects: dict[Side, int | None] = {"a": None, "b": None}
        self._closed = False
        self._canvas.painted.connect(self.painted)
        self._canvas.picked.connect(self.picked)

    @property
    def renders(self) -> int:
        """How often VTK has rendered."""
        return int(self._canvas.renders)

    def show(self, side: Side, view: ShapeView | None) -> None:
        """Show a shape, or nothing, on a side; one paint follows. Another subject is framed unless the user has zoomed."""
        self._on_gui_thread()
        before = self._scene.shape(side)
        shape = view.shape if view else None
        subject = view.entry if view and shape is not None and not shape.is_empty else None
        if shape is before and subject == self._subjects[side]:
            return
        new_subject = subject is not None and subject != self._subjects[side]
        self._subjects[side] = subject
        self._scene.set_shape(side, shape)
        if new_subject and self._scene.orbit.framed:
            self._frame()
        self._canvas.mark()

    def set_display(self, display: Display) -> None:
        """Surfaces, points, or error colours."""
        self._on_gui_thread()
        if display != self._scene.display:
            self._scene.set_display(display)
            self._canvas.mark()

    def set_colours(self, side: Side, values: NDArray[np.float32] | None, limits: tuple[float, float]) -> None:
        """Distances of a side's vertices or points, and the limits of the scale that both sides share."""
        self._on_gui_thread()
        self._scene.set_values(side, values, limits)
        if self._scene.display == "error":
            self._canvas.mark()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._on_gui_thread()
        self._scene.set_theme(theme)
        self._canvas.mark()

    def set_split(self, split: bool, only: Side = "a") -> None:
        """Two views, or one of `only`."""
        self._on_gui_thread()
        layout = None if split else only
        if self._scene.sides != (("a", "b") if layout is None else (layout,)):
            self._scene.set_layout(layout)
            if self._scene.orbit.framed:
                self._frame()
            self._canvas.mark()

    def reset_camera(self) -> None:
        """The standard view, framed."""
        self._on_gui_thread()
        self._canvas.reset()

    def camera(self) -> dict[str, Any]:
        """The camera, for a session file."""
        return self._scene.orbit.as_dict()

    def set_camera(self, values: dict[str, Any]) -> None:
        """The camera of a session file."""
        self._on_gui_thread()
        self._scene.look(Orbit.from_dict(values))
        self._canvas.mark()

    def screenshot(self, path: Path | None = None, transparent: bool = False, scale: int = 1) -> NDArray[np.uint8]:
        """(H, W, 3 or 4) uint8 picture of both views, `scale` times as large as on screen, also written to `path`."""
        self._on_gui_thread()
        pixels = snapshot(self._scene, (self.widget.width() * scale, self.widget.height() * scale), transparent, scale)
        if path is not None:
            height, width, channels = pixels.shape
            kind = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
            if not QImage(pixels.tobytes(), width, height, width * channels, kind).save(str(path)):
                raise OSError(f"cannot write {path}")
        return pixels

    def close(self) -> None:
        """Release the OpenGL resources; call before the window goes."""
        if not self._closed:
            self._closed = True
            self._canvas.close()

    def _frame(self) -> None:
        self._scene.frame((self.widget.width(), self.widget.height()))

    @staticmethod
    def _on_gui_thread() -> None:
        application = QApplication.instance()
        assert application is not None, "the viewport needs a running application"
        assert QThread.currentThread() is application.thread(), "the viewport must be called on the GUI thread"
