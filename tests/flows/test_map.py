"""The map of codes with the true program: the hand in the map, the shape in the view, one step of undo, landmarks in files."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

pytestmark = pytest.mark.display

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MODEL = "triplane-furniture"


@pytest.fixture
def mapped(opened, monkeypatch, tmp_path):
    """A training shape in A, and the map of its model on screen."""
    monkeypatch.setenv("SHAPE_STUDIO_CACHE", str(tmp_path / "cache"))
    d = opened
    d.controller.start_from(MODEL, 0)
    d.calm()
    d.window.latent.view.buttons["map"].click()
    d.until(lambda: MODEL in d.session.maps)
    d.pad = d.window.latent.map.pad
    d.until(lambda: d.pad.place is not None and d.pad.isVisible() and d.pad.width() > 200)
    return d


def spot(d, x, y) -> QPoint:
    return QPointF(*d.pad.view.to_pixels([[x, y]])[0]).toPoint()


def empty_ground(d) -> QPoint:
    """A point of the pad with nothing under it."""
    for x in range(40, d.pad.width() - 40, 7):
        at = QPoint(x, d.pad.height() // 2)
        if d.pad.item_at(QPointF(at)) < 0:
            return at
    raise AssertionError("the map is full")


def test_the_shape_follows_the_hand_and_settles_to_it(mapped):
    d = mapped
    chart = d.session.maps[MODEL]
    first, position = d.document.active_entry.latent, d.session.position
    assert d.pad.place == pytest.approx(tuple(chart.places[0]), abs=1e-5)
    start = empty_ground(d)
    QTest.mousePress(d.pad, LEFT, NONE, start)
    assert d.pad.dragging
    shapes, words = set(), set()
    for step in range(1, 331):  # a slow machine gets more moves, back and forth, until pictures have come
        if step > 30 and len(shapes) > 2 and len(words) > 2:
            break
        way = min(step, 30) - step % 2 * (step > 30)
        QTest.mouseMove(d.pad, start + QPoint(2 * way, -way))
        QTest.qWait(20)
        shapes.add(id(d.document.active_entry.shape))
        words.add(d.window.latent.typicality.words.text())
    assert len(shapes) > 2, "pictures come while the hand moves"
    assert len(words) > 2, "and so does the meter"
    QTest.mouseRelease(d.pad, LEFT, NONE, start + QPoint(60, -30))
    d.calm()
    entry = d.document.active_entry
    assert entry.latent == entry.shown == chart.code_at(*d.pad.place)
    assert entry.settled
    share = chart.typicality.of([entry.latent.values])[0]
    assert d.window.latent.typicality.share == pytest.approx(share, abs=1e-9)
    assert d.session.position == position + 1
    d.command("edit.undo")
    d.calm()
    assert d.document.active_entry.latent == first
    assert d.pad.place == pytest.approx(tuple(chart.places[0]), abs=1e-5)


def test_a_click_on_a_training_shape_goes_there(mapped):
    d = mapped
    chart = d.session.maps[MODEL]
    index = int(chart.places[:, 0].argmin())
    QTest.mouseClick(d.pad, LEFT, NONE, spot(d, *chart.places[index]))
    d.calm()
    assert d.document.active_entry.latent == d.session.spaces[MODEL].training_code(index)
    assert d.window.latent.typicality.share == pytest.approx(1.0, abs=1e-6)


def test_by_keyboard_a_landmark_is_placed_and_comes_back_with_the_session(mapped, tmp_path):
    d = mapped
    d.controller.set_sliders(d.session.spaces[MODEL].sliders(d.document.active_entry.latent) + 0.5, "beside the map")
    d.calm()
    assert d.pad.beside > 0.05, "sliders lead off the map"
    d.pad.setFocus()
    for _ in range(3):
        QTest.keyPress(d.pad, Qt.Key.Key_Right)
    QTest.keyRelease(d.pad, Qt.Key.Key_Right)
    d.calm()
    QTest.keyClick(d.pad, Qt.Key.Key_L)
    d.until(lambda: d.session.maps[MODEL].landmarks != ())
    (mark,) = d.document.landmarks
    assert mark.latent == d.document.active_entry.latent
    path = tmp_path / "map.shapestudio"
    d.controller.save_session(path)
    d.calm()
    d.controller.new_session()
    d.until(lambda: d.session.maps[MODEL].landmarks == ())
    d.controller.open_session(path)
    d.until(lambda: d.session.maps[MODEL].landmarks != ())
    assert d.document.landmarks == (mark,)
    got = d.session.maps[MODEL].code_at(mark.x, mark.y).values
    np.testing.assert_allclose(got, mark.latent.values, atol=1e-9)
    d.until(lambda: len(d.pad.items) == len(d.session.spaces[MODEL].names) + 1)


def test_closing_while_thumbnails_are_drawn_waits_for_none(mapped):
    d = mapped
    assert len(d.session.thumbnails) < len(d.session.spaces[MODEL].names)  # the rest is being drawn; `driver` closes in time
