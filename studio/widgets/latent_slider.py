"""One direction of a latent space: the training distribution above a groove, the request as a handle, the value in sigma."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegularExpressionValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.style import font, text_label, theme
from studio.watch import FRAME_MS, Calm

BARS = 40
#: Values of the slider's ends reach at least this far, in sigma.
LEAST_REACH = 3.0


class LatentTrack(QWidget):
    """The painted part: histogram strip, groove, ticks at the training range, marker, handle."""

    moved = Signal(float)
    released = Signal()

    def __init__(self, training: NDArray[np.float32], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        low, high = (float(training.min()), float(training.max())) if len(training) else (-1.0, 1.0)
        self.training_range = (low, high)
        self.reach = max(LEAST_REACH, 1.15 * max(abs(low), abs(high)))
        counts = np.histogram(training, BARS, (-self.reach, self.reach))[0].astype(float)
        self._bars = np.sqrt(counts / max(1.0, counts.max()))
        self._value = 0.0
        self._shown = 0.0
        self._dragging = False
        self._repaint = Calm(self.update, self, FRAME_MS)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        """Strip 16, gap, handle 12."""
        return QSize(160, 34)

    minimumSizeHint = sizeHint

    @property
    def value(self) -> float:
        """The request, in sigma."""
        return self._value

    @property
    def dragging(self) -> bool:
        """True while the mouse holds the handle."""
        return self._dragging

    def set_value(self, value: float) -> None:
        """Move the handle without a signal."""
        before, self._value = self._value, value
        if self._differ(before, value):
            self._repaint()

    def set_shown(self, value: float) -> None:
        """Mark the value that the picture shows; it trails the handle while decoding catches up."""
        before, self._shown = self._shown, value
        if self._differ(before, value):
            self._repaint()

    def _differ(self, one: float, other: float) -> bool:
        return abs(one - other) * self.width() > 0.5 * self.reach  # a quarter of a pixel

    def handle_x(self, value: float) -> float:
        """Horizontal place of a value, pixels."""
        return 7.0 + (float(np.clip(value / self.reach, -1, 1)) * 0.5 + 0.5) * (self.width() - 14.0)

    def value_at(self, x: float) -> float:
        """Value at a horizontal place."""
        return float(np.clip(((x - 7.0) / max(1.0, self.width() - 14.0) - 0.5) * 2, -1, 1) * self.reach)

    def _move(self, value: float) -> None:
        value = float(np.clip(value, -self.reach, self.reach))
        if value != self._value:
            self._value = value
            self._repaint()
            self.moved.emit(value)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, wherever on the track."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._dragging = True
            self._move(self.value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if self._dragging:
            self._move(self.value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._dragging and event.button() is Qt.MouseButton.LeftButton:
            self._dragging = False
            self.update()
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the mean of this direction."""
        self._dragging = False
        self._move(0.0)
        self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A tenth of a sigma per notch, but only for the slider that has the focus: lists must scroll."""
        if not self.hasFocus():
            event.ignore()
            return
        self._move(self._value + 0.1 * event.angleDelta().y() / 120)
        self.released.emit()
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows: 0.1 sigma (with Shift 0.01), pages: 1, Home and End: the training range."""
        fine = 0.01 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.1
        key = event.key()
        low, high = self.training_range
        targets = {
            Qt.Key.Key_Left: self._value - fine,
            Qt.Key.Key_Down: self._value - fine,
            Qt.Key.Key_Right: self._value + fine,
            Qt.Key.Key_Up: self._value + fine,
            Qt.Key.Key_PageDown: self._value - 1.0,
            Qt.Key.Key_PageUp: self._value + 1.0,
            Qt.Key.Key_Home: low,
            Qt.Key.Key_End: high,
        }
        target = targets.get(Qt.Key(key))
        if target is None:
            super().keyPressEvent(event)
            return
        self._move(target)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """One press of a key is one step, however long it is held."""
        keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
                Qt.Key.Key_Home, Qt.Key.Key_End)  # fmt: skip
        if event.key() in keys and not event.isAutoRepeat():
            self.released.emit()
        super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint when enabled or disabled."""
        super().changeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Strip, groove, ticks, marker, handle."""
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        strip, groove = 16.0, 25.0
        left, width = 7.0, self.width() - 14.0
        step = width / BARS
        painter.setBrush(QColor(colours.control if self.isEnabled() else colours.hairline))
        painter.setOpacity(0.62)
        for i, height in enumerate(self._bars):
            if height > 0:
                tall = max(1.5, height * strip)
                painter.drawRect(QRectF(left + i * step + 0.5, strip - tall + 1, step - 1.0, tall))
        painter.setOpacity(1.0)
        painter.setBrush(QColor(colours.hairline))
        painter.drawRoundedRect(QRectF(left, groove - 2, width, 4), 2, 2)
        painter.setBrush(QColor(colours.control))
        for value in self.training_range:
            painter.drawRect(QRectF(self.handle_x(value) - 0.5, groove - 5, 1, 10))
        x, middle = self.handle_x(self._value), self.handle_x(0.0)
        painter.setBrush(QColor(colours.muted))
        painter.drawRoundedRect(QRectF(min(x, middle), groove - 2, abs(x - middle), 4), 2, 2)
        painter.setBrush(QColor(colours.control))
        painter.drawEllipse(QRectF(middle - 2, groove - 2, 4, 4))
        shown = self.handle_x(self._shown)
        if abs(shown - x) > 1.5:
            painter.setBrush(QColor(colours.panel))
            painter.setPen(QColor(colours.accent))
            painter.drawEllipse(QRectF(shown - 3, groove - 3, 6, 6))
            painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.accent))
        painter.drawRoundedRect(QRectF(x - 1, 0, 2, strip + 2), 1, 1)
        if self.hasFocus():
            painter.setBrush(QColor(colours.accent))
            painter.drawEllipse(QRectF(x - 8, groove - 8, 16, 16))
        grown = 7.0 if self._dragging or self.underMouse() else 6.0
        painter.setBrush(QColor(colours.text if self.isEnabled() else colours.control))
        painter.drawEllipse(QRectF(x - grown, groove - grown, 2 * grown, 2 * grown))


