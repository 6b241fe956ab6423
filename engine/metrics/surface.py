"""Measures that look at surfaces and volumes rather than at point sets."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import DependencyMissing, ShapeError
from engine.metrics.neighbours import nearest
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Mesh, Shape

#: libigl keeps the interpreter lock while it works; one call shall not hold it for longer than this.
_CHUNK_SECONDS = 0.010


def volume_iou(inside_a: ArrayLike, inside_b: ArrayLike) -> float:
    """Volume of the intersection over volume of the union, from the same points seen by both shapes.

    Args:
        inside_a: (N,) true where a point lies inside the result.
        inside_b: (N,) true where it lies inside the reference; the points are uniform in a box around both.

    Returns:
        A number in [0, 1]; NaN if no point lies inside either.
    """
    a, b = np.asarray(inside_a, bool), np.asarray(inside_b, bool)
    if a.shape != b.shape:
        raise ValueError(f"volume_iou: expected the same points for both, received {a.shape} and {b.shape}")
    union = int(np.count_nonzero(a | b))
    return float(np.count_nonzero(a & b)) / union if union else float("nan")


def normal_consistency(
    normals_a: ArrayLike, normals_b: ArrayLike, a_to_b: NDArray[np.int64], b_to_a: NDArray[np.int64]
) -> float:
    """Mean absolute cosine between each normal and that of the nearest point of the other set, both ways halved.

    As in Occupancy Networks' evaluation (Mescheder et al. 2019, section 4): the sign of normals does not count.

    Args:
        normals_a: (N, 3) unit normals of the result's points.
        normals_b: (M, 3) unit normals of the reference's points.
        a_to_b: (N,) index of the nearest point of b for each point of a (see `nearest`).
        b_to_a: (M,) the other way round.

    Returns:
        A number in [0, 1].
    """
    a, b = np.asarray(normals_a, np.float64), np.asarray(normals_b, np.float64)
    there = np.abs((a * b[a_to_b]).sum(axis=1)).mean()
    back = np.abs((b * a[b_to_a]).sum(axis=1)).mean()
    return float((there + back) / 2)


def point_to_surface(points: ArrayLike, shape: Shape, progress: Progress = NO_PROGRESS) -> NDArray[np.float32]:
    """(N,) distance of each point to a shape, in its units: exact to the triangles of a mesh, to the nearest point of a cloud.

    Raises:
        ShapeError: the shape is empty.
        DependencyMissing: libigl is not installed.
    """
    asked = np.ascontiguousarray(points, dtype=np.float64)
    if shape.is_empty:
        raise ShapeError("{name} is empty; no distance to it exists.", name=shape.name or "The shape")
    if not isinstance(shape, Mesh):
        return nearest(asked, shape.points, progress)[0].astype(np.float32)
    try:
        import igl
    except ImportError as error:
        raise DependencyMissing(
            "Exact distances to surfaces need {name}; install it with: pip install {name}.", name="libigl"
        ) from error

    vertices, faces = shape.vertices.astype(np.float64), shape.faces.astype(np.int64)
    progress.check()
    tree = igl.AABB()
    tree.init(vertices, faces)
    squared = np.zeros(len(asked))
    start, chunk = 0, 512
    while start < len(asked):
        progress.check()
        began = perf_counter()
        part = tree.squared_distance(vertices, faces, asked[start : start + chunk])[0]
        squared[start : start + len(part)] = part
        start += len(part)
        chunk = int(np.clip(chunk * _CHUNK_SECONDS / max(perf_counter() - began, 1e-6), 64, 4 * chunk))
    return np.sqrt(np.maximum(squared, 0)).astype(np.float32)
