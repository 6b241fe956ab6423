"""Point sets to measure on: two different surfaces (the hard pair) and a jittered copy of one (the easy pair)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.geometry.sampling import sample_surface
from engine.shapes import Mesh

Array = NDArray[np.float64]
#: Lowest and highest corner.
_Box = tuple[tuple[float, float, float], tuple[float, float, float]]

_CHAIR: tuple[_Box, ...] = (
    ((-0.4, 0.0, -0.4), (0.4, 0.07, 0.4)),
    ((-0.4, 0.07, -0.4), (0.4, 0.75, -0.33)),
    *(((x, -0.55, z), (x + 0.07, 0.0, z + 0.07)) for x in (-0.4, 0.33) for z in (-0.4, 0.33)),
)
_TABLE: tuple[_Box, ...] = (
    ((-0.6, 0.25, -0.4), (0.6, 0.31, 0.4)),
    *(((x, -0.45, z), (x + 0.06, 0.25, z + 0.06)) for x in (-0.57, 0.51) for z in (-0.37, 0.31)),
)
_FACES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
        *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
    ]
)


def hard_pair(points: int, seed: int = 0) -> tuple[Array, Array]:
    """Points of a chair and of a table, (points, 3) each, in the unit sphere."""
    rng = np.random.default_rng(seed)
    return _sampled(_CHAIR, points, rng), _sampled(_TABLE, points, rng)


def easy_pair(points: int, seed: int = 0) -> tuple[Array, Array]:
    """Points of a chair and the same, shuffled, each moved by about 0.005."""
    rng = np.random.default_rng(seed)
    b = _sampled(_CHAIR, points, rng)
    return b[rng.permutation(points)] + 0.003 * rng.standard_normal((points, 3)), b


def drag(points: int, frames: int, seed: int = 0) -> Iterator[Array]:
    """The chair while its seat and back are pulled about, sampled anew at every frame with the same seed."""
    for time in np.linspace(0, 1, frames):
        wide, high = 1 + 0.35 * np.sin(4 * time), 1 + 0.4 * np.sin(7 * time)

        def pulled(x: float, y: float, z: float, wide: float = wide, high: float = high) -> tuple[float, float, float]:
            return wide * x, high * y if y > 0.1 else y, z * (1.3 - 0.3 * wide)

        boxes = tuple((pulled(*corner), pulled(*other)) for corner, other in _CHAIR)
        yield _sampled(boxes, points, np.random.default_rng(seed))


PAIRS = {"hard": hard_pair, "easy": easy_pair}


def _sampled(boxes: tuple[_Box, ...], points: int, rng: np.random.Generator) -> Array:
    corners = [[[box[i][0], box[j][1], box[k][2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)] for box in boxes]
    faces = np.concatenate([_FACES + 8 * i for i in range(len(boxes))])
    return sample_surface(Mesh(np.concatenate(corners), faces), points, rng)[0].astype(np.float64)
