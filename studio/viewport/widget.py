"""The real viewport: a scene on a canvas, painted once per change and never otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QThread, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from studio.document import Display, Side
from studio.opengl import software_opengl
from studio.theme import DARK, Theme
from studio.viewport.flow import Flow, Grips, Marks
from studio.viewport.gl_canvas import GlCanvas
from studio.viewport.grasp import Grasp, Gripper
from studio.viewport.image_canvas import ImageCanvas
from studio.viewport.orbit import Orbit
from studio.viewport.pick import Hit
from studio.viewport.scene import Scene
from studio.viewport.sight import Sight
from studio.viewport.snapshot import snapshot
from studio.viewport.view import ShapeView
from studio.watch import FRAME_MS, Calm


class VtkViewport(QObject):
    """Two linked views in one widget. See `studio.viewport.view.Viewport`.

    Args:
        parent: of the widget.
        theme: colours.
        software: the processor draws (see `studio.opengl`); found out if not given.

    Attributes:
        widget: the canvas.
        applied: number of changes shown so far (`renders` counts the paints).
    """

    painted = Signal(float)
    picked = Signal(str)
    hovered = Signal(object)
    touched = Signal(object)

    def __init__(self, parent: QWidget | None = None, theme: Theme = DARK, software: bool | None = None) -> None:
        super().__init__(parent)
        in_software = software_opengl() if software is None else software
        self.widget: QWidget = ImageCanvas(parent, theme) if in_software else GlCanvas(parent, theme)
        self._canvas: Any = self.widget
        self._scene: Scene = self._canvas.scene
        self._subjects: dict[Side, int | None] = {"a": None, "b": None}
        self._closed = False
        self._canvas.painted.connect(self.painted)
        self._canvas.clicked.connect(self._clicked)
        self._canvas.pointed.connect(self._pointed)
        self._sight = Sight(self._scene)
        self._grasp = self._canvas.grasp = Grasp(self._scene, self._size, self.hit)
        self._place: tuple[float, float] | None = None
        self._look_soon = Calm(self._look, self, FRAME_MS)

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
        else:
            self._canvas.mark(side)

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
            self._canvas.mark(side)

    def set_colour_map(self, name: str) -> None:
        """Another map for the error colours."""
        self._on_gui_thread()
        if name != self._scene.colour_map:
            self._scene.set_colour_map(name)
            self._canvas.mark()

    def set_flow(self, flow: Flow | None, time: float, limits: tuple[float, float]) -> None:
        """A matching for the display "matching", its points at fraction `time` of their way."""
        self._on_gui_thread()
        before = (self._scene.flow, self._scene.time, self._scene.limits)
        self._scene.set_flow(flow, time, limits)
        if self._scene.display == "matching" and before != (flow, time, limits):
            self._canvas.mark()

    def set_marks(self, marks: Marks | None) -> None:
        """A picked point and its partner, or none."""
        self._on_gui_thread()
        if marks is not self._scene.marks:
            self._scene.set_marks(marks)
            self._canvas.mark()

    def set_grips(self, grips: Grips | None) -> None:
        """Pins, and a point that is pulled."""
        self._on_gui_thread()
        if grips is not self._scene.grips:
            self._scene.set_grips(grips)
            self._canvas.mark()

    def set_gripper(self, gripper: Gripper | None) -> None:
        """Who is asked whether a press on a shape grabs it, and told where it is pulled to."""
        self._grasp.gripper = gripper

    def middle(self, side: Side) -> Hit | None:
        """The point of a side's shape that is seen nearest to the middle of its view."""
        return self._grasp.middle(side)

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
            self._look_soon.stop()
            self._canvas.close()

    # --- the mouse -------------------------------------------------------------------------------------------------

    def hit(self, x: float, y: float) -> Hit | None:
        """What lies under a pixel of the widget."""
        return self._sight.hit(x, y, self._size())

    def _size(self) -> tuple[int, int]:
        return self.widget.width(), self.widget.height()

    def _clicked(self, x: float, y: float) -> None:
        self.picked.emit(self._canvas.side_at(x))
        self.touched.emit(self.hit(x, y))

    def _pointed(self, place: tuple[float, float] | None) -> None:
        self._place = place
        if place is None or not (self._grasp.open or self._scene.display in ("error", "matching")):
            self._look_soon.stop()
            self.hovered.emit(None)
        else:
            self._look_soon()

    def _look(self) -> None:
        hit = None if self._place is None or self._closed else self.hit(*self._place)
        self.hovered.emit(hit if self._scene.display in ("error", "matching") else None)
        if hit is not None and self._grasp.open:
            self.widget.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._place is not None:
            self.widget.unsetCursor()

    def _frame(self) -> None:
        self._scene.frame((self.widget.width(), self.widget.height()))

    @staticmethod
    def _on_gui_thread() -> None:
        application = QApplication.instance()
        assert application is not None, "the viewport needs a running application"
        assert QThread.currentThread() is application.thread(), "the viewport must be called on the GUI thread"
