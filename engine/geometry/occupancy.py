"""Where the surface of a field without a distance bound may be, beyond the cells that change sign.

An occupancy logit says nothing of how far the surface is: measured slopes of the shipped network's logit go from 50 to 2,900
per unit, and bounds made of them rule nothing out. What remains are signs of nearness. Those used here, and what they cost and
find, were measured over ten codes against every corner of a grid of 129 (means; a surface has 33,000 cells there):

* cells that change sign, and all neighbours of those up to 33 corners: 123,000 evaluations, 840 cells of the surface missed;
* the rules below: 115,000 evaluations, 118 cells missed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from engine.geometry.cells import crossing

#: Up to this many corners per side cells near zero are looked into as well.
COARSE = 33
#: A cell is near zero if its least value is at most this share of the difference between its corners.
_NEAR = 0.5
#: How far from zero a dip may be, in logits: occupancy of one in four hundred.
_DIP = 6.0


def near_zero(values: Tensor) -> Tensor:
    """(n-1)^3 cells that change sign, or whose values change so fast that half as much again would bring them to zero."""
    highest, lowest, least = values, values, values.abs()
    for axis in range(3):
        highest, lowest, least = (
            choose(grid.narrow(axis, 0, len(values) - 1), grid.narrow(axis, 1, len(values) - 1))
            for choose, grid in ((torch.maximum, highest), (torch.minimum, lowest), (torch.minimum, least))
        )
    return (least <= _NEAR * (highest - lowest)) | crossing(values)


def dips(values: Tensor, known: Tensor) -> Tensor:
    """(n, n, n) corners that are nearer to zero than their 26 neighbours: something thin may lie beside them."""
    magnitude = values.abs()
    return (magnitude <= _spread(magnitude, torch.minimum)) & (magnitude < _DIP) & known


def around(corners: Tensor) -> Tensor:
    """(2n-1)^3 corners of the grid twice as fine: those marked in `corners` (n, n, n), and their 26 neighbours."""
    size = 2 * len(corners) - 1
    marked = torch.zeros((size,) * 3, dtype=torch.bool, device=corners.device)
    marked[::2, ::2, ::2] = corners
    return _spread(marked, torch.logical_or)


def _spread(grid: Tensor, choose: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Each corner's value and those of its 26 neighbours, brought together by `choose`."""
    for axis in range(3):
        count = len(grid) - 1
        wider = grid.clone()
        for here, there in ((1, 0), (0, 1)):
            part = wider.narrow(axis, here, count)
            part.copy_(choose(part, grid.narrow(axis, there, count)))
        grid = wider
    return grid
