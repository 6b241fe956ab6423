"""Readers of OBJ, OFF and XYZ: bytes in, `RawShape` out. Everything raised for bad content is a `FileError`."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from engine.geometry.rawshape import NO_FACES, RawShape, damaged, triangulated
from engine.sentences import Sentence

_OFF_HEADER = re.compile(r"\s*(ST)?(C)?(N)?(4)?(n)?OFF(\s+BINARY)?", re.ASCII)


def read_obj(data: bytes, name: str) -> RawShape:
    """Wavefront OBJ: `v` and `f` lines; groups, materials, textures and normals are passed over."""
    vertices: list[tuple[float, float, float]] = []
    polygons: list[list[int]] = []
    text = data.decode("utf-8", "replace").replace("\\\r\n", " ").replace("\\\n", " ")
    try:
        for line in text.splitlines():
            words = line.split()
            if not words:
                continue
            if words[0] == "v":
                vertices.append((float(words[1]), float(words[2]), float(words[3])))
            elif words[0] == "f":
                corners = [int(word.split("/", 1)[0]) for word in words[1:]]
                polygons.append([c - 1 if c > 0 else len(vertices) + c if c < 0 else -1 for c in corners])
    except (ValueError, IndexError) as error:
        raise damaged(name, Sentence("the line '{line}' is not valid OBJ", line=line.strip()[:60])) from error
    return RawShape(np.array(vertices, np.float64).reshape(-1, 3), triangulated(polygons))


def read_off(data: bytes, name: str) -> RawShape:
    """OFF, also with colours, texture coordinates or normals in its vertex lines, and with counts glued to the header."""
    text = data.decode("utf-8", "replace")
    header = _OFF_HEADER.match(re.sub(r"^\s*(#[^\n]*\n\s*)*", "", text))
    if header is None or header[6]:
        raise damaged(name, "it is not a text OFF file" if header is None else "binary OFF is not supported")
    body = re.sub(r"#[^\n]*", "", text).split("OFF", 1)[1]
    lines = [line.split() for line in body.splitlines() if line.strip()]
    try:
        count, faces = int(lines[0][0]), int(lines[0][1])
        if count < 0 or faces < 0 or count + faces > len(lines) - 1:
            raise damaged(
                name,
                Sentence(
                    "it claims {vertices} vertices and {faces} faces, but has only {lines} lines for them",
                    vertices=count,
                    faces=faces,
                    lines=len(lines) - 1,
                ),
            )
        points = np.array([[float(word) for word in line[:3]] for line in lines[1 : 1 + count]], np.float64).reshape(-1, 3)
        polygons = [[int(word) for word in line[1 : 1 + int(line[0])]] for line in lines[1 + count : 1 + count + faces]]
    except (ValueError, IndexError) as error:
        raise damaged(name, "its numbers are not valid OFF") from error
    return RawShape(points, triangulated(polygons))


def read_xyz(data: bytes, name: str) -> RawShape:
    """One point a line: x y z, then perhaps a normal; blanks, commas or semicolons between. Lines with `#` are comments."""
    text = data.decode("utf-8", "replace").translate(str.maketrans(",;", "  "))
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.lstrip().startswith(("#", "//"))]
    if rows and len(rows[0]) == 1:  # some writers begin with the number of points
        rows = rows[1:]
    columns = min((len(row) for row in rows), default=0)
    if rows and columns < 3:
        raise damaged(name, "each line needs at least three numbers: x y z")
    try:
        values = np.array(
            [[float(word) for word in row[:6]] if columns >= 6 else [float(word) for word in row[:3]] for row in rows]
        )
    except ValueError as error:
        raise damaged(name, "it holds something that is not a number") from error
    values = values.reshape(len(rows), -1) if rows else np.zeros((0, 3))
    return RawShape(values[:, :3], NO_FACES, _if_normals(values[:, 3:6]))


def _if_normals(values: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Three further columns are normals if they have unit length; otherwise they are colours."""
    if values.shape[1] != 3 or not len(values):
        return None
    length = np.sqrt((values**2).sum(axis=1))
    return values if bool((np.abs(length - 1) < 0.02).all()) else None
