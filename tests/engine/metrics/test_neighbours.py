"""Nearest neighbours against brute force, on clouds that spoil careless trees; both ways of finding them agree."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.metrics import compiled
from engine.metrics.neighbours import Neighbours, nearest, nearest_both
from engine.progress import Cancelled

Cloud = NDArray[np.float64]


def brute(a: Cloud, b: Cloud) -> NDArray[np.float64]:
    return np.sqrt(np.array([((p - b) ** 2).sum(axis=1).min() for p in a]))


def sphere(n: int, rng: np.random.Generator) -> Cloud:
    points = rng.normal(size=(n, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def outliers(n: int, rng: np.random.Generator) -> Cloud:
    points = sphere(n, rng)
    points[:3] *= [[1e3], [1e6], [1e12]]
    return points


def clusters(n: int, rng: np.random.Generator) -> Cloud:
    return sphere(n, rng) * 10.0 ** -rng.integers(0, 13, (n, 1)) + rng.integers(0, 3, (n, 3))


CLOUDS: dict[str, Callable[[int, np.random.Generator], Cloud]] = {
    "sphere": sphere,
    "ball": lambda n, rng: sphere(n, rng) * rng.random((n, 1)),
    "plane": lambda n, rng: rng.random((n, 3)) * [1, 1, 0],
    "tilted line": lambda n, rng: rng.random((n, 1)) * [[1.0, 2.0, -3.0]],
    "one place": lambda n, rng: np.full((n, 3), 0.3),
    "two places": lambda n, rng: rng.integers(0, 2, (n, 1)) * np.ones(3),
    "lattice": lambda n, rng: rng.integers(0, 6, (n, 3)).astype(float),
    "outliers": outliers,
    "clusters": clusters,
    "powers": lambda n, rng: 0.5 ** np.arange(n)[:, None] * [[1.0, -1.0, 2.0]],
    "far away": lambda n, rng: sphere(n, rng) + 1e4,
}


@pytest.mark.parametrize("of_b", CLOUDS)
@pytest.mark.parametrize("of_a", CLOUDS)
def test_equals_brute_force_on_any_cloud(of_a: str, of_b: str) -> None:
    rng = np.random.default_rng(1)
    a, b = CLOUDS[of_a](150, rng), CLOUDS[of_b](700, rng)
    there, back = nearest_both(a, b)
    for (distances, indices), p, q in ((there, a, b), (back, b, a)):
        assert distances == pytest.approx(brute(p, q), rel=1e-12, abs=1e-300)
        assert np.linalg.norm(p - q[indices], axis=1) == pytest.approx(distances, rel=1e-12, abs=1e-300)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 200), st.integers(1, 200), st.floats(1e-6, 1e6))
def test_equals_brute_force_at_any_size_and_scale(seed: int, n: int, m: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(n, 3)) * scale, rng.normal(size=(m, 3))
    assert nearest(a, b)[0] == pytest.approx(brute(a, b), rel=1e-12)


@pytest.mark.parametrize("kind", ["sphere", "clusters", "lattice", "plane"])
def test_many_points_in_slices_and_threads_equal_scipy(kind: str) -> None:
    from scipy.spatial import cKDTree

    rng = np.random.default_rng(2)
    a, b = CLOUDS[kind](80_000, rng) + 0.01, CLOUDS[kind](50_000, rng)
    there, back = nearest_both(a, b)
    assert there[0] == pytest.approx(cKDTree(b).query(a)[0], rel=1e-12)
    assert back[0] == pytest.approx(cKDTree(a).query(b)[0], rel=1e-12)
    assert np.linalg.norm(a - b[there[1]], axis=1) == pytest.approx(there[0], rel=1e-12)


def test_until_the_kernels_are_compiled_scipy_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    a, b = sphere(30_000, rng), clusters(9_000, rng)
    quick = nearest_both(a, b)
    monkeypatch.setattr(compiled, "ready", lambda: False)
    slow = nearest_both(a, b)
    for one, other in zip(quick, slow, strict=True):
        assert one[0] == pytest.approx(other[0], rel=1e-14)
        assert (one[1] == other[1]).mean() > 0.99  # ties may fall either way


def test_an_index_may_be_asked_again_and_by_another_index() -> None:
    rng = np.random.default_rng(4)
    b = Neighbours(sphere(500, rng))
    for n in (1, 40, 3000):
        a = rng.normal(size=(n, 3))
        expected = brute(a, b.points)
        assert b.query(a)[0] == pytest.approx(expected, rel=1e-12)
        assert b.query(Neighbours(a))[0] == pytest.approx(expected, rel=1e-12)


def test_read_only_strided_and_single_precision_points_are_taken() -> None:
    rng = np.random.default_rng(5)
    wide = rng.normal(size=(900, 6)).astype(np.float32)
    a, b = wide[::2, :3], wide[1::2, 3:]
    frozen = a.copy()
    frozen.setflags(write=False)
    read_only = a.astype(np.float64)
    read_only.setflags(write=False)
    expected = brute(a.astype(float), b.astype(float))
    for points in (a, frozen, read_only):
        assert nearest(points, b)[0] == pytest.approx(expected, rel=1e-12)


def test_nothing_is_compiled_again_whatever_is_asked() -> None:
    from engine.metrics.kernels import curve, neighbours

    functions = (curve.along_curve, neighbours.build, neighbours.ask)
    rng = np.random.default_rng(6)
    for n in (1, 17, 5000, 70_000):
        nearest_both(rng.normal(size=(n, 3)).astype(np.float32), rng.normal(size=(n, 3)))
    assert [len(function.signatures) for function in functions] == [1, 1, 1]
    assert [sum(function.stats.cache_misses.values()) for function in functions] == [0, 0, 0]


def test_empty_sets_and_bad_numbers() -> None:
    none, some = np.zeros((0, 3)), np.ones((700, 3))
    assert len(nearest(none, some)[0]) == len(nearest(none, none)[0]) == 0
    with pytest.raises(ShapeError, match="no points"):
        nearest(some, none)
    with pytest.raises(ShapeError, match="no points"):
        nearest_both(some, none)
    with pytest.raises(ShapeError, match="NaN"):
        nearest([[np.nan, 0, 0]], some)
    with pytest.raises(ValueError, match=r"\(N, 3\)"):
        nearest(np.zeros((3, 2)), some)


def test_it_stops_when_told_to() -> None:
    class Stopping:
        def __init__(self) -> None:
            self.asked = 0

        def check(self) -> None:
            self.asked += 1
            if self.asked == 3:
                raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    points = np.random.default_rng(7).normal(size=(200_000, 3))
    stopping = Stopping()
    with pytest.raises(Cancelled):
        nearest(points, points[:1000], stopping)
    assert stopping.asked == 3


def test_the_curve_visits_every_cell_of_a_grid_by_unit_steps() -> None:
    from engine.metrics.kernels.curve import along_curve

    cells = np.stack(np.meshgrid(*[np.arange(16.0)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    order = along_curve(cells[np.random.default_rng(8).permutation(len(cells))].copy())
    assert sorted(order) == list(range(len(cells)))
    shuffled = cells[np.random.default_rng(8).permutation(len(cells))]
    assert np.abs(np.diff(shuffled[order], axis=0)).sum(axis=1).tolist() == [1.0] * (len(cells) - 1)
