"""Error colours for a surface that has just moved: those of the old surface nearby, until the new ones are measured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.api import Mesh, Shape

#: Cells per side of the grid over the unit sphere.
CELLS = 28
#: Half the side of the grid, in the units of the frame; decoders may reach a little beyond the sphere.
REACH = 1.12


def points_of(shape: Shape) -> NDArray[np.float32]:
    """(N, 3) vertices of a mesh or points of a cloud."""
    return shape.vertices if isinstance(shape, Mesh) else shape.points


def _cells(points: NDArray[np.float32]) -> NDArray[np.int32]:
    at = np.clip((points + REACH) * (CELLS / (2 * REACH)), 0, CELLS - 1).astype(np.int32)
    return np.asarray((at[:, 0] * CELLS + at[:, 1]) * CELLS + at[:, 2], np.int32)


def carried(
    points: NDArray[np.float32], values: NDArray[np.float32], moved: NDArray[np.float32], rounds: int = 3
) -> NDArray[np.float32]:
    """Values for other points, from a grid of averages that is smoothed into its empty cells.

    Args:
        points: (N, 3) where the values were measured, N >= 1.
        values: (N,) values.
        moved: (M, 3) points that need values.
        rounds: how many cells far a value spreads; farther away the mean of all is taken.

    Returns:
        (M,) values between the least and the largest of `values`.
    """
    cell = _cells(points)
    total = np.asarray(np.bincount(cell, values, CELLS**3), np.float64).reshape(CELLS, CELLS, CELLS)
    count = np.asarray(np.bincount(cell, minlength=CELLS**3), np.float64).reshape(CELLS, CELLS, CELLS)
    for _ in range(rounds):
        for axis in range(3):
            total = _spread(total, axis)
            count = _spread(count, axis)
    known = count > 1e-9
    grid = np.where(known, total / np.where(known, count, 1.0), values.mean())
    return np.asarray(grid.reshape(-1)[_cells(moved)], np.float32)


def _spread(grid: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """A little of each cell given to its two neighbours along an axis."""
    result = grid.copy()
    forward, backward = [slice(None)] * 3, [slice(None)] * 3
    forward[axis], backward[axis] = slice(1, None), slice(None, -1)
    result[tuple(forward)] += 0.25 * grid[tuple(backward)]
    result[tuple(backward)] += 0.25 * grid[tuple(forward)]
    return result
