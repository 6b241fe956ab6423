"""The training shapes, and which of them is most like a given shape: oracle retrieval and novelty ask the same search."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.generated import SOURCE
from engine.data.store import Item, list_items
from engine.geometry.sampling import sample_shape
from engine.metrics.points import chamfer_squared_sum
from engine.shapes import Shape

Array = NDArray[np.float32]

#: Points per side of the search; the winner is then scored in full.
POINTS = 4096
#: Points per side of a first look at everything, and how many shapes come through it.
FIRST_POINTS, KEPT = 512, 32


@dataclass(frozen=True)
class TrainingSet:
    """Where the training pieces lie; a worker lists them once.

    Attributes:
        root: data set.
        categories: which; None for all.
    """

    root: Path
    categories: tuple[str, ...] | None = None

    @property
    def items(self) -> tuple[Item, ...]:
        """All of them, made by people and generated."""
        return _listed(self)

    def folders(self, generated: bool) -> tuple[Path, ...]:
        """Folders of those that were generated, or of those that were not."""
        return tuple(item.folder for item in self.items if (item.meta.source == SOURCE) == generated)


@lru_cache(maxsize=4)
def _listed(training: TrainingSet) -> tuple[Item, ...]:
    return tuple(list_items(training.root, training.categories, ("train",)))


@dataclass(frozen=True)
class Found:
    """The training shape most like another one.

    Attributes:
        folder: of the training piece.
        distance: mean a² + mean b² on the search's points, unit-sphere units.
    """

    folder: Path
    distance: float


def search_points(shape: Shape, seed: int) -> Array:
    """(4096, 3) points of a shape for the search."""
    return sample_shape(shape, POINTS, np.random.default_rng([seed, POINTS]))[0]


def nearest_shape(points: Array, candidates: tuple[Path, ...], seed: int) -> Found | None:
    """The candidate with the least Chamfer distance to points (4096, 3); None if there is no candidate."""
    if not candidates:
        return None
    if len(candidates) > KEPT:
        few = points[:FIRST_POINTS]
        looks = np.array([chamfer_squared_sum(_glance(folder, seed), few) for folder in candidates])
        candidates = tuple(candidates[i] for i in np.sort(np.argsort(looks, kind="stable")[:KEPT]))
    distances = [chamfer_squared_sum(thumb(folder, seed), points) for folder in candidates]
    best = int(np.argmin(distances))
    return Found(candidates[best], float(distances[best]))


@lru_cache(maxsize=256)
def thumb(folder: Path, seed: int) -> Array:
    """(4096, 3) stored points of a piece's skin (all points if it has fewer); kept, 48 kB each."""
    points = Item(folder).surface[0]
    return points[np.random.default_rng(seed).permutation(len(points))[:POINTS]]


@lru_cache(maxsize=32_768)
def _glance(folder: Path, seed: int) -> Array:
    """The first points of the same, 6 kB each."""
    return thumb.__wrapped__(folder, seed)[:FIRST_POINTS].copy()


@lru_cache(maxsize=256)
def floor(folder: Path, seed: int) -> float:
    """Distance that the search finds between two samplings of one piece's skin."""
    points = Item(folder).surface[0]
    order = np.random.default_rng(seed).permutation(len(points))
    half = min(POINTS, len(points) // 2)
    return chamfer_squared_sum(points[order[:half]], points[order[half : 2 * half]])


@dataclass(frozen=True)
class OracleJob:
    """A piece to find the best training shape for.

    Attributes:
        folder: of the piece.
        training: what to choose from.
        generated: among generated shapes too.
        seed: of the points.
    """

    folder: Path
    training: TrainingSet
    generated: bool
    seed: int


def best_training_shape(job: OracleJob) -> Found | None:
    """What retrieval would answer if it knew the truth (runs on a worker)."""
    points = thumb(job.folder, job.seed)
    groups = (False, True) if job.generated else (False,)
    found = [nearest_shape(points, job.training.folders(generated), job.seed) for generated in groups]
    return min((one for one in found if one is not None), key=lambda one: one.distance, default=None)
