"""Which points lie inside a closed mesh."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import DependencyMissing, ShapeError
from engine.geometry.rawshape import welded
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Mesh, Shape

#: libigl keeps the interpreter lock while it works; so many points take about 10 ms.
_CHUNK = 8192


def is_closed(mesh: Mesh) -> bool:
    """True if every edge has an even number of faces, after vertices at the same place are taken for one."""
    if mesh.is_empty:
        return False
    points, faces = welded(mesh.vertices.astype(np.float64), mesh.faces.astype(np.int64))
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    counts = np.unique(edges[:, 0] * len(points) + edges[:, 1], return_counts=True)[1]
    return bool((counts % 2 == 0).all())


def require_closed(shape: Shape) -> Mesh:
    """The shape, if it has an inside.

    Raises:
        ShapeError: it is a cloud, empty or open.
    """
    if not isinstance(shape, Mesh):
        raise ShapeError("Volumes need closed surfaces; {name} holds points only.", name=shape.name or "a shape")
    if not is_closed(shape):
        raise ShapeError("Volumes need closed surfaces; {name} is open.", name=shape.name or "a shape")
    return shape


def inside(mesh: Mesh, points: ArrayLike, progress: Progress = NO_PROGRESS) -> NDArray[np.bool_]:
    """(N,) true for the points (N, 3) that a closed mesh winds around at least half a time (Barill et al. 2018, fast form).

    The direction of the faces does not matter.

    Raises:
        DependencyMissing: libigl is not installed.
    """
    try:
        import igl
    except ImportError as error:
        raise DependencyMissing("Volumes need {name}; install it with: pip install {name}.", name="libigl") from error

    asked = np.ascontiguousarray(points, np.float64)
    progress.check()
    tree = igl.FastWindingNumberBVH()
    tree.init(mesh.vertices.astype(np.float64), mesh.faces.astype(np.int64))
    result = np.zeros(len(asked), bool)
    for start in range(0, len(asked), _CHUNK):
        progress.check()
        part = asked[start : start + _CHUNK]
        result[start : start + len(part)] = np.abs(tree.winding_number(part)) > 0.5
    return result
