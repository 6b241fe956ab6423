"""Reader of PLY (Turk 1994): text and both binary forms, any further elements and properties, polygons of any size."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.geometry.rawshape import NO_FACES, RawShape, damaged, triangulated
from engine.sentences import Sentence

_TYPES = {
    **{"char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2", "uint16": "u2"},
    **{
        "int": "i4",
        "int32": "i4",
        "uint": "u4",
        "uint32": "u4",
        "float": "f4",
        "float32": "f4",
        "double": "f8",
        "float64": "f8",
    },
}
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}


@dataclass(slots=True)
class _Element:
    name: str
    count: int
    names: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)  # type of the length for lists, "" for scalars

    @property
    def is_plain(self) -> bool:
        return not any(self.counters)


def read_ply(data: bytes, name: str) -> RawShape:
    """Vertices with their normals, and faces cut into triangles.

    Raises:
        FileError: the header is not PLY, or claims more than the file holds.
    """
    order, elements, body = _header(data, name)
    reader = _TextBody(body, name) if order == "" else _BinaryBody(body, order, name)
    points: NDArray[np.float64] = np.zeros((0, 3))
    normals: NDArray[np.float64] | None = None
    faces = NO_FACES
    try:
        for element in elements:
            if element.is_plain:
                table = reader.table(element)
                if element.name == "vertex":
                    points = _columns(table, element, ("x", "y", "z"), name)
                    has_normals = {"nx", "ny", "nz"} <= set(element.names)
                    normals = _columns(table, element, ("nx", "ny", "nz"), name) if has_normals else None
            else:
                lists = reader.lists(element)
                if element.name == "face":
                    faces = lists if isinstance(lists, np.ndarray) else triangulated(lists)
    except (ValueError, IndexError, struct.error) as error:
        raise damaged(name, "its content does not fit its PLY header") from error
    return RawShape(points, faces, None if len(faces) else normals)


def _header(data: bytes, name: str) -> tuple[str, list[_Element], bytes]:
    end = data.find(b"end_header", 0, 1 << 20)
    if not data.startswith(b"ply") or end < 0:
        raise damaged(name, "it has no PLY header")
    lines = data[:end].decode("utf-8", "replace").splitlines()
    body = data[end + len(b"end_header") :]
    body = body[2:] if body.startswith(b"\r\n") else body[1:]
    order, elements = "?", []
    try:
        for words in (line.split() for line in lines[1:]):
            if not words:
                continue
            if words[0] == "format":
                order = _ORDERS[words[1]]
            elif words[0] == "element":
                elements.append(_Element(words[1], int(words[2])))
            elif words[0] == "property":
                element, is_list = elements[-1], words[1] == "list"
                element.counters.append(_TYPES[words[2]] if is_list else "")
                element.types.append(_TYPES[words[3] if is_list else words[1]])
                element.names.append(words[-1])
    except (KeyError, IndexError, ValueError) as error:
        raise damaged(name, "its PLY header is not valid") from error
    if order == "?" or any(element.count < 0 for element in elements):
        raise damaged(name, "its PLY header is not valid")
    return order, elements, body


def _columns(table: NDArray[np.float64], element: _Element, wanted: tuple[str, ...], name: str) -> NDArray[np.float64]:
    if not set(wanted) <= set(element.names):
        raise damaged(name, "its vertices have no x, y and z")
    return table[:, [element.names.index(column) for column in wanted]]


def _index_column(element: _Element) -> int:
    for column in ("vertex_indices", "vertex_index"):
        if column in element.names and element.counters[element.names.index(column)]:
            return element.names.index(column)
    return next(i for i, counter in enumerate(element.counters) if counter)


class _TextBody:
    def __init__(self, body: bytes, name: str) -> None:
        self._words = body.split()
        self._name = name
        self._at = 0

    def table(self, element: _Element) -> NDArray[np.float64]:
        size = element.count * len(element.names)
        if self._at + size > len(self._words):
            raise _too_short(self._name, element)
        words = self._words[self._at : self._at + size]
        self._at += size
        return np.array(words, dtype=np.float64).reshape(element.count, -1)

    def lists(self, element: _Element) -> list[list[int]]:
        if self._at + element.count > len(self._words):
            raise _too_short(self._name, element)
        column, result = _index_column(element), []
        for _ in range(element.count):
            for index, counter in enumerate(element.counters):
                length = int(self._words[self._at]) if counter else 1
                self._at += 1 if counter else 0
                if length < 0 or self._at + length > len(self._words):
                    raise _too_short(self._name, element)
                if index == column:
                    result.append([int(word) for word in self._words[self._at : self._at + length]])
                self._at += length
        return result


class _BinaryBody:
    def __init__(self, body: bytes, order: str, name: str) -> None:
        self._body = body
        self._order = order
        self._name = name
        self._at = 0

    def table(self, element: _Element) -> NDArray[np.float64]:
        kind = np.dtype([(f"c{i}", self._order + t) for i, t in enumerate(element.types)])
        rows = self._rows(kind, element)
        return np.stack([rows[f"c{i}"].astype(np.float64) for i in range(len(element.types))], axis=1)

    def lists(self, element: _Element) -> NDArray[np.int64] | list[list[int]]:
        """Rows of three come out as an array at once; anything else row by row."""
        if self._at + element.count > len(self._body):
            raise _too_short(self._name, element)
        column = _index_column(element)
        if sum(map(bool, element.counters)) == 1 and element.count:
            fields: list[tuple[str, str] | tuple[str, str, tuple[int]]] = []
            for i, (t, counter) in enumerate(zip(element.types, element.counters, strict=True)):
                fields += (
                    [("n", self._order + counter), ("v", self._order + t, (3,))] if counter else [(f"c{i}", self._order + t)]
                )
            kind = np.dtype(fields)
            if self._at + kind.itemsize * element.count <= len(self._body):
                rows = np.frombuffer(self._body, kind, element.count, self._at)
                if bool((rows["n"] == 3).all()):
                    self._at += kind.itemsize * element.count
                    return rows["v"].astype(np.int64)
        return self._one_by_one(element, column)

    def _one_by_one(self, element: _Element, column: int) -> list[list[int]]:
        result = []
        codes = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
        for _ in range(element.count):
            for index, (t, counter) in enumerate(zip(element.types, element.counters, strict=True)):
                length = 1
                if counter:
                    (length,) = struct.unpack_from(self._order + codes[counter], self._body, self._at)
                    self._at += int(counter[1])
                size = int(length) * int(t[1])
                if length < 0 or self._at + size > len(self._body):
                    raise _too_short(self._name, element)
                if index == column:
                    values = struct.unpack_from(f"{self._order}{int(length)}{codes[t]}", self._body, self._at)
                    result.append([int(value) for value in values])
                self._at += size
        return result

    def _rows(self, kind: np.dtype[np.void], element: _Element) -> NDArray[np.void]:
        if self._at + kind.itemsize * element.count > len(self._body):
            raise _too_short(self._name, element)
        rows = np.frombuffer(self._body, kind, element.count, self._at)
        self._at += kind.itemsize * element.count
        return rows


def _too_short(name: str, element: _Element) -> Exception:
    return damaged(
        name, Sentence("it claims {count} of '{element}' but ends before that", count=element.count, element=element.name)
    )
