"""Benches run and compare like with like; nothing here looks at the times themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.api import Engine
from engine.bench import decode as decoding
from engine.bench import meshing, peers
from engine.bench.decode import FIELD, MISE, OURS, PUBLISHED, bench_decode
from engine.bench.equality import topology
from engine.bench.hard_shapes import ClosedForm, ball, union
from engine.bench.metrics import bench_metrics
from engine.bench.reconstruct import bench_reconstruct
from engine.bench.surfaces import easy_pair, hard_pair
from engine.bench.timing import measure, race
from engine.cli.program import OK, USER_ERROR, run
from engine.errors import ModelError
from engine.geometry.evaluator import Evaluator
from engine.metrics import chamfer_l1_half
from engine.models.deepsdf import DeepSDF, DeepSDFConfig
from engine.progress import NO_PROGRESS


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[16:48, 20:44] = (120, 60, 30)
    Image.fromarray(pixels).save(tmp_path / "stool.png")
    return tmp_path / "stool.png"


def test_the_first_run_is_not_counted() -> None:
    calls: list[int] = []
    timing = measure("count", lambda: calls.append(1) or len(calls), 3, str)
    assert len(calls) == 4
    assert timing.result == "4"
    assert timing.fastest_ms <= timing.median_ms <= timing.slowest_ms


def test_reconstruct_measures_every_picture_model(sphere_models: Path, picture: Path) -> None:
    result = bench_reconstruct(Engine("cpu", roots=(sphere_models,)), picture, runs=1)
    names = [timing.name for timing in result.timings]
    assert names == ["dotted: picture to point set", "pictured: picture to mesh at 128^3"]
    assert result.timings[0].result == "2000 points"
    assert int(result.timings[1].result.split()[0]) > 50_000  # faces of a ball on 128 cells per side
    assert "GFLOP/s" in result.machine


def test_decode_compares_the_same_surface(sphere_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LADDERS", ((9, 17), (9, 17, 33)))
    result = bench_decode(Engine("cpu", roots=(sphere_models,)), runs=1)
    rows = {(row.cells, row.method): row for row in result.rows}
    assert set(rows) == {(cells, m) for cells in (16, 32) for m in (OURS, PUBLISHED, FIELD, MISE)}
    ours, field = rows[32, OURS], rows[32, FIELD]
    assert field.evaluations == rows[32, PUBLISHED].evaluations == 33**3  # every corner of the grid
    assert field.share == 1
    assert ours.floor < ours.evaluations < 33**3
    assert rows[32, MISE].triangles == ours.triangles > 1000  # MISE's first grid has 33 corners: it asks for all of them
    assert rows[32, MISE].evaluations == 33**3
    assert result.ratio(ours, PUBLISHED) == pytest.approx(rows[32, PUBLISHED].median_ms / ours.median_ms)
    assert result.exponents["evaluations"] == pytest.approx(np.log2(ours.evaluations / rows[16, OURS].evaluations))
    assert all(row.peak_mb > 50 for row in result.rows)  # an interpreter with torch is not smaller


def test_long_dense_runs_are_timed_on_a_sample_of_whole_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def ask(points: torch.Tensor) -> torch.Tensor:
        asked.append(len(points))
        return points[:, 0]

    monkeypatch.setattr(peers, "BATCH", 100)
    monkeypatch.setattr(peers, "TOO_LONG", -1.0)
    run = peers.dense(ask, 20, 1.05, torch.device("cpu"))
    assert asked == [100] * (2 + 4)  # two to see how long one takes, and 5 % of 80 batches
    assert run.share == pytest.approx(0.05)
    monkeypatch.setattr(peers, "TOO_LONG", 1e9)
    assert peers.dense(ask, 20, 1.05, torch.device("cpu")).share == 1


def test_the_published_way_gives_the_values_of_the_field() -> None:
    torch.manual_seed(0)
    points = torch.rand(50, 3) * 2 - 1
    for config in (
        DeepSDFConfig(latent_dim=5, width=16, layers=3, octaves=2),
        DeepSDFConfig(
            latent_dim=5, width=16, layers=4, latent_in=(2,), points_in=(2,), octaves=0, weight_norm=True, final_tanh=True
        ),
    ):
        model = DeepSDF(config).eval()
        z = torch.randn(5)
        ask, how = peers.published(model, z)
        with torch.inference_mode():
            found = ask(points).squeeze(1).clamp(-config.clamp, config.clamp)
        assert torch.allclose(found, model.decode(z)(points), atol=1e-6)
        assert "concatenated" in how


def test_mise_refines_only_where_signs_change() -> None:
    field = ClosedForm(union(ball((-0.3, 0.0, 0.0), 0.4), ball((0.63, 0.63, 0.63), 0.02)))
    evaluator = Evaluator(field, 1.05, NO_PROGRESS)
    mesh = peers.mise(field, 65, evaluator, start=17)
    assert topology(mesh) == (1, 0)  # the small ball lies between the corners of the first grid
    assert 17**3 < evaluator.evaluations < 0.2 * 65**3


def test_decode_refuses_point_models(sphere_models: Path) -> None:
    with pytest.raises(ModelError, match="surface"):
        bench_decode(Engine("cpu", roots=(sphere_models,)), "dotted", runs=1)


def test_metrics_and_their_peers_agree() -> None:
    result = bench_metrics(sizes=(400,), runs=1, emd_sizes=(60, 100, 3))
    values: dict[str, set[float]] = {}
    for timing in result.timings:
        number = float(timing.result.partition(",")[0]) if timing.result[0].isdigit() else 0.0
        values.setdefault(timing.name.partition(":")[0], set()).add(number)
    kinds = [name.partition(",")[0] for name in values]
    assert kinds == ["Chamfer-L1"] * 2 + ["EMD", "EMD within 1 %"] * 2 + ["EMD within 1 %"] * 2
    for found in values.values():
        assert min(found) == pytest.approx(max(found), rel=1e-6)
    exact, near = (next(iter(found)) for name, found in values.items() if name.endswith(" 60 points, hard"))
    assert exact <= near <= 1.01 * exact
    assert len(result.ratios) >= 2 + 2 + 2
    assert len(result.timings) >= 2 * 3 + 2 * 3 + 2  # ours, SciPy and brute force twice, and whatever else is installed


def test_a_race_is_run_in_turns_and_its_first_round_does_not_count() -> None:
    ran: list[str] = []
    timings = race("work", {"one": lambda: ran.append("one"), "other": lambda: ran.append("other")}, 2)
    assert ran == ["one", "other"] * 3
    assert [(who, timing.name, timing.runs) for who, timing in timings.items()] == [
        ("one", "work: one", 2),
        ("other", "work: other", 2),
    ]


def test_the_pairs_are_what_they_are_called() -> None:
    a, b = hard_pair(2000)
    assert 0.05 < chamfer_l1_half(a, b) < 0.5
    assert 0 < chamfer_l1_half(*easy_pair(2000)) < 0.01


def test_the_command_answers_in_json(sphere_models: Path, picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "reconstruct", "--picture", str(picture), "--runs", "1", "--json"]) == OK
    document = json.loads(capsys.readouterr().out)
    assert document["benches"][0]["name"] == "reconstruct"
    assert len(document["benches"][0]["timings"]) == 3
    assert run(["bench", "reconstruct", "--picture", str(picture.with_name("none.png"))]) == USER_ERROR


def test_meshing_gives_as_many_faces_whoever_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshing, "SIZES", (17, 25))
    bench = meshing.bench_meshing("cpu", runs=1)
    by_name = {timing.name: timing.result for timing in bench.timings}
    for cells in (16, 24):
        assert by_name[f"{cells}^3: {meshing.OURS}"] == by_name[f"{cells}^3: {meshing.FLYING}"] != "0 faces"
        assert bench.ratios[f"{cells}^3: {meshing.OURS} / {meshing.FLYING}"] > 0
