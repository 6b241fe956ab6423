"""Signed distances in closed form whose surfaces are easily lost: thin legs, separate bodies, shells, shapes at the box.

Unions and intersections of signed distances by minimum and maximum keep the Lipschitz bound 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

Distance = Callable[[Tensor], Tensor]


class ClosedForm:
    """A field over the models' box whose distance is a formula.

    Args:
        distance: (N,) from points (N, 3); changes by at most 1 per unit of length.
        clamp: value at which it saturates, like that of a trained field.
    """

    lipschitz: float | None = 1.0

    def __init__(self, distance: Distance, half_extent: float = 1.05, clamp: float | None = 0.1) -> None:
        self.half_extent = half_extent
        self.clamp = clamp
        self._distance = distance

    def __call__(self, points: Tensor) -> Tensor:
        """(N,) clamped distances."""
        values = self._distance(points)
        return values if self.clamp is None else values.clamp(-self.clamp, self.clamp)


def ball(centre: tuple[float, float, float], radius: float) -> Distance:
    """Distance to a ball."""
    return lambda p: (p - p.new_tensor(centre)).norm(dim=1) - radius


def block(centre: tuple[float, float, float], size: tuple[float, float, float], turn: float = 0.0) -> Distance:
    """Distance to a box of half sides `size`, turned about y by `turn` radians around the origin."""

    def distance(p: Tensor) -> Tensor:
        x, y, z = p.unbind(dim=1)
        c, s = math.cos(turn), math.sin(turn)
        turned = torch.stack([c * x - s * z, y, s * x + c * z], dim=1)
        q = (turned - p.new_tensor(centre)).abs() - p.new_tensor(size)
        result: Tensor = q.clamp(min=0).norm(dim=1) + q.amax(dim=1).clamp(max=0)
        return result

    return distance


def ring(centre: tuple[float, float, float], radius: float, thickness: float) -> Distance:
    """Distance to a torus around the y axis through `centre`."""

    def distance(p: Tensor) -> Tensor:
        q = p - p.new_tensor(centre)
        around = q[:, [0, 2]].norm(dim=1) - radius
        result: Tensor = torch.stack([around, q[:, 1]], dim=1).norm(dim=1) - thickness
        return result

    return distance


def union(*parts: Distance) -> Distance:
    """Lower bound of the distance to all parts together; exact outside."""
    return lambda p: torch.stack([part(p) for part in parts]).amin(dim=0)


def shell(body: Distance, thickness: float) -> Distance:
    """Distance to the layer of `thickness` around a surface."""
    return lambda p: body(p).abs() - thickness / 2


def hard_shapes(each: int, seed: int = 0) -> Iterator[tuple[str, ClosedForm]]:
    """`each` thin-legged tables, pairs of bodies, hollow shells and shapes that touch the box, by name.

    A grid of 129 corners over the box has cells of 0.0164: legs and walls go down to half of one.
    """
    rng = np.random.default_rng(seed)
    for number in range(each):
        yield f"thin-legged table {number}", ClosedForm(_table(rng))
    for number in range(each):
        yield f"two bodies {number}", ClosedForm(_two(rng))
    for number in range(each):
        yield f"hollow shell {number}", ClosedForm(_shell(rng))
    for number in range(each):
        yield f"touching the box {number}", ClosedForm(_touching(rng))


def _place(rng: np.random.Generator, reach: float) -> tuple[float, float, float]:
    x, y, z = rng.uniform(-reach, reach, 3)
    return float(x), float(y), float(z)


def _table(rng: np.random.Generator) -> Distance:
    turn, leg = float(rng.uniform(0, math.pi)), float(rng.uniform(0.004, 0.02))
    wide, deep = float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.2, 0.6))
    top = block((0.0, 0.4, 0.0), (wide, float(rng.uniform(0.006, 0.03)), deep), turn)
    spots = [(x, z) for x in (-wide + leg, wide - leg) for z in (-deep + leg, deep - leg)]
    return union(top, *[block((x, -0.1, z), (leg, 0.5, leg), turn) for x, z in spots])


def _body(rng: np.random.Generator, centre: tuple[float, float, float], size: float) -> Distance:
    kind = int(rng.integers(3))
    if kind == 0:
        return ball(centre, size)
    if kind == 1:
        return block(centre, (size, size * float(rng.uniform(0.1, 1)), size * float(rng.uniform(0.1, 1))))
    return ring(centre, size, size * float(rng.uniform(0.06, 0.4)))


def _two(rng: np.random.Generator) -> Distance:
    x, y, z = _place(rng, 0.2)
    big, small = float(rng.uniform(0.15, 0.32)), float(rng.uniform(0.012, 0.12))
    return union(_body(rng, (x - 0.4, y, z), big), _body(rng, (x + 0.5, y + 0.3, z), small))


def _shell(rng: np.random.Generator) -> Distance:
    return shell(_body(rng, _place(rng, 0.1), float(rng.uniform(0.4, 0.7))), float(rng.uniform(0.008, 0.05)))


def _touching(rng: np.random.Generator) -> Distance:
    size, axis, side = float(rng.uniform(0.15, 0.5)), int(rng.integers(3)), float(rng.choice([-1, 1]))
    centre = list(_place(rng, 0.4))
    centre[axis] = side * (1.05 - size * float(rng.choice([0.5, 0.9, 0.999, 1.0])))  # cut off, or just at the face
    return _body(rng, (centre[0], centre[1], centre[2]), size)
