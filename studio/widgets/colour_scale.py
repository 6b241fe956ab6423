"""The scale of the error colours, which is the histogram of the errors: its ends are dragged or typed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.colour_maps import FIRST_MAP, error_scale
from studio.i18n import tr
from studio.style import font, mark, theme

#: Pixels at the sides that belong to the grips.
EDGE = 6.0
#: The bar reaches this much farther than the upper end, so that the end can be pulled up.
ROOM = 1.18


class HistogramBar(QWidget):
    """Bars in the colours that they stand for, with a grip at each end of the scale.

    `moved` gives the lower and the upper end while a grip is dragged; `reset` asks for the automatic ends (double click).
    """

    moved = Signal(float, float)
    reset = Signal()
    BARS = 64

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heights = np.zeros(self.BARS)
        self._values = np.zeros(0, np.float32)
        self._low, self._high, self._span = 0.0, 0.0, 0.0
        self._map = FIRST_MAP
        self._colours: list[QColor] = []
        self._held: str | None = None
        self.setAccessibleName(tr("Histogram of distances"))
        self.setToolTip(tr("Distances of both shapes. Drag the ends to spread the colours; double click for automatic ends."))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """Bars and grips."""
        return QSize(160, 54)

    minimumSizeHint = sizeHint

    def show_errors(self, values: NDArray[np.float32], low: float, high: float, colour_map: str = FIRST_MAP) -> None:
        """Show the distribution of distances (N,) with colours spread from `low` to `high`."""
        self._low, self._high, self._map, self._values = low, high, colour_map, values
        if self._held is None:  # what is under the hand stays where it is
            self._span = ROOM * high
        counts = np.histogram(np.minimum(values, self._span * 0.9999), self.BARS, (0.0, max(self._span, 1e-9)))[0]
        self._heights = np.sqrt(counts / max(1, counts.max()))
        at = (np.arange(self.BARS) + 0.5) / self.BARS * self._span
        share = np.clip((at - low) / max(high - low, 1e-12), 0, 1)
        table = error_scale(256, colour_map)
        self._colours = [QColor(*map(int, table[round(255 * float(s))])) for s in share]
        self.setAccessibleDescription(tr("from {low} to {high}", low=f"{low:.4f}", high=f"{high:.4f}"))
        self.update()

    def clear(self) -> None:
        """Nothing is measured."""
        self._heights = np.zeros(self.BARS)
        self._span = 0.0
        self.update()

    def x_of(self, value: float) -> float:
        """Where on the widget a distance lies."""
        return EDGE + (self.width() - 2 * EDGE) * min(1.0, value / max(self._span, 1e-12))

    def value_at(self, x: float) -> float:
        """The distance at a place."""
        return self._span * min(1.0, max(0.0, (x - EDGE) / max(1.0, self.width() - 2 * EDGE)))

    def _near(self, x: float) -> str | None:
        """The grip under the mouse: the nearer one, if it is near at all."""
        if not self._span:
            return None
        away = {"low": abs(x - self.x_of(self._low)), "high": abs(x - self.x_of(self._high))}
        best = min(away, key=lambda which: away[which])
        return best if away[best] <= 9 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of a grip."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._held = self._near(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move it; the ends do not pass each other."""
        x = event.position().x()
        if self._held is None:
            self.setCursor(Qt.CursorShape.SplitHCursor if self._near(x) else Qt.CursorShape.ArrowCursor)
            return
        value, least = self.value_at(x), 0.01 * self._span
        low = min(value, self._high - least) if self._held == "low" else self._low
        high = max(value, self._low + least) if self._held == "high" else self._high
        self.moved.emit(max(0.0, low), high)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go: the bar may stretch again."""
        if self._held is not None:
            self._held = None
            if len(self._values):
                self.show_errors(self._values, self._low, self._high, self._map)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Automatic ends."""
        self._held = None
        self.reset.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bars, a strip of the colours under them, grips."""
        colours = theme()
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        base = self.height() - 12.0
        step = (self.width() - 2 * EDGE) / self.BARS
        for i, height in enumerate(self._heights):
            painter.setBrush(self._colours[i] if self._span else QColor(colours.hairline))
            tall = 4.0 + height * (base - 6)
            painter.drawRect(QRectF(EDGE + i * step, base - tall, step + (0.5 if height == 0 else -0.7), tall))
        if not self._span:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for which, value in (("low", self._low), ("high", self._high)):
            x = self.x_of(value)
            painter.setPen(QPen(QColor(colours.text), 1))
            painter.drawLine(QPointF(x, 2), QPointF(x, base))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.accent if self._held == which else colours.text))
            painter.drawPolygon(QPolygonF([QPointF(x, base + 1), QPointF(x - 5, base + 10), QPointF(x + 5, base + 10)]))


class ColourScale(QWidget):
    """The bar, and its two ends as figures that can be typed.

    `wanted` gives the lower end and the upper one, or None for automatic.
    """

    wanted = Signal(float, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = HistogramBar()
        self.low = self._field(tr("Distance with the first colour"), Qt.AlignmentFlag.AlignLeft)
        self.high = self._field(tr("Distance with the last colour"), Qt.AlignmentFlag.AlignRight)
        self.automatic = QPushButton()
        self.automatic.setFont(font("label"))
        self.automatic.setAccessibleName(tr("Let the ends follow the errors"))
        self.automatic.setToolTip(tr("Let the ends follow the errors"))
        mark(self.automatic, link=True)
        self._ends = (0.0, 0.0)
        self._is_automatic = True
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.low)
        row.addStretch(1)
        row.addWidget(self.automatic)
        row.addStretch(1)
        row.addWidget(self.high)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addLayout(row)
        self.low.editingFinished.connect(self._typed)
        self.high.editingFinished.connect(self._typed)
        self.bar.moved.connect(self._dragged)
        self.bar.reset.connect(self._reset)
        self.automatic.clicked.connect(self._reset)

    def show_errors(
        self, values: NDArray[np.float32], ends: tuple[float, float], automatic: bool, colour_map: str = FIRST_MAP
    ) -> None:
        """Show distances (N,) on a scale between `ends`; `automatic` says that nobody has set them."""
        self._ends, self._is_automatic = ends, automatic
        self.bar.show_errors(values, *ends, colour_map)
        for field, value in ((self.low, ends[0]), (self.high, ends[1])):
            text = _figures(value)
            if not field.hasFocus() and field.text() != text:
                field.setText(text)
        words = tr("99 % of the points") if automatic else tr("back to automatic")
        if self.automatic.text() != words:
            self.automatic.setText(words)
        self.automatic.setEnabled(not automatic)

    def clear(self) -> None:
        """Nothing is measured."""
        self.bar.clear()

    def _dragged(self, low: float, high: float) -> None:
        self._ends = (low, high)
        for field, value in ((self.low, low), (self.high, high)):
            field.setText(_figures(value))
        self.wanted.emit(low, None if self._is_automatic and high == self.bar._high and low != self.bar._low else high)

    def _typed(self) -> None:
        try:
            low, high = (float(field.text().replace(",", ".")) for field in (self.low, self.high))
        except ValueError:
            low, high = math.nan, math.nan
        before = (_figures(self._ends[0]), _figures(self._ends[1]))
        if (self.low.text(), self.high.text()) == before:
            return
        if not (math.isfinite(low) and math.isfinite(high) and 0 <= low < high):
            self.low.setText(before[0])
            self.high.setText(before[1])
            return
        self.wanted.emit(low, None if self._is_automatic and self.high.text() == before[1] else high)

    def _reset(self) -> None:
        self.wanted.emit(0.0, None)

    @staticmethod
    def _field(name: str, side: Qt.AlignmentFlag) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setFont(font("label", tabular=True))
        field.setAlignment(side)
        field.setFixedWidth(74)
        mark(field, bare=True)
        return field


def _figures(value: float) -> str:
    return "0" if value == 0 else f"{value:.3g}" if value < 0.01 else f"{value:.4f}".rstrip("0")
