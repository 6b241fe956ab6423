"""The colour bar: the histogram of the errors, with ends that can be dragged and typed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from studio.colour_maps import MAPS, error_scale
from studio.widgets.colour_scale import EDGE, ColourScale, HistogramBar


@pytest.fixture
def scale(qtbot, themed):
    made = ColourScale()
    qtbot.addWidget(made)
    made.resize(284, 76)
    made.show()
    made.show_errors(np.linspace(0, 0.1, 10_000).astype(np.float32), (0.0, 0.1), True)
    made.asked = []
    made.wanted.connect(lambda low, high: made.asked.append((low, high)))
    return made


def drag(bar: HistogramBar, start: float, end: float) -> None:
    y = bar.height() // 2
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(round(bar.x_of(start)), y))
    QTest.mouseMove(bar, QPoint(round(bar.x_of(end)), y))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(round(bar.x_of(end)), y))


@pytest.mark.parametrize("name", MAPS)
def test_bars_have_the_colours_that_they_stand_for(scale, name) -> None:
    bar = scale.bar
    scale.show_errors(np.linspace(0, 0.118, 50_000).astype(np.float32), (0.02, 0.1), False, name)
    image = bar.grab().toImage()
    ratio = image.width() / bar.width()
    table = error_scale(256, name)
    step = (bar.width() - 2 * EDGE) / bar.BARS
    for index in (2, 11, 25, 44, 62):
        value = (index + 0.5) / bar.BARS * bar._span
        got = QColor(image.pixel(int((EDGE + (index + 0.4) * step) * ratio), round(30 * ratio)))
        want = table[round(255 * float(np.clip((value - 0.02) / 0.08, 0, 1)))]
        np.testing.assert_allclose((got.red(), got.green(), got.blue()), want, atol=9)


def test_heights_follow_the_counts_and_nothing_is_lost(scale) -> None:
    scale.show_errors(np.float32([0.0] * 40 + [5.0] * 10), (0.0, 1.0), True)
    assert scale.bar._heights[0] == 1
    assert scale.bar._heights[-1] == np.sqrt(10 / 40)  # what is larger than the bar reaches counts in the last bar
    assert (scale.bar._heights[1:-1] == 0).all()


def test_ends_are_dragged(scale) -> None:
    assert (scale.low.text(), scale.high.text()) == ("0", "0.1")
    drag(scale.bar, 0.1, 0.05)
    low, high = scale.asked[-1]
    assert low == 0
    assert high == pytest.approx(0.05, abs=0.002)
    scale.show_errors(scale.bar._values, (0.0, 0.05), False)
    drag(scale.bar, 0.0, 0.02)
    low, high = scale.asked[-1]
    assert low == pytest.approx(0.02, abs=0.002)
    assert high == pytest.approx(0.05)


def test_a_lower_end_alone_leaves_the_upper_one_automatic(scale) -> None:
    drag(scale.bar, 0.0, 0.03)
    low, high = scale.asked[-1]
    assert low == pytest.approx(0.03, abs=0.002)
    assert high is None


def test_ends_do_not_pass_each_other(scale) -> None:
    drag(scale.bar, 0.1, -0.5)
    low, high = scale.asked[-1]
    assert low == 0
    assert 0 < high <= 0.01


def test_the_bar_stands_still_under_the_hand(scale) -> None:
    bar, y = scale.bar, 20
    span = bar._span
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(round(bar.x_of(0.1)), y))
    QTest.mouseMove(bar, QPoint(round(bar.x_of(0.06)), y))
    scale.show_errors(bar._values, (0.0, 0.06), False)
    assert bar._span == span
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(round(bar.x_of(0.06)), y))
    assert bar._span == pytest.approx(0.06 * span / 0.1)


def test_ends_are_typed_and_nonsense_is_refused(scale) -> None:
    for text, want in (("0.25", (0.0, 0.25)), ("0,25", (0.0, 0.25))):
        scale.asked.clear()
        scale.high.setText(text)
        scale.high.editingFinished.emit()
        assert scale.asked == [want]
    for text in ("chair", "-1", "nan", "inf", ""):
        scale.asked.clear()
        scale.high.setText(text)
        scale.high.editingFinished.emit()
        assert scale.asked == []
        assert scale.high.text() == "0.1"


def test_back_to_automatic(scale) -> None:
    assert not scale.automatic.isEnabled()
    scale.show_errors(scale.bar._values, (0.01, 0.05), False)
    scale.automatic.click()
    assert scale.asked == [(0.0, None)]
    QTest.mouseDClick(scale.bar, Qt.MouseButton.LeftButton, pos=QPoint(100, 20))
    assert scale.asked[-1] == (0.0, None)
