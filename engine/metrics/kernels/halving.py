"""A cloud cut into equally full boxes: their centres are a coarse copy of it."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def halved(points, leaves):  # type: ignore[no-untyped-def]
    """Order in which every run of n / `leaves` points fills one box: halves of halves across the longest edge.

    Args:
        points: (n, 3) float64.
        leaves: number of boxes, a power of two, at most n.
    """
    n = points.shape[0]
    order = np.arange(n).astype(np.int32)
    count = 1
    starts = np.zeros(leaves + 1, np.int64)
    starts[1] = n
    keys = np.empty(n)
    while count < leaves:
        for box in range(count - 1, -1, -1):
            start = starts[box]
            end = starts[box + 1]
            widest = 0
            width = -1.0
            for axis in range(3):
                low = points[order[start], axis]
                high = low
                for k in range(start + 1, end):
                    value = points[order[k], axis]
                    low = min(low, value)
                    high = max(high, value)
                if high - low > width:
                    width = high - low
                    widest = axis
            for k in range(start, end):
                keys[k] = points[order[k], widest]
            middle = start + (end - start) // 2
            _select(keys, order, start, end - 1, middle)
            starts[2 * box + 2] = end
            starts[2 * box + 1] = middle
        count *= 2
    return order


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _select(keys, order, left, right, middle):  # type: ignore[no-untyped-def]
    """Hoare's quickselect: what belongs before `middle` comes before it."""
    while left < right:
        pivot = keys[(left + right) // 2]
        i = left
        j = right
        while i <= j:
            while keys[i] < pivot:
                i += 1
            while pivot < keys[j]:
                j -= 1
            if i <= j:
                keys[i], keys[j] = keys[j], keys[i]
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if j < middle:
            left = i
        if middle < i:
            right = j


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def centres(points, order, leaves):  # type: ignore[no-untyped-def]
    """(leaves, 3) mean of each box."""
    n = order.size
    result = np.zeros((leaves, 3))
    starts = np.zeros(leaves + 1, np.int64)
    starts[1] = n
    count = 1
    while count < leaves:
        for box in range(count - 1, -1, -1):
            starts[2 * box + 2] = starts[box + 1]
            starts[2 * box + 1] = starts[box] + (starts[box + 1] - starts[box]) // 2
        count *= 2
    for box in range(leaves):
        for k in range(starts[box], starts[box + 1]):
            for axis in range(3):
                result[box, axis] += points[order[k], axis]
        for axis in range(3):
            result[box, axis] /= starts[box + 1] - starts[box]
    return result


def compile_all() -> None:
    """Compile everything here for the types in use."""
    points = np.linspace(0, 1, 12).reshape(4, 3)
    centres(points, halved(points, 2), 2)
