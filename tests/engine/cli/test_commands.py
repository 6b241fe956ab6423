"""The commands, run in this process with models whose answer is known."""

import csv
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.cli import shapes
from engine.cli.program import BUG, COMMANDS, INTERRUPTED, OK, USER_ERROR, run
from engine.geometry.files import read_shape
from engine.progress import Cancelled
from engine.shapes import Mesh, PointCloud

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[16:48, 20:44] = (120, 60, 30)
    path = tmp_path / "stool.png"
    Image.fromarray(pixels).save(path)
    return path


def _document(capsys: Capture) -> dict:
    return json.loads(capsys.readouterr().out)


def _radii(path: Path) -> np.ndarray:
    shape = read_shape(path)
    return np.linalg.norm(shape.vertices if isinstance(shape, Mesh) else shape.points, axis=1)


def _ball(path: Path, radius: float) -> Path:
    import trimesh

    trimesh.creation.icosphere(subdivisions=3, radius=radius).export(path)
    return path


def test_models_says_what_each_can_do(sphere_models: Path, capsys: Capture) -> None:
    assert run(["models", "--json"]) == OK
    models = {m["id"]: m for m in _document(capsys)["models"]}
    assert set(models) == {"dotted", "pictured", "spheres"}
    assert models["spheres"]["fits_shape"]
    assert not models["spheres"]["takes_picture"]
    assert models["dotted"]["output"] == "points"
    assert run(["models"]) == OK
    assert "picture to points" in capsys.readouterr().out


@pytest.mark.parametrize("suffix", [".obj", ".ply", ".stl", ".off", ".glb", ".npz"])
def test_decode_writes_the_surface_of_the_code(sphere_models: Path, tmp_path: Path, capsys: Capture, suffix: str) -> None:
    out = tmp_path / "new" / f"ball{suffix}"
    assert run(["decode", "--model", "spheres", "--latent", "train:2", "--resolution", "32", "--out", str(out), "--json"]) == OK
    document = _document(capsys)
    assert document["resolution"] == 32
    assert document["frame"] == "unit_sphere"
    assert document["faces"] > 500
    assert _radii(out) == pytest.approx(0.6 + 0.1 * 2, abs=0.01)


def test_exports_carry_the_credits(sphere_models: Path, tmp_path: Path) -> None:
    out = tmp_path / "ball.obj"
    assert run(["decode", "-m", "spheres", "--latent", "mean", "--resolution", "16", "-o", str(out)]) == OK
    assert "Balls by Someone, CC-BY 3.0" in out.read_text()
    out = tmp_path / "ball.stl"  # a format without room for text
    assert run(["decode", "-m", "spheres", "--latent", "mean", "--resolution", "16", "-o", str(out)]) == OK
    assert "Balls by Someone, CC-BY 3.0" in (tmp_path / "ball.stl.credits.txt").read_text()


def test_a_code_written_out_decodes_to_the_same_shape(sphere_models: Path, tmp_path: Path) -> None:
    first, second, code = tmp_path / "a.npz", tmp_path / "b.npz", tmp_path / "code.json"
    base = ["decode", "-m", "spheres", "--resolution", "24"]
    assert run([*base, "--latent", "random:5", "-o", str(first), "--latent-out", str(code)]) == OK
    assert run([*base, "--latent", str(code), "-o", str(second)]) == OK
    np.testing.assert_array_equal(read_shape(first).vertices, read_shape(second).vertices)


def test_reconstruct_gives_a_surface(sphere_models: Path, tmp_path: Path, picture: Path, capsys: Capture) -> None:
    out = tmp_path / "stool.ply"
    words = [
        "reconstruct",
        str(picture),
        "--model",
        "pictured",
        "--resolution",
        "32",
        "--out",
        str(out),
        "--seed",
        "4",
        "--json",
    ]
    assert run([*words, "--latent-out", str(tmp_path / "code.json")]) == OK
    document = _document(capsys)
    assert document["mask_source"] == "plain background"
    assert _radii(out) == pytest.approx(1.0, abs=0.01)
    assert json.loads((tmp_path / "code.json").read_text())["values"][1] == 4.0  # the seed reached the model


