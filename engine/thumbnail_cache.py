"""Thumbnails on disk, in the user's cache folder: made once per code and weights, checked when read, never trusted blindly.

A file is named by a hash of everything that it shows (weights, code, how it is drawn), and carries that hash inside. What does
not decode, has another size or carries another hash is thrown away and made again. A write goes beside the file and is
swapped in, so two programs at a time, or one that is killed, leave whole files.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.requests import Thumbnail
from engine.shapes import Latent
from engine.thumbnail import SIDE

log = logging.getLogger(__name__)

#: Raise it when thumbnails are drawn differently.
DRAWING = 1
#: Files kept; beyond this the oldest tenth goes.
LIMIT = 4000


def cache_folder() -> Path:
    """Where thumbnails are kept: `$SHAPE_STUDIO_CACHE`, or the user's cache folder."""
    import platformdirs

    own = os.environ.get("SHAPE_STUDIO_CACHE")
    root = Path(own) if own else platformdirs.user_cache_path("shape-studio", appauthor=False)
    return root / "thumbnails"


class ThumbnailCache:
    """Reads thumbnails, or makes and keeps them.

    Args:
        folder: of the files; None takes `cache_folder()`. A disk that refuses costs time, nothing else.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or cache_folder()

    def get(self, latent: Latent, weights: str, make: Callable[[], Thumbnail]) -> Thumbnail:
        """The thumbnail of a code under the weights with that hash; `make` is called only if there is no sound file."""
        key = _key(latent, weights)
        path = self._folder / f"{key}.png"
        found = _read(path, key)
        if found is None:
            found = make()
            self._write(path, key, found)
        return found

    def _write(self, path: Path, key: str, thumbnail: Thumbnail) -> None:
        from PIL import Image
        from PIL.PngImagePlugin import PngInfo

        temporary = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._prune()
            handle, temporary = tempfile.mkstemp(prefix=".making-", dir=self._folder)
            note = PngInfo()
            note.add_text("key", key)
            with os.fdopen(handle, "wb") as file:
                pixels = np.dstack([thumbnail.shade, thumbnail.cover])
                Image.fromarray(pixels).save(file, "PNG", pnginfo=note, compress_level=4)
            Path(temporary).replace(path)
        except OSError as error:
            log.info("thumbnails are not kept: %s", error)
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)

    def _prune(self) -> None:
        files = list(self._folder.glob("*.png"))
        if len(files) >= LIMIT:
            files.sort(key=lambda path: path.stat().st_mtime)
            for path in files[: LIMIT // 10]:
                path.unlink(missing_ok=True)


def _key(latent: Latent, weights: str) -> str:
    code = np.asarray(latent.values, "<f4").tobytes()
    return hashlib.sha256(f"{DRAWING} {SIDE} {weights} ".encode() + code).hexdigest()


def _read(path: Path, key: str) -> Thumbnail | None:
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as image:
            if image.size != (SIDE, SIDE) or image.mode != "LA":
                return None
            pixels = np.asarray(image)
            if getattr(image, "text", {}).get("key") != key:
                return None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    return Thumbnail(np.ascontiguousarray(pixels[..., 0]), np.ascontiguousarray(pixels[..., 1]))
