"""Rows of the table cost(i, j) + price(j): never stored whole, only each row's cheapest columns.

Prices only rise. So when a row's cheapest columns are kept together with a `floor` below which no other column of the row
lies, that floor stays true whatever is bid, and almost every later question to the row is answered by its few kept columns.
Rows are scanned in float32 (one vector instruction handles sixteen columns); what is kept is computed in float64, and the
floor is lowered by more than float32 can be wrong, so that nothing exact depends on the short numbers.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: Columns are scanned in as many interleaved groups; the least of each group says where the cheap columns are.
GROUPS = 128
#: Columns wanted and at most kept of a row.
WANTED, KEPT = 20, 40
#: Price of the columns that fill the last group up, and what is never reached by any other.
NEVER = 1e30
#: Costs this near to each other are equal, up to rounding.
TIE = 1e-15
_FAR = np.float32(1e29)
#: Unit roundoff of float32, times what the error analysis in `refresh` asks for.
_ROUNDING = 2.0**-24 * 32
#: Nanoseconds, about, of looking at one kept column and of scanning one column: they turn work into time.
KEPT_NS, SCANNED_NS = 2.5, 0.55

# Sums may be regrouped (that is what lets loops become vector instructions); there are no NaNs and no infinities.
_LOOSE = {"nnan", "ninf", "nsz", "contract", "reassoc"}

Kind = TypeVar("Kind", bound=np.generic)


class Rows(NamedTuple):
    """A dense assignment problem with Euclidean costs between n rows and n columns, filled up to M, a multiple of `GROUPS`.

    Attributes:
        a: (3, n) float64 row points.
        b: (3, M) float64 column points; coordinates of both sets are at most 1, so that float32 keeps their digits.
        b32: (3, M) float32, the same.
        price: (M,) float64, at least 0.
        price32: (M,) float32, the same.
        column: (n, KEPT) int32 kept columns of each row.
        cost: (n, KEPT) float64 their costs.
        kept: (n,) int32 how many those are.
        floor: (n,) float64; every other column costs at least this, price included.
        work: (2,) int64 number of kept columns looked at, number of columns scanned: the clock of the solver.
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    b32: NDArray[np.float32]
    price: NDArray[np.float64]
    price32: NDArray[np.float32]
    column: NDArray[np.int32]
    cost: NDArray[np.float64]
    kept: NDArray[np.int32]
    floor: NDArray[np.float64]
    work: NDArray[np.int64]


class Scratch(NamedTuple):
    """Room for one scan; each thread has its own.

    Attributes:
        values: (M,) float32.
        least: (GROUPS,) float32.
        picked: (GROUPS + M + 1,) int32.
    """

    values: NDArray[np.float32]
    least: NDArray[np.float32]
    picked: NDArray[np.int32]


def aligned(shape: tuple[int, ...], kind: type[Kind]) -> NDArray[Kind]:
    """Zeros that begin where a vector register's worth of memory begins: scans are a quarter faster."""
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    block = np.zeros(size + 64, np.uint8)
    start = -block.ctypes.data % 64
    return block[start : start + size].view(kind).reshape(shape)


