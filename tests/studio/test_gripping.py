"""The real window driven by the mouse: grab, drag, pin, take back, on a real display."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app import Studio
from studio.settings import Settings

pytestmark = pytest.mark.display

LEFT, SHIFT, CTRL, PLAIN = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.NoModifier,
)


class Driver:
    """Hands and eyes of a user before a ball of the sphere model, in A."""

    def __init__(self, qapp, qtbot, engine, folder):
        settings = Settings.load(folder / "settings.toml")
        settings.language, settings.theme = "en", "dark"
        self.qtbot = qtbot
        self.studio = Studio(qapp, settings, engine=engine)
        self.studio.window.resize(1100, 700)
        self.studio.show()
        self.until(lambda: self.viewport is not None)
        self.studio.controller.start()
        self.until(lambda: self.studio.session.ready)
        self.studio.controller.start_from("balls", 2)
        self.calm()

    session = property(lambda self: self.studio.session)
    viewport = property(lambda self: self.studio.viewport.real)
    window = property(lambda self: self.studio.window)
    entry = property(lambda self: self.studio.session.document.active_entry)

    def until(self, condition):
        self.qtbot.waitUntil(condition, timeout=60_000)

    def calm(self):
        self.until(lambda: not self.studio.controller.busy and self.entry.settled)
        QTest.qWait(50)

    @property
    def middle(self):
        return QPoint(self.viewport.widget.width() // 2, self.viewport.widget.height() // 2)

    def mouse(self, kind, place, button=LEFT, keys=PLAIN):
        held = LEFT if kind != QEvent.Type.MouseButtonRelease else Qt.MouseButton.NoButton
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
        where = QPointF(place)
        event = QMouseEvent(kind, where, self.viewport.widget.mapToGlobal(where), button, held, keys)
        QApplication.sendEvent(self.viewport.widget, event)

    def press(self, place, keys=PLAIN):
        self.mouse(QEvent.Type.MouseButtonPress, place, keys=keys)

    def move(self, place, keys=PLAIN):
        self.mouse(QEvent.Type.MouseMove, place, keys=keys)

    def release(self, place, keys=PLAIN):
        self.mouse(QEvent.Type.MouseButtonRelease, place, keys=keys)

    def command(self, name):
        action = next(a for a in self.window.actions() if a.objectName() == name)
        action.trigger()


@pytest.fixture
def driver(qapp, qtbot, engine, tmp_path, monkeypatch):
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (17, 33, 65))
    made = Driver(qapp, qtbot, engine, tmp_path)
    yield made
    assert made.studio.close(timeout=30.0)
    assert "pull" not in {t.name for t in threading.enumerate()}
    qapp.setStyleSheet("")


def radius(driver):
    return float(np.linalg.norm(driver.entry.shape.vertices, axis=1).mean())


def test_a_drag_with_the_tool_pulls_the_surface_under_the_cursor_and_is_one_step(driver):
    d = driver
    d.command("shape.pull")
    assert d.window.display_bar.tools["shape.pull"].isChecked()
    camera, position, before = d.viewport.camera(), d.session.position, radius(d)
    edge = d.middle + QPoint(0, -60)
    hit = d.viewport.hit(edge.x(), edge.y())
    d.press(edge)
    for lift in range(5, 45, 5):
        d.move(edge + QPoint(0, -lift))
        QTest.qWait(30)
    d.until(lambda: d.session.grip is not None and d.session.grip.distance < 0.02)
    assert d.viewport._scene.grips.side == "a"
    target = d.session.grip.target
    back = d.viewport._scene.orbit.axes()[2]
    assert (target - hit.point) @ back == pytest.approx(0, abs=1e-6), "it moves in the plane of the screen"
    d.release(edge + QPoint(0, -40))
    d.until(lambda: d.session.grip is None)
    d.calm()
    assert d.viewport.camera() == camera, "the view has not turned"
    assert d.session.position == position + 1
    assert radius(d) > before + 0.01
    assert np.linalg.norm(d.entry.shape.vertices - target, axis=1).min() < 0.03
    d.command("edit.undo")
    d.calm()
    assert radius(d) == pytest.approx(before, abs=1e-3)


def test_without_the_tool_a_drag_turns_and_with_control_it_pulls(driver):
    d = driver
    camera, code = d.viewport.camera(), d.entry.latent
    d.press(d.middle)
    d.move(d.middle + QPoint(40, 0))
    d.release(d.middle + QPoint(40, 0))
    assert d.viewport.camera() != camera
    assert d.entry.latent == code
    camera, edge = d.viewport.camera(), d.middle + QPoint(0, -60)
    d.press(edge, CTRL)
    d.move(edge + QPoint(0, -20), CTRL)
    d.move(edge + QPoint(0, -30), CTRL)
    d.until(lambda: d.entry.latent != code)
    d.release(edge + QPoint(0, -30), CTRL)
    d.until(lambda: d.session.grip is None)
    assert d.viewport.camera() == camera


def test_the_tool_turns_the_view_beside_the_shape(driver):
    d = driver
    d.command("shape.pull")
    camera, code = d.viewport.camera(), d.entry.latent
    corner = QPoint(30, d.viewport.widget.height() - 40)
    assert d.viewport.hit(corner.x(), corner.y()) is None
    d.press(corner)
    d.move(corner + QPoint(60, -20))
    d.release(corner + QPoint(60, -20))
    assert d.viewport.camera() != camera
    assert d.entry.latent == code


def test_escape_in_the_middle_restores(driver):
    d = driver
    d.command("shape.pull")
    before, edge = (d.session.position, d.entry.latent, d.entry.shape), d.middle + QPoint(0, -60)
    d.press(edge)
    for lift in (10, 20, 30):
        d.move(edge + QPoint(0, -lift))
    d.until(lambda: d.entry.latent != before[1])
    assert d.window.stage.grip.isVisible()
    QTest.keyClick(d.window, Qt.Key.Key_Escape)
    assert (d.session.position, d.entry.latent, d.entry.shape) == before
    d.move(edge + QPoint(0, -60))
    d.release(edge + QPoint(0, -60))
    d.calm()
    assert (d.session.position, d.entry.latent, d.entry.shape) == before
    assert not d.window.stage.grip.isVisible()


def test_double_click_and_shift_click_pin_and_the_pins_are_drawn(driver):
    d = driver
    camera = d.viewport.camera()
    d.command("shape.pull")
    d.mouse(QEvent.Type.MouseButtonDblClick, d.middle)
    assert len(d.entry.pins) == 1
    beside = d.middle + QPoint(60, 30)
    d.press(beside, SHIFT)
    d.release(beside, SHIFT)
    assert len(d.entry.pins) == 2
    assert d.viewport.camera() == camera
    np.testing.assert_allclose(d.viewport._scene.grips.pins["a"], d.entry.pins, atol=1e-6)
    with_pins = d.viewport.screenshot().astype(int)
    d.command("shape.unpin")
    assert d.entry.pins == ()
    change = np.abs(d.viewport.screenshot().astype(int) - with_pins).max(axis=2) > 40
    assert 40 < change.sum() < 1200, "two small marks"


def test_the_hand_is_open_over_a_shape_and_an_arrow_beside_it(driver):
    d = driver
    d.command("shape.pull")
    QTest.mouseMove(d.viewport.widget, d.middle)
    d.until(lambda: d.viewport.widget.cursor().shape() == Qt.CursorShape.OpenHandCursor)
    QTest.mouseMove(d.viewport.widget, QPoint(30, d.viewport.widget.height() - 40))
    d.until(lambda: d.viewport.widget.cursor().shape() == Qt.CursorShape.ArrowCursor)


def test_everything_by_keys(driver):
    d = driver
    position, before = d.session.position, radius(d)
    d.command("shape.grab_middle")
    assert d.window.gripping.by_keys
    for _ in range(3):
        d.command("shape.pull_near")
    d.until(lambda: d.entry.settled and radius(d) > before + 0.015)
    d.command("shape.grab_middle")
    d.until(lambda: d.session.grip is None)
    assert d.session.position == position + 1
    d.command("shape.pin_middle")
    assert len(d.entry.pins) == 1


def test_a_pull_beyond_what_is_known_is_said_at_the_stage(driver):
    d = driver
    d.command("shape.pull")
    edge = d.middle + QPoint(0, -60)
    d.press(edge)
    d.move(edge + QPoint(0, -10))
    d.move(QPoint(edge.x(), -3000))
    d.release(QPoint(edge.x(), -3000))
    d.until(lambda: d.session.grip is not None and not d.session.grip.held and d.session.grip.leaves)
    d.until(lambda: d.window.stage.grip.isVisible())
    assert "leaves what the model knows" in d.window.stage.grip.words.text()
    d.window.stage.grip.close_.click()
    assert d.session.grip is None
