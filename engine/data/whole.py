"""Files that appear whole or not at all, and reading arrays back without trusting them."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an `.npz`.

    Raises:
        DataError: missing or damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError("{path} is damaged ({reason}); build the item again.", path=path, reason=str(error)) from error


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path to write to, then move what was written to `path` at once.

    On an error nothing appears there; if the process is killed, at most a file `.<name>.<process>-<thread>.tmp` is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    rough = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        yield rough
        with rough.open("rb") as file:  # the bytes are on the disk before the name is: a power cut leaves no hollow file
            os.fsync(file.fileno())
        rough.replace(path)
    finally:
        rough.unlink(missing_ok=True)


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write an uncompressed `.npz` whole."""
    with written_whole(path) as rough, rough.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text whole."""
    with written_whole(path) as rough:
        rough.write_text(text, encoding="utf-8")


def write_picture(path: Path, rgba: NDArray[np.uint8]) -> None:
    """Write a PNG whole."""
    from PIL import Image

    with written_whole(path) as rough:
        Image.fromarray(rgba).save(rough, format="PNG")
