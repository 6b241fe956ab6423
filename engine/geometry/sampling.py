"""Random points on surfaces and in clouds. The generator comes in as an argument: same seed, same points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.shapes import Mesh, PointCloud, Shape


def sample_surface(
    mesh: Mesh, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Points drawn independently and uniformly by area (Osada et al. 2002, equation 1).

    Args:
        mesh: with at least one face of positive area.
        n: how many points.
        rng: source of randomness.

    Returns:
        (n, 3) points in the mesh's units, (n, 3) unit normals of their faces, (n,) index of the face of each point.

    Raises:
        ShapeError: the mesh is empty or has no area.
    """
    if mesh.is_empty:
        raise ShapeError("{name} has no faces to take points from. {reason}", name=mesh.name or "The mesh", reason=mesh.note)
    triangles = mesh.vertices[mesh.faces]  # (F, 3, 3)
    origin, along, across = triangles[:, 0], triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    normals = np.cross(along, across).astype(np.float64)
    doubled_area = np.sqrt((normals**2).sum(axis=1))
    cumulated = np.cumsum(doubled_area)
    if not (len(cumulated) and cumulated[-1] > 0):
        raise ShapeError("{name} has no area: all its faces are degenerate.", name=mesh.name or "The mesh")
    # Sorted draws make the search walk through memory in order; they are shuffled after it so that any slice is a sample.
    chosen = np.searchsorted(cumulated, np.sort(rng.random(n)) * cumulated[-1], side="right")
    chosen = rng.permutation(np.minimum(chosen, len(cumulated) - 1))
    root, v = np.sqrt(rng.random(n, dtype=np.float32))[:, None], rng.random(n, dtype=np.float32)[:, None]
    points = origin[chosen] + (root * (1 - v)) * along[chosen] + (root * v) * across[chosen]
    unit = (normals[chosen] / np.maximum(doubled_area[chosen], 1e-300)[:, None]).astype(np.float32)
    return points.astype(np.float32, copy=False), unit, chosen


def sample_shape(shape: Shape, n: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """`n` points of a mesh's surface or of a cloud.

    A cloud with enough points is thinned without repetition; a smaller one gives each of its points at least once and
    repeats some.

    Returns:
        (n, 3) points in the shape's units, and (n, 3) unit normals or None where the cloud has none.

    Raises:
        ShapeError: the shape is empty.
    """
    if isinstance(shape, Mesh):
        points, normals, _ = sample_surface(shape, n, rng)
        return points, normals
    return _sample_cloud(shape, n, rng)


def _sample_cloud(
    cloud: PointCloud, n: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    count = len(cloud.points)
    if count == 0:
        raise ShapeError("{name} has no points.", name=cloud.name or "The point cloud")
    chosen = rng.permutation(count)[:n]
    if n > count:
        chosen = np.concatenate([chosen, rng.integers(count, size=n - count)])
    return cloud.points[chosen], None if cloud.normals is None else cloud.normals[chosen]
