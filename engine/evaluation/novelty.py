"""Is an answer new, or a training shape that was learnt by heart?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.data.generated import SOURCE
from engine.data.store import Item
from engine.evaluation.search import TrainingSet, floor, nearest_shape, search_points, thumb
from engine.evaluation.truth import Truth
from engine.metrics.points import chamfer_squared_sum
from engine.shapes import Shape

#: An answer *is* a training shape if it is nearer to it than this many times the distance of two samplings of that shape.
#: Room for what a generator blurs: a training shape that it has learnt is not met exactly when it is decoded.
COPY = 3.0
WORDS = (
    f"an answer counts as a training shape if its distance to it is below {COPY:g} times that of two samplings of that shape "
    "(mean a² + mean b², 4,096 points, unit sphere; the search that oracle retrieval uses)"
)


@dataclass(frozen=True)
class Novelty:
    """The training shape most like an answer, by the search that oracle retrieval uses.

    Attributes:
        nearest: id of that training piece.
        generated: whether it was generated.
        distance: mean a² + mean b² between answer and training shape on the search's points, unit-sphere units.
        floor: the same of two samplings of the training shape.
        to_truth: the same between answer and truth.
        is_copy: the answer is a training shape, see `COPY`.
        nearer_than_truth: the training shape is nearer to the answer than the truth is.
    """

    nearest: str
    generated: bool
    distance: float
    floor: float
    to_truth: float
    is_copy: bool
    nearer_than_truth: bool


def novelty(shape: Shape, truth: Truth, training: TrainingSet, seed: int) -> Novelty | None:
    """Look an answer up among the training shapes; None for an empty one, or where there are no training shapes."""
    if shape.is_empty:
        return None
    points = search_points(shape, seed)
    groups = [nearest_shape(points, training.folders(generated), seed) for generated in (False, True)]
    best = min((one for one in groups if one is not None), key=lambda one: one.distance, default=None)
    if best is None:
        return None
    item = Item(best.folder)
    own = floor(best.folder, seed)
    to_truth = chamfer_squared_sum(points, thumb(truth.item.folder, seed))
    return Novelty(
        item.id, item.meta.source == SOURCE, best.distance, own, to_truth,
        math.isfinite(own) and best.distance < COPY * own, best.distance < to_truth,
    )  # fmt: skip
