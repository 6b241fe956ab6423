"""Writers: a shape and two texts in, the bytes of a file out. All write y up, and say so where the format has room for it."""

from __future__ import annotations

import io
import json
import struct

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.shapes import Mesh, PointCloud, Shape

#: Written into every file that can hold text; `open_shape` looks for it and then need not guess the axis.
AXES_MARK = "axes: y up, front +z"


def _lines(comment: str, credits: str) -> list[str]:
    """The texts as single lines for formats with line comments."""
    text = "\n".join(part for part in (AXES_MARK, comment, f"credits: {credits}" if credits else "") if part)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _vertices(shape: Shape) -> NDArray[np.float32]:
    return shape.vertices if isinstance(shape, Mesh) else shape.points


def _faces(shape: Shape) -> NDArray[np.int32]:
    return shape.faces if isinstance(shape, Mesh) else np.zeros((0, 3), np.int32)


def _text(rows: NDArray[np.generic], form: str) -> str:
    return "".join([form % tuple(row) for row in rows.tolist()])


def write_obj(shape: Shape, comment: str, credits: str) -> bytes:
    """Wavefront OBJ with `#` comments."""
    head = "".join(f"# {line}\n" for line in _lines(comment, credits))
    normals = "" if shape.normals is None else _text(shape.normals, "vn %.6g %.6g %.6g\n")
    faces = _faces(shape) + 1
    if shape.normals is None:
        corners = _text(faces, "f %d %d %d\n")
    else:
        corners = _text(np.repeat(faces, 2, axis=1), "f %d//%d %d//%d %d//%d\n")
    return (head + _text(_vertices(shape), "v %.9g %.9g %.9g\n") + normals + corners).encode()


def write_off(shape: Shape, comment: str, credits: str) -> bytes:
    """Text OFF with `#` comments."""
    vertices, faces = _vertices(shape), _faces(shape)
    head = "OFF\n" + "".join(f"# {line}\n" for line in _lines(comment, credits)) + f"{len(vertices)} {len(faces)} 0\n"
    return (head + _text(vertices, "%.9g %.9g %.9g\n") + _text(faces, "3 %d %d %d\n")).encode()


def write_xyz(shape: Shape, comment: str, credits: str) -> bytes:
    """One point a line, with its normal if there is one; of a mesh the vertices."""
    head = "".join(f"# {line}\n" for line in _lines(comment, credits))
    if shape.normals is None:
        return (head + _text(_vertices(shape), "%.9g %.9g %.9g\n")).encode()
    rows = np.concatenate([_vertices(shape), shape.normals], axis=1)
    return (head + _text(rows, "%.9g %.9g %.9g %.6g %.6g %.6g\n")).encode()


def write_ply(shape: Shape, comment: str, credits: str) -> bytes:
    """Binary little-endian PLY with `comment` lines."""
    vertices, faces = _vertices(shape), _faces(shape)
    columns = ["x", "y", "z"] + ([] if shape.normals is None else ["nx", "ny", "nz"])
    head = ["ply", "format binary_little_endian 1.0", *(f"comment {line}" for line in _lines(comment, credits))]
    head += [f"element vertex {len(vertices)}", *(f"property float {column}" for column in columns)]
    if isinstance(shape, Mesh):
        head += [f"element face {len(faces)}", "property list uchar int vertex_indices"]
    head.append("end_header\n")
    body = vertices if shape.normals is None else np.concatenate([vertices, shape.normals], axis=1)
    records = np.zeros(len(faces), np.dtype([("n", "u1"), ("v", "<i4", (3,))]))
    records["n"], records["v"] = 3, faces
    return "\n".join(head).encode() + np.ascontiguousarray(body, "<f4").tobytes() + records.tobytes()


def write_stl(shape: Shape, comment: str, credits: str) -> bytes:
    """Binary STL. Its header has room for 80 bytes: the axes and the beginning of the comment; credits do not fit."""
    if not isinstance(shape, Mesh):
        raise ShapeError("STL holds triangles only; save the points as PLY, XYZ or NPZ.")
    corners = shape.vertices[shape.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.sqrt((normals**2).sum(axis=1, keepdims=True))
    records = np.zeros(len(corners), np.dtype([("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]))
    records["normal"], records["corners"] = normals / np.where(length > 0, length, 1), corners
    header = f"{AXES_MARK}; {' '.join(comment.split())}".encode("ascii", "replace")[:80].ljust(80)
    return header + struct.pack("<I", len(corners)) + records.tobytes()


def write_npz(shape: Shape, comment: str, credits: str) -> bytes:
    """NPZ: `vertices` and `faces`, or `points`; `normals` if there are any; `comment`, `credits`, `axes`, `frame` as text."""
    arrays: dict[str, NDArray[np.generic]] = (
        {"vertices": shape.vertices, "faces": shape.faces} if isinstance(shape, Mesh) else {"points": shape.points}
    )
    if shape.normals is not None:
        arrays["normals"] = shape.normals
    texts = {"comment": comment, "credits": credits, "axes": AXES_MARK, "frame": shape.frame.value}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays, **{key: np.array(text) for key, text in texts.items()})
    return buffer.getvalue()


def write_glb(shape: Shape, comment: str, credits: str) -> bytes:
    """Binary glTF 2.0 with the texts in `asset.extras` (credits also as `asset.copyright`)."""
    blocks: list[bytes] = []
    views: list[dict[str, object]] = []
    accessors: list[dict[str, object]] = []

    def add(values: NDArray[np.generic], component: int, kind: str, target: int, limits: bool = False) -> int:
        data = values.tobytes()
        offset = sum(map(len, blocks))
        blocks.append(data + b"\0" * (-len(data) % 4))
        views.append({"buffer": 0, "byteOffset": offset, "byteLength": len(data), "target": target})
        accessor: dict[str, object] = {
            "bufferView": len(views) - 1,
            "componentType": component,
            "count": values.size if kind == "SCALAR" else len(values),
            "type": kind,
        }
        if limits:
            accessor |= {"min": values.min(axis=0).tolist(), "max": values.max(axis=0).tolist()}
        accessors.append(accessor)
        return len(accessors) - 1

    attributes = {"POSITION": add(np.ascontiguousarray(_vertices(shape), "<f4"), 5126, "VEC3", 34962, limits=True)}
    if shape.normals is not None:
        attributes["NORMAL"] = add(np.ascontiguousarray(shape.normals, "<f4"), 5126, "VEC3", 34962)
    primitive: dict[str, object] = {"attributes": attributes, "mode": 0 if isinstance(shape, PointCloud) else 4}
    if isinstance(shape, Mesh):
        primitive["indices"] = add(np.ascontiguousarray(shape.faces, "<u4"), 5125, "SCALAR", 34963)
    asset: dict[str, object] = {"version": "2.0", "generator": "shape-studio"}
    asset["extras"] = {"comment": comment, "credits": credits, "axes": AXES_MARK, "frame": shape.frame.value}
    if credits:
        asset["copyright"] = credits
    body = b"".join(blocks)
    tree = {
        "asset": asset,
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": shape.name or "shape"}],
        "meshes": [{"primitives": [primitive]}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(body)}],
    }
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(body)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(body), 0x004E4942) + body
    return b"glTF" + struct.pack("<II", 2, total) + chunks
