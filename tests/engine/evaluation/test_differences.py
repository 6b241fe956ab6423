import math

import numpy as np
import pytest

from engine.evaluation.differences import differences, interval
from engine.evaluation.scores import Row

COLUMNS = ("iou", "emd")


def _row(method: str, item: int, value: float, kind: str = "model", category: str = "chair") -> Row:
    return Row(method, kind, category, f"piece {item}", "name", dict.fromkeys(COLUMNS, value), False, 0.0)


def test_the_interval_of_a_mean_is_that_of_its_standard_error() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    mean, low, high = interval(values)
    error = values.std(ddof=1) / math.sqrt(len(values))
    assert mean == pytest.approx(values.mean())
    assert low == pytest.approx(mean - 1.96 * error, abs=0.1 * error)
    assert high == pytest.approx(mean + 1.96 * error, abs=0.1 * error)


def test_pairing_sees_what_two_separate_intervals_hide() -> None:
    draw = np.random.default_rng(1)
    hardness = draw.normal(0, 10, 40)  # pieces differ far more than the methods do
    rows = [_row("first", i, hardness[i]) for i in range(40)]
    rows += [_row("second", i, hardness[i] + 0.5 + draw.normal(0, 0.1)) for i in range(40)]
    overall = next(d for d in differences(rows, COLUMNS) if d.category == "all" and d.column == "iou")
    assert (overall.method, overall.other, overall.count) == ("second", "first", 40)
    assert overall.mean == pytest.approx(0.5, abs=0.05)
    assert overall.certain
    assert 0.4 < overall.low < overall.mean < overall.high < 0.6


def test_equal_methods_are_not_told_apart() -> None:
    rows = [_row(name, i, float(i)) for name in ("a", "b") for i in range(5)]
    assert not any(d.certain for d in differences(rows, COLUMNS))


def test_models_are_compared_with_baselines_never_with_the_floor_and_each_pair_once() -> None:
    rows = [_row("a", 0, 1.0), _row("b", 0, 2.0), _row("retrieval", 0, 4.0, "baseline"), _row("floor", 0, 9.0, "floor")]
    pairs = {(d.method, d.other) for d in differences(rows, COLUMNS)}
    assert pairs == {("b", "a"), ("a", "retrieval"), ("b", "retrieval")}


def test_pieces_without_a_score_are_left_out_and_categories_are_kept_apart() -> None:
    rows = [_row("a", 0, 1.0), _row("a", 1, math.nan), _row("a", 2, 5.0, category="lamp")]
    rows += [_row("b", 0, 2.0), _row("b", 1, 7.0), _row("b", 2, 5.0, category="lamp")]
    found = {(d.category, d.column): (d.count, d.mean) for d in differences(rows, COLUMNS)}
    assert found["chair", "emd"] == (1, 1.0)
    assert found["lamp", "emd"] == (1, 0.0)
    assert found["all", "emd"] == (2, 0.5)


def test_too_few_pieces_are_never_certain() -> None:
    for count, certain in ((4, False), (5, True)):
        rows = [_row(name, i, value) for name, value in (("a", 1.0), ("b", 2.0)) for i in range(count)]
        assert {d.certain for d in differences(rows, COLUMNS)} == {certain}
