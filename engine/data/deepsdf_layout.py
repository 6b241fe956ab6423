"""The data of DeepSDF (Park et al. 2019): `SdfSamples/<dataset>/<class>/<instance>.npz`, which hold pos and neg.

Both are (N, 4): x, y, z, signed distance. A shape is centred on its bounding box and lies within radius 1 / 1.03, so that
points and distances times 1.03 are in our unit sphere. Front: -z for ShapeNet (whose v2 was used); other data sets keep their
axes. Rows with NaN, which the authors' sampler leaves where it found no sign, are dropped.
`NormalizationParameters/<dataset>/<class>/<instance>.npz` (offset, scale: normalised = (original + offset) * scale) gives the
size in the original's unit, where it is there.

Splits are JSON files `{dataset: {class: [instances]}}` whose names end in train, val or test, in the root or in `splits/`;
those of the authors' repository can be copied there. A class that none of them names is split by the rule of
`engine.data.split`.

The set holds distances, but no mesh and no pictures. Most samples lie near the surface, and uniform ones are not marked:
`space` and `volume` are made by drawing places uniformly and taking the sample nearest to each. `surface` is what the
distances near it say (`engine.data.distance_surface`), with gaps at sharp edges and on very thin parts.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.distance_surface import surface_from_distances
from engine.data.published import (
    FRONT_MINUS_Z,
    FRONT_Z,
    SPLITS,
    Floats,
    category_named,
    folders_in,
    is_plain,
    is_synset,
    merged,
    parts_of,
    quick_stamp,
    read_npz,
    read_text,
    rows_of,
)
from engine.data.sampled import Field, Points, Sampled
from engine.data.split import Listed, item_seed
from engine.errors import DataError

PREFIX = "deepsdf"
SAMPLES = "SdfSamples"
NORMALISATION = "NormalizationParameters"
MARGIN = 1.03
NEAR = 0.2  # unit-sphere units; samples farther out are not near
SPACE, SPACE_HALF = 20_000, 1.05
VOLUME, VOLUME_HALF = 100_000, 0.55
SURFACE = 100_000
ROWS_LIMIT = 4_000_000


def is_here(path: Path) -> bool:
    """Whether a folder is laid out like this."""
    return (path / SAMPLES).is_dir()


class DeepSdfFolder:
    """The shapes of a DeepSDF data source.

    Args:
        path: the folder that holds `SdfSamples`.
    """

    name = "DeepSDF data"

    def __init__(self, path: Path) -> None:
        self.path = path

    def listed(self) -> tuple[Listed, ...]:
        """A row for each file of samples."""
        official = self._official()
        rows: list[Listed] = []
        for folder in (label for data_set in folders_in(self.path / SAMPLES) for label in folders_in(data_set)):
            place = f"{PREFIX}/{folder.parent.name}/{folder.name}"
            files = [file for file in sorted(folder.glob("*.npz")) if is_plain(file.stem)]
            stamps = {f"{place}/{file.stem}": quick_stamp(file) for file in files}
            known = official if any(item_id.startswith(f"{place}/") for item_id in official) else None
            rows += rows_of(category_named(folder.name), stamps, known, shapenet=is_synset(folder.name))
        return tuple(rows)

    def read(self, item_id: str) -> Sampled:
        """One shape's samples.

        Raises:
            DataError: it is not there, damaged, has no inside, or is not in DeepSDF's frame.
        """
        data_set, label, instance = parts_of(item_id, PREFIX, 3, self.path)
        file = self.path / SAMPLES / data_set / label / f"{instance}.npz"
        arrays = read_npz(file, ("pos", "neg"))
        rows = np.concatenate([_rows(arrays[name], name, file) for name in ("pos", "neg")]) * MARGIN
        turn = FRONT_MINUS_Z if is_synset(label) else FRONT_Z
        points, distances = rows[:, :3] @ turn.T, rows[:, 3]
        inside = distances < 0.0
        if not inside.any():
            raise DataError("{id} has no sample inside; leave it out.", id=item_id)
        edges, radius = _extent(points[inside], -distances[inside, None])
        if not 0.5 <= radius <= 1.05:
            raise DataError(
                "{id} reaches to {radius:.3g}, not to 1: its samples are not in DeepSDF's frame; leave it out.",
                id=item_id,
                radius=radius,
            )
        longest = float(edges.max())
        rng = np.random.default_rng(item_seed(item_id))
        field = points.astype(np.float32), distances.astype(np.float32)
        order = rng.permutation(np.flatnonzero(np.abs(distances) <= NEAR))
        width, height, depth = (edges * self._unit(data_set, label, instance)).tolist()
        return Sampled(
            distances=True,
            near=(field[0][order], field[1][order]) if len(order) else None,
            space=_spread(field, SPACE_HALF, SPACE, rng),
            volume=_spread(field, VOLUME_HALF * longest, VOLUME, rng),
            surface=surface_from_distances(points, distances, SURFACE, rng),
            photos=None,
            size=(width, height, depth),
            longest_edge=longest,
        )

    def _unit(self, data_set: str, label: str, instance: str) -> float:
        """Original units for one of ours; DeepSDF's own unit if the original's is not known."""
        file = self.path / NORMALISATION / data_set / label / f"{instance}.npz"
        if not file.is_file():
            return 1.0 / MARGIN
        scale = read_npz(file, ("scale",))["scale"].astype(np.float64).ravel()
        if len(scale) != 1 or not np.isfinite(scale[0]) or scale[0] <= 0.0:
            raise DataError("scale in {path} is of no use; get it again.", path=file)
        return float(1.0 / (MARGIN * scale[0]))

    def _official(self) -> dict[str, str]:
        lists: dict[str, list[str]] = {split: [] for split in SPLITS}
        for file in sorted([*self.path.glob("*.json"), *(self.path / "splits").glob("*.json")]):
            split = next((name for name in SPLITS if file.stem.lower().endswith(name)), None)
            if split is None or file.name.startswith("."):
                continue
            try:
                for data_set, labels in json.loads(read_text(file)).items():
                    for label, instances in labels.items():
                        lists[split] += [f"{PREFIX}/{data_set}/{label}/{instance}" for instance in instances]
            except (ValueError, AttributeError, TypeError, RecursionError) as error:
                raise DataError("{file} is no list of instances; mend it or take it away.", file=file) from error
        return merged(lists)


def _rows(array: Any, name: str, path: Path) -> Floats:
    if array.ndim != 2 or array.shape[1] != 4 or len(array) > ROWS_LIMIT:
        raise DataError("{name} in {path} should be (N, 4), not {shape}.", name=name, path=path, shape=array.shape)
    rows = array.astype(np.float64)
    kept: Floats = rows[np.isfinite(rows).all(axis=1)]
    return kept


def _extent(points: Floats, depth: Floats) -> tuple[Floats, float]:
    """Edges of the bounding box and the farthest point: the ball around an inside point up to the surface is inside too."""
    edges: Floats = (points + depth).max(axis=0) - (points - depth).min(axis=0)
    return edges, float((np.linalg.norm(points, axis=1) + depth[:, 0]).max())


def _spread(field: tuple[Points, Any], half: float, count: int, rng: np.random.Generator) -> Field:
    from scipy.spatial import cKDTree

    places = rng.uniform(-half, half, (count, 3)).astype(np.float32)
    _, nearest = cKDTree(field[0]).query(places)
    return field[0][nearest], field[1][nearest]
