"""Bidding: Bertsekas's auction, Gauss-Seidel fashion (one row bids at a time), on `engine.metrics.kernels.rows`.

Bertsekas: "The auction algorithm: a distributed relaxation method for the assignment problem", Annals of Operations Research
14 (1988), pages 105 to 123; stated there for benefits, here for costs: a row without a column raises the price of its cheapest
one until that is `eps` dearer than the second cheapest, takes it, and sends its former owner bidding. Then every owner is
within `eps` of its cheapest column (eps-complementary slackness), so a complete matching costs at most n eps too much.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.metrics.kernels.rows import NEVER, TIE, Rows, clock, cost_of, make_rows, make_scratch, refresh, two_cheapest


class Owners(NamedTuple):
    """Who owns what, -1 for nobody, and the rows that still have to bid.

    Attributes:
        owner: (M,) int32 row of each column.
        column: (n,) int32 column of each row.
        waiting: (n,) int32 stack of rows without a column.
        size: (1,) int64 height of the stack.
    """

    owner: NDArray[np.int32]
    column: NDArray[np.int32]
    waiting: NDArray[np.int32]
    size: NDArray[np.int64]


def make_owners(rows: Rows) -> Owners:
    """Nobody owns anything and everybody waits."""
    n = len(rows.kept)
    waiting = np.arange(n - 1, -1, -1, dtype=np.int32)
    return Owners(np.full(rows.price.size, -1, np.int32), np.full(n, -1, np.int32), waiting, np.array([n], np.int64))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def release(owners):  # type: ignore[no-untyped-def]
    """Everybody waits again; prices stay."""
    n = owners.column.size
    owners.owner[:] = -1
    owners.column[:] = -1
    for i in range(n):
        owners.waiting[i] = n - 1 - i
    owners.size[0] = n


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def bid(rows, scratch, owners, eps, most):  # type: ignore[no-untyped-def]
    """Let waiting rows bid, until nobody waits or about `most` nanoseconds have passed. Returns the number of bids."""
    bids = 0
    end = clock(rows) + most
    i = -1
    while (i >= 0 or owners.size[0] > 0) and clock(rows) < end:
        if i < 0:
            owners.size[0] -= 1
            i = owners.waiting[owners.size[0]]
        where, first, second = two_cheapest(rows, i)
        if first > rows.floor[i]:
            refresh(rows, scratch, i)
            where, first, second = two_cheapest(rows, i)
        # Up to the floor only kept columns are that cheap; above it the bid is lower than it might be, which is allowed.
        rise = max(min(second, rows.floor[i]) - first, 0.0) + eps
        j = rows.column[i, where]
        rows.price[j] += rise
        rows.price32[j] = rows.price[j]
        former = owners.owner[j]
        owners.owner[j] = i
        owners.column[i] = j
        bids += 1
        if former >= 0:
            owners.column[former] = -1
        i = former
    if i >= 0:
        owners.waiting[owners.size[0]] = i
        owners.size[0] += 1
    return bids


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def tighten(rows, owners, most):  # type: ignore[no-untyped-def]
    """Lower prices, by `most` at most, to where some row pays exactly its least; owners who do not pay the least wait.

    After `engine.metrics.kernels.duals.lower` that is within float32's rounding; then ties are ties, not rows that outbid
    each other by the last digit. Rows must have been scanned at the present prices.
    """
    n = rows.kept.size
    slack = np.full(rows.price.size, most)
    least = np.empty(n)
    for i in range(n):
        _, least[i], _ = two_cheapest(rows, i)
        for k in range(rows.kept[i]):
            j = rows.column[i, k]
            slack[j] = min(slack[j], rows.cost[i, k] + rows.price[j] - least[i])
        j = owners.column[i]
        slack[j] = min(slack[j], max(cost_of(rows, i, j) + rows.price[j] - least[i], 0.0))
    largest = 0.0
    for j in range(n):
        if slack[j] < most:
            rows.price[j] -= slack[j]
            rows.price32[j] = rows.price[j]
            largest = max(largest, slack[j])
    for i in range(n):
        rows.floor[i] -= largest
        j = owners.column[i]
        if cost_of(rows, i, j) + rows.price[j] > min(least[i] + TIE, rows.floor[i]):
            owners.column[i] = -1
            owners.owner[j] = -1
            owners.waiting[owners.size[0]] = i
            owners.size[0] += 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def bid_exactly(rows, scratch, owners, most):  # type: ignore[no-untyped-def]
    """Bid with eps = 0: Jonker and Volgenant's augmenting row reduction, about `most` bids, after which owners pay the least.

    A row whose two cheapest columns cost the same takes nothing from anybody; if none of the cheapest is free, it waits on.
    """
    waiting = owners.waiting[: owners.size[0]].copy()
    still = 0
    for k in range(waiting.size - 1, -1, -1):
        i = waiting[k]
        while i >= 0:
            where, first, second = two_cheapest(rows, i)
            if first > rows.floor[i]:
                refresh(rows, scratch, i)
                where, first, second = two_cheapest(rows, i)
            rise = min(second, rows.floor[i]) - first
            j = rows.column[i, where]
            if rise <= TIE and owners.owner[j] >= 0:  # one of the others that cost as little may be free
                rise = 0.0
                for k in range(rows.kept[i]):
                    other = rows.column[i, k]
                    if owners.owner[other] < 0 and rows.cost[i, k] + rows.price[other] <= first + TIE:
                        j = other
            former = owners.owner[j]
            if first > rows.floor[i] or (former >= 0 and (rise <= TIE or most <= 0)):
                owners.waiting[still] = i
                still += 1
                break
            rise = max(rise, 0.0)
            most -= 1
            rows.price[j] += rise
            rows.price32[j] = rows.price[j]
            owners.owner[j] = i
            owners.column[i] = j
            if former >= 0:
                owners.column[former] = -1
            i = former
    owners.size[0] = still


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def bound_about(rows, eps):  # type: ignore[no-untyped-def]
    """About what the prices prove of the sum of any matching, if lowered (by `eps` at most) as far as kept columns tell."""
    slack = np.full(rows.price.size, eps)
    bound = 0.0
    for i in range(rows.kept.size):
        _, first, _ = two_cheapest(rows, i)
        first = min(first, rows.floor[i])
        for k in range(rows.kept[i]):
            j = rows.column[i, k]
            slack[j] = min(slack[j], rows.cost[i, k] + rows.price[j] - first)
        bound += first
    for j in range(rows.kept.size):
        bound -= rows.price[j] - slack[j]
    return bound


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def value_of(rows, owners):  # type: ignore[no-untyped-def]
    """Sum of the costs of a complete matching."""
    value = 0.0
    for i in range(rows.kept.size):
        value += cost_of(rows, i, owners.column[i])
    return value


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def descend(rows, scratch, owners, eps, gap, finest, most):  # type: ignore[no-untyped-def]
    """Auctions with smaller and smaller eps, until the relative gap is about `gap` or eps `finest`: for small problems.

    Returns:
        eps to go on with, negative if all is done.
    """
    end = clock(rows) + most
    while clock(rows) < end:
        bid(rows, scratch, owners, eps, end - clock(rows))
        if owners.size[0] > 0:
            break
        value, bound = value_of(rows, owners), bound_about(rows, eps)
        if value - bound <= gap * bound or eps <= finest:
            return -eps
        further = 0.9 * gap * bound / (value - bound)
        eps = max(finest, eps * min(max(further, 0.25), 0.8))
        release(owners)
    return eps


def compile_all() -> None:
    """Compile everything here for the types in use."""
    points = np.linspace(0, 1, 12).reshape(4, 3)
    rows = make_rows(points, points, np.zeros(4))
    owners, scratch = make_owners(rows), make_scratch(rows)
    bid_exactly(rows, scratch, owners, 9)
    release(owners)
    bid(rows, scratch, owners, 0.1, NEVER)
    tighten(rows, owners, 0.1)
    descend(rows, scratch, owners, 0.1, 0.1, 0.1, NEVER)
