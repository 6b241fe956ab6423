"""Pictures on their way into a model: reading, separating the object from its background, cropping to the model's input.

Nothing here knows a model; everything is numpy in, numpy out. Pillow and OpenCV are imported when first used.
"""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.errors import FileError, PictureError
from engine.progress import NO_PROGRESS, Progress
from engine.separation import grabcut_mask, plain_background_mask
from engine.shapes import Picture

if TYPE_CHECKING:
    from PIL import Image as PillowImage

#: Pictures with more pixels than this are refused from their header, before anything is unpacked.
MAX_PIXELS = 100_000_000
#: Longer sides are scaled down to this many pixels when read.
MAX_SIDE = 2048
#: Shorter sides than this many pixels hold no shape.
MIN_SIDE = 8
#: Files larger than this are not read into memory.
MAX_BYTES = 400 * 2**20
#: How much larger than the object's box the square is that a model sees.
MARGIN = 1.1

# A mask that covers less or more of the frame than this does not separate anything.
_LEAST, _MOST = 0.002, 0.985


def read_picture(path: str | Path) -> Picture:
    """Read a picture file (PNG, JPEG, WebP, BMP, TIFF, GIF ...); turned upright by its EXIF tag, at most 2048 px a side.

    An alpha channel that really varies becomes the mask.

    Raises:
        FileError: the file is missing, a folder or unreadable.
        PictureError: it is not a picture, damaged, too small or too large.
    """
    path = Path(path)
    name = path.name or str(path)
    if path.is_dir():
        raise FileError("{name} is a folder; open a picture file.", name=name)
    if not path.exists():
        raise FileError("There is no file {name}; check the path.", name=str(path))
    try:
        if path.stat().st_size > MAX_BYTES:
            raise PictureError(
                "{name} is larger than {limit} MiB; scale the picture down first.", name=name, limit=MAX_BYTES >> 20
            )
        data = path.read_bytes()
    except OSError as error:
        raise FileError("{name} cannot be read ({why}).", name=name, why=error.strerror or str(error)) from error
    return picture_from_bytes(data, name)


