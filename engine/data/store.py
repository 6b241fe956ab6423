"""Prepared shapes on disk: one folder per item, readable with numpy alone.

    <root>/items/<category>/<key>/   key = first 16 hex digits of sha1(id)
        samples.npz   near_points, near_sdf, space_points, space_sdf, volume_points, volume_sdf
                      (from a source that knows only inside and outside: near_occupied ... in place of near_sdf ...)
        surface.npz   points, normals on the outer skin
        skin.npz      vertices, faces of the welded, outward mesh; colours (F, 3) uint8 sRGB of its faces in items made lately
        renders.npz   whatever `engine.data.render.Views` holds: pictures, masks, and the camera of each
        picture.png   the catalogue picture, RGBA
        meta.json     written last: an item without it is not there

A published data set may come as samples without meshes; `meta.missing` then names what the item lacks, and asking for that is
a `DataError`.

Everything is in the object's frame, `UNIT_SPHERE`, which `meta.json` names; cameras are given in that frame, pictures in
their camera's. Every file appears by an atomic rename, so a reader never meets half a file. A folder is named by the id, so
that it can be found before the model is read; what it was made from, the content of the model and the settings, is the hash
in `meta.json`, and whether that still holds is asked in `engine.data.done`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.split import item_key
from engine.data.whole import read_arrays, write_arrays, write_picture, write_text, written_whole
from engine.errors import DataError

__all__ = [
    "FORMAT_VERSION", "META", "Item", "Meta", "default_data_root", "item_folder", "list_items", "read_arrays", "read_meta",
    "write_arrays", "write_picture", "write_text", "written_whole",
]  # fmt: skip

FORMAT_VERSION = 1
META = "meta.json"


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of an item besides its arrays.

    Attributes:
        id: catalogue id.
        name: English name.
        category: e.g. "chair".
        licence: "CC0-1.0", "CC-BY-3.0", "CC-BY-3.0-US", or "own" for a file of one's own.
        creator: who made the model.
        source: name of the catalogue or folder it came from.
        split: "train", "val" or "test".
        triangles: of the model as it came.
        watertight: whether every edge of the cleaned mesh lies on closed patches.
        size_cm: width, height, depth in centimetres, as the catalogue states them; for a file of one's own, in its units.
        longest_edge: longest edge of the bounding box, unit-sphere units.
        sheet_fraction: share of the visible area that is sheets without an inside.
        buried_fraction: share of the area that lies inside other parts.
        sign_confidence: how clear inside and outside are, in [0, 1], see `engine.data.sdf.Skin`.
        seed: of all random choices for this item.
        settings_hash: of the model's content and the settings it was built with, see `engine.data.done`.
        format_version: of this folder.
        content: stamp of the model's file alone; empty for items made before it was written down.
        frame: of all coordinates in this folder, cameras included: a value of `engine.shapes.Frame`.
        missing: what the source does not hold: "distances" (it knows only inside and outside), "near", "space", "volume",
            "surface", "skin", "renders", "angles" (of the renders), "picture". Without "skin" the inside is the source's own
            word: triangles and fractions are 0 and `sign_confidence` is 1.
    """

    id: str
    name: str
    category: str
    licence: str
    creator: str
    source: str
    split: str
    triangles: int
    watertight: bool
    size_cm: tuple[float, float, float]
    longest_edge: float
    sheet_fraction: float
    buried_fraction: float
    sign_confidence: float
    seed: int
    settings_hash: str
    format_version: int = FORMAT_VERSION
    content: str = ""
    frame: str = "unit_sphere"
    missing: tuple[str, ...] = ()


