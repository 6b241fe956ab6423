"""Live numbers: a large value that says how it was made, and its course over time."""

from __future__ import annotations

import math
from collections import deque

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from studio.i18n import tr
from studio.style import text_label, theme
from studio.widgets.text import Elided

#: Values kept in a sparkline.
KEPT = 90


class Sparkline(QWidget):
    """The last values as a line; its height is the span of what is shown, so it tells the course and not the size.

    A settled value, on other points than the live ones, stands as a dot at the end: joined to the line it would make a step
    that is none. The next live value goes on where the line ended.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: deque[tuple[float, bool]] = deque(maxlen=KEPT)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """A small strip."""
        return QSize(60, 22)

    minimumSizeHint = sizeHint

    def add(self, value: float, apart: bool = False) -> None:
        """Append a value, as a dot if it stands `apart`; anything that is not finite is left out."""
        if math.isfinite(value):
            if self._values and self._values[-1][1]:
                self._values.pop()
            self._values.append((value, apart))
            self.update()

    def clear(self) -> None:
        """Forget the past (another pair is measured)."""
        if self._values:
            self._values.clear()
            self.update()

    def values(self) -> tuple[float, ...]:
        """What is drawn, oldest first."""
        return tuple(value for value, _ in self._values)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, with a dot at its end."""
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = self.width() - 6.0, self.height() - 6.0
        if len(self._values) < 2:
            painter.setPen(QPen(QColor(colours.hairline), 1.5))
            painter.drawLine(QPointF(0, self.height() / 2), QPointF(self.width(), self.height() / 2))
            return
        values = self.values()
        low, high = min(values), max(values)
        span = max(high - low, 1e-3 * abs(values[-1]), 1e-9)
        steps = width / max(24, len(values) - 1)
        start = 3 + width - steps * (len(values) - 1)
        points = [QPointF(start + i * steps, 3 + height * (1 - (v - low) / span)) for i, v in enumerate(values)]
        line = [point for point, (_, apart) in zip(points, self._values, strict=True) if not apart]
        painter.setPen(
            QPen(QColor(colours.accent), 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        )
        painter.drawPolyline(line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawEllipse(points[-1], 2.5, 2.5)


class NumberReadout(QWidget):
    """A metric: name, large value, sparkline; below, its convention and the sampling floor."""

    #: Pixels: everything has its place, so that another number is no reason to lay the panel out anew.
    HEIGHT = 50
    NAME, VALUE = 78, 122

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = text_label(name, "body" if len(name) < 10 else "label")
        self.name.setWordWrap(True)
        self.name.setFixedWidth(self.NAME)
        self.value = text_label("–", "number", tabular=True)
        self.value.setFixedSize(self.VALUE, 28)
        self.line = Sparkline(tr("Course of {name}", name=name))
        self.convention = Elided("", "label", muted=True)
        self.floor = text_label("", "label", muted=True, tabular=True)
        self.floor.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.floor.setFixedHeight(18)
        self.value.setAccessibleName(name)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(0)
        layout.addWidget(self.name, 0, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self.value, 0, 1)
        layout.addWidget(self.line, 0, 2)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.convention, 1)
        below.addWidget(self.floor)
        layout.addLayout(below, 1, 0, 1, 3)
        layout.setRowMinimumHeight(0, 30)
        layout.setColumnStretch(2, 1)
        self.setFixedHeight(self.HEIGHT)

    def show_value(self, value: str, convention: str, floor: str, approximate: bool = False) -> None:
        """Show a formatted value and how it was made.

        Args:
            value: e.g. "0.0181".
            convention: formula, frame and number of points, in words.
            floor: what two samplings of one surface give, or "".
            approximate: put "≈" before the value.
        """
        text = ("≈ " if approximate else "") + value
        if text != self.value.text():
            self.value.setText(text)
            self.value.setAccessibleDescription(f"{text}, {convention}")
        self.convention.set_text(convention)
        if floor != self.floor.text():
            self.floor.setText(floor)

    def explain(self, text: str) -> None:
        """The whole story of the number, as its tool tip."""
        self.value.setToolTip(text)
        self.setToolTip(text)

    def clear(self) -> None:
        """Nothing is measured."""
        self.show_value("–", "", "")
        self.explain("")
        self.set_stale(True)
        self.line.clear()

    def set_stale(self, stale: bool) -> None:
        """Grey the number while it does not belong to what is shown."""
        if bool(self.value.property("muted")) != stale:
            self.value.setProperty("muted", stale)
            self.value.style().unpolish(self.value)
            self.value.style().polish(self.value)
