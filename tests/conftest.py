"""What all tests share: lanes, isolation from the user's folders, guards against leaks.

Three lanes, each a pytest run of its own (see `.ci/check.py`), because Qt decides on its platform once per process:

* engine: no Qt at all (`-p no:pytest-qt`);
* gui: marked `gui`, everything in tests/studio that needs no OpenGL, on Qt's offscreen platform;
* display: marked `display`, everything in tests/flows and what asks for it, on a real X server (`xvfb-run`).
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

os.environ.setdefault("QT_API", "pyside6")  # before qtpy is imported anywhere
os.environ.setdefault("PYTEST_QT_API", "pyside6")
# Test models are tiny: a second OpenMP thread costs more than it brings, and ten times as much on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

NO_DISPLAY = (
    "These tests need a real X server with OpenGL: {tests} ...\n"
    "Run them with `make test` or under `xvfb-run -a`, or leave them out with `pytest -m 'not display'`."
)


def _in(item: pytest.Item, folder: str) -> bool:
    return (TESTS / folder) in item.path.parents


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark by place and fixture, so that no author has to remember."""
    for item in items:
        if _in(item, "flows"):
            item.add_marker("display")
        if item.get_closest_marker("display"):
            continue
        fixtures = getattr(item, "fixturenames", ())
        if _in(item, "studio") or "qtbot" in fixtures or "qapp" in fixtures:
            item.add_marker("gui")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Choose Qt's platform for what is left after deselection; refuse display tests without a display."""
    if session.config.option.collectonly:
        return
    display = [item for item in session.items if item.get_closest_marker("display")]
    if not display:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        return
    if not os.environ.get("DISPLAY") or os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        raise pytest.UsageError(NO_DISPLAY.format(tests=", ".join(item.name for item in display[:3])))
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    from studio.app import use_opengl_format

    use_opengl_format()  # before pytest-qt makes the application


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The engine lane must not have loaded Qt, by whatever way."""
    if session.config.pluginmanager.is_blocked("pytest-qt") and session.exitstatus == 0:
        loaded = sorted({name.partition(".")[0] for name in sys.modules} & {"PySide6", "qtpy", "pyvistaqt", "shiboken6"})
        if loaded:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.write_line(f"the engine lane loaded {', '.join(loaded)}: an engine test reaches into Qt", red=True)


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, cache and data of each test live in a folder of its own, never in the user's."""
    root = tmp_path_factory.mktemp("home")
    for name in ("CONFIG", "CACHE", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(root / name.lower()))
    monkeypatch.delenv("SHAPE_STUDIO_MODELS", raising=False)
    return root


@pytest.fixture(autouse=True)
def no_leaks(request: pytest.FixtureRequest):
    """Fails a test that leaves a non-daemon thread running."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and not t.daemon]
    left = [t for t in left if not t.name.startswith("kernel_")]  # engine.metrics.compiled.pool() lives as long as the program
    # A thread that is just ending is no leak: give it the time to do so.
    for thread in left:
        thread.join(5.0)
    stuck = [t.name for t in left if t.is_alive()]
    assert not stuck, f"threads left running: {stuck}"


@pytest.fixture(autouse=True)
def quiet_qt(request: pytest.FixtureRequest):
    """Around Qt tests: no garbage collection while events run, none of the test's windows left afterwards.

    A cycle collected inside an event handler destroys QObjects there, which crashes now and then. So the collector rests
    during the test and runs between tests, after deferred deletions have been carried out.
    """
    if not (request.node.get_closest_marker("gui") or request.node.get_closest_marker("display")):
        yield
        return
    from PySide6.QtCore import QCoreApplication, QEvent
    from PySide6.QtWidgets import QApplication

    gc.disable()
    application = QApplication.instance()
    before = set(map(id, QApplication.topLevelWidgets())) if isinstance(application, QApplication) else set()
    try:
        yield
    finally:
        gc.enable()
        if isinstance(QApplication.instance(), QApplication):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            left = [w for w in QApplication.topLevelWidgets() if id(w) not in before and w.isVisible()]
            names = [f"{type(w).__name__} {w.objectName()!r}" for w in left]
            for widget in left:
                widget.close()
            assert not names, f"windows left open: {names}"
        gc.collect()
        gc.freeze()  # what is left are modules and long-lived fixtures: looking at them after every test took minutes
