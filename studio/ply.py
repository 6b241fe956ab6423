"""Binary PLY, exactly as session files hold it: float32 vertices, optional normals, int32 triangles. No other form is read.

(Files that users bring go through the engine, which reads every form there is but also normalises what it reads.)
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.api import Mesh, Shape

_HEADER = re.compile(
    rb"ply\nformat binary_little_endian 1\.0\nelement vertex (\d{1,9})\n"
    rb"property float x\nproperty float y\nproperty float z\n"
    rb"(property float nx\nproperty float ny\nproperty float nz\n)?"
    rb"element face (\d{1,9})\nproperty list uchar int vertex_indices\nend_header\n"
)
_FACE = np.dtype([("n", "u1"), ("v", "<i4", (3,))])

Arrays = tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32] | None]


def encode(shape: Shape) -> bytes:
    """A mesh, or a cloud (no faces), as the bytes of a PLY file."""
    points = shape.vertices if isinstance(shape, Mesh) else shape.points
    faces: NDArray[Any] = shape.faces if isinstance(shape, Mesh) else np.zeros((0, 3), np.int32)
    columns = points if shape.normals is None else np.hstack([points, shape.normals])
    table = np.zeros(len(faces), _FACE)
    table["n"], table["v"] = 3, faces
    normals = "" if shape.normals is None else "".join(f"property float n{axis}\n" for axis in "xyz")
    header = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n"
        f"property float x\nproperty float y\nproperty float z\n{normals}"
        f"element face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    return header.encode("ascii") + columns.astype("<f4").tobytes() + table.tobytes()


def decode(data: bytes) -> Arrays:
    """(V, 3) vertices, (F, 3) faces, (V, 3) normals or None.

    Raises:
        ValueError: if the bytes are anything but what `encode` writes.
    """
    header = _HEADER.match(data)
    if header is None:
        raise ValueError("not the PLY form of session files")
    count, columns, faces = int(header[1]), 6 if header[2] else 3, int(header[3])
    start = header.end() + 4 * columns * count
    if len(data) != start + _FACE.itemsize * faces:
        raise ValueError("a PLY file of another length than its header says")
    values = np.frombuffer(data, "<f4", columns * count, header.end()).reshape(count, columns)
    table = np.frombuffer(data, _FACE, faces, start)
    triangles = table["v"]
    if faces and ((table["n"] != 3).any() or triangles.min() < 0 or triangles.max() >= count):
        raise ValueError("a PLY file with faces that are no triangles of its vertices")
    normals = values[:, 3:].astype(np.float32) if columns == 6 else None
    return values[:, :3].astype(np.float32), triangles.astype(np.int32), normals