def test_reconstruct_gives_points(sphere_models: Path, tmp_path: Path, picture: Path, capsys: Capture) -> None:
    out = tmp_path / "stool.xyz"
    assert run(["reconstruct", str(picture), "-m", "dotted", "-o", str(out), "--json"]) == OK
    document = _document(capsys)
    assert (document["kind"], document["points"]) == ("points", 2000)
    assert "resolution" not in document
    assert isinstance(read_shape(out), PointCloud)


def test_interpolate_walks_from_one_code_to_the_other(sphere_models: Path, tmp_path: Path, capsys: Capture) -> None:
    words = ["interpolate", "-m", "spheres", "--from", "train:0", "--to", "train:2", "--steps", "4", "--resolution", "24"]
    assert run([*words, "--suffix", "ply", "-o", str(tmp_path / "walk"), "--json"]) == OK
    steps = _document(capsys)["shapes"]
    assert [Path(step["out"]).name for step in steps] == ["000.ply", "001.ply", "002.ply", "003.ply"]
    radii = [_radii(Path(step["out"])).mean() for step in steps]
    assert radii == pytest.approx([0.5, 0.6, 0.7, 0.8], abs=0.005)


def test_compare_of_two_balls(tmp_path: Path, capsys: Capture) -> None:
    one, two = _ball(tmp_path / "one.ply", 1.0), _ball(tmp_path / "two.obj", 3.0)
    words = [
        "compare",
        str(one),
        str(two),
        "--preset",
        "onet_l1",
        "--preset",
        "f_score",
        "--points",
        "4000",
        "--floor",
        "--json",
    ]
    assert run(words) == OK
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    l1, f = document["comparisons"][0]["measurements"]
    # Both are brought into the unit sphere, so a three times larger ball is the same shape.
    assert (l1["metric"], f["metric"]) == ("onet_l1", "f_score")
    assert l1["value"] == pytest.approx(l1["floor"], rel=0.05)
    assert l1["points"] == 4000
    assert l1["approximate"]
    assert document["comparisons"][0]["size_in_file"] == pytest.approx([6, 6, 6], rel=0.02)
    assert "is up" in captured.err


def test_compare_as_is_keeps_size_and_place(tmp_path: Path, capsys: Capture) -> None:
    small, large = _ball(tmp_path / "small.ply", 0.5), _ball(tmp_path / "large.ply", 1.0)
    assert run(["compare", str(large), str(small), "--preset", "deepsdf_sphere", "--as-is", "--json"]) == OK
    (measurement,) = _document(capsys)["comparisons"][0]["measurements"]
    assert measurement["value"] == pytest.approx(2 * 0.5**2, rel=0.02)  # every point is half a unit from the other ball


def test_compare_measures_several_shapes_with_all_presets(tmp_path: Path, capsys: Capture) -> None:
    files = [str(_ball(tmp_path / f"{name}.ply", 1.0)) for name in "abc"]
    assert run(["compare", *files, "--points", "300"]) == OK
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("b.ply") for line in lines) == sum(line.startswith("c.ply") for line in lines) >= 6


def test_compare_aligns_names_the_reference_and_writes_its_numbers(tmp_path: Path, capsys: Capture) -> None:
    truth, other = _ball(tmp_path / "truth.ply", 1.0), _ball(tmp_path / "other.ply", 0.5)
    numbers = tmp_path / "numbers.csv"
    words = ["compare", str(truth), str(other), "--as-is", "--preset", "hausdorff", "--preset", "accuracy", "--points", "2000"]
    assert run([*words, "--align", "box_edge", "--floor", "--csv", str(numbers)]) == OK
    printed = capsys.readouterr().out
    assert printed.startswith(f"Reference: {truth}\n")
    assert re.search(r" 1\.\dx floor", printed)
    assert "aligned: centre of the box, longest edge" in printed
    hausdorff, accuracy = csv.DictReader(numbers.read_text(encoding="utf-8").splitlines())
    assert (hausdorff["shape"], hausdorff["reference"]) == (str(other), str(truth))
    assert hausdorff["align"] == "box_edge"
    assert f"{float(hausdorff['value']):.6g}" in printed
    assert float(hausdorff["value"]) < 1.6 * float(hausdorff["floor"])
    assert accuracy["floor"] == ""  # exact distances have none
    assert float(accuracy["value"]) < 0.01


