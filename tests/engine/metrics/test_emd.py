"""The earth mover's distance against SciPy, POT and closed forms, and its certificate against the truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from engine.errors import ShapeError
from engine.metrics import compiled
from engine.metrics.emd import LiveEMD, Matching, emd
from engine.progress import Cancelled

Cloud = NDArray[np.float64]


def sphere(n: int, rng: np.random.Generator) -> Cloud:
    points = rng.normal(size=(n, 3))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def box(n: int, rng: np.random.Generator) -> Cloud:
    points = rng.uniform(-1, 1, (n, 3))
    points[np.arange(n), rng.integers(3, size=n)] = rng.choice([-1.0, 1.0], n)
    return points * [0.9, 0.5, 0.7]


def chair(n: int, rng: np.random.Generator) -> Cloud:
    """A seat, a back and four legs: thin sheets and rods."""
    points = rng.uniform(-0.4, 0.4, (n, 3))
    part = rng.integers(0, 4, n)
    points[part == 0, 1] = 0.0
    points[part == 1, 2] = -0.4
    points[part == 1, 1] += 0.4
    legs = part >= 2
    points[legs, 1] -= 0.4
    points[legs, 0], points[legs, 2] = np.sign(points[legs, 0]) * 0.38, np.sign(points[legs, 2]) * 0.38
    return points


def clusters(n: int, rng: np.random.Generator) -> Cloud:
    return rng.integers(0, 3, (n, 3)) + 10.0 ** -rng.integers(1, 8, (n, 1)) * rng.normal(size=(n, 3))


def lattice(n: int, rng: np.random.Generator) -> Cloud:
    return rng.integers(0, 5, (n, 3)).astype(float)


KINDS: tuple[Callable[[int, np.random.Generator], Cloud], ...] = (sphere, box, chair, clusters, lattice)


def instance(number: int) -> tuple[Cloud, Cloud]:
    """Most are small; every fourth is a jittered copy; scales and places differ."""
    rng = np.random.default_rng([7, number])
    n = int(2 ** rng.uniform(3, 8)) if number % 40 else 2048 // (1 + number // 40)
    a = KINDS[number % 5](n, rng)
    b = a[rng.permutation(n)] + 0.02 * rng.normal(size=(n, 3)) if number % 4 == 0 else KINDS[rng.integers(5)](n, rng)
    scale = 10.0 ** rng.integers(-3, 4)
    shift = rng.normal(size=3) * (100 if number % 7 == 0 else 1)
    return a * scale + shift, b * scale + shift


def optimum(a: Cloud, b: Cloud) -> float:
    cost = cdist(a, b)
    return float(cost[linear_sum_assignment(cost)].mean())


def check(found: Matching, a: Cloud, b: Cloud, best: float) -> None:
    """A bijection of the value told, and a bound that the prices prove and the optimum obeys."""
    assert sorted(found.matching) == list(range(len(a)))
    assert found.value == pytest.approx(np.linalg.norm(a - b[found.matching], axis=1).mean(), rel=1e-12, abs=1e-300)
    proven = (cdist(a, b) + found.prices).min(axis=1).mean() - found.prices.mean()
    noise = 1e-12 * (best + np.abs(found.prices).max())
    assert found.lower_bound == pytest.approx(max(proven, 0), rel=0, abs=noise)
    assert found.lower_bound <= best + noise
    assert found.value >= best - noise
    if best > 0 and np.isfinite(found.gap):
        assert found.gap >= (found.value - best) / best - 1e-12


def test_exact_equals_scipy_and_pot_on_two_hundred_instances() -> None:
    import ot

    for number in range(200):
        a, b = instance(number)
        best = optimum(a, b)
        found = emd(a, b, tolerance=0)
        assert found.value == pytest.approx(best, rel=1e-9), number
        assert found.gap < 1e-9, number
        check(found, a, b, best)
        even = np.full(len(a), 1 / len(a))
        assert found.value == pytest.approx(ot.emd2(even, even, cdist(a, b)), rel=1e-6), number


def test_the_certificate_holds_on_all_of_them_and_the_tolerance_is_kept() -> None:
    for number in range(200):
        a, b = instance(number)
        best = emd(a, b, 0).value  # equal to SciPy's, see above
        for tolerance in (0.001, 0.01, 0.1):
            found = emd(a, b, tolerance)
            check(found, a, b, best)
            assert found.gap <= tolerance, number


def test_a_translation_costs_its_length() -> None:
    a = box(700, np.random.default_rng(0))
    for length in (0.01, 3.0, 400.0):
        shift = length * np.array([2.0, -1.0, 2.0]) / 3
        found = emd(a + shift, a, tolerance=0)
        assert found.value == pytest.approx(length, rel=1e-12)
        assert found.lower_bound == pytest.approx(length, rel=1e-9)


@pytest.mark.parametrize("tolerance", [0, 0.01])
def test_a_permutation_costs_nothing_and_is_found(tolerance: float) -> None:
    rng = np.random.default_rng(1)
    a = chair(900, rng)
    order = rng.permutation(900)
    found = emd(a[order], a, tolerance)
    assert found.value == 0
    assert found.gap == 0
    assert found.matching.tolist() == order.tolist()


def test_concentric_spheres_are_matched_radially() -> None:
    a = sphere(1500, np.random.default_rng(2))
    found = emd(1.25 * a, a, tolerance=0)
    assert found.value == pytest.approx(0.25, rel=1e-12)
    assert found.matching.tolist() == list(range(1500))


def test_on_a_line_the_order_is_kept() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=800), rng.uniform(-3, 1, 800)
    way = np.array([1.0, -2.0, 2.0]) / 3
    found = emd(a[:, None] * way, b[:, None] * way, tolerance=0)
    assert found.value == pytest.approx(np.abs(np.sort(a) - np.sort(b)).mean(), rel=1e-12)


@pytest.mark.parametrize("tolerance", [0, 0.01])
@pytest.mark.parametrize("n", [1, 2, 3, 63, 64, 130, 600])
def test_degenerate_sets(n: int, tolerance: float) -> None:
    rng = np.random.default_rng(n)
    one = np.full((n, 3), 0.7)
    assert emd(one, one, tolerance).value == 0
    assert emd(one, one + np.array([0, 0, 2.0]), tolerance).value == pytest.approx(2)
    two = rng.integers(0, 2, (n, 1)) * np.ones(3)
    other = rng.integers(0, 2, (n, 1)) * np.ones(3)
    for a, b in ((two, other), (two, one), (lattice(n, rng), lattice(n, rng)), (rng.random((n, 1)) * [[1, 1, 0]], two)):
        check(emd(a, b, tolerance), a, b, optimum(a, b))
        assert emd(a, b, tolerance).value <= optimum(a, b) * (1 + tolerance) + 1e-12


def test_warm_starts_are_certified_too_and_settle_on_the_same_optimum() -> None:
    rng = np.random.default_rng(4)
    b = box(512, rng)
    a = sphere(512, rng)
    live = LiveEMD(0.01)
    for step in range(8):
        moved = a * (1 + 0.02 * step) + [0.01 * step, 0, 0]
        found = live(moved, b)
        check(found, moved, b, optimum(moved, b))
        assert found.gap <= 0.01
        assert found.warm == (step > 0)
    best = emd(moved, b, 0)
    for start in (found.prices, rng.random(512), 1e3 * rng.random(512), np.full(512, -5.0)):
        again = emd(moved, b, 0, prices=start)
        assert again.value == pytest.approx(best.value, rel=1e-12)
        assert again.gap < 1e-9


def test_another_reference_starts_afresh() -> None:
    rng = np.random.default_rng(5)
    a, b, c = sphere(300, rng), box(300, rng), chair(300, rng)
    live = LiveEMD(0.01)
    live(a, b)
    assert live(a, c).prices.tolist() == emd(a, c).prices.tolist()
    assert live(a[:200], c[:200]).gap <= 0.01


def test_the_same_arguments_give_the_same_answer() -> None:
    rng = np.random.default_rng(6)
    a, b = sphere(1024, rng), chair(1024, rng)
    for tolerance in (0, 0.01):
        one, other = emd(a, b, tolerance), emd(a, b, tolerance)
        assert one.matching.tolist() == other.matching.tolist()
        assert (one.value, one.lower_bound) == (other.value, other.lower_bound)


def test_nothing_is_compiled_again_whatever_is_asked() -> None:
    from engine.metrics.kernels import auction, augment, duals, halving, rows

    functions = (
        *(auction.release, auction.bid, auction.bid_exactly, auction.bound_about, auction.descend, auction.tighten),
        *(augment.take_levels, augment.augment, duals.lower, duals.carry, duals.prove, halving.halved, halving.centres),
        rows.refresh_range,
    )
    rng = np.random.default_rng(10)
    for n in (1, 70, 2300):
        a, b = sphere(n, rng).astype(np.float32), chair(n, rng)
        b.setflags(write=False)
        for tolerance in (0, 1, 0.01, np.float64(0.05)):
            found = emd(a, b, tolerance)
            emd(np.asfortranarray(a), b[::-1], tolerance, found.prices)
    assert [len(function.signatures) for function in functions] == [1] * len(functions)
    assert [sum(function.stats.cache_misses.values()) for function in functions] == [0] * len(functions)


def test_it_stops_when_told_to() -> None:
    class Stopping:
        def __init__(self, after: int) -> None:
            self.left = after

        def check(self) -> None:
            self.left -= 1
            if self.left == 0:
                raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    rng = np.random.default_rng(8)
    a, b = sphere(2048, rng), chair(2048, rng)
    for after in (1, 3, 6, 9):
        for tolerance in (0, 0.01):
            with pytest.raises(Cancelled):
                emd(a, b, tolerance, progress=Stopping(after))
    check(emd(a, b), a, b, optimum(a, b))


def test_until_the_kernels_are_compiled_scipy_matches(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    a, b = sphere(200, rng), box(200, rng)
    quick = emd(a, b, 0)
    monkeypatch.setattr(compiled, "ready", lambda: False)
    slow = emd(a, b)
    assert slow.value == pytest.approx(quick.value, rel=1e-12)
    assert slow.gap == 0
    assert slow.prices.shape == (200,)


def test_bad_arguments() -> None:
    some = np.ones((3, 3))
    for a, b in ((some, np.ones((2, 3))), (np.zeros((0, 3)), np.zeros((0, 3)))):
        with pytest.raises(ShapeError, match="same number of points"):
            emd(a, b)
    with pytest.raises(ShapeError, match="NaN"):
        emd([[np.inf, 0, 0]], [[0.0, 0, 0]])
    with pytest.raises(ValueError, match="tolerance"):
        emd(some, some, tolerance=-1)
    with pytest.raises(ValueError, match="prices"):
        emd(some, some, prices=[1.0, 2.0])
