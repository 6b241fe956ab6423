"""Evaluation on a data set where the right answers are known."""

import csv
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from engine.cli.program import OK, USER_ERROR, run
from engine.data.store import list_items
from engine.errors import DataError, EngineError, ModelError
from engine.evaluation.baselines import (
    MEAN_SHAPE,
    ORACLE_OF_ALL,
    ORACLE_RETRIEVAL,
    PICTURE_RETRIEVAL,
    SAMPLING_FLOOR,
    Setting,
    baseline_jobs,
)
from engine.evaluation.cards import write_card
from engine.evaluation.predict import Asking
from engine.evaluation.presets import DEFAULT, PRESETS, choose
from engine.evaluation.report import as_markdown, write_results
from engine.evaluation.run import Evaluation, Plan, evaluate
from engine.evaluation.scores import Measuring, Row
from engine.evaluation.search import TrainingSet
from engine.evaluation.workers import Inline
from engine.progress import NO_PROGRESS


@pytest.fixture(scope="module")
def plan(data: Path, lasting_sphere_models: Path) -> Plan:
    return Plan(("pictured", "dotted"), data, points=2000, asking=Asking("cpu", (lasting_sphere_models,)), workers=0)


@pytest.fixture(scope="module")
def evaluation(plan: Plan) -> Evaluation:
    return evaluate(plan)


def _row(evaluation: Evaluation, method: str, item: str) -> Row:
    (row,) = [row for row in evaluation.rows if (row.method, row.name) == (method, item)]
    return row


def test_an_exact_field_has_an_iou_of_one_and_distances_at_the_floor(evaluation: Evaluation) -> None:
    row, floor = (_row(evaluation, method, "test ball") for method in ("pictured", SAMPLING_FLOOR))
    assert row.scores["iou"] == 1.0
    assert not row.empty
    # The truth's skin is an icosphere a little inside the ball: 1 % of its radius at most.
    assert row.scores["onet_l1"] < floor.scores["onet_l1"] + 0.005
    assert row.scores["f_score"] > 0.8 * floor.scores["f_score"] > 0.05  # 2,000 points leave gaps wider than 1 %


def test_points_on_the_truth_have_no_iou_but_distances(evaluation: Evaluation) -> None:
    row = _row(evaluation, "dotted", "test ball")
    assert math.isnan(row.scores["iou"])
    assert row.scores["onet_l1"] < 0.03
    assert row.scores["emd"] < 0.1


def test_a_wrong_shape_scores_worse(evaluation: Evaluation) -> None:
    right, wrong = _row(evaluation, "pictured", "test ball"), _row(evaluation, "pictured", "test tall")
    assert wrong.scores["iou"] < 0.5
    assert wrong.scores["deepsdf_sphere"] > 10 * right.scores["deepsdf_sphere"]
    assert wrong.scores["f_score"] < right.scores["f_score"]


def test_oracle_retrieval_of_an_identical_training_shape_is_at_the_floor(evaluation: Evaluation) -> None:
    row, floor = (_row(evaluation, method, "test tall") for method in (ORACLE_RETRIEVAL, SAMPLING_FLOOR))
    assert row.words == "Test#train tall"
    assert row.scores["iou"] == 1.0
    for name in ("deepsdf_sphere", "onet_l1", "emd"):
        assert row.scores[name] == pytest.approx(floor.scores[name], rel=0.1)
        assert floor.scores[name] > 0
    assert _row(evaluation, ORACLE_RETRIEVAL, "test ball").words == "Test#train ball"


def test_picture_retrieval_follows_the_picture(evaluation: Evaluation) -> None:
    tall = _row(evaluation, PICTURE_RETRIEVAL, "test tall")  # its picture is that of the tall training box
    assert tall.words.startswith("Test#train tall by its ")
    assert tall.words.endswith("cosine 1.000")
    assert tall.scores["iou"] == 1.0
    ball = _row(evaluation, PICTURE_RETRIEVAL, "test ball")
    assert ball.words.startswith("Test#train ball")


def test_the_fit_of_an_auto_decoder_is_scored(data: Path, sphere_models: Path) -> None:
    asking = Asking("cpu", (sphere_models,), fit_steps=60)
    fitted = evaluate(Plan(("spheres",), data, limit=1, points=500, baselines=False, asking=asking, workers=0))
    (row,) = fitted.rows  # one piece of each category
    assert row.words.startswith("latent fit, 60 steps")
    assert row.scores["iou"] > 0.3


def test_summaries_are_means_and_medians_over_pieces(evaluation: Evaluation) -> None:
    rows = [row for row in evaluation.rows if row.method == "pictured"]
    (overall,) = [s for s in evaluation.summaries if (s.method, s.category) == ("pictured", "all")]
    assert overall.count == len(rows) == 2
    for name in ("iou", "deepsdf_sphere", "f_score", "emd"):
        assert overall.mean[name] == pytest.approx(sum(row.scores[name] for row in rows) / 2)
        assert overall.median[name] == pytest.approx(overall.mean[name])  # of two
    methods = [s.method for s in evaluation.summaries if s.category == "chair"]
    by_model = [f"{PICTURE_RETRIEVAL} by {model}" for model in ("pictured", "dotted")]
    assert methods == ["pictured", "dotted", MEAN_SHAPE, PICTURE_RETRIEVAL, *by_model, ORACLE_RETRIEVAL, SAMPLING_FLOOR]


