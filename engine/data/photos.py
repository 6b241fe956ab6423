"""Pictures that came with a data set, as views of an item: 128 pixels square, with the object's outline.

The sets' renders stand on white. Where a picture has no alpha, the object is what differs from white, holes filled: a white
object may lose its rim, and a hole through which the background shows is taken for object.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.sampled import Photos
from engine.errors import DataError

SIDE = 128
WHITE = 250  # grey values from here on are background; JPEG blurs white a little
PIXELS_LIMIT = 2**24


def read_photo(path: Path) -> NDArray[np.uint8]:
    """(H, W, 3) or (H, W, 4) of a picture file.

    Raises:
        DataError: missing, damaged or far too large.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            if image.width * image.height > PIXELS_LIMIT:
                raise DataError("{path} is far too large for a render; leave it out.", path=path)
            clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
            return np.asarray(image.convert("RGBA" if clear else "RGB"), dtype=np.uint8)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError("{path} is damaged ({reason}); get it again.", path=path, reason=str(error)) from error


def as_photos(
    pictures: Sequence[NDArray[np.uint8]],
    azimuth: NDArray[np.float32] | None = None,
    elevation: NDArray[np.float32] | None = None,
) -> Photos:
    """Views of one shape.

    Args:
        pictures: each (H, W) grey, (H, W, 3) or (H, W, 4).
        azimuth: (V,) degrees, if known.
        elevation: (V,) degrees, if known.
    """
    both = [_view(picture) for picture in pictures]
    return Photos(np.stack([rgb for rgb, _ in both]), np.stack([mask for _, mask in both]), azimuth, elevation)


def _view(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    from PIL import Image
    from scipy.ndimage import binary_fill_holes

    rgb = np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture[..., :3]
    if picture.ndim == 3 and picture.shape[2] == 4:
        mask = picture[..., 3]
        share = mask[..., None] / 255.0
        rgb = np.round(rgb * share + 255.0 * (1.0 - share)).astype(np.uint8)
    else:
        mask = np.where(binary_fill_holes(rgb.min(axis=2) < WHITE), 255, 0).astype(np.uint8)
    side = max(mask.shape)
    top, left = (side - mask.shape[0]) // 2, (side - mask.shape[1]) // 2
    square = np.full((side, side, 4), (255, 255, 255, 0), dtype=np.uint8)
    square[top : top + mask.shape[0], left : left + mask.shape[1]] = np.dstack([rgb, mask])
    colours, outline = (Image.fromarray(np.ascontiguousarray(part)) for part in (square[..., :3], square[..., 3]))
    size = (SIDE, SIDE)
    return (
        np.asarray(colours.resize(size, Image.Resampling.LANCZOS), dtype=np.uint8),
        np.asarray(outline.resize(size, Image.Resampling.BOX), dtype=np.uint8),
    )
