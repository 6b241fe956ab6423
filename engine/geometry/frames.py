"""Getting from one object frame into another: the only place where origin and scale change.

`normalise` leads from file coordinates into a named frame; `convert` between named frames; `turn_up` turns the axes so that
y is up and the front looks towards +z.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import FrameMismatch, ShapeError
from engine.shapes import Frame, Mesh, PointCloud, Shape

ShapeT = TypeVar("ShapeT", bound=Mesh | PointCloud)

#: Proper rotations that take the named axis to +y. For "z" the customary front -y becomes +z (Blender, most CAD).
_UPRIGHT: dict[str, NDArray[np.float64]] = {
    "y": np.eye(3),
    "z": np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]]),
    "x": np.array([[0, -1.0, 0], [1, 0, 0], [0, 0, 1]]),
}


@dataclass(frozen=True, slots=True)
class Similarity:
    """Maps `p` to `(p - centre) / scale`.

    Attributes:
        centre: point that becomes the origin.
        scale: length that becomes 1, > 0.
    """

    centre: tuple[float, float, float]
    scale: float

    def apply(self, points: ArrayLike) -> NDArray[np.float64]:
        """(N, 3) points in the new frame."""
        result: NDArray[np.float64] = (np.asarray(points, np.float64) - self.centre) / self.scale
        return result

    def undo(self, points: ArrayLike) -> NDArray[np.float64]:
        """(N, 3) points back in the old frame."""
        result: NDArray[np.float64] = np.asarray(points, np.float64) * self.scale + self.centre
        return result


def coordinates(shape: Shape) -> NDArray[np.float32]:
    """(N, 3) what counts for the extent of a shape: its points, or the vertices that faces use.

    Raises:
        ShapeError: there are none.
    """
    if isinstance(shape, PointCloud):
        points = shape.points
    else:
        points = shape.vertices
        used = np.zeros(len(points), bool)
        used[shape.faces.ravel()] = True
        if not used.all():
            points = points[used]
    if len(points) == 0:
        reason = shape.note if isinstance(shape, Mesh) else ""
        raise ShapeError(
            "{name} is empty; there is nothing to measure. {reason}", name=shape.name or "The shape", reason=reason
        )
    return points


def bounds(shape: Shape) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(3,) lowest and (3,) highest corner of the bounding box, in the shape's own units."""
    points = coordinates(shape)
    return points.min(axis=0).astype(np.float64), points.max(axis=0).astype(np.float64)


def longest_edge(shape: Shape) -> float:
    """Longest edge of the bounding box, in the shape's own units."""
    low, high = bounds(shape)
    return float((high - low).max())


def normalise(shape: ShapeT, frame: Frame = Frame.UNIT_SPHERE) -> tuple[ShapeT, Similarity]:
    """The shape moved and scaled so that it meets the definition of `frame` exactly, and the map that did it.

    Axes are not turned (see `turn_up`).

    Raises:
        ShapeError: the shape is empty or a single point.
    """
    if frame is Frame.FILE:
        raise ValueError("normalise: Frame.FILE is no frame to normalise into")
    low, high = bounds(shape)
    centre = (low + high) / 2
    if frame is Frame.UNIT_CUBE:
        scale = float((high - low).max())
    else:
        scale = float(np.sqrt(((coordinates(shape).astype(np.float64) - centre) ** 2).sum(axis=1).max()))
    if not scale > 0:
        raise ShapeError("{name} has no extent: all its points coincide.", name=shape.name or "The shape")
    similarity = Similarity((float(centre[0]), float(centre[1]), float(centre[2])), scale)
    return _moved(shape, similarity, frame), similarity


def convert(shape: ShapeT, frame: Frame, reference: Shape | None = None) -> ShapeT:
    """The shape in another named frame. Only the scale changes: both frames share their origin.

    Args:
        shape: in UNIT_SPHERE or UNIT_CUBE.
        frame: the frame wanted.
        reference: shape (in the frame of `shape`) that defines the scale; `shape` itself if not given. A prediction is
            scaled by its reference, never by itself.

    Raises:
        FrameMismatch: `shape` still has file coordinates, or `reference` lives in another frame.
        ShapeError: what defines the scale is empty or a single point.
    """
    source = reference if reference is not None else shape
    if shape.frame is Frame.FILE or frame is Frame.FILE:
        raise FrameMismatch("{name} still has its file's coordinates; normalise it first.", name=shape.name or "A shape")
    if source.frame is not shape.frame:
        raise FrameMismatch(
            "The shapes live in different frames ({a} and {b}); convert one of them first.",
            a=shape.frame.value,
            b=source.frame.value,
        )
    if frame is shape.frame:
        return shape
    return _moved(shape, Similarity((0.0, 0.0, 0.0), frame_scale(source, frame)), frame)


def frame_scale(reference: Shape, frame: Frame) -> float:
    """Length, in the units of `reference`, that has length 1 in `frame` (origin kept).

    Raises:
        ShapeError: the reference is empty or a single point.
    """
    if frame is reference.frame:
        return 1.0
    if frame is Frame.UNIT_CUBE:
        scale = longest_edge(reference)
    else:
        scale = float(np.sqrt((coordinates(reference).astype(np.float64) ** 2).sum(axis=1).max()))
    if not scale > 0:
        raise ShapeError("{name} has no extent: all its points coincide.", name=reference.name or "The reference")
    return scale


def turn_up(shape: ShapeT, up: Literal["x", "y", "z"]) -> ShapeT:
    """The shape turned so that its axis `up` becomes +y, by a proper rotation (nothing is mirrored).

    A z-up shape's front -y becomes +z; an x-up shape keeps +z for its front.
    """
    if up not in _UPRIGHT:
        raise ValueError(f"turn_up: expected 'x', 'y' or 'z', received {up!r}")
    if up == "y":
        return shape
    rotation = _UPRIGHT[up].T.astype(np.float32)
    normals = None if shape.normals is None else shape.normals @ rotation
    if isinstance(shape, Mesh):
        return replace(shape, vertices=shape.vertices @ rotation, normals=normals)
    return replace(shape, points=shape.points @ rotation, normals=normals)


def _moved(shape: ShapeT, similarity: Similarity, frame: Frame) -> ShapeT:
    if isinstance(shape, Mesh):
        return replace(shape, vertices=similarity.apply(shape.vertices).astype(np.float32), frame=frame)
    return replace(shape, points=similarity.apply(shape.points).astype(np.float32), frame=frame)
