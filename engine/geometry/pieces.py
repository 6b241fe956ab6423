"""Pieces of a surface that do not touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.shapes import Mesh

#: A piece counts if it holds more than this share of the volume.
SHARE = 0.01


def large_pieces(mesh: Mesh) -> int:
    """How many closed pieces of a surface hold over 1 % of the volume inside it; cavities do not count, nothing has none."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if mesh.is_empty:
        return 0
    faces, count = mesh.faces, len(mesh.vertices)
    starts, ends = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()  # two sides of a triangle join all three corners
    links = coo_array((np.ones(len(starts), bool), (starts, ends)), shape=(count, count))
    piece = connected_components(links, directed=False)[1][faces[:, 0]]
    volumes = np.bincount(piece, _signed_volumes(mesh.vertices.astype(np.float64)[faces]))
    return int((volumes > SHARE * volumes.sum()).sum())


def _signed_volumes(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F,) volumes of the tetrahedra from the origin to triangles (F, 3, 3); those of a closed piece add up to its volume."""
    result: NDArray[np.float64] = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    return result
