"""The pad asks for what the hand does, and shows what it is told."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.category_colours import category_colours, ramp
from studio.style import apply
from studio.theme import DARK, LIGHT, contrast
from studio.widgets.latent_pad import FINE, STEP, LatentPad
from studio.widgets.pad_picture import PadItem, thumbnail_image
from studio.widgets.pad_view import REACH
from studio.widgets.typicality_bar import TypicalityBar

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
SHIFT, CTRL, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def pad(qtbot, themed):
    made = LatentPad()
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    qtbot.waitExposed(made)
    items = [
        PadItem(-0.7, 0.0, "oak chair", "chair", "#5cc8b4"),
        PadItem(0.7, 0.0, "desk lamp", "lamp", "#b79bf5"),
        PadItem(0.0, 0.7, "my mark", "landmark", "#ff9e4a", landmark=True),
    ]
    made.set_map(items, np.full((8, 8), 0.5), lambda x, y: np.array([0, 1]))
    cover = np.full((96, 96), 255, np.uint8)
    made.set_images({i: thumbnail_image(cover // 2, cover, item.colour) for i, item in enumerate(items)})
    made.set_place(0.0, 0.0, 0.0)
    made.grab()
    made.heard = []
    made.moved.connect(lambda x, y: made.heard.append(("moved", x, y)))
    made.released.connect(lambda: made.heard.append("released"))
    made.chosen.connect(lambda i: made.heard.append(("chosen", i)))
    made.landmark_wanted.connect(lambda x, y: made.heard.append(("landmark", x, y)))
    made.rename_wanted.connect(lambda i: made.heard.append(("rename", i)))
    made.remove_wanted.connect(lambda i: made.heard.append(("remove", i)))
    made.menu_wanted.connect(lambda i, at: made.heard.append(("menu", i)))
    return made


def at(pad, x, y) -> QPoint:
    return QPointF(*pad.view.to_pixels([[x, y]])[0]).toPoint()


def move(pad, point: QPoint, modifiers=NONE) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(point), QPointF(pad.mapToGlobal(point)), LEFT, LEFT, modifiers)
    QApplication.sendEvent(pad, event)


def test_a_press_on_empty_ground_moves_there_at_once_and_dragging_follows(pad) -> None:
    start = at(pad, -0.3, -0.5)
    QTest.mousePress(pad, LEFT, NONE, start)
    assert pad.dragging
    assert pad.place == pytest.approx((-0.3, -0.5), abs=0.01)
    move(pad, start + QPoint(40, -10))
    assert pad.place == pytest.approx(pad.view.to_place(start.x() + 40, start.y() - 10), abs=1e-9)
    pad.set_place(0.9, 0.9, 0.5)
    assert pad.place == pytest.approx(pad.view.to_place(start.x() + 40, start.y() - 10), abs=1e-9), "the hand holds it"
    QTest.mouseRelease(pad, LEFT, NONE, start + QPoint(40, -10))
    assert [h if h == "released" else h[0] for h in pad.heard] == ["moved", "moved", "released"]


def test_the_handle_is_taken_where_it_is(pad) -> None:
    start = at(pad, 0, 0) + QPoint(4, 3)
    QTest.mousePress(pad, LEFT, NONE, start)
    assert pad.heard == []
    move(pad, start + QPoint(30, 0))
    assert pad.place == pytest.approx((30 / pad.view.scale, 0), abs=1e-9), "no jump by where it was held"
    QTest.mouseRelease(pad, LEFT, NONE, start + QPoint(30, 0))


def test_shift_makes_it_fine(pad) -> None:
    start = at(pad, 0.2, -0.4)
    QTest.mousePress(pad, LEFT, NONE, start)
    x, y = pad.place
    move(pad, start + QPoint(50, 0), SHIFT)
    assert pad.place == pytest.approx((x + FINE * 50 / pad.view.scale, y), abs=1e-9)
    QTest.mouseRelease(pad, LEFT, NONE, start)


def test_a_click_on_a_thumbnail_goes_there_but_a_drag_from_it_drags(pad) -> None:
    QTest.mouseClick(pad, LEFT, NONE, at(pad, -0.7, 0.0))
    assert pad.heard == [("chosen", 0)]
    pad.heard.clear()
    start = at(pad, 0.7, 0.0)
    QTest.mousePress(pad, LEFT, NONE, start)
    move(pad, start + QPoint(-20, 0))
    QTest.mouseRelease(pad, LEFT, NONE, start + QPoint(-20, 0))
    assert pad.heard[0][0] == "moved"
    assert pad.heard[-1] == "released"
    assert pad.place == pytest.approx((0.7 - 20 / pad.view.scale, 0), abs=0.01)


def test_the_handle_stays_on_the_map(pad) -> None:
    start = at(pad, 0.5, -0.5)
    QTest.mousePress(pad, LEFT, NONE, start)
    move(pad, start + QPoint(900, 900))
    assert pad.place == (REACH, -REACH)
    QTest.mouseRelease(pad, LEFT, NONE, start)


def test_wheel_zooms_about_the_cursor_and_middle_pans(pad) -> None:
    spot = QPointF(200, 120)
    before = pad.view.to_place(200, 120)
    for _ in range(6):
        event = QWheelEvent(spot, QPointF(pad.mapToGlobal(spot.toPoint())), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
                            NONE, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(pad, event)
    assert pad.view.zoom == pytest.approx(1.2**6)
    assert pad.view.to_place(200, 120) == pytest.approx(before)
    QTest.mousePress(pad, MIDDLE, NONE, QPoint(150, 150))
    under = pad.view.to_place(150, 150)
    move(pad, QPoint(170, 140))
    QTest.mouseRelease(pad, MIDDLE, NONE, QPoint(170, 140))
    assert pad.view.to_place(170, 140) == pytest.approx(under)
    assert pad.heard == []
    QTest.mouseDClick(pad, LEFT, NONE, QPoint(20, 290))
    assert pad.view.zoom == 1.0


def test_the_right_button_opens_the_menu_unless_it_panned(pad) -> None:
    QTest.mouseClick(pad, RIGHT, NONE, at(pad, 0.0, 0.7))
    assert pad.heard == [("menu", 2)]
    QTest.mousePress(pad, RIGHT, NONE, QPoint(100, 100))
    move(pad, QPoint(160, 100))
    QTest.mouseRelease(pad, RIGHT, NONE, QPoint(160, 100))
    assert pad.heard == [("menu", 2)]


def test_everything_by_keyboard(pad) -> None:
    pad.setFocus()
    QTest.keyClick(pad, Qt.Key.Key_Right)
    step = STEP / pad.view.scale
    assert pad.heard == [("moved", pytest.approx(step), 0.0), "released"]
    QTest.keyClick(pad, Qt.Key.Key_Up, SHIFT)
    assert pad.place == pytest.approx((step, FINE * step))
    pad.heard.clear()
    QTest.keyClick(pad, Qt.Key.Key_L)
    assert pad.heard == [("landmark", *pad.place)]
    pad.heard.clear()
    QTest.keyClick(pad, Qt.Key.Key_Left, CTRL)
    QTest.keyClick(pad, Qt.Key.Key_Return)
    assert ("chosen", 0) in pad.heard
    assert "oak chair" in pad.accessibleDescription()
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert not any(h[0] == "remove" for h in pad.heard if h != "released"), "a training shape cannot be removed"
    QTest.keyClick(pad, Qt.Key.Key_Up, CTRL)
    assert pad.focused == 2
    QTest.keyClick(pad, Qt.Key.Key_F2)
    QTest.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.heard[-2:] == [("rename", 2), ("remove", 2)]
    QTest.keyClick(pad, Qt.Key.Key_Plus)
    assert pad.view.zoom == pytest.approx(1.25)
    QTest.keyClick(pad, Qt.Key.Key_0)
    assert pad.view.zoom == 1.0


def test_an_empty_map_takes_no_orders(pad) -> None:
    pad.set_map((), None, None)
    pad.grab()
    QTest.mouseClick(pad, LEFT, NONE, QPoint(150, 100))
    QTest.keyClick(pad, Qt.Key.Key_Right)
    QTest.keyClick(pad, Qt.Key.Key_Right, CTRL)
    assert not any(h[0] in ("moved", "chosen") for h in pad.heard if h != "released")


def test_what_the_model_does_not_know_is_darker_ground(pad) -> None:
    known = np.zeros((8, 8))
    known[:, 4:] = 1.0
    pad.set_map((), known, None)
    picture = pad.grab().toImage()
    left, right = picture.pixelColor(60, 60).lightness(), picture.pixelColor(240, 60).lightness()
    assert right > left + 8


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_categories_can_be_told_from_the_panel_and_from_each_other(qapp, theme) -> None:
    colours = category_colours(tuple("abcdefghijkl"), theme)
    assert len(set(colours.values())) == 12
    assert all(contrast(colour, theme.panel) >= 3 and contrast(colour, theme.window) >= 3 for colour in colours.values())
    assert not set(colours.values()) & {theme.a, theme.b, theme.accent}
    for colour in colours.values():
        low, high = ramp(colour, theme)
        assert all(0 <= a < b <= 1 for a, b in zip(low, high, strict=True))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_a_thumbnail_takes_its_colour_and_is_clear_around(themed, theme) -> None:
    apply(themed, theme)
    shade, cover = np.tile(np.arange(96, dtype=np.uint8) * 2, (96, 1)), np.zeros((96, 96), np.uint8)
    cover[:, 48:] = 255
    image = thumbnail_image(shade, cover, "#5cc8b4")
    assert image.format() is QImage.Format.Format_ARGB32_Premultiplied
    assert image.pixelColor(10, 10).alpha() == 0
    first, last = image.pixelColor(50, 10), image.pixelColor(94, 10)
    assert first.alpha() == last.alpha() == 255
    assert last.lightness() > first.lightness()
    assert last.green() > last.red()


def test_the_bar_says_what_the_number_means(qtbot, themed) -> None:
    bar = TypicalityBar()
    qtbot.addWidget(bar)
    bar.show()
    bar.set_state(0.82, "Oak chair")
    qtbot.waitUntil(lambda: bar.words.text() == "typical 82 %", timeout=5000)
    assert bar.beside.whole() == "near Oak chair"
    assert not bar.words.property("tone")
    bar.set_state(0.35, "Oak chair")
    qtbot.waitUntil(lambda: bar.words.property("tone") == "warning", timeout=5000)
    bar.set_state(0.05, "Oak chair")
    qtbot.waitUntil(lambda: bar.words.property("tone") == "error", timeout=5000)
    assert "5 %" in bar.accessibleDescription()
    assert "halfway" in bar.toolTip()
