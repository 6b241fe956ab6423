"""Batches of signed distances for auto-decoders: real shapes, warped copies of them, generated furniture."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.generated import CUBE, generate, samples, seeds_for
from engine.data.whole import write_arrays
from engine.progress import NO_PROGRESS, Progress
from engine.training.config import TrainConfig
from engine.training.fit import SHARP
from engine.training.pieces import Array, Piece, read_arrays
from engine.training.warps import MIRROR, Warp, random_warp

#: Points that a warped copy keeps of its original's (near, far) samples, and of its surface: enough, and measuring costs time.
COPY_POINTS = (16_000, 4_000)
SURFACE_POINTS = 8_000
#: What a generated shape gets of (surface, near, far) points.
GENERATED_POINTS = (6_000, 16_000, 3_000)
MADE = "made"  # folder of the data root that keeps copies and generated shapes, so that a resumed run need not make them again
RECIPE = 1  # raise when the same settings make other copies or other generated shapes


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """One shape to learn.

    Attributes:
        near: (M, 4) x, y, z, signed distance close to the surface, in random order.
        far: (L, 4) the same through the cube.
        surface: (K, 3) points on the surface, in random order.
    """

    near: Array
    far: Array
    surface: Array


class DistanceSet:
    """Signed distances of all shapes in memory.

    Args:
        shapes: real ones first.
        config: how much of each makes a batch.
        originals: how many of the shapes, counted from the first, are real pieces and not copies.
    """

    def __init__(self, shapes: Sequence[Sampled], config: TrainConfig, originals: int) -> None:
        self.shapes = list(shapes)
        self.config = config
        self.originals = originals
        sharp = config.data.sharp > 0
        self._inner = [_between(shape.near, -SHARP, 0.0) if sharp else shape.near for shape in shapes]
        self._outer = [_between(shape.near, 0.0, SHARP) if sharp else shape.near for shape in shapes]
        often = np.ones(len(self))
        often[:originals] = config.data.real_weight
        self._odds = None if config.data.real_weight == 1 else often / often.sum()

    def __len__(self) -> int:
        return len(self.shapes)

    def batch(self, draw: np.random.Generator, processes: int = 1, *, surface: bool = False) -> dict[str, Tensor]:
        """Random shapes and points: "shape" (S,), "points" (S, P, 3), "sdf" (S, P).

        Args:
            draw: source of randomness.
            processes: for how many processes, each of which gets as many shapes as the configuration says.
            surface: add "surface" (S, K, 3) points for an encoder; half of the shapes are then seen in a mirror.
        """
        config = self.config
        count = min(config.shapes * processes, len(self))
        chosen = draw.choice(len(self), size=count, replace=False, p=self._odds)
        side = round(config.data.sharp * config.points / 2)
        close = round(config.data.near * config.points)
        ends = (0, side, 2 * side, max(close, 2 * side), config.points)
        rows = np.empty((count, config.points, 4), np.float32)
        seen = np.empty((count, config.data.surface if surface else 0, 3), np.float32)
        for row, points, number in zip(rows, seen, chosen, strict=True):
            shape = self.shapes[number]
            for kind, start, end in zip(
                (self._inner[number], self._outer[number], shape.near, shape.far), ends[:-1], ends[1:], strict=True
            ):
                row[start:end] = _run(kind, end - start, draw)
            if surface:
                points[:] = _run(shape.surface, len(points), draw)
                if draw.random() < 0.5:
                    row[:, :3] *= MIRROR
                    points *= MIRROR
        values = torch.from_numpy(rows)
        batch = {"shape": torch.from_numpy(chosen), "points": values[..., :3].contiguous(), "sdf": values[..., 3].contiguous()}
        return batch | {"surface": torch.from_numpy(seen)} if surface else batch


def _between(rows: Array, low: float, high: float) -> Array:
    """The rows whose distance lies in [low, high); all of them if none does."""
    found = rows[(rows[:, 3] >= low) & (rows[:, 3] < high)]
    return found if len(found) else rows


def _run(rows: Array, count: int, draw: np.random.Generator) -> Array:
    """A run of consecutive rows from a random start (rows are shuffled once, so this is a sample, and a fast one)."""
    if count == 0:
        return rows[:0]
    start = int(draw.integers(len(rows)))
    run = rows[start : start + count]
    while len(run) < count:
        run = np.concatenate([run, rows[: count - len(run)]])
    return run


def load_distances(
    pieces: Sequence[Piece], config: TrainConfig, progress: Progress = NO_PROGRESS, root: Path | None = None
) -> DistanceSet:
    """Read all pieces, make their warped copies and the generated furniture, in this order. Copies go round by round.

    Args:
        pieces: real shapes.
        config: of the run.
        progress: told about every shape.
        root: data root that keeps what is made; None keeps nothing.
    """
    shapes = []
    for number, piece in enumerate(pieces):
        shapes.append(_real(piece, np.random.default_rng((config.seed, number)), surface=bool(config.model.get("encoder"))))
        progress.step(number, len(pieces), "reading shapes")
    total = len(pieces) * config.data.copies
    for number in range(total):
        turn, origin = divmod(number, len(pieces))
        shapes.append(_copy(pieces[origin], shapes[origin], config, turn, root))
        progress.step(number, total, "warping shapes")
    wanted = seeds_for(dict(config.data.generated))
    for number, (category, seed) in enumerate(wanted):
        shapes.append(_generated(category, seed, config.seed, root))
        progress.step(number, len(wanted), "generating furniture")
    return DistanceSet(shapes, config, originals=len(pieces))


def _real(piece: Piece, draw: np.random.Generator, *, surface: bool) -> Sampled:
    a, d, b, e = read_arrays(piece, "samples.npz", ("near_points", "near_sdf", "space_points", "space_sdf"))
    points = read_arrays(piece, "surface.npz", ("points",))[0] if surface else np.empty((0, 3))  # not all sources hold it
    near, far = (draw.permutation(np.column_stack(pair).astype(np.float32)) for pair in ((a, d), (b, e)))
    return Sampled(near, far, points.astype(np.float32))


def _copy(piece: Piece, origin: Sampled, config: TrainConfig, turn: int, root: Path | None) -> Sampled:
    """The warped copy number `turn` of a piece: it does not depend on what other pieces there are."""
    data = config.data
    settings = ("warped", piece.id, piece.stamp, config.seed, turn, data.stretch, data.bend, data.taper)

    def make() -> Sampled:
        draw = np.random.default_rng((config.seed, 1, turn, zlib.crc32(piece.id.encode())))
        points, normals = read_arrays(piece, "surface.npz", ("points", "normals"))
        rows = np.concatenate([origin.near[: COPY_POINTS[0]], origin.far[: COPY_POINTS[1]]])
        warp = random_warp(draw, data.stretch, data.bend, data.taper)
        rim = draw.uniform(-CUBE, CUBE, (COPY_POINTS[1], 3)).astype(np.float32)
        copy, surface = warped(rows, points.astype(np.float32), normals.astype(np.float32), warp, rim)
        split = min(COPY_POINTS[0], len(origin.near))
        return Sampled(copy[:split], draw.permutation(copy[split:]), draw.permutation(surface)[:SURFACE_POINTS])

    return _kept(settings, make, root)


def _generated(category: str, seed: int, offset: int, root: Path | None) -> Sampled:
    """A generated piece, made on the GPU if there is one."""
    surface, near, far = GENERATED_POINTS

    def make() -> Sampled:
        piece = generate(category, seed, surface, "cuda" if torch.cuda.is_available() else "cpu")
        rows = samples(piece, near, far, offset + seed)
        return Sampled(*(part.cpu().numpy() for part in (*rows, piece.surface)))

    return _kept(("generated", category, seed, offset), make, root)


def _kept(settings: tuple[object, ...], make: Callable[[], Sampled], root: Path | None) -> Sampled:
    """What `make` makes, read from the data root if it has been made with these settings before."""
    if root is None:
        return make()
    name = hashlib.sha1(repr((RECIPE, *settings)).encode(), usedforsecurity=False).hexdigest()[:20]
    file = root / MADE / f"{name}.npz"
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return Sampled(arrays["near"], arrays["far"], arrays["surface"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        made = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    write_arrays(file, {"near": made.near, "far": made.far, "surface": made.surface})
    return made


def warped(rows: Array, surface: Array, normals: Array, warp: Warp, rim: Array) -> tuple[Array, Array]:
    """Signed distances of a shape that is warped and brought back into the unit sphere.

    The sign of a point does not change when it is moved along with the shape. Its distance is measured anew to dense surface
    points: to the plane of the nearest one if the point lies above it (within the spacing of the points), otherwise to the
    nearest one itself.

    Args:
        rows: (M, 4) x, y, z, signed distance.
        surface: (K, 3) dense points of the surface.
        normals: (K, 3) their outward unit normals.
        warp: what to do to them.
        rim: (R, 3) further points of the cube; those outside the bounding box of the warped shape are added, since their
            sign is known and warping leaves a part of the cube empty.

    Returns:
        (M + up to R, 4) moved points with their new distances; a point that left the cube is replaced by another one; and
        the (K, 3) moved surface points.
    """
    from scipy.spatial import cKDTree

    moved = warp.points(surface.astype(np.float64))
    centre = (moved.min(axis=0) + moved.max(axis=0)) / 2
    factor = 1 / np.linalg.norm(moved - centre, axis=1).max()
    moved = ((moved - centre) * factor).astype(np.float32)
    turned = warp.normals(surface.astype(np.float64), normals.astype(np.float64)).astype(np.float32)
    points = ((warp.points(rows[:, :3].astype(np.float64)) - centre) * factor).astype(np.float32)
    inside = (np.abs(points) <= CUBE).all(axis=1)
    keep = np.flatnonzero(inside)
    if len(keep) == 0:
        raise ValueError("no sample point stays in the cube")
    chosen = np.where(inside, np.arange(len(points)), np.resize(keep, len(points)))
    beyond = rim[(np.abs(rim) > np.abs(moved).max(axis=0)).any(axis=1)]
    points = np.concatenate([points[chosen], beyond])
    sign = np.concatenate([np.sign(rows[chosen, 3]), np.ones(len(beyond), np.float32)])
    tree = cKDTree(moved)
    distance, nearest = tree.query(points, workers=-1)
    above = np.abs(np.einsum("ij,ij->i", points - moved[nearest], turned[nearest]))
    aside = np.sqrt(np.maximum(distance**2 - above**2, 0))
    gaps = np.asarray(tree.query(moved[:: max(1, len(moved) // 500)], k=2)[0])
    spacing = 2.0 * float(np.median(gaps[:, 1]))
    measured = np.where(aside < spacing, above, distance)
    result: NDArray[np.float32] = np.column_stack([points, sign * measured]).astype(np.float32)
    return result, moved
