"""From the mouse to a point that is pulled: what was grabbed, and where in space the hand holds it now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.api import Mesh
from studio.document import Side
from studio.viewport.pick import Hit, on_plane, pixel_of

if TYPE_CHECKING:  # the scene would bring VTK along
    from studio.viewport.scene import Scene

Vector = NDArray[np.float64]


class Gripper(Protocol):
    """Decides what a press on a shape means, and is told about pulls."""

    @property
    def open(self) -> bool:
        """True if every press on a shape is meant to grab it."""
        ...

    def take(self, hit: Hit) -> bool:
        """True if the shape that was hit may be grabbed; a `pull` follows if the mouse moves."""
        ...

    def pull(self, hit: Hit, target: Vector) -> None:
        """What was hit is held at (3,) now."""
        ...

    def drop(self) -> None:
        """The hand lets go."""
        ...

    def pin(self, hit: Hit) -> None:
        """The place that was hit shall stay, or need not any more."""
        ...


class Grasp:
    """The hand on a shape.

    Args:
        scene: where the camera is.
        size: gives width and height of the view in pixels.
        hit: finds what lies under a pixel.

    Attributes:
        gripper: is asked and told; nothing can be grabbed without.
    """

    def __init__(self, scene: Scene, size: Callable[[], tuple[int, int]], hit: Callable[[float, float], Hit | None]) -> None:
        self._scene, self._size, self._find = scene, size, hit
        self._hit: Hit | None = None
        self.gripper: Gripper | None = None

    @property
    def open(self) -> bool:
        """True if a press on a shape grabs it."""
        return self.gripper is not None and self.gripper.open and self._scene.display != "matching"

    def press(self, x: float, y: float, quick: bool) -> bool:
        """Try to grab what lies under a pixel; False leaves the press to the camera.

        Args:
            x: the pixel, from the left.
            y: the pixel, from the top.
            quick: grab although the tool is not chosen.
        """
        self._hit = self._under(x, y) if self.open or quick else None
        if self._hit is not None and self.gripper is not None and not self.gripper.take(self._hit):
            self._hit = None
        return self._hit is not None

    def drag(self, x: float, y: float) -> None:
        """The mouse moves on with what was grabbed, in the plane of the screen, at the depth where it was grabbed."""
        if self._hit is None or self.gripper is None:
            return
        width, height, left = self._pane(self._hit.side)
        self.gripper.pull(self._hit, on_plane(self._scene.orbit, x - left, y, (width, height), self._hit.point))

    def release(self) -> None:
        """The mouse lets go."""
        self._hit = None
        if self.gripper is not None:
            self.gripper.drop()

    def pin(self, x: float, y: float) -> bool:
        """Pin what lies under a pixel; False if nothing does, or pins are not wanted now."""
        hit = self._under(x, y) if self.open else None
        if hit is not None and self.gripper is not None:
            self.gripper.pin(hit)
        return hit is not None

    def middle(self, side: Side) -> Hit | None:
        """The point of a side's shape that is seen nearest to the middle of its view."""
        shape = self._scene.shape(side)
        if side not in self._scene.sides or not isinstance(shape, Mesh) or shape.is_empty:
            return None
        width, height, left = self._pane(side)
        found = self._under(left + width / 2, height / 2)
        if found is not None:
            return found
        pixels = pixel_of(self._scene.orbit, shape.vertices.astype(np.float64), (width, height))
        away = np.linalg.norm(pixels - (width / 2, height / 2), axis=1)
        for index in np.argsort(away)[:16]:
            found = self._under(left + pixels[index, 0], pixels[index, 1])
            if found is not None:
                return found
        return None

    def _under(self, x: float, y: float) -> Hit | None:
        if self.gripper is None or self._scene.display == "matching":
            return None
        hit = self._find(x, y)
        return hit if hit is not None and not np.isnan(hit.point).any() else None

    def _pane(self, side: Side) -> tuple[float, float, float]:
        """Width and height of a side's view, and its left edge, in pixels."""
        sides = self._scene.sides
        width, height = self._size()
        part = width / len(sides)
        return part, float(height), part * sides.index(side) if side in sides else 0.0
