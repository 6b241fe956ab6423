"""The data of IM-NET (Chen and Zhang 2019): `<set>_train.hdf5`, `<set>_test.hdf5`, and beside each a `.txt` of names.

    voxels       (n, 64, 64, 64, 1) uint8, largest value of each block of the original 256^3 voxels
    points_<r>   (n, P, 3) uint8, values_<r> (n, P, 1) uint8, for r of 16, 32, 64
    pixels       (n, 24, 137, 137) uint8, grey renders on white; their cameras are not stored

All of it is in the cube [-.5, .5]^3, diagonal of the shape's bounding box 1, up y, front -z (the authors turned the voxels of
ShapeNet v1 into v2's coordinates). Index i of R stands for (i + .5) / R - .5. In the first release R is r, and values are
those of blocks; in the later one R is 256 for all three, and values are exact. An index of r or more gives the later one away.

The set knows inside and outside, but no distances. `near` are the points (in the first release those of r = 64 alone, because
coarser blocks are too fat); `volume` and `space` are places drawn uniformly, with the value of the voxel that each falls in,
and empty outside the cube. Voxels are blocks' largest values, so these two are fatter than the shape by up to one voxel, about
3 % of the radius; so is the size.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.photos import as_photos
from engine.data.published import (
    FRONT_MINUS_Z,
    SPLITS,
    Floats,
    category_named,
    merged,
    parts_of,
    quick_stamp,
    read_text,
    rows_of,
)
from engine.data.sampled import Field, Photos, Sampled
from engine.data.split import Listed, item_seed
from engine.errors import DataError, DependencyMissing

PREFIX = "im-net"
RESOLUTIONS = (16, 32, 64)
FINE = 256
SPACE, SPACE_HALF = 20_000, 1.05
VOLUME, VOLUME_HALF = 100_000, 0.55
ROW_LIMIT = 2**24  # values of one shape in one array


def is_here(path: Path) -> bool:
    """Whether a folder is laid out like this."""
    return any(_names_file(file) is not None for file in path.glob("*.hdf5"))


def _names_file(file: Path) -> Path | None:
    """The list of names of a file; early releases call it obj_list.txt."""
    return next((f for f in (file.with_suffix(".txt"), file.with_name("obj_list.txt")) if f.is_file()), None)


class ImNetFolder:
    """The shapes of IM-NET's files in a folder.

    Args:
        path: the folder.

    Raises:
        DependencyMissing: h5py is not installed.
    """

    name = "IM-NET data"

    def __init__(self, path: Path) -> None:
        try:
            import h5py
        except ImportError as error:
            raise DependencyMissing(
                "IM-NET's files need {name}; install it with: pip install shape-studio[imnet].", name="h5py"
            ) from error
        self._h5py = h5py
        self.path = path

    def listed(self) -> tuple[Listed, ...]:
        """A row for each name; a file whose name ends in train, val or test is that split, others follow the rule."""
        by_label: dict[str, dict[str, str]] = {}
        lists: dict[str, list[str]] = {}
        for file in self._files():
            split = next((name for name in SPLITS if file.stem.lower().endswith(name)), None)
            for place, name in enumerate(_names(file)):
                label, _, model = name.rpartition("/")
                label = label or (re.findall(r"\d{8}", file.stem) or [file.stem])[0]
                item_id = f"{PREFIX}/{file.stem}/{place}-{model}"
                by_label.setdefault(label, {})[item_id] = quick_stamp(file)
                if split is not None:
                    lists.setdefault(split, []).append(item_id)
        official = merged(lists)
        rows: list[Listed] = []
        for label, stamps in sorted(by_label.items()):
            loose = {item_id: stamp for item_id, stamp in stamps.items() if item_id not in official}
            rows += rows_of(category_named(label), stamps, official, shapenet=True)
            rows += rows_of(category_named(label), loose, None, shapenet=True) if loose else []
        return tuple(rows)

    def read(self, item_id: str) -> Sampled:
        """One shape's samples and pictures.

        Raises:
            DataError: it is not there, or its file is damaged or does not fit its list.
        """
        stem, entry = parts_of(item_id, PREFIX, 2, self.path)
        number = re.match(r"(\d{1,9})-", entry)
        file = self.path / f"{stem}.hdf5"
        names = _names(file)
        if number is None or int(number[1]) >= len(names):
            raise DataError("{path} does not hold {id}.", path=self.path, id=item_id)
        try:
            with self._h5py.File(file, "r") as opened:
                held = [name for name in _WANTED if opened.get(name, getlink=True) is not None]
                row = {name: self._row(opened, name, int(number[1]), len(names), file) for name in held}
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            raise DataError("{path} is damaged ({reason}); get it again.", path=file, reason=str(error)) from error
        return _sampled(row, item_id, file)

    def _files(self) -> list[Path]:
        return [file for file in sorted(self.path.glob("*.hdf5")) if _names_file(file) is not None]

    def _row(self, opened: Any, name: str, number: int, count: int, file: Path) -> NDArray[np.uint8]:
        """One shape's part of an array. Arrays that point into other files are refused: they could name any."""
        h5py = self._h5py
        array = opened[name] if isinstance(opened.get(name, getlink=True), h5py.HardLink) else None
        if not isinstance(array, h5py.Dataset) or array.is_virtual or array.external or array.dtype != np.uint8:
            raise DataError("{name} in {path} is no array of bytes of its own; get it again.", name=name, path=file)
        if array.ndim < 2 or len(array) != count or int(np.prod(array.shape[1:])) > ROW_LIMIT:
            raise DataError(
                "{path} lists {count} names, but its {name} is {shape}; get both again.",
                path=file, count=count, name=name, shape=array.shape,
            )  # fmt: skip
        return np.asarray(array[number], dtype=np.uint8)


