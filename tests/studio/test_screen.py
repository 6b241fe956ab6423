"""Without a display the program says so in one line and ends with 1; help needs none."""

import os
import subprocess
import sys

import pytest

from studio.screen import display_problem


def studio(*arguments, **environment):
    clean = {k: v for k, v in os.environ.items() if k not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}}
    return subprocess.run(
        [sys.executable, "-m", "studio", *arguments],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("environment", [{}, {"DISPLAY": ":4711"}, {"DISPLAY": ""}, {"DISPLAY": "nonsense"}])
def test_no_display_is_one_line_that_names_the_other_program(environment):
    done = studio(**environment)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert "shape-engine" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_need_no_display(argument):
    done = studio(argument)
    assert done.returncode == 0
    assert "Shape Studio" in done.stdout or "shape-studio" in done.stdout


@pytest.mark.parametrize("arguments", [("--theme", "mauve"), ("--threads", "two"), ("--no-such-thing",)])
def test_wrong_arguments_are_refused_before_anything_else(arguments):
    done = studio(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_values_that_only_the_settings_know_are_refused_too():
    done = studio("--device", "toaster", QT_QPA_PLATFORM="offscreen")
    assert done.returncode == 2
    assert "toaster" in done.stderr


def test_platforms_without_a_server_need_no_display(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display_problem() is None
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    assert "shape-engine" in display_problem()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert display_problem() is None


@pytest.mark.display
def test_a_display_that_answers_is_fine():
    assert display_problem() is None
