"""Smooth changes of a shape that keep it furniture: longer legs, deeper seats, splayed sides. For copies to train along.

A warp moves every point of space along each axis by an increasing piecewise linear map, then widens or narrows with height.
It is one-to-one, so inside stays inside; distances have to be measured anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KNOTS = 6  # of the map of each axis, evenly spaced over [-1, 1]
MIRROR = np.array([-1, 1, 1], np.float32)  # left becomes right
TAPER_LIMIT = 0.6  # a side narrows by this share at most, wherever the point is


@dataclass(frozen=True, slots=True, eq=False)
class Warp:
    """One-to-one map of space.

    Attributes:
        heights: (3, K) increasing values of the map of each axis at `KNOTS` places from -1 to 1; straight on beyond.
        taper: change of width (x) and depth (z) per unit of height.
    """

    heights: Array
    taper: tuple[float, float] = (0.0, 0.0)

    def points(self, points: Array) -> Array:
        """(N, 3) where points (N, 3) come to."""
        moved = np.column_stack([self._axis(points[:, axis], axis)[0] for axis in range(3)])
        for axis, share in zip((0, 2), self.taper, strict=True):
            moved[:, axis] *= 1 + np.clip(share * moved[:, 1], -TAPER_LIMIT, TAPER_LIMIT)
        return moved

    def normals(self, points: Array, normals: Array) -> Array:
        """(N, 3) unit normals at the moved points, from those at (N, 3) points: the inverse transpose of the Jacobian."""
        values, slopes = zip(*(self._axis(points[:, axis], axis) for axis in range(3)), strict=True)
        x, y, z = values
        result = normals / np.column_stack(slopes)  # first the maps along the axes, whose Jacobian is diagonal
        for axis, share, across in ((0, self.taper[0], x), (2, self.taper[1], z)):
            grows = share * y
            width = 1 + np.clip(grows, -TAPER_LIMIT, TAPER_LIMIT)
            leans = np.where(np.abs(grows) < TAPER_LIMIT, share * across, 0.0)  # d across' / d height
            result[:, axis] /= width
            result[:, 1] -= leans * result[:, axis]
        unit: Array = result / np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-12)
        return unit

    def _axis(self, values: Array, axis: int) -> tuple[Array, Array]:
        """(N,) mapped values of one coordinate and (N,) slopes of the map there."""
        heights = self.heights[axis]
        step = 2 / (len(heights) - 1)
        place = np.clip(np.floor((values + 1) / step), 0, len(heights) - 2).astype(np.int64)
        slope = np.diff(heights)[place] / step
        return heights[place] + (values - (place * step - 1)) * slope, slope


def stretching(scale: Array) -> Warp:
    """The plain scaling of each axis by (3,) factors."""
    return Warp(np.outer(scale, np.linspace(-1, 1, KNOTS)))


def random_warp(draw: np.random.Generator, stretch: float, bend: float, taper: float) -> Warp:
    """A warp that leaves left and right alike.

    Args:
        draw: source of randomness.
        stretch: standard deviation of the logarithm of each axis's overall scale.
        bend: standard deviation of the logarithm of the length of each of an axis's pieces.
        taper: standard deviation of the change of width and of depth per unit of height.
    """
    heights = np.empty((3, KNOTS))
    for axis in range(3):
        pieces = np.exp(draw.normal(0.0, bend, KNOTS - 1))
        if axis == 0:
            pieces = (pieces + pieces[::-1]) / 2
        line = np.concatenate([[0.0], np.cumsum(pieces)])
        heights[axis] = (2 * line / line[-1] - 1) * np.exp(draw.normal(0.0, stretch))
    wide, deep = draw.normal(0.0, taper, 2) if taper else (0.0, 0.0)
    return Warp(heights, (float(wide), float(deep)))
