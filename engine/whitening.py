"""Units in which training codes vary alike in every direction, also where there are fewer codes than directions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def spread_of(codes: Vector) -> Vector:
    """(D, D) from coordinates in which training codes (N, D) vary by one in every direction to changes of a code."""
    values, axes = np.linalg.eigh(shrunk_covariance(codes))
    return np.asarray((axes * np.sqrt(np.maximum(values, 0))) @ axes.T)


def shrunk_covariance(codes: Vector) -> Vector:
    """(D, D) covariance of codes (N, D), drawn towards a round one where there are few of them.

    Chen, Wiesel, Eldar, Hero: "Shrinkage Algorithms for MMSE Covariance Estimation", 2010, arXiv 0907.4698, equation 23 (OAS).
    """
    count, size = codes.shape
    centred = codes - codes.mean(axis=0)
    sample = centred.T @ centred / count
    level = float(np.trace(sample)) / size
    if level <= 0:
        return np.eye(size)
    squares = float((sample**2).mean())
    share = min(1.0, (squares + level**2) / ((count + 1) * max(squares - level**2 / size, 1e-300)))
    return np.asarray((1 - share) * sample + share * level * np.eye(size))
