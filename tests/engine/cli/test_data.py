"""`data list` and `data report` on shapes that are there."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from engine.cli.program import OK, USER_ERROR, run
from engine.data.store import Meta, item_folder, write_arrays, write_picture, write_text

Capture = pytest.CaptureFixture[str]


def put(root: Path, name: str, category: str, confidence: float) -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (2000, 3)).astype(np.float32)
    distance = np.linalg.norm(points, axis=1).astype(np.float32) - np.float32(0.7)
    folder = item_folder(root, category, name)
    fields = {
        f"{kind}_{what}": a for kind in ("near", "space", "volume") for what, a in (("points", points), ("sdf", distance))
    }
    write_arrays(folder / "samples.npz", fields)
    write_arrays(folder / "renders.npz", {"rgb": np.zeros((1, 8, 8, 3), np.uint8)})
    write_picture(folder / "picture.png", np.full((8, 8, 4), 99, np.uint8))
    meta = Meta(name, name, category, "CC0-1.0", "Ann", "L", "train", 9, True, (1, 1, 1), 1.4, 0, 0, confidence, 1, "abc")
    write_text(folder / "meta.json", json.dumps(asdict(meta)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path / "data", "L#clear", "chair", 0.99)
    put(tmp_path / "data", "L#holes", "table", 0.25)
    return tmp_path / "data"


def test_the_list_says_how_sure_the_sign_is_and_warns(root: Path, capsys: Capture) -> None:
    assert run(["data", "list", "--data", str(root)]) == OK
    captured = capsys.readouterr()
    assert "sign" in captured.out.splitlines()[1]
    assert "0.250" in next(line for line in captured.out.splitlines() if "L#holes" in line)
    assert "Of 1 shapes it is not sure what is inside" in captured.err
    assert run(["data", "list", "--data", str(root), "--category", "chair", "--json"]) == OK
    captured = capsys.readouterr()
    assert json.loads(captured.out)["items"][0]["sign_confidence"] == 0.99
    assert captured.err == ""


def test_the_report_is_one_file_where_it_was_asked_for(root: Path, tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "page.html"
    assert run(["data", "report", "--data", str(root), "--out", str(page), "--json"]) == OK
    document = json.loads(capsys.readouterr().out)
    assert (document["shapes"], document["refused"], document["doubtful"]) == (2, 0, ["L#holes"])
    assert document["bytes"] == page.stat().st_size
    assert run(["data", "report", "--data", str(root)]) == OK
    assert "2 shapes, 0 refused" in capsys.readouterr().out
    assert (root / "report.html").read_text(encoding="utf-8").count("<article") == 2


def test_a_report_of_nothing_says_what_to_do(tmp_path: Path, capsys: Capture) -> None:
    assert run(["data", "report", "--data", str(tmp_path)]) == USER_ERROR
    assert "data build" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
