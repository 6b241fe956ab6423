"""Solids with exact signed distances: rounded boxes, frusta, lathes, prisms and tubes, in torch, on any device.

Distances to a box and to a polygon are textbook geometry (nearest point of a box; nearest point of each segment, with the sign
by crossing number); the other solids are these in cylindrical coordinates or along an axis. A solid is small and immutable; it
takes points in its own coordinates, y up. `Placed` puts it into the room.

The distance to a union is the least of the distances: exact outside, and inside a lower bound of the depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]


class Solid(Protocol):
    """Something with an inside."""

    def distance(self, points: Tensor) -> Tensor:
        """(N,) signed distances, negative inside, at points (N, 3)."""

    def reach(self) -> Floats:
        """(3,) half the size of a box around the solid's origin that holds it."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box around its origin with rounded edges.

    Attributes:
        half: half its size along x, y, z, rounding included.
        radius: of the edges, at most the least half size.
    """

    half: tuple[float, float, float]
    radius: float = 0.0

    def distance(self, points: Tensor) -> Tensor:
        """See `Solid`."""
        inner = points.new_tensor(self.half) - self.radius
        beyond = points.abs() - inner
        way: Tensor = beyond.clamp(min=0).norm(dim=1) + beyond.amax(dim=1).clamp(max=0)
        return way - self.radius

    def reach(self) -> Floats:
        """See `Solid`."""
        return np.asarray(self.half, np.float64)


@dataclass(frozen=True, slots=True)
class Lathe:
    """A closed outline turned about the y axis: legs, vases, shades, discs, rings, cylinders.

    Attributes:
        outline: corners (radius, height), radius >= 0, in order; the last joins the first.
        radius: by which the outline is inflated and so rounded.
    """

    outline: tuple[tuple[float, float], ...]
    radius: float = 0.0

    def distance(self, points: Tensor) -> Tensor:
        """See `Solid`."""
        flat = torch.stack((points[:, [0, 2]].norm(dim=1), points[:, 1]), dim=1)
        return polygon_distance(flat, self.outline, on_axis=True) - self.radius

    def reach(self) -> Floats:
        """See `Solid`."""
        corners = np.abs(np.asarray(self.outline)).max(axis=0) + self.radius
        return np.array([corners[0], corners[1], corners[0]])


@dataclass(frozen=True, slots=True)
class Prism:
    """A polygon in the x-y plane, drawn out along z: curved backs, cut boards, brackets.

    Attributes:
        outline: corners (x, y) in order; the last joins the first.
        half: half the length along z, rounding included.
        radius: of the edges.
    """

    outline: tuple[tuple[float, float], ...]
    half: float
    radius: float = 0.0

    def distance(self, points: Tensor) -> Tensor:
        """See `Solid`."""
        across = polygon_distance(points[:, :2], self.outline)
        along = points[:, 2].abs() - (self.half - self.radius)
        both = torch.stack((across, along), dim=1)
        way: Tensor = both.clamp(min=0).norm(dim=1) + both.amax(dim=1).clamp(max=0)
        return way - self.radius

    def reach(self) -> Floats:
        """See `Solid`."""
        corners = np.abs(np.asarray(self.outline)).max(axis=0) + self.radius
        return np.array([corners[0], corners[1], self.half])


@dataclass(frozen=True, slots=True)
class Tube:
    """A round rod along a chain of straight pieces: bent metal, branches, wires.

    Attributes:
        path: corners (x, y, z), two at least.
        radius: of the rod.
    """

    path: tuple[tuple[float, float, float], ...]
    radius: float

    def distance(self, points: Tensor) -> Tensor:
        """See `Solid`."""
        corners = points.new_tensor(self.path)
        nearest = torch.full_like(points[:, 0], torch.inf)
        for start, end in pairwise(corners):
            way = end - start
            share = ((points - start) @ way / way.square().sum().clamp(min=1e-12)).clamp(0, 1)
            nearest = torch.minimum(nearest, (points - start - share[:, None] * way).square().sum(dim=1))
        return nearest.clamp(min=1e-18).sqrt() - self.radius

    def reach(self) -> Floats:
        """See `Solid`."""
        corners: Floats = np.abs(np.asarray(self.path)).max(axis=0)
        return corners + self.radius


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A solid in the room.

    Attributes:
        solid: in its own coordinates.
        label: what it is part of, e.g. "leg".
        at: (3,) where its origin stands, metres.
        turn: (3, 3) rotation from its coordinates to the room's, or None.
    """

    solid: Solid
    label: str
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn: Floats | None = None

    def distance(self, points: Tensor) -> Tensor:
        """(N,) signed distances at points (N, 3) of the room."""
        own = points - points.new_tensor(self.at)
        if self.turn is not None:
            own = own @ points.new_tensor(self.turn)
        return self.solid.distance(own)

    def box(self) -> tuple[Floats, Floats]:
        """Corners (3,) of an upright box of the room that holds it."""
        reach = self.solid.reach()
        if self.turn is not None:
            reach = np.abs(self.turn) @ reach
        middle = np.asarray(self.at)
        return middle - reach, middle + reach


def polygon_distance(points: Tensor, outline: tuple[tuple[float, float], ...], *, on_axis: bool = False) -> Tensor:
    """(N,) signed distance of points (N, 2) to a simple polygon, negative inside.

    Args:
        points: where.
        outline: (x, y) in order, either way round.
        on_axis: edges with both ends at x = 0 do not count as surface: they lie on the axis of a lathe.
    """
    nearest = torch.full_like(points[:, 0], torch.inf)
    inside = torch.zeros_like(points[:, 0], dtype=torch.bool)
    x, y = points.unbind(1)
    for (ax, ay), (bx, by) in zip(outline, (*outline[1:], outline[0]), strict=True):
        dx, dy = bx - ax, by - ay
        if not (on_axis and ax == 0 and bx == 0):
            share = (((x - ax) * dx + (y - ay) * dy) / max(dx * dx + dy * dy, 1e-12)).clamp(0, 1)
            nearest = torch.minimum(nearest, (x - ax - share * dx).square() + (y - ay - share * dy).square())
        if ay != by:
            crosses = ((y < ay) != (y < by)) & (x < ax + (y - ay) * (dx / dy))
            inside ^= crosses
    way = nearest.clamp(min=1e-18).sqrt()
    return torch.where(inside, -way, way)


def turned(x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Floats:
    """(3, 3) rotation by degrees about x, then y, then z."""
    a, b, c = np.radians((x, y, z))
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    result: Floats = about_z @ about_y @ about_x
    return result


def along(way: Floats) -> Floats:
    """(3, 3) a rotation that takes the y axis to the direction of `way` (3,)."""
    up = np.asarray(way, np.float64) / np.linalg.norm(way)
    side = np.cross(up, (0.0, 0.0, 1.0) if abs(up[2]) < 0.9 else (1.0, 0.0, 0.0))
    side /= np.linalg.norm(side)
    result: Floats = np.column_stack([side, up, np.cross(side, up)])
    return result
