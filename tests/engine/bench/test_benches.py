"""Benches run and compare like with like; nothing here looks at the times themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.api import Engine
from engine.bench import decode as decoding
from engine.bench.decode import bench_decode
from engine.bench.metrics import bench_metrics
from engine.bench.reconstruct import bench_reconstruct
from engine.bench.surfaces import easy_pair, hard_pair
from engine.bench.timing import measure, race
from engine.cli.program import OK, USER_ERROR, run
from engine.errors import ModelError
from engine.metrics import chamfer_l1_half


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
    monkeypatch.setattr(decoding, "LADDERS", ((9, 17, 33),))
    result = bench_decode(Engine("cpu", roots=(sphere_models,)), runs=1)
    refined, dense = (timing.result.split() for timing in result.timings)
    assert dense[0] == str(33**3)  # every corner of the grid
    assert int(refined[0]) < 33**3
    assert refined[2] == dense[2]  # faces
    ratio = result.ratios["32^3: dense / coarse to fine"]
    assert ratio == pytest.approx(result.timings[1].median_ms / result.timings[0].median_ms)


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
    assert len(document["benches"][0]["timings"]) == 2
    assert run(["bench", "reconstruct", "--picture", str(picture.with_name("none.png"))]) == USER_ERROR
