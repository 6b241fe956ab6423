"""Shapes in files: OBJ, PLY, STL, OFF, GLB, XYZ, NPZ, and NPY for reading. A new format is one entry in `FORMATS`."""

from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from engine.errors import FileError, ShapeError
from engine.geometry.binaryfiles import read_glb, read_npy, read_npz, read_stl
from engine.geometry.frames import bounds, normalise, turn_up
from engine.geometry.ply import read_ply
from engine.geometry.rawshape import RawShape, checked, welded
from engine.geometry.textfiles import read_obj, read_off, read_xyz
from engine.geometry.upright import guess_up
from engine.geometry.writers import AXES_MARK, write_glb, write_npz, write_obj, write_off, write_ply, write_stl, write_xyz
from engine.progress import NO_PROGRESS, Progress
from engine.requests import OpenedShape, Up
from engine.sentences import Sentence
from engine.shapes import Mesh, PointCloud, Shape

#: Larger files are not read into memory.
MAX_BYTES = 2**30


@dataclass(frozen=True, slots=True)
class Format:
    """How one kind of file is read and written.

    Attributes:
        title: name for people.
        read: bytes and file name to content.
        write: shape, comment, credits to bytes; None if it is only read.
        up: axis that the format or custom has for up.
        rule: "law" if the format itself lays the axis down, "custom" if nearly all files keep to it, "varies" if not.
    """

    title: str
    read: Callable[[bytes, str], RawShape]
    write: Callable[[Shape, str, str], bytes] | None
    up: Literal["x", "y", "z"]
    rule: Literal["law", "custom", "varies"]


#: By file name ending, lower case.
FORMATS: dict[str, Format] = {
    ".obj": Format("Wavefront OBJ", read_obj, write_obj, "y", "custom"),
    ".ply": Format("PLY", read_ply, write_ply, "z", "varies"),
    ".stl": Format("STL", read_stl, write_stl, "z", "custom"),
    ".off": Format("OFF", read_off, write_off, "z", "varies"),
    ".glb": Format("Binary glTF", read_glb, write_glb, "y", "law"),
    ".xyz": Format("XYZ points", read_xyz, write_xyz, "y", "varies"),
    ".npz": Format("NumPy archive", read_npz, write_npz, "y", "varies"),
    ".npy": Format("NumPy array", read_npy, None, "y", "varies"),
}


def _format(path: Path, writing: bool = False) -> Format:
    known = {ending: f for ending, f in FORMATS.items() if f.write is not None or not writing}
    ending = path.suffix.lower()
    if ending not in known:
        raise FileError(
            "{name} is of no known kind ({ending}); use one of {known}.",
            name=path.name or str(path),
            ending=ending or "no ending",
            known=", ".join(known),
        )
    return known[ending]


