"""The real viewport: what it paints, and how often."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from engine.api import Mesh, PointCloud
from studio.theme import DARK, LIGHT, rgb
from studio.viewport.flow import Marks
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


# --- colours, matching, marks, and the mouse over them ------------------------------------------------------------------


def hover(widget, x: int, y: int) -> None:
    """The mouse comes to a place with no button pressed (sent as an event: where the real pointer is does not matter)."""
    none, place = Qt.MouseButton.NoButton, QPointF(x, y)
    QApplication.sendEvent(
        widget,
        QMouseEvent(QEvent.Type.MouseMove, place, widget.mapToGlobal(place), none, none, Qt.KeyboardModifier.NoModifier),
    )


@pytest.fixture
def coloured(shown, ball):
    """A ball in A whose colour says its height, alone in the view."""
    stage = shown()
    height = (ball.vertices[:, 1] + 1).astype(np.float32)
    stage.viewport.show("a", ShapeView(1, ball))
    stage.viewport.set_display("error")
    stage.change(lambda: stage.viewport.set_colours("a", height, (0.0, 2.0)))
    return stage


def test_the_mouse_over_a_surface_tells_its_number(coloured, ball) -> None:
    stage, said = coloured, []
    stage.viewport.hovered.connect(said.append)
    hit = stage.viewport.hit(320, 240)
    assert hit.side == "a"
    assert np.linalg.norm(hit.point) == pytest.approx(1, abs=0.02)
    assert hit.value == pytest.approx(hit.point[1] + 1, abs=0.01), "the colour there stands for the height"
    with stage.qtbot.waitSignal(stage.viewport.hovered, check_params_cb=lambda h: h is not None):
        hover(stage.viewport.widget, 320, 200)
    assert said[-1].value > hit.value, "higher on the ball"
    with stage.qtbot.waitSignal(stage.viewport.hovered, check_params_cb=lambda h: h is None):
        hover(stage.viewport.widget, 4, 4)
    before = len(said)
    stage.viewport.set_display("solid")
    hover(stage.viewport.widget, 320, 240)
    QTest.qWait(80)
    assert all(h is None for h in said[before:]), "plain clay stands for no number"


def test_what_is_hit_is_what_is_drawn_there(shown, ball) -> None:
    """Along the outline of the ball the ray test and the pixels agree."""
    stage = shown()
    empty = stage.pixels()
    stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
    drawn = silhouette(stage.pixels(), empty)
    row = 150
    columns = np.flatnonzero(drawn[row])
    left, right = columns.min(), columns.max()
    for x, inside in ((left - 4, False), (left + 4, True), (right - 4, True), (right + 4, False)):
        assert (stage.viewport.hit(x, row) is not None) == inside


def test_a_click_touches_the_shape_or_the_background(coloured) -> None:
    for place, side in ((QPoint(320, 240), "a"), (QPoint(5, 5), None)):
        with coloured.qtbot.waitSignal(coloured.viewport.touched) as touched:
            QTest.mouseClick(coloured.viewport.widget, Qt.MouseButton.LeftButton, pos=place)
        assert (touched.args[0] and touched.args[0].side) == side


def test_another_map_and_other_ends_recolour_both_sides_at_once(coloured, ball) -> None:
    stage = coloured
    cividis = stage.pixels()[240, 320]
    assert stage.change(lambda: stage.viewport.set_colour_map("viridis")) == 1
    viridis = stage.pixels()[240, 320]
    assert viridis[1] > viridis[0] + 30, "the middle of viridis is green"
    assert np.ptp(cividis) < 60, "the middle of cividis is greyish"
    assert np.ptp(viridis) > 80
    height = (ball.vertices[:, 1] + 1).astype(np.float32)
    stage.change(lambda: stage.viewport.set_colours("a", height, (0.0, 0.1)))
    assert stage.pixels()[240, 320][0] > 150, "everything above the upper end has the last colour"


@pytest.fixture
def flowing(shown):
    """A matching of 300 points, from a plate at the left to one at the right, half of them drawn as lines."""
    from studio.viewport.flow import Flow

    stage = shown(size=(800, 400))
    rng = np.random.default_rng(0)
    start = np.stack([np.full(300, -0.8), *rng.uniform(-0.6, 0.6, (2, 300))], axis=1).astype(np.float32)
    end = start + np.float32([1.6, 0, 0])
    flow = Flow(start, end, np.full(300, 1.6, np.float32), np.arange(0, 300, 2))
    stage.viewport.show("a", ShapeView(1, PointCloud(start)))
    stage.viewport.show("b", ShapeView(2, PointCloud(end)))
    stage.viewport.set_camera({"azimuth": 0, "elevation": 0, "distance": 6, "target": [0, 0, 0], "framed": False})
    stage.viewport.set_split(True)
    stage.viewport.set_display("matching")
    stage.change(lambda: stage.viewport.set_flow(flow, 0.0, (0.0, 2.0)))
    return stage, flow


def test_points_travel_along_their_lines(flowing) -> None:
    stage, flow = flowing
    hits = []
    for time in (0.0, 0.5, 1.0):
        stage.viewport.set_flow(flow, time, (0.0, 2.0))
        stage.settle()
        canvas = stage.viewport._canvas
        where = [stage.viewport.hit(x, y) for x in range(40, 400, 6) for y in range(60, 340, 6)]
        hits.append(np.mean([h.point[0] for h in where if h is not None]))
        assert all(h.value == pytest.approx(1.6) for h in where if h is not None)
        assert canvas.scene.time == time
    np.testing.assert_allclose(hits, (-0.8, 0.0, 0.8), atol=0.02)


def test_a_matching_is_painted_and_each_step_is_one_paint(flowing) -> None:
    stage, flow = flowing
    first = stage.pixels()
    assert stage.change(lambda: stage.viewport.set_flow(flow, 0.5, (0.0, 2.0))) == 1
    second = stage.pixels()
    change = np.abs(second - first).max(axis=2) > 30
    assert change[:, :400].sum() > 500, "the points of A have moved"
    assert not change[:, 400:].any(), "those of B wait for them"
    before = stage.viewport.renders
    stage.viewport.set_flow(flow, 0.5, (0.0, 2.0))
    QTest.qWait(100)
    assert stage.viewport.renders == before
    stage.change(lambda: stage.viewport.set_flow(None, 0.0, (0.0, 1.0)))
    assert np.abs(stage.pixels() - second).max() > 60


def test_marks_lie_over_everything_in_both_views_and_go_again(shown, ball) -> None:
    from studio.viewport.flow import Marks

    stage = shown(size=(800, 400))
    stage.viewport.show("a", ShapeView(1, ball))
    stage.viewport.show("b", ShapeView(2, ball))
    stage.change(lambda: stage.viewport.set_split(True))
    plain = stage.pixels()
    inside = np.float32([[0, 0, 0], [0.0, 0.5, 0.0]])  # hidden by the surface if they were drawn in depth
    assert stage.change(lambda: stage.viewport.set_marks(Marks(inside, ("a", "b")))) == 1
    change = np.abs(stage.pixels() - plain).max(axis=2) > 40
    for half in (change[:, :400], change[:, 400:]):
        assert 60 < half.sum() < 1500
    picture = stage.viewport.screenshot()
    assert (np.abs(picture.astype(int) - plain).max(axis=2) > 40)[change].mean() > 0.8, "a saved picture shows them too"
    stage.change(lambda: stage.viewport.set_marks(None))
    np.testing.assert_array_equal(stage.pixels(), plain)


def test_a_resting_picture_gets_smooth_edges(qtbot, ball) -> None:
    """Between ball and background a smooth picture has pixels of neither colour; nothing counts as painted anew."""
    stage = Shown(qtbot, software=True)
    try:
        stage.change(lambda: stage.viewport.show("a", ShapeView(1, ball)))
        stage.viewport.widget.mark()
        QTest.qWait(100)
        rough, renders = stage.pixels(), stage.viewport.renders
        qtbot.waitUntil(lambda: bool((stage.pixels() != rough).any()), timeout=5000)
        changed = np.abs(stage.pixels() - rough).max(axis=2) > 8
        assert stage.viewport.renders == renders
        assert 50 < changed.sum() < 0.05 * changed.size  # the outline and nothing else
    finally:
        stage.close()


MARKED = Marks(np.float32([[0, 0, 0.9], [0, 0.2, 0.5]]), ("a", "b"))


def test_a_change_of_one_side_gives_the_picture_that_drawing_both_gives(shown, ball) -> None:
    cube = Mesh(ball.vertices * np.float32([0.4, 0.9, 0.6]), ball.faces)
    one = shown()
    view = one.viewport
    view.set_split(True)
    view.show("a", ShapeView(1, ball))
    view.show("b", ShapeView(2, ball))
    one.settle()
    for side, shape, marks in (("a", cube, None), ("b", cube, None), ("a", ball, MARKED), ("b", ball, None)):
        if marks is not None:
            one.change(lambda marks=marks: view.set_marks(marks))
        before = one.pixels()
        entry = {"a": 1, "b": 2}[side]
        assert one.change(lambda side=side, entry=entry, shape=shape: view.show(side, ShapeView(entry, shape))) == 1
        after = one.pixels()
        half = before.shape[1] // 2
        other = slice(half + 1, None) if side == "a" else slice(0, half - 1)
        assert np.array_equal(after[:, other], before[:, other]), "the other side keeps its pixels"
        assert not np.array_equal(after, before)
        view.widget.mark()
        view.widget.repaint()
        assert np.array_equal(one.pixels(), after)


def test_both_sides_are_drawn_anew_when_the_camera_moves(shown, ball) -> None:
    one = shown()
    view = one.viewport
    view.set_split(True)
    view.show("a", ShapeView(1, ball))
    view.show("b", ShapeView(2, Mesh(ball.vertices * np.float32([0.4, 0.9, 0.6]), ball.faces)))
    one.settle()
    before = one.pixels()
    view.show("a", ShapeView(1, Mesh(ball.vertices * np.float32(0.7), ball.faces)))
    view.set_camera({**view.camera(), "distance": 9.0, "framed": False})
    one.settle()
    half = before.shape[1] // 2
    change = np.abs(one.pixels() - before).max(axis=2) > 12
    assert change[:, :half].any()
    assert change[:, half:].any()
