"""What lies under the mouse: rays against triangles and points, in numpy, so that nothing is rendered for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.api import Mesh, Shape
from studio.document import Side
from studio.viewport.orbit import FIELD, Orbit


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A point of a shape under the mouse.

    Attributes:
        side: whose shape.
        point: (3,) place on it, in the shape's frame.
        value: the distance shown there by its colour, or None if it has none.
        index: the vertex or point next to it.
        at: (x, y) of the mouse in the view, pixels.
    """

    side: Side
    point: NDArray[np.float64]
    value: float | None
    index: int
    at: tuple[float, float]


def ray(orbit: Orbit, x: float, y: float, size: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Origin (3,) and direction (3,), of length 1, of the line of sight through pixel (x, y) of a pane of `size` pixels."""
    right, up, back = orbit.axes()
    slope = np.tan(np.radians(FIELD / 2))
    across = (2 * x / size[0] - 1) * slope * size[0] / size[1]
    along = (1 - 2 * y / size[1]) * slope
    direction = across * right + along * up - back
    return orbit.position(), direction / np.linalg.norm(direction)


def on_plane(orbit: Orbit, x: float, y: float, size: tuple[float, float], through: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) where the line of sight through a pixel meets the plane that is parallel to the screen and holds a point (3,)."""
    origin, direction = ray(orbit, x, y, size)
    back = orbit.axes()[2]
    result: NDArray[np.float64] = origin + ((through - origin) @ back) / (direction @ back) * direction
    return result


def pixel_of(orbit: Orbit, points: NDArray[np.float64], size: tuple[float, float]) -> NDArray[np.float64]:
    """(N, 2) pixels of a pane of `size` pixels at which points (N, 3) in front of the camera are seen."""
    right, up, back = orbit.axes()
    local = points - orbit.position()
    depth = -(local @ back) * np.tan(np.radians(FIELD / 2)) * 2 / size[1]
    return np.stack([size[0] / 2 + local @ right / depth, size[1] / 2 - local @ up / depth], axis=1)


class Target:
    """A shape made ready to be hit: balls around its triangles, so that few of them need an exact look."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        if isinstance(shape, Mesh):
            corners = [shape.vertices[shape.faces[:, k]] for k in range(3)]
            self._centres = (corners[0] + corners[1] + corners[2]) / np.float32(3)
            offsets = [corner - self._centres for corner in corners]
            self._squared = np.max([np.einsum("ij,ij->i", offset, offset) for offset in offsets], axis=0)

    def hit(
        self, origin: NDArray[np.float64], direction: NDArray[np.float64], reach: float = 0.0
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]] | None:
        """The first point of the shape that a ray meets.

        Args:
            origin: (3,) where the ray begins.
            direction: (3,) of length 1.
            reach: how far from the ray a point of a cloud may be, as a share of its distance from the origin.

        Returns:
            (3,) the place; (K,) the vertices (three) or the point (one) it hangs on; (K,) their weights, which add up to 1.
        """
        if self.shape.is_empty:
            return None
        if isinstance(self.shape, Mesh):
            return self._hit_mesh(self.shape, origin, direction)
        offset = self.shape.points - origin.astype(np.float32)
        depth = offset @ direction.astype(np.float32)
        away = np.sqrt(np.maximum((offset**2).sum(axis=1) - depth**2, 0))
        near = np.flatnonzero((depth > 0) & (away < reach * depth))
        if not len(near):
            return None
        # Of the points within reach the nearest to the eye; two reaches deep counts as one layer, the better aimed wins.
        layer = near[depth[near] < depth[near].min() + 2 * reach * depth[near].min()]
        best = layer[np.argmin(away[layer])]
        return self.shape.points[best].astype(np.float64), np.array([best]), np.ones(1)

    def _hit_mesh(
        self, mesh: Mesh, origin: NDArray[np.float64], direction: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]] | None:
        offset = self._centres - origin.astype(np.float32)
        depth = offset @ direction.astype(np.float32)
        squared = np.einsum("ij,ij->i", offset, offset) - depth**2
        near = np.flatnonzero(squared <= self._squared * 1.01 + 1e-6)
        if not len(near):
            return None
        # Möller and Trumbore 1997, for the few triangles whose balls the ray crosses.
        faces = mesh.faces[near]
        a, b, c = (mesh.vertices[faces[:, k]].astype(np.float64) for k in range(3))
        along, across = b - a, c - a
        p = np.cross(direction, across)
        volume = (along * p).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            start = origin - a
            u = (start * p).sum(axis=1) / volume
            q = np.cross(start, along)
            v = (q @ direction) / volume
            t = (across * q).sum(axis=1) / volume
            inside = (np.abs(volume) > 1e-14) & (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (t > 0)
        if not inside.any():
            return None
        first = np.flatnonzero(inside)[np.argmin(t[inside])]
        weights = np.array([1 - u[first] - v[first], u[first], v[first]])
        return origin + t[first] * direction, faces[first].astype(np.int64), weights
