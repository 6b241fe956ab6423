"""An evaluation that was cut off goes on where it was, and never with answers that belong to something else."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from engine.cli.program import OK, run
from engine.evaluation import jobs
from engine.evaluation.predict import Asking
from engine.evaluation.report import as_csv
from engine.evaluation.run import Evaluation, Plan, evaluate
from engine.progress import Cancelled


class StopAt:
    """Cancels the scoring before one of its jobs."""

    def __init__(self, job: int) -> None:
        self.job = job

    def check(self) -> None:
        pass

    def step(self, done: float, total: float, text: str = "") -> None:
        if text == "scoring" and done >= self.job:
            raise Cancelled

    def partial(self, value: object) -> None:
        pass


@pytest.fixture
def models(lasting_sphere_models: Path, tmp_path: Path) -> Path:
    return Path(copytree(lasting_sphere_models, tmp_path / "models"))


@pytest.fixture
def plan(data: Path, models: Path, tmp_path: Path) -> Plan:
    asking = Asking("cpu", (models,))
    names = ("pictured", "dotted")
    kept = tmp_path / "kept"
    return Plan(names, data, presets=("onet_l1",), points=500, baselines=False, asking=asking, workers=0, keep=kept)


@pytest.fixture
def scored(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the methods that were really scored, in order."""
    names: list[str] = []
    score = jobs._score_piece

    def watched(job: jobs.ScoreJob) -> jobs.Scored:
        names.append(job.name)
        return score(job)

    monkeypatch.setattr(jobs, "_score_piece", watched)
    return names


def _figures(evaluation: Evaluation) -> list[list[str]]:
    lines = [line.split(",") for line in as_csv(evaluation).splitlines()]
    seconds = lines[0].index("seconds")
    return [line[:seconds] + line[seconds + 1 :] for line in lines]


def test_what_was_scored_before_is_not_scored_again_and_the_result_is_the_same(plan: Plan, scored: list[str]) -> None:
    plan = replace(plan, baselines=True, pictures=False)
    with pytest.raises(Cancelled):
        evaluate(plan, StopAt(3))
    assert len(scored) == 3
    again = evaluate(plan)
    count = len(scored)
    whole = evaluate(replace(plan, keep=None))
    assert len(scored) - count == count  # all three before and the rest after, none twice
    assert _figures(again) == _figures(whole)


def test_other_settings_samples_or_weights_are_scored_anew(plan: Plan, scored: list[str], models: Path) -> None:
    evaluate(plan)
    count = len(scored)
    evaluate(replace(plan, points=400))
    assert len(scored) == 2 * count
    evaluate(replace(plan, asking=replace(plan.asking, seed=1)))
    assert len(scored) == 3 * count
    config = models / "pictured" / "config.json"
    config.write_text(config.read_text() + "\n")
    scored.clear()
    evaluate(plan)
    assert scored == ["pictured", "pictured"]  # not the other model, nor the two pieces


def test_a_file_that_cannot_be_read_is_made_again(plan: Plan, scored: list[str]) -> None:
    evaluate(plan)
    assert plan.keep is not None
    files = sorted(plan.keep.iterdir())
    for path, content in zip(files, ("", "{}", '{"row": [], "picture": ""}', "[1]"), strict=False):
        path.write_text(content)
    scored.clear()
    evaluate(plan)
    assert len(scored) == len(files) == 4


def test_the_command_leaves_results_only(data: Path, sphere_models: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["evaluate", "pictured", "--data", str(data), "--preset", "onet_l1", "--points", "300", "--no-baselines"]
    assert run([*words, "--workers", "0", "--no-pictures", "--out", str(out)]) == OK
    assert sorted(path.name for path in out.iterdir()) == ["results.csv", "results.html", "results.json", "results.md"]
