"""Numbers in words."""

import math

import pytest

from engine.api import Frame, Measurement
from studio.measure_text import describe, floor_text, percent_text, sentence, value_text


def taken(value, **more):
    fields = {"metric": "emd", "label": "EMD", "convention": "mean of the matching", "points": 2048, "better": "lower", **more}
    return Measurement(value=value, frame=Frame.UNIT_CUBE, **fields)


@pytest.mark.parametrize(
    ("value", "better", "text"),
    [
        (0.0774, "lower", "0.0774"),
        (1.25, "lower", "1.2500"),
        (0.000312, "lower", "0.00031"),
        (3.1e-7, "lower", "3.1e-07"),
        (0.0, "lower", "0.0000"),
        (0.6149, "higher", "0.615"),
        (0.0, "higher", "0.000"),
        (math.nan, "lower", "–"),
        (math.inf, "higher", "–"),
    ],
)
def test_values_keep_the_figures_that_matter(value, better, text) -> None:
    assert value_text(value, better) == text


@pytest.mark.parametrize("share", [0.0071, 0.007, 0.00999, 0.012345, 1e-5, 3.3e-7, 0.1, 0.5])
def test_a_bound_is_never_printed_smaller_than_it_is(share) -> None:
    printed = float(percent_text(share)) / 100
    assert printed >= share * (1 - 1e-9)
    assert printed <= share * 1.25 + 0.001


def test_bounds_in_percent() -> None:
    assert percent_text(0.00712) == "0.8"
    assert percent_text(0.007) == "0.7"
    assert percent_text(0.00012) == "0.012"
    assert percent_text(0.0) == "0"


def test_an_exact_value_says_nothing_of_a_bound(qapp) -> None:
    assert describe(taken(0.0312, bound=0.0))[1] == "best matching · 2,048 pts · unit cube"
    assert "optimum" not in sentence(taken(0.0312))
    assert describe(taken(0.0312, bound=0.004))[1] == "≤ 0.4 % above optimum · 2,048 pts"


def test_floor_is_a_factor_for_distances_and_a_value_for_scores(qapp) -> None:
    assert floor_text(taken(0.013, floor=0.01)) == "1.3× floor"
    assert floor_text(taken(0.61, better="higher", floor=0.99)) == "floor 0.990"
    assert floor_text(taken(0.01)) == ""
    assert floor_text(taken(0.01, floor=math.nan)) == ""
    assert floor_text(taken(0.0, floor=0.0)) == "floor 0.0000"
