"""Readers of STL, GLB, NPZ and NPY: bytes in, `RawShape` out. Everything raised for bad content is a `FileError`."""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile

import numpy as np
from numpy.typing import NDArray

from engine.errors import DependencyMissing
from engine.geometry.rawshape import NO_FACES, RawShape, damaged
from engine.sentences import Sentence

#: Archives that unpack to more than this are refused.
MAX_UNPACKED = 2 * 2**30
#: Scenes that repeat parts until they have more faces than this are refused.
MAX_FACES = 20_000_000

_STL_VERTEX = re.compile(rb"vertex\s+(\S+)\s+(\S+)\s+(\S+)", re.IGNORECASE)
_STL_RECORD = np.dtype([("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def read_stl(data: bytes, name: str) -> RawShape:
    """STL, binary or text. Normals in the file are passed over: the order of corners says more."""
    claimed = struct.unpack_from("<I", data, 80)[0] if len(data) >= 84 else -1
    room = (len(data) - 84) // _STL_RECORD.itemsize
    if claimed >= 0 and claimed == room:
        corners = np.frombuffer(data, _STL_RECORD, claimed, 84)["corners"].reshape(-1, 3).astype(np.float64)
    elif data.lstrip()[:5].lower() == b"solid" and b"facet" in data:
        try:
            corners = np.array(_STL_VERTEX.findall(data), dtype="S").astype(np.float64).reshape(-1, 3)
        except ValueError as error:
            raise damaged(name, "it holds a vertex that is not a number") from error
        if len(corners) % 3:
            raise damaged(name, "it ends in the middle of a triangle")
    elif 0 < claimed < room:  # trailing bytes after the triangles do no harm
        corners = np.frombuffer(data, _STL_RECORD, claimed, 84)["corners"].reshape(-1, 3).astype(np.float64)
    elif claimed > room:
        raise damaged(
            name,
            Sentence(
                "it is not STL, or it claims {claimed} triangles and has room for {room}", claimed=claimed, room=max(room, 0)
            ),
        )
    else:
        raise damaged(name, "it is not an STL file")
    return RawShape(corners, np.arange(len(corners), dtype=np.int64).reshape(-1, 3), soup=True)


def read_glb(data: bytes, name: str) -> RawShape:
    """Binary glTF 2: all meshes of the scene at their places, as one; or its points if there are no faces."""
    _check_glb(data, name)
    try:
        import trimesh
    except ImportError as error:
        raise DependencyMissing("GLB files need {name}; install it with: pip install {name}.", name="trimesh") from error

    try:
        scene = trimesh.load_scene(io.BytesIO(data), file_type="glb", skip_materials=True, process=False)
        parts = [(scene.geometry[scene.graph[node][1]], scene.graph[node][0]) for node in scene.graph.nodes_geometry]
        points, faces, count, total = [], [], 0, 0
        for part, transform in parts:
            if not hasattr(part, "vertices"):
                continue
            total += len(getattr(part, "faces", ()))
            if total > MAX_FACES:
                raise damaged(name, Sentence("its scene has more than {limit} faces", limit=MAX_FACES))
            matrix = np.asarray(transform, np.float64)
            vertices = np.asarray(part.vertices, np.float64) @ matrix[:3, :3].T + matrix[:3, 3]
            if len(getattr(part, "faces", ())):
                corners = np.asarray(part.faces, np.int64) + count
                faces.append(corners[:, ::-1] if np.linalg.det(matrix[:3, :3]) < 0 else corners)
            points.append(vertices)
            count += len(vertices)
    except (ArithmeticError, AttributeError, LookupError, MemoryError, OSError, RecursionError) as error:
        raise damaged(name, "its content is not valid GLB") from error
    except (NotImplementedError, TypeError, ValueError, struct.error) as error:
        raise damaged(name, "its content is not valid GLB") from error
    merged = np.concatenate(points) if points else np.zeros((0, 3))
    return RawShape(merged, np.concatenate(faces) if faces else NO_FACES, soup=True)


def _check_glb(data: bytes, name: str) -> None:
    """Refuse what is not binary glTF, and counts that the file has no room for, before anything is allocated."""
    if data[:4] != b"glTF":
        raise damaged(name, "it is not binary glTF (a text .gltf must be saved as GLB first)")
    try:
        length = struct.unpack_from("<I", data, 12)[0]
        if 20 + length > len(data):
            raise damaged(name, "it is cut off")
        tree = json.loads(data[20 : 20 + length])
        counts = [int(accessor.get("count", 0)) for accessor in tree.get("accessors", [])]
        external = [buffer["uri"] for buffer in tree.get("buffers", []) if not buffer.get("uri", "data:").startswith("data:")]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError, struct.error) as error:
        raise damaged(name, "its GLB header is not valid") from error
    if any(count < 0 or count > len(data) for count in counts):
        raise damaged(name, "it claims more numbers than it holds")
    if external:
        raise damaged(name, "part of it is in another file; save it as one GLB")


def read_npz(data: bytes, name: str) -> RawShape:
    """NPZ with `vertices` (V, 3) and `faces` (F, 3), or with `points` (N, 3) and perhaps `normals` (N, 3)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise damaged(name, Sentence("it unpacks to more than {limit} GiB", limit=MAX_UNPACKED >> 30))
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            if "vertices" in arrays and "faces" in arrays:
                faces = np.asarray(arrays["faces"])
                if faces.size and not np.issubdtype(faces.dtype, np.integer):
                    raise damaged(name, "its array 'faces' does not hold whole numbers")
                return RawShape(_rows(arrays["vertices"]), faces.astype(np.int64).reshape(-1, 3))
            if "points" in arrays:
                points = _rows(arrays["points"])
                normals = _rows(arrays["normals"]) if "normals" in arrays else None
                return RawShape(points, NO_FACES, normals if normals is not None and len(normals) == len(points) else None)
            found = ", ".join(arrays.files) or "nothing"
    except (EOFError, MemoryError, OSError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise damaged(name, "its arrays are not valid, or not (N, 3) numbers") from error
    raise damaged(name, Sentence("it needs 'vertices' and 'faces', or 'points'; it holds {found}", found=found))


def read_npy(data: bytes, name: str) -> RawShape:
    """NPY with (N, 3) points; further columns are passed over."""
    try:
        values = np.asarray(np.load(io.BytesIO(data), allow_pickle=False))
        return RawShape(_rows(values[:, :3]), NO_FACES)
    except (EOFError, IndexError, MemoryError, OSError, TypeError, ValueError) as error:
        raise damaged(name, "it is not an array of (N, 3) numbers") from error


def _rows(values: object) -> NDArray[np.float64]:
    rows = np.asarray(values, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"expected (N, 3), received {rows.shape}")
    return rows
