"""The disc a shape stands on: soft at the rim, darker where the shape comes near."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.theme import Theme, rgb

#: Texels per side.
SIZE = 96
#: Heights above the ground (in the units of the frame) over which a shape still darkens it.
REACH = 0.30


def _blur_matrix(spread: float) -> NDArray[np.float32]:
    """(SIZE, SIZE) matrix that blurs a column of texels with a Gaussian of `spread` texels."""
    at = np.arange(SIZE, dtype=np.float32)
    weights = np.exp(-0.5 * ((at[:, None] - at[None, :]) / spread) ** 2)
    return np.asarray(weights / (spread * np.sqrt(2 * np.pi)), np.float32)


_NARROW, _WIDE = _blur_matrix(2.4), _blur_matrix(7.0)


def contact(points: NDArray[np.float32], centre: tuple[float, float], radius: float, floor: float) -> NDArray[np.float32]:
    """(SIZE, SIZE) shadow of 0 to 1: rows along z from back to front, columns along x.

    Args:
        points: (N, 3) points of the shape; a few thousand are enough.
        centre: x and z of the middle of the disc.
        radius: of the disc.
        floor: height of the disc.
    """
    grid = np.zeros(SIZE * SIZE, np.float32)
    step = max(1, len(points) // 6000)
    near = points[::step]
    near = near[near[:, 1] < floor + 3 * REACH]
    column = ((near[:, 0] - centre[0]) / radius * 0.5 + 0.5) * SIZE
    row = ((near[:, 2] - centre[1]) / radius * 0.5 + 0.5) * SIZE
    cell = np.clip(row.astype(np.int32), 0, SIZE - 1) * SIZE + np.clip(column.astype(np.int32), 0, SIZE - 1)
    np.maximum.at(grid, cell, np.exp(-(near[:, 1] - floor) / REACH))
    square = grid.reshape(SIZE, SIZE)
    soft = 1.9 * (_NARROW @ square @ _NARROW) + 1.6 * (_WIDE @ square @ _WIDE)
    return np.asarray(1 - np.exp(-soft), np.float32)


_AT = (np.arange(SIZE, dtype=np.float32) + 0.5) / SIZE * 2 - 1
_INSIDE = np.clip((1.0 - np.hypot(_AT[:, None], _AT[None, :])) / 0.45, 0, 1)
_RIM = np.asarray(_INSIDE * _INSIDE * (3 - 2 * _INSIDE), np.float32)


def disc_texture(shadow: NDArray[np.float32] | None, theme: Theme) -> NDArray[np.uint8]:
    """(SIZE * SIZE, 4) RGBA texels of the disc, in the order VTK stores images."""
    dark = np.zeros((SIZE, SIZE), np.float32) if shadow is None else shadow
    strength = 0.80 if theme.name == "dark" else 0.42
    colour = np.array(rgb(theme.disc), np.float32)[None, None] * (1 - strength * dark)[..., None]
    alpha = np.minimum(_RIM * ((0.75 if theme.name == "dark" else 0.70) + 0.5 * dark), 1)
    texels = np.concatenate([colour, alpha[..., None]], axis=2)
    return np.asarray(255 * texels + 0.5, np.uint8).reshape(-1, 4)
