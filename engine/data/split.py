"""Which furniture there is, and which of it is held out.

`furniture.csv` lists every distinct model under CC0 or CC-BY with its category and split, and what its file holds
(`engine.data.fingerprint`), so that another file under the same name is noticed. The rule behind the split column:
within a category sort by `sha1(id)`; the first ten of chair, table, sofa and lamp (a fifth elsewhere, rounded down, one at
least) are test, of what is left the next tenth (rounded down, one at least unless only one is left) is val, the rest is train.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAIN_CATEGORIES = ("chair", "table", "sofa", "lamp")
MAIN_TEST_COUNT = 10


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the table.

    Attributes:
        category: e.g. "chair".
        id: catalogue id, `<library>#<piece>`.
        name: English name.
        licence: "CC0-1.0", "CC-BY-3.0" or "CC-BY-3.0-US".
        creator: who made it.
        split: "train", "val" or "test".
        stamp: changes when the model's file does; empty if the file has not been looked at.
        known: the stamp of the file that the table was made from; empty for what is in no table.
    """

    category: str
    id: str
    name: str
    licence: str
    creator: str
    split: str
    stamp: str = ""
    known: str = ""


@cache
def furniture_table() -> tuple[Listed, ...]:
    """All rows of `furniture.csv`, in file order."""
    text = resources.files("engine.data").joinpath("furniture.csv").read_text(encoding="utf-8")
    return tuple(
        Listed(row["category"], row["id"], row["name"], row["licence"], row["creator"], row["split"], known=row["content"])
        for row in csv.DictReader(text.splitlines())
    )


def item_key(item_id: str) -> str:
    """Folder name of an item: the first 16 hexadecimal digits of sha1(id)."""
    return hashlib.sha1(item_id.encode("utf-8"), usedforsecurity=False).hexdigest()[:16]


def item_seed(item_id: str) -> int:
    """A seed below 2^32 that belongs to this item alone."""
    return int(hashlib.sha1(item_id.encode("utf-8"), usedforsecurity=False).hexdigest()[-8:], 16)


def split_ids(category: str, ids: Sequence[str]) -> dict[str, str]:
    """Apply the rule to all ids of one category.

    Returns:
        id -> "train", "val" or "test".
    """
    ordered = sorted(ids, key=lambda i: hashlib.sha1(i.encode("utf-8"), usedforsecurity=False).hexdigest())
    count = len(ordered)
    tests = MAIN_TEST_COUNT if category in MAIN_CATEGORIES else max(1, count // 5)
    left = max(0, count - tests)
    vals = max(1, left // 10) if left > 1 else 0
    return {
        item_id: "test" if place < tests else "val" if place < tests + vals else "train"
        for place, item_id in enumerate(ordered)
    }
