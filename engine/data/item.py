"""One model of a source to one item on disk."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.catalogue import to_unit_sphere
from engine.data.render import VIEWS, Views, render_views
from engine.data.sdf import Skin, prepare
from engine.data.source import Source, open_source
from engine.data.split import Listed, item_seed
from engine.data.store import FORMAT_VERSION, META, Meta, item_folder, write_arrays, write_picture, write_text
from engine.shapes import Mesh

RECIPE = 2  # raise when the same settings give other values


@dataclass(frozen=True, slots=True)
class Settings:
    """How much of everything an item holds. Changing any of it makes all items be built again.

    Attributes:
        near: points near the surface.
        near_sigmas: standard deviations of their offsets from it, unit-sphere units.
        near_shares: share of the points that each of these gets.
        space: points uniform in the cube of half side `space_half`.
        space_half: half side of that cube.
        volume_train: points uniform in the padded bounding cube, for training shapes.
        volume_held: the same for validation and test shapes.
        volume_half: half side of that cube over the longest edge of the bounding box (OccNet pads by a tenth).
        surface: points on the outer skin.
        views: rendered pictures.
    """

    near: int = 160_000
    near_sigmas: tuple[float, ...] = (0.0707, 0.0224, 0.007)
    near_shares: tuple[float, ...] = (0.35, 0.45, 0.20)
    space: int = 20_000
    space_half: float = 1.05
    volume_train: int = 50_000
    volume_held: int = 100_000
    volume_half: float = 0.55
    surface: int = 100_000
    views: int = VIEWS


def settings_hash(settings: Settings, stamp: str = "") -> str:
    """Twelve hexadecimal digits that name the settings, the format and, by its stamp, the file that an item is made from."""
    text = json.dumps([FORMAT_VERSION, RECIPE, asdict(settings), *([stamp] if stamp else [])], sort_keys=True)
    return hashlib.sha1(text.encode("ascii"), usedforsecurity=False).hexdigest()[:12]


@lru_cache(maxsize=16)
def _catalogue(path: Path) -> Source:
    return open_source(path)  # a zip with hundreds of pieces: read its table once


def build_item(source: Path, row: Listed, out: Path, settings: Settings) -> None:
    """Prepare one model and write its folder; `meta.json` comes last.

    Args:
        source: the catalogue or folder that holds it.
        row: its entry in the table.
        out: data root.
        settings: how much to make.

    Raises:
        DataError: the source or the model cannot be read.
        ShapeError: its geometry is of no use.
    """
    opened = open_source(source) if source.is_dir() else _catalogue(source)
    raw = opened.read(row.id)
    soup = raw.soup
    seed = item_seed(row.id)
    # One scale for all axes: the catalogue's sizes of a few pieces contradict their pictures.
    vertices = to_unit_sphere(soup.vertices, soup.faces)
    skin = prepare(Mesh(vertices.astype(np.float32), soup.faces.astype(np.int32), name=row.id), seed)
    edges = np.ptp(skin.vertices, axis=0)
    longest = float(edges.max())
    rng = np.random.default_rng(seed)
    points, normals = skin.sample_surface(settings.surface, rng)
    volume = settings.volume_train if row.split == "train" else settings.volume_held
    samples = sample_field(skin, settings, volume, settings.volume_half * longest, rng)
    views = render_views(skin.vertices, skin.faces, soup.colours[skin.source], seed, settings.views)

    folder = item_folder(out, row.category, row.id)
    (folder / META).unlink(missing_ok=True)
    for leftover in folder.glob(".*.tmp"):  # of a build that was killed
        leftover.unlink(missing_ok=True)
    write_arrays(folder / "samples.npz", samples)
    write_arrays(folder / "surface.npz", {"points": points, "normals": normals})
    write_arrays(
        folder / "skin.npz",
        {"vertices": skin.vertices.astype(np.float32), "faces": skin.faces.astype(np.int32)},
    )
    write_arrays(folder / "renders.npz", _view_arrays(views))
    write_picture(folder / "picture.png", _own_view(views) if raw.picture is None else raw.picture)
    meta = Meta(
        id=row.id,
        name=row.name,
        category=row.category,
        licence=row.licence,
        creator=row.creator,
        source=opened.name,
        split=row.split,
        triangles=len(soup.faces),
        watertight=skin.closed_fraction == 1.0,
        size_cm=raw.size,
        longest_edge=longest,
        sheet_fraction=skin.sheet_fraction,
        buried_fraction=skin.buried_fraction,
        sign_confidence=skin.sign_confidence,
        seed=seed,
        settings_hash=settings_hash(settings, row.stamp),
    )
    write_text(folder / META, json.dumps(asdict(meta), indent=1, ensure_ascii=False) + "\n")


def sample_field(
    skin: Skin, settings: Settings, volume: int, volume_half: float, rng: np.random.Generator
) -> dict[str, NDArray[np.float32]]:
    """Points and signed distances of all three kinds, see `engine.data.store`.

    Args:
        skin: the shape.
        settings: counts and spreads.
        volume: number of points in the padded bounding cube.
        volume_half: half its side, unit-sphere units.
        rng: source of randomness.
    """
    base, _ = skin.sample_surface(settings.near, rng)
    ends = np.round(np.cumsum((0.0, *settings.near_shares)) * settings.near).astype(np.int64)
    sigma = np.repeat(settings.near_sigmas, np.diff(ends))
    near = base + rng.normal(size=base.shape) * sigma[:, None]
    near = near[rng.permutation(len(near))]
    space = rng.uniform(-settings.space_half, settings.space_half, (settings.space, 3))
    inner = rng.uniform(-volume_half, volume_half, (volume, 3))
    arrays: dict[str, NDArray[np.float32]] = {}
    for name, points in (("near", near), ("space", space), ("volume", inner)):
        stored = points.astype(np.float32)
        arrays[f"{name}_points"] = stored
        arrays[f"{name}_sdf"] = skin.signed_distance(stored)
    return arrays


def _own_view(views: Views) -> NDArray[np.uint8]:
    """(128, 128, 4) the first own render, for a shape that came without a picture."""
    return np.dstack([views.rgb[0], views.mask[0]])


def _view_arrays(views: Views) -> dict[str, NDArray[np.generic]]:
    return {"rgb": views.rgb, "mask": views.mask, "azimuth": views.azimuth, "elevation": views.elevation}
