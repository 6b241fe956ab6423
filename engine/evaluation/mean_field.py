"""The mean shape of a category: what one answers who never looks at the picture.

The signed distances of the category's training shapes, clamped, are averaged on a grid. Of a mean of thin things little is
below zero (legs that never stand at the same place, the poles of lamps), so the surface is not taken at zero but at the level
within which lies as much of the grid as within the training shapes on average: the baseline is never empty and never too
slight. A medoid was the other choice; it is one of the training shapes, which retrieval looks at already.

The grid is filled from the samples that lie on disk: each corner takes the mean of its nearest samples, weighted by the inverse
of their squared distances. That is a hundred times faster than measuring anew, and what it blurs is less than a mean blurs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.store import Item
from engine.geometry.meshing import mesh_grid
from engine.shapes import Mesh

#: Corners per side, half the side of the cube, clamp of the distances (that of DeepSDF), samples asked by each corner.
SIDE, HALF, CLAMP, ASKED = 65, 1.05, 0.1, 4
#: Most shapes that are averaged; of more a seeded choice is taken.
MOST = 64


@dataclass(frozen=True, eq=False)
class MeanShape:
    """The mean of some shapes.

    Attributes:
        mesh: its surface, unit sphere.
        values: (65, 65, 65) mean distances less the level of the surface, axes x, y, z.
        count: how many shapes were averaged.
    """

    mesh: Mesh
    values: NDArray[np.float32]
    count: int

    def inside(self, points: NDArray[np.float32]) -> NDArray[np.bool_]:
        """(N,) which points (N, 3) lie inside, by linear interpolation; what lies outside the grid is outside."""
        from scipy.ndimage import map_coordinates

        places = (points.T + HALF) / (2 * HALF) * (SIDE - 1)
        result: NDArray[np.bool_] = map_coordinates(self.values, places, order=1, mode="constant", cval=CLAMP) < 0
        return result


def choose_folders(folders: Sequence[Path], seed: int) -> list[Path]:
    """At most `MOST` of them, in their order."""
    if len(folders) <= MOST:
        return list(folders)
    return [folders[i] for i in np.sort(np.random.default_rng(seed).permutation(len(folders))[:MOST])]


def field_on_grid(folder: Path) -> NDArray[np.float16]:
    """(65, 65, 65) clamped signed distances of a piece at the corners of the grid (runs on a worker, a second)."""
    from scipy.spatial import cKDTree

    item = Item(folder)
    parts = (item.near, item.space, item.volume)
    points = np.concatenate([part[0] for part in parts])
    values = np.concatenate([part[1] for part in parts]).clip(-CLAMP, CLAMP)
    item.forget()
    ticks = np.linspace(-HALF, HALF, SIDE)
    corners = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 3)
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    distances, chosen = tree.query(corners, k=min(ASKED, len(points)))
    weights = 1 / np.maximum(distances, 1e-6) ** 2
    grid = (weights * values[chosen]).sum(axis=1) / weights.sum(axis=1)
    result: NDArray[np.float16] = grid.reshape(SIDE, SIDE, SIDE).astype(np.float16)
    return result


def mean_shape(grids: Sequence[NDArray[np.float16]], name: str = "mean shape") -> MeanShape:
    """The mean of fields on the grid, at the level that keeps their mean volume; there must be one at least."""
    total = np.zeros((SIDE, SIDE, SIDE), np.float64)
    share = 0.0
    for grid in grids:
        total += grid
        share += float((grid < 0).mean())
    mean = total / len(grids)
    level = float(np.quantile(mean, share / len(grids)))
    values = (mean - level).astype(np.float32)
    return MeanShape(replace(mesh_grid(values, HALF), name=name), values, len(grids))
