"""Transport between sets of unequal size against POT and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from engine.errors import EngineError, ShapeError
from engine.metrics.emd import emd
from engine.metrics.transport import Transport, transport
from engine.progress import Cancelled

Cloud = NDArray[np.float64]


def clouds(n: int, m: int, seed: int = 0) -> tuple[Cloud, Cloud]:
    rng = np.random.default_rng([seed, n, m])
    a = rng.normal(size=(n, 3))
    return a / np.linalg.norm(a, axis=1, keepdims=True), rng.uniform(-1, 1, (m, 3)) * [1, 0.5, 0]


def check(plan: Transport, a: Cloud, b: Cloud) -> None:
    """A plan that moves everything, everywhere, at the cost told."""
    n, m = len(a), len(b)
    moved = np.zeros((n, m))
    np.add.at(moved, (plan.rows, plan.columns), plan.mass)
    assert (plan.mass > 0).all()
    assert moved.sum(axis=1) == pytest.approx(np.full(n, 1 / n), rel=1e-9)
    assert moved.sum(axis=0) == pytest.approx(np.full(m, 1 / m), rel=1e-9)
    assert plan.value == pytest.approx((moved * cdist(a, b)).sum(), rel=1e-9, abs=1e-15)
    assert plan.lower_bound <= plan.value
    assert plan.lower_bound == pytest.approx(plan.value, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "m"), [(1, 7), (7, 1), (5, 3), (40, 60), (64, 256), (97, 83), (211, 150), (150, 211), (300, 301), (512, 384)]
)
def test_equals_pot(n: int, m: int) -> None:
    import ot

    a, b = clouds(n, m)
    plan = transport(a, b)
    check(plan, a, b)
    expected = ot.emd2(np.full(n, 1 / n), np.full(m, 1 / m), cdist(a, b))
    assert plan.value == pytest.approx(expected, rel=1e-9)


def test_equal_sizes_are_a_matching() -> None:
    a, b = clouds(120, 120)
    plan, matching = transport(a, b), emd(a, b, 0)
    assert plan.value == matching.value
    assert plan.columns[np.argsort(plan.rows)].tolist() == matching.matching.tolist()


def test_copies_of_a_set_are_as_good_as_the_set() -> None:
    a, b = clouds(60, 45)
    assert transport(np.repeat(a, 3, axis=0), b).value == pytest.approx(transport(a, b).value, rel=1e-9)
    assert transport(np.tile(a, (4, 1)), a).value == pytest.approx(0, abs=1e-12)


def test_everything_at_one_place() -> None:
    one = np.full((89, 3), 0.5)
    plan = transport(one, one[:84])
    check(plan, one, one[:84])
    assert plan.value == 0
    assert transport(one, one[:84] + np.array([0, 3.0, 4.0])).value == pytest.approx(5)


def test_on_a_line_it_is_the_area_between_the_distributions() -> None:
    from scipy.stats import wasserstein_distance

    rng = np.random.default_rng(1)
    a, b = rng.normal(size=127), rng.uniform(-2, 4, 90)
    way = np.array([[0.6, 0.0, -0.8]])
    assert transport(a[:, None] * way, b[:, None] * way).value == pytest.approx(wasserstein_distance(a, b), rel=1e-9)


def test_too_large_too_small_and_told_to_stop() -> None:
    with pytest.raises(ShapeError, match="nothing to transport"):
        transport(np.zeros((0, 3)), np.ones((2, 3)))
    with pytest.raises(EngineError, match="memory"):
        transport(np.zeros((5001, 3)), np.zeros((5000, 3)))

    class Stopping:
        def __init__(self, after: int) -> None:
            self.left = after

        def check(self) -> None:
            self.left -= 1
            if self.left == 0:
                raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    for after in (1, 5, 10):
        with pytest.raises(Cancelled):
            transport(*clouds(211, 150), Stopping(after))
