"""Scores of sets of shapes: by hand, by laws, and with the traps that published numbers fell into."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.metrics.points import chamfer_squared_sum, emd_exact
from engine.metrics.sets import compare_sets, coverage, jsd, mmd, one_nn_accuracy

Array = NDArray[np.float64]


def balls(count: int, seed: int, centre: float = 0.0, points: int = 60) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(points, 3)) * 0.05 + rng.normal(size=3) * 0.05 + [centre, 0, 0] for _ in range(count)]


def test_mmd_and_coverage_by_hand_and_their_order() -> None:
    table = np.array([[1.0, 5.0, 9.0], [2.0, 4.0, 8.0]])  # two generated, three references
    assert mmd(table) == pytest.approx((1 + 4 + 8) / 3)
    assert coverage(table) == pytest.approx(1 / 3)  # both are nearest to the first reference
    assert mmd(table.T) == pytest.approx((1 + 2) / 2)
    assert coverage(table.T) == 1.0


def test_one_nearest_neighbour_by_hand() -> None:
    places = np.array([0.0, 1.0, 10.0, 11.0])
    table = np.abs(places[:, None] - places)
    assert one_nn_accuracy(table, 2) == 1  # {0, 1} and {10, 11}
    mixed = table[np.ix_([0, 2, 1, 3], [0, 2, 1, 3])]
    assert one_nn_accuracy(mixed, 2) == 0  # {0, 10} and {1, 11}: the nearest is always of the other set
    assert np.isnan(one_nn_accuracy(np.zeros((1, 1)), 1))


@pytest.mark.parametrize("distance", ["chamfer", "emd"])
def test_the_scores_are_those_of_the_distances_written_out(distance: str) -> None:
    made, true = balls(4, 0), balls(6, 1)
    scores = compare_sets(generated=made, references=true, distance=distance)  # type: ignore[arg-type]
    function = chamfer_squared_sum if distance == "chamfer" else lambda a, b: emd_exact(a, b)[0]
    table = np.array([[function(a, b) for b in true] for a in made])
    assert scores.mmd == pytest.approx(table.min(axis=0).mean())
    assert scores.coverage == len({int(row.argmin()) for row in table}) / 6
    everything = [*made, *true]
    right = 0
    for i, one in enumerate(everything):
        apart = [np.inf if i == j else function(one, other) for j, other in enumerate(everything)]
        right += (int(np.argmin(apart)) < 4) == (i < 4)
    assert scores.one_nn == right / 10
    assert (scores.generated, scores.references, scores.points, scores.distance) == (4, 6, 60, distance)


def test_a_copy_of_the_references_is_perfect_and_strangers_are_not() -> None:
    true = balls(12, 0)
    same = compare_sets(generated=true, references=true)
    assert (same.mmd, same.coverage, same.jsd, same.clipped) == (0, 1, 0, 0)
    assert same.one_nn == 0  # the nearest other shape is the own copy, in the other set
    far = compare_sets(generated=balls(12, 1, centre=0.4), references=true)
    assert far.one_nn == 1
    assert far.mmd > 0.05
    alike = compare_sets(generated=balls(12, 2), references=true)
    assert 0.2 < alike.one_nn < 0.8


def test_the_divergence_is_one_bit_for_strangers_and_known_for_a_half() -> None:
    left, right = np.full((10, 3), [-0.2, 0, 0]), np.full((10, 3), [0.2, 0, 0])
    assert jsd(generated=[left], references=[right])[0] == pytest.approx(1)
    # P = (1, 0), Q = (1/2, 1/2): M = (3/4, 1/4); H(M) - H(Q) / 2 = 0.8113 - 0.5
    assert jsd(generated=[left], references=[left, right])[0] == pytest.approx(0.311278, abs=1e-6)


def test_the_divergence_equals_scipys_on_the_same_counts() -> None:
    from scipy.spatial import cKDTree
    from scipy.spatial.distance import jensenshannon

    made, true = balls(3, 0, points=2000), balls(3, 5, points=2000)
    ticks = np.linspace(-0.5, 0.5, 28)
    nodes = np.array([(x, y, z) for x in ticks for y in ticks for z in ticks if x * x + y * y + z * z <= 0.25])
    counts = [np.bincount(cKDTree(nodes).query(np.concatenate(s))[1], minlength=len(nodes)) for s in (made, true)]
    assert jsd(generated=made, references=true)[0] == pytest.approx(jensenshannon(*counts, base=2) ** 2, rel=1e-9)


def test_points_outside_the_grid_are_counted_and_told() -> None:
    inside = np.zeros((30, 3))
    outside = np.full((10, 3), 0.9)
    value, clipped = jsd(generated=[inside], references=[inside[:0], outside])
    assert (value, clipped) == (pytest.approx(1), 10 / 40)
    assert jsd(generated=[[[0.5, 0, 0]]], references=[[[0, 0.5, 0]]])[1] == 0


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ShapeError, match="at least one"):
        compare_sets(generated=[], references=balls(1, 0))
    with pytest.raises(ShapeError, match="without points"):
        compare_sets(generated=[np.zeros((0, 3))], references=balls(1, 0))
    with pytest.raises(ShapeError, match="same number"):
        compare_sets(generated=balls(1, 0, points=5), references=balls(1, 0, points=6), distance="emd")
    with pytest.raises(TypeError):
        compare_sets(balls(1, 0), balls(1, 0))  # type: ignore[misc]
