"""Picture retrieval, which needs no learning of shapes: the answer is the training shape with the most similar picture.

A model that does not beat it has learnt nothing from pictures. Similar means: a large cosine between the features of the
pretrained encoder, or between the codes that a model's own picture encoder gives; both are tried, every training shape is
looked at, real ones and generated ones, by all its pictures.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.store import Item
from engine.errors import PictureError
from engine.evaluation.predict import Asking, network, use_threads
from engine.models.base import EncodesPictures
from engine.models.pretrained import picture_features
from engine.pictures import read_picture, separate, to_input
from engine.shapes import Picture
from engine.training.features import FILE, picture_stamp
from engine.training.pieces import Piece

Array = NDArray[np.float32]

#: Name of the encoder that no model had a part in; others go by the ids of their models.
PRETRAINED = "EfficientNet-Lite0"
#: Pictures per call of an encoder.
BATCH = 16


@runtime_checkable
class HeadOnFeatures(Protocol):
    """A model that reads pictures by the pretrained encoder's features, which are known already."""

    def picture_code(self, pooled: Tensor, map: Tensor) -> Tensor:
        """Codes (B, D) of features (B, 1280) and (B, 320, 7, 7)."""


@dataclass(frozen=True, eq=False)
class FeatureJob:
    """Pictures of one piece to describe.

    Attributes:
        folder: of the piece.
        renders: True for its renders too, False for the catalogue picture alone.
        models: ids of the models whose own encoders describe them too.
        asking: where those models are.
    """

    folder: Path
    renders: bool
    models: tuple[str, ...] = ()
    asking: Asking = field(default_factory=Asking)


def describe_pictures(job: FeatureJob) -> dict[str, Array]:
    """(P, F) features of unit length of a piece's pictures by each encoder; the catalogue picture comes first.

    What a training run has kept beside the piece is used; it holds changed and mirrored copies too, which are left out here.
    A piece without pictures that show anything has no features: P is 0, and it is neither found nor does it find any.
    """
    use_threads(job.asking)
    found: dict[str, Array] = {}
    inputs: NDArray[np.float32] | None = None
    kept = _kept(job.folder) if job.renders else None
    if kept is None:
        pictures = _pictures(job)
        if not pictures:
            return dict.fromkeys((PRETRAINED, *job.models), np.zeros((0, 1), np.float32))
        inputs = np.stack([to_input(picture) for picture in pictures])
        kept = _encoded(inputs)
    pooled, maps = kept
    found[PRETRAINED] = _unit(pooled)
    for model in job.models:
        own = network(model, job.asking)
        device = next(own.parameters()).device
        with torch.inference_mode():
            if isinstance(own, HeadOnFeatures):
                codes = own.picture_code(*(torch.from_numpy(part.astype(np.float32)).to(device) for part in (pooled, maps)))
            elif isinstance(own, EncodesPictures):
                if inputs is None:
                    inputs = np.stack([to_input(picture) for picture in _pictures(job)])
                batches = [batch.to(device) for batch in _batches(inputs)]
                codes = torch.cat([own.encode_pictures(batch, job.asking.seed) for batch in batches])
            else:
                raise TypeError(f"{model} says that it takes pictures, but encodes none")
        found[model] = _unit(codes.cpu().numpy())
    return found


def _kept(folder: Path) -> tuple[NDArray[np.float16], NDArray[np.float16]] | None:
    """Features that a training run has left beside a piece, unless they are of other pictures than those that lie there."""
    item = Item(folder)
    piece = Piece(item.folder, item.id, item.name, item.category)
    try:
        with np.load(folder / FILE, allow_pickle=False) as kept:
            if str(kept["stamp"]) != picture_stamp(piece):
                return None
            chosen = [int(kept["plain"]), *np.flatnonzero(~kept["catalogue"] & ~kept["mirrored"])]
            return kept["pooled"][chosen], kept["map"][chosen]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _pictures(job: FeatureJob) -> list[Picture]:
    try:
        pictures = [separate(read_picture(job.folder / "picture.png"))]
    except PictureError:
        pictures = []
    if job.renders:
        views = Item(job.folder).renders
        pictures += [Picture(rgb, mask) for rgb, mask in zip(views["rgb"], views["mask"], strict=True) if _shows(mask)]
    return pictures


def _shows(mask: NDArray[np.uint8]) -> bool:
    """Whether a view shows more of its piece than an edge (training's own rule)."""
    return int(np.count_nonzero(mask)) > 0.01 * mask.size


def _batches(inputs: NDArray[np.float32]) -> list[Tensor]:
    return [torch.from_numpy(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH)]


def _encoded(inputs: NDArray[np.float32]) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
    """(P, F) and (P, C, 7, 7) as training keeps them: half precision, so that it does not matter who computed them."""
    found = [picture_features(batch) for batch in _batches(inputs)]
    pooled, maps = ([getattr(part, name).numpy().astype(np.float16) for part in found] for name in ("pooled", "map"))
    return np.concatenate(pooled), np.concatenate(maps)


def _unit(features: NDArray[np.floating]) -> Array:
    unit: Array = features.astype(np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    return unit


def nearest_picture(query: Array, known: Sequence[Array]) -> tuple[int, int, float]:
    """The piece with the picture most like the query.

    Args:
        query: (F,) features of unit length.
        known: for each piece (P, F) features of unit length, of one piece P > 0 at least.

    Returns:
        index of the piece, index of its picture, cosine; the first of several equal ones.
    """
    cosines = [pictures @ query if len(pictures) else np.full(1, -np.inf) for pictures in known]
    best = int(np.argmax([values.max() for values in cosines]))
    return best, int(cosines[best].argmax()), float(cosines[best].max())
