"""Small pictures of results, in colours that can be made out on white and on black."""

from __future__ import annotations

from io import BytesIO

import numpy as np

from engine.shapes import Shape
from engine.thumbnail import draw

#: sRGB of what is lightest; the darkest is a sixth of it.
TINT = np.array([236, 200, 160], np.float64)
QUALITY = 72


def portrait(shape: Shape, around: Shape) -> bytes:
    """A WebP picture, 96 x 96, of a shape, cut to what another one fills (about 2 kB); transparent where nothing is."""
    from PIL import Image

    picture = draw(shape, around)
    shade = 0.16 + 0.84 * picture.shade.astype(np.float64)[..., None] / 255
    pixels = np.dstack([np.round(shade * TINT).clip(0, 255).astype(np.uint8), picture.cover])
    held = BytesIO()
    Image.fromarray(pixels, "RGBA").save(held, format="WEBP", quality=QUALITY, alpha_quality=60, method=4)
    return held.getvalue()
