"""Finding the training shape most like a shape, and telling copies from new shapes."""

from pathlib import Path

import numpy as np
import pytest

from engine.data.store import Item
from engine.evaluation import search
from engine.evaluation.novelty import novelty
from engine.evaluation.search import OracleJob, TrainingSet, best_training_shape, floor, nearest_shape, search_points, thumb
from engine.evaluation.truth import half_of, read_truth, whole_mesh
from engine.shapes import Mesh


@pytest.fixture
def training(data: Path) -> TrainingSet:
    return TrainingSet(data)


def _folder(training: TrainingSet, name: str) -> Path:
    return next(item.folder for item in training.items if item.name == name)


def test_a_copy_of_a_training_shape_is_no_novelty(training: TrainingSet, data: Path) -> None:
    tall = _folder(training, "train tall")
    truth = read_truth(_test_folder(data, "test ball"))
    found = novelty(whole_mesh(Item(tall)), truth, training, 0)
    assert found is not None
    assert (found.nearest, found.is_copy, found.nearer_than_truth) == ("Test#train tall", True, True)
    assert found.distance < found.floor  # which has fewer points: half of the 6,000 stored ones
    assert found.to_truth > 10 * found.distance


def test_another_shape_is_new(training: TrainingSet, data: Path) -> None:
    ball = whole_mesh(Item(_folder(training, "train ball")))
    small = Mesh(ball.vertices * np.float32(0.8), ball.faces)
    found = novelty(small, read_truth(_test_folder(data, "test ball")), training, 0)
    assert found is not None
    assert not found.is_copy
    assert novelty(Mesh.empty("nothing"), read_truth(_test_folder(data, "test ball")), training, 0) is None


def test_the_first_look_loses_no_copy(training: TrainingSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "KEPT", 1)
    monkeypatch.setattr(search, "FIRST_POINTS", 128)
    search._glance.cache_clear()
    for item in training.items:
        found = nearest_shape(search_points(whole_mesh(item), 0), training.folders(False), 0)
        assert found is not None
        assert found.folder == item.folder
    search._glance.cache_clear()


def test_where_there_is_nothing_nothing_is_found(training: TrainingSet) -> None:
    assert training.folders(generated=True) == ()
    assert nearest_shape(np.zeros((4, 3), np.float32), (), 0) is None
    ball = _folder(training, "train ball")
    found = best_training_shape(OracleJob(ball, training, True, 0))
    assert found is not None
    assert (found.folder, found.distance) == (ball, 0.0)


def test_the_floor_is_the_distance_of_two_disjoint_samplings(training: TrainingSet) -> None:
    ball = _folder(training, "train ball")
    points = thumb(ball, 0)
    area = 4 * np.pi / (len(points) * 3 / 4)  # 6,000 stored points make two samplings of 3,000
    assert floor(ball, 0) == pytest.approx(2 * area / np.pi, rel=0.2)  # mean squared distance to the nearest: 1 / (pi density)


def test_samples_of_a_half_know_nothing_of_the_other() -> None:
    draw = np.random.default_rng(0)
    points = draw.uniform(-1, 1, (4000, 3)).astype(np.float32)
    sdf = (np.linalg.norm(points, axis=1) - 0.7).astype(np.float32)
    half, distances = half_of(points, sdf, 5)
    nearest = half / np.linalg.norm(half, axis=1, keepdims=True) * 0.7
    middle = nearest.mean(axis=0)
    assert (nearest @ middle > 0).mean() > 0.97  # of a ball: all on one side, but for the direction of the mean
    assert 0.2 < len(half) / len(points) < 0.5
    assert np.array_equal(distances, (np.linalg.norm(half, axis=1) - 0.7).astype(np.float32))
    assert not np.array_equal(half_of(points, sdf, 6)[0], half)


def _test_folder(data: Path, name: str) -> Path:
    from engine.data.store import list_items

    return next(item.folder for item in list_items(data, None, ("test",)) if item.name == name)
