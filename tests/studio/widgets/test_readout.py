"""Numbers, their course and their histogram."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QFontMetrics

from studio import style
from studio.theme import error_scale
from studio.widgets.readout import KEPT, HistogramBar, NumberReadout, Sparkline


def test_number_carries_its_convention_and_says_when_it_is_approximate(qtbot, themed) -> None:
    readout = NumberReadout("EMD")
    qtbot.addWidget(readout)
    readout.show_value("0.0472", "exact · 512 pts · unit cube", "4.1× floor", approximate=True)
    assert readout.value.text() == "≈ 0.0472"
    assert readout.convention.whole() == "exact · 512 pts · unit cube"
    assert "512 pts" in readout.value.accessibleDescription()
    readout.clear()
    assert readout.value.text() == "–"
    assert readout.line.values() == ()


def test_live_numbers_do_not_dance(qtbot, themed) -> None:
    metrics = QFontMetrics(style.font("number", tabular=True))
    assert len({metrics.horizontalAdvance(text) for text in ("0.1111", "0.8888", "0.4070")}) == 1


def test_sparkline_keeps_the_last_values_and_no_nonsense(qtbot, themed) -> None:
    line = Sparkline("course")
    qtbot.addWidget(line)
    for value in [*range(KEPT + 20), float("nan"), float("inf")]:
        line.add(value)
    assert line.values() == tuple(range(20, KEPT + 20))
    line.resize(100, 22)
    assert not line.grab().isNull()


def test_histogram_bars_have_the_colours_that_they_stand_for(qtbot, themed) -> None:
    bar = HistogramBar()
    qtbot.addWidget(bar)
    bar.resize(56 * 6, 66)
    bar.set_values(np.linspace(0, 0.1, 10_000).astype(np.float32), 0.1)
    image = bar.grab().toImage()
    scale = error_scale(HistogramBar.BARS)
    for index in (2, 30, 53):
        got = QColor(image.pixel(round((index + 0.4) * image.width() / 56), round(30 * image.height() / 66)))
        np.testing.assert_allclose((got.red(), got.green(), got.blue()), scale[index], atol=6)


def test_histogram_heights_follow_the_counts(qtbot, themed) -> None:
    bar = HistogramBar()
    qtbot.addWidget(bar)
    bar.set_values(np.float32([0.0] * 40 + [5.0] * 10), 1.0)  # what is larger than the limit counts in the last bar
    assert bar._heights[0] == 1
    assert bar._heights[-1] == np.sqrt(10 / 40)
    assert (bar._heights[1:-1] == 0).all()
