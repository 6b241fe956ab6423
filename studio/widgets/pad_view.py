"""Which part of a map a pad shows: places to pixels and back. Free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: The map reaches from -REACH to REACH along both axes.
REACH = 1.18
LARGEST = 12.0


@dataclass(frozen=True, slots=True)
class PadView:
    """A window onto a map; y points upwards on the map and downwards on the screen.

    Attributes:
        width, height: of the pad, pixels.
        x, y: the place in the middle.
        zoom: 1 shows the whole map.
    """

    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    zoom: float = 1.0

    @property
    def scale(self) -> float:
        """Pixels per unit of the map."""
        return max(1.0, min(self.width, self.height)) / (2 * REACH) * self.zoom

    def to_pixels(self, places: ArrayLike) -> NDArray[np.float64]:
        """(N, 2) pixels of places (N, 2)."""
        at = np.asarray(places, np.float64).reshape(-1, 2)
        return np.column_stack(
            [self.width / 2 + (at[:, 0] - self.x) * self.scale, self.height / 2 - (at[:, 1] - self.y) * self.scale]
        )

    def to_place(self, px: float, py: float) -> tuple[float, float]:
        """The place under a pixel."""
        return self.x + (px - self.width / 2) / self.scale, self.y - (py - self.height / 2) / self.scale

    def resized(self, width: float, height: float) -> PadView:
        """The same part in another window."""
        return replace(self, width=width, height=height)

    def zoomed(self, factor: float, px: float, py: float) -> PadView:
        """Nearer or further, with what lies under a pixel staying there (unless the map would leave its frame)."""
        x, y = self.to_place(px, py)
        nearer = replace(self, zoom=float(np.clip(self.zoom * factor, 1.0, LARGEST)))
        new_x, new_y = nearer.to_place(px, py)
        return nearer._held(nearer.x + x - new_x, nearer.y + y - new_y)

    def panned(self, dx: float, dy: float) -> PadView:
        """Moved with the hand by pixels."""
        return self._held(self.x - dx / self.scale, self.y + dy / self.scale)

    def showing(self, x: float, y: float, margin: float = 24.0) -> PadView:
        """Moved as little as it takes to have a place at least `margin` pixels inside."""
        (px, py) = self.to_pixels([[x, y]])[0]
        dx = max(margin - px, 0.0) + min(self.width - margin - px, 0.0)
        dy = max(margin - py, 0.0) + min(self.height - margin - py, 0.0)
        return self.panned(dx, dy) if dx or dy else self

    def whole(self) -> PadView:
        """The whole map."""
        return PadView(self.width, self.height)

    def _held(self, x: float, y: float) -> PadView:
        side = min(self.width, self.height) / 2 / self.scale
        room = max(0.0, REACH - side)
        return replace(self, x=float(np.clip(x, -room, room)), y=float(np.clip(y, -room, room)))


def spread_order(places: NDArray[np.float64], first: int = 0, weights: NDArray[np.float64] | None = None) -> NDArray[np.intp]:
    """An order of places (N, 2) such that every beginning of it is spread evenly: each is farthest from those before it.

    Args:
        places: of thumbnails.
        first: so many come first, in their order (landmarks).
        weights: (N,) what their distances are multiplied by; those that show little come later.
    """
    count = len(places)
    if not count:
        return np.zeros(0, np.intp)
    worth = np.ones(count) if weights is None else weights**2
    order = list(range(first)) or [int(((1 + np.abs(places).sum(axis=1)) / worth).argmin())]
    apart = np.min([((places - places[i]) ** 2).sum(axis=1) for i in order], axis=0)
    apart[order] = -1.0
    while len(order) < count:
        index = int(np.where(apart < 0, -1.0, apart * worth).argmax())
        order.append(index)
        apart = np.minimum(apart, ((places - places[index]) ** 2).sum(axis=1))
        apart[index] = -1.0
    return np.array(order, np.intp)


def decluttered(pixels: NDArray[np.float64], order: NDArray[np.intp], room: float, fits: NDArray[np.bool_]) -> list[int]:
    """Which thumbnails can be drawn so that none is nearer than `room` pixels to another, those earlier in `order` first."""
    kept: list[int] = []
    for index in order.tolist():
        if not fits[index]:
            continue
        if kept and (np.abs(pixels[kept] - pixels[index]).max(axis=1) < room).any():
            continue
        kept.append(index)
    return kept
