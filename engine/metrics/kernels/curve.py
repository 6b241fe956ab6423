"""An order in which neighbours in space are neighbours in memory: along a Hilbert curve.

Keys after Hamilton, "Compact Hilbert indices" (2006), section 2, as a table of 24 states. Where many points share a cell (far
outliers, clusters) the cell is taken by itself with its own, finer grid, so that no distribution of points spoils the order.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: Points that may share a cell without another round.
CROWD = 16


def _turned(bits: int, by: int) -> int:
    by %= 3
    return ((bits >> by) | (bits << (3 - by))) & 7


def _gray(i: int) -> int:
    return i ^ (i >> 1)


def _ones(i: int) -> int:
    """How many ones the number ends with."""
    return (~i & (i + 1)).bit_length() - 1


def _states() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(24 * 8,) next state and (24 * 8,) digit of the key for each state (entry corner, direction) and each octant."""
    rank = {_gray(i): i for i in range(8)}
    following, digits = np.zeros(192, np.int64), np.zeros(192, np.int64)
    for entry in range(8):
        for direction in range(3):
            for octant in range(8):
                w = rank[_turned(octant ^ entry, direction + 1)]
                start = _gray(2 * ((w - 1) // 2)) if w else 0
                along = 0 if w == 0 else _ones(w - 1 if w % 2 == 0 else w) % 3
                place = 8 * (3 * entry + direction) + octant
                following[place] = 3 * (entry ^ _turned(start, -direction - 1)) + (direction + along + 1) % 3
                digits[place] = w
    return following, digits


_NEXT, _DIGIT = _states()


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _sort_along_curve(points, order, keys, spare, start, end, bits):  # type: ignore[no-untyped-def]
    """Sort order[start:end] by keys of 3 * `bits` bits in three passes of counting; False if the points coincide."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for i in range(start, end):
        for axis in range(3):
            value = points[order[i], axis]
            low[axis], high[axis] = min(low[axis], value), max(high[axis], value)
    extent = max(high[0] - low[0], high[1] - low[1], high[2] - low[2])
    if not 1e-290 < extent < 1e300:
        return False
    scale = (1 - 1e-9) * (1 << bits) / extent
    counts = np.zeros((3, 1 << bits), np.int64)
    mask = (1 << bits) - 1
    for i in range(start, end):
        p = order[i]
        x = np.int64((points[p, 0] - low[0]) * scale)
        y = np.int64((points[p, 1] - low[1]) * scale)
        z = np.int64((points[p, 2] - low[2]) * scale)
        state, key = np.int64(0), np.int64(0)
        for bit in range(bits - 1, -1, -1):
            place = 8 * state + ((x >> bit) & 1) + 2 * ((y >> bit) & 1) + 4 * ((z >> bit) & 1)
            key, state = 8 * key + _DIGIT[place], _NEXT[place]
        keys[i] = key
        for turn in range(3):
            counts[turn, (key >> (turn * bits)) & mask] += 1
    for turn in range(3):
        _distribute(order, keys, spare, start, end, turn * bits, counts[turn])
    return True


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _distribute(order, keys, spare, start, end, shift, counts):  # type: ignore[no-untyped-def]
    """One pass of a counting sort."""
    place = start
    for bucket in range(len(counts)):
        count = counts[bucket]
        counts[bucket] = place
        place += count
    mask = len(counts) - 1
    for i in range(start, end):
        bucket = (keys[i] >> shift) & mask
        spare[counts[bucket], 0], spare[counts[bucket], 1] = keys[i], order[i]
        counts[bucket] += 1
    for i in range(start, end):
        keys[i], order[i] = spare[i, 0], spare[i, 1]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def along_curve(points):  # type: ignore[no-untyped-def]
    """(N,) int64: numbers of the points (N, 3) float64 in the order of the curve."""
    count = len(points)
    order, keys = np.arange(count), np.zeros(count, np.int64)
    spare = np.empty((count, 2), np.int64)
    waiting = [(0, count)]
    while len(waiting):
        start, end = waiting.pop()
        crowd = end - start
        bits = 4 if crowd < 64 else 7 if crowd < 4096 else 10
        if not _sort_along_curve(points, order, keys, spare, start, end, bits):
            continue
        first = start
        while first < end:
            last = first + 1
            while last < end and keys[last] == keys[first]:
                last += 1
            if last - first > CROWD:
                waiting.append((first, last))
            first = last
    return order


def compile_all() -> None:
    """Call everything once, with the types used in earnest."""
    along_curve(np.zeros((20, 3)))