class Item:
    """One prepared shape. Arrays are read when first asked for and then kept.

    Arrays that are missing because the source has none, or damaged, raise `DataError` when asked for.

    Args:
        folder: the item's folder; it must hold `meta.json`.

    Raises:
        DataError: no finished item there, or one of another format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta = read_meta(folder)

    @property
    def id(self) -> str:
        """Catalogue id."""
        return self.meta.id

    @property
    def name(self) -> str:
        """English name."""
        return self.meta.name

    @property
    def category(self) -> str:
        """For example "chair"."""
        return self.meta.category

    @property
    def split(self) -> str:
        """One of "train", "val", "test"."""
        return self.meta.split

    @property
    def key(self) -> str:
        """Name of the folder."""
        return self.folder.name

    @cached_property
    def _samples(self) -> dict[str, NDArray[np.float32]]:
        return read_arrays(self.folder / "samples.npz")

    def occupied(self, kind: Literal["near", "space", "volume"]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Points (N, 3) of a kind and whether each is inside (N,); also there when the source knows no distances.

        Raises:
            DataError: the source holds no points of this kind.
        """
        if "distances" not in self.meta.missing:
            points, distances = self._field(kind)
            return points, distances < 0.0
        self._require(kind)
        return self._samples[f"{kind}_points"], self._samples[f"{kind}_occupied"].astype(np.bool_)

    def _field(self, kind: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        self._require(kind)
        self._require("distances")
        return self._samples[f"{kind}_points"], self._samples[f"{kind}_sdf"]

    def _require(self, what: str) -> None:
        if what in self.meta.missing:
            raise DataError(
                "{name} ({id}) has no {what}: its source {source} holds none. Leave the shape out, or do what needs no {what}.",
                name=self.meta.name,
                id=self.meta.id,
                what=what,
                source=self.meta.source,
            )

    @property
    def near(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points near the surface (N, 3) and their signed distances (N,), in random order."""
        return self._field("near")

    @property
    def space(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points uniform in [-1.05, 1.05]^3 and their signed distances."""
        return self._field("space")

    @property
    def volume(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points uniform in the cube of half side .55 times the longest edge, and their signed distances."""
        return self._field("volume")

    @cached_property
    def surface(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points (N, 3) on the outer skin and their outward unit normals (N, 3)."""
        self._require("surface")
        arrays = read_arrays(self.folder / "surface.npz")
        return arrays["points"], arrays["normals"]

    @cached_property
    def skin(self) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
        """Vertices (V, 3) and faces (F, 3) of the cleaned mesh, buried faces included."""
        self._require("skin")
        arrays = read_arrays(self.folder / "skin.npz")
        return arrays["vertices"], arrays["faces"].astype(np.int32)

    @cached_property
    def picture(self) -> NDArray[np.uint8]:
        """(128, 128, 4) uint8 RGBA catalogue picture."""
        from PIL import Image

        self._require("picture")
        with Image.open(self.folder / "picture.png") as image:
            return np.asarray(image.convert("RGBA"), dtype=np.uint8)

    @cached_property
    def renders(self) -> dict[str, NDArray[Any]]:
        """All arrays of `renders.npz`, by name; the first axis counts the views.

        Always there: `rgb` (V, 128, 128, 3) uint8, `mask` (V, 128, 128) uint8, `azimuth` and `elevation` (V,) float32
        degrees. Items made since cameras are stored hold those of `engine.data.render.Views` too, in the object's frame.
        """
        self._require("renders")
        return read_arrays(self.folder / "renders.npz")

    def remove(self) -> None:
        """Delete the item from disk; what marks it as finished goes first."""
        (self.folder / META).unlink(missing_ok=True)
        for file in self.folder.glob("*"):
            file.unlink(missing_ok=True)
        self.folder.rmdir()

    def __repr__(self) -> str:
        return f"Item({self.meta.category}, {self.meta.id!r}, {self.meta.split})"

    def forget(self) -> None:
        """Let go of the arrays read so far."""
        for name in ("_samples", "surface", "skin", "picture", "renders"):
            self.__dict__.pop(name, None)


def default_data_root() -> Path:
    """Where prepared data live unless a path is given: `data` in the user's cache folder of this program."""
    from platformdirs import user_cache_path

    return user_cache_path("shape-studio") / "data"


def item_folder(root: Path, category: str, item_id: str) -> Path:
    """The folder of an item, whether it exists or not."""
    return root / "items" / category / item_key(item_id)


def list_items(
    root: Path | None = None, categories: Sequence[str] | None = None, splits: Sequence[str] | None = None
) -> list[Item]:
    """All finished items, sorted by category and id.

    Args:
        root: data folder; None for `default_data_root()`.
        categories: which; None for all.
        splits: which; None for all.

    Raises:
        DataError: the folder is missing or holds no item at all.
    """
    root = default_data_root() if root is None else root
    items = [
        item
        for path in sorted((root / "items").glob(f"*/*/{META}"))
        if categories is None or path.parent.parent.name in categories
        for item in [Item(path.parent)]
        if splits is None or item.split in splits
    ]
    if not items and not any((root / "items").glob(f"*/*/{META}")):
        raise DataError("No prepared shapes in {root}; run `shape-engine data build` first.", root=root)
    return sorted(items, key=lambda item: (item.category, item.id))


def read_meta(folder: Path) -> Meta:
    """The meta data of a finished item.

    Raises:
        DataError: missing, damaged, or of another format.
    """
    try:
        fields = json.loads((folder / META).read_text(encoding="utf-8"))
        if fields.get("format_version") != FORMAT_VERSION:
            raise DataError(
                "{folder} has format {found}, this version reads {wanted}; build the data again.",
                folder=folder,
                found=fields.get("format_version"),
                wanted=FORMAT_VERSION,
            )
        fields["size_cm"] = tuple(fields["size_cm"])
        fields["missing"] = tuple(fields.get("missing", ()))
        return Meta(**fields)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(
            "{folder} holds no finished item ({reason}); build it again.", folder=folder, reason=str(error)
        ) from error
