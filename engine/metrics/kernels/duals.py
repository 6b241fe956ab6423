"""What prices prove, and how to improve them: kernels over all pairs, a range of rows per call so that threads can share."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from engine.metrics.kernels.rows import cost_of, make_rows, make_scratch, pick, safe, scan

_LOOSE = {"nnan", "ninf", "nsz", "contract", "reassoc"}


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def _raise(points, at, level, out):  # type: ignore[no-untyped-def]
    x, y, z = points[0], points[1], points[2]
    a, b, c = at
    for j in range(out.size):
        dx = x[j] - a
        dy = y[j] - b
        dz = z[j] - c
        value = level - math.sqrt(dx * dx + dy * dy + dz * dz)
        out[j] = value if value > out[j] else out[j]


@njit(cache=True, nogil=True, fastmath=_LOOSE)  # type: ignore[untyped-decorator]
def _raise_by(values, price, level, out):  # type: ignore[no-untyped-def]
    for j in range(out.size):
        value = level - (values[j] - price[j])
        out[j] = value if value > out[j] else out[j]


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def _lowest(scratch):  # type: ignore[no-untyped-def]
    level = scratch.least[0]
    for value in scratch.least:
        level = min(level, value)
    return level


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def lower(rows, scratch, start, end, out):  # type: ignore[no-untyped-def]
    """Least prices at which every row still pays at least what it pays now (the c-transform): what the auction overshot goes.

    Args:
        rows: the problem.
        scratch: room for a scan of it.
        start: first row of the range.
        end: row after its last.
        out: (n,) float32, raised to the prices that these rows ask for.
    """
    for i in range(start, end):
        scan(rows, scratch, i)
        _raise_by(scratch.values[: out.size], rows.price32[: out.size], _lowest(scratch), out)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def carry(rows, scratch, start, end, targets, out):  # type: ignore[no-untyped-def]
    """The same for other columns, those of a finer problem.

    Args:
        rows: the problem.
        scratch: room for a scan of it.
        start: first row of the range.
        end: row after its last.
        targets: (3, K) float32 columns to be priced.
        out: (K,) float32.
    """
    for i in range(start, end):
        scan(rows, scratch, i)
        at = np.float32(rows.a[0, i]), np.float32(rows.a[1, i]), np.float32(rows.a[2, i])
        _raise(targets, at, _lowest(scratch), out)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def prove(rows, scratch, start, end, out):  # type: ignore[no-untyped-def]
    """For each row the least of cost + price over all columns, in float64: what bounds are proven with.

    A scan in float32 tells which columns can be the least: those hardly above the least scanned (see
    `engine.metrics.kernels.rows.safe`). Those are computed in float64, every operation rounded as IEEE 754 says.

    Args:
        rows: the problem.
        scratch: room for a scan of it.
        start: first row of the range.
        end: row after its last.
        out: (n,) float64, filled in that range.
    """
    for i in range(start, end):
        scan(rows, scratch, i)
        lowest = np.float64(_lowest(scratch))
        level = np.float32(lowest + 4.0 * (lowest - safe(lowest)))
        first, found = pick(scratch, level)
        least = safe(level)
        for k in range(first, first + found):
            j = scratch.picked[k]
            least = min(least, cost_of(rows, i, j) + rows.price[j])
        out[i] = least


def compile_all() -> None:
    """Compile everything here for the types in use."""
    points = np.linspace(0, 1, 12).reshape(4, 3)
    rows = make_rows(points, points, np.zeros(4))
    scratch = make_scratch(rows)
    lower(rows, scratch, 0, 4, np.zeros(4, np.float32))
    carry(rows, scratch, 0, 4, rows.b32, np.zeros(rows.price.size, np.float32))
    prove(rows, scratch, 0, 4, np.zeros(4))
