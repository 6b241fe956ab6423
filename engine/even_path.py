"""From one shape to another at constant speed of the *shape*: how to run along the straight line between two codes.

Equal steps of the code are not equal steps of the shape: over most of the way little happens, then a back rest appears at once.
Here the line keeps its course and only its timetable changes: each moment gets as much of the time as the shape changes in it.

How much the shape changes between two codes is the volume that becomes inside or outside, measured softly. At fixed points
near any surface on the way the field is turned into an occupancy between 0 and 1 (a distance falls from 1 to 0 over the width
`_SOFT` on either side of the surface; a logit by its own logistic function), and the mean absolute difference is taken. A
surface that moves by v along its normal everywhere changes this by v times its area, like Chamfer-L1, but a few thousand
evaluations are enough, there is no mesh, and nothing depends on random samples of a surface. Points of a point set keep their
number on the way, so there it is the mean distance between a point and itself.

A part that appears takes little volume at first, so the step in which it does is neither dwelt on nor passed in a blink.
The length of a curve is the supremum of the lengths of its polygons, so steps are halved where they are long until each is a
small share of the whole or as short as `_SHORTEST`; what leaps even then gets the time of two steps.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from engine.progress import NO_PROGRESS, Progress
from engine.requests import EvenPath

if TYPE_CHECKING:
    from engine.geometry.field import Field
    from engine.models.base import ShapeModel

#: Half the width over which a signed distance falls from inside to outside, in unit-sphere units: two thirds of a cell at 65^3.
_SOFT = 0.02
#: Cells per side that are looked through for surface, and places on the way where that is done.
_CELLS, _LOOKS = 24, 9
#: Points near surfaces at which shapes are compared.
_POINTS = 4096
#: Steps at the start; the largest share of the whole that a step may be; the shortest step; the most steps.
_STEPS, _LARGEST, _SHORTEST, _MOST = 16, 1 / 40, 1 / 512, 128
#: Share of the time that goes with the code and not with the shape, so that the code never stands still and never leaps.
_CODE = 0.03

_CHUNK = 4096
_Look = Callable[[float], Tensor]


def even_path(model: ShapeModel, a: Tensor, b: Tensor, progress: Progress = NO_PROGRESS) -> EvenPath:
    """The timetable for the straight line from code `a` to code `b`.

    Args:
        model: decodes them.
        a: (D,) code at the start.
        b: (D,) code at the end.
        progress: asked between evaluations of at most 4,096 points.

    Returns:
        Shares of the time over positions on the line; both rise from 0 to 1, the shares strictly.
    """
    with torch.inference_mode():
        look = _look(model, a, b, progress)
        places = np.linspace(0.0, 1.0, _STEPS + 1).tolist()
        seen = {t: look(t) for t in places}
        while True:
            lengths = [_change(seen[t], seen[u]) for t, u in pairwise(places)]
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


def _change(one: Tensor, other: Tensor) -> float:
    """How far two looks are apart: occupancies (P,) or points (N, 3)."""
    apart = one - other
    return float((apart.abs() if apart.ndim == 1 else apart.norm(dim=1)).mean())


def _timetable(places: list[float], lengths: list[float]) -> EvenPath:
    steps = np.diff(np.asarray(places))
    change = np.asarray(lengths, np.float64)
    total = float(change.sum())
    uneven = float((change / steps).max() / total) if total > 0 else 1.0
    # What still is a large share of a step as short as this is a leap: no timetable smoothes it, and waiting there is no use.
    change = np.where(steps <= _SHORTEST, np.minimum(change, 2 * _LARGEST * total), change)
    share = (1 - _CODE) * change / total if total > 0 else change
    share = share + (1 - share.sum()) * steps
    shares = np.concatenate([[0.0], np.cumsum(share)])
    shares /= shares[-1]
    return EvenPath(np.asarray(places, np.float64), shares, total, uneven)


def _look(model: ShapeModel, a: Tensor, b: Tensor, progress: Progress) -> _Look:
    """How the shape at a position looks, as numbers whose mean absolute difference is to be even."""

    def code(t: float) -> Tensor:
        return torch.lerp(a, b, t)

    if model.output == "points":

        def points(t: float) -> Tensor:
            progress.check()
            cloud = model.decode(code(t))
            assert isinstance(cloud, Tensor)
            return cloud.float()

        return points

    def field(t: float) -> Field:
        progress.check()
        made = model.decode(code(t))
        assert not isinstance(made, Tensor)
        return made

    near = _points_near([field(t) for t in np.linspace(0.0, 1.0, _LOOKS)], progress)

    def occupancy(t: float) -> Tensor:
        made = field(t)
        return _inside(made, _values(made, near, progress))

    return occupancy


def _inside(field: Field, values: Tensor) -> Tensor:
    """Occupancy, 0 to 1, of field values."""
    return torch.sigmoid(-values) if field.clamp is None else (0.5 - values / (2 * _SOFT)).clamp(0.0, 1.0)


def _points_near(fields: list[Field], progress: Progress) -> Tensor:
    """(P, 3) points spread evenly over the cells that hold surface of any of the fields; the same at every call."""
    random = torch.Generator().manual_seed(0)
    half = fields[0].half_extent
    edge = 2 * half / _CELLS
    axis = torch.arange(_CELLS)
    corners = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).reshape(-1, 3)
    places = (corners + torch.rand(corners.shape, generator=random)) * edge - half
    active = torch.zeros(len(places), dtype=torch.bool)
    first = None
    for field in fields:
        values = _values(field, places, progress)
        first = values if first is None else first
        active |= (values < 0) != (first < 0)
        # Surface may pass the cell without passing between two of these points: so do its neighbours.
        active |= values.abs() < (min(edge * 3**0.5, 0.98 * field.clamp) if field.clamp is not None else 4.0)
    if field.clamp is None:
        grid = active.view(1, 1, _CELLS, _CELLS, _CELLS).float()
        active = torch.nn.functional.max_pool3d(grid, 3, 1, 1).view(-1) > 0
    chosen = corners[active] if bool(active.any()) else corners
    picked = chosen[torch.randint(len(chosen), (_POINTS,), generator=random)]
    return (picked + torch.rand(picked.shape, generator=random)) * edge - half


def _values(field: Field, points: Tensor, progress: Progress) -> Tensor:
    device = getattr(field, "device", torch.device("cpu"))
    parts = []
    for part in torch.split(points, _CHUNK):
        progress.check()
        parts.append(field(part.to(device)).reshape(-1).float().cpu())
    return torch.cat(parts)
