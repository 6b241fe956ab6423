"""Generated furniture as items on disk, with pictures: what models that read pictures learn from beside real furniture.

They lie among the real items, all in the training split, with `SOURCE` as their source. Auto-decoders do not need them: they
make generated shapes on the way (`engine.training.distances`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.generated import CUBE, SOURCE, Generated, generate, piece_id, samples
from engine.data.render import render_views
from engine.data.store import FORMAT_VERSION, META, Meta, item_folder, read_meta
from engine.data.whole import write_arrays, write_picture, write_text
from engine.errors import DataError
from engine.geometry.isosurface import refine
from engine.shapes import Frame, Mesh

LICENCE, CREATOR = "CC0-1.0", "Shape Studio"
RECIPE = 1  # raise when the same seed and settings give another item
LEVELS = (33, 65, 97)  # grid corners per side on which the mesh is taken from the distance
FINER_LEVELS = (33, 65, 129)  # for pieces of which the usual grid loses parts,
THICKER = 0.006  # and then so far outside the surface, unit-sphere units
COVERED = 0.97  # share of the surface that the mesh must follow
SURFACE, NEAR, FAR, VOLUME = 30_000, 16_000, 3_000, 16_000  # points of each kind
VOLUME_HALF = 0.55  # half side of the padded bounding cube over its longest edge


@dataclass(frozen=True, slots=True)
class PieceJob:
    """One piece to make: everything a worker needs, by value.

    Attributes:
        out: data root.
        category: a key of `engine.data.grammar.GRAMMARS`.
        seed: of the piece.
        views: pictures of it.
    """

    out: Path
    category: str
    seed: int
    views: int


class _Field:
    """The exact distance, for the surface extraction."""

    half_extent = CUBE
    lipschitz: float | None = 1.0
    clamp: float | None = None

    def __init__(self, piece: Generated, outside: float = 0.0) -> None:
        self.device = piece.surface.device
        self._piece = piece
        self._outside = outside

    def __call__(self, points: Tensor) -> Tensor:
        return self._piece.distance(points) - self._outside


def build_piece(job: PieceJob) -> bool:
    """Make one item, unless it is there.

    Returns:
        True if it was made now.
    """
    name = piece_id(job.category, job.seed)
    folder = item_folder(job.out, job.category, name)
    mark = _mark(job)
    try:
        if read_meta(folder).settings_hash == mark:
            return False
    except DataError:
        pass
    piece = generate(job.category, job.seed, SURFACE)
    mesh = mesh_of(piece)
    centres = torch.from_numpy(mesh.vertices[mesh.faces].mean(axis=1))
    labels = np.array(piece.furniture.labels(centres * piece.scale + piece.centre))
    vertices, faces = mesh.vertices.astype(np.float64), mesh.faces.astype(np.int64)
    colours = label_colours(labels, job.seed)
    views = render_views(vertices, faces, colours, job.seed, job.views)
    near, far = samples(piece, NEAR, FAR, job.seed)
    longest = float((piece.surface.amax(dim=0) - piece.surface.amin(dim=0)).max())
    draw = torch.Generator().manual_seed(job.seed)
    inner = (2 * torch.rand((VOLUME, 3), generator=draw) - 1) * VOLUME_HALF * longest
    (folder / META).unlink(missing_ok=True)
    sampled = {"near": near, "space": far, "volume": torch.cat([inner, piece.distance(inner)[:, None]], dim=1)}
    arrays = {f"{kind}_points": rows[:, :3].numpy() for kind, rows in sampled.items()}
    arrays |= {f"{kind}_sdf": rows[:, 3].numpy() for kind, rows in sampled.items()}
    write_arrays(folder / "samples.npz", arrays)
    surface, normals = piece.outer_surface()
    write_arrays(folder / "surface.npz", {"points": surface.numpy(), "normals": normals.numpy()})
    write_arrays(
        folder / "skin.npz",
        {"vertices": mesh.vertices, "faces": mesh.faces, "colours": np.round(255 * colours).astype(np.uint8), "labels": labels},
    )
    write_arrays(folder / "renders.npz", views.arrays())
    write_picture(folder / "picture.png", np.dstack([views.rgb[0], views.mask[0]]))
    about = piece.furniture
    write_text(
        folder / "furniture.json", json.dumps({"caption": about.caption, "parameters": about.parameters}, indent=1) + "\n"
    )
    size = 100 * piece.scale * np.ptp(piece.surface.numpy(), axis=0)
    meta = Meta(
        id=name,
        name=about.caption,
        category=job.category,
        licence=LICENCE,
        creator=CREATOR,
        source=SOURCE,
        split="train",
        triangles=len(mesh.faces),
        watertight=True,
        size_cm=(float(size[0]), float(size[1]), float(size[2])),
        longest_edge=longest,
        sheet_fraction=0.0,
        buried_fraction=0.0,
        sign_confidence=1.0,
        seed=job.seed,
        settings_hash=mark,
        frame=Frame.UNIT_SPHERE.value,
    )
    write_text(folder / META, json.dumps(asdict(meta), indent=1, ensure_ascii=False) + "\n")
    return True


def mesh_of(piece: Generated) -> Mesh:
    """The surface of a piece as a closed mesh in unit-sphere units.

    Boards and bars thinner than a cell, .022, may fall through the grid. Where more than a few points of the surface have no
    mesh near them, the mesh is taken a little outside the surface and on a finer grid.
    """
    *_, level = refine(_Field(piece), LEVELS)
    if _covered(level.mesh, piece) >= COVERED:
        return level.mesh
    *_, level = refine(_Field(piece, THICKER), FINER_LEVELS)
    return level.mesh


def _covered(mesh: Mesh, piece: Generated) -> float:
    """Share of the surface points that have a vertex of the mesh within two cells."""
    from scipy.spatial import cKDTree

    if mesh.is_empty:
        return 0.0
    reach = 2 * 2 * CUBE / (LEVELS[-1] - 1)
    near, _ = cKDTree(mesh.vertices).query(piece.surface[:4000].numpy(), distance_upper_bound=reach)
    return float(np.isfinite(near).mean())


def label_colours(labels: NDArray[np.str_], seed: int) -> NDArray[np.float64]:
    """(F, 3) an sRGB colour for each of (F,) labels: one or two related tones, as furniture has."""
    draw = np.random.default_rng(seed)
    names, place = np.unique(labels, return_inverse=True)
    tones = draw.uniform(0.12, 0.9) * np.array([1.0, draw.uniform(0.75, 1.0), draw.uniform(0.5, 1.0)])
    other = draw.uniform(0.1, 0.95) * np.array([draw.uniform(0.7, 1.0), draw.uniform(0.8, 1.0), draw.uniform(0.7, 1.0)])
    palette = np.where(draw.random((len(names), 1)) < 0.6, tones, other)
    result: NDArray[np.float64] = palette[place].clip(0, 1)
    return result


def _mark(job: PieceJob) -> str:
    text = json.dumps([FORMAT_VERSION, RECIPE, job.views, LEVELS, SURFACE, NEAR, FAR, VOLUME])
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]
