import math

import numpy as np
import torch

from engine.evaluation.baselines import nearest_picture
from engine.evaluation.predict import inside_field
from engine.evaluation.report import with_section
from engine.evaluation.scores import COLUMNS, Row, summarise


def _row(method: str, category: str, value: float, empty: bool = False) -> Row:
    return Row(method, "model", category, "id", "name", dict.fromkeys(COLUMNS, value), empty, 0.0)


def test_empty_answers_are_counted_and_left_out_of_means() -> None:
    rows = [_row("m", "chair", 1.0), _row("m", "chair", 5.0), _row("m", "chair", math.nan, True), _row("m", "lamp", 2.0)]
    chair, lamp, overall = summarise(rows)
    assert (chair.category, lamp.category, overall.category) == ("chair", "lamp", "all")
    assert (chair.count, chair.empty, overall.count, overall.empty) == (3, 1, 4, 1)
    assert chair.mean["emd"] == 3.0
    assert overall.median["emd"] == 2.0


def test_nothing_known_is_not_a_number() -> None:
    (summary, _) = summarise([_row("m", "chair", math.nan, True)])
    assert math.isnan(summary.mean["emd"])
    assert math.isnan(summary.median["emd"])


def test_the_nearest_picture_is_the_one_with_the_largest_cosine() -> None:
    known = [np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])]
    assert nearest_picture(np.array([0.8, 0.6]), known) == (0, 1, 0.96)
    assert nearest_picture(np.array([0.0, 1.0]), known)[:2] == (1, 0)  # the first of equals


def test_what_lies_outside_the_field_is_outside_the_shape() -> None:
    class Everywhere:
        half_extent, lipschitz, clamp = 1.0, None, None

        def __call__(self, points: torch.Tensor) -> torch.Tensor:
            return -torch.ones(len(points))

    points = np.array([[0, 0, 0], [1, 1, 1], [0, 1.01, 0], [-1.5, 0, 0]], np.float32)
    assert inside_field(Everywhere(), points).tolist() == [True, True, False, False]


def test_a_section_is_added_at_the_end_where_there_is_none() -> None:
    assert with_section("# A\n", "## Scores\n\nx\n") == "# A\n\n## Scores\n\nx\n"
    assert with_section("# A\n\n## Scores\n\nold\n", "## Scores\n\nx\n") == "# A\n\n## Scores\n\nx\n"
