"""How near a code is to what its model has seen: the training codes and the gaps between them.

A decoder that learnt from a hundred pieces knows those pieces and what lies close to them; between distant ones it was never
asked anything. So the measure is the distance to a training code, in units of the gap around it:

    u(z) = min_i |z - x_i| / g_i,    g_i = min(distance from x_i to its nearest other, median of these distances)
    typical(z) = max(0, 1 - u(z))

1 on a training code, 1/2 halfway to its nearest neighbour, 0 where the next training code should have been. The distance is
the plain one that the decoder's first layer sees: after whitening, N codes in N - 1 directions are all equally far from each
other. A percentile among leave-one-out distances, the usual choice, says nothing here: in many dimensions the mean of all
codes is nearer to each of them than they are to one another, and yet it decodes to fragments. Of ten measures tried on 235
codes of the triplane model (nearest, third nearest, whitened, radius ...), u and two of its kin go best with how steep the
field still is at the surface (u 0.00 at training codes, 0.33 at random draws, 0.69 midway between any two, 0.88 at the mean of
all; mean slope 0.64, 0.65, 0.52, 0.37). The agreement is loose (rank correlation -0.27): it is a hint, not a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.requests import LatentSpace

#: Codes nearer than this share of the median distance of codes from their mean count as one code.
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class Nearest:
    """The training code beside a code.

    Attributes:
        index: which training code.
        distance: to it, in the units of the code.
        gaps: the same in units of the gap around that training code; 1 is as far as its neighbours are.
    """

    index: int
    distance: float
    gaps: float


class Typicality:
    """Measures codes against the training codes of a model; 0.1 ms for one code among 200 with 256 numbers.

    Args:
        space: of the model.
    """

    def __init__(self, space: LatentSpace) -> None:
        self._codes = np.ascontiguousarray(space.codes, np.float64)
        self._squares = np.einsum("ij,ij->i", self._codes, self._codes)
        self.gaps = _gaps(self._codes)

    def of(self, codes: ArrayLike) -> NDArray[np.float64]:
        """(N,) how typical each code (N, D) is: 1 for a training code, 0 from a whole gap away onwards."""
        result: NDArray[np.float64] = np.maximum(0.0, 1.0 - self.distance(codes))
        return result

    def distance(self, codes: ArrayLike) -> NDArray[np.float64]:
        """(N,) distance of each code (N, D) to the training codes in gaps: 0 on one of them, without upper limit."""
        result: NDArray[np.float64] = (self._away(codes) / self.gaps).min(axis=1)
        return result

    def nearest(self, code: ArrayLike) -> Nearest:
        """The training code that `code` (D,) owes its typicality to."""
        away = self._away(np.asarray(code, np.float64)[None])[0]
        index = int((away / self.gaps).argmin())
        return Nearest(index, float(away[index]), float(away[index] / self.gaps[index]))

    def neighbours(self, code: ArrayLike, count: int) -> NDArray[np.intp]:
        """Indices of the `count` training codes nearest to `code` (D,), the nearest first."""
        away = self._away(np.asarray(code, np.float64)[None])[0] / self.gaps
        result: NDArray[np.intp] = np.argsort(away, kind="stable")[:count]
        return result

    def _away(self, codes: ArrayLike) -> NDArray[np.float64]:
        """(N, M) distances to the M training codes."""
        z = np.atleast_2d(np.asarray(codes, np.float64))
        if len(z) <= 4:  # exact, also where a difference of squares would cancel
            return np.stack([np.sqrt(((self._codes - one) ** 2).sum(axis=1)) for one in z])
        squares = self._squares + np.einsum("ij,ij->i", z, z)[:, None] - 2.0 * z @ self._codes.T
        result: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0.0))
        return result


def _gaps(codes: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) free room around each code (N, D): to its nearest other place, but no more than is usual; 1 where there is one."""
    distances = np.stack([np.sqrt(((codes - one) ** 2).sum(axis=1)) for one in codes])
    spread = float(np.median(np.sqrt(((codes - codes.mean(axis=0)) ** 2).sum(axis=1))))
    distances[distances <= SAME * spread] = np.inf  # itself and copies of itself
    nearest = distances.min(axis=1)
    known = nearest[np.isfinite(nearest)]
    if not len(known):
        return np.ones(len(codes))
    result: NDArray[np.float64] = np.minimum(nearest, np.median(known))
    return result
