"""Distances between point sets against closed forms, brute force and laws of scaling."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.metrics.points import chamfer_l1_half, chamfer_squared_sum, emd_exact, f_score, hausdorff, nearest

GRID = np.stack(np.meshgrid(*[np.arange(4.0)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
SHIFT = np.array([0.1, -0.2, 0.2])  # length 0.3, less than half the grid's spacing: every point's partner is its own copy

clouds = st.builds(
    lambda seed, n: np.random.default_rng(seed).normal(size=(n, 3)), st.integers(0, 2**32 - 1), st.integers(1, 40)
)


def brute(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=2)).min(axis=1)


def test_a_shifted_grid_has_the_length_of_the_shift_in_every_convention() -> None:
    assert chamfer_squared_sum(GRID + SHIFT, GRID) == pytest.approx(2 * 0.09)
    assert chamfer_l1_half(GRID + SHIFT, GRID) == pytest.approx(0.3)
    assert hausdorff(GRID + SHIFT, GRID) == pytest.approx(0.3)
    distance, matching = emd_exact(GRID + SHIFT, GRID)
    assert distance == pytest.approx(0.3)
    assert np.array_equal(matching, np.arange(len(GRID)))


def test_one_point_against_two() -> None:
    one, two = np.zeros((1, 3)), np.array([[3.0, 0, 0], [0, 4.0, 0]])
    assert chamfer_squared_sum(one, two) == pytest.approx(9 + (9 + 16) / 2)
    assert chamfer_l1_half(one, two) == pytest.approx((3 + 3.5) / 2)
    assert hausdorff(one, two) == pytest.approx(4)
    assert f_score(one, two, 3) == pytest.approx(2 * 1 * 0.5 / 1.5)
    assert f_score(one, two, 2.9) == 0


def test_order_does_not_matter() -> None:
    order = np.random.default_rng(1).permutation(len(GRID))
    distance, matching = emd_exact(GRID[order], GRID)
    assert distance == 0
    assert np.array_equal(matching, order)
    assert chamfer_squared_sum(GRID[order], GRID) == 0


def test_a_scaled_sphere_is_its_change_of_radius_away() -> None:
    directions = np.random.default_rng(2).normal(size=(400, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    assert hausdorff(directions * 1.01, directions) == pytest.approx(0.01, rel=1e-9)
    assert chamfer_l1_half(directions * 1.01, directions) == pytest.approx(0.01, rel=1e-9)
    assert emd_exact(directions * 1.01, directions)[0] == pytest.approx(0.01, rel=1e-9)


@settings(max_examples=30, deadline=None)
@given(clouds, clouds)
def test_against_brute_force_and_symmetric(a: NDArray[np.float64], b: NDArray[np.float64]) -> None:
    distances, indices = nearest(a, b)
    assert distances == pytest.approx(brute(a, b))
    assert np.linalg.norm(a - b[indices], axis=1) == pytest.approx(distances)
    there, back = brute(a, b), brute(b, a)
    assert chamfer_squared_sum(a, b) == pytest.approx((there**2).mean() + (back**2).mean())
    assert chamfer_l1_half(a, b) == pytest.approx((there.mean() + back.mean()) / 2)
    assert chamfer_squared_sum(b, a) == pytest.approx(chamfer_squared_sum(a, b))
    assert f_score(b, a, 0.5) == pytest.approx(f_score(a, b, 0.5))
    assert hausdorff(a, b) == pytest.approx(max(there.max(), back.max()))


@settings(max_examples=20, deadline=None)
@given(clouds, st.floats(0.1, 10))
def test_scaling(a: NDArray[np.float64], scale: float) -> None:
    b = a[::-1] + np.array([0.3, 0.1, -0.2])
    assert chamfer_squared_sum(a * scale, b * scale) == pytest.approx(scale**2 * chamfer_squared_sum(a, b))
    assert chamfer_l1_half(a * scale, b * scale) == pytest.approx(scale * chamfer_l1_half(a, b))
    assert emd_exact(a * scale, b * scale)[0] == pytest.approx(scale * emd_exact(a, b)[0])
    assert chamfer_l1_half(a, a) == 0


def test_assignment_is_the_best_of_all_matchings() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        a, b = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
        best = min(np.linalg.norm(a - b[list(order)], axis=1).mean() for order in permutations(range(6)))
        distance, matching = emd_exact(a, b)
        assert distance == pytest.approx(best)
        assert np.linalg.norm(a - b[matching], axis=1).mean() == pytest.approx(distance)
        assert distance >= nearest(a, b)[0].mean()


def test_large_sets_go_through_space_in_order_and_still_answer_by_index() -> None:
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=(6000, 3)), rng.normal(size=(5000, 3))
    distances, indices = nearest(a, b)
    assert np.linalg.norm(a - b[indices], axis=1) == pytest.approx(distances)
    assert distances[::100] == pytest.approx(brute(a[::100], b))


def test_unequal_sizes_are_refused() -> None:
    with pytest.raises(ShapeError, match="3 and 2"):
        emd_exact(np.zeros((3, 3)), np.zeros((2, 3)))
    with pytest.raises(ShapeError, match="no points"):
        nearest(np.zeros((3, 3)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"\(N, 3\)"):
        nearest(np.zeros((3, 2)), np.zeros((3, 3)))
