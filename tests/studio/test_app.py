"""The composition root: order of things, clean ends, new clothes."""

import gc
import os
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import studio.app as app
from engine.errors import FileError
from studio.session import Notice
from studio.settings import Settings
from studio.viewport.view import NullViewport

OBJ = "v -1 -1 -1\nv 1 -1 -1\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n"


@pytest.fixture
def studio(qtbot, engine, tmp_path, monkeypatch):
    """The program with real threads and a small real model, without OpenGL."""
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 512)
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (9, 17))
    settings = Settings.load(tmp_path / "settings.toml")
    made = app.Studio(QApplication.instance(), settings, viewport=lambda parent: NullViewport(parent), engine=engine)
    yield made
    assert made.close()
    left = [t.name for t in threading.enumerate() if t.name in {"preview", "metrics", "work"}]
    assert not left


def test_the_window_comes_first_the_viewport_after_it(studio, qtbot):
    assert studio.viewport.real is None
    studio.show()
    assert studio.window.isVisible()
    assert studio.viewport.real is None
    qtbot.waitUntil(lambda: studio.viewport.real is not None)


def test_a_start_opens_what_was_named(studio, qtbot, tmp_path):
    path = tmp_path / "四面体.obj"
    path.write_text(OBJ)
    studio.show()
    studio.start([path])
    qtbot.waitUntil(lambda: studio.session.ready, timeout=30_000)
    qtbot.waitUntil(lambda: bool(studio.session.document.entries), timeout=30_000)
    assert studio.session.document.entries[0].name == "四面体"
    view = studio.viewport.real.views["a"]
    assert view.shape is studio.session.document.entries[0].shape


def test_a_start_without_names_opens_the_bundle(studio, qtbot, tmp_path, monkeypatch):
    for folder in ("weights", "images", "shapes"):
        (tmp_path / "assets" / folder).mkdir(parents=True)
    (tmp_path / "assets/shapes/second.obj").write_text(OBJ)
    (tmp_path / "assets/shapes/README.txt").write_text("not a shape")
    monkeypatch.setattr(app, "assets_root", lambda: tmp_path / "assets")
    assert app.bundled_documents() == (None, tmp_path / "assets/shapes/second.obj")
    studio.start()
    qtbot.waitUntil(lambda: studio.session.document.side("b") is not None, timeout=30_000)
    assert studio.session.document.side("b").name == "second"


def test_a_damaged_installation_still_starts(monkeypatch):
    def gone():
        raise FileError("The bundled assets are missing; install Shape Studio again.")

    monkeypatch.setattr(app, "assets_root", gone)
    assert app.bundled_documents() == (None, None)


def test_garbage_is_collected_here_only_and_frozen_once_ready(studio, qtbot):
    gc.unfreeze()
    studio.start([Path("none.obj")])
    assert not gc.isenabled()
    qtbot.waitUntil(lambda: gc.get_freeze_count() > 0, timeout=30_000)
    studio.close()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    gc.disable()  # as the guard around Qt tests wants it


def test_closing_amid_a_job_ends_it_and_keeps_settings(studio, qtbot):
    started, ended = threading.Event(), threading.Event()

    def endless(progress):
        started.set()
        try:
            while True:
                progress.check()
        finally:
            ended.set()

    studio.show()
    studio.start([Path("none.obj")])
    bench = studio.controller._bench
    bench.submit(bench.lanes.work, endless, app_handlers("endless"))
    qtbot.waitUntil(started.is_set, timeout=30_000)
    studio.settings.theme = "light"
    studio.window.close()
    assert studio.close()
    assert ended.is_set()
    assert not studio.window.isVisible()
    assert Settings.load(studio.settings.path).theme == "light"
    assert studio.close()  # twice does no harm


def app_handlers(title):
    from studio.workbench import Handlers

    return Handlers(title=title)


def test_new_clothes_keep_state_camera_and_controller(studio, qtbot, tmp_path):
    path = tmp_path / "t.obj"
    path.write_text(OBJ)
    studio.show()
    studio.start([path])
    qtbot.waitUntil(lambda: bool(studio.session.document.entries), timeout=30_000)
    old, document = studio.window, studio.session.document
    studio.viewport.set_camera({**studio.viewport.camera(), "distance": 7.25})
    studio.settings.theme, studio.settings.language = "light", "zh_CN"
    studio.window.restyle.emit()
    assert studio.window is not old
    assert studio.window.isVisible()
    assert not old.isVisible()
    assert studio.session.document is document
    assert studio.window.session is old.session
    assert studio.viewport.camera()["distance"] == pytest.approx(7.25)
    assert studio.viewport.real.views["a"].shape is document.entries[0].shape
    assert studio.viewport.real.theme.name == "light"
    studio.settings.language, studio.settings.theme = "en", "dark"
    studio.window.restyle.emit()


def test_an_old_window_hears_nothing_any_more(studio, qtbot):
    studio.show()
    old = studio.window
    studio.restyle()
    studio.session.notice = Notice("info", "for the new one")
    assert studio.window.stage.notice.isVisibleTo(studio.window)
    assert not old.stage.notice.isVisibleTo(old)


def test_mistakes_become_a_notice(studio, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    app._catch_mistakes(studio)
    error = RuntimeError("a slot went wrong")
    sys.excepthook(type(error), error, None)
    assert studio.session.notice.level == "error"
    assert "a slot went wrong" in studio.session.notice.text


def test_the_log_is_in_the_users_folder(own_folders, monkeypatch):
    import logging

    before = logging.getLogger().handlers[:]
    app.start_logging(debug=False)
    logging.getLogger("studio").warning("for the record 记录")
    for handler in logging.getLogger().handlers:
        handler.close()
    logging.getLogger().handlers[:] = before
    assert own_folders in app.log_file().parents
    assert "for the record 记录" in app.log_file().read_text(encoding="utf-8")


def lines_until(process, words, seconds):
    """What the process said on stderr until a line with `words`; the time limit is for a process that hangs."""
    said, deadline = b"", time.monotonic() + seconds
    while words.encode() not in said:
        assert time.monotonic() < deadline, said.decode()
        if select.select([process.stderr], [], [], 1.0)[0]:
            piece = os.read(process.stderr.fileno(), 65536)
            assert piece, said.decode()
            said += piece
    return said.decode()


@pytest.mark.display
def test_the_program_starts_and_ctrl_c_ends_it_cleanly(tmp_path):
    process = subprocess.Popen([sys.executable, "-m", "studio", "--debug"], stderr=subprocess.PIPE, cwd=tmp_path,
                               env={**os.environ, "PYTHONPATH": str(Path(app.__file__).parent.parent)})  # fmt: skip
    try:
        lines_until(process, "ready, ", 90)
        process.send_signal(signal.SIGINT)
        said = lines_until(process, "closed, ", 30)
        assert process.wait(30) == 0
        assert "all workers ended" in said
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