def test_the_stronger_picture_retrieval_is_named(evaluation: Evaluation) -> None:
    mean = {s.method: s.mean["iou"] for s in evaluation.summaries if s.category == "all"}
    named = evaluation.settings["picture_retrieval"]
    assert mean[named] == max(value for method, value in mean.items() if method.startswith(PICTURE_RETRIEVAL))
    # "pictured" gives every picture the same code: all are alike, so the first training piece is its answer.
    words = {row.words for row in evaluation.rows if row.method == f"{PICTURE_RETRIEVAL} by pictured"}
    assert words == {"Test#train ball by its catalogue picture, cosine 1.000"}


def test_an_answer_that_is_a_training_shape_is_found_out(evaluation: Evaluation) -> None:
    new = _row(evaluation, "pictured", "test ball").novelty
    assert new is not None
    assert new.nearest == "Test#train ball"  # the model always answers with the unit ball
    assert new.is_copy
    assert not new.generated
    assert new.distance < 2 * new.floor
    assert _row(evaluation, "pictured", "test tall").novelty.nearer_than_truth
    assert _row(evaluation, PICTURE_RETRIEVAL, "test ball").novelty is None  # retrieval need not be told
    (overall,) = [s for s in evaluation.summaries if (s.method, s.category) == ("pictured", "all")]
    assert overall.copies == 1.0
    assert overall.nearer_than_truth >= 0.5
    assert "| pictured | all | 100% |" in as_markdown(evaluation)


def test_generated_pieces_are_retrieved_but_not_by_the_oracle_of_real_ones(
    data: Path, tmp_path: Path, sphere_models: Path
) -> None:
    root = tmp_path / "data"
    shutil.copytree(data, root)
    meta = next(path for path in root.glob("items/chair/*/meta.json") if json.loads(path.read_text())["name"] == "train tall")
    meta.write_text(json.dumps(json.loads(meta.read_text()) | {"source": "generated"}))
    asking, measuring = Asking("cpu", (sphere_models,)), Measuring(choose(("deepsdf_sphere",))[0])
    training, pieces = TrainingSet(root), tuple(list_items(root, None, ("test",)))
    assert [len(training.folders(generated)) for generated in (False, True)] == [2, 1]
    jobs = baseline_jobs(Setting(pieces, training, ("pictured",), asking, measuring), Inline(), NO_PROGRESS)
    tall = next(piece.folder for piece in pieces if piece.name == "test tall")
    found = {job.method: job for job in jobs if job.folder == tall}
    assert found[ORACLE_RETRIEVAL].words != "Test#train tall"
    assert found[ORACLE_OF_ALL].words == "Test#train tall"
    assert found[PICTURE_RETRIEVAL].words.startswith("Test#train tall")
    assert found[f"{PICTURE_RETRIEVAL} by pictured"].retrieved is not None
    assert found[MEAN_SHAPE].given.words == "mean of 2 training shapes"
    assert {job.inside for job in jobs} == {None}  # no IoU was asked for: nothing is filled for nothing


def test_half_a_surface_tells_less_than_the_whole(data: Path, sphere_models: Path) -> None:
    asking = Asking("cpu", (sphere_models,), fit_steps=60)
    plan = Plan(("spheres",), data, points=500, baselines=False, half=True, pictures=False, asking=asking, workers=0)
    found = evaluate(plan)
    assert [row.method for row in found.rows] == ["spheres"] * 2 + ["spheres, half surface"] * 2
    half = _row(found, "spheres, half surface", "test ball")
    assert half.words.startswith("latent fit to half of the surface, ")
    assert half.scores["iou"] > 0.9  # a ball is known from half of it


