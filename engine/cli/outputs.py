"""Checks of where results shall go, made before any work begins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from engine.errors import FileError

#: Formats without a place for bare points.
FACES_ONLY = (".stl",)


def check_shape_path(path: Path, output: Literal["surface", "points"]) -> None:
    """Refuse a file that the shape could not be written to.

    Args:
        path: the file.
        output: what will be written.

    Raises:
        FileError: unknown suffix (the message lists those that exist), a format that cannot hold such a shape, or a place
            that cannot be written to.
    """
    from engine.geometry.files import FORMATS

    known = [ending for ending, kind in FORMATS.items() if kind.write is not None]
    if path.suffix.lower() not in known:
        raise FileError("{name} should end in one of {known}.", name=path.name or str(path), known=", ".join(known))
    if output == "points" and path.suffix.lower() in FACES_ONLY:
        able = ", ".join(ending for ending in known if ending not in FACES_ONLY)
        raise FileError("{name} cannot hold points; let the name end in one of {able}.", name=path.name, able=able)
    if path.is_dir():
        raise FileError("{name} is a folder; give the name of a file.", name=str(path))
    check_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Refuse a folder that is none or cannot be written to; one that does not exist yet is fine.

    Raises:
        FileError: likewise.
    """
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise FileError("{name} is a file, not a folder.", name=str(existing))
    if not os.access(existing, os.W_OK):
        raise FileError("The folder {name} cannot be written to.", name=str(existing))
