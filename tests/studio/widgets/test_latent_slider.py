"""Sliders by mouse, keyboard, wheel and typing."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.widgets.latent_slider import LatentSlider, LatentTrack
from studio.widgets.slider_bank import FIRST, PORTION, SliderBank

TRAINING = np.array([-2.0, -1.0, 0.0, 0.5, 1.5], np.float32)


@pytest.fixture
def slider(qtbot, themed):
    widget = LatentSlider("PC 1", TRAINING)
    qtbot.addWidget(widget)
    widget.resize(240, 60)
    widget.show()
    qtbot.waitExposed(widget)
    widget.log = []
    widget.moved.connect(lambda value: widget.log.append(("moved", value)))
    widget.released.connect(lambda: widget.log.append(("released",)))
    return widget


def moves(slider) -> list[float]:
    return [entry[1] for entry in slider.log if entry[0] == "moved"]


def test_dragging_reports_every_move_and_one_release(slider, qtbot) -> None:
    track = slider.track
    start = QPoint(round(track.handle_x(0.0)), 25)
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=start)
    for value in (0.5, 1.0, 1.5):
        QTest.mouseMove(track, QPoint(round(track.handle_x(value)), 25))
        QApplication.processEvents()
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.handle_x(1.5)), 25))
    np.testing.assert_allclose(moves(slider)[-3:], (0.5, 1.0, 1.5), atol=2 * track.reach / 200)
    assert slider.log[-1] == ("released",)
    assert slider.log.count(("released",)) == 1
    qtbot.waitUntil(lambda: slider.field.text() == f"{slider.value:+.2f}", timeout=5000)


def test_the_ends_of_the_track_are_the_ends_of_the_range(slider) -> None:
    QTest.mouseClick(slider.track, Qt.MouseButton.LeftButton, pos=QPoint(slider.track.width() - 1, 25))
    assert slider.value == pytest.approx(slider.track.reach)
    QTest.mouseClick(slider.track, Qt.MouseButton.LeftButton, pos=QPoint(0, 25))
    assert slider.value == pytest.approx(-slider.track.reach)


def test_typed_values_count_and_nonsense_does_not(slider) -> None:
    slider.field.setFocus()
    slider.field.selectAll()
    QTest.keyClicks(slider.field, "-1,25")
    QTest.keyClick(slider.field, Qt.Key.Key_Return)
    assert moves(slider) == [-1.25]
    assert slider.log[-1] == ("released",)
    assert slider.field.text() == "−1.25"
    slider.field.selectAll()
    QTest.keyClicks(slider.field, "abc")
    QTest.keyClick(slider.field, Qt.Key.Key_Return)
    assert moves(slider) == [-1.25]


def test_keys_step_and_home_and_end_are_the_training_range(slider) -> None:
    slider.track.setFocus()
    QTest.keyClick(slider.track, Qt.Key.Key_Right)
    QTest.keyClick(slider.track, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(slider.track, Qt.Key.Key_End)
    QTest.keyClick(slider.track, Qt.Key.Key_Home)
    assert moves(slider) == pytest.approx([0.1, 0.09, 1.5, -2.0])
    assert slider.log.count(("released",)) == 4


def wheel(widget, delta: int) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(50, 20), QPointF(50, 20), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event


def test_the_wheel_turns_only_the_slider_with_the_focus(slider) -> None:
    slider.field.setFocus()
    assert not wheel(slider.track, 120).isAccepted()
    assert moves(slider) == []
    slider.track.setFocus()
    assert wheel(slider.track, 120).isAccepted()
    assert moves(slider) == pytest.approx([0.1])


def test_setting_a_value_is_silent_and_leaves_a_held_handle(slider) -> None:
    slider.set_value(1.0)
    assert slider.log == []
    assert slider.field.text() == "+1.00"
    QTest.mousePress(slider.track, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.track.handle_x(0.4)), 25))
    held = slider.value
    slider.set_value(-2.0)
    assert slider.value == held
    QTest.mouseRelease(slider.track, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.track.handle_x(0.4)), 25))


def test_a_double_click_goes_back_to_the_mean(slider) -> None:
    slider.set_value(1.0)
    QTest.mouseDClick(slider.track, Qt.MouseButton.LeftButton, pos=QPoint(20, 25))
    assert slider.value == 0


def test_the_strip_is_the_distribution_of_training(themed) -> None:
    track = LatentTrack(np.float32([0.0] * 9 + [2.9]))
    bars = track._bars
    assert bars.argmax() in (19, 20)
    assert bars.max() == 1
    assert (bars > 0).sum() == 2
    assert track.reach > 2.9


def test_values_and_pixels_are_inverse(slider) -> None:
    for value in (-2.5, 0.0, 1.7):
        assert slider.track.value_at(slider.track.handle_x(value)) == pytest.approx(value, abs=1e-6)


def test_bank_shows_the_first_directions_and_keeps_the_rest(qtbot, themed) -> None:
    training = np.random.default_rng(0).standard_normal((30, 20)).astype(np.float32)
    bank = SliderBank(training)
    qtbot.addWidget(bank)
    assert len(bank.sliders) == FIRST
    values = np.linspace(-1, 1, 20).astype(np.float32)
    bank.set_values(values)
    seen = []
    bank.moved.connect(lambda index, value: seen.append((index, value, bank.values())))
    bank.sliders[2].track.setFocus()
    QTest.keyClick(bank.sliders[2].track, Qt.Key.Key_Right)
    index, value, after = seen[0]
    assert index == 2
    assert value == pytest.approx(values[2] + 0.1)
    np.testing.assert_allclose(np.delete(after, 2), np.delete(values, 2))
    bank.more.click()
    assert len(bank.sliders) == 20
    assert bank.sliders[19].value == pytest.approx(1.0)
    assert bank.more.isHidden()


def test_bank_of_hundreds_grows_by_portions(qtbot, themed) -> None:
    bank = SliderBank(np.random.default_rng(0).standard_normal((30, FIRST + PORTION + 5)).astype(np.float32))
    qtbot.addWidget(bank)
    assert bank.more.text() == f"Show {PORTION} more"
    bank.more.click()
    assert len(bank.sliders) == FIRST + PORTION
    assert bank.more.text() == "Show 5 more"
    bank.more.click()
    assert len(bank.sliders) == FIRST + PORTION + 5
    assert bank.more.isHidden()
