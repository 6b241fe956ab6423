"""The one convention for implicit shapes: negative inside, zero on the surface, positive outside.

Signed distance is used as it is; an occupancy logit is negated and shifted by the threshold. One isosurface path then serves
every implicit model.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Field(Protocol):
    """Scalar field over the cube [-half_extent, half_extent]^3 in unit-sphere units.

    Attributes:
        half_extent: half the side of the box outside which nothing is known.
        lipschitz: bound on the change of the value per unit of distance (about 1 for a signed distance, even where it
            is clamped), or None where no bound is known (occupancy).
        clamp: value at which a signed distance saturates, or None.

    A field whose weights live elsewhere than on the CPU also has an attribute `device`; points are sent there.
    """

    half_extent: float
    lipschitz: float | None
    clamp: float | None

    def __call__(self, points: Tensor) -> Tensor:
        """(N,) values at points (N, 3); no gradients are kept."""