def picture_from_bytes(data: bytes, name: str) -> Picture:
    """The same for the bytes of a picture file (a paste, a drop, a picture inside a catalogue).

    Raises:
        PictureError: it is not a picture, damaged, too small or too large.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    if not data:
        raise PictureError("{name} is empty; choose another picture.", name=name)
    try:
        with Image.open(io.BytesIO(data)) as image:
            _require_size(image.size, name)
            image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # lets JPEG decode at a fraction of its size; no effect elsewhere
            upright = ImageOps.exif_transpose(image) or image
            upright.load()
            plain = _eight_bit(upright)
            if max(plain.size) > MAX_SIDE:
                scale = MAX_SIDE / max(plain.size)
                size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
                plain = plain.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
            values = np.asarray(plain)
    except UnidentifiedImageError as error:
        raise PictureError("{name} is not a picture that can be read; use PNG, JPEG, WebP or BMP.", name=name) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large(name) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, struct.error, zlib.error) as error:
        raise PictureError("{name} is damaged or cut off; save the picture again and retry.", name=name) from error
    return _as_picture(values, name)


def _require_size(size: tuple[int, int], name: str) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise _too_large(name)
    if min(width, height) < MIN_SIDE:
        raise PictureError(
            "{name} is only {width} x {height} pixels; use a picture of at least {least} x {least}.",
            name=name,
            width=width,
            height=height,
            least=MIN_SIDE,
        )


def _too_large(name: str) -> PictureError:
    return PictureError(
        "{name} has more than {limit} million pixels; scale the picture down first.", name=name, limit=MAX_PIXELS // 1_000_000
    )


def _eight_bit(image: PillowImage.Image) -> PillowImage.Image:
    """The picture as RGB or RGBA with 8 bits a channel, whatever it was."""
    from PIL import Image

    if image.mode.startswith(("I", "F")):  # 16-bit grey and wider: Pillow's own conversion clips instead of scaling
        grey = np.nan_to_num(np.asarray(image).astype(np.float64))
        top = 65535.0 if image.mode.startswith("I") and grey.max() <= 65535 else max(float(grey.max()), 1e-12)
        return Image.fromarray((np.clip(grey / top, 0, 1) * 255 + 0.5).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("RGB")


def _as_picture(values: NDArray[np.uint8], name: str) -> Picture:
    if values.shape[2] == 3:
        return Picture(values, name=name)
    alpha = values[:, :, 3]
    if not alpha.any():
        raise PictureError("{name} is fully transparent; there is nothing to see in it.", name=name)
    rgb = values[:, :, :3].copy()
    rgb[alpha == 0] = 255  # what hides under full transparency is arbitrary
    if not _separates(alpha):
        white = rgb * (alpha[:, :, None] / 255.0) + (255 - alpha[:, :, None].astype(np.float64))
        return Picture((white + 0.5).astype(np.uint8), name=name)
    return Picture(rgb, alpha, "alpha", name)


def _separates(mask: NDArray[np.uint8]) -> bool:
    share = float(np.count_nonzero(mask > 127)) / mask.size
    return _LEAST <= share <= _MOST


def separate(picture: Picture, progress: Progress = NO_PROGRESS) -> Picture:
    """Tell the object from its background.

    In this order: a mask that the picture already has (alpha), a plain background found from the colours of the border,
    GrabCut from a centred rectangle. If none of them separates anything, the whole frame is taken and `mask_source` says
    "none".

    Returns:
        The picture with `mask` and `mask_source` set.
    """
    if picture.mask is not None and picture.mask_source != "none" and _separates(picture.mask):
        return picture
    progress.step(0, 2, "Looking for a plain background")
    mask = plain_background_mask(picture.rgb)
    if mask is not None and _separates(mask):
        return Picture(picture.rgb, mask, "plain background", picture.name)
    progress.step(1, 2, "Separating the object from its background")
    mask = grabcut_mask(picture.rgb, progress)
    if mask is not None and _separates(mask):
        return Picture(picture.rgb, mask, "GrabCut", picture.name)
    return Picture(picture.rgb, np.full(picture.rgb.shape[:2], 255, np.uint8), "none", picture.name)


def to_input(picture: Picture, size: int = 224) -> NDArray[np.float32]:
    """What an image model sees: the object on white, cropped to its box, centred in a square.

    The square is 10 % larger than the longer side of the object's box; resampling averages areas, so that thin parts
    survive. A picture without mask counts as all object.

    Args:
        picture: with or without mask.
        size: side of the answer in pixels.

    Returns:
        (3, size, size) float32 in [0, 1], sRGB.

    Raises:
        PictureError: the mask is empty.
    """
    import cv2

    height, width = picture.rgb.shape[:2]
    mask = picture.mask if picture.mask is not None else np.full((height, width), 255, np.uint8)
    left, top, right, bottom = _box(mask, picture.name)
    side = max(2, round(max(right - left, bottom - top) * MARGIN))
    x, y = (left + right - side) // 2, (top + bottom - side) // 2
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    alpha = mask[y0:y1, x0:x1, None].astype(np.float32) / 255
    square = np.ones((side, side, 3), np.float32)
    square[y0 - y : y1 - y, x0 - x : x1 - x] = picture.rgb[y0:y1, x0:x1].astype(np.float32) / 255 * alpha + (1 - alpha)
    scaled = cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_CUBIC)
    result: NDArray[np.float32] = np.ascontiguousarray(np.clip(scaled, 0, 1).transpose(2, 0, 1), dtype=np.float32)
    return result


def _box(mask: NDArray[np.uint8], name: str) -> tuple[int, int, int, int]:
    inside = mask > 127
    if not inside.any():
        inside = mask > 0
    columns, rows = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
    if not len(columns):
        raise PictureError("No object was found in {name}; choose another picture.", name=name or "the picture")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def masked_preview(picture: Picture) -> NDArray[np.uint8]:
    """The picture as it is understood, for the screen: (H, W, 4) uint8 RGBA, transparent where the background is."""
    height, width = picture.rgb.shape[:2]
    result = np.full((height, width, 4), 255, np.uint8)
    result[:, :, :3] = picture.rgb
    if picture.mask is not None:
        result[:, :, 3] = picture.mask
    return result
