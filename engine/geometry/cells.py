"""Cells and corners of a cubic grid: marking, doubling, crossing. Works on whichever device the tensors are.

A grid of n corners per side has (n - 1)^3 cells; cell (i, j, k) lies between corners (i, j, k) and (i + 1, j + 1, k + 1).
"""

from __future__ import annotations

from itertools import product
from math import gcd

import numpy as np
import torch
from torch import Tensor

#: The eight corners of a cell, relative to its first.
CORNERS = tuple(product((0, 1), repeat=3))


def indices_of(marked: Tensor) -> Tensor:
    """(k,) int64 flat indices of what is set in a contiguous mask of any shape, rising.

    On the CPU numpy finds them in a tenth of the time that torch takes, where few are set.
    """
    if marked.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(marked.numpy()))
    return marked.view(-1).nonzero().squeeze(1)


def any_corner(corners: Tensor) -> Tensor:
    """(n-1)^3 cells with at least one of their eight corners (n, n, n) set."""
    cells = corners[1:] | corners[:-1]
    cells = cells[:, 1:] | cells[:, :-1]
    return cells[:, :, 1:] | cells[:, :, :-1]


def every_corner(corners: Tensor) -> Tensor:
    """(n-1)^3 cells with all eight corners (n, n, n) set."""
    cells = corners[1:] & corners[:-1]
    cells = cells[:, 1:] & cells[:, :-1]
    return cells[:, :, 1:] & cells[:, :, :-1]


def corner_sum(values: Tensor) -> Tensor:
    """(n-1)^3 sums over the eight corners of each cell."""
    sums = values[1:] + values[:-1]
    sums = sums[:, 1:] + sums[:, :-1]
    return sums[:, :, 1:] + sums[:, :, :-1]


def crossing(values: Tensor) -> Tensor:
    """(n-1)^3 cells with corners on both sides of zero."""
    inside = values < 0
    return any_corner(inside) ^ every_corner(inside)


def corners_of(cells: Tensor) -> Tensor:
    """(n, n, n) corners of the marked (n-1)^3 cells."""
    for axis in range(3):
        shape = list(cells.shape)
        shape[axis] += 1
        grown = torch.zeros(shape, dtype=torch.bool, device=cells.device)
        grown.narrow(axis, 0, shape[axis] - 1).copy_(cells)
        grown.narrow(axis, 1, shape[axis] - 1).logical_or_(cells)
        cells = grown
    return cells


def with_neighbours(cells: Tensor) -> Tensor:
    """The marked cells and the 26 neighbours of each."""
    return any_corner(corners_of(cells))


def halved(cells: Tensor) -> Tensor:
    """Cells of the grid half as fine of which any eighth is marked."""
    cells = cells[::2] | cells[1::2]
    cells = cells[:, ::2] | cells[:, 1::2]
    return cells[:, :, ::2] | cells[:, :, 1::2]


def overlapping(cells: Tensor, count: int) -> Tensor:
    """`count`^3 cells of another grid over the same cube that overlap a marked cell."""
    old = len(cells)
    if count == old:
        return cells
    index = torch.arange(count, device=cells.device)
    first = index * old // count
    last = -(-(index + 1) * old // count) - 1
    for axis in (2, 1, 0):  # the axis whose neighbours lie together first, while the grid is small
        taken = cells.index_select(axis, first)
        for step in range(1, int((last - first).max()) + 1):
            taken |= cells.index_select(axis, torch.minimum(first + step, last))
        cells = taken
    return cells


def doubled(values: Tensor) -> Tensor:
    """(2n-1)^3 values between which those of n^3 are interpolated linearly along each axis."""
    for axis in (2, 1, 0):
        shape = list(values.shape)
        shape[axis] = 2 * shape[axis] - 1
        finer = values.new_empty(shape)
        even, odd = ([slice(None)] * 3 for _ in range(2))
        even[axis], odd[axis] = slice(0, None, 2), slice(1, None, 2)
        finer[tuple(even)] = values
        low, high = values.narrow(axis, 0, values.shape[axis] - 1), values.narrow(axis, 1, values.shape[axis] - 1)
        torch.lerp(low, high, 0.5, out=finer[tuple(odd)])
        values = finer
    return values


def resampled(values: Tensor, known: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Values interpolated on another grid; where both grids have a corner its value stays, and stays known."""
    old_size = len(values)
    other_known = torch.zeros((size,) * 3, dtype=torch.bool, device=known.device)
    if size == 2 * old_size - 1:
        other_known[::2, ::2, ::2] = known
        return doubled(values), other_known
    other = torch.nn.functional.interpolate(values[None, None], size=(size,) * 3, mode="trilinear", align_corners=True)[0, 0]
    shared = gcd(old_size - 1, size - 1)
    old, new = (slice(None, None, (n - 1) // shared) for n in (old_size, size))
    other[new, new, new] = values[old, old, old]
    other_known[new, new, new] = known[old, old, old]
    return other, other_known
