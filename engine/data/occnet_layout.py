"""The data of Occupancy Networks (Mescheder et al. 2019): a folder `<class>/<model>/` for each shape.

    points.npz        points (N, 3), uniform in the unit cube padded by a tenth; occupancies, one bit each; loc, scale
    pointcloud.npz    points (K, 3) on the surface, normals, loc, scale
    img_choy2016/     000.jpg ... 023.jpg, cameras.npz with world_mat_<i> (3, 4), camera_mat_<i>

Beside them `<class>/{train,val,test}.lst` and `metadata.yaml`. In the unit cube the longest edge of the bounding box is 1 and
its centre the origin, up y, front +x as in ShapeNet v1, that it was made from; a point p of it lies at p * scale + loc in
ShapeNet's coordinates, in which the cameras are given. Occupancies are packed bits if there is one byte for eight points,
whatever a setting says. Points are stored as float16: they are exact to 2e-4.

The set knows inside and outside, but no distances. Of an item's fields, `volume` is the set's own; `near` is what of it lies
within `NEAR` of the surface; `space` is uniform in the larger cube, where nothing is outside the padded one.
"""

from __future__ import annotations

import math
import re
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data.photos import as_photos, read_photo
from engine.data.published import (
    FRONT_X,
    SPLITS,
    Floats,
    as_points,
    category_named,
    folders_in,
    is_synset,
    merged,
    parts_of,
    quick_stamp,
    read_npz,
    read_text,
    rows_of,
)
from engine.data.sampled import Field, Photos, Points, Sampled
from engine.data.split import Listed, item_seed
from engine.errors import DataError

PREFIX = "occupancy-networks"
PADDED_HALF = 0.55  # half side of the cube that the points fill, in longest edges
NEAR = 0.15  # unit-sphere units; the farthest third of a mesh's own near points lies about as far out
SPACE, SPACE_HALF = 20_000, 1.05
PICTURES = "img_choy2016"
LOOKED_AT = 20  # files opened to find out whether a folder is laid out like this


def is_here(path: Path) -> bool:
    """Whether a folder is laid out like this, or is one class of such a set."""
    return _has(path, "*/*/points.npz") or (is_synset(path.name) and _has(path, "*/points.npz"))


def _has(path: Path, pattern: str) -> bool:
    for file in islice(path.glob(pattern), LOOKED_AT):
        try:
            read_npz(file, ("points", "occupancies"))
        except DataError:
            continue
        return True
    return False


class OccNetFolder:
    """The shapes of an Occupancy Networks data set.

    Args:
        path: the root, or the folder of one class.
    """

    name = "Occupancy Networks data"

    def __init__(self, path: Path) -> None:
        one = is_synset(path.name) and not any(path.glob("*/*/points.npz"))
        self.path = path.parent if one else path
        self._only = path.name if one else None

    def listed(self) -> tuple[Listed, ...]:
        """A row for each model that has points."""
        names = self._names()
        rows: list[Listed] = []
        for folder in folders_in(self.path):
            if self._only not in (None, folder.name):
                continue
            models = [m for m in folders_in(folder) if (m / "points.npz").is_file()]
            stamps = {f"{PREFIX}/{folder.name}/{m.name}": quick_stamp(*_files(m)) for m in models}
            lists = {split: _list(folder / f"{split}.lst", folder.name) for split in SPLITS}
            official = merged(lists) if any(lists.values()) else None
            rows += rows_of(category_named(folder.name, names), stamps, official, shapenet=is_synset(folder.name))
        return tuple(rows)

    def read(self, item_id: str) -> Sampled:
        """One shape's samples and pictures.

        Raises:
            DataError: it is not there, or a file of it is damaged.
        """
        label, model = parts_of(item_id, PREFIX, 2, self.path)
        folder = self.path / label / model
        arrays = read_npz(folder / "points.npz", ("points", "occupancies"), ("loc", "scale"))
        points = as_points(arrays["points"], "points", folder / "points.npz")
        inside = unpack(arrays["occupancies"], len(points), folder / "points.npz")
        loc, scale = _placing(arrays, folder / "points.npz")
        if not inside.any():
            raise DataError("{id} has no point inside; leave it out.", id=item_id)
        surface = _surface(folder / "pointcloud.npz", loc, scale)
        if surface is None:  # the frame says where the centre is; the farthest inside point comes close to the radius
            centre, edges = np.zeros(3), np.ptp(points[inside], axis=0)
            radius = float(np.linalg.norm(points[inside], axis=1).max())
        else:
            low, high = surface[0].min(axis=0), surface[0].max(axis=0)
            centre, edges = (low + high) / 2.0, high - low
            radius = float(np.linalg.norm(surface[0] - centre, axis=1).max())
        if radius <= 0.0:
            raise DataError("{id} is a single point; leave it out.", id=item_id)

        ours = ((points - centre) / radius @ FRONT_X.T).astype(np.float32)
        skin = None
        if surface is not None:
            skin = tuple((part @ FRONT_X.T).astype(np.float32) for part in ((surface[0] - centre) / radius, surface[1]))
        rng = np.random.default_rng(item_seed(item_id))
        width, height, depth = (np.abs(FRONT_X) @ edges * scale).tolist()
        return Sampled(
            distances=False,
            near=None if skin is None else _near(ours, inside, skin[0]),
            space=_space(ours, inside, FRONT_X @ -centre / radius, PADDED_HALF / radius, rng),
            volume=(ours, inside),
            surface=None if skin is None else (skin[0], skin[1]),
            photos=_photos(folder / PICTURES, loc + centre * scale),
            size=(width, height, depth),
            longest_edge=float(edges.max() / radius),
        )

    def _names(self) -> dict[str, str]:
        file = self.path / "metadata.yaml"
        if not file.is_file():
            return {}
        import yaml

        try:
            table = yaml.safe_load(read_text(file))
            return {str(label): str(entry["name"]) for label, entry in table.items() if entry.get("name") not in (None, "n/a")}
        except (yaml.YAMLError, AttributeError, TypeError, KeyError, ValueError, RecursionError) as error:
            raise DataError("{file} is damaged; get it again or take it away.", file=file) from error


