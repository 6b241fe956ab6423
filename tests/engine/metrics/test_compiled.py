"""Where machine code goes and when it counts as there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from engine.metrics import compiled


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing remembered before and after."""
    monkeypatch.setattr(compiled, "_known_ready", False)
    monkeypatch.setattr(compiled, "_started", None)
    compiled.folder.cache_clear()
    yield
    compiled.folder.cache_clear()


def test_every_module_of_kernels_can_compile_itself() -> None:
    assert "engine.metrics.kernels.neighbours" in compiled.modules()
    for name in compiled.modules():
        assert callable(import_module(name).compile_all)


def test_after_compiling_all_is_ready_and_stays_so(fresh: None) -> None:
    assert compiled.ready()
    assert compiled.finish()
    compiled.ensure_started()
    assert compiled._started is None  # nothing left to do


@pytest.mark.usefixtures("fresh")
def test_sources_that_cannot_be_written_to_send_it_to_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    block = tmp_path / "block"
    block.write_text("a file where a folder should be")
    monkeypatch.setattr(compiled, "KERNELS", block)
    place = compiled.folder()
    assert place is not None
    assert "shape-studio" in place.parts
    assert not compiled.ready()
    (place / "ready").touch()
    assert compiled.ready()


@pytest.mark.usefixtures("fresh")
def test_without_any_folder_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    block = tmp_path / "block"
    block.write_text("a file where a folder should be")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(block))
    assert compiled.folder() is None
    assert not compiled.ready()
    assert not compiled.finish()
    compiled.ensure_started()
    assert compiled._started is None


@pytest.mark.usefixtures("fresh")
def test_other_sources_are_another_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = compiled._digest()
    monkeypatch.setattr(compiled, "KERNELS", tmp_path)
    (tmp_path / "one.py").write_text("")
    other = compiled._digest()
    (tmp_path / "one.py").write_text("changed")
    assert len({before, other, compiled._digest()}) == 3


def test_loading_compiles_nothing() -> None:
    code = """
from engine.metrics import compiled
assert compiled.load()
from engine.metrics.kernels import curve, neighbours
from engine.metrics.neighbours import nearest
nearest([[0, 0, 0]] * 700, [[1, 1, 1]])
print([sum(f.stats.cache_misses.values()) for f in (curve.along_curve, neighbours.build, neighbours.ask)])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[0, 0, 0]"


def test_asking_loads_no_compiler() -> None:
    code = "import sys, engine.metrics, engine.metrics.compiled as c; c.ready(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
