"""How much of everything an item holds, and the number of the recipe that makes it."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data.render import VIEWS

RECIPE = 2  # raise when the same settings give other values


@dataclass(frozen=True, slots=True)
class Settings:
    """Counts and spreads. Changing any of it makes all items be built again.

    Attributes:
        near: points near the surface.
        near_sigmas: standard deviations of their offsets from it, unit-sphere units.
        near_shares: share of the points that each of these gets.
        space: points uniform in the cube of half side `space_half`.
        space_half: half side of that cube.
        volume_train: points uniform in the padded bounding cube, for training shapes.
        volume_held: the same for validation and test shapes.
        volume_half: half side of that cube over the longest edge of the bounding box (OccNet pads by a tenth).
        surface: points on the outer skin.
        views: rendered pictures.
    """

    near: int = 160_000
    near_sigmas: tuple[float, ...] = (0.0707, 0.0224, 0.007)
    near_shares: tuple[float, ...] = (0.35, 0.45, 0.20)
    space: int = 20_000
    space_half: float = 1.05
    volume_train: int = 50_000
    volume_held: int = 100_000
    volume_half: float = 0.55
    surface: int = 100_000
    views: int = VIEWS
