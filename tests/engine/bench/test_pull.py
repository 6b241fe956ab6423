"""Recorded gestures are the same each time, and their outcome is what is measured on the mesh."""

import numpy as np
import pytest

from engine.api import Engine
from engine.bench import pull as bench
from engine.bench.pull import APART, LENGTHS, bench_pull, play, record
from engine.errors import ModelError


@pytest.fixture
def engine(sphere_models, monkeypatch):
    monkeypatch.setattr(bench, "SETTLED_LEVELS", (17, 33))
    return Engine("cpu", threads=1, roots=(sphere_models,))


def surface(engine):
    return next(info.id for info in engine.models() if info.fits_shape)


def test_a_gesture_is_that_of_its_seed(engine) -> None:
    for seed in range(4):
        one, two = record(engine, surface(engine), seed), record(engine, surface(engine), seed)
        assert one.latent == two.latent
        np.testing.assert_array_equal(one.targets, two.targets)
        length = np.linalg.norm(one.targets[-1] - one.point)
        assert LENGTHS[0] <= length <= LENGTHS[1]
        steps = np.diff(np.vstack([one.point, one.targets]), axis=0)
        np.testing.assert_allclose(steps, np.broadcast_to(steps[0], steps.shape), atol=1e-9)
        assert len(one.pins) == 0 or np.linalg.norm(one.pins - one.point, axis=1).min() > APART


def test_the_outcome_is_measured_on_the_mesh(engine) -> None:
    gesture = record(engine, surface(engine), 0)
    outcome = play(engine, gesture)
    assert len(outcome.pull_ms) == len(outcome.decode_ms) == len(gesture.targets)
    assert outcome.held == (outcome.distance <= bench.NEAR)
    assert abs(outcome.said - outcome.distance) < 0.02 or outcome.leaves


def test_the_sum_counts_what_failed_unsaid(engine) -> None:
    result = bench_pull(engine, count=4)
    assert result.gestures == 4
    assert 0 <= result.held <= result.reached <= 1
    assert result.unsaid + result.for_nothing <= 4


def test_point_sets_are_refused(engine) -> None:
    loose = next(info.id for info in engine.models() if info.output == "points")
    with pytest.raises(ModelError, match="cannot be pulled"):
        bench_pull(engine, loose)
