"""The best one-to-one matching of two point sets, to a wanted relative accuracy: the steps between the compiled kernels.

1. Both sets are cut into equally full boxes; their centres, matched by auction, give prices, and finer boxes better ones.
2. The points themselves bid from those prices until the bound is near enough.
3. For the exact matching, prices are lowered where the auction overshot, rows bid once more without eps, and the few that
   are then without a column get one by shortest augmenting paths.

Importing this compiles or loads kernels; ask `engine.metrics.compiled.ready` before.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.metrics.compiled import pool
from engine.metrics.kernels.auction import Owners, bid, bid_exactly, bound_about, descend, make_owners, release, tighten
from engine.metrics.kernels.augment import augment, make_search, take_levels
from engine.metrics.kernels.duals import carry, lower, prove
from engine.metrics.kernels.halving import centres, halved
from engine.metrics.kernels.rows import NEVER, Rows, Scratch, aligned, make_rows, make_scratch, refresh_range
from engine.progress import Progress

Array = NDArray[np.float64]

#: Nanoseconds of work between two looks at whether to go on.
SLICE = 15e6
#: Points per box of the finest coarse problem, boxes of the coarsest, and how many times finer each is than the one before.
BOX, COARSEST, FINER = 4, 16, 4
#: Gap at which a coarse problem is solved well enough, and eps it begins with, relative to the cost.
COARSE_GAP, COARSE_EPS = 0.03, 0.05
#: eps over gap proven: what lowering overshot prices brings.
EPS_PER_GAP = 3.2
#: eps of the auctions before the exact matching, relative to the cost: what they leave undone takes longer by paths.
EXACT_EPS = (0.03, 0.006, 0.0012, 0.0002, 0.00005)
#: Share of rows without a column below which paths are found at once.
FEW = 0.1
#: Bids a row after which prices given are taken for no good, and after which eps is taken for too small.
WARM, COLD = 6, 60
#: Smallest eps worth bidding with, in units of the largest coordinate over the square root of the number of points.
FINEST = 2e-3
#: Below so many pairs of rows and columns a second thread costs more than it brings.
SHARED = 2**19


@dataclass
class Solution:
    """A matching, the prices that go with it, and what they prove; lengths in units of the problem.

    Attributes:
        column: (n,) int32 partner of each row.
        prices: (n,) float64, the least of them 0.
        bound: no matching has a lower mean cost.
        value: mean cost of this one.
        warm: whether the prices given were of use.
    """

    column: NDArray[np.int32]
    prices: Array
    bound: float
    value: float
    warm: bool = False

    @property
    def gap(self) -> float:
        """Relative distance of value and bound."""
        if self.value <= self.bound:
            return 0.0
        return (self.value - self.bound) / self.bound if self.bound > 0 else math.inf


def solve(a: Array, b: Array, tolerance: float, prices: Array | None, progress: Progress) -> Solution:
    """Match rows to columns.

    Args:
        a: (n, 3) rows, n >= 1, all coordinates at most 1.
        b: (n, 3) columns, the same.
        tolerance: relative gap wanted; 0 asks for the exact optimum.
        prices: (n,) from a like problem, or None.
        progress: asked about every 15 ms.
    """
    n = len(a)
    finest = FINEST / math.sqrt(n)
    warm = prices is not None
    price, scale = (prices, 0.0) if prices is not None else _coarse_prices(a, b, progress)
    rows = _refreshed(make_rows(a, b, price - price.min()), progress)
    owners, scratch = make_owners(rows), make_scratch(rows)
    scale = max(scale, bound_about(rows, 0.0) / n, finest)
    if tolerance > 0:
        eps = max(EPS_PER_GAP * tolerance * scale, finest)
        while True:
            eps = _auction(rows, scratch, owners, eps, WARM if warm else COLD, progress)
            if owners.size[0]:
                return solve(a, b, tolerance, None, progress)
            found = _proven(_repriced(rows, _lowered(rows, progress)), owners, progress)
            found.warm = warm
            if found.gap <= tolerance:
                return found
            if eps <= finest:
                break
            eps = max(eps * min(max(0.9 * tolerance / found.gap, 0.25), 0.8), finest)
            release(owners)
    else:
        bid_exactly(rows, scratch, owners, 4 * n)
        if owners.size[0] <= FEW * n:
            return _by_paths(rows, owners, scratch, progress)
        for share in EXACT_EPS:
            release(owners)
            _auction(rows, scratch, owners, max(share * scale, finest), COLD, progress)
    rows = _refreshed(_repriced(rows, _lowered(rows, progress)), progress)
    tighten(rows, owners, 1e-5)
    bid_exactly(rows, scratch, owners, 4 * n)
    return _by_paths(rows, owners, scratch, progress)


def _coarse_prices(a: Array, b: Array, progress: Progress) -> tuple[Array, float]:
    """Prices for the columns, and the mean cost that the finest coarse problem proves."""
    n = len(a)
    boxes = 1 << max(n // BOX, 1).bit_length() - 1
    if boxes < COARSEST:
        return np.zeros(n), 0.0
    levels = [boxes]
    while levels[-1] // FINER >= COARSEST:
        levels.append(levels[-1] // FINER)
    if n * boxes >= SHARED:
        other = pool().submit(halved, b, boxes)
        order_a, order_b = halved(a, boxes), other.result()
    else:
        order_a, order_b = halved(a, boxes), halved(b, boxes)
    price, scale = np.zeros(levels[-1]), 0.0
    centres_a, centres_b = centres(a, order_a, levels[-1]), centres(b, order_b, levels[-1])
    for level in reversed(levels):
        rows = make_rows(centres_a, centres_b, price - price.min())
        owners, scratch = make_owners(rows), make_scratch(rows)
        finest = FINEST / math.sqrt(level)
        eps = COARSE_EPS * scale if scale else 0.5 * float(np.linalg.norm(centres_a - centres_b, axis=1).mean())
        eps = max(eps, finest)
        while eps > 0:
            progress.check()
            eps = descend(rows, scratch, owners, eps, COARSE_GAP, finest, SLICE)
        scale = max(bound_about(rows, -eps) / level, 0.0)
        if level < boxes:
            centres_a, centres_b = centres(a, order_a, level * FINER), centres(b, order_b, level * FINER)
        price = _carried(rows, centres_b if level < boxes else b, progress)
    return price, scale


def _auction(rows: Rows, scratch: Scratch, owners: Owners, eps: float, patience: int, progress: Progress) -> float:
    """Bid until everybody owns something.

    Returns:
        eps, which is doubled each time when bidding takes more than `patience` bids a row; if that is `WARM`, bidding stops.
    """
    n, bids = len(rows.kept), 0
    most = patience * n
    while owners.size[0]:
        progress.check()
        bids += bid(rows, scratch, owners, eps, SLICE if patience > WARM else SLICE / 16)
        if bids > most:
            if patience == WARM:
                break
            eps, most = 2 * eps, most + patience * n
    return eps


def _shared(rows: Rows, size: int, work: Callable[..., object], progress: Progress) -> Array:
    """Do all rows in two threads, in slices of about 15 ms, and merge what each wrote: the larger of both.

    Args:
        rows: the problem.
        size: length of what is written.
        work: called with room for scans, a range of rows, and a (size,) float32 array that begins as -1e30.
        progress: asked between slices.
    """
    n = len(rows.kept)
    threads = 2 if n * rows.price.size >= SHARED else 1
    step = max(1, min(-(-n // threads), int(SLICE / rows.price.size)))
    rooms = [make_scratch(rows) for _ in range(threads)]
    parts = np.full((threads, size), -1e30, np.float32)
    for start in range(0, n, threads * step):
        progress.check()
        middle, end = min(start + step, n), min(start + 2 * step, n)
        other = pool().submit(work, rooms[1], middle, end, parts[1]) if threads > 1 else None
        work(rooms[0], start, middle, parts[0])
        if other is not None:
            other.result()
    merged: Array = parts.max(axis=0).astype(np.float64)
    return merged


def _refreshed(rows: Rows, progress: Progress) -> Rows:
    """The same, its rows scanned."""
    _shared(rows, 0, lambda room, first, last, _: refresh_range(rows, room, first, last), progress)
    return rows


def _repriced(rows: Rows, price: Array) -> Rows:
    """The problem with other prices, the least of them 0. It shares its memory for kept columns with the old one."""
    prices, prices32 = aligned(rows.price.shape, np.float64), aligned(rows.price.shape, np.float32)
    prices[:] = NEVER
    prices[: len(price)] = price - price.min()
    prices32[:] = prices
    return rows._replace(price=prices, price32=prices32)


def _lowered(rows: Rows, progress: Progress) -> Array:
    """Prices lowered where the auction overshot."""
    return _shared(rows, len(rows.kept), lambda *room: lower(rows, *room), progress)


def _carried(rows: Rows, finer: Array, progress: Progress) -> Array:
    """Prices for the columns of a finer problem."""
    targets = np.ascontiguousarray(finer.T, np.float32)
    return _shared(rows, len(finer), lambda room, *rest: carry(rows, room, *rest[:2], targets, rest[2]), progress)


def _by_paths(rows: Rows, owners: Owners, scratch: Scratch, progress: Progress) -> Solution:
    search = make_search(rows)
    take_levels(rows, owners, search)
    while owners.size[0]:
        progress.check()
        augment(rows, scratch, owners, search, SLICE)
    return _proven(rows, owners, progress)


def _proven(rows: Rows, owners: Owners, progress: Progress) -> Solution:
    """A matching with its value and what the prices prove, both computed anew in float64.

    For any prices p, sum_i min_j (c_ij + p_j) - sum_j p_j is at most the cost of any matching, for a matching pays for every
    row i some c_ij + p_j that is no less than the minimum, and every p_j once.
    """
    n = len(rows.kept)
    least, price = np.zeros(n), rows.price[:n].copy()
    _shared(rows, 0, lambda room, first, last, _: prove(rows, room, first, last, least), progress)
    value = math.fsum(np.sqrt(((rows.a - rows.b[:, owners.column]) ** 2).sum(axis=0))) / n
    # Every value that was compared carries at most 5 roundings of 2^-53; sums are exact up to one.
    bound = (math.fsum(least) - math.fsum(price)) / n - 2.0**-50 * float(least.max())
    # No distance is negative.
    return Solution(owners.column, price - price.min(), max(0.0, min(bound, value)), value)
