"""A viewport that may come later: the window is on screen before VTK has been imported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QStackedLayout, QWidget

from studio.document import Display, Side
from studio.opengl import software_opengl
from studio.theme import Theme
from studio.viewport.flow import Flow, Grips, Marks
from studio.viewport.grasp import Gripper
from studio.viewport.pick import Hit
from studio.viewport.view import NullViewport, ShapeView, Viewport


class LateViewport(QObject):
    """Remembers what it is told until the real viewport arrives, then tells it everything and steps aside.

    Where a graphics card draws, the place is held by an empty OpenGL widget: a window that gets its first OpenGL widget after
    it was shown would be made anew, which the user would see as a flash.
    """

    painted = Signal(float)
    picked = Signal(str)
    hovered = Signal(object)
    touched = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.widget = QWidget(parent)
        self._stack = QStackedLayout(self.widget)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._memory = NullViewport()
        self._real: Viewport | None = None
        self._placeholder = QWidget() if software_opengl() else QOpenGLWidget()
        self._stack.addWidget(self._placeholder)

    @property
    def real(self) -> Viewport | None:
        """The viewport that arrived, or None."""
        return self._real

    def arrive(self, make: Callable[[QWidget], Viewport]) -> None:
        """Make the real viewport and tell it what was asked for in the meantime."""
        memory = self._memory
        real = make(self.widget)
        if memory.theme is not None:
            real.set_theme(memory.theme)
        real.set_split(memory.split, "b" if memory.only == "b" else "a")
        real.set_colour_map(memory.colour_map)
        real.set_display(memory.display)
        real.set_camera(memory.camera())
        for side, view in memory.views.items():
            real.show(side, view)
            real.set_colours(side, memory.values[side], memory.limits)
        real.set_flow(memory.flow, memory.time, memory.limits)
        real.set_marks(memory.marks)
        real.set_grips(memory.grips)
        real.set_gripper(memory.gripper)
        self._real = real
        real.painted.connect(self.painted)
        real.picked.connect(self.picked)
        real.hovered.connect(self.hovered)
        real.touched.connect(self.touched)
        self._stack.addWidget(real.widget)
        self._stack.setCurrentWidget(real.widget)
        self._stack.removeWidget(self._placeholder)
        self._placeholder.deleteLater()

    @property
    def _target(self) -> Viewport:
        return self._real or self._memory

    def show(self, side: Side, view: ShapeView | None) -> None:
        """See `Viewport`."""
        self._target.show(side, view)

    def set_display(self, display: Display) -> None:
        """See `Viewport`."""
        self._target.set_display(display)

    def set_colours(self, side: Side, values: NDArray[np.float32] | None, limits: tuple[float, float]) -> None:
        """See `Viewport`."""
        self._target.set_colours(side, values, limits)

    def set_colour_map(self, name: str) -> None:
        """See `Viewport`."""
        self._target.set_colour_map(name)

    def set_flow(self, flow: Flow | None, time: float, limits: tuple[float, float]) -> None:
        """See `Viewport`."""
        self._target.set_flow(flow, time, limits)

    def set_marks(self, marks: Marks | None) -> None:
        """See `Viewport`."""
        self._target.set_marks(marks)

    def set_grips(self, grips: Grips | None) -> None:
        """See `Viewport`."""
        self._target.set_grips(grips)

    def set_gripper(self, gripper: Gripper | None) -> None:
        """See `Viewport`."""
        self._target.set_gripper(gripper)

    def middle(self, side: Side) -> Hit | None:
        """See `Viewport`."""
        return self._target.middle(side)

    def set_theme(self, theme: Theme) -> None:
        """See `Viewport`."""
        self._target.set_theme(theme)

    def set_split(self, split: bool, only: Side = "a") -> None:
        """See `Viewport`."""
        self._target.set_split(split, only)

    def reset_camera(self) -> None:
        """See `Viewport`."""
        self._target.reset_camera()

    def camera(self) -> dict[str, Any]:
        """See `Viewport`."""
        return self._target.camera()

    def set_camera(self, values: dict[str, Any]) -> None:
        """See `Viewport`."""
        self._target.set_camera(values)

    def screenshot(self, path: Path | None = None, transparent: bool = False, scale: int = 1) -> NDArray[np.uint8]:
        """See `Viewport`."""
        return self._target.screenshot(path, transparent, scale)

    def close(self) -> None:
        """See `Viewport`."""
        self._target.close()
