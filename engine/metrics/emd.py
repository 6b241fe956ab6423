"""Earth mover's distance between point sets of equal size: the least mean distance over all one-to-one matchings.

`emd` is an auction with a certificate: whatever it returns comes with a lower bound of the optimum, proven by prices. With
tolerance 0 it is exact. `LiveEMD` starts each time from the prices before, which is what makes it quick along a drag.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ShapeError
from engine.metrics import compiled
from engine.metrics.neighbours import checked
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]

#: Sets so many times further apart than they are large are matched by SciPy if the tolerance is finer than this: rows are
#: scanned in single precision, which then hardly tells one distance from another.
_FAR, _FINE = 12.0, 1e-4
#: Most calls of `LiveEMD` that do not try the last prices.
_LONGEST = 31


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """A one-to-one matching of a result with a reference.

    Attributes:
        value: mean Euclidean distance of matched points, in the units of the points.
        matching: (N,) for each point of the result which point of the reference is its partner; each occurs once.
        lower_bound: no matching has a smaller mean distance; proven by `prices`, however those were found.
        prices: (N,) of the points of the reference. For any prices p the mean over i of min_j (d_ij + p_j), less the mean of
            p, is a lower bound of every matching's mean distance (duality of linear programs). Zeros where SciPy matched,
            whose optimum is taken for its own bound.
        warm: whether prices given were of use.
    """

    value: float
    matching: NDArray[np.int64]
    lower_bound: float
    prices: Array
    warm: bool = False

    @property
    def gap(self) -> float:
        """Proven relative distance to the optimum: the value is at most this share above it (0.01: 1 %)."""
        if self.value <= self.lower_bound:
            return 0.0
        return (self.value - self.lower_bound) / self.lower_bound if self.lower_bound > 0 else math.inf


def emd(
    a: ArrayLike,
    b: ArrayLike,
    tolerance: float = 0.01,
    prices: ArrayLike | None = None,
    progress: Progress = NO_PROGRESS,
) -> Matching:
    """Match `a` with the reference `b`, both (N, 3), so that the mean distance is least or nearly so.

    The same arguments give the same matching. Until the kernels are compiled (`engine.metrics.compiled`) SciPy matches,
    exactly whatever the tolerance; so it does for the exact matching of sets that are far apart for their size.

    Args:
        a: the result.
        b: the reference.
        tolerance: the value may exceed the optimum by this share, as far as can be proven; 0 asks for the exact optimum, whose
            proven gap is then that of rounding (about 1e-14).
        prices: of a matching with the same reference, to start from; given up soon if they turn out to be bad.
        progress: asked about every 15 ms (never while SciPy is at work).

    Raises:
        ShapeError: the sets differ in size or are empty, or a coordinate is not finite.
    """
    points, targets = checked(a), checked(b)
    n = len(points)
    if n != len(targets) or n == 0:
        raise ShapeError(
            "The earth mover's distance needs two sets of the same number of points, not {a} and {b}; sample both alike.",
            a=n,
            b=len(targets),
        )
    if not tolerance >= 0:
        raise ValueError(f"tolerance must be 0 or larger, not {tolerance}")
    progress.check()
    if not compiled.ready() or (tolerance < _FINE and _far_apart(points, targets)):
        return _by_scipy(points, targets)
    from engine.metrics.assignment import solve

    centre = (points.mean(axis=0) + targets.mean(axis=0)) / 2
    points, targets = points - centre, targets - centre
    largest = max(float(np.abs(points).max()), float(np.abs(targets).max()))
    scale = 2.0 ** math.ceil(math.log2(largest)) if largest > 0 else 1.0  # a power of two rounds nothing
    start = None if prices is None else _start(prices, n) / scale
    found = solve(points / scale, targets / scale, tolerance, start, progress)
    return Matching(found.value * scale, found.column.astype(np.int64), found.bound * scale, found.prices * scale, found.warm)


class LiveEMD:
    """Matches one changing result after another with the same reference, from the last prices where that is quicker.

    It is where the same points move on. Where each result is a new sample, prices of the last one may be worse than those
    that coarse copies of both sets give in a few milliseconds; after a call that found so, the next ones do not try.

    Args:
        tolerance: as in `emd`.
    """

    def __init__(self, tolerance: float = 0.01) -> None:
        self.tolerance = tolerance
        self._reference: Array | None = None
        self._prices: Array | None = None
        self._afresh = self._wait = 0

    def __call__(self, a: ArrayLike, b: ArrayLike, progress: Progress = NO_PROGRESS) -> Matching:
        """`emd(a, b)`; the prices of the call before are used if `b` is still the same."""
        reference = np.asarray(b, np.float64)
        if self._reference is None or not np.array_equal(reference, self._reference):
            self._reference, self._prices, self._afresh, self._wait = reference.copy(), None, 0, 0
        tried = self._prices if self._afresh == 0 else None
        found = emd(a, reference, self.tolerance, tried, progress)
        if tried is None:
            self._afresh = max(self._afresh - 1, 0)
        else:
            self._wait = 0 if found.warm else min(2 * self._wait + 3, _LONGEST)
            self._afresh = self._wait
        self._prices = found.prices
        return found


def _start(prices: ArrayLike, n: int) -> Array:
    start = np.array(prices, np.float64)
    if start.shape != (n,) or not np.isfinite(start).all():
        raise ValueError(f"prices must be {n} finite numbers, received shape {start.shape}")
    return start


def _far_apart(points: Array, targets: Array) -> bool:
    centres = points.mean(axis=0), targets.mean(axis=0)
    extent = max(float(np.abs(points - centres[0]).max()), float(np.abs(targets - centres[1]).max()))
    return float(np.linalg.norm(centres[0] - centres[1])) > _FAR * extent


def _by_scipy(points: Array, targets: Array) -> Matching:
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    cost = cdist(points, targets)
    rows, columns = linear_sum_assignment(cost)
    value = float(cost[rows, columns].mean())
    return Matching(value, columns.astype(np.int64), value, np.zeros(len(points)))
