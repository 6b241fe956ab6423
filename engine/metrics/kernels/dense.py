"""Dijkstra's algorithm over whole rows, for where many ways are nearly equally long: points along a thin rod, say.

There a search over kept columns scans every row it meets and finds hundreds of columns in each. Here every step costs the
same, one pass over all columns, most of it vector instructions.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from engine.metrics.kernels.rows import NEVER, TIE

_LOOSE = {"nnan", "ninf", "nsz", "contract", "reassoc"}


# Two loops, since LLVM makes vector instructions of a loop only if few arrays have to be told apart.
@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def _distances(points, price, way, far):  # type: ignore[no-untyped-def]
    x, y, z = points[0], points[1], points[2]
    a, b, c, base, value = way
    for j in range(far.size):
        dx = x[j] - a
        dy = y[j] - b
        dz = z[j] - c
        reached = math.sqrt(dx * dx + dy * dy + dz * dz) + price[j] + base
        far[j] = reached if reached > value else value


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def _improve(far, row, left, parent):  # type: ignore[no-untyped-def]
    for j in range(far.size):
        better = far[j] < left[j]
        left[j] = far[j] if better else left[j]
        parent[j] = row if better else parent[j]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _nearest(left, bits, owner):  # type: ignore[no-untyped-def]
    """The nearest column that is not settled; of equally near ones a free one. As unsigned integers, settled ones are far."""
    least = bits[0]
    for value in bits:
        least = min(least, value)
    item = -1
    limit = 0.0
    for j in range(left.size):
        if item < 0:
            if bits[j] == least:
                item = j
                limit = left[j] + TIE
                if owner[j] < 0:
                    break
        elif left[j] <= limit and left[j] >= 0.0 and owner[j] < 0:
            return j
    return item


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def find_densely(rows, owners, search, source):  # type: ignore[no-untyped-def]
    """The free column nearest to a waiting row whose level is known; leaves `search` as a search over kept columns does."""
    n = rows.kept.size
    left, parent = np.full(n, NEVER), np.zeros(n, np.int64)  # left: distances of columns not settled, -1 of those that are
    far, bits = np.empty(n), left.view(np.uint64)
    row = source
    value = 0.0
    while True:
        base = value - search.level[row]
        _distances(rows.b, rows.price, (rows.a[0, row], rows.a[1, row], rows.a[2, row], base, value), far)
        _improve(far, np.int64(row), left, parent)
        rows.work[1] += 6 * n
        item = _nearest(left, bits, owners.owner)
        value = left[item]
        search.key[item] = value
        search.parent[item] = parent[item]
        search.touched[search.sizes[1]] = item
        search.sizes[1] += 1
        if owners.owner[item] < 0:
            break
        search.settled[item] = True
        search.tally[1] += 1
        left[item] = -1.0
        row = owners.owner[item]
    search.last[0] = item


def compile_all() -> None:
    """Compiled with its only caller, `engine.metrics.kernels.augment`."""
