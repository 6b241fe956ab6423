"""Training data of generated furniture: unit-sphere frame, surface points, signed distances, all in torch on one device.

A piece is named `generated#<category>-<seed>`; the name is all that is needed to make it again.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.grammar import Furniture, make
from engine.errors import DataError

SOURCE = "generated"
CUBE = 1.05  # half side of the cube that fields are defined in, unit-sphere units
GRID = 24  # cells per side of the coarse grid in which the surface is looked for
BAND = (
    0.02  # surface points start as space points this near to the surface (share of the box's diagonal) and are pulled onto it
)
ON = 1e-4  # farther off than this share of the diagonal afterwards, a point is dropped: it lies within another part
STEP = 1e-3  # between two distances whose difference is a slope, unit-sphere units
CHUNK = 16_384  # points per call: suits the caches of a CPU


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """A piece in the frame `UNIT_SPHERE`.

    Attributes:
        furniture: in metres.
        centre: (3,) middle of its bounding box, metres.
        scale: metres per unit of the frame.
        surface: (K, 3) points on its surface, about evenly spread, unit-sphere units; where parts touch, on both of them, which
            does an encoder no harm. `outer_surface` is what can be seen.
    """

    furniture: Furniture
    centre: Tensor
    scale: float
    surface: Tensor

    def distance(self, points: Tensor) -> Tensor:
        """(N,) signed distances at points (N, 3), both in unit-sphere units."""
        return torch.cat([self._distance(part) for part in torch.split(points, CHUNK)]) if len(points) else points[:, 0]

    def _distance(self, points: Tensor) -> Tensor:
        return self.furniture.distance(points * self.scale + self.centre) / self.scale

    def outer_surface(self) -> tuple[Tensor, Tensor]:
        """(L, 3) the surface points from which a step along the normal leads outside, L <= K, and their (L, 3) normals."""
        normals = self.normals(self.surface)
        seen = self.distance(self.surface + STEP * normals) > 0
        return self.surface[seen], normals[seen]

    def normals(self, points: Tensor) -> Tensor:
        """(N, 3) unit gradients of the distance at points (N, 3), by differences over `STEP`.

        On the surface itself the slope of a square root of nearly zero is noise.
        """
        ways = STEP * torch.eye(3, device=points.device)
        slopes = torch.stack([self.distance(points + way) - self.distance(points - way) for way in ways], dim=1)
        unit: Tensor = slopes / slopes.norm(dim=1, keepdim=True).clamp(min=1e-9)
        return unit


def piece_id(category: str, seed: int) -> str:
    """The name of a piece."""
    return f"{SOURCE}#{category}-{seed:06d}"


def parse_id(item_id: str) -> tuple[str, int]:
    """Category and seed of a name.

    Raises:
        DataError: it is not the name of a generated piece.
    """
    source, _, rest = item_id.partition("#")
    category, _, digits = rest.rpartition("-")
    if source != SOURCE or not digits.isdigit():
        raise DataError("{name} is not the name of a generated piece, such as generated#chair-000001.", name=item_id)
    return category, int(digits)


def generate(category: str, seed: int, points: int = 16_384, device: str = "cpu") -> Generated:
    """Make a piece and bring it into the unit sphere.

    Args:
        category: a key of `engine.data.grammar.GRAMMARS`.
        seed: of its parameters and of its surface points.
        points: surface points wanted; a few less may come.
        device: where the points live and all is computed.

    Raises:
        DataError: no such category.
    """
    furniture = make(category, seed)
    draw = torch.Generator(device=device).manual_seed(seed)
    surface = surface_points(furniture, points, draw)
    centre = (surface.amax(dim=0) + surface.amin(dim=0)) / 2
    scale = float((surface - centre).norm(dim=1).max())
    return Generated(furniture, centre, scale, (surface - centre) / scale)


def surface_points(furniture: Furniture, wanted: int, draw: torch.Generator) -> Tensor:
    """(K, 3) points of the outer surface in metres, K <= `wanted`, on the device of `draw`.

    Points of a thin band around a surface, pulled straight onto it, lie evenly on flat parts of it, and nearly so elsewhere.
    The band is looked for in those cells of a coarse grid that it may pass.

    Args:
        furniture: what.
        wanted: how many.
        draw: source of randomness.

    Raises:
        DataError: nothing of it can be seen.
    """
    device = draw.device
    low, high = (torch.as_tensor(corner, dtype=torch.float32, device=device) for corner in furniture.box())
    size = float((high - low).norm())
    low, high = low - BAND * size, high + BAND * size
    ticks = (torch.arange(GRID, device=device) + 0.5) / GRID
    cells = low + (high - low) * torch.cartesian_prod(ticks, ticks, ticks)
    side = (high - low) / GRID
    cells = cells[furniture.distance(cells).abs() < BAND * size + float(side.norm()) / 2]
    found: list[Tensor] = []
    have = 0
    for _ in range(64):
        if have >= wanted or len(cells) == 0:
            break
        chosen = cells[torch.randint(len(cells), (CHUNK,), generator=draw, device=device)]
        points = chosen + side * (torch.rand((CHUNK, 3), generator=draw, device=device) - 0.5)
        points = points[furniture.distance(points).abs() < BAND * size]
        value, slope = furniture.slopes(points)
        near = points - value[:, None] * slope
        near = near[furniture.distance(near).abs() < ON * size]
        found.append(near)
        have += len(near)
    if have == 0:
        raise DataError("A generated {category} has no surface.", category=furniture.category)
    return torch.cat(found)[:wanted]


def samples(
    piece: Generated, near: int, far: int, seed: int, sigmas: tuple[float, ...] = (0.0707, 0.0224, 0.007),
    shares: tuple[float, ...] = (0.3, 0.45, 0.25),
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """(near, 4) and (far, 4) rows x, y, z, signed distance in random order: close to the surface, and through the cube.

    Args:
        piece: what.
        near: how many close to the surface.
        far: how many through the cube.
        seed: of the offsets.
        sigmas: standard deviations of the offsets from surface points, unit-sphere units.
        shares: of the near points that each of these gets.
    """
    device = piece.surface.device
    draw = torch.Generator(device=device).manual_seed(seed)
    kinds = torch.multinomial(torch.tensor(shares, device=device), near, replacement=True, generator=draw)
    base = piece.surface[torch.randint(len(piece.surface), (near,), generator=draw, device=device)]
    offset = torch.randn((near, 3), generator=draw, device=device) * torch.tensor(sigmas, device=device)[kinds, None]
    close = (base + offset).clamp(-CUBE, CUBE)
    space = (2 * torch.rand((far, 3), generator=draw, device=device) - 1) * CUBE
    rows = [torch.cat((points, piece.distance(points)[:, None]), dim=1) for points in (close, space)]
    return rows[0], rows[1]


def seeds_for(categories: dict[str, int], first: int = 0) -> list[tuple[str, int]]:
    """(category, seed) of so many pieces of each category, categories taking turns."""
    most = max(categories.values(), default=0)
    return [(name, first + k) for k in range(most) for name, count in categories.items() if k < count]
