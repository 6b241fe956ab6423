"""A plane through a prepared shape: its signed distance on a grid, from the samples that are stored, and a picture of it.

A distance changes by no more than one goes. So every stored sample (x, d) says that the distance at p lies within
d - |p - x| and d + |p - x|; the samples nearest to p leave an interval, whose middle is shown and whose half width is known.
That is what training sees, and costs two tenths of a second; asking the mesh again costs up to twenty seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 12
REACH = 0.15  # samples farther from the plane than this are left out, unit-sphere units
BAND = 0.1  # distance between two iso-lines
SIDE = 128

Plane = Literal["x", "y"]
Floats = NDArray[np.float64]

INSIDE, OUTSIDE = ((140, 190, 240), (18, 74, 140)), ((255, 246, 232), (226, 168, 108))  # near the surface, far from it
FAR = 0.7  # where a colour is at its end
EDGE = (26, 28, 34)


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Values on a plane, rows from the top of the picture.

    The plane x = level is seen from +x: up is +y, left is the front (+z). The plane y = level is seen from above: right is +x,
    down is the front.

    Attributes:
        values: (S, S) signed distances, unit-sphere units; only their signs count if `distances` is False.
        doubt: (S, S) how far the true distance may be from the value at most; NaN if unknown.
        distances: whether values are distances.
    """

    values: Floats
    doubt: Floats
    distances: bool


def grid_on(plane: Plane, level: float, side: int = SIDE, half: float = 1.0) -> Floats:
    """(side * side, 3) middles of the pixels of a square of half side `half` about the axis."""
    ticks = ((2.0 * np.arange(side) + 1.0) / side - 1.0) * half
    across, down = np.meshgrid(ticks, ticks)
    flat = np.full(across.shape, level)
    columns = (flat, -down, -across) if plane == "x" else (across, flat, down)
    return np.stack(columns, axis=-1).reshape(-1, 3)


def slice_samples(
    points: NDArray[np.float32], values: NDArray[np.float32], plane: Plane, level: float, side: int = SIDE
) -> Slice:
    """Signed distances on a plane from samples around it.

    Args:
        points: (N, 3).
        values: (N,) their signed distances.
        plane: which coordinate is constant.
        level: its value.
        side: pixels along an edge.

    Raises:
        ValueError: no sample is near the plane.
    """
    from scipy.spatial import cKDTree

    near = np.flatnonzero(np.abs(points[:, 0 if plane == "x" else 1] - level) < REACH)
    if not len(near):
        raise ValueError("no samples near the plane")
    where, known = points[near].astype(np.float64), values[near].astype(np.float64)
    count = min(NEIGHBOURS, len(near))
    distance, index = cKDTree(where).query(grid_on(plane, level, side), k=count)
    distance, index = np.reshape(distance, (-1, count)), np.reshape(index, (-1, count))
    low, high = (known[index] - distance).max(axis=1), (known[index] + distance).min(axis=1)
    shape = (side, side)
    return Slice(((low + high) / 2.0).reshape(shape), (np.maximum(high - low, 0.0) / 2.0).reshape(shape), True)


def slice_sides(points: NDArray[np.float32], inside: NDArray[np.bool_], plane: Plane, level: float, side: int = SIDE) -> Slice:
    """The same where only inside and outside are known: each pixel takes the side of the nearest sample."""
    from scipy.spatial import cKDTree

    _, index = cKDTree(points).query(grid_on(plane, level, side))
    values = np.where(inside[index], -1.0, 1.0).reshape(side, side)
    return Slice(values, np.full((side, side), np.nan), False)


def picture_of(cut: Slice) -> NDArray[np.uint8]:
    """(S, S, 3) uint8: blue inside, sand outside, dark where the surface passes, fainter lines every tenth of a unit."""
    values = cut.values
    depth = np.clip(np.abs(values) / FAR, 0.0, 1.0)[..., None]
    if not cut.distances:
        depth = np.full_like(depth, 0.5)
    inner, outer = ((1.0 - depth) * np.array(near) + depth * np.array(far) for near, far in (INSIDE, OUTSIDE))
    colour = np.where(values[..., None] < 0.0, inner, outer)
    if cut.distances:
        colour = np.where(_borders(np.floor(values / BAND))[..., None], 0.82 * colour, colour)
    surface = _borders(values < 0.0)
    if cut.distances:  # sheets are thinner than a pixel: no pixel's middle need be inside
        surface |= np.abs(values) < 1.0 / len(values)
    colour = np.where(surface[..., None], np.array(EDGE), colour)
    return np.round(colour).astype(np.uint8)


def _borders(labels: NDArray[np.generic]) -> NDArray[np.bool_]:
    """True where the pixel to the right or below has another label."""
    found = np.zeros(labels.shape, dtype=np.bool_)
    found[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    found[:-1] |= labels[1:] != labels[:-1]
    return found
