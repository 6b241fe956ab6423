"""What a model is made from, as sixteen digits: the bytes of its file and of everything that its file names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

_LIBRARY = re.compile(rb"^mtllib[ \t]+(.+?)[ \t\r]*$", re.MULTILINE)
_TEXTURE = re.compile(rb"^[ \t]*map_Kd[ \t]+(.+?)[ \t\r]*$", re.MULTILINE)


def fingerprint(model: bytes, read_beside: Callable[[str], bytes | None], *more: bytes) -> str:
    """Name a model by its content.

    Files that an OBJ names (material libraries, and the colour pictures those name) count too, because colours of faces come
    from them. Archives and binary formats count as they are.

    Args:
        model: the file.
        read_beside: the bytes of a file named relative to the model, None if there is none.
        *more: what else the item depends on: its picture, how it is turned.

    Returns:
        Sixteen hexadecimal digits of a SHA-256.
    """
    digest = hashlib.sha256()

    def add(data: bytes | None) -> None:
        digest.update(b"-" if data is None else hashlib.sha256(data).digest())

    add(model)
    for library in _LIBRARY.findall(model):
        materials = read_beside(library.decode("latin-1"))
        add(materials)
        for texture in _TEXTURE.findall(materials or b""):
            add(read_beside(texture.decode("latin-1")))
    for part in more:
        add(part)
    return digest.hexdigest()[:16]
