"""One model of a source to one item on disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.catalogue import to_unit_sphere
from engine.data.done import settings_hash
from engine.data.render import Views, render_views
from engine.data.sampled import Sampled, write_sampled
from engine.data.sdf import Skin, prepare
from engine.data.settings import Settings
from engine.data.source import Source, open_source
from engine.data.split import Listed, item_seed
from engine.data.store import META, Meta, item_folder, write_arrays, write_picture, write_text
from engine.shapes import Frame, Mesh

__all__ = ["Settings", "build_item", "sample_field", "settings_hash"]


def build_item(source: Path | Source, row: Listed, out: Path, settings: Settings) -> None:
    """Prepare one model and write its folder; `meta.json` comes last.

    The item may be killed at any instant: without `meta.json` it is not there, and the next build makes it again. Two
    processes that build the same item at once are kept apart by `engine.data.claim`, not here.

    Args:
        source: the catalogue or folder that holds it, or that source already open.
        row: its entry in the table.
        out: data root.
        settings: how much to make.

    Raises:
        DataError: the source or the model cannot be read.
        ShapeError: its geometry is of no use.
    """
    opened = open_source(source) if isinstance(source, Path) else source
    raw = opened.read(row.id)
    if isinstance(raw, Sampled):
        mark = settings_hash(settings, row.stamp)
        write_sampled(raw, row, item_folder(out, row.category, row.id), settings, opened.name, mark)
        return
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
        {
            "vertices": skin.vertices.astype(np.float32),
            "faces": skin.faces.astype(np.int32),
            "colours": np.round(255.0 * soup.colours[skin.source]).astype(np.uint8),  # to draw it again without its source
        },
    )
    write_arrays(folder / "renders.npz", views.arrays())
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
        content=row.stamp,
        frame=Frame.UNIT_SPHERE.value,
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
