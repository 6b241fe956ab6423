"""Earth mover's distance between sets of unequal size: transport of mass 1, spread evenly over each set.

Every point of N carries 1/N, every point of M receives 1/M. If copies of the points can make both sets equal without becoming
many, that is a one-to-one matching of copies (`engine.metrics.emd`). Else it is a linear program over all N M pairs, of which
only few matter: it is solved (HiGHS, with SciPy) over the cheapest pairs, the prices of that solution tell which others would
help, those are added, until none would. Ford and Fulkerson: "A suggested computation for maximal multi-commodity network
flows", Management Science 5 (1958), is the oldest use of this idea.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import EngineError, ShapeError
from engine.metrics.emd import emd
from engine.metrics.neighbours import checked
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]
Index = NDArray[np.int64]

#: Most copies of points that are matched one to one.
_COPIES = 6144
#: Most points of both sets together. The program for as many takes minutes and about half a GB.
_MOST = 8192
#: Pairs per point to begin with, and most to be added per point and round.
_FIRST, _MORE = 5, 8
#: Tolerance of the matching of copies whose prices say which pairs those are.
_NEARLY = 0.001
#: A pair is worth adding if it would save more than this, relative to the largest distance met.
_NOTHING = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """An optimal transport plan.

    Attributes:
        value: mass times distance, summed; in the units of the points.
        lower_bound: no plan costs less; proven by prices, equal to the value up to rounding.
        rows: (K,) points of the result that something leaves.
        columns: (K,) points of the reference where it goes.
        mass: (K,) how much, > 0, 1 in all.
    """

    value: float
    lower_bound: float
    rows: Index
    columns: Index
    mass: Array


def transport(a: ArrayLike, b: ArrayLike, progress: Progress = NO_PROGRESS) -> Transport:
    """Move the mass of `a` (N, 3) to the reference `b` (M, 3) at the least cost; N and M may differ.

    Raises:
        ShapeError: a set is empty, or a coordinate is not finite.
        EngineError: the sets are too large for exact transport.
    """
    points, targets = checked(a), checked(b)
    n, m = len(points), len(targets)
    if n == 0 or m == 0:
        raise ShapeError("There is nothing to transport: one of the sets has no points.")
    copies = math.lcm(n, m)
    if copies <= _COPIES or n == m:
        return _by_copies(points, targets, copies, progress)
    if n + m > _MOST:
        raise EngineError(
            "Exact transport between {a} and {b} points would take too much memory; take at most {most} points in all, or "
            "equally many on both sides.",
            a=n,
            b=m,
            most=_MOST,
        )
    return _by_program(points, targets, progress)


def _by_copies(points: Array, targets: Array, copies: int, progress: Progress) -> Transport:
    n, m = len(points), len(targets)
    from_a, from_b = np.arange(copies) % n, np.arange(copies) % m
    found = emd(points[from_a], targets[from_b], 0, progress=progress)
    pairs, counts = np.unique(from_a * m + from_b[found.matching], return_counts=True)
    return Transport(found.value, found.lower_bound, pairs // m, pairs % m, counts / copies)


def _by_program(points: Array, targets: Array, progress: Progress) -> Transport:
    n, m = len(points), len(targets)
    start, matched = _start(points, targets, progress)
    pairs = np.unique(np.concatenate([_staircase(n, m), matched, _cheapest(points, targets, start, progress)]))
    while True:
        progress.check()
        cost = np.linalg.norm(points[pairs // m] - targets[pairs % m], axis=1)
        mass, left, paid = _solved(pairs, cost, n, m)
        least, wanted = _worth_adding(points, targets, (left, paid), float(cost.max()), progress)
        if len(wanted) == 0:
            break
        pairs = np.union1d(pairs, wanted)
    used = mass > 1e-9 / max(n, m)
    value = float(mass @ cost)
    bound = math.fsum(least) / n + math.fsum(paid) / m
    return Transport(value, min(bound, value), pairs[used] // m, pairs[used] % m, mass[used])


def _start(points: Array, targets: Array, progress: Progress) -> tuple[Array, Index]:
    """About what columns pay, and pairs that will be of use: from a matching of as many copies as are feasible."""
    n, m = len(points), len(targets)
    copies = min(_COPIES, 4 * max(n, m))
    from_a, from_b = np.arange(copies) * n // copies, np.arange(copies) * m // copies
    found = emd(points[from_a], targets[from_b], _NEARLY, progress=progress)
    paid = np.full(m, -np.inf)
    np.maximum.at(paid, from_b, -found.prices)
    return paid, from_a * m + from_b[found.matching]


def _staircase(n: int, m: int) -> Index:
    """Pairs over which all mass can be moved, whatever the distances: both sets side by side, cut where either changes."""
    cuts = np.union1d(np.arange(n) * m, np.arange(m) * n)
    return cuts // m * m + cuts // n


def _along_staircase(pairs: Index, n: int, m: int) -> Array:
    cuts = np.union1d(np.arange(n) * m, np.arange(m) * n)
    mass = np.zeros(len(pairs))
    mass[np.searchsorted(pairs, cuts // m * m + cuts // n)] = np.diff(np.append(cuts, n * m)) / (n * m)
    return mass


def _cheapest(points: Array, targets: Array, paid: Array, progress: Progress) -> Index:
    """The pairs of least distance less payments: some for each row and some for each column."""
    from scipy.spatial.distance import cdist

    n, m = len(points), len(targets)
    found = []
    best = np.full((0, m), np.inf)
    best_rows = np.zeros((0, m), np.int64)
    for part in _slices(n, m):
        progress.check()
        open_cost = cdist(points[part], targets) - paid
        few = np.argpartition(open_cost, min(_FIRST, m) - 1, axis=1)[:, :_FIRST]
        rows = np.arange(part.start, part.stop)
        found.append((rows[:, None] * m + few).ravel())
        open_cost -= open_cost.min(axis=1, keepdims=True)
        best = np.concatenate([best, open_cost])
        best_rows = np.concatenate([best_rows, np.broadcast_to(rows[:, None], open_cost.shape)])
        few = np.argpartition(best, min(_FIRST, len(best)) - 1, axis=0)[:_FIRST]
        best, best_rows = np.take_along_axis(best, few, 0), np.take_along_axis(best_rows, few, 0)
    found.append((best_rows * m + np.arange(m)).ravel())
    return np.concatenate(found)


def _solved(pairs: Index, cost: Array, n: int, m: int) -> tuple[Array, Array, Array]:
    """Masses on the pairs at the least cost, and what rows and columns pay."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    count, largest = len(pairs), float(cost.max())
    if largest == 0:
        return _along_staircase(pairs, n, m), np.zeros(n), np.zeros(m)
    places = np.concatenate([pairs // m, n + pairs % m]), np.tile(np.arange(count), 2)
    conditions: Any = csr_array((np.ones(2 * count), places), shape=(n + m, count))
    amounts = np.concatenate([np.full(n, 1.0), np.full(m, n / m)])  # about 1: the solver's tolerances are absolute
    answer: Any = linprog(cost / largest, A_eq=conditions, b_eq=amounts, bounds=(0, None), method="highs-ds")
    if not answer.success:
        raise EngineError("The transport between {a} and {b} points could not be solved: {why}", a=n, b=m, why=answer.message)
    paid = answer.eqlin.marginals * largest
    return answer.x / n, paid[:n], paid[n:]


def _worth_adding(
    points: Array, targets: Array, paid: tuple[Array, Array], largest: float, progress: Progress
) -> tuple[Array, Index]:
    """For each row the least of distance less payment, and the best few pairs that would lower the cost."""
    from scipy.spatial.distance import cdist

    n, m = len(points), len(targets)
    least, wanted = np.empty(n), [np.zeros(0, np.int64)]
    for part in _slices(n, m):
        progress.check()
        open_cost = cdist(points[part], targets) - paid[1]
        least[part] = open_cost.min(axis=1)
        few = np.argpartition(open_cost, min(_MORE, m) - 1, axis=1)[:, :_MORE]
        saves = np.take_along_axis(open_cost, few, 1) < paid[0][part, None] - _NOTHING * largest
        wanted.append((np.arange(part.start, part.stop)[:, None] * m + few)[saves])
    return least, np.concatenate(wanted)


def _slices(n: int, m: int) -> Iterator[slice]:
    step = max(1, 2**21 // m)
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))