def test_compare_sets_of_folders(tmp_path: Path, capsys: Capture) -> None:
    made, true = tmp_path / "made", tmp_path / "true"
    made.mkdir()
    true.mkdir()
    for radius in (0.5, 1.0):
        _ball(true / f"{radius}.ply", radius)
    _ball(made / "ball.obj", 0.98)
    (made / "notes.txt").write_text("no shape")
    assert run(["compare-sets", str(made), str(true), "--as-is", "--points", "900", "--json"]) == OK
    document = _document(capsys)
    assert (document["generated"], document["references"], document["points"]) == (1, 2, 900)
    assert document["generated_files"] == ["ball.obj"]
    assert document["coverage"] == 0.5
    assert document["mmd"] == pytest.approx(0.24**2, rel=0.05)  # half of both directions of .48 / 2, the other half nearly 0
    assert run(["compare-sets", str(true), str(made), "--as-is", "--points", "900"]) == OK
    printed = capsys.readouterr().out
    assert "2 generated, 1 references, 900 points each" in printed
    assert "0 % of the points clipped" in printed


def test_fit_finds_the_radius(sphere_models: Path, tmp_path: Path, capsys: Capture) -> None:
    ball, out = _ball(tmp_path / "ball.ply", 2.0), tmp_path / "fitted.ply"
    words = ["fit", str(ball), "-m", "spheres", "-o", str(out), "--steps", "120", "--resolution", "24", "--json"]
    assert run([*words, "--latent-out", str(tmp_path / "code.json")]) == OK
    document = _document(capsys)
    assert document["loss_last"] < document["loss_first"]
    assert _radii(out).mean() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ["decode", "-m", "nobody", "--latent", "mean", "-o", "a.obj"],
            "no model nobody; available: dotted, pictured, spheres",
        ),
        (["decode", "-m", "spheres", "--latent", "mean", "-o", "a.doc"], "should end in one of .obj, .ply"),
        (["decode", "-m", "spheres", "--latent", "mean", "-o", "plain"], "should end in one of"),
        (["decode", "-m", "dotted", "--latent", "mean", "-o", "a.stl"], "cannot hold points"),
        (["decode", "-m", "spheres", "--latent", "mean", "-o", "a.obj", "--latent-out", "a.npy"], ".json or .safetensors"),
        (["decode", "-m", "spheres", "--latent", "mean", "-o", "a.obj", "--resolution", "7"], "16 to 512"),
        (["decode", "-m", "spheres", "--latent", "mean", "-o", "a.obj", "--resolution", "-7"], "--resolution"),
        (["decode", "-m", "spheres", "--latent", "what", "-o", "a.obj"], "is no code; give mean"),
        (["decode", "-m", "spheres", "--latent", "none.json", "-o", "a.obj"], "There is no file none.json"),
        (["decode", "-m", "spheres", "--latent", "mean", "-o", "a.obj", "--device", "cuda"], "No GPU"),
        (["reconstruct", "none.png", "-m", "pictured", "-o", "a.obj"], "There is no file none.png"),
        (["reconstruct", "text.png", "-m", "pictured", "-o", "a.obj"], "text.png"),
        (["reconstruct", ".", "-m", "pictured", "-o", "a.obj"], "is a folder"),
        (["reconstruct", "picture.png", "-m", "spheres", "-o", "a.obj"], "takes no pictures"),
        (["fit", "empty.obj", "-m", "spheres", "-o", "a.obj"], "empty.obj"),
        (["fit", "ball.ply", "-m", "dotted", "-o", "a.ply"], "cannot fit a shape; models that can: spheres"),
        (["interpolate", "-m", "spheres", "--from", "mean", "--to", "mean", "--steps", "1", "-o", "walk"], "at least 2"),
        (["compare", "ball.ply"], "needs two shapes"),
        (["compare", "ball.ply", "none.ply"], "There is no file none.ply"),
        (["compare-sets", "ball.ply", "."], "ball.ply is no folder"),
        (["compare", "ball.ply", "ball.ply", "--align", "nonsense"], "no alignment nonsense; choose among none, box_edge"),
        (["compare", "ball.ply", "ball.ply", "--csv", "ball.ply/numbers.csv"], "is a file, not a folder"),
        (["compare", "ball.ply", "ball.ply", "--preset", "nonsense"], "There is no preset nonsense; known are: deepsdf_sphere"),
        (["data", "list", "--data", "none"], "none"),
        (["train", "nonsense"], "nonsense"),
        (["evaluate", "nobody"], "no model nobody"),
        (["nonsense"], "nonsense"),
        (["decode", "--modl", "spheres"], "--model"),
        (["bench", "swimming"], "swimming"),
    ],
)
def test_mistakes_end_in_one_sentence(
    sphere_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, words: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.png").write_text("This is no picture.")
    (tmp_path / "empty.obj").write_text("# nothing\n")
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "picture.png")
    _ball(tmp_path / "ball.ply", 1.0)
    before = set(tmp_path.iterdir())
    assert run(words) == USER_ERROR
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert "Traceback" not in captured.err
    assert len([line for line in captured.err.splitlines() if line.startswith("shape-engine: ")]) == 1
    assert set(tmp_path.iterdir()) == before  # nothing half-made is left


