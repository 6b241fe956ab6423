"""The training pieces on disk, as training sees them: labels and sample arrays, nothing of how they were made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.generated import SOURCE
from engine.errors import DataError

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """One shape with its files.

    Attributes:
        folder: holds samples.npz, surface.npz, picture.png, renders.npz.
        id, name, category, licence, creator: what it is and whom to credit.
        source: where it came from, for the credits.
        stamp: changes when the samples do.
    """

    folder: Path
    id: str
    name: str
    category: str
    licence: str = ""
    creator: str = ""
    source: str = ""
    stamp: str = ""

    def label(self) -> dict[str, str]:
        """The words that go into a model's card."""
        return {
            "id": self.id, "name": self.name, "category": self.category, "licence": self.licence, "creator": self.creator,
        } | ({"source": self.source} if self.source else {})  # fmt: skip


def find_pieces(root: Path, categories: Sequence[str], splits: Sequence[str], *, generated: bool = False) -> list[Piece]:
    """Pieces of a data set, in a fixed order.

    Args:
        root: data root.
        categories: which; none means all.
        splits: which.
        generated: the generated pieces instead of the real ones.

    Raises:
        DataError: if there are none.
    """
    from engine.data.store import list_items

    found = [
        Piece(
            item.folder,
            item.id,
            item.name,
            item.category,
            item.meta.licence,
            item.meta.creator,
            item.meta.source,
            item.meta.settings_hash,
        )
        for item in list_items(root, tuple(categories), tuple(splits))
        if (item.meta.source == SOURCE) == generated
    ]
    if not found:
        raise DataError(
            "There are no {splits} pieces of {categories} in the data set; run `shape-engine data build` first.",
            splits=" or ".join(splits), categories=", ".join(categories),
        )  # fmt: skip
    return sorted(found, key=lambda piece: (piece.category, piece.id))


def read_arrays(piece: Piece, file: str, names: Sequence[str]) -> list[NDArray[Any]]:
    """Arrays of one of a piece's npz files.

    Raises:
        DataError: if the file is missing or damaged, or the piece's source holds no such thing.
    """
    try:
        with np.load(piece.folder / file, allow_pickle=False) as archive:
            return [archive[name] for name in names]
    except (OSError, ValueError, KeyError) as error:
        lacking = _lacking(piece) if isinstance(error, KeyError | FileNotFoundError) else ()
        if lacking:
            raise DataError(
                "{file} of {name} ({id}) lacks {names}: its source has no {lacking}. Leave it out, or train what needs none.",
                file=file, name=piece.name, id=piece.id, names=", ".join(names), lacking=", ".join(lacking),
            ) from error  # fmt: skip
        raise DataError(
            "{file} of {name} ({id}) is missing or damaged; run `shape-engine data build` again.",
            file=file, name=piece.name, id=piece.id,
        ) from error  # fmt: skip


def read_signs(piece: Piece, kind: str) -> Array:
    """(M, 4) x, y, z and signed distance; of a source without distances -1 for it inside and 1 outside.

    Args:
        piece: which.
        kind: "near", "space" or "volume".

    Raises:
        DataError: if the file is missing or damaged, or the piece's source holds no such points.
    """
    try:
        points, inside = read_arrays(piece, "samples.npz", (f"{kind}_points", f"{kind}_occupied"))
    except DataError:
        points, values = read_arrays(piece, "samples.npz", (f"{kind}_points", f"{kind}_sdf"))
    else:
        values = np.where(inside, -1.0, 1.0)
    return np.column_stack([points, values]).astype(np.float32)


def _lacking(piece: Piece) -> tuple[str, ...]:
    """What a piece's source does not hold."""
    from engine.data.store import read_meta

    try:
        return read_meta(piece.folder).missing
    except DataError:
        return ()
