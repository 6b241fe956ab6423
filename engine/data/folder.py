"""A user's own folder of meshes as a source of training data.

Every file of a kind that can be opened is one shape. Its category is the folder right above it, or the name of the whole
folder for files that lie in it directly. A picture of the same name beside it (chair.obj, chair.png) is taken along.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.objfile import GREY, Soup
from engine.data.source import Raw
from engine.data.split import Listed
from engine.errors import DataError, EngineError
from engine.geometry.files import FORMATS, open_shape
from engine.requests import Up
from engine.shapes import Mesh

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
PICTURE_SIDE = 128
LICENCE = "own"


class MeshFolder:
    """The meshes below a folder, hidden ones left out.

    Args:
        path: the folder.
        up: which axis of the files is up; "auto" guesses each.

    Raises:
        DataError: it is no folder, or there is no mesh in it.
    """

    def __init__(self, path: Path, up: Up = "auto") -> None:
        if not path.is_dir():
            raise DataError("There is no folder {path}; check the path.", path=path)
        self.path = path
        self.name = path.resolve().name
        self._up = up
        found = (file for file in sorted(path.rglob("*")) if file.suffix.lower() in FORMATS and file.is_file())
        self._files = {file.relative_to(path).as_posix(): file for file in found}
        self._files = {name: file for name, file in self._files.items() if not any(p.startswith(".") for p in Path(name).parts)}
        if not self._files:
            known = ", ".join(FORMATS)
            raise DataError("There is no mesh in {path}; files may be of these kinds: {known}.", path=path, known=known)

    def listed(self) -> tuple[Listed, ...]:
        """A row for each file; all are for training."""
        rows = []
        for name, file in self._files.items():
            above = Path(name).parent.name or self.name
            rows.append(Listed(category_of(above), name, file.stem, LICENCE, "", "train", _stamp(file, self._picture(file))))
        return tuple(rows)

    def read(self, item_id: str) -> Raw:
        """One mesh, upright, in the unit sphere, and its picture.

        Raises:
            DataError: it is not there, or has no faces.
            EngineError: it cannot be read.
        """
        file = self._files.get(item_id)
        if file is None:
            raise DataError("{path} does not hold {id}.", path=self.path, id=item_id)
        opened = open_shape(file, self._up)
        if not isinstance(opened.shape, Mesh):
            raise DataError("{id} holds points without faces; only meshes have an inside.", id=item_id)
        mesh = opened.shape
        soup = Soup(
            mesh.vertices.astype(np.float64),
            mesh.faces.astype(np.int64),
            np.tile(np.asarray(GREY, np.float32), (len(mesh.faces), 1)),
        )
        picture = self._picture(file)
        return Raw(soup, _read_picture(picture) if picture is not None else None, opened.size)

    def picture_of(self, item_id: str) -> NDArray[np.uint8] | None:
        """The picture beside a mesh, whether the mesh can be read or not; None if there is none that can be used."""
        file = self._files.get(item_id)
        picture = self._picture(file) if file is not None else None
        return _read_picture(picture) if picture is not None else None

    @staticmethod
    def _picture(file: Path) -> Path | None:
        return next((p for p in (file.with_suffix(ending) for ending in PICTURES) if p.is_file()), None)


def category_of(folder: str) -> str:
    """A folder's name as a category: lower case, words joined by hyphens; "shapes" if nothing is left."""
    return re.sub(r"[^\w]+", "-", folder.strip().lower()).strip("-_") or "shapes"


def _stamp(*files: Path | None) -> str:
    """Twelve hexadecimal digits that change with what is in the files."""
    digest = hashlib.sha1(usedforsecurity=False)
    for file in files:
        if file is not None:
            with file.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, lambda: hashlib.sha1(usedforsecurity=False)).digest())
    return digest.hexdigest()[:12]


def _read_picture(path: Path) -> NDArray[np.uint8] | None:
    """(128, 128, 4) the picture with its background separated; None if it cannot be used: a mesh needs no picture."""
    from PIL import Image

    from engine.pictures import read_picture, separate

    try:
        picture = separate(read_picture(path))
    except EngineError:
        return None
    mask = np.full(picture.rgb.shape[:2], 255, np.uint8) if picture.mask is None else picture.mask
    image = Image.fromarray(np.dstack([picture.rgb, mask]))
    side = max(image.size)
    square = Image.new("RGBA", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(square.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS), dtype=np.uint8)
