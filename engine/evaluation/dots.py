"""Pictures of point clouds without a graphics library: shaded dots, far ones first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

#: Drawn larger by this factor and then reduced: smooth edges.
_FINER = 3
_BACK = (247, 247, 245)
_NEAR, _FAR = np.array([74, 58, 46]), np.array([214, 200, 184])


def draw_dots(
    points: NDArray[np.float64], size: int = 360, turn: float = 35.0, lift: float = 18.0, reach: float = 1.15
) -> Image.Image:
    """A square picture of points, seen from the front right and a little from above, without perspective.

    Args:
        points: (N, 3), y up, +z to the front.
        size: side in pixels.
        turn: where the eye is, degrees about the up axis from the front.
        lift: degrees above the ground.
        reach: half the side of the picture in the units of the points; the origin is in the middle.
    """
    a, e = np.radians(turn), np.radians(lift)
    right = np.array([np.cos(a), 0.0, -np.sin(a)])
    towards = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
    up = np.cross(towards, right)
    x, y, depth = points @ right, points @ up, points @ towards
    side = size * _FINER
    picture = Image.new("RGB", (side, side), _BACK)
    draw = ImageDraw.Draw(picture)
    radius = 0.011 * side
    near = np.clip((depth + reach) / (2 * reach), 0, 1)
    for i in np.argsort(depth):
        at = side / 2 * (1 + x[i] / reach), side / 2 * (1 - y[i] / reach)
        colour = tuple(int(c) for c in _FAR + near[i] * (_NEAR - _FAR))
        draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def save_row(pictures: list[Image.Image], path: Path) -> None:
    """Pictures of one height side by side, as PNG with few colours (small files)."""
    row = Image.new("RGB", (sum(p.width for p in pictures), pictures[0].height), _BACK)
    left = 0
    for picture in pictures:
        row.paste(picture, (left, 0))
        left += picture.width
    row.quantize(48, dither=Image.Dither.NONE).save(path, optimize=True)
