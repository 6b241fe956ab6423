"""What an item is made from, and whether what lies on disk is still that.

The hash of an item covers the format, the recipe, the settings and the stamp of the model's content. Items of catalogues made
before stamps existed carry a hash without one. Such an item is as good as new while the catalogue still holds the very file
that the furniture table knows, for that is the only file those items were ever made from.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from engine.data.settings import RECIPE, Settings
from engine.data.split import Listed
from engine.data.store import FORMAT_VERSION, item_folder, read_meta
from engine.errors import DataError

ARRAYS = ("samples.npz", "surface.npz", "skin.npz", "renders.npz")
PICTURE = "picture.png"
PNG_END = b"IEND\xaeB\x60\x82"  # the last eight bytes of every whole PNG (ISO/IEC 15948, 11.2.5)


def settings_hash(settings: Settings, stamp: str = "") -> str:
    """Twelve hexadecimal digits that name the format, the recipe, the settings and, by its stamp, the model's content."""
    text = json.dumps([FORMAT_VERSION, RECIPE, asdict(settings), *([stamp] if stamp else [])], sort_keys=True)
    return hashlib.sha1(text.encode("ascii"), usedforsecurity=False).hexdigest()[:12]


def accepted_hashes(row: Listed, settings: Settings) -> frozenset[str]:
    """Hashes that an item of this row may carry without being built again."""
    present = settings_hash(settings, row.stamp)
    if row.known and row.known == row.stamp:
        return frozenset({present, settings_hash(settings)})
    return frozenset({present})


def is_done(root: Path, row: Listed, settings: Settings) -> bool:
    """Whether the item is on disk, whole, and made from this content with these settings for this split."""
    folder = item_folder(root, row.category, row.id)
    try:
        meta = read_meta(folder)
    except DataError:
        return False
    return meta.split == row.split and meta.settings_hash in accepted_hashes(row, settings) and is_whole(folder, meta.missing)


def is_whole(folder: Path, missing: Collection[str] = ()) -> bool:
    """Whether every file of an item is there and ends as such a file ends; contents are not read.

    Args:
        folder: of the item.
        missing: what its source lacks, so that there is no file for it: "surface", "skin", "renders", "picture".
    """
    try:
        if not all(zipfile.is_zipfile(folder / name) for name in ARRAYS if name.removesuffix(".npz") not in missing):
            return False
        if "picture" in missing:
            return True
        with (folder / PICTURE).open("rb") as file:
            file.seek(-len(PNG_END), 2)
            return file.read() == PNG_END
    except OSError:
        return False
