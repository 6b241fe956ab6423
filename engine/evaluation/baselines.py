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
from engine.pictures import read_picture, separate, to_input
from engine.shapes import Picture

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
    """(P, F) features of unit length of a piece's pictures, by the pretrained encoder; the catalogue picture comes first."""
    import torch

    from engine.models.pretrained import picture_features

    item = Item(job.folder)
    pictures = [separate(read_picture(job.folder / "picture.png"))]
    if job.renders:
        views = item.renders
        pictures += [Picture(rgb, mask) for rgb, mask in zip(views["rgb"], views["mask"], strict=True)]
    inputs = np.stack([to_input(picture) for picture in pictures])
    batches = (torch.from_numpy(inputs[start : start + BATCH]) for start in range(0, len(inputs), BATCH))
    parts = [picture_features(batch).pooled.numpy() for batch in batches]
    features: Array = np.concatenate(parts).astype(np.float32)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    return features


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
