"""Frozen picture features of every piece, computed once and kept beside its data.

For each piece: its renders, its catalogue picture and slightly changed copies of that picture, and all of them in a mirror
(x to the right becomes x to the left; the shape must be mirrored along).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.store import Item, write_arrays
from engine.errors import DataError
from engine.models.pretrained import picture_features
from engine.pictures import to_input
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Picture
from engine.training.pieces import Piece

FILE = "features-efficientnet-lite0-1.npz"
CHANGED_COPIES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Features of the V pictures of one piece.

    Attributes:
        pooled: (V, 1280) float16.
        map: (V, 320, 7, 7) float16.
        catalogue: (V,) bool, True for the catalogue picture and its changed copies.
        mirrored: (V,) bool.
        plain: index of the unchanged catalogue picture.
    """

    pooled: NDArray[np.float16]
    map: NDArray[np.float16]
    catalogue: NDArray[np.bool_]
    mirrored: NDArray[np.bool_]
    plain: int


def piece_features(piece: Piece, progress: Progress = NO_PROGRESS) -> Features:
    """Features of a piece, from the file beside its data if there is one.

    Raises:
        DataError: if pictures are missing or damaged.
    """
    path = piece.folder / FILE
    if path.is_file():
        try:
            with np.load(path, allow_pickle=False) as kept:
                return Features(kept["pooled"], kept["map"], kept["catalogue"], kept["mirrored"], int(kept["plain"]))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            path.unlink()  # half a file or an older layout: made anew below
    pooled: list[NDArray[np.float16]] = []
    maps: list[NDArray[np.float16]] = []
    catalogue: list[bool] = []
    mirrored: list[bool] = []
    plain = 0
    for picture, is_catalogue, is_plain in _pictures(piece):
        values = torch.from_numpy(to_input(picture))
        for flipped in (False, True):
            progress.check()
            found = picture_features((values.flip(-1) if flipped else values).unsqueeze(0))
            if is_plain and not flipped:
                plain = len(pooled)
            pooled.append(found.pooled[0].numpy().astype(np.float16))
            maps.append(found.map[0].numpy().astype(np.float16))
            catalogue.append(is_catalogue)
            mirrored.append(flipped)
    features = Features(np.stack(pooled), np.stack(maps), np.array(catalogue), np.array(mirrored), plain)
    write_arrays(
        path,
        {
            "pooled": features.pooled, "map": features.map, "catalogue": features.catalogue, "mirrored": features.mirrored,
            "plain": np.array(plain),
        },
    )  # fmt: skip
    return features


def _pictures(piece: Piece) -> Iterator[tuple[Picture, bool, bool]]:
    """Pictures of a piece with: is it (made from) the catalogue picture, is it that picture unchanged."""
    item = Item(piece.folder)
    try:
        rgba = item.picture
        rgb, mask = item.renders["rgb"], item.renders["mask"]
    except (OSError, KeyError) as error:
        raise DataError(
            "The pictures of {name} ({id}) are damaged; build the item again.", name=item.name, id=item.id
        ) from error
    yield Picture(rgba[..., :3], rgba[..., 3]), True, True
    draw = np.random.default_rng(item.meta.seed)
    for _ in range(CHANGED_COPIES):
        yield _changed(rgba, draw), True, False
    for colours, alpha in zip(rgb, mask, strict=True):
        if int(np.count_nonzero(alpha)) > 0.01 * alpha.size:  # a view from which nearly nothing is seen teaches nothing
            yield Picture(colours, alpha), False, False


def _changed(rgba: NDArray[np.uint8], draw: np.random.Generator) -> Picture:
    """The picture with other brightness, contrast and tint, blurred or not, slightly stretched and turned."""
    import cv2

    height, width = rgba.shape[:2]
    colours = rgba[..., :3].astype(np.float32) / 255
    grey = colours.mean(axis=2, keepdims=True)
    colours = grey + (colours - grey) * draw.uniform(0.0, 1.2)
    colours = (colours * draw.uniform(0.85, 1.15, 3)) ** draw.uniform(0.7, 1.4)
    stretch = draw.uniform(0.94, 1.06, 2)
    turn = np.deg2rad(draw.uniform(-4, 4))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * stretch * 0.9
    centre = np.array([width, height]) / 2
    placed = np.column_stack([matrix, centre - matrix @ centre])
    pixels = np.dstack([np.clip(colours * 255, 0, 255), rgba[..., 3].astype(np.float32)]).astype(np.uint8)
    warped = cv2.warpAffine(pixels, placed, (width, height), flags=cv2.INTER_AREA, borderValue=(255, 255, 255, 0))
    if draw.random() < 0.3:
        warped[..., :3] = cv2.GaussianBlur(warped[..., :3], (0, 0), draw.uniform(0.4, 1.0))
    return Picture(warped[..., :3], warped[..., 3])
