"""The true program, with the shipped weights, on a real display: what a user does is done with events to real widgets."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.api import Engine
from engine.assets import assets_root
from studio.app import Studio
from studio.settings import Settings
from studio.widgets.latent_slider import LatentTrack

#: Limit for what takes a model's work, on a machine with other things to do. Nothing waits that long when all is well.
PATIENCE = 240_000


@pytest.fixture(scope="session")
def engine():
    """One engine with the shipped weights for all flows: loaded models are read-only."""
    made = Engine("cpu", roots=(assets_root() / "weights",))
    assert made.models(), "there are no shipped weights in assets/weights"
    return made


class Driver:
    """Hands and eyes of a user.

    Attributes:
        studio: the program.
        picture: a bundled picture.
        shape: a bundled shape file.
    """

    def __init__(self, studio, qtbot):
        self.studio, self.qtbot = studio, qtbot
        root = assets_root()
        self.picture = root / "images" / "chair.png"
        self.shape = next((root / "shapes").glob("*.glb"))

    session = property(lambda self: self.studio.session)
    controller = property(lambda self: self.studio.controller)
    window = property(lambda self: self.studio.window)
    document = property(lambda self: self.studio.session.document)
    viewport = property(lambda self: self.studio.viewport.real)

    def side(self, side):
        return self.document.side(side)

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def ready(self):
        """Models are loaded and the viewport is there."""
        self.until(lambda: self.session.ready and self.viewport is not None)

    def calm(self):
        """No job runs and nothing waits; what is shown is final and painted, and measured if there are two."""

        def is_calm():
            shown = [entry for entry in (self.side("a"), self.side("b")) if entry is not None]
            measured = self.session.measured
            fine = len(shown) < 2 or (measured is not None and not measured.live and not measured.stale)
            return not self.controller.busy and all(entry.settled for entry in shown) and fine

        self.until(is_calm)
        QApplication.processEvents()  # a paint is an event of its own, after the one that brought the shape

    def drop(self, *paths):
        """Drag files from elsewhere and let them go over the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.drop_data(data)

    def drop_data(self, data):
        place, copy = QPoint(self.window.width() // 2, self.window.height() // 2), Qt.DropAction.CopyAction
        held, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(place, copy, data, held, plain)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.window, QDropEvent(QPointF(place), copy, data, held, plain))

    def command(self, name):
        """Choose a command of the menus."""
        action = next(a for a in self.window.actions() if a.objectName() == name)
        assert self.window.commands[name].enabled(), f"{name} is greyed"
        action.trigger()

    def tracks(self):
        """Latent sliders on screen, from the top."""
        return [t for t in self.window.findChildren(LatentTrack) if t.isVisible()]

    def place(self, track, value):
        """Where on a track a value lies."""
        return QPoint(round(track.handle_x(value)), 25)

    def press(self, track, value):
        QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=self.place(track, value))

    def move(self, track, value):
        QTest.mouseMove(track, self.place(track, value))

    def release(self, track, value):
        QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=self.place(track, value))

    def pixels(self):
        """(H, W, 3) of the view, float."""
        return self.viewport.screenshot().astype(float)

    def drawn(self):
        """Share of the view's pixels that the shapes cover: those that change when the shapes are taken away."""
        with_shapes = self.pixels()
        kept = {side: entry for side in ("a", "b") if (entry := self.side(side)) is not None}
        for side in kept:
            self.viewport.show(side, None)
        without = self.pixels()
        self.window.viewing.refresh()
        return float((np.abs(with_shapes - without).max(axis=2) > 12).mean())


@pytest.fixture
def driver(qapp, qtbot, tmp_path, engine, monkeypatch):
    """A studio on screen, ready, with nothing opened. Levels and point numbers are small, so that settling takes a moment."""
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (25, 49))
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 2048)
    yield from running(qapp, qtbot, tmp_path, engine)


@pytest.fixture
def true_driver(qapp, qtbot, tmp_path, engine):
    """The same with the product's own levels and point numbers."""
    yield from running(qapp, qtbot, tmp_path, engine)


def running(qapp, qtbot, tmp_path, engine):
    settings = Settings.load(tmp_path / "settings.toml")
    settings.language, settings.theme = "en", "dark"
    studio = Studio(qapp, settings, engine=engine)
    driver = Driver(studio, qtbot)
    studio.window.resize(1280, 800)
    studio.show()
    driver.until(lambda: driver.viewport is not None)
    yield driver
    assert studio.close(timeout=30.0)
    assert not [t.name for t in threading.enumerate() if t.name in {"preview", "metrics", "matching", "work"}]
    qapp.setStyleSheet("")


@pytest.fixture
def opened(driver):
    """A studio whose models are loaded, with nothing opened."""
    driver.controller.start()
    driver.ready()
    driver.calm()
    return driver


@pytest.fixture
def cube(tmp_path):
    """A cube with a Chinese name in a folder with a space."""
    path = Path(tmp_path / "my shapes" / "方块.obj")
    path.parent.mkdir()
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]
    faces = ["1 2 4 3", "5 7 8 6", "1 5 6 2", "3 4 8 7", "1 3 7 5", "2 6 8 4"]
    path.write_text("".join(f"v {x} {y} {z}\n" for x, y, z in corners) + "".join(f"f {f}\n" for f in faces), encoding="utf-8")
    return path
