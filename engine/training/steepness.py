"""How steep a model's fields are near their surface: the bound by which extraction rules cells out, measured.

`engine.geometry.isosurface` rules a cell out if the values at its corners are larger than a surface inside the cell allows:
|f(x)| <= L |x - y| for a corner x and a point y of the surface. So exactly that is measured: |f(x)| / |x - y| from points y of
the surface, at the distances that decide on each grid, half the diagonal of its cells. A gradient says less: ripples finer than
a cell make steep gradients, but do not hide the surface from the cell's corners.

The bound recorded is the quantile of 99 %, not the maximum, which single spots set. Why that is enough: a cell is ruled out by
its nearest corner and by all eight together, so one steep direction does not lose it; and a cell lost amid its neighbours is
found again, because extraction follows the changes of sign. What can be lost is a piece of surface all of whose cells are steep
from every side. `shape-engine bench equality` looks for such pieces; quantiles and maximum are on the model's card.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor

from engine.geometry.field import Field
from engine.models.autodecoder import AutoDecoder
from engine.models.base import seeded
from engine.progress import NO_PROGRESS, Progress

#: Corners per side of the grids that have a say.
GRIDS = (17, 33, 65, 129)
_CODES = 16  # looked at, at most: training codes and as many halfway between two
_WAYS = 4  # directions from each point of the surface


@dataclass(frozen=True, slots=True)
class Steepness:
    """What was measured; numbers are change of the field per unit of distance.

    Attributes:
        bound: largest of `quantile_99` over the distances, at least 1: what extraction uses.
        reaches: distances from the surface, unit-sphere units.
        quantile_99: one for each distance.
        quantile_999: one for each distance.
        maximum: one for each distance.
        pairs: of points, at each distance.
        codes: looked at.
    """

    bound: float
    reaches: tuple[float, ...]
    quantile_99: tuple[float, ...]
    quantile_999: tuple[float, ...]
    maximum: tuple[float, ...]
    pairs: int
    codes: int


def steepness(
    model: AutoDecoder, codes: Tensor, points: int = 8192, grids: Sequence[int] = GRIDS, progress: Progress = NO_PROGRESS
) -> Steepness:
    """Measure the fields of training codes and of interpolants.

    Args:
        model: the decoder.
        codes: (N, D) training codes; up to 16 fields are looked at.
        points: random points per field of which those near the surface are brought onto it.
        grids: corners per side of the grids whose cells set the distances.
        progress: asked before each field.
    """
    device = next(model.parameters()).device
    half = model.config.half_extent
    reaches = tuple(3**0.5 / 2 * 2 * half / (size - 1) for size in grids)
    chosen = codes[torch.linspace(0, len(codes) - 1, min(_CODES // 2 + 1, len(codes))).long()].to(device)
    fields = [*chosen, *[(a + b) / 2 for a, b in pairwise(chosen)]]
    found: list[list[Tensor]] = [[] for _ in reaches]
    for number, z in enumerate(fields):
        progress.check()
        field, draw = model.decode(z), seeded("cpu", number)
        start = (torch.rand(points, 3, generator=draw) * 2 - 1) * half
        on = _on_surface(field, start.to(device), model.config.clamp)
        here = field(on).unsqueeze(1)
        turn = torch.nn.functional.normalize(torch.randn(len(on), _WAYS, 3, generator=draw), dim=2).to(device)
        for reach, slopes in zip(reaches, found, strict=True):
            there = (on.unsqueeze(1) + reach * turn).clamp(-half, half)
            length = (there - on.unsqueeze(1)).norm(dim=2).clamp(min=1e-6)
            slope = (field(there.view(-1, 3)).view(-1, _WAYS) - here).abs() / length
            slopes.append(slope[length > 0.5 * reach].cpu())
    every = [torch.cat(slopes) for slopes in found]
    if not len(every[0]):
        return Steepness(1.0, reaches, (), (), (), 0, len(fields))
    high, higher = (tuple(round(_quantile(slopes, share), 3) for slopes in every) for share in (0.99, 0.999))
    highest = tuple(round(float(slopes.max()), 3) for slopes in every)
    return Steepness(round(max(1.0, *high), 2), reaches, high, higher, highest, len(every[0]), len(fields))


def _on_surface(field: Field, points: Tensor, clamp: float) -> Tensor:
    """Points (M, 3) of the zero surface, from those of `points` near which there is one, by Newton's method."""
    points = points[field(points).abs() < 0.8 * clamp]
    tips = torch.tensor(((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)), dtype=torch.float32, device=points.device)
    reach = 1e-3
    for _ in range(4):
        slope = field((points.unsqueeze(1) + reach * tips).view(-1, 3)).view(-1, 4) @ tips / (4 * reach)
        step = field(points).unsqueeze(1) * slope / slope.square().sum(dim=1, keepdim=True).clamp(min=0.05)
        points = (points - step).clamp(-field.half_extent, field.half_extent)
    return points[field(points).abs() < 1e-3 * clamp / 0.1]


def _quantile(values: Tensor, share: float) -> float:
    """As `torch.quantile`, which takes no more than sixteen million values."""
    return float(values.kthvalue(max(1, min(len(values), round(share * len(values))))).values)


def measure_again(folder: Path, write: bool, progress: Progress = NO_PROGRESS) -> tuple[float, Steepness]:
    """Measure the model in a folder; the bound recorded so far, and what is found.

    Args:
        folder: a model folder.
        write: record the bound in `config.json` and the measurement in `card.json`.
        progress: asked before each field.

    Raises:
        ModelError: the model is damaged, or has no bound because it is no signed distance.
    """
    from engine.errors import ModelError
    from engine.models.checkpoint import load_model, load_space, replace_file

    model = load_model(folder)
    if not isinstance(model, AutoDecoder):
        raise ModelError("Model {folder} is no signed distance; it has no bound to measure.", folder=folder.name)
    found = steepness(model, torch.from_numpy(load_space(folder).codes), progress=progress)
    if write:
        config, card = (json.loads((folder / name).read_text("utf-8")) for name in ("config.json", "card.json"))
        config["config"]["lipschitz"] = found.bound
        card["steepness"] = asdict(found)
        card.setdefault("network", {})["lipschitz"] = found.bound
        for name, content in (("card.json", card), ("config.json", config)):
            replace_file(folder / name, (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8"))
    return model.config.lipschitz, found
