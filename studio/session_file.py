"""Session files (`.shapestudio`): a zip of JSON, safetensors, PLY and PNG that holds the whole document.

    session.json            form and version, entries, sides, morph, cameras and layout, credits of the models' data
    latents.safetensors     codes, float64
    shapes/<id>.ply         what was on screen, binary PLY (see `studio.ply`)
    picture.png, mask.png   the picture with its mask
    CREDITS.txt             the credits again, for people

Nothing in a file is ever executed or unpacked to disk: members are read by the names above, with limits on number and size, so
that neither a path outside nor a zip bomb gets anywhere. Writing goes to a temporary file that replaces the old one at the end.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import safetensors
import safetensors.numpy
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.api import Frame, Latent, Mesh, Picture, PointCloud, Shape
from engine.errors import EngineError, FileError
from studio import ply
from studio.document import Display, Document, Entry, Landmark, Morph, Origin, Side

SUFFIX = ".shapestudio"
FORM = "shape-studio session"
VERSION = 1  # raise it, and `_SessionRecord.version`, when an older program would misread what is written

#: Limits for what is read: members, bytes of one member unpacked, bytes of all, pixels of the picture.
MEMBERS = 4096
MEMBER_BYTES = 256 << 20
TOTAL_BYTES = 1 << 30
PIXELS = 64_000_000

_NEWER = "{name} was saved by a newer Shape Studio (form {version}); update the program to open it."
_NO_SESSION = "{name} is not a Shape Studio session; choose a file that ends with .shapestudio."
_DAMAGED = "{name} is damaged ({part}); open an older copy of it."
_TOO_LARGE = "{name} would unpack to more than Shape Studio accepts ({part}); it was not opened."


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Finite = Annotated[float, Field(allow_inf_nan=False)]


class _ShapeRecord(_Record):
    kind: Literal["mesh", "cloud"]
    frame: Frame
    name: str = ""
    note: str = ""


class _EntryRecord(_Record):
    id: int = Field(ge=1)
    name: str
    origin: Origin
    detail: str = ""
    shape: _ShapeRecord | None = None
    shown: str | None = None
    latent: str | None = None
    level: int = Field(0, ge=0)
    settled: bool = False
    source: str = ""
    remarks: tuple[str, ...] = ()
    up: str = ""
    up_guessed: bool = False
    pins: tuple[tuple[_Finite, _Finite, _Finite], ...] = Field((), max_length=MEMBERS)


class _PictureRecord(_Record):
    name: str = ""
    mask_source: str = "none"
    has_mask: bool = False


class _MorphRecord(_Record):
    model: str
    names: tuple[str, str]
    t: float = Field(ge=0, le=1)


class _LandmarkRecord(_Record):
    model: str
    name: str = Field(max_length=200)
    x: float = Field(ge=-2, le=2)
    y: float = Field(ge=-2, le=2)


class _SessionRecord(_Record):
    form: Literal["shape-studio session"] = "shape-studio session"
    version: Literal[1] = 1
    program: str = ""
    entries: tuple[_EntryRecord, ...] = Field((), max_length=MEMBERS)
    a: int | None = None
    b: int | None = None
    active: Side = "a"
    picture: _PictureRecord | None = None
    picture_path: str = ""
    picture_model: str = ""
    display: Display = "solid"
    morph: _MorphRecord | None = None
    landmarks: tuple[_LandmarkRecord, ...] = Field((), max_length=MEMBERS)
    next_id: int = Field(1, ge=1)
    camera: dict[str, Any] = {}
    credits: dict[str, str] = {}


class Opened(NamedTuple):
    """What `load` gives: the document, and the cameras and layout as the window made them."""

    document: Document
    camera: dict[str, Any]


def save(path: Path, document: Document, camera: Mapping[str, Any], credits: Mapping[str, str]) -> None:
    """Write a session.

    Args:
        path: where; an existing file is replaced in one step once the new one is complete.
        document: what the user works on.
        camera: cameras, layout and whatever else the window wants back; plain JSON values.
        credits: model id -> credits of the data behind it; they travel with the shapes.

    Raises:
        FileError: if the file cannot be written.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".saving-", suffix=SUFFIX, dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            _write(file, document, camera, credits)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = None
    except OSError as error:
        raise FileError("{name} could not be written: {reason}.", name=path.name, reason=error.strerror or error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def load(path: Path) -> Opened:
    """Read a session.

    Raises:
        FileError: if there is no such file, or it is no session, damaged, too large, or from a newer version.
    """
    name = path.name
    if path.is_dir():
        raise FileError("{name} is a folder; choose a session file.", name=name)
    if not path.exists():
        raise FileError("{name} does not exist; it may have been moved or deleted.", name=name)
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(archive, name).opened()
    except zipfile.BadZipFile as error:
        known = path.suffix == SUFFIX
        raise FileError(_DAMAGED if known else _NO_SESSION, name=name, part="zip") from error
    except FileError:
        raise
    except EngineError as error:  # a value that refuses its content, e.g. coordinates that are not finite
        raise FileError(_DAMAGED, name=name, part=str(error)) from error
    except OSError as error:
        raise FileError("{name} could not be read: {reason}.", name=name, reason=error.strerror or error) from error


# --- writing ---------------------------------------------------------------------------------------------------------


def _write(file: Any, document: Document, camera: Mapping[str, Any], credits: Mapping[str, str]) -> None:
    latents: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = {}

    def keep(key: str, latent: Latent | None) -> str | None:
        if latent is None:
            return None
        latents[key] = np.asarray(latent.values, np.float64)
        return latent.model

    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as archive:
        entries = []
        for entry in document.entries:
            if entry.shape is not None:
                archive.writestr(f"shapes/{entry.id}.ply", ply.encode(entry.shape))
            entries.append(
                _EntryRecord(
                    id=entry.id,
                    name=entry.name,
                    origin=entry.origin,
                    detail=entry.detail,
                    shape=None if entry.shape is None else _shape_record(entry.shape),
                    shown=keep(f"{entry.id}/shown", entry.shown),
                    latent=keep(f"{entry.id}/latent", entry.latent),
                    level=entry.level,
                    settled=entry.settled,
                    source=entry.source,
                    remarks=entry.remarks,
                    up=entry.up,
                    up_guessed=entry.up_guessed,
                    pins=entry.pins,
                )
            )
        morph = document.morph
        if morph is not None:
            keep("morph/start", morph.start)
            keep("morph/end", morph.end)
        for number, mark in enumerate(document.landmarks):
            keep(f"landmark/{number}", mark.latent)
        picture = document.picture
        if picture is not None:
            archive.writestr("picture.png", _png(picture.rgb), zipfile.ZIP_STORED)
            if picture.mask is not None:
                archive.writestr("mask.png", _png(picture.mask), zipfile.ZIP_STORED)
        record = _SessionRecord(
            entries=tuple(entries),
            a=document.a,
            b=document.b,
            active=document.active,
            picture=None if picture is None else _picture_record(picture),
            picture_path=document.picture_path,
            picture_model=document.picture_model,
            display=document.display,
            morph=None if morph is None else _MorphRecord(model=morph.start.model, names=morph.names, t=morph.t),
            landmarks=tuple(_LandmarkRecord(model=m.latent.model, name=m.name, x=m.x, y=m.y) for m in document.landmarks),
            next_id=document.next_id,
            camera=dict(camera),
            credits=dict(credits),
        )
        archive.writestr("latents.safetensors", safetensors.numpy.save(latents))
        archive.writestr(
            "session.json", json.dumps(record.model_dump(mode="json"), ensure_ascii=False, allow_nan=False, indent=1)
        )
        archive.writestr("CREDITS.txt", "\n\n".join(f"{model}\n{text}" for model, text in sorted(credits.items())))


def _shape_record(shape: Shape) -> _ShapeRecord:
    if isinstance(shape, Mesh):
        return _ShapeRecord(kind="mesh", frame=shape.frame, name=shape.name, note=shape.note)
    return _ShapeRecord(kind="cloud", frame=shape.frame, name=shape.name)


def _picture_record(picture: Picture) -> _PictureRecord:
    return _PictureRecord(name=picture.name, mask_source=picture.mask_source, has_mask=picture.mask is not None)


def _png(pixels: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


# --- reading ---------------------------------------------------------------------------------------------------------


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name
        members = archive.infolist()
        if len(members) > MEMBERS or sum(member.file_size for member in members) > TOTAL_BYTES:
            raise FileError(_TOO_LARGE, name=name, part=f"{len(members)} parts")

    def opened(self) -> Opened:
        record = self._record()
        codes = self._codes()
        entries = tuple(self._entry(entry, codes) for entry in record.entries)
        ids = {entry.id for entry in entries}
        if len(ids) != len(entries):
            raise self._damage("session.json")
        document = Document(
            entries=entries,
            a=record.a if record.a in ids else None,
            b=record.b if record.b in ids else None,
            active=record.active,
            picture=self._picture(record.picture),
            picture_path=record.picture_path,
            picture_model=record.picture_model,
            display=record.display,
            morph=self._morph(record.morph, codes),
            landmarks=tuple(self._landmark(number, mark, codes) for number, mark in enumerate(record.landmarks)),
            next_id=max(record.next_id, *(i + 1 for i in ids), 1),
        )
        return Opened(document, record.camera)

    def _damage(self, part: str) -> FileError:
        return FileError(_DAMAGED, name=self._name, part=part)

    def _bytes(self, member: str) -> bytes:
        try:
            info = self._archive.getinfo(member)
        except KeyError as error:
            raise self._damage(member) from error
        if info.file_size > MEMBER_BYTES:
            raise FileError(_TOO_LARGE, name=self._name, part=member)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & 1:
            raise self._damage(member)
        try:
            return self._archive.read(info)  # never gives more than file_size bytes; the checksum catches a lie
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError) as error:
            raise self._damage(member) from error

    def _record(self) -> _SessionRecord:
        if "session.json" not in self._archive.namelist():
            raise FileError(_NO_SESSION, name=self._name)
        try:
            raw = json.loads(self._bytes("session.json").decode("utf-8"))
            if not isinstance(raw, dict) or raw.get("form") != FORM:
                raise FileError(_NO_SESSION, name=self._name)
            version = raw.get("version")
            if isinstance(version, int) and version > VERSION:
                raise FileError(_NEWER, name=self._name, version=version)
            return _SessionRecord.model_validate(raw)
        except (ValidationError, ValueError, RecursionError) as error:
            raise self._damage("session.json") from error

    def _codes(self) -> dict[str, tuple[float, ...]]:
        try:
            tensors = safetensors.numpy.load(self._bytes("latents.safetensors"))
        except (safetensors.SafetensorError, ValueError, KeyError) as error:
            raise self._damage("latents.safetensors") from error
        if any(t.ndim != 1 or t.dtype != np.float64 or not np.isfinite(t).all() for t in tensors.values()):
            raise self._damage("latents.safetensors")
        return {key: tuple(tensor.tolist()) for key, tensor in tensors.items()}

    def _code(self, key: str, model: str | None, codes: Mapping[str, tuple[float, ...]]) -> Latent | None:
        if model is None:
            return None
        if key not in codes:
            raise self._damage(key)
        return Latent(model, codes[key])

    def _entry(self, record: _EntryRecord, codes: Mapping[str, tuple[float, ...]]) -> Entry:
        return Entry(
            id=record.id,
            name=record.name,
            origin=record.origin,
            detail=record.detail,
            shape=self._shape(record),
            shown=self._code(f"{record.id}/shown", record.shown, codes),
            latent=self._code(f"{record.id}/latent", record.latent, codes),
            level=record.level,
            settled=record.settled,
            source=record.source,
            remarks=record.remarks,
            up=record.up,
            up_guessed=record.up_guessed,
            pins=record.pins,
        )

    def _landmark(self, number: int, record: _LandmarkRecord, codes: Mapping[str, tuple[float, ...]]) -> Landmark:
        latent = self._code(f"landmark/{number}", record.model, codes)
        assert latent is not None
        return Landmark(record.name, record.x, record.y, latent)

    def _shape(self, record: _EntryRecord) -> Shape | None:
        if record.shape is None:
            return None
        member = f"shapes/{record.id}.ply"
        try:
            vertices, faces, normals = ply.decode(self._bytes(member))
            if record.shape.kind == "cloud":
                return PointCloud(vertices, normals, record.shape.frame, record.shape.name)
            return Mesh(vertices, faces, normals, record.shape.frame, record.shape.name, record.shape.note)
        except ValueError as error:
            raise self._damage(member) from error

    def _picture(self, record: _PictureRecord | None) -> Picture | None:
        if record is None:
            return None
        mask = self._pixels("mask.png", "L") if record.has_mask else None
        try:
            return Picture(self._pixels("picture.png", "RGB"), mask, record.mask_source, record.name)
        except ValueError as error:
            raise self._damage("mask.png") from error

    def _pixels(self, member: str, mode: Literal["RGB", "L"]) -> np.ndarray[Any, np.dtype[np.uint8]]:
        data = self._bytes(member)
        try:
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                if image.width * image.height > PIXELS:
                    raise FileError(_TOO_LARGE, name=self._name, part=member)
                return np.asarray(image.convert(mode), np.uint8)
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise self._damage(member) from error

    def _morph(self, record: _MorphRecord | None, codes: Mapping[str, tuple[float, ...]]) -> Morph | None:
        if record is None:
            return None
        start, end = (self._code(f"morph/{key}", record.model, codes) for key in ("start", "end"))
        assert start is not None
        assert end is not None
        return Morph(start, end, record.names, record.t)
