"""Shapes that come as samples without a mesh, and how they become an item.

Whatever the source lacks, the item lacks: nothing is made up to fill the gap, `Meta.missing` names it, and whoever asks the
item for it gets a `DataError`. Samples that tell only inside from outside are stored as `<kind>_occupied` (bool) in place of
`<kind>_sdf`: they train occupancy models, and never auto-decoders, which need distances.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.data.split import Listed, item_seed
from engine.data.store import META, Meta, write_arrays, write_picture, write_text

if TYPE_CHECKING:
    from engine.data.item import Settings

Points = NDArray[np.float32]
Field = tuple[Points, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Photos:
    """Pictures that came with a shape.

    Attributes:
        rgb: (V, 128, 128, 3) uint8.
        mask: (V, 128, 128) uint8, 255 where the object is.
        azimuth: (V,) float32 degrees, 0 sees the front (+z), 90 sees it from +x; None if the source has no cameras.
        elevation: (V,) float32 degrees above the horizon; None likewise.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    azimuth: NDArray[np.float32] | None = None
    elevation: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """A shape as samples, all in the frame `UNIT_SPHERE`; None for what its source lacks.

    Attributes:
        distances: True if the values of the fields are signed distances (float32), False if they say "inside" (bool).
        near: (N, 3) points near the surface, in random order, and (N,) values.
        space: the same, uniform in [-1.05, 1.05]^3.
        volume: the same, uniform in the cube of half side .55 times the longest edge.
        surface: (N, 3) points on the surface and their outward unit normals (N, 3).
        photos: pictures; the first one stands for the catalogue picture.
        size: width, height, depth in the source's own units.
        longest_edge: of the bounding box, unit-sphere units.
    """

    distances: bool
    near: Field | None
    space: Field | None
    volume: Field | None
    surface: tuple[Points, Points] | None
    photos: Photos | None
    size: tuple[float, float, float]
    longest_edge: float

    def missing(self) -> tuple[str, ...]:
        """What an item made of this lacks, as words."""
        photos = self.photos
        absent = {
            "distances": not self.distances,
            "near": self.near is None,
            "space": self.space is None,
            "volume": self.volume is None,
            "surface": self.surface is None,
            "skin": True,
            "renders": photos is None,
            "angles": photos is None or photos.azimuth is None or photos.elevation is None,
            "picture": photos is None,
        }
        return tuple(name for name, lacks in absent.items() if lacks)


def write_sampled(sampled: Sampled, row: Listed, folder: Path, settings: Settings, source: str, mark: str) -> None:
    """Write an item; `meta.json` comes last.

    Args:
        sampled: what the source holds.
        row: its entry in the listing.
        folder: of the item.
        settings: how much of everything to keep at most.
        source: name of the source.
        mark: the hash of settings and files that tells whether the item is up to date.
    """
    seed = item_seed(row.id)
    (folder / META).unlink(missing_ok=True)
    for leftover in (*folder.glob("*.npz"), *folder.glob("*.png"), *folder.glob(".*.tmp")):  # of another source or a kill
        leftover.unlink(missing_ok=True)
    write_arrays(folder / "samples.npz", _fields(sampled, settings, row.split, np.random.default_rng(seed)))
    if sampled.surface is not None:
        points, normals = (part[: settings.surface] for part in sampled.surface)
        write_arrays(folder / "surface.npz", {"points": points, "normals": normals})
    if sampled.photos is not None:
        write_arrays(folder / "renders.npz", _pictures(sampled.photos))
        write_picture(folder / "picture.png", np.dstack([sampled.photos.rgb[0], sampled.photos.mask[0]]))
    meta = Meta(
        id=row.id,
        name=row.name,
        category=row.category,
        licence=row.licence,
        creator=row.creator,
        source=source,
        split=row.split,
        triangles=0,
        watertight=False,
        size_cm=sampled.size,
        longest_edge=sampled.longest_edge,
        sheet_fraction=0.0,
        buried_fraction=0.0,
        sign_confidence=1.0,
        seed=seed,
        settings_hash=mark,
        content=row.stamp,
        missing=sampled.missing(),
    )
    write_text(folder / META, json.dumps(asdict(meta), indent=1, ensure_ascii=False) + "\n")


def _fields(sampled: Sampled, settings: Settings, split: str, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    volume = settings.volume_train if split == "train" else settings.volume_held
    values = "sdf" if sampled.distances else "occupied"
    arrays: dict[str, NDArray[Any]] = {}
    kinds = (
        ("near", sampled.near, settings.near),
        ("space", sampled.space, settings.space),
        ("volume", sampled.volume, volume),
    )
    for kind, field, count in kinds:
        if field is not None:
            keep = rng.permutation(len(field[0]))[:count]
            arrays[f"{kind}_points"], arrays[f"{kind}_{values}"] = field[0][keep], field[1][keep]
    return arrays


def _pictures(photos: Photos) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"rgb": photos.rgb, "mask": photos.mask}
    if photos.azimuth is not None and photos.elevation is not None:
        arrays |= {"azimuth": photos.azimuth, "elevation": photos.elevation}
    return arrays
