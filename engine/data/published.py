"""What readers of published data sets have in common: names, splits, untrusted arrays, and the way into our frame."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.folder import LICENCE as OWN
from engine.data.folder import category_of
from engine.data.split import Listed, split_ids
from engine.data.synsets import SYNSETS
from engine.errors import DataError

ARRAYS_LIMIT = 2**30  # bytes of one file's arrays, unpacked; DeepSDF's files hold 8 MB, those of Occupancy Networks 1 MB
TEXT_LIMIT = 2**26
SHAPENET = "ShapeNet terms of use"
SPLITS = ("train", "val", "test")

Floats = NDArray[np.float64]

#: Turns about y that bring the front to +z, for points as columns. Where the front is, the sets' own notes say: ShapeNet v1
#: (and Occupancy Networks, made from it) +x, ShapeNet v2 (and DeepSDF and IM-NET, who kept to it) -z.
FRONT_X: Floats = np.array([[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
FRONT_MINUS_Z: Floats = np.diag([-1.0, 1.0, -1.0])
FRONT_Z: Floats = np.eye(3)


def is_synset(name: str) -> bool:
    """Whether a name is a WordNet offset, as ShapeNet's classes are called."""
    return re.fullmatch(r"\d{8}", name) is not None


def category_named(label: str, names: Mapping[str, str] | None = None) -> str:
    """The category of a class: a synset's first word, by the set's own table if it has one; else the name itself."""
    words = (names or {}).get(label) or SYNSETS.get(label, label)
    return category_of(words.split(",")[0])


def parts_of(item_id: str, prefix: str, count: int, path: Path) -> list[str]:
    """The parts of an id after its prefix.

    Raises:
        DataError: another number of parts, or one that is no plain name and could lead elsewhere.
    """
    first, *parts = item_id.split("/")
    if first != prefix or len(parts) != count or not all(map(is_plain, parts)):
        raise DataError("{path} does not hold {id}.", path=path, id=item_id)
    return parts


def is_plain(name: str) -> bool:
    """Whether a name from a list may be part of a path: no separator, nothing hidden, no way up."""
    return bool(name) and not name.startswith(".") and not set(name) & set("/\\\0:")


def folders_in(path: Path) -> list[Path]:
    """Folders right below one, hidden ones left out, sorted by name."""
    return sorted(entry for entry in path.iterdir() if entry.is_dir() and is_plain(entry.name))


def rows_of(category: str, stamps: Mapping[str, str], official: Mapping[str, str] | None, shapenet: bool) -> list[Listed]:
    """Rows of one class.

    Args:
        category: of all of them.
        stamps: id -> mark that changes with its files.
        official: id -> split, as the set's own lists have it; None without lists, then the rule of `engine.data.split` holds.
            A shape that the lists leave out is left out.
        shapenet: whether the shapes stand under ShapeNet's terms.
    """
    splits = split_ids(category, list(stamps)) if official is None else official
    licence, creator = (SHAPENET, "ShapeNet") if shapenet else (OWN, "")
    return [
        Listed(category, item_id, item_id.rsplit("/", 1)[-1], licence, creator, splits[item_id], stamp)
        for item_id, stamp in sorted(stamps.items())
        if item_id in splits
    ]


def merged(lists: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Splits by id, from ids by split; one that is in several is held out: test before val before train."""
    return {item_id: split for split in SPLITS for item_id in lists.get(split, ())}


def quick_stamp(*files: Path) -> str:
    """Twelve digits that change when a file's size or time does: these sets are too large to be read for a listing."""
    marks = []
    for file in files:
        try:
            marks.append((file.name, file.stat().st_size, file.stat().st_mtime_ns))
        except OSError:
            marks.append((file.name, -1, -1))
    return hashlib.sha1(repr(marks).encode(), usedforsecurity=False).hexdigest()[:12]


def read_text(path: Path) -> str:
    """A list or table.

    Raises:
        DataError: missing, too large, or no text.
    """
    try:
        if path.stat().st_size > TEXT_LIMIT:
            raise DataError("{path} is too large for a list; check the data set.", path=path)
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("{path} cannot be read ({reason}); get it again.", path=path, reason=str(error)) from error


def read_npz(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> dict[str, NDArray[Any]]:
    """Number arrays of a stranger's `.npz`, by name; nothing is ever unpickled.

    Raises:
        DataError: missing, damaged, too large, without a needed array, or holding something that is no numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > ARRAYS_LIMIT:
            raise DataError("{path} unpacks to more than {limit} GiB; leave it out.", path=path, limit=ARRAYS_LIMIT >> 30)
        with np.load(path, allow_pickle=False) as file:
            absent = [name for name in needed if name not in file.files]
            if absent:
                raise DataError("{path} has no {names}; get it again.", path=path, names=", ".join(absent))
            arrays = {name: file[name] for name in (*needed, *optional) if name in file.files}
    except (OSError, ValueError, EOFError, KeyError, MemoryError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
        reason = str(error) or type(error).__name__
        raise DataError("{path} is damaged ({reason}); get it again.", path=path, reason=reason) from error
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiub":
            raise DataError("{name} in {path} holds no numbers; get it again.", name=name, path=path)
    return arrays


def as_points(array: NDArray[Any], name: str, path: Path) -> Floats:
    """(N, 3) float64.

    Raises:
        DataError: another shape, none, or values that are not finite.
    """
    points = np.asarray(array, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) == 0:
        raise DataError("{name} in {path} should be (N, 3), not {shape}.", name=name, path=path, shape=array.shape)
    if not np.isfinite(points).all():
        raise DataError("{name} in {path} holds NaN or infinite values; leave it out.", name=name, path=path)
    return points