def make_rows(a: NDArray[np.float64], b: NDArray[np.float64], price: NDArray[np.float64]) -> Rows:
    """The problem for (n, 3) points with coordinates of at most 1 and for prices (n,) of at least 0."""
    n = len(a)
    filled = -(-n // GROUPS) * GROUPS
    columns, columns32 = aligned((3, filled), np.float64), aligned((3, filled), np.float32)
    prices, prices32 = aligned((filled,), np.float64), aligned((filled,), np.float32)
    columns[:, :n] = columns32[:, :n] = b.T
    prices[:] = NEVER
    prices[:n] = price
    prices32[:] = prices
    return Rows(
        np.ascontiguousarray(a.T),
        columns,
        columns32,
        prices,
        prices32,
        aligned((n, KEPT), np.int32),
        aligned((n, KEPT), np.float64),
        np.zeros(n, np.int32),
        np.full(n, -NEVER),
        np.zeros(2, np.int64),
    )


def make_scratch(rows: Rows) -> Scratch:
    """Room for scans of `rows`."""
    size = rows.price.size
    return Scratch(aligned((size,), np.float32), aligned((GROUPS,), np.float32), np.zeros(GROUPS + size + 1, np.int32))


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def _values(points, price, at, out):  # type: ignore[no-untyped-def]
    x, y, z = points[0], points[1], points[2]
    a, b, c = at
    for j in range(out.size):
        dx = x[j] - a
        dy = y[j] - b
        dz = z[j] - c
        out[j] = math.sqrt(dx * dx + dy * dy + dz * dz) + price[j]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _least_of_groups(values, least):  # type: ignore[no-untyped-def]
    # Bit patterns of positive floats are ordered as integers are, and minima of integers become vector instructions.
    for g in range(GROUPS):
        least[g] = values[g]
    for k in range(GROUPS, values.size, GROUPS):
        part = values[k : k + GROUPS]
        for g in range(GROUPS):
            least[g] = min(least[g], part[g])


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def scan(rows, scratch, i):  # type: ignore[no-untyped-def]
    """All values of row i, and the least of each group."""
    at = np.float32(rows.a[0, i]), np.float32(rows.a[1, i]), np.float32(rows.a[2, i])
    _values(rows.b32, rows.price32, at, scratch.values)
    _least_of_groups(scratch.values.view(np.int32), scratch.least.view(np.int32))
    rows.work[1] += rows.price.size


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def _reached(least, level):  # type: ignore[no-untyped-def]
    count = np.float32(0)
    for g in range(GROUPS):
        count += np.float32(1) if least[g] <= level else np.float32(0)
    return count


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def level_of(least, wanted):  # type: ignore[no-untyped-def]
    """A level that about `wanted` of the groups reach, by bisection; and the lowest of all."""
    low = least[0]
    high = least[0]
    for g in range(GROUPS):
        low = least[g] if least[g] < low else low
        high = least[g] if least[g] > high else high
    lowest = low
    high = min(high, _FAR)  # columns that only fill up stay out
    if _reached(least, high) <= wanted:
        return high, lowest
    for _ in range(24):
        middle = np.float32(0.5) * (low + high)
        if middle <= low or middle >= high:
            break
        reached = _reached(least, middle)
        if reached > wanted:
            high = middle
        else:
            low = middle
            if reached * 4 >= wanted * 3:
                break
    return low, lowest


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def pick(scratch, level):  # type: ignore[no-untyped-def]
    """Columns whose scanned value is at most `level`: where they begin in `scratch.picked`, and how many they are."""
    values, least, picked = scratch.values, scratch.least, scratch.picked
    groups = 0
    for g in range(GROUPS):  # storing first and counting after needs no branches, which here nobody could predict
        picked[groups] = g
        groups += least[g] <= level
    found = groups
    for k in range(groups):
        for j in range(picked[k], values.size, GROUPS):
            picked[found] = j
            found += values[j] <= level
    return groups, found - groups


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def safe(level):  # type: ignore[no-untyped-def]
    """What no column can fall below whose scanned value is above `level`.

    With u = 2^-24 and coordinates of at most 1, scanning errs for values t up to the level as follows: rounding the
    coordinates moves each point by at most sqrt(3) u; subtracting, squaring, adding and taking the root add at most 6 u of
    the distance; rounding the price and adding it 2 u t. Altogether below u (4 + 8 t) < 32 u (1 + t).
    """
    return np.float64(level) - _ROUNDING * (1.0 + np.float64(level))


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def refresh(rows, scratch, i):  # type: ignore[no-untyped-def]
    """Scan row i and keep its cheapest columns anew."""
    scan(rows, scratch, i)
    wanted = np.float32(WANTED)
    while True:
        level, lowest = level_of(scratch.least, wanted)
        start, found = pick(scratch, level)
        if found <= KEPT:
            break
        if level <= lowest:  # more equal columns than can be kept: the others are no cheaper
            found = KEPT
            break
        wanted *= np.float32(0.5)
    x, y, z = rows.a[0, i], rows.a[1, i], rows.a[2, i]
    column, cost = rows.column[i], rows.cost[i]
    for k in range(found):
        j = scratch.picked[start + k]
        column[k] = j
        dx = rows.b[0, j] - x
        dy = rows.b[1, j] - y
        dz = rows.b[2, j] - z
        cost[k] = math.sqrt(dx * dx + dy * dy + dz * dz)
    rows.kept[i] = found
    rows.floor[i] = safe(level)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def refresh_range(rows, scratch, start, end):  # type: ignore[no-untyped-def]
    """Scan the rows from `start` to `end`. Other threads may do other rows meanwhile, as long as no price changes."""
    for i in range(start, end):
        refresh(rows, scratch, i)


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def two_cheapest(rows, i):  # type: ignore[no-untyped-def]
    """Position of the cheapest kept column of row i, its cost with price, and the second cheapest's."""
    first, second, where = NEVER, NEVER, 0
    cost, column = rows.cost[i], rows.column[i]
    for k in range(rows.kept[i]):  # without branches: nobody could predict them
        value = cost[k] + rows.price[column[k]]
        better = value < first
        other = first if better else value
        second = other if other < second else second
        where = k if better else where
        first = value if better else first
    rows.work[0] += rows.kept[i]
    return where, first, second


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def cost_of(rows, i, j):  # type: ignore[no-untyped-def]
    """Distance of row i and column j."""
    dx = rows.b[0, j] - rows.a[0, i]
    dy = rows.b[1, j] - rows.a[1, i]
    dz = rows.b[2, j] - rows.a[2, i]
    return math.sqrt(dx * dx + dy * dy + dz * dz)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def clock(rows):  # type: ignore[no-untyped-def]
    """Nanoseconds, about, that have gone into `rows`."""
    return rows.work[0] * KEPT_NS + rows.work[1] * SCANNED_NS


def compile_all() -> None:
    """Compile everything here for the types in use."""
    points = np.linspace(0, 1, 12).reshape(4, 3)
    rows = make_rows(points, points, np.zeros(4))
    refresh_range(rows, make_scratch(rows), 0, 4)
    two_cheapest(rows, 0)
    cost_of(rows, 0, 0)
    clock(rows)
