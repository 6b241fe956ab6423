"""Batches of signed distances for auto-decoders, with stretched copies of the shapes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.progress import NO_PROGRESS, Progress
from engine.training.config import TrainConfig
from engine.training.pieces import Array, Piece, read_arrays

#: Points that a stretched copy keeps of its original's (near, far) samples: enough, and measuring them anew costs time.
COPY_POINTS = (32_000, 6_000)
CUBE = 1.05  # half side of the cube that fields are defined in, unit-sphere units


class DistanceSet:
    """Signed distances of all shapes in memory.

    Args:
        near, far: for each shape an (M, 4) array of x, y, z, signed distance in random order; near the surface and in space.
        config: how much of each makes a batch.
        originals: how many of the shapes, counted from the first, are real pieces and not copies.
    """

    def __init__(self, near: list[Array], far: list[Array], config: TrainConfig, originals: int) -> None:
        self.near = near
        self.far = far
        self.config = config
        self.originals = originals

    def __len__(self) -> int:
        return len(self.near)

    def batch(self, draw: np.random.Generator) -> dict[str, Tensor]:
        """Random shapes and points: "shape" (S,), "points" (S, P, 3), "sdf" (S, P)."""
        config = self.config
        count = min(config.shapes, len(self))
        chosen = draw.choice(len(self), size=count, replace=False)
        close = round(config.data.near * config.points)
        rows = np.empty((count, config.points, 4), np.float32)
        for row, shape in zip(rows, chosen, strict=True):
            row[:close] = _run(self.near[shape], close, draw)
            row[close:] = _run(self.far[shape], config.points - close, draw)
        values = torch.from_numpy(rows)
        return {"shape": torch.from_numpy(chosen), "points": values[..., :3].contiguous(), "sdf": values[..., 3].contiguous()}


def _run(rows: Array, count: int, draw: np.random.Generator) -> Array:
    """A run of consecutive rows from a random start (rows are shuffled once, so this is a sample, and a fast one)."""
    start = int(draw.integers(len(rows)))
    run = rows[start : start + count]
    while len(run) < count:
        run = np.concatenate([run, rows[: count - len(run)]])
    return run


def load_distances(pieces: Sequence[Piece], config: TrainConfig, progress: Progress = NO_PROGRESS) -> DistanceSet:
    """Read all pieces and make their stretched copies. Copies follow the originals, piece by piece in rounds."""
    near, far = [], []
    for number, piece in enumerate(pieces):
        draw = np.random.default_rng((config.seed, number))
        a, d, b, e = read_arrays(piece, "samples.npz", ("near_points", "near_sdf", "space_points", "space_sdf"))
        near.append(draw.permutation(np.column_stack([a, d]).astype(np.float32)))
        far.append(draw.permutation(np.column_stack([b, e]).astype(np.float32)))
        progress.step(number, len(pieces), "reading shapes")
    total = len(pieces) * config.data.copies
    for number in range(total):
        origin = number % len(pieces)
        draw = np.random.default_rng((config.seed, 1, number))
        points, normals = read_arrays(pieces[origin], "surface.npz", ("points", "normals"))
        rows = np.concatenate([near[origin][: COPY_POINTS[0]], far[origin][: COPY_POINTS[1]]])
        scale = np.exp(draw.normal(0.0, config.data.stretch, 3)).astype(np.float32)
        rim = draw.uniform(-CUBE, CUBE, (COPY_POINTS[1], 3)).astype(np.float32)
        copy = stretch(rows, points.astype(np.float32), normals.astype(np.float32), scale, rim)
        split = min(COPY_POINTS[0], len(near[origin]))
        near.append(copy[:split])
        far.append(draw.permutation(copy[split:]))
        progress.step(number, total, "stretching shapes")
    return DistanceSet(near, far, config, originals=len(pieces))


def stretch(rows: Array, surface: Array, normals: Array, scale: Array, rim: Array) -> Array:
    """Signed distances of a shape whose axes are scaled, brought back into the unit sphere.

    The sign of a point does not change when it is scaled along with the shape. Its distance is measured anew to dense
    surface points: to the plane of the nearest one if the point lies above it (within the spacing of the points), otherwise
    to the nearest one itself.

    Args:
        rows: (M, 4) x, y, z, signed distance.
        surface: (K, 3) dense points of the surface.
        normals: (K, 3) their outward unit normals.
        scale: (3,) factors along x, y, z.
        rim: (R, 3) further points of the cube; those outside the bounding box of the stretched shape are added, since their
            sign is known and scaling leaves a part of the cube empty.

    Returns:
        (M + up to R, 4) scaled points with their new distances; a point that left the cube is replaced by another one.
    """
    from scipy.spatial import cKDTree

    scaled = surface * scale
    factor = np.float32(1 / np.linalg.norm(scaled, axis=1).max())
    scaled = (scaled * factor).astype(np.float32)
    turned = normals / scale
    turned /= np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)
    points = (rows[:, :3] * scale * factor).astype(np.float32)
    inside = (np.abs(points) <= CUBE).all(axis=1)
    keep = np.flatnonzero(inside)
    if len(keep) == 0:
        raise ValueError("no sample point stays in the cube")
    chosen = np.where(inside, np.arange(len(points)), np.resize(keep, len(points)))
    beyond = rim[(np.abs(rim) > np.abs(scaled).max(axis=0)).any(axis=1)]
    points = np.concatenate([points[chosen], beyond])
    sign = np.concatenate([np.sign(rows[chosen, 3]), np.ones(len(beyond), np.float32)])
    tree = cKDTree(scaled)
    distance, nearest = tree.query(points)
    above = np.abs(np.einsum("ij,ij->i", points - scaled[nearest], turned[nearest]))
    aside = np.sqrt(np.maximum(distance**2 - above**2, 0))
    gaps = np.asarray(tree.query(scaled[:: max(1, len(scaled) // 500)], k=2)[0])
    spacing = 2.0 * float(np.median(gaps[:, 1]))
    measured = np.where(aside < spacing, above, distance)
    result: NDArray[np.float32] = np.column_stack([points, sign * measured]).astype(np.float32)
    return result
