"""The real viewport: what it paints, and how often."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

from engine.api import Mesh, PointCloud
from studio.theme import DARK, LIGHT, rgb
from studio.viewport.view import ShapeView

pytestmark = pytest.mark.display


class Shown:
    """A window with nothing but the viewport, and ways to look at its pixels."""

    def __init__(self, qtbot, theme=DARK, size=(640, 480), software=True) -> None:
        from studio.viewport.widget import VtkViewport

        self.qtbot = qtbot
        self.window = QMainWindow()
        self.viewport = VtkViewport(self.window, theme, software)
        self.window.setCentralWidget(self.viewport.widget)
        self.window.resize(*size)
        with qtbot.waitSignal(self.viewport.painted, timeout=20000):
            self.window.show()
        self.settle()

    def settle(self) -> None:
        """Until no paint is asked for any more."""
        before = -1
        while before != self.viewport.renders:
            before = self.viewport.renders
            QTest.qWait(60)

    def change(self, do) -> int:
        """Paints that `do` caused."""
        before = self.viewport.renders
        with self.qtbot.waitSignal(self.viewport.painted, timeout=20000):
            do()
        self.settle()
        return self.viewport.renders - before

    def pixels(self) -> np.ndarray:
        image = self.viewport.widget.grabFramebuffer()
        image = image.convertToFormat(image.Format.Format_RGB888)
        raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return raw[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)

    def close(self) -> None:
        self.viewport.close()
        self.window.close()
        self.window.deleteLater()


@pytest.fixture(params=[True, False], ids=["image", "opengl"])
def shown(qtbot, request):
    """Both ways of getting pixels on screen must behave alike."""
    made = []

    def make(*args, **kwargs):
        made.append(Shown(qtbot, *args, software=request.param, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


def hue_distance(pixel, colour) -> float:
    """Angle between two colours as directions: brightness does not matter."""
    a, b = np.asarray(pixel, float), np.asarray(colour, float)
    return float(np.degrees(np.arccos(np.clip(a @ b / np.linalg.norm(a) / np.linalg.norm(b), -1, 1))))


def silhouette(pixels: np.ndarray, background: np.ndarray) -> np.ndarray:
    return np.abs(pixels - background).max(axis=2) > 40


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_shape_is_clay_on_the_gradient_and_fills_the_height(shown, theme, ball) -> None:
    stage = shown(theme)
    empty = stage.pixels()
    corners = empty[[2, 2, -3, -3], [2, -3, 2, -3]]
    for corner, want in zip(corners, (theme.sky, theme.sky, theme.floor, theme.floor), strict=True):
        np.testing.assert_allclose(corner, 255 * np.array(rgb(want)), atol=6)
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    pixels = stage.pixels()
    height, width, _ = pixels.shape
    assert hue_distance(pixels[height // 2, width // 2], rgb(theme.clay_a)) < 8
    np.testing.assert_allclose(pixels[2, 2], 255 * np.array(rgb(theme.sky)), atol=6)
    column = silhouette(pixels, empty)[:, width // 2 - 4 : width // 2 + 4].any(axis=1)
    rows = np.flatnonzero(column)
    assert 0.55 <= (rows.max() - rows.min()) / height <= 0.85


def test_sides_differ_in_colour_and_stand_side_by_side(shown, ball) -> None:
    stage = shown()

    def both():
        stage.viewport.show("a", ShapeView(1, ball))
        stage.viewport.show("b", ShapeView(2, ball))
        stage.viewport.set_split(True)

    assert stage.change(both) == 1
    pixels = stage.pixels()
    height, width, _ = pixels.shape
    left, right = pixels[height // 2, width // 4], pixels[height // 2, 3 * width // 4]
    assert hue_distance(left, rgb(DARK.clay_a)) < 8
    assert hue_distance(right, rgb(DARK.clay_b)) < 8


def test_one_paint_per_applied_result(shown, ball) -> None:
    stage = shown()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    for scale in (0.9, 0.8, 0.7):
        other = Mesh(ball.vertices * np.float32(scale), ball.faces, ball.normals)
        assert stage.change(lambda shape=other: stage.viewport.show("a", ShapeView(1, shape))) == 1
    before = stage.viewport.renders
    stage.viewport.show("a", ShapeView(1, other))  # nothing new
    stage.viewport.widget.update()  # Qt repaints for its own reasons
    QTest.qWait(150)
    assert stage.viewport.renders == before


def test_new_data_leave_the_camera_alone_and_are_not_clipped(shown, ball) -> None:
    stage = shown()
    stage.change(
        lambda: stage.viewport.show("a", ShapeView(1, Mesh(ball.vertices * np.float32(0.3), ball.faces, ball.normals)))
    )
    camera = stage.viewport.camera()
    empty = stage.pixels()[5, 5]
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    assert stage.viewport.camera() == camera
    middle = stage.pixels()[240, 320]
    assert np.abs(middle - empty).max() > 40  # the near side is there, although it is much nearer than before


def test_a_drag_turns_once_per_move_and_a_double_click_resets(shown, ball) -> None:
    stage = shown()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    home = stage.viewport.camera()
    widget = stage.viewport.widget
    QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert stage.change(lambda: QTest.mouseMove(widget, QPoint(360, 220))) == 1
    QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(360, 220))
    assert stage.viewport.camera()["azimuth"] != home["azimuth"]
    stage.change(lambda: QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(300, 200)))
    now = stage.viewport.camera()
    np.testing.assert_allclose(now.pop("target"), home.pop("target"), atol=1e-6)
    assert now == pytest.approx(home, rel=1e-6)


def test_keys_and_drops_do_not_reach_vtk(shown, ball) -> None:
    stage = shown()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    before = stage.pixels()
    for key in "qe3rvwsfp":
        QTest.keyClick(stage.viewport.widget, key)
    stage.settle()
    np.testing.assert_array_equal(stage.pixels(), before)
    assert not stage.viewport.widget.acceptDrops()


def test_resizing_frames_again(shown, ball) -> None:
    stage = shown()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    stage.change(lambda: stage.window.resize(300, 700))
    pixels = stage.pixels()
    assert pixels.shape[:2] == (700, 300)
    row = pixels[350]
    edge = np.abs(row - row[0]).max(axis=1) > 40
    assert 0.75 <= edge.mean() <= 0.95  # now the width is what limits


def test_error_colours_and_points(shown, ball) -> None:
    stage = shown()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    clay = stage.pixels()

    def colour():
        stage.viewport.set_display("error")
        stage.viewport.set_colours("a", np.full(len(ball.vertices), 1.0, np.float32), (0.0, 1.0))

    assert stage.change(colour) == 1
    middle = stage.pixels()[240, 320]
    assert middle[0] > 1.5 * middle[2]  # the upper end of cividis is yellow
    assert stage.change(lambda: stage.viewport.set_display("points")) == 1
    assert np.abs(stage.pixels() - clay).max() > 40


def test_clouds_are_drawn(shown, ball) -> None:
    stage = shown()
    empty = stage.pixels()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, PointCloud(ball.vertices))))
    assert silhouette(stage.pixels(), empty)[100:380, 180:460].mean() > 0.05


def test_screenshots_are_larger_and_may_be_transparent(shown, ball, tmp_path) -> None:
    stage = shown(size=(320, 240))
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    plain = stage.viewport.screenshot(tmp_path / "形状 1.png", scale=2)
    assert plain.shape == (480, 640, 3)
    assert (tmp_path / "形状 1.png").stat().st_size > 1000
    clear = stage.viewport.screenshot(transparent=True)
    assert clear.shape == (240, 320, 4)
    assert clear[5, 5, 3] == 0
    assert clear[120, 160, 3] == 255
    stage.change(lambda: stage.viewport.set_display("points"))  # the window on screen still paints


def test_an_empty_mesh_shows_nothing(shown, ball) -> None:
    stage = shown()
    empty = stage.pixels()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, Mesh.empty("no surface"))))
    np.testing.assert_array_equal(stage.pixels(), empty)
