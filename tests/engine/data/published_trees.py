"""Tiny data sets as they are published, of shapes whose inside is known in closed form.

`SEAT` is three boxes in our own frame: a floor, a back wall (at -z) and an arm on the side of +x, in a bounding box whose
corners are at radius 1. No turn or mirror image of it is itself.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

HALF = np.array([0.5, 0.7, np.sqrt(1 - 0.5**2 - 0.7**2)])
A, B, C = HALF
SEAT = (
    ((-A, -B, -C), (A, -B + 0.3, C)),
    ((-A, -B, -C), (A, B, -C + 0.3)),
    ((A - 0.25, -B, -C), (A, 0.1, C)),
)
LONGEST = 2 * max(HALF)
CHAIR, TABLE = "03001627", "04379243"


def inside_seat(points, grow=0.0):
    """Whether each of (N, 3) points in our frame is inside the seat, its boxes grown by a margin."""
    points = np.asarray(points, np.float64)
    return np.any([np.all((points > np.array(a) - grow) & (points < np.array(b) + grow), axis=1) for a, b in SEAT], axis=0)


def sure(points, margin=2e-3):
    """Which points are clear of the seat's surface."""
    return inside_seat(points, margin) == inside_seat(points, -margin)


def to_v1(points):
    """Front +x, as in ShapeNet v1: what is in front of us is at its +x, what is to our +x at its -z."""
    x, y, z = np.asarray(points, np.float64).T
    return np.column_stack([z, y, -x])


def to_v2(points):
    """Front -z, as in ShapeNet v2."""
    return np.asarray(points, np.float64) * (-1, 1, -1)


def camera_at(azimuth, elevation, loc, scale, turn):
    """[R | t] of a camera that stands in this direction of our frame, in ShapeNet v1 coordinates."""
    az, el = np.radians([azimuth, elevation])
    eye = 1.7 * np.array([[np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)]])
    where = to_v1(eye)[0] / LONGEST * scale + loc
    return np.column_stack([turn, -turn @ where])


def picture(side=137, alpha=False):
    """A dark square off centre on white."""
    image = np.full((side, side, 4 if alpha else 3), 255, np.uint8)
    if alpha:
        image[..., 3] = 0
    image[20:60, 30:110, :3] = (30, 60, 90)
    image[20:60, 30:110, 3:] = 255
    return image


def write_occnet_model(folder: Path, count=4000, packed=True, cloud=True, views=(), seed=0):
    """One model of Occupancy Networks' data; returns loc and scale."""
    from PIL import Image

    rng = np.random.default_rng(seed)
    loc, scale = np.array([0.1, -0.2, 0.3]), 0.8
    cube = rng.uniform(-0.55, 0.55, (count, 3)).astype(np.float16)
    ours = cube.astype(np.float64)[:, [0, 1, 2]]
    ours = np.column_stack([-ours[:, 2], ours[:, 1], ours[:, 0]]) * LONGEST  # v1 to ours, by hand
    occupied = inside_seat(ours)
    folder.mkdir(parents=True)
    values = np.packbits(occupied) if packed else occupied.astype(np.uint8)
    np.savez(folder / "points.npz", points=cube, occupancies=values, loc=loc, scale=scale)
    if cloud:
        low = [(x, -B, z) for x in (-A, A) for z in (-C, C)]
        corners = np.array([*low, (-A, B, -C), (A, B, -C)])
        grid = rng.uniform(-1, 1, (600, 3)) * (A, 0, C) + (0, -B, 0)
        points = np.concatenate([corners, grid])
        normals = np.tile((0.0, -1.0, 0.0), (len(points), 1))
        normals[0] = (0, 0, 2)  # towards our front, and not of unit length
        np.savez(
            folder / "pointcloud.npz",
            points=(to_v1(points) / LONGEST).astype(np.float32),
            normals=to_v1(normals).astype(np.float16),
            loc=loc,
            scale=scale,
        )
    if views:
        (folder / "img_choy2016").mkdir()
        turns = [np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in views]
        cameras = {f"world_mat_{k}": camera_at(az, el, loc, scale, turns[k]) for k, (az, el) in enumerate(views)}
        np.savez(
            folder / "img_choy2016" / "cameras.npz", **cameras, **{f"camera_mat_{k}": np.eye(3) for k in range(len(views))}
        )
        for k in range(len(views)):
            alpha = k % 2 == 1
            file = folder / "img_choy2016" / f"{k:03d}.{'png' if alpha else 'jpg'}"
            Image.fromarray(picture(alpha=alpha)).save(file, **({} if alpha else {"quality": 95}))
    return loc, scale


