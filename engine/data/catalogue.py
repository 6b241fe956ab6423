"""Sweet Home 3D furniture catalogues (`.sh3f`): a zip of models, pictures and one properties file.

Entry `n` of `PluginFurnitureCatalog.properties` is a set of lines `key#n=value` (format: Sweet Home 3D user's guide,
"Furniture catalogue file format"). Nothing is ever unpacked to disk: members are read by name, up to a size limit.
"""

from __future__ import annotations

import math
import posixpath
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.archive import read_member
from engine.data.fingerprint import fingerprint
from engine.data.objfile import GREY, Soup, parse_obj
from engine.data.properties import parse_properties, split_entries
from engine.data.source import Raw
from engine.errors import DataError

PROPERTIES = "PluginFurnitureCatalog.properties"
PICTURE_SIDE = 128
DEBIAN_FOLDER = Path("/usr/share/sweethome3d/furniture")

LICENCES = (  # what a catalogue's `license` line begins with -> SPDX-like name; first match wins
    ("public domain", "CC0-1.0"),
    ("creative commons attribution 3.0 united states", "CC-BY-3.0-US"),
    ("creative commons attribution 3.0", "CC-BY-3.0"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One entry of a catalogue.

    Attributes:
        id: `<library>#<piece>`, as the catalogue itself names it.
        name: English name.
        room: the catalogue's own category, e.g. "Living room".
        creator: who made the model.
        licence: "CC0-1.0", "CC-BY-3.0", "CC-BY-3.0-US" or "unknown" (of the whole catalogue).
        size_cm: width (x), height (y), depth (z) in centimetres.
        rotation: (3, 3) float64 to apply to the model's vertices (columns), identity if none.
        model: member of the zip that holds the model.
        icon: member of the zip that holds the picture.
    """

    id: str
    name: str
    room: str
    creator: str
    licence: str
    size_cm: tuple[float, float, float]
    rotation: NDArray[np.float64]
    model: str
    icon: str


class Catalogue:
    """An open `.sh3f` file.

    Args:
        path: the file.

    Raises:
        DataError: missing, not a catalogue, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise DataError(
                "{path} is not a furniture catalogue ({reason}); give a .sh3f file.", path=path, reason=str(error)
            ) from error
        header, entries = split_entries(parse_properties(self._read(PROPERTIES)))
        self.name = header.get("name", path.stem)
        self.provider = header.get("provider", "")
        self.licence = licence_name(header.get("license", ""))
        self.pieces: dict[str, Piece] = {}
        for entry in entries:
            piece = self._piece(entry)
            self.pieces[piece.id] = piece

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read_model(self, piece: Piece) -> Soup:
        """The model of a piece in its file's units, turned upright and forward (y up, front +z).

        Raises:
            DataError: the model is missing, damaged or of a kind that cannot be read.
        """
        soup = self._load(piece.model, self._read(piece.model), self._member_or_none, depth=0)
        return Soup(soup.vertices @ piece.rotation.T, soup.faces, soup.colours)

    def read_picture(self, piece: Piece) -> NDArray[np.uint8]:
        """The catalogue picture: (128, 128, 4) uint8, RGBA.

        Raises:
            DataError: the picture is missing or damaged.
        """
        from PIL import Image, UnidentifiedImageError

        try:
            with Image.open(BytesIO(self._read(piece.icon))) as image:
                picture = image.convert("RGBA")
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise DataError("The picture of {id} is damaged; leave the piece out.", id=piece.id) from error
        if picture.size != (PICTURE_SIDE, PICTURE_SIDE):
            picture = picture.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS)
        return np.asarray(picture, dtype=np.uint8)

    def read(self, item_id: str) -> Raw:
        """The model and the picture of a piece.

        Raises:
            DataError: it is not there, or a part of it is missing or damaged.
        """
        piece = self._known(item_id)
        return Raw(self.read_model(piece), self.read_picture(piece), piece.size_cm)

    def picture_of(self, item_id: str) -> NDArray[np.uint8]:
        """The picture of a piece, whether its model can be read or not.

        Raises:
            DataError: it is not there, or damaged.
        """
        return self.read_picture(self._known(item_id))

    def stamp(self, item_id: str) -> str:
        """Sixteen hexadecimal digits that change with the model, its materials, its picture, its turn or its size.

        Raises:
            DataError: it is not there, or a member of the archive cannot be read.
        """
        piece = self._known(item_id)
        folder = posixpath.dirname(piece.model)
        picture = self._member_or_none(piece.icon) or b""
        turn = repr((piece.rotation.tolist(), piece.size_cm))
        return fingerprint(
            self._read(piece.model), lambda name: self._member_or_none(_beside(folder, name)), picture, turn.encode("ascii")
        )

    def _known(self, item_id: str) -> Piece:
        piece = self.pieces.get(item_id)
        if piece is None:
            raise DataError("{path} does not hold {id}.", path=self.path, id=item_id)
        return piece

    def _piece(self, entry: dict[str, str]) -> Piece:
        try:  # `_finite` raises ValueError
            size = (_finite(entry["width"]), _finite(entry["height"]), _finite(entry["depth"]))
            numbers = [_finite(v) for v in entry.get("modelRotation", "1 0 0 0 1 0 0 0 1").split()]
            rotation = np.array(numbers, dtype=np.float64).reshape(3, 3)
            return Piece(
                id=entry["id"],
                name=entry.get("name", entry["id"]),
                room=entry.get("category", ""),
                creator=entry.get("creator", self.name),
                licence=self.licence,
                size_cm=size,
                rotation=rotation,
                model=entry["model"].lstrip("/"),
                icon=entry["icon"].lstrip("/"),
            )
        except (KeyError, ValueError) as error:
            raise DataError(
                "{path} has a damaged entry {entry} ({reason}); get the catalogue again.",
                path=self.path,
                entry=entry.get("id", "without an id"),
                reason=str(error),
            ) from error

    def _load(self, member: str, data: bytes, find: Callable[[str], bytes | None], depth: int) -> Soup:
        suffix = posixpath.splitext(member)[1].lower()
        if suffix == ".obj":
            folder = posixpath.dirname(member)
            return parse_obj(data, lambda name: find(_beside(folder, name)), f"{self.path.name}:{member}")
        if suffix == ".zip" and depth == 0:
            return self._load_nested(member, data)
        return _load_other(data, suffix.lstrip("."), f"{self.path.name}:{member}")

    def _load_nested(self, member: str, data: bytes) -> Soup:
        try:
            with zipfile.ZipFile(BytesIO(data)) as nested:
                names = sorted(n for n in nested.namelist() if posixpath.splitext(n)[1].lower() in _READABLE)
                if not names:
                    raise DataError("{member} in {path} holds no model; leave it out.", member=member, path=self.path)
                held = set(nested.namelist())
                return self._load(
                    names[0],
                    read_member(nested, names[0], self.path),
                    lambda name: read_member(nested, name, self.path) if name in held else None,
                    depth=1,
                )
        except zipfile.BadZipFile as error:
            raise DataError("{member} in {path} is a damaged archive; leave it out.", member=member, path=self.path) from error

    def _read(self, member: str) -> bytes:
        return read_member(self._zip, member, self.path)

    def _member_or_none(self, member: str) -> bytes | None:
        return self._read(member) if member in self._zip.NameToInfo else None


_READABLE = frozenset({".obj", ".stl", ".ply", ".off", ".glb"})


def installed_catalogues() -> list[Path]:
    """The `.sh3f` files that the Debian package installs, sorted.

    Raises:
        DataError: there are none; the sentence says how to get them.
    """
    found = sorted(DEBIAN_FOLDER.glob("*.sh3f"))
    if not found:
        raise DataError(
            "No furniture catalogues in {folder}; run `apt install sweethome3d-furniture` or name .sh3f files.",
            folder=DEBIAN_FOLDER,
        )
    return found


def licence_name(text: str) -> str:
    """Short name of a catalogue's licence line; "unknown" if it is not one that may go into weights."""
    words = " ".join(text.lower().split())
    return next((name for prefix, name in LICENCES if words.startswith(prefix)), "unknown")


def to_unit_sphere(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> NDArray[np.float64]:
    """Move the centre of the bounding box of the used vertices to the origin and the farthest of them to radius 1.

    Raises:
        DataError: nothing there, or all in one place, or not finite.
    """
    used = vertices[np.unique(faces)]
    if len(used) == 0 or not np.isfinite(used).all():
        raise DataError("The model has no faces or holds values that are not finite; leave it out.")
    centre = (used.min(axis=0) + used.max(axis=0)) / 2.0
    radius = float(np.linalg.norm(used - centre, axis=1).max())
    if radius <= 0.0:
        raise DataError("The model is a single point; leave it out.")
    result: NDArray[np.float64] = (vertices - centre) / radius
    return result


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _beside(folder: str, name: str) -> str:
    return posixpath.normpath(posixpath.join(folder, name.replace("\\", "/")))


def _load_other(data: bytes, suffix: str, name: str) -> Soup:
    if f".{suffix}" not in _READABLE:
        raise DataError("{name} is of a kind that cannot be read; leave it out.", name=name)
    import trimesh

    try:
        mesh = trimesh.load(BytesIO(data), file_type=suffix, force="mesh", process=False)
        vertices = np.asarray(mesh.vertices, dtype=np.float64).reshape(-1, 3)
        faces = np.asarray(mesh.faces, dtype=np.int64).reshape(-1, 3)
    except Exception as error:
        raise DataError("The model {name} is damaged ({reason}); leave it out.", name=name, reason=str(error)) from error
    return Soup(vertices, faces, np.tile(np.array(GREY, dtype=np.float32), (len(faces), 1)))
