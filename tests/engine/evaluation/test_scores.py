import math
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.store import list_items
from engine.evaluation.cards import with_section
from engine.evaluation.predict import inside_field
from engine.evaluation.presets import COLUMNS as COLUMNS_KNOWN
from engine.evaluation.presets import PRESETS, choose
from engine.evaluation.retrieval import nearest_picture
from engine.evaluation.scores import Measuring, Row, penalty, score, summarise
from engine.evaluation.tables import score_tables
from engine.evaluation.truth import Truth, read_truth
from engine.metrics import METRICS
from engine.metrics.align import ALIGNMENTS
from engine.shapes import Mesh

COLUMNS = ("iou", "emd")


def _row(method: str, category: str, value: float, empty: bool = False) -> Row:
    penalty = {"iou": 0.0, "emd": 8.0} if empty else {}
    return Row(method, "model", category, "id", "name", dict.fromkeys(COLUMNS, value), empty, 0.0, penalty=penalty)


def test_empty_answers_are_counted_and_left_out_of_means() -> None:
    rows = [_row("m", "chair", 1.0), _row("m", "chair", 5.0), _row("m", "chair", math.nan, True), _row("m", "lamp", 2.0)]
    chair, lamp, overall = summarise(rows)
    assert (chair.category, lamp.category, overall.category) == ("chair", "lamp", "all")
    assert (chair.count, chair.empty, overall.count, overall.empty) == (3, 1, 4, 1)
    assert chair.mean["emd"] == 3.0
    assert overall.median["emd"] == 2.0
    assert chair.penalised["emd"] == (1 + 5 + 8) / 3  # never mixed into the mean
    assert lamp.penalised == lamp.mean


def test_nothing_known_is_not_a_number() -> None:
    (summary, _) = summarise([_row("m", "chair", math.nan, True)])
    assert math.isnan(summary.mean["emd"])
    assert math.isnan(summary.median["emd"])


def test_the_nearest_picture_is_the_one_with_the_largest_cosine() -> None:
    known = [np.array([[1.0, 0.0], [0.6, 0.8]]), np.array([[0.0, 1.0]]), np.array([[0.0, 1.0]])]
    assert nearest_picture(np.array([0.8, 0.6]), known) == (0, 1, 0.96)
    assert nearest_picture(np.array([0.0, 1.0]), known)[:2] == (1, 0)  # the first of equals
    assert nearest_picture(np.array([0.8, 0.6]), [np.zeros((0, 1)), *known])[0] == 1  # a piece without pictures


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


def test_an_empty_answer_is_charged_with_a_point_in_the_middle(data: Path) -> None:
    truth = read_truth(next(item.folder for item in list_items(data, None, ("test",)) if item.name == "test ball"))
    measuring = Measuring(choose(("default", "accuracy"))[0], points=400)
    nothing = score(Mesh.empty("nothing"), None, truth, measuring)
    assert nothing["f_score"] == 0.0
    assert math.isnan(nothing["onet_l1"])
    fine = penalty(truth, measuring)
    # Every point of the ball is at distance 1 from its centre; the longest edge is 2.
    assert fine["onet_l1"] == pytest.approx(0.5, rel=0.01)
    assert fine["deepsdf_sphere"] == pytest.approx(2.0, rel=0.01)
    assert fine["emd"] == pytest.approx(0.5, rel=0.01)
    assert (fine["iou"], fine["f_score"], fine["normal_consistency"]) == (0.0, 0.0, 0.0)


def test_the_raw_mesh_is_a_second_truth(data: Path) -> None:
    truth = read_truth(next(item.folder for item in list_items(data, None, ("test",)) if item.name == "test tall"))
    measuring = Measuring(choose(("deepsdf_sphere",))[0], points=2000)
    found = score(truth.surface, truth.inside, truth, measuring)
    # Nothing is buried in a box: both truths are the same surface (the stored points find themselves now and then).
    assert found["deepsdf_sphere"] < found["deepsdf_sphere_raw"] < 1.6 * found["deepsdf_sphere"]
    inner = Mesh(np.concatenate([truth.raw.vertices, 0.5 * truth.raw.vertices]), [*truth.raw.faces, *(truth.raw.faces + 8)])
    buried = Truth(truth.item, truth.surface, truth.volume, truth.inside)
    buried.__dict__["raw"] = inner
    assert score(truth.surface, truth.inside, buried, measuring)["deepsdf_sphere_raw"] > 5 * found["deepsdf_sphere"]


def test_columns_and_measures_have_one_line_each() -> None:
    for preset in PRESETS.values():
        assert set(preset.columns) <= set(COLUMNS_KNOWN)
        assert preset.align in ALIGNMENTS
        assert preset.words
    assert set(METRICS) <= set(COLUMNS_KNOWN)
    columns, align = choose(("deepsdf", "imnet", "hausdorff", "imnet"))
    assert [c.name for c in columns].count("imnet") == 1
    assert align == "none"
    assert "ShapeNet" in columns[0].words(None, align)


def test_a_method_without_rows_in_a_category_still_has_a_line() -> None:
    summaries = summarise([_row("m", "chair", 1.0), _row("m", "bed", 3.0), _row("mean shape", "chair", 2.0)])
    (bed,) = [s for s in summaries if (s.method, s.category) == ("mean shape", "bed")]
    assert (bed.count, bed.empty) == (0, 0)
    assert math.isnan(bed.mean["emd"])
    tables = score_tables(summaries, [COLUMNS_KNOWN[name] for name in COLUMNS])
    (table,) = [one for one in tables if one.title.startswith("bed")]
    assert table.title == "bed (1 pieces)"
    assert ("mean shape", "–", "–", "0") in table.rows
