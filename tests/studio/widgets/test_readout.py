"""Numbers and their course."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics

from studio import style
from studio.widgets.readout import KEPT, NumberReadout, Sparkline


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
    line.add(7.0, apart=True)
    line.add(8.0, apart=True)
    assert line.values()[-2:] == (float(KEPT + 19), 8.0), "one dot at the end"
    line.add(9.0)
    assert line.values()[-2:] == (float(KEPT + 19), 9.0), "the line goes on where it ended"
    line.resize(100, 22)
    assert not line.grab().isNull()
