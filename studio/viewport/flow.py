"""What is drawn beside the shapes, as numpy: a matching on its way, a picked point with its partner, pins and a pulled point.

Free of Qt and VTK.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Points on their way to their partners.

    Attributes:
        start: (N, 3) samples of A.
        end: (N, 3) the partner of each in B.
        lengths: (N,) how far each has to go; its colour.
        lines: (L,) which of them are drawn as lines.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    lengths: NDArray[np.float32]
    lines: NDArray[np.int64]

    def at(self, t: float) -> NDArray[np.float32]:
        """(N, 3) where the points are at fraction `t` of their way."""
        return np.asarray((1 - t) * self.start + t * self.end, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Grips:
    """Pins of the shapes, and a point that is being pulled.

    Attributes:
        pins: for each side (N, 3) places.
        side: whose point is being pulled; "" if there is none.
        ends: (2, 3) the surface next to the hand, and the hand.
        lost: the surface does not follow.
    """

    pins: dict[str, NDArray[np.float32]]
    side: str = ""
    ends: NDArray[np.float32] | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """A picked point and its partner.

    Attributes:
        points: (2, 3) the picked one first.
        sides: whose they are, "a" or "b".
    """

    points: NDArray[np.float32]
    sides: tuple[str, str]
