"""From a pixel of the view to the shape that is drawn there, and to the number that its colour stands for."""

from __future__ import annotations

import numpy as np

from engine.api import Mesh, PointCloud, Shape
from studio.document import Side
from studio.viewport.orbit import FIELD
from studio.viewport.pick import Hit, Target, ray
from studio.viewport.scene import Scene

#: Pixels around a point of a cloud that count as the point.
NEAR = 9.0


class Sight:
    """Remembers the shapes it has seen, so that a moving mouse costs a few milliseconds."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._targets: dict[Side, Target] = {}

    def hit(self, x: float, y: float, size: tuple[int, int]) -> Hit | None:
        """What lies under pixel (x, y) of a view of `size` pixels."""
        scene = self._scene
        width, height = size[0] / len(scene.sides), size[1]
        if width < 1 or height < 1:
            return None
        place = min(int(x / width), len(scene.sides) - 1)
        side = scene.sides[place]
        shape = self._drawn(side)
        if shape is None:
            return None
        target = self._targets.get(side)
        if target is None or target.shape is not shape:
            target = self._targets[side] = Target(shape)
        origin, direction = ray(scene.orbit, x - place * width, y, (width, height))
        found = target.hit(origin, direction, NEAR * 2 * float(np.tan(np.radians(FIELD / 2))) / height)
        if found is None:
            return None
        point, where, weights = found
        values = self._values(side)
        value = None if values is None else float(values[where] @ weights)
        return Hit(side, point, value, int(where[np.argmax(weights)]), (x, y))

    def _drawn(self, side: Side) -> Shape | None:
        scene = self._scene
        if scene.display == "matching":
            if scene.flow is None:
                return None
            return PointCloud(scene.flow.at(scene.time if side == "a" else 1.0))
        shape = scene.shape(side)
        if isinstance(shape, Mesh) and scene.display == "points":
            return PointCloud(shape.vertices)
        return shape

    def _values(self, side: Side) -> np.ndarray[tuple[int], np.dtype[np.float32]] | None:
        if self._scene.display == "matching" and self._scene.flow is not None:
            return self._scene.flow.lengths
        return self._scene.values(side) if self._scene.display == "error" else None