def test_an_output_inside_a_file_is_refused(sphere_models: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "file").write_text("")
    assert run(["decode", "-m", "spheres", "--latent", "mean", "-o", str(tmp_path / "file" / "a.obj")]) == USER_ERROR
    assert "is a file, not a folder" in capsys.readouterr().err


def test_an_empty_shape_is_an_error_with_the_reason(sphere_models: Path, tmp_path: Path, capsys: Capture) -> None:
    code = {"format": "shape-studio/latent", "version": 1, "model": "spheres", "values": [-9.0, 0.0]}  # radius below zero
    (tmp_path / "code.json").write_text(json.dumps(code))
    out = tmp_path / "a.obj"
    assert run(["decode", "-m", "spheres", "--latent", str(tmp_path / "code.json"), "-o", str(out)]) == USER_ERROR
    assert "empty shape" in capsys.readouterr().err
    assert not out.exists()


def test_a_bug_shows_where_to_report_it(
    sphere_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(shapes, "_decoded", broken)
    assert run(["decode", "-m", "spheres", "--latent", "mean", "-o", str(tmp_path / "a.obj")]) == BUG
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert "ZeroDivisionError: on purpose" in error
    assert "report it" in error


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Cancelled])
def test_stopping_ends_with_130(
    sphere_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, stop: type[BaseException]
) -> None:
    def stopped(*_: object) -> None:
        raise stop

    monkeypatch.setattr(shapes, "_decoded", stopped)
    assert run(["decode", "-m", "spheres", "--latent", "mean", "-o", str(tmp_path / "a.obj")]) == INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("resolution", [16, 47, 48, 96, 128, 200, 512])
def test_levels_end_with_the_resolution_and_double(resolution: int) -> None:
    grids = shapes.levels(resolution)
    assert grids[-1] == resolution + 1
    assert all((fine - 1) // 2 == coarse - 1 for coarse, fine in pairwise(grids))
    assert 16 <= grids[0] - 1 < 48


@pytest.mark.parametrize("command", ["", "data", *COMMANDS])
def test_help_is_there(command: str, capsys: Capture) -> None:
    words = command.split()
    assert run([*words, "--help"]) == OK
    text = capsys.readouterr().out
    assert "Usage" in text
    if command in COMMANDS:
        assert f" shape-engine {command}" in text  # an example, not only the usage line
        assert "--json" in text
