"""Frozen picture features of every piece, computed once and kept beside its data.

For each piece: its catalogue picture, if it has one that is not an own render, changed copies of that picture, and its renders;
each of them plain and in a mirror (x to the right becomes x to the left; the shape must be mirrored along). Plain renders have
their exact masks, mirrored ones those of an imperfect separation. A picture costs about 60 ms of one core, both ways together.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.generated import SOURCE
from engine.data.redraw import is_own_render
from engine.data.store import Item, write_arrays
from engine.errors import DataError
from engine.models.pretrained import picture_features
from engine.pictures import to_input
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Picture
from engine.training.pieces import Piece
from engine.training.retouching import as_separated, retouched

FILE = "features-efficientnet-lite0-2.npz"
CHANGED_COPIES = 7
RENDERS = 24


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features of the V pictures of one piece.

    Attributes:
        pooled: (V, 1280) float16.
        map: (V, 320, 7, 7) float16.
        catalogue: (V,) bool, True for the catalogue picture and its changed copies; nowhere if it has none of somebody else's.
        mirrored: (V,) bool.
        plain: index of the unchanged catalogue picture, or without one of the first render.
    """

    pooled: NDArray[np.float16]
    map: NDArray[np.float16]
    catalogue: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]
    plain: int


class _Shown(NamedTuple):
    """A picture, what is seen of it in a mirror, and whether it is (made from) the catalogue picture."""

    picture: Picture
    mirrored: Picture
    catalogue: bool


def piece_features(piece: Piece, progress: Progress = NO_PROGRESS, renders: int = RENDERS) -> Features:
    """Features of a piece, from the file beside its data if that was made from the same pictures.

    Args:
        piece: which.
        progress: asked before each picture.
        renders: at most so many of its renders.

    Raises:
        DataError: if pictures are missing or damaged.
    """
    path, stamp = piece.folder / FILE, picture_stamp(piece, renders)
    kept = _read(path, stamp)
    if kept is not None:
        return kept
    pooled: list[NDArray[np.float16]] = []
    maps: list[NDArray[np.float16]] = []
    catalogue: list[bool] = []
    for shown in _pictures(piece, renders):
        progress.check()
        pair = np.stack([to_input(shown.picture), to_input(shown.mirrored)[..., ::-1]])
        found = picture_features(torch.from_numpy(pair))
        pooled.append(found.pooled.numpy().astype(np.float16))
        maps.append(found.map.numpy().astype(np.float16))
        catalogue += [shown.catalogue] * 2
    if not pooled:
        raise DataError("{name} ({id}) has no picture that shows it; build the item again.", name=piece.name, id=piece.id)
    mirrored = np.tile([False, True], len(pooled))
    features = Features(np.concatenate(pooled), np.concatenate(maps), np.array(catalogue), mirrored, 0)
    write_arrays(
        path,
        {
            "pooled": features.pooled, "map": features.map, "catalogue": features.catalogue, "mirrored": features.mirrored,
            "plain": np.array(features.plain), "stamp": np.array(stamp),
        },
    )  # fmt: skip
    return features


def picture_stamp(piece: Piece, renders: int = RENDERS) -> str:
    """Names the pictures that features are made from: others give another stamp."""
    found = hashlib.sha1(f"{CHANGED_COPIES} {renders}".encode("ascii"), usedforsecurity=False)
    for name in ("picture.png", "renders.npz"):
        file = piece.folder / name
        found.update(hashlib.sha1(file.read_bytes() if file.is_file() else b"", usedforsecurity=False).digest())
    return found.hexdigest()


def _read(path: Path, stamp: str) -> Features | None:
    """What is kept there; None if nothing is, or what was made from other pictures."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["stamp"]) == stamp:
                return Features(kept["pooled"], kept["map"], kept["catalogue"], kept["mirrored"], int(kept["plain"]))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        path.unlink(missing_ok=True)  # half a file or an older layout
    return None


def _pictures(piece: Piece, renders: int) -> Iterator[_Shown]:
    """Pictures of a piece; what stands for it comes first."""
    item = Item(piece.folder)
    draw = np.random.default_rng(item.meta.seed)
    try:
        rgb, mask = item.renders["rgb"][:renders], item.renders["mask"][:renders]
        own = piece.source == SOURCE or is_own_render(item)
        if not own:
            whole = Picture(item.picture[..., :3], item.picture[..., 3])
            yield _Shown(whole, whole, True)
            for _ in range(CHANGED_COPIES):
                changed = retouched(whole, draw)
                yield _Shown(changed, changed, True)
    except (OSError, KeyError) as error:
        raise DataError(
            "The pictures of {name} ({id}) are damaged; build the item again.", name=item.name, id=item.id
        ) from error
    for colours, alpha in zip(rgb, mask, strict=True):
        if int(np.count_nonzero(alpha)) > 0.01 * alpha.size:  # a view from which nearly nothing is seen teaches nothing
            exact = Picture(colours, alpha)
            yield _Shown(exact, as_separated(exact, draw), False)
