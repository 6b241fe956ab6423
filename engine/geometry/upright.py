"""A modest guess at which axis of a file points up, between the two that occur: y and z.

Things that stand are more unlike themselves upside down than the other way round, and touch the ground over a wide foot.
On a catalogue of furniture and fixtures of every kind the guess is right in three of four cases (what hangs on a wall
misleads it), so that custom goes before it wherever a format has one, and whoever opens the file is told of the guess.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.geometry.sampling import sample_shape
from engine.shapes import Shape

_SAMPLES = 4000
_BINS = 24
_FOOT = 0.02  # height of what counts as touching the ground, in longest edges
_UNDECIDED = 0.1


def guess_up(shape: Shape, otherwise: Literal["x", "y", "z"]) -> Literal["x", "y", "z"]:
    """The axis, "y" or "z", along which the shape looks more like standing; `otherwise` if it looks the same both ways."""
    points = sample_shape(shape, _SAMPLES, np.random.default_rng(0))[0].astype(np.float64)
    difference = standing(points, 1) - standing(points, 2)
    if abs(difference) < _UNDECIDED:
        return otherwise
    return "y" if difference > 0 else "z"


def standing(points: NDArray[np.float64], axis: int) -> float:
    """How much points (N, 3) look as if they stood along `axis`.

    Their unlikeness to their mirror image, plus the share of the outline's area that the foot covers.

    Returns:
        A number in [0, 2].
    """
    low, high = points.min(axis=0), points.max(axis=0)
    if high[axis] <= low[axis]:
        return 0.0
    counts = np.histogram(points[:, axis], _BINS, (low[axis], high[axis]))[0] / len(points)
    unlike = float(np.abs(counts - counts[::-1]).sum()) / 2
    across = np.delete(points, axis, axis=1)
    foot = points[:, axis] < low[axis] + _FOOT * (high - low).max()
    whole = _hull_area(across)
    return unlike + (_hull_area(across[foot]) / whole if whole > 0 else 0.0)


def _hull_area(points: NDArray[np.float64]) -> float:
    """Area of the polygon through the outermost points in 32 directions: nearly that of the convex hull."""
    if len(points) < 3:
        return 0.0
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    corners = points[np.argmax(points @ np.stack([np.cos(angles), np.sin(angles)]), axis=0)]
    x, y = corners.T
    return float(abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum()) / 2)
