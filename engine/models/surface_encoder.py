"""From surface points to a code: where a fit starts, and what an auto-encoder is trained with.

Points are dropped into three stacks of coarse pictures, one stack along each axis, and read by one small convolutional network:
the planes of Peng et al., "Convolutional Occupancy Networks", ECCV 2020, arXiv 2003.04618 (section 3.1), with depth kept in
bins where they keep learnt features. No normals, no order, no fixed number of points: scans will do.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SIDE = 32  # cells per side of a picture
BINS = 8  # pictures per stack
#: (right, up, depth) coordinates of the three stacks.
_AXES = ((0, 1, 2), (2, 1, 0), (0, 2, 1))


class SurfaceEncoder(nn.Module):
    """Surface points to codes.

    Args:
        outputs: length D of a code.
        channels: of the feature maps, each half as wide as the one before.
        hidden: units between feature maps and code.
        half_extent: half the side of the cube that is looked at; points beyond count as on its rim.
        local: numbers of the code that belong to each cell of the last maps; 0 if each number may mean anything.
    """

    def __init__(self, outputs: int, channels: tuple[int, ...], hidden: int, half_extent: float, local: int = 0) -> None:
        super().__init__()
        self.half_extent = half_extent
        self.shrink = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairwise((BINS, *channels)))
        self.which = nn.Parameter(torch.zeros(3, channels[0], 1, 1))  # tells the network which stack it is reading
        self.gather = nn.Linear(3 * channels[-1] * (SIDE >> len(channels)) ** 2, hidden)
        self.code = nn.Linear(hidden, outputs)
        self.cell = nn.Parameter(torch.randn(3, channels[-1], local) / channels[-1] ** 0.5) if local else None
        if local:
            nn.init.normal_(self.code.weight, 0.0, 0.01)  # at first each cell speaks for itself
        for layer in (*self.shrink, self.gather):  # the usual start would all but silence the few points that differ
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")  # type: ignore[arg-type]

    def forward(self, points: Tensor) -> Tensor:
        """Codes (S, D) of surface points (S, N, 3) in unit-sphere units."""
        shapes = len(points)
        x = self.stacks(points).flatten(0, 1)
        for number, layer in enumerate(self.shrink):
            x = layer(x)
            x = F.gelu(x + self.which.repeat(shapes, 1, 1, 1) if number == 0 else x)
        code: Tensor = self.code(F.gelu(self.gather(x.reshape(shapes, -1))))
        if self.cell is not None:
            own = torch.einsum("spcw,pck->spkw", x.view(shapes, 3, x.shape[1], -1), self.cell.to(x.dtype))
            code = code + own.reshape(shapes, -1)
        return code

    def stacks(self, points: Tensor) -> Tensor:
        """(S, 3, BINS, SIDE, SIDE) how many of the points (S, N, 3) lie in each cell, as log(1 + 4096 times the share)."""
        shapes, count, _ = points.shape
        cells = ((points / self.half_extent + 1) / 2 * SIDE).long().clamp(0, SIDE - 1)
        seen = points.new_zeros(shapes, 3, BINS * SIDE * SIDE)
        one = points.new_ones(1).expand(shapes, count)
        for stack, (right, up, depth) in enumerate(_AXES):
            place = (cells[..., depth] * BINS // SIDE * SIDE + cells[..., up]) * SIDE + cells[..., right]
            seen[:, stack].scatter_add_(1, place, one)
        return torch.log1p(seen * (4096 / count)).view(shapes, 3, BINS, SIDE, SIDE)