def test_a_picture_that_shows_nothing_is_an_empty_answer(data: Path, tmp_path: Path, sphere_models: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(data, root)
    for path in root.glob("items/chair/*/meta.json"):
        if json.loads(path.read_text())["name"] == "test ball":
            Image.new("RGBA", (128, 128), (255, 255, 255, 0)).save(path.with_name("picture.png"))
    asking = Asking("cpu", (sphere_models,))
    plan = Plan(("pictured",), root, limit=1, presets=("deepsdf_sphere", "iou"), points=200, asking=asking, workers=0)
    found = evaluate(plan)
    row = _row(found, "pictured", "test ball")
    assert row.empty
    assert row.words.startswith("no answer: ")
    assert row.scores["iou"] == 0.0
    assert math.isnan(row.scores["deepsdf_sphere"])
    assert row.penalty["deepsdf_sphere"] == pytest.approx(2.0, rel=0.01)
    assert PICTURE_RETRIEVAL not in {row.method for row in found.rows}
    assert "Empty answers with a penalty" in as_markdown(found)


def test_presets_choose_the_columns_and_every_figure_names_its_convention(data: Path, sphere_models: Path) -> None:
    asking = Asking("cpu", (sphere_models,))
    names = tuple(name for name in PRESETS if name != DEFAULT)
    plan = Plan(
        ("pictured",), data, limit=1, presets=names, align="box_edge", points=60, baselines=False, asking=asking, workers=0
    )
    found = evaluate(plan)
    for column in found.columns:
        assert found.rows[0].scores[column.name] >= 0, column.name
        assert "align" in found.conventions[column.name]
    assert "centre of the box, longest edge" in found.conventions["imnet"]
    assert "never aligned" in found.conventions["iou"]
    assert "60 points against 960" in found.conventions["psgn_train"]
    with pytest.raises(EngineError, match="no preset nobody"):
        evaluate(replace(plan, presets=("nobody",)))
    with pytest.raises(EngineError, match="no alignment nobody"):
        evaluate(replace(plan, align="nobody"))


def test_the_same_seed_gives_the_same_numbers(plan: Plan, evaluation: Evaluation) -> None:
    again = evaluate(replace(plan, limit=1))
    first = {(row.method, row.item): (row.words, str(row.scores)) for row in evaluation.rows}
    assert len(again.rows) == len(evaluation.rows) / 2
    for row in again.rows:
        assert (row.words, str(row.scores)) == first[row.method, row.item]


def test_results_are_written_in_three_forms(evaluation: Evaluation, tmp_path: Path) -> None:
    paths = write_results(evaluation, tmp_path / "new")
    assert [path.name for path in paths] == ["results.json", "results.csv", "results.md", "results.html"]
    document = json.loads(paths[0].read_text())
    assert len(document["rows"]) == len(evaluation.rows) == 16
    assert document["conventions"]["onet_l1"].startswith("1/2 (mean a + mean b)")
    with paths[1].open() as file:
        lines = list(csv.DictReader(file))
    assert [line["method"] for line in lines] == [row.method for row in evaluation.rows]
    dotted = next(line for line in lines if line["method"] == "dotted")
    assert dotted["iou"] == ""  # a point set has none
    assert float(dotted["onet_l1"]) > 0
    assert as_markdown(evaluation) == paths[2].read_text()
    assert "| oracle retrieval |" in paths[2].read_text()


def test_cards_take_the_scores_and_take_them_anew(evaluation: Evaluation, sphere_models: Path) -> None:
    folder = sphere_models / "pictured"
    (folder / "card.md").write_text("# pictured\n\nWords.\n\n## Scores\n\nold\n\n## Use\n\nmore\n")
    for _ in range(2):
        write_card(evaluation, "pictured", folder)
        text = (folder / "card.md").read_text()
        assert text.count("## Scores") == 1
        assert "old" not in text
        assert text.startswith("# pictured\n\nWords.\n\n## Scores\n")
        assert text.endswith("\n## Use\n\nmore\n")
        assert "| pictured |" in text
        assert "| dotted |" not in text
        assert "| picture retrieval |" in text
        assert "answer is a training shape" in text
    scores = json.loads((folder / "card.json").read_text())["scores"]
    baselines = {row.method for row in evaluation.rows if row.kind != "model"}
    assert {s["method"] for s in scores["summaries"]} == {"pictured"} | baselines


def test_a_model_that_was_not_scored_gets_no_card(evaluation: Evaluation, sphere_models: Path) -> None:
    with pytest.raises(ModelError, match="was not scored"):
        write_card(evaluation, "spheres", sphere_models / "spheres")


def test_what_is_missing_is_said(plan: Plan, data: Path, tmp_path: Path, sphere_models: Path) -> None:
    asking = Asking("cpu", (sphere_models,))
    with pytest.raises(DataError, match="no val pieces"):
        evaluate(Plan((), data, "val", asking=asking, workers=0))
    with pytest.raises(DataError, match="No prepared shapes"):
        evaluate(Plan((), tmp_path / "none", asking=asking, workers=0))
    with pytest.raises(ModelError, match="no model nobody"):
        evaluate(Plan(("nobody",), data, asking=asking, workers=0))


def test_the_command_writes_and_prints(
    data: Path, sphere_models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "dotted", "--data", str(data), "--limit", "1", "--no-baselines", "--points", "500", "--workers", "0"]
    assert run([*words, "--out", str(tmp_path / "out"), "--write-card", "--json"]) == OK
    document = json.loads(capsys.readouterr().out)
    assert [row["method"] for row in document["rows"]] == ["dotted"]
    assert document["rows"][0]["scores"]["iou"] is None
    assert (tmp_path / "out" / "results.md").is_file()
    assert "## Scores" in (sphere_models / "dotted" / "card.md").read_text()
    assert run([*words[:1], "nobody", *words[2:]]) == USER_ERROR
