"""Models that did not become items: why, and what they look like where a picture can be had.

    <root>/refused/<key>.json   the refusal
    <root>/refused/<key>.png    its picture, if any

Refused models are tried again by every build (the reason may have gone), and their records are replaced then.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.data.catalogue import to_unit_sphere
from engine.data.source import Raw, Source
from engine.data.split import Listed, item_key, item_seed
from engine.data.whole import write_picture, write_text
from engine.errors import EngineError

FOLDER = "refused"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that did not become an item.

    Attributes:
        id: catalogue id, or the path of a catalogue that could not be read.
        category: "" if it has none.
        reason: one sentence.
        picture: path of its picture below the data root, "" if none can be had.
        source: path of the catalogue or folder that holds it.
    """

    id: str
    category: str
    reason: str
    picture: str = ""
    source: str = ""


@runtime_checkable
class HasPictures(Protocol):
    """A source that can give a picture without reading the model."""

    def picture_of(self, item_id: str) -> NDArray[np.uint8] | None:
        """(128, 128, 4) uint8 RGBA, or None."""


def keep_picture(root: Path, source: Source, row: Listed) -> str:
    """Store the picture of a refused model: its own, or else one drawn of whatever triangles it has.

    Args:
        root: data root.
        source: holds the model.
        row: the model.

    Returns:
        the path below the root, "" if there is nothing to see.
    """
    picture = _own_picture(source, row.id)
    if picture is None:
        picture = _drawn(source, row.id)
    if picture is None:
        return ""
    name = f"{FOLDER}/{_key(row.category, row.id)}.png"
    write_picture(root / name, picture)
    return name


def _own_picture(source: Source, item_id: str) -> NDArray[np.uint8] | None:
    if not isinstance(source, HasPictures):
        return None
    try:
        return source.picture_of(item_id)
    except EngineError:
        return None


def _drawn(source: Source, item_id: str) -> NDArray[np.uint8] | None:
    from engine.data.render import render_views

    try:
        raw = source.read(item_id)
        if not isinstance(raw, Raw):  # samples without a mesh
            return None
        soup = raw.soup
        vertices = to_unit_sphere(soup.vertices, soup.faces)
        views = render_views(vertices, soup.faces, soup.colours, item_seed(item_id), views=1)
    except (EngineError, ValueError, IndexError, ArithmeticError):  # it was refused because something is wrong with it
        return None
    return np.dstack([views.rgb[0], views.mask[0]]) if views.mask.any() else None


def record(root: Path, refusal: Refusal) -> None:
    """Note a refusal for later reports."""
    text = json.dumps(asdict(refusal), indent=1, ensure_ascii=False) + "\n"
    write_text(root / FOLDER / f"{_key(refusal.category, refusal.id)}.json", text)


def forget(root: Path, category: str, item_id: str) -> None:
    """Remove the record of a model, if there is one."""
    for ending in ("json", "png"):
        (root / FOLDER / f"{_key(category, item_id)}.{ending}").unlink(missing_ok=True)


def forget_all(root: Path, sources: Collection[str], categories: Collection[str] | None) -> None:
    """Remove the records of sources that are about to be tried again, in some categories or in all."""
    for refusal in list_refusals(root):
        if refusal.source in sources and (categories is None or refusal.category in {"", *categories}):
            forget(root, refusal.category, refusal.id)


def list_refusals(root: Path) -> list[Refusal]:
    """All refusals on record, sorted by category and id."""
    found = []
    for path in (root / FOLDER).glob("*.json"):
        try:
            found.append(Refusal(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):  # removed meanwhile, or from another version
            continue
    return sorted(found, key=lambda r: (r.category, r.id))


def _key(category: str, item_id: str) -> str:
    return item_key(f"{category}/{item_id}")
