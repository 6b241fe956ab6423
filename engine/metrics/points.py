"""Distances between point sets. Everywhere `a` is the result and `b` the reference, both (N, 3) in one frame.

Four conventions go by the name "Chamfer distance" in the literature; here each function's name says which one it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.metrics.emd import emd
from engine.metrics.neighbours import nearest, nearest_both
from engine.progress import NO_PROGRESS, Progress

__all__ = [
    "chamfer_l1_half",
    "chamfer_squared_sum",
    "emd_exact",
    "f_score",
    "f_score_of_distances",
    "hausdorff",
    "nearest",
    "nearest_both",
]


def chamfer_squared_sum(a: ArrayLike, b: ArrayLike) -> float:
    """Mean squared distance a to b plus mean squared distance b to a (DeepSDF's evaluation; PyTorch3D; Kaolin)."""
    (there, _), (back, _) = nearest_both(a, b)
    return float((there**2).mean() + (back**2).mean())


def chamfer_l1_half(a: ArrayLike, b: ArrayLike) -> float:
    """Half of (mean distance a to b + mean distance b to a), not squared ("Chamfer-L1" of Occupancy Networks)."""
    (there, _), (back, _) = nearest_both(a, b)
    return float((there.mean() + back.mean()) / 2)


def hausdorff(a: ArrayLike, b: ArrayLike) -> float:
    """Largest distance of any point to the other set, the larger of both directions."""
    (there, _), (back, _) = nearest_both(a, b)
    return float(max(there.max(), back.max()))


def f_score(a: ArrayLike, b: ArrayLike, threshold: float) -> float:
    """Harmonic mean of precision and recall at `threshold` (Tatarchenko et al. 2019, section 5), in [0, 1].

    Precision is the share of `a` within the threshold of `b`, recall the share of `b` within it of `a`.
    """
    (there, _), (back, _) = nearest_both(a, b)
    return f_score_of_distances(there, back, threshold)


def f_score_of_distances(a_to_b: NDArray[np.float64], b_to_a: NDArray[np.float64], threshold: float) -> float:
    """The same from distances already known."""
    precision, recall = float((a_to_b <= threshold).mean()), float((b_to_a <= threshold).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def emd_exact(a: ArrayLike, b: ArrayLike, progress: Progress = NO_PROGRESS) -> tuple[float, NDArray[np.int64]]:
    """Earth mover's distance by optimal assignment: the least mean distance over all one-to-one matchings.

    `engine.metrics.emd.emd` with tolerance 0, which see for what else it tells.

    Returns:
        Mean Euclidean distance of matched points; (N,) index into `b` of the partner of each point of `a`.

    Raises:
        ShapeError: the sets differ in size or are empty, or a coordinate is not finite.
    """
    found = emd(a, b, 0, progress=progress)
    return found.value, found.matching