def sphere_rows(count=40_000, seed=0):
    """DeepSDF's rows for the unit sphere: most samples near the surface, a twentieth uniform."""
    rng = np.random.default_rng(seed)
    on = rng.normal(size=(count, 3))
    on /= np.linalg.norm(on, axis=1, keepdims=True)
    near = on * (1 + rng.normal(scale=0.03, size=(count, 1)))
    points = np.concatenate([near, rng.uniform(-1.03, 1.03, (count // 20 * 4, 3))])
    return np.column_stack([points, np.linalg.norm(points, axis=1) - 1])


def write_deepsdf(file: Path, rows, broken_rows=5):
    """Rows of our frame as a file of samples in DeepSDF's, with some NaN among them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    turned = np.column_stack([to_v2(rows[:, :3]), rows[:, 3]]) / 1.03
    nan = np.full((broken_rows, 4), np.nan)
    nan[:, :3] = 0.2
    pos, neg = turned[turned[:, 3] >= 0], turned[turned[:, 3] < 0]
    np.savez(file, pos=np.concatenate([pos, nan]).astype(np.float32), neg=np.concatenate([nan, neg]).astype(np.float32))


def seat_voxels():
    """(256, 256, 256) bool of the seat in IM-NET's cube, index i at (i + .5) / 256 - .5, front -z, diagonal 1."""
    voxels = np.zeros((256, 256, 256), bool)
    centres = (np.arange(256) + 0.5) / 256 - 0.5
    for low, high in SEAT:
        ends = np.sort(to_v2(np.array([low, high])) / 2, axis=0)  # radius 1 to diagonal 1
        x, y, z = ((centres > ends[0, k]) & (centres < ends[1, k]) for k in range(3))
        voxels |= x[:, None, None] & y[None, :, None] & z[None, None, :]
    return voxels


def write_imnet(file: Path, names, first_release=False, seed=0):
    """IM-NET's file with the same seat for every name."""
    import h5py

    rng = np.random.default_rng(seed)
    fine = seat_voxels()
    pooled = {r: fine.reshape(r, 256 // r, r, 256 // r, r, 256 // r).max(axis=(1, 3, 5)) for r in (16, 32, 64)}
    count = len(names)
    with h5py.File(file, "w") as out:
        out["voxels"] = np.repeat(pooled[64].astype(np.uint8)[None, ..., None], count, axis=0)
        for r in (16, 32, 64):
            index = rng.integers(0, r if first_release else 256, (count, 2000, 3))
            held = pooled[r] if first_release else fine
            out[f"points_{r}"] = index.astype(np.uint8)
            out[f"values_{r}"] = held[tuple(np.moveaxis(index, 2, 0))].astype(np.uint8)[..., None]
        out["pixels"] = np.repeat(picture()[None, None, ..., 0], count, axis=0).repeat(2, axis=1)
    file.with_suffix(".txt").write_text("\n".join(names) + "\n")


def seat_obj():
    """OBJ text of the seat in ShapeNet v2's frame, diagonal 1, with a material; vertices come first, as in ShapeNet."""
    boxes = [np.sort(to_v2(np.array(box)) / 2, axis=0) for box in SEAT]
    corners = [[box[k >> axis & 1, axis] for axis in range(3)] for box in boxes for k in range(8)]
    sides = ((1, 3, 4, 2), (5, 6, 8, 7), (1, 2, 6, 5), (3, 7, 8, 4), (1, 5, 7, 3), (2, 4, 8, 6))
    faces = [[8 * number + k for k in side] for number in range(len(SEAT)) for side in sides]
    lines = ["mtllib model_normalized.mtl", *("v " + " ".join(f"{value:.7f}" for value in corner) for corner in corners)]
    lines += ["usemtl blue", *("f " + " ".join(map(str, face)) for face in faces)]
    return "\n".join(lines) + "\n"


def write_shapenet_model(folder: Path):
    """One model of ShapeNet v2."""
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "model_normalized.obj").write_text(seat_obj())
    (folder / "models" / "model_normalized.mtl").write_text("newmtl blue\nKd 0.1 0.2 0.9\n")
