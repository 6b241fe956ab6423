"""What the window may ask of a viewport, whichever way it draws; and a viewport that draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from engine.api import Shape
from studio.colour_maps import FIRST_MAP
from studio.document import Display, Side
from studio.theme import Theme
from studio.viewport.flow import Flow, Grips, Marks
from studio.viewport.grasp import Gripper
from studio.viewport.orbit import Orbit
from studio.viewport.pick import Hit


@dataclass(frozen=True, slots=True, eq=False)
class ShapeView:
    """One side's picture.

    Attributes:
        entry: id of the entry; another id means another subject, which may be framed anew.
        shape: what to draw; None while nothing has been decoded yet.
    """

    entry: int
    shape: Shape | None


class Viewport(Protocol):
    """Two linked views of A and B. All calls on the GUI thread.

    Attributes:
        widget: what to put into a layout.
        painted: one float, milliseconds from the start of a paint until it was on screen.
        picked: one string, the side that was clicked.
        hovered, touched: a `Hit` or None.
    """

    widget: QWidget

    @property
    def painted(self) -> SignalInstance:
        """Emitted after each paint."""
        ...

    @property
    def picked(self) -> SignalInstance:
        """Emitted when a side is clicked."""
        ...

    @property
    def hovered(self) -> SignalInstance:
        """Emitted with the `Hit` under the resting or moving mouse, or None; only where colours stand for numbers."""
        ...

    @property
    def touched(self) -> SignalInstance:
        """Emitted with the `Hit` that was clicked, or None for the background."""
        ...

    def show(self, side: Side, view: ShapeView | None) -> None:
        """Show a shape, or nothing, on a side. Another entry id may be framed anew; the camera is never moved otherwise."""
        ...

    def set_display(self, display: Display) -> None:
        """Surfaces, points or error colours."""
        ...

    def set_colours(self, side: Side, values: NDArray[np.float32] | None, limits: tuple[float, float]) -> None:
        """Distances of a side's vertices or points, and the limits of the scale that both sides share."""
        ...

    def set_colour_map(self, name: str) -> None:
        """Another map for the error colours (a key of `studio.colour_maps.MAPS`)."""
        ...

    def set_flow(self, flow: Flow | None, time: float, limits: tuple[float, float]) -> None:
        """A matching for the display "matching", its points at fraction `time` of their way, and the limits of its colours."""
        ...

    def set_marks(self, marks: Marks | None) -> None:
        """A picked point and its partner, or none."""
        ...

    def set_grips(self, grips: Grips | None) -> None:
        """Pins, and a point that is pulled."""
        ...

    def set_gripper(self, gripper: Gripper | None) -> None:
        """Who is asked whether a press on a shape grabs it, and told where it is pulled to."""
        ...

    def middle(self, side: Side) -> Hit | None:
        """The point of a side's shape that is seen nearest to the middle of its view."""
        ...

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        ...

    def set_split(self, split: bool, only: Side = "a") -> None:
        """Two views, or one of `only`."""
        ...

    def reset_camera(self) -> None:
        """The standard three-quarter view, framed."""
        ...

    def camera(self) -> dict[str, Any]:
        """The camera, for a session file."""
        ...

    def set_camera(self, values: dict[str, Any]) -> None:
        """The camera of a session file."""
        ...

    def screenshot(self, path: Path | None = None, transparent: bool = False, scale: int = 1) -> NDArray[np.uint8]:
        """(H, W, 3 or 4) picture of the views, `scale` times as large as on screen, also written to `path`."""
        ...

    def close(self) -> None:
        """Release what the graphics card holds; call before the window goes."""
        ...


class NullViewport(QObject):
    """A viewport without OpenGL: it remembers what it was told, for tests of everything around it."""

    painted = Signal(float)
    picked = Signal(str)
    hovered = Signal(object)
    touched = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.widget = QWidget(parent)
        self.colour_map = FIRST_MAP
        self.flow: Flow | None = None
        self.time = 0.0
        self.marks: Marks | None = None
        self.grips: Grips | None = None
        self.gripper: Gripper | None = None
        self.views: dict[Side, ShapeView | None] = {"a": None, "b": None}
        self.values: dict[Side, NDArray[np.float32] | None] = {"a": None, "b": None}
        self.limits = (0.0, 1.0)
        self.display: Display = "solid"
        self.theme: Theme | None = None
        self.split, self.only = False, "a"
        self.orbit = Orbit()
        self.applied = 0
        self.closed = False

    def show(self, side: Side, view: ShapeView | None) -> None:
        """Remember what a side shows, and say that it was painted."""
        self.views[side] = view
        self.applied += 1
        self.painted.emit(0.0)

    def set_display(self, display: Display) -> None:
        """Remember the way of drawing."""
        self.display = display

    def set_colours(self, side: Side, values: NDArray[np.float32] | None, limits: tuple[float, float]) -> None:
        """Remember error colours."""
        self.values[side], self.limits = values, limits

    def set_colour_map(self, name: str) -> None:
        """Remember the colours of the scale."""
        self.colour_map = name

    def set_flow(self, flow: Flow | None, time: float, limits: tuple[float, float]) -> None:
        """Remember a matching."""
        self.flow, self.time = flow, time
        if flow is not None:
            self.limits = limits

    def set_marks(self, marks: Marks | None) -> None:
        """Remember a picked point."""
        self.marks = marks

    def set_grips(self, grips: Grips | None) -> None:
        """Remember pins and a pulled point."""
        self.grips = grips

    def set_gripper(self, gripper: Gripper | None) -> None:
        """Remember who is asked."""
        self.gripper = gripper

    def middle(self, side: Side) -> Hit | None:
        """Nothing is seen."""
        return None

    def set_theme(self, theme: Theme) -> None:
        """Remember the theme."""
        self.theme = theme

    def set_split(self, split: bool, only: Side = "a") -> None:
        """Remember the layout."""
        self.split, self.only = split, only

    def reset_camera(self) -> None:
        """Back to the standard view."""
        self.orbit = Orbit()

    def camera(self) -> dict[str, Any]:
        """The camera's values."""
        return self.orbit.as_dict()

    def set_camera(self, values: dict[str, Any]) -> None:
        """Take the camera's values."""
        self.orbit = Orbit.from_dict(values)

    def screenshot(self, path: Path | None = None, transparent: bool = False, scale: int = 1) -> NDArray[np.uint8]:
        """A blank picture."""
        return np.zeros((8 * scale, 8 * scale, 4 if transparent else 3), np.uint8)

    def close(self) -> None:
        """Remember that the end came."""
        self.closed = True
