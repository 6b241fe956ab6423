"""The values that travel: frozen numpy snapshots, each carrying its frame.

Axes are always y up, front towards +z, x to the right of somebody who looks at the front (right-handed). Only the origin
and the scale differ, and they have names:

* `Frame.UNIT_SPHERE`: centre of the bounding box at the origin, farthest point of the shape at radius 1.
* `Frame.UNIT_CUBE`: centre of the bounding box at the origin, longest edge of the bounding box of length 1.
* `Frame.FILE`: coordinates as a file stores them. Nothing computes in it; `engine.geometry.frames` leads out of it.

All shipped models answer in `UNIT_SPHERE`. Functions that take two shapes refuse (`FrameMismatch`) rather than guess.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import FrameMismatch, ShapeError


class Frame(StrEnum):
    """Name of an object frame (see the module text)."""

    UNIT_SPHERE = "unit_sphere"
    UNIT_CUBE = "unit_cube"
    FILE = "file"


def _frozen(values: ArrayLike, dtype: type[np.generic], shape: tuple[int | None, ...], what: str) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.array(values, dtype=dtype, order="C")  # a copy: nobody else holds it
    if array.ndim != len(shape) or any(want is not None and want != got for want, got in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{what}: expected shape {shape}, received {array.shape}")
    if np.issubdtype(dtype, np.floating) and not np.isfinite(array).all():
        raise ShapeError("The {what} hold NaN or infinite values; repair the shape and try again.", what=what)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, slots=True, eq=False)
class PointCloud:
    """A finite set of points.

    Attributes:
        points: (N, 3) float32, in the units of `frame`.
        normals: (N, 3) float32, unit length, outward; or None.
        frame: name of the object frame.
        name: what to call it on screen; may be empty.
    """

    points: NDArray[np.float32]
    normals: NDArray[np.float32] | None = None
    frame: Frame = Frame.UNIT_SPHERE
    name: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", _frozen(self.points, np.float32, (None, 3), "points"))
        if self.normals is not None:
            normals = _frozen(self.normals, np.float32, (len(self.points), 3), "normals")
            object.__setattr__(self, "normals", normals)

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to draw or measure."""
        return len(self.points) == 0


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """A triangle mesh.

    Attributes:
        vertices: (V, 3) float32, in the units of `frame`.
        faces: (F, 3) int32, counter-clockwise seen from outside.
        normals: (V, 3) float32 per vertex, unit length, outward; or None.
        frame: name of the object frame.
        name: what to call it on screen; may be empty.
        note: why the mesh is empty or otherwise remarkable (an English sentence), else empty.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    normals: NDArray[np.float32] | None = None
    frame: Frame = Frame.UNIT_SPHERE
    name: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        vertices = _frozen(self.vertices, np.float32, (None, 3), "vertices")
        faces = _frozen(self.faces, np.int32, (None, 3), "faces")
        if len(faces) and (int(faces.min()) < 0 or int(faces.max()) >= len(vertices)):
            raise ShapeError("A face names a vertex that does not exist; the mesh is damaged.")
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "faces", faces)
        if self.normals is not None:
            object.__setattr__(self, "normals", _frozen(self.normals, np.float32, (len(vertices), 3), "normals"))

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to draw or measure."""
        return len(self.faces) == 0

    @classmethod
    def empty(cls, note: str, frame: Frame = Frame.UNIT_SPHERE) -> Mesh:
        """A mesh without faces that says why."""
        return cls(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), frame=frame, note=note)


Shape = Mesh | PointCloud


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture on its way into a model.

    Attributes:
        rgb: (H, W, 3) uint8, sRGB.
        mask: (H, W) uint8, 255 where the object is, 0 where the background is; or None if not separated yet.
        mask_source: how the mask came about: "alpha", "plain background", "GrabCut", "none".
        name: file name or similar, for the screen.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8] | None = None
    mask_source: str = "none"
    name: str = ""

    def __post_init__(self) -> None:
        rgb = _frozen(self.rgb, np.uint8, (None, None, 3), "picture")
        object.__setattr__(self, "rgb", rgb)
        if self.mask is not None:
            object.__setattr__(self, "mask", _frozen(self.mask, np.uint8, rgb.shape[:2], "mask"))


@dataclass(frozen=True, slots=True)
class Latent:
    """A code of one model. Hashable: it is a cache key and an undo step.

    Attributes:
        model: id of the model that understands it (folder name of its weights).
        values: (D,) code, in the model's own units.
    """

    model: str
    values: tuple[float, ...] = field(repr=False)


def require_same_frame(a: Shape, b: Shape) -> Frame:
    """The common frame of two shapes.

    Raises:
        FrameMismatch: if they differ, or if one still has file coordinates.
    """
    for shape in (a, b):
        if shape.frame is Frame.FILE:
            raise FrameMismatch("{name} still has its file's coordinates; normalise it first.", name=shape.name or "A shape")
    if a.frame is not b.frame:
        raise FrameMismatch(
            "The shapes live in different frames ({a} and {b}); convert one of them first.", a=a.frame.value, b=b.frame.value
        )
    return a.frame
