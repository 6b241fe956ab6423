"""Colours that follow a moving surface."""

from __future__ import annotations

import numpy as np

from studio.viewport.carry import carried


def sphere(n: int, seed: int) -> np.ndarray:
    points = np.random.default_rng(seed).standard_normal((n, 3))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def test_a_smooth_field_survives_another_sampling_of_a_slightly_moved_surface() -> None:
    old, new = sphere(8000, 0), sphere(5000, 1) * np.float32(0.97)
    got = carried(old, old[:, 1].copy(), new)
    assert np.abs(got - new[:, 1]).mean() < 0.08
    assert np.corrcoef(got, new[:, 1])[0, 1] > 0.98


def test_constant_stays_constant_and_nothing_leaves_the_range() -> None:
    old = sphere(500, 2)
    np.testing.assert_allclose(carried(old, np.full(500, 0.3, np.float32), sphere(800, 3) * 0.5), 0.3, rtol=1e-6)
    values = old[:, 0].copy()
    got = carried(old, values, (sphere(300, 4) * 1.5).astype(np.float32))
    assert values.min() <= got.min()
    assert got.max() <= values.max()


def test_far_from_everything_the_mean_is_taken() -> None:
    old = np.float32([[0.9, 0.9, 0.9], [0.91, 0.9, 0.9]])
    got = carried(old, np.float32([0.0, 1.0]), np.float32([[-1, -1, -1]]))
    np.testing.assert_allclose(got, 0.5)