def unpack(occupancies: NDArray[Any], count: int, path: Path) -> NDArray[np.bool_]:
    """(count,) whether each point is inside; packed bits are recognised by their length.

    Raises:
        DataError: the length fits neither one value nor one bit a point.
    """
    flat = occupancies.ravel()
    if len(flat) == count:
        return np.asarray(flat > 0.5, dtype=np.bool_)
    if flat.dtype == np.uint8 and len(flat) == math.ceil(count / 8):
        return np.unpackbits(flat)[:count].astype(np.bool_)
    raise DataError(
        "{path} has {count} points, but {values} occupancies; get it again.", path=path, count=count, values=len(flat)
    )


def _files(folder: Path) -> tuple[Path, ...]:
    return folder / "points.npz", folder / "pointcloud.npz", folder / PICTURES / "cameras.npz", folder / PICTURES / "000.jpg"


def _list(file: Path, label: str) -> list[str]:
    """Ids of a list, which may end in empty lines; none if there is no such list."""
    if not file.is_file():
        return []
    return [f"{PREFIX}/{label}/{line.strip()}" for line in read_text(file).splitlines() if line.strip()]


def _placing(arrays: dict[str, NDArray[Any]], path: Path) -> tuple[Floats, float]:
    loc = np.asarray(arrays.get("loc", np.zeros(3)), dtype=np.float64).ravel()
    scale = np.asarray(arrays.get("scale", 1.0), dtype=np.float64).ravel()
    if loc.shape != (3,) or len(scale) != 1 or not np.isfinite([*loc, *scale]).all() or scale[0] <= 0.0:
        raise DataError("loc or scale in {path} is of no use; get it again.", path=path)
    return loc, float(scale[0])


def _surface(path: Path, loc: Floats, scale: float) -> tuple[Floats, Floats] | None:
    """Points and unit normals in the cube of points.npz; None if the set has none."""
    if not path.is_file():
        return None
    arrays = read_npz(path, ("points", "normals"), ("loc", "scale"))
    own_loc, own_scale = _placing(arrays, path)
    points = (as_points(arrays["points"], "points", path) * own_scale + own_loc - loc) / scale
    normals = as_points(arrays["normals"], "normals", path)
    if len(normals) != len(points):
        raise DataError("{path} has {a} points, but {b} normals; get it again.", path=path, a=len(points), b=len(normals))
    return points, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def _near(points: Points, inside: NDArray[np.bool_], surface: Points) -> Field | None:
    from scipy.spatial import cKDTree

    distance, _ = cKDTree(surface).query(points, distance_upper_bound=NEAR)
    close = np.isfinite(distance)
    return (points[close], inside[close]) if close.any() else None


def _space(points: Points, inside: NDArray[np.bool_], middle: Floats, half: float, rng: np.random.Generator) -> Field:
    """Uniform in the larger cube: the share of it that the padded cube fills comes from there, the rest is empty."""
    drawn = rng.uniform(-SPACE_HALF, SPACE_HALF, (SPACE, 3)).astype(np.float32)
    held = (np.abs(drawn - middle) <= half).all(axis=1)
    usable = np.flatnonzero((np.abs(points) <= SPACE_HALF).all(axis=1))
    values = np.zeros(SPACE, dtype=np.bool_)
    chosen = rng.choice(usable, int(held.sum()))
    drawn[held], values[held] = points[chosen], inside[chosen]
    return drawn, values


def _photos(folder: Path, centre: Floats) -> Photos | None:
    """The renders and where each was taken from; None if there are none."""
    found = {int(f.stem): f for f in folder.glob("*") if f.suffix in (".jpg", ".png") and re.fullmatch(r"\d{1,4}", f.stem)}
    if not found:
        return None
    files = [found[number] for number in sorted(found)]
    cameras = folder / "cameras.npz"
    if not cameras.is_file():
        return as_photos([read_photo(file) for file in files])
    names = [f"world_mat_{number}" for number in sorted(found)]
    arrays = read_npz(cameras, names)
    angles = np.array([_angles(arrays[name], centre, cameras) for name in names], dtype=np.float32)
    return as_photos([read_photo(file) for file in files], angles[:, 0], angles[:, 1])


def _angles(world: NDArray[Any], centre: Floats, path: Path) -> tuple[float, float]:
    """Azimuth and elevation in degrees of a camera [R | t], x_camera = R x + t, seen from the shape's centre."""
    if world.shape[-2:] not in ((3, 4), (4, 4)) or world.ndim != 2 or not np.isfinite(world).all():
        raise DataError("A camera in {path} is damaged; get it again.", path=path)
    matrix = world.astype(np.float64)
    try:
        eye = -np.linalg.solve(matrix[:3, :3], matrix[:3, 3])
    except np.linalg.LinAlgError as error:
        raise DataError("A camera in {path} is damaged; get it again.", path=path) from error
    x, y, z = (FRONT_X @ (eye - centre)).tolist()
    return math.degrees(math.atan2(x, z)) % 360.0, math.degrees(math.atan2(y, math.hypot(x, z)))
