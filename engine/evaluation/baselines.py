"""What needs no learning, over every training piece: the nearest picture's shape, and the best training shape of all.

A model that does not beat picture retrieval has learnt nothing from pictures; oracle retrieval, which looks at the truth, is
what retrieval could reach at best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.store import Item
from engine.evaluation.truth import Truth, skin_of
from engine.metrics.points import chamfer_squared_sum
from engine.models.pretrained import picture_features
from engine.pictures import read_picture, separate, to_input
from engine.shapes import Picture
from engine.training.features import FILE, piece_features
from engine.training.pieces import Piece

Array = NDArray[np.float32]

#: Points per side in the search for the best training shape; the winner is then scored in full.
THUMB_POINTS = 4096
#: Pictures per call of the encoder.
BATCH = 16


@dataclass(frozen=True, eq=False)
class FeatureJob:
    """Pictures of one piece to describe.

    Attributes:
        folder: of the piece.
        renders: True for its renders too, False for the catalogue picture alone.
    """

    folder: Path
    renders: bool


def describe_pictures(job: FeatureJob) -> Array:
    """(P, F) features of unit length of a piece's pictures, by the pretrained encoder; the catalogue picture comes first.

    What a training run has kept beside the piece is used; it holds changed and mirrored copies too, which are left out here.
    """
    if job.renders and (job.folder / FILE).is_file():
        item = Item(job.folder)
        kept = piece_features(Piece(item.folder, item.id, item.name, item.category))
        views = np.flatnonzero(~kept.catalogue & ~kept.mirrored)
        features = kept.pooled[[kept.plain, *views]]
    else:
        features = _encoded(_pictures(job))
    unit: Array = features.astype(np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
    return unit


def _pictures(job: FeatureJob) -> list[Picture]:
    pictures = [separate(read_picture(job.folder / "picture.png"))]
    if job.renders:
        views = Item(job.folder).renders
        pictures += [Picture(rgb, mask) for rgb, mask in zip(views["rgb"], views["mask"], strict=True) if _shows(mask)]
    return pictures


def _shows(mask: NDArray[np.uint8]) -> bool:
    """Whether a view shows more of its piece than an edge (training's own rule)."""
    return int(np.count_nonzero(mask)) > 0.01 * mask.size


def _encoded(pictures: Sequence[Picture]) -> NDArray[np.float16]:
    """(P, F) as training keeps them: half precision, so that it does not matter who computed them."""
    import torch

    inputs = np.stack([to_input(picture) for picture in pictures])
    batches = (torch.from_numpy(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH))
    return np.concatenate([picture_features(batch).pooled.numpy().astype(np.float16) for batch in batches])


def nearest_picture(query: Array, known: Sequence[Array]) -> tuple[int, int, float]:
    """The piece with the picture most like the query.

    Args:
        query: (F,) features of unit length.
        known: for each piece (P, F) features of unit length.

    Returns:
        index of the piece, index of its picture, cosine; the first of several equal ones.
    """
    cosines = [pictures @ query for pictures in known]
    best = int(np.argmax([values.max() for values in cosines]))
    return best, int(cosines[best].argmax()), float(cosines[best].max())


@lru_cache(maxsize=4096)
def thumb(folder: Path, seed: int) -> Array:
    """(4096, 3) points of a piece's skin for the search (all points if it has fewer); kept, 48 kB each."""
    points = Item(folder).surface[0]
    return points[np.random.default_rng(seed).permutation(len(points))[:THUMB_POINTS]]


@dataclass(frozen=True)
class OracleJob:
    """A piece to find the best of the candidates for.

    Attributes:
        folder: of the piece.
        candidates: folders of the pieces to choose from.
        seed: of the points.
    """

    folder: Path
    candidates: tuple[Path, ...]
    seed: int


def rank_by_chamfer(job: OracleJob) -> NDArray[np.float64]:
    """(C,) squared two-sided Chamfer distance of each candidate to the piece, on the search's points."""
    own = thumb(job.folder, job.seed)
    return np.array([chamfer_squared_sum(thumb(folder, job.seed), own) for folder in job.candidates])


def inside_piece(folder: Path, truth: Truth) -> NDArray[np.bool_]:
    """(V,) which of the truth's volume points lie inside another piece."""
    return skin_of(folder).contains(truth.volume)
