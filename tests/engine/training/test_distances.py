import sys
from pathlib import Path

import numpy as np
import pytest

from engine.training import distance_task, distances
from engine.training.config import TrainConfig
from engine.training.distance_task import DistanceTask
from engine.training.distances import load_distances, warped
from engine.training.warps import stretching

sys.path.insert(0, str(Path(__file__).parent))
from spheres import sphere_pieces


def ball(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    directions = np.random.default_rng(seed).standard_normal((count, 3)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return directions, directions


def box_points(half: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    points, normals = draw.uniform(-half, half, (count, 3)), np.zeros((count, 3))
    axis, side = draw.integers(3, size=count), draw.choice([-1, 1], size=count)
    points[np.arange(count), axis] = side * half[axis]
    normals[np.arange(count), axis] = side
    return points.astype(np.float32), normals.astype(np.float32)


def box_distance(points: np.ndarray, half: np.ndarray) -> np.ndarray:
    q = np.abs(points) - half
    return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)


def test_a_stretched_box_has_the_distances_of_the_longer_box() -> None:
    half = np.array([0.5, 0.4, 0.3])
    surface, normals = box_points(half, 60_000)
    draw = np.random.default_rng(1)
    points = (surface[:8000] + draw.normal(0, 0.05, (8000, 3))).astype(np.float32)
    rows = np.column_stack([points, box_distance(points, half)]).astype(np.float32)
    scale = np.array([1.3, 0.8, 1.0], np.float32)
    rim = draw.uniform(-1.05, 1.05, (2000, 3)).astype(np.float32)
    found, moved = warped(rows, surface, normals, stretching(scale), rim)
    assert np.linalg.norm(moved, axis=1).max() == pytest.approx(1.0, abs=1e-5)
    longer = half * scale
    longer = longer / np.linalg.norm(longer)  # the farthest corner comes to radius 1
    truth = box_distance(found[:, :3], longer)
    assert len(found) > 8000
    assert np.abs(found[:, 3] - truth).mean() < 0.002
    assert (np.abs(found[:, 3] - truth) < 0.02).mean() > 0.999
    assert (np.sign(found[:, 3]) == np.sign(truth))[np.abs(truth) > 0.003].mean() > 0.999
    assert (np.abs(found[:, :3]) <= 1.05).all()


def test_a_stretched_sphere_reaches_the_unit_sphere_and_no_further() -> None:
    surface, normals = ball(20_000, 2)
    rows = np.column_stack([surface * 0.9, np.full(len(surface), -0.1)]).astype(np.float32)
    found, _ = warped(rows, surface, normals, stretching(np.array([1.4, 1, 1])), np.zeros((0, 3), np.float32))
    assert np.linalg.norm(found[:, :3], axis=1).max() == pytest.approx(0.9, abs=0.01)
    assert (found[:, 3] < 0).all()


def test_copies_follow_the_originals_and_batches_mix_near_and_far(tmp_path: Path) -> None:
    pieces = sphere_pieces(tmp_path, (0.5, 0.8), count=1000)
    config = TrainConfig(id="x", method="deepsdf", shapes=3, points=40, data={"near": 0.75, "copies": 2, "stretch": 0.1})
    data = load_distances(pieces, config)
    assert (len(data), data.originals) == (6, 2)
    batch = data.batch(np.random.default_rng(0))
    assert batch["points"].shape == (3, 40, 3)
    assert len(set(batch["shape"].tolist())) == 3
    again = data.batch(np.random.default_rng(0))
    assert all((batch[name] == again[name]).all() for name in batch)
    for shape, points, sdf in zip(batch["shape"].tolist(), batch["points"].numpy(), batch["sdf"].numpy(), strict=True):
        rows = {tuple(row) for row in data.shapes[shape].near}
        near = [tuple(row) in rows for row in np.column_stack([points, sdf])]
        assert all(near[:30])
        if shape < 2:
            assert not any(near[30:])
            np.testing.assert_allclose(np.linalg.norm(points, axis=1) - (0.5, 0.8)[shape], sdf, atol=1e-5)


def test_copies_of_a_piece_do_not_depend_on_the_others(tmp_path: Path) -> None:
    pieces = sphere_pieces(tmp_path, (0.4, 0.5, 0.8), count=400)
    config = TrainConfig(id="x", method="deepsdf", data={"copies": 2, "stretch": 0.1})
    every, last = load_distances(pieces, config), load_distances(pieces[2:], config)
    for one, other in ((every.shapes[5], last.shapes[1]), (every.shapes[8], last.shapes[2])):
        np.testing.assert_array_equal(np.sort(one.surface, axis=0), np.sort(other.surface, axis=0))
    first, second = (np.ptp(every.shapes[number].surface, axis=0) for number in (5, 8))
    assert not np.allclose(first, second, atol=1e-3)


def test_a_configuration_may_take_the_first_pieces_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = sphere_pieces(tmp_path, (0.4, 0.6, 0.8), count=200)
    monkeypatch.setattr(distance_task, "find_pieces", lambda *_: pieces)
    settings = {"id": "balls", "method": "deepsdf", "model": {"width": 8, "layers": 1}}
    every = DistanceTask.load(TrainConfig(**settings), tmp_path)
    two = DistanceTask.load(TrainConfig(**settings, data={"pieces": 2}), tmp_path)
    assert (len(every.data), every.pieces) == (3, pieces)
    assert (len(two.data), two.pieces) == (2, pieces[:2])


def test_sharp_points_lie_at_the_surface_half_of_them_inside(tmp_path: Path) -> None:
    pieces = sphere_pieces(tmp_path, (0.5, 0.8), count=4000)
    config = TrainConfig(
        id="x", method="deepsdf", shapes=2, points=100, data={"near": 0.8, "sharp": 0.6}, model={"encoder": (4,)}
    )
    batch = load_distances(pieces, config).batch(np.random.default_rng(0), surface=True)
    sdf = batch["sdf"].numpy()
    assert ((sdf[:, :30] < 0) & (sdf[:, :30] >= -0.025)).all()
    assert ((sdf[:, 30:60] >= 0) & (sdf[:, 30:60] < 0.025)).all()
    for number, shape in enumerate(batch["shape"].tolist()):
        np.testing.assert_allclose(batch["surface"][number].norm(dim=1), (0.5, 0.8)[shape], atol=1e-5)


def test_copies_and_generated_pieces_are_kept_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = sphere_pieces(tmp_path / "data", (0.5,), count=500)
    settings = {"copies": 1, "bend": 0.2, "taper": 0.1, "generated": {"stool": 1, "vase": 1}, "real_weight": 2}
    config = TrainConfig(id="x", method="deepsdf", data=settings)
    monkeypatch.setattr(distances, "GENERATED_POINTS", (300, 400, 100))
    made = load_distances(pieces, config, root=tmp_path)
    assert (len(made), made.originals) == (4, 1)
    assert len(list((tmp_path / "made").glob("*.npz"))) == 3
    monkeypatch.setattr(distances, "generate", None)  # would raise if it were called
    monkeypatch.setattr(distances, "warped", None)
    again = load_distances(pieces, config, root=tmp_path)
    for one, other in zip(made.shapes, again.shapes, strict=True):
        np.testing.assert_array_equal(one.near, other.near)
        np.testing.assert_array_equal(one.surface, other.surface)
    next((tmp_path / "made").glob("*.npz")).write_bytes(b"half a file")
    with pytest.raises(TypeError):
        load_distances(pieces, config, root=tmp_path)
