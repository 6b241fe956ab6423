"""What a reader takes out of a file, before anything is checked; and the checks, the same for every format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileError, ShapeError
from engine.sentences import Sentence
from engine.shapes import Frame, Mesh, PointCloud, Shape

#: Up to this share of vertices may be NaN; they are dropped with a remark. With more the shape is refused.
MOST_NAN = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class RawShape:
    """Unchecked content of a file.

    Attributes:
        points: (N, 3) coordinates.
        faces: (F, 3) indices into `points`; no rows for a cloud.
        normals: (N, 3) of a cloud, or None.
        soup: True where the format repeats a vertex for each face that uses it.
        remarks: what the reader noticed.
    """

    points: NDArray[np.float64]
    faces: NDArray[np.int64]
    normals: NDArray[np.float64] | None = None
    soup: bool = False
    remarks: tuple[str, ...] = ()


NO_FACES: NDArray[np.int64] = np.zeros((0, 3), np.int64)


def damaged(name: str, why: str) -> FileError:
    """The error for a file that does not hold what its kind should hold."""
    return FileError("{name} cannot be read: {why}. Export it again, or choose another file.", name=name, why=why)


def triangulated(polygons: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """(F, 3) triangles of polygons, each cut into a fan from its first corner; fewer than three corners give none."""
    triangles = [(polygon[0], polygon[i], polygon[i + 1]) for polygon in polygons for i in range(1, len(polygon) - 1)]
    return np.array(triangles, np.int64).reshape(-1, 3)


def checked(raw: RawShape, name: str) -> tuple[Shape, tuple[str, ...]]:
    """The shape in file coordinates and remarks on what was mended.

    Drops vertices that are not finite (if few), faces that are degenerate by index, vertices that no face uses; welds the
    vertices of formats that repeat them; moves shapes that lie so far from the origin that 32-bit numbers would coarsen them.

    Raises:
        ShapeError: nothing is left, too many vertices are not finite, or a face names a missing vertex.
    """
    remarks = list(raw.remarks)
    points, faces, normals = raw.points, raw.faces, raw.normals
    if len(points) == 0:
        raise ShapeError("{name} holds no vertices and no points; there is nothing to show.", name=name)
    if len(faces) and (int(faces.min()) < 0 or int(faces.max()) >= len(points)):
        raise ShapeError("{name} is damaged: a face names a vertex that does not exist.", name=name)
    had_faces = len(faces) > 0
    points, faces, normals = _finite(points, faces, normals, name, remarks)
    if not had_faces:
        points = _near_origin(points, remarks)
        return PointCloud(points.astype(np.float32), _unit(normals), Frame.FILE, name), tuple(remarks)
    if raw.soup:
        points, faces = welded(points, faces)
    degenerate = (faces[:, 0] == faces[:, 1]) | (faces[:, 1] == faces[:, 2]) | (faces[:, 2] == faces[:, 0])
    if degenerate.any():
        faces = faces[~degenerate]
        remarks.append(Sentence("{count} faces without area were left out.", count=int(degenerate.sum())))
    if len(faces) == 0:
        raise ShapeError("{name} holds no face with an area; there is nothing to show.", name=name)
    used = np.zeros(len(points), bool)
    used[faces.ravel()] = True
    faces = (np.cumsum(used) - 1)[faces]
    points = _near_origin(points[used], remarks)
    return Mesh(points.astype(np.float32), faces.astype(np.int32), frame=Frame.FILE, name=name), tuple(remarks)


def _finite(
    points: NDArray[np.float64], faces: NDArray[np.int64], normals: NDArray[np.float64] | None, name: str, remarks: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64] | None]:
    good: NDArray[np.bool_] = np.asarray((np.abs(points) < 1e30).all(axis=1))  # also false for NaN
    bad = len(points) - int(good.sum())
    if bad == 0:
        return points, faces, normals
    if bad > MOST_NAN * len(points):
        raise ShapeError(
            "{name} is damaged: {bad} of its {all} vertices are not numbers (NaN or infinite). Repair it and try again.",
            name=name,
            bad=bad,
            all=len(points),
        )
    remarks.append(Sentence("{count} vertices that are not numbers were left out, with the faces that use them.", count=bad))
    faces = (np.cumsum(good) - 1)[faces[good[faces].all(axis=1)]]
    return points[good], faces, None if normals is None else normals[good]


def _unit(normals: NDArray[np.float64] | None) -> NDArray[np.float32] | None:
    """Unit normals, or None if some are missing or not finite: half a set is of no use."""
    if normals is None:
        return None
    length = np.sqrt((normals**2).sum(axis=1))
    if not (np.isfinite(length).all() and (length > 1e-12).all()):
        return None
    result: NDArray[np.float32] = (normals / length[:, None]).astype(np.float32)
    return result


def welded(points: NDArray[np.float64], faces: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices at exactly the same place become one."""
    order = np.lexsort(points.T)
    ordered = points[order]
    first = np.ones(len(points), bool)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    place = np.zeros(len(points), np.int64)
    place[order] = np.cumsum(first) - 1
    return ordered[first], place[faces]


def _near_origin(points: NDArray[np.float64], remarks: list[str]) -> NDArray[np.float64]:
    low, high = points.min(axis=0), points.max(axis=0)
    centre = (low + high) / 2
    if np.abs(centre).max() <= 1000 * (high - low).max():
        return points
    remarks.append(Sentence("The shape lies far from the origin and was moved there."))
    moved: NDArray[np.float64] = points - centre
    return moved