def _load(path: Path) -> tuple[Format, bytes]:
    name = path.name or str(path)
    if path.is_dir():
        raise FileError("{name} is a folder; open a file.", name=name)
    if not path.exists():
        raise FileError("There is no file {name}; check the path.", name=str(path))
    kind = _format(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise FileError("{name} is larger than {limit} GiB; make it smaller first.", name=name, limit=MAX_BYTES >> 30)
        data = path.read_bytes()
    except OSError as error:
        raise FileError("{name} cannot be read ({why}).", name=name, why=error.strerror or str(error)) from error
    if not data.strip(b"\0 \r\n\t"):
        raise FileError("{name} is empty; choose another file.", name=name)
    return kind, data


def read_shape(path: str | Path) -> Mesh | PointCloud:
    """Read a shape in its file's own coordinates (`Frame.FILE`); what was mended is told in a mesh's `note`.

    Scenes become one mesh with all parts at their places; polygons become triangles; files without faces become clouds.
    NPZ archives hold `vertices` (V, 3) and `faces` (F, 3), or `points` (N, 3) and perhaps `normals` (N, 3).

    Raises:
        FileError: missing, a folder, unreadable, of an unknown kind, damaged.
        ShapeError: nothing in it, or too many vertices that are not numbers.
    """
    path = Path(path)
    kind, data = _load(path)
    shape, remarks = checked(kind.read(data, path.name), path.name)
    return replace(shape, note=" ".join(remarks)) if isinstance(shape, Mesh) and remarks else shape


def write_shape(shape: Shape, path: str | Path, *, comment: str = "", credits: str = "") -> None:
    """Write a shape, binary where the format has a binary form. The file appears whole or not at all.

    Args:
        shape: in any frame; coordinates are written as they are.
        path: its ending chooses the format.
        comment: free text, kept in the file (STL: the first 60 characters or so).
        credits: attribution that must travel with the shape (STL has no room for it).

    Raises:
        FileError: unknown kind, or the place cannot be written.
        ShapeError: there is nothing to write, or the format cannot hold points.
    """
    path = Path(path)
    kind = _format(path, writing=True)
    if kind.write is None:
        raise FileError("{name} can be read but not written.", name=kind.title)
    if shape.is_empty:
        note = shape.note if isinstance(shape, Mesh) else ""
        raise ShapeError("{name} is empty; there is nothing to save. {reason}", name=shape.name or "The shape", reason=note)
    data = kind.write(shape, comment, credits)
    temporary = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")  # beside it: renaming stays on one file system
    try:
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise FileError("{name} cannot be written ({why}).", name=str(path), why=error.strerror or str(error)) from error


def open_shape(path: str | Path, up: Up = "auto", progress: Progress = NO_PROGRESS) -> OpenedShape:
    """Read a shape, turn y up, bring it into the unit sphere, and say what was assumed.

    Args:
        path: the file.
        up: axis that points up in the file; "auto" takes the format's rule, this project's own mark in the file, or else a
            guess from custom and from the shape itself (`engine.geometry.upright`).
        progress: asked between the steps.

    Raises:
        FileError, ShapeError: as `read_shape`.
    """
    path = Path(path)
    progress.step(0, 3, "Reading")
    kind, data = _load(path)
    shape, remarks = checked(kind.read(data, path.name), path.name)
    notes = list(remarks)
    progress.step(1, 3, "Finding out which way is up")
    axis, guessed = _up_axis(shape, data, kind, up, notes)
    turned = turn_up(shape, axis)
    progress.step(2, 3, "Normalising")
    low, high = bounds(turned)
    size = high - low
    normal, _ = normalise(turned)
    notes += _surface_remarks(normal)
    notes.append(
        Sentence(
            "Its unit of length is not known; it measures {size} in the file.", size=" x ".join(f"{edge:.4g}" for edge in size)
        )
    )
    progress.step(3, 3)
    return OpenedShape(normal, axis, guessed, (float(size[0]), float(size[1]), float(size[2])), tuple(notes))


def _up_axis(shape: Shape, data: bytes, kind: Format, up: Up, notes: list[str]) -> tuple[Literal["x", "y", "z"], bool]:
    """The axis to take for up, and whether it is a guess."""
    if up != "auto":
        return up, False
    if kind.rule == "law" or _has_mark(data):
        return "y", False
    axis: Literal["x", "y", "z"] = kind.up
    if kind.rule == "varies":
        axis = guess_up(shape, kind.up)
        notes.append(Sentence("Nothing in the file says which axis is up; {axis} was guessed from the shape.", axis=axis))
    else:
        notes.append(
            Sentence(
                "Nothing in the file says which axis is up; {axis} was taken, as is the custom for {kind}.",
                axis=axis,
                kind=kind.title,
            )
        )
    return axis, True


def _has_mark(data: bytes) -> bool:
    """True for files that this project wrote."""
    if AXES_MARK.encode() in data[:65536]:
        return True
    if not data.startswith(b"PK"):
        return False
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return "axes" in arrays and str(arrays["axes"]) == AXES_MARK


def _surface_remarks(shape: Shape) -> list[str]:
    """What somebody who measures or fits the shape should know."""
    if isinstance(shape, PointCloud):
        return [Sentence("It holds points without faces.")]
    points, faces = welded(shape.vertices.astype(np.float64), shape.faces.astype(np.int64))  # seams of texture are no holes
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    keys = edges[:, 0] * len(points) + edges[:, 1]
    counts = np.unique(keys, return_counts=True)[1]
    if (counts == 1).any():
        return [Sentence("The surface is open: it has edges with a face on one side only.")]
    return [] if (counts == 2).all() else [Sentence("The surface is not a simple skin: some edges have more than two faces.")]
