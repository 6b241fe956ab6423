"""Points on a surface, with normals, from signed distances around it.

Around a sample near the surface the distance is nearly linear; a plane fitted to its neighbours' distances has the outward
normal for its slope, and the sample moved by its own distance against that normal lies on the surface. Where neighbours do not
agree on a plane of slope 1 (at edges, on parts thinner than the samples are dense) the sample is dropped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLOSE = 0.01  # how far a sample may lie from the surface, unit-sphere units
NEIGHBOURS = 16
SLOPE = 0.1  # how far the slope may be from 1
ROUGHNESS = 0.05  # largest rms residual, over the distance to the farthest neighbour
FEWEST = 1000

Points = NDArray[np.float32]


def surface_from_distances(
    points: NDArray[np.float64], distances: NDArray[np.float64], count: int, rng: np.random.Generator
) -> tuple[Points, Points] | None:
    """Points on the surface and outward unit normals.

    Args:
        points: (N, 3) samples, unit-sphere units.
        distances: (N,) signed, negative inside.
        count: how many points at most.
        rng: chooses among the samples.

    Returns:
        (K, 3) points and (K, 3) normals in random order; None if fewer than `FEWEST` can be had.
    """
    from scipy.spatial import cKDTree

    near = np.flatnonzero(np.abs(distances) <= 4 * CLOSE)
    close = rng.permutation(np.flatnonzero(np.abs(distances) <= CLOSE))[: 2 * count]
    if len(close) < FEWEST:
        return None
    reach, neighbours = cKDTree(points[near]).query(points[close], k=NEIGHBOURS)
    chosen = near[neighbours]
    scale = np.maximum(np.asarray(reach)[:, -1], 1e-9)
    offsets = (points[chosen] - points[close][:, None]) / scale[:, None, None]
    system = np.concatenate([offsets, np.ones((*offsets.shape[:2], 1))], axis=2)
    values = distances[chosen] / scale[:, None]
    square = np.einsum("nki,nkj->nij", system, system) + 1e-9 * np.eye(4)
    plane = np.linalg.solve(square, np.einsum("nki,nk->ni", system, values)[..., None])[..., 0]
    slope = np.linalg.norm(plane[:, :3], axis=1)
    residual = np.sqrt(np.mean((np.einsum("nki,ni->nk", system, plane) - values) ** 2, axis=1))
    good = (np.abs(slope - 1.0) < SLOPE) & (residual < ROUGHNESS)
    if good.sum() < FEWEST:
        return None
    normals = plane[good, :3] / slope[good, None]
    moved = points[close][good] - distances[close][good, None] * normals
    return moved[:count].astype(np.float32), normals[:count].astype(np.float32)
