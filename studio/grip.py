"""A point of a surface that is being pulled, as it is shown. Frozen, free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.document import Side

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Grip:
    """Where a pull is.

    Attributes:
        entry: id of the shape.
        side: where it was grabbed.
        grabbed: (3,) the grabbed point, in the shape's frame.
        target: (3,) where the hand is.
        reached: (3,) the place of the surface next to it.
        distance: of the surface from the target.
        pins: how far the surface is from each pin.
        leaves: the surface cannot follow within what the model knows.
        held: True until the hand lets go.
        by_keys: it was grabbed with the keyboard.
    """

    entry: int
    side: Side
    grabbed: Vector
    target: Vector
    reached: Vector
    distance: float = 0.0
    pins: tuple[float, ...] = ()
    leaves: bool = False
    held: bool = True
    by_keys: bool = False
