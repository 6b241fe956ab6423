import json
import socket
from pathlib import Path

import pytest

from engine import doctor
from engine.cli.program import OK, USER_ERROR, run


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Torch and OpenGL answer at once, as on a good machine."""
    monkeypatch.setattr(doctor, "_ASK_TORCH", 'print(\'{"device": "cpu", "cuda": null}\')')
    monkeypatch.setattr(doctor, "_ASK_GL", "print('OpenGL vendor string:  Mesa\\nOpenGL renderer string:  llvmpipe (test)')")
    return monkeypatch


def test_this_machine_for_real(sphere_models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["doctor", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert code == (USER_ERROR if report["problems"] else OK)
    assert report["models"] == ["dotted", "pictured", "spheres"]
    assert report["versions"]["torch"]
    assert report["versions"]["numpy"]
    assert report["device"] != "none"
    assert report["mesher"] == ("flying edges (VTK)" if report["device"] == "cpu" else "marching cubes (torch)")
    assert 1 <= report["threads"] <= max(8, report["cores"])
    installed, free = report["memory_gib"]
    assert 0 < free <= installed
    assert report["data_items"] == 0
    assert report["encoder_weights"].endswith(".pth")


def test_the_text_says_the_same(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    report = doctor.examine()
    text = report.text()
    assert "llvmpipe (test)" in text
    assert "dotted, pictured, spheres" in text
    assert any("in software" in remark for remark in report.remarks)
    for sentence in (*report.problems, *report.remarks):
        assert sentence in text


def test_a_crashing_torch_becomes_a_problem(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    quick.setattr(doctor, "_ASK_TORCH", "import os; os.abort()")
    report = doctor.examine()
    assert report.device == "none"
    assert any("PyTorch does not start" in problem for problem in report.problems)


def test_a_missing_vtk_is_no_problem_and_a_crashing_one_is(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    ask = doctor._ASK_MESHER
    quick.setattr(doctor, "_ASK_MESHER", f"import sys; sys.modules['vtkmodules'] = None{ask}")
    report = doctor.examine()
    assert report.mesher == "marching cubes (torch)"
    assert any(line.split() == ["Surfaces", "by", "marching", "cubes", "(torch)"] for line in report.text().splitlines())
    quick.setattr(doctor, "_ASK_MESHER", "import os; os.abort()")
    report = doctor.examine()
    assert report.mesher == "none"
    assert any("VTK does not start" in problem for problem in report.problems)


def test_a_gpu_makes_its_surfaces_itself(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    quick.setattr(doctor, "_ASK_TORCH", 'print(\'{"device": "A GPU", "cuda": "13"}\')')
    report = doctor.examine()
    assert report.device == "A GPU"
    assert report.mesher == "marching cubes (torch)"


def test_a_hanging_opengl_becomes_a_problem(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    process = doctor._start("import signal; signal.pause()")
    found = doctor._Findings()
    assert doctor._gl_renderer(process, 0.2, found) is None
    assert process.poll() is not None  # it was ended
    assert "no answer" in found.problems[0]
    assert "apt-get install" in found.problems[0]


def test_an_opengl_that_says_nothing_becomes_a_problem(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    quick.setattr(doctor, "_ASK_GL", "raise ImportError('no vtk')")
    report = doctor.examine()
    assert report.gl_renderer is None
    assert any("no vtk" in problem for problem in report.problems)


def test_missing_libraries_are_named_with_their_packages(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    quick.setattr(doctor, "LIBRARIES", {"not-a-library": "libnot1", "neither": "libneither2"})
    assert any("apt-get install libnot1 libneither2" in problem for problem in doctor.examine().problems)


def test_missing_distributions_are_told_apart(quick: pytest.MonkeyPatch, sphere_models: Path) -> None:
    quick.setattr(doctor, "DISTRIBUTIONS", ("numpy", "no-such-distribution"))
    quick.setattr(doctor, "REQUIRED", ("no-such-distribution",))
    report = doctor.examine()
    assert report.versions["no-such-distribution"] is None
    assert any("pip install no-such-distribution" in problem for problem in report.problems)


def test_no_models_is_a_problem(quick: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quick.setattr("engine.assets.model_roots", lambda: (tmp_path,))
    assert any("No models were found" in problem for problem in doctor.examine().problems)


def test_displays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    found = doctor._Findings()
    assert doctor._display(found) is None
    assert "shape-engine works" in found.remarks[0]
    assert not found.problems
    monkeypatch.setenv("DISPLAY", ":54321")
    assert doctor._display(found) is None
    assert ":54321 does not answer" in found.problems[0]
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind("\0/tmp/.X11-unix/X54321")
        server.listen()
        assert doctor._display(found) == "X11 :54321"
