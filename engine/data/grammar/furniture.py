"""A generated piece of furniture: named parameters, labelled parts, a caption, an exact signed distance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.data.grammar.primitives import Floats, Placed
from engine.errors import DataError

Value = float | int | str | bool


class Parameters:
    """Draws named parameters and remembers them, so that a piece can be made again, or with some of them changed.

    Args:
        draw: source of randomness.
        fixed: values that are not drawn, by name.

    Attributes:
        values: every parameter asked for so far, by name.
    """

    def __init__(self, draw: np.random.Generator, fixed: Mapping[str, Value] | None = None) -> None:
        self._draw = draw
        self._fixed = dict(fixed or {})
        self.values: dict[str, Value] = {}

    def number(self, name: str, low: float, high: float) -> float:
        """A number in [low, high]; metres or degrees unless it is a share."""
        return float(self._keep(name, float(self._draw.uniform(low, high)), (float, int)))

    def count(self, name: str, low: int, high: int) -> int:
        """A whole number in [low, high]."""
        return int(self._keep(name, int(self._draw.integers(low, high + 1)), (int,)))

    def flag(self, name: str, probability: float) -> bool:
        """Yes or no."""
        return bool(self._keep(name, bool(self._draw.random() < probability), (bool,)))

    def pick(self, name: str, options: Mapping[str, float]) -> str:
        """One of the options, each as often as its weight says.

        Raises:
            DataError: a fixed value is none of them.
        """
        weights = np.array(list(options.values()))
        drawn = list(options)[int(self._draw.choice(len(options), p=weights / weights.sum()))]
        chosen = str(self._keep(name, drawn, (str,)))
        if chosen not in options:
            raise DataError(
                "{name} cannot be {value}; choose one of: {known}.", name=name, value=chosen, known=", ".join(options)
            )
        return chosen

    def unknown(self) -> tuple[str, ...]:
        """Fixed names that nobody asked for."""
        return tuple(sorted(set(self._fixed) - set(self.values)))

    def _keep(self, name: str, drawn: Value, kinds: tuple[type, ...]) -> Value:
        value = self._fixed.get(name, drawn)  # always drawn first: fixing one leaves the others as they were
        if type(value) not in kinds:
            raise DataError(
                "{name} cannot be {value}; give a value of the kind {kind}.", name=name, value=value, kind=kinds[0].__name__
            )
        self.values[name] = value
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Furniture:
    """One piece, in metres, y up, front towards +z, standing anywhere.

    Attributes:
        category: e.g. "chair".
        caption: one English phrase, e.g. "a wooden chair with a ladder back and tapered legs".
        parameters: what it was made from.
        parts: solids whose union it is.
    """

    category: str
    caption: str
    parameters: dict[str, Value]
    parts: tuple[Placed, ...]

    def distance(self, points: Tensor) -> Tensor:
        """(N,) signed distances in metres at points (N, 3): exact outside, at most the depth inside."""
        return self.nearest(points)[0]

    def nearest(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """(N,) signed distances at points (N, 3) and (N,) int64 which part each is nearest to."""
        distance = torch.full_like(points[:, 0], torch.inf)
        which = torch.zeros_like(distance, dtype=torch.int64)
        for number, part in enumerate(self.parts):
            low, high = (points.new_tensor(corner) for corner in part.box())
            bound = (points - points.clamp(low, high)).norm(dim=1)  # the part lies in its box, so it is no nearer than that
            asked = ((bound == 0) | (bound < distance)).nonzero().squeeze(1)
            own = part.distance(points[asked])
            better = own < distance[asked]
            distance[asked[better]] = own[better]
            which[asked[better]] = number
        return distance, which

    def slopes(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """(N,) signed distances at points (N, 3) and their (N, 3) unit gradients, each from the nearest part alone."""
        distance, which = self.nearest(points)
        slopes = torch.zeros_like(points)
        for number in torch.unique(which).tolist():
            own = (which == number).nonzero().squeeze(1)
            with torch.enable_grad():
                where = points[own].requires_grad_()
                (slope,) = torch.autograd.grad(self.parts[number].distance(where).sum(), where)
            slopes[own] = slope
        return distance, slopes / slopes.norm(dim=1, keepdim=True).clamp(min=1e-9)

    def labels(self, points: Tensor) -> tuple[str, ...]:
        """The label of the part that each of the points (N, 3) is nearest to."""
        return tuple(self.parts[number].label for number in self.nearest(points)[1].tolist())

    def box(self) -> tuple[Floats, Floats]:
        """Corners (3,) of an upright box that holds it, not always the least one."""
        corners = [part.box() for part in self.parts]
        return np.min([low for low, _ in corners], axis=0), np.max([high for _, high in corners], axis=0)