_WANTED = ("voxels", "pixels", *(f"{kind}_{size}" for size in RESOLUTIONS for kind in ("points", "values")))


def _names(file: Path) -> list[str]:
    found = _names_file(file)
    if found is None:
        raise DataError("There is no list of names beside {path}; put its .txt there.", path=file)
    names = [line.strip().replace("\\", "/") for line in read_text(found).splitlines() if line.strip()]
    if any(not name or name.startswith((".", "/")) or ".." in name or ":" in name for name in names):
        raise DataError("{path} holds something that is no name; get it again.", path=found)
    return names


def _sampled(row: dict[str, NDArray[np.uint8]], item_id: str, file: Path) -> Sampled:
    if "voxels" not in row or row["voxels"].size != 64**3:
        raise DataError("{path} has no voxels of 64 a side; get it again.", path=file)
    voxels = row["voxels"].reshape(64, 64, 64) > 0
    if not voxels.any():
        raise DataError("{id} is empty; leave it out.", id=item_id)
    cells = np.argwhere(voxels) / 64.0 - 0.5  # the low corner of each
    low, high = cells.min(axis=0), cells.max(axis=0) + 1 / 64
    centre, edges = (low + high) / 2.0, high - low
    radius = float(np.linalg.norm(cells + 0.5 / 64 - centre, axis=1).max()) + 0.5 / 64
    longest = float(edges.max() / radius)
    rng = np.random.default_rng(item_seed(item_id))
    width, height, depth = edges.tolist()
    return Sampled(
        distances=False,
        near=_near(row, centre, radius, file),
        space=_looked_up(voxels, centre, radius, SPACE_HALF, SPACE, rng),
        volume=_looked_up(voxels, centre, radius, VOLUME_HALF * longest, VOLUME, rng),
        surface=None,
        photos=_photos(row.get("pixels"), file),
        size=(width, height, depth),
        longest_edge=longest,
    )


def _near(row: dict[str, NDArray[np.uint8]], centre: Floats, radius: float, file: Path) -> Field | None:
    held = [size for size in RESOLUTIONS if f"points_{size}" in row and f"values_{size}" in row]
    later = any(int(row[f"points_{size}"].max(initial=0)) >= size for size in held)
    points, inside = [np.zeros((0, 3))], [np.zeros(0, dtype=np.bool_)]
    for size in held if later else [size for size in held if size == max(RESOLUTIONS)]:
        index, values = row[f"points_{size}"], row[f"values_{size}"].ravel()
        if index.ndim != 2 or index.shape != (len(values), 3):
            raise DataError("points_{size} and values_{size} in {path} do not fit together.", size=size, path=file)
        points.append((index + 0.5) / (FINE if later else size) - 0.5)
        inside.append(values > 0)
    places = ((np.concatenate(points) - centre) / radius @ FRONT_MINUS_Z.T).astype(np.float32)
    return (places, np.concatenate(inside)) if len(places) else None


def _looked_up(
    voxels: NDArray[np.bool_], centre: Floats, radius: float, half: float, count: int, rng: np.random.Generator
) -> Field:
    places = rng.uniform(-half, half, (count, 3)).astype(np.float32)
    index = np.floor((places @ FRONT_MINUS_Z * radius + centre + 0.5) * 64).astype(np.int64)
    held = ((index >= 0) & (index < 64)).all(axis=1)
    values = np.zeros(count, dtype=np.bool_)
    values[held] = voxels[tuple(index[held].T)]
    return places, values


def _photos(pixels: NDArray[np.uint8] | None, file: Path) -> Photos | None:
    if pixels is None:
        return None
    if pixels.ndim != 3 or not len(pixels):
        raise DataError("pixels in {path} are no pictures; get it again.", path=file)
    return as_photos(list(pixels))
