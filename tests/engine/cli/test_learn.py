import json
from pathlib import Path

import pytest
import trimesh

from engine.api import Engine
from engine.cli.program import OK, USER_ERROR, run

SMALL = """
id = "x"
method = "triplane"
categories = []
steps = 3
shapes = 2
points = 64
[model]
latent_dim = 4
channels = 4
growth = [8, 8]
width = 8
"""


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    folder = tmp_path / "My Boxes"
    folder.mkdir()
    trimesh.creation.box((1, 1, 1)).export(folder / "cube.obj")
    trimesh.creation.box((1, 2, 1)).export(folder / "tower.obj")
    (folder / "broken.obj").write_text("v 0 0\n")
    (tmp_path / "small.toml").write_text(SMALL)
    return [
        "learn", str(folder), "--config", str(tmp_path / "small.toml"), "--data", str(tmp_path / "data"), "--workers", "1",
        "--out", str(tmp_path / "models" / "my-boxes"), "--json",
    ]  # fmt: skip


def test_a_folder_becomes_a_model_with_sliders_and_the_same_command_goes_on(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == OK
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    assert (answer["id"], answer["shapes"], answer["report"]["steps"]) == ("my-boxes", 2, 3)
    assert set(answer["training_iou"]) == {"mean", "median", "lowest"}
    assert "Left out broken.obj" in captured.err
    engine = Engine(roots=(tmp_path / "models",))
    space = engine.space("my-boxes")
    assert space.names == ("cube", "tower")
    assert set(space.categories) == {"my-boxes"}
    assert engine.info("my-boxes").fits_shape
    assert "files of whoever trained" in engine.credits("my-boxes")
    assert "Sweet Home" not in engine.credits("my-boxes")
    assert run([*words, "--steps", "5"]) == OK
    assert json.loads(capsys.readouterr().out)["report"]["resumed_at"] == 3


def test_a_run_does_not_go_on_with_other_shapes(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words) == OK
    (tmp_path / "My Boxes" / "cube.obj").unlink()
    trimesh.creation.box((3, 1, 1)).export(tmp_path / "My Boxes" / "bar.obj")
    capsys.readouterr()
    assert run(words) == USER_ERROR
    assert "another configuration (data differ)" in capsys.readouterr().err


def test_one_shape_is_not_enough(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "My Boxes" / "tower.obj").unlink()
    assert run(words) == USER_ERROR
    assert "Only 1 of the 2 files" in capsys.readouterr().err