class LatentSlider(QWidget):
    """A named direction: label, typed value and track.

    Args:
        name: of the direction.
        training: (N,) values of the training shapes along it, in sigma.
    """

    moved = Signal(float)
    released = Signal()

    def __init__(self, name: str, training: NDArray[np.float32], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        self.track = LatentTrack(training)
        self.track.setAccessibleName(tr("{name}, in sigma", name=name))
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Value of {name}, in sigma", name=name))
        self.field.setProperty("bare", True)
        self.field.setFont(font("body", tabular=True))
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFixedWidth(64)
        self.field.setAcceptDrops(False)
        self.field.setValidator(QRegularExpressionValidator(QRegularExpression(r"\s*[+\-−]?\d{0,2}([.,]\d{0,3})?\s*"), self))
        self.setFocusProxy(self.track)
        top = QHBoxLayout()
        top.setSpacing(2)
        top.addWidget(text_label(name))
        top.addStretch()
        top.addWidget(self.field)
        top.addWidget(text_label("σ", muted=True))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.track)
        self._write_soon = Calm(lambda: self._write(self.track.value), self, FRAME_MS)
        self.track.moved.connect(self._tracked)
        self.track.released.connect(self.released)
        self.field.editingFinished.connect(self._typed)
        self._write(0.0)

    @property
    def value(self) -> float:
        """The request, in sigma."""
        return self.track.value

    def set_value(self, value: float) -> None:
        """Show a value without a signal; a handle in the user's hand stays there."""
        if not self.track.dragging:
            self.track.set_value(value)
            changed = abs(value - self._written) > 1e-5  # a drag sets all sliders of the bank, and one of them is another
            if changed and not (self.field.hasFocus() and self.field.isModified()):
                self._write(value)

    def set_shown(self, value: float) -> None:
        """Mark what the picture shows."""
        self.track.set_shown(value)

    def _tracked(self, value: float) -> None:
        self._write_soon()
        self.moved.emit(value)

    def _typed(self) -> None:
        if not self.field.isModified():
            return
        try:
            value = float(self.field.text().replace("−", "-").replace(",", "."))
        except ValueError:
            value = self.track.value
        self._write(value)
        if value != self.track.value:
            self.track.set_value(value)
            self.moved.emit(value)
            self.released.emit()

    def _write(self, value: float) -> None:
        self._written = value
        text = f"{value:+.2f}".replace("-", "−")
        if text != self.field.text():
            self.field.setText(text)
        self.field.setModified(False)
