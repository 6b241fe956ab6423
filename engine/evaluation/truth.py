"""What results are measured against: the outer skin of a held-out piece, made by the data pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.sdf import Skin, prepare
from engine.data.store import Item
from engine.shapes import Mesh, PointCloud


@dataclass(frozen=True, eq=False)
class Truth:
    """One piece as the yardstick.

    Attributes:
        item: where it lies on disk.
        surface: points with normals on its outer skin, unit sphere.
        volume: (V, 3) points uniform in its bounding cube padded by a tenth (Occupancy Networks' rule), unit sphere.
        inside: (V,) whether the signed distance there is negative.
    """

    item: Item
    surface: PointCloud
    volume: NDArray[np.float32]
    inside: NDArray[np.bool_]

    @cached_property
    def raw(self) -> Mesh:
        """The model as it came, welded and without faces of no area, but with all that is buried in other parts."""
        return whole_mesh(self.item)


@lru_cache(maxsize=4)
def read_truth(folder: Path) -> Truth:
    """Read a piece; the few last ones are kept, since several methods are scored on each.

    Raises:
        DataError: if its files are missing or damaged.
    """
    item = Item(folder)
    points, inside = item.occupied("volume")
    truth = Truth(item, surface_of(item), points, inside)
    item.forget()
    return truth


def surface_of(item: Item) -> PointCloud:
    """The stored points on the outer skin of a piece."""
    points, normals = item.surface
    return PointCloud(points, normals, name=item.name)


def whole_mesh(item: Item) -> Mesh:
    """The cleaned mesh of a piece, buried faces included: a second truth, and what pictures show."""
    return Mesh(*item.skin, name=item.name)


def samples_of(item: Item) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 3) points near the surface and through space, and their (N,) signed distances to the outer skin."""
    near, space = item.near, item.space
    item.forget()
    return np.concatenate([near[0], space[0]]), np.concatenate([near[1], space[1]])


def half_of(
    points: NDArray[np.float32], distances: NDArray[np.float32], seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The samples that know of one half of the surface only: that on one side of a random plane through the origin.

    A sample is kept if the surface nearest to it must lie on that side: if it is no nearer to the plane than to the surface.

    Args:
        points: (N, 3), unit sphere.
        distances: (N,) signed distances there.
        seed: of the plane's normal, which is uniform over all directions.
    """
    normal = np.random.default_rng((seed, 2)).normal(size=3)
    kept = points @ (normal / np.linalg.norm(normal)) >= np.abs(distances)
    return points[kept], distances[kept]


@lru_cache(maxsize=8)
def skin_of(folder: Path) -> Skin:
    """The skin of a piece, ready to be sampled and asked for inside and outside (seconds of work)."""
    item = Item(folder)
    return prepare(whole_mesh(item), item.meta.seed)


def second_sampling(folder: Path, seed: int) -> PointCloud:
    """As many points as `surface_of` gives, drawn anew from the same skin."""
    skin = skin_of(folder)
    count = len(Item(folder).surface[0])
    points, normals = skin.sample_surface(count, np.random.default_rng((seed, 1)))
    return PointCloud(points, normals, name="second sampling")
