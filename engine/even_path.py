"""From one shape to another at constant speed of the *shape*: how to run along a way between two codes.

Equal steps of the code are not equal steps of the shape: over most of the way little happens, then a back rest appears at once.
Here the way keeps its course and only its timetable changes: each moment gets as much of the time as the shape changes in it.

How much the shape changes between two codes is the mean distance from the vertices of one preview surface to the nearest
vertices of the other, both ways: a Chamfer distance without sampling. Two marching-cubes surfaces on one grid have their
vertices on the same edges, so a vertex that moves a little has itself for a neighbour and there is no floor (it moves along
its edge, so that small moves count up to 1.5 times, everywhere alike). Points of a point set keep their number on the way, so
there it is the mean distance between a point and itself. (The volume that becomes inside or outside was tried first; measured
by Chamfer between meshes it made four of seven ways less even than they had been.)

Steps are halved where they are long, until each is a small share of the whole or as short as `_SHORTEST`. What leaps even then,
a part that appears, gets the time of two steps: no timetable smoothes it, and waiting there is no use.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.geometry.isosurface import refine
from engine.progress import NO_PROGRESS, Progress
from engine.requests import EvenPath

if TYPE_CHECKING:
    from engine.models.base import ShapeModel

#: Corners per side of the grids of the preview surfaces.
_LEVELS = (17, 33)
#: Distance to a shape that has no surface, in unit-sphere units.
_NOWHERE = 0.5
#: Steps at the start; the largest share of the whole that a step may be; the shortest step; the most steps.
_STEPS, _LARGEST, _SHORTEST, _MOST = 16, 1 / 40, 1 / 512, 128
#: Share of the time that goes with the code and not with the shape, so that the code never stands still and never leaps.
_CODE = 0.03

_Look = Callable[[float], NDArray[np.float32]]


def even_path(model: ShapeModel, knots: Tensor, progress: Progress = NO_PROGRESS) -> EvenPath:
    """The timetable for a way that is straight between knots.

    Args:
        model: decodes the codes on it.
        knots: (K, D) codes at even places, both ends included, at least two.
        progress: asked about every 30 ms.

    Returns:
        Shares of the time over positions on the way; both rise from 0 to 1, the shares strictly.
    """
    change = _between_points if model.output == "points" else _between_surfaces
    with torch.inference_mode():

        def look(t: float) -> NDArray[np.float32]:
            progress.check()
            place = t * (len(knots) - 1)
            before = min(int(place), len(knots) - 2)
            return _points_of(model, torch.lerp(knots[before], knots[before + 1], place - before), progress)

        places = np.linspace(0.0, 1.0, _STEPS + 1).tolist()
        seen = {t: look(t) for t in places}
        known: dict[tuple[float, float], float] = {}
        while True:
            for t, u in pairwise(places):
                if (t, u) not in known:
                    progress.check()
                    known[t, u] = change(seen[t], seen[u])
            lengths = [known[pair] for pair in pairwise(places)]
            total = sum(lengths)
            long = [
                (length, (t + u) / 2)
                for length, (t, u) in zip(lengths, pairwise(places), strict=True)
                if length > _LARGEST * total and u - t > _SHORTEST
            ]
            room = _MOST - (len(places) - 1)
            if not long or room <= 0:
                break
            for _, middle in sorted(long, reverse=True)[:room]:
                seen[middle] = look(middle)
                places.append(middle)
            places.sort()
            progress.step(0, 0, "measuring the way from A to B")
    return _timetable(places, lengths)


def _points_of(model: ShapeModel, z: Tensor, progress: Progress) -> NDArray[np.float32]:
    """(N, 3) points of the shape of a code: those of a point set, or the vertices of a preview surface."""
    decoded = model.decode(z)
    if isinstance(decoded, Tensor):
        return decoded.float().cpu().numpy()
    *_, level = refine(decoded, _LEVELS, progress)
    return level.mesh.vertices


def _between_points(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(one - other, axis=1).mean())


def _between_surfaces(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    from scipy.spatial import cKDTree

    if not len(one) or not len(other):
        return 0.0 if len(one) == len(other) else _NOWHERE
    there, back = (np.asarray(cKDTree(to).query(points)[0]).mean() for points, to in ((one, other), (other, one)))
    return float(there + back) / 2


def _timetable(places: list[float], lengths: list[float]) -> EvenPath:
    steps = np.diff(np.asarray(places))
    change = np.asarray(lengths, np.float64)
    total = float(change.sum())
    uneven = float((change / steps).max() / total) if total > 0 else 1.0
    change = np.where(steps <= _SHORTEST, np.minimum(change, 2 * _LARGEST * total), change)
    share = (1 - _CODE) * change / total if total > 0 else change
    share = share + (1 - share.sum()) * steps
    shares = np.concatenate([[0.0], np.cumsum(share)])
    shares /= shares[-1]
    return EvenPath(np.asarray(places, np.float64), shares, total, uneven)
