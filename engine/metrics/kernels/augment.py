"""The exact end: from prices near the best ones to the best matching, by shortest augmenting paths.

Jonker and Volgenant: "A shortest augmenting path algorithm for dense and sparse linear assignment problems", Computing 38
(1987), pages 325 to 340. Their first steps are replaced by the auction's prices. A path is found by Dijkstra's algorithm over
reduced costs; because the prices are nearly right it is short, and looks at kept columns (`engine.metrics.kernels.rows`) only:
a row is scanned when the search comes as far as the row's floor. Where that happens too often, whole rows are cheaper
(`engine.metrics.kernels.dense`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.metrics.kernels.auction import bid_exactly, make_owners
from engine.metrics.kernels.dense import find_densely
from engine.metrics.kernels.rows import (
    GROUPS,
    NEVER,
    TIE,
    Rows,
    clock,
    cost_of,
    level_of,
    make_rows,
    make_scratch,
    pick,
    refresh,
    safe,
    scan,
    two_cheapest,
)

#: Rows scanned in one search after which it begins anew over whole rows.
PATIENCE = 30


class Search(NamedTuple):
    """What Dijkstra's algorithm needs. Items of its heap are columns 0 .. M - 1 and, from M on, rows to be scanned.

    Attributes:
        level: (n,) float64 what each row pays for its column, price included.
        key: (M + n,) float64 distance of each item.
        place: (M + n,) int32 where it is in the heap, -1 if it is not.
        heap: (M + n,) int32.
        parent: (M + n,) int32 row from which a column was reached; for rows how often they were scanned.
        touched: (M + n,) int32 items to be cleaned up after a search.
        settled: (M,) bool columns whose distance is final.
        sizes: (2,) int64 of the heap, of `touched`.
        last: (1,) int32 the nearest free column.
        tally: (3,) int64 paths found, columns settled, rows scanned.
    """

    level: NDArray[np.float64]
    key: NDArray[np.float64]
    place: NDArray[np.int32]
    heap: NDArray[np.int32]
    parent: NDArray[np.int32]
    touched: NDArray[np.int32]
    settled: NDArray[np.bool_]
    sizes: NDArray[np.int64]
    last: NDArray[np.int32]
    tally: NDArray[np.int64]


def make_search(rows: Rows) -> Search:
    """Room for searches in `rows`."""
    columns, items = rows.price.size, rows.price.size + rows.kept.size
    return Search(
        np.zeros(rows.kept.size),
        np.full(items, NEVER),
        np.full(items, -1, np.int32),
        np.zeros(items, np.int32),
        np.zeros(items, np.int32),
        np.zeros(items, np.int32),
        np.zeros(columns, np.bool_),
        np.zeros(2, np.int64),
        np.zeros(1, np.int32),
        np.zeros(3, np.int64),
    )


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def take_levels(rows, owners, search):  # type: ignore[no-untyped-def]
    """Note what each owner pays."""
    for i in range(rows.kept.size):
        j = owners.column[i]
        if j >= 0:
            search.level[i] = cost_of(rows, i, j) + rows.price[j]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _push(search, item, value):  # type: ignore[no-untyped-def]
    """Put an item into the heap, or nearer to its top."""
    heap, key, place = search.heap, search.key, search.place
    if key[item] == NEVER:
        search.touched[search.sizes[1]] = item
        search.sizes[1] += 1
    key[item] = value
    at = place[item]
    if at < 0:
        at = search.sizes[0]
        search.sizes[0] += 1
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if key[other] <= value:
            break
        heap[at] = other
        place[other] = at
        at = above
    heap[at] = item
    place[item] = at


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _pop(search):  # type: ignore[no-untyped-def]
    heap, key, place = search.heap, search.key, search.place
    top = heap[0]
    place[top] = -1
    search.sizes[0] -= 1
    size = search.sizes[0]
    if size > 0:
        item = heap[size]
        value = key[item]
        at = 0
        while True:
            below = 2 * at + 1
            if below >= size:
                break
            if below + 1 < size and key[heap[below + 1]] < key[heap[below]]:
                below += 1
            other = heap[below]
            if key[other] >= value:
                break
            heap[at] = other
            place[other] = at
            at = below
        heap[at] = item
        place[item] = at
    return top


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _forget(search, columns):  # type: ignore[no-untyped-def]
    for k in range(search.sizes[1]):
        item = search.touched[k]
        search.key[item] = NEVER
        search.place[item] = -1
        if item < columns:
            search.settled[item] = False
    search.sizes[:] = 0


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _reach(owners, search, i, j, far, nearest):  # type: ignore[no-untyped-def]
    """Column j is `far` away by way of row i. Returns the distance of the nearest free column known."""
    if far < nearest and far < search.key[j] and not search.settled[j]:
        search.parent[j] = i
        _push(search, j, far)
        if owners.owner[j] < 0:
            search.last[0] = j
            return far
    return nearest


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _open(rows, owners, search, i, value, nearest):  # type: ignore[no-untyped-def]
    """Reach the kept columns of row i, which is `value` away, and note when it has to be scanned."""
    for k in range(rows.kept[i]):
        j = rows.column[i, k]
        far = max(value - search.level[i] + rows.cost[i, k] + rows.price[j], value)
        nearest = _reach(owners, search, i, j, far, nearest)
    rows.work[0] += 4 * rows.kept[i]
    far = max(value - search.level[i] + rows.floor[i], value)
    if far < nearest:
        search.parent[rows.price.size + i] = 0
        _push(search, rows.price.size + i, far)
    return nearest


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _open_further(rows, scratch, owners, search, i, value, nearest):  # type: ignore[no-untyped-def]
    """Scan row i for all columns that are nearer than the nearest free one; if none is known, for many, then for all."""
    item = rows.price.size + i
    scan(rows, scratch, i)
    search.tally[2] += 1
    most = np.float32(NEVER / 2)
    if nearest < NEVER:
        needed = nearest - value + search.level[i]
        level = np.float32(needed + 1e-5 * (1.0 + needed))
        level = min(level, most)
        final = safe(level) >= needed
    elif search.parent[item] == 0:
        level, _ = level_of(scratch.least, np.float32(GROUPS // 2))
        final = False
    else:
        level = most
        final = True
    start, found = pick(scratch, level)
    for k in range(start, start + found):
        j = scratch.picked[k]
        far = max(value - search.level[i] + cost_of(rows, i, j) + rows.price[j], value)
        nearest = _reach(owners, search, i, j, far, nearest)
    rows.work[0] += 4 * found
    far = max(value - search.level[i] + safe(level), value)
    if not final and far < nearest:
        search.parent[item] += 1
        _push(search, item, far)
    return nearest


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _find(rows, scratch, owners, search, source):  # type: ignore[no-untyped-def]
    """The free column nearest to a waiting row."""
    columns = rows.price.size
    _, first, _ = two_cheapest(rows, source)
    if first > rows.floor[source]:
        refresh(rows, scratch, source)
        _, first, _ = two_cheapest(rows, source)
        first = min(first, rows.floor[source])
    search.level[source] = first
    search.sizes[:] = 0
    value = 0.0
    nearest = _open(rows, owners, search, source, value, NEVER)
    scanned = search.tally[2]
    while nearest > value + TIE:  # where many ways are equally long, the first to arrive will do
        item = _pop(search)
        value = search.key[item]
        if item >= columns:
            i = item - columns
            here = 0.0 if i == source else search.key[owners.column[i]]
            nearest = _open_further(rows, scratch, owners, search, i, here, nearest)
        elif owners.owner[item] >= 0:
            search.settled[item] = True
            search.tally[1] += 1
            nearest = _open(rows, owners, search, owners.owner[item], value, nearest)
        if search.tally[2] - scanned > PATIENCE:
            _forget(search, rows.price.size)
            find_densely(rows, owners, search, source)
            break
    return search.last[0]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def augment(rows, scratch, owners, search, most):  # type: ignore[no-untyped-def]
    """Match waiting rows, each by the shortest path to a free column, until nobody waits or about `most` ns have passed."""
    end = clock(rows) + most
    while owners.size[0] > 0 and clock(rows) < end:
        owners.size[0] -= 1
        source = owners.waiting[owners.size[0]]
        last = _find(rows, scratch, owners, search, source)
        distance = search.key[last]
        for k in range(search.sizes[1]):
            item = search.touched[k]
            if item < rows.price.size and search.settled[item]:
                i = owners.owner[item]
                if search.key[item] < distance:
                    rows.price[item] += distance - search.key[item]
                    rows.price32[item] = rows.price[item]
                    search.level[i] = cost_of(rows, i, item) + rows.price[item]
        _forget(search, rows.price.size)
        i = -1
        while i != source:
            i = search.parent[last]
            before = owners.column[i]
            owners.column[i] = last
            owners.owner[last] = i
            search.level[i] = cost_of(rows, i, last) + rows.price[last]
            last = before
        search.tally[0] += 1


def compile_all() -> None:
    """Compile everything here for the types in use."""
    points = np.linspace(0, 1, 12).reshape(4, 3)
    rows = make_rows(points, points, np.zeros(4))
    owners, scratch, search = make_owners(rows), make_scratch(rows), make_search(rows)
    refresh(rows, scratch, 0)
    bid_exactly(rows, scratch, owners, 1)
    take_levels(rows, owners, search)
    augment(rows, scratch, owners, search, NEVER)
    find_densely(rows, make_owners(rows), make_search(rows), 0)
