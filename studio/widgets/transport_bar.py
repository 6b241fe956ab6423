"""Plays a matching: a button, a slider from A to B, and what the matching is worth."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QSlider, QWidget

from studio.i18n import tr
from studio.style import icon, text_label, theme
from studio.watch import FRAME_MS
from studio.widgets.bars import Badge, tool_button
from studio.widgets.text import Elided

#: Milliseconds from A to B.
JOURNEY = 2600
#: Milliseconds of rest at either end.
REST = 500
STEPS = 1000


class TransportBar(QFrame):
    """`moved` gives the fraction of the way, 0 at A to 1 at B; `again` asks for the matching anew."""

    moved = Signal(float)
    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "float")
        self.play = tool_button(tr("Play the matching"), "play")
        self.play.setCheckable(True)
        self.play.toggled.connect(self._toggled)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(tr("Way from A to B"))
        self.slider.valueChanged.connect(lambda value: self.moved.emit(value / STEPS))
        self.slider.sliderPressed.connect(lambda: self.play.setChecked(False))
        self.words = Elided("", "label", muted=True, tabular=True)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.badge = Badge()
        self.refresh = tool_button(tr("Match again"), "arrows-clockwise")
        self.refresh.clicked.connect(self.again)
        ends = [text_label("A", "title"), text_label("B", "title")]
        for end, side in zip(ends, "ab", strict=True):
            end.setStyleSheet(f"color: {theme().identity(side)}")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 5, 12, 5)
        layout.setSpacing(8)
        layout.addWidget(self.play)
        layout.addWidget(ends[0])
        layout.addWidget(self.slider, 2)
        layout.addWidget(ends[1])
        layout.addSpacing(4)
        layout.addWidget(self.words, 4)
        layout.addWidget(self.badge)
        layout.addWidget(self.refresh)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._clock = QElapsedTimer()
        self._direction, self._from, self._rest = 1, 0.0, 0

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(660, 38)

    @property
    def playing(self) -> bool:
        """True while the points travel by themselves."""
        return self._timer.isActive()

    def show_matching(self, time: float, words: str, state: str, tip: str) -> None:
        """Show where the points are, and what is known of the matching.

        Args:
            time: 0 to 1.
            words: points, value and bound.
            state: "" if all is well, else why not.
            tip: the whole story.
        """
        if not self.slider.isSliderDown():
            blocked = self.slider.blockSignals(True)
            self.slider.setValue(round(STEPS * time))
            self.slider.blockSignals(blocked)
        self.words.set_text(words)
        self.setToolTip(tip)
        self.badge.say(state, "warning" if state else "")
        self.badge.setVisible(bool(state))
        self.play.setEnabled(bool(words))
        self.slider.setEnabled(bool(words))

    def stop(self) -> None:
        """Stand still."""
        self.play.setChecked(False)

    def hideEvent(self, event: QHideEvent) -> None:
        """What nobody sees does not play."""
        super().hideEvent(event)
        self.stop()

    def _toggled(self, on: bool) -> None:
        self.play.setIcon(icon("pause" if on else "play", "muted"))
        name = tr("Pause") if on else tr("Play the matching")
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)
        if not on:
            self._timer.stop()
            return
        if self.slider.value() == STEPS:
            self.slider.setValue(0)
        self._begin(1)
        self._timer.start(FRAME_MS)

    def _begin(self, direction: int) -> None:
        self._direction, self._from, self._rest = direction, self.slider.value() / STEPS, 0
        self._clock.start()

    def _tick(self) -> None:
        """To B, rest, back to A, rest, and so on. The way is eased at both ends, as things with weight move."""
        passed = self._clock.elapsed() / JOURNEY
        goal = 1.0 if self._direction > 0 else 0.0
        share = min(1.0, passed / max(abs(goal - self._from), 1e-3))
        eased = share * share * (3 - 2 * share)
        self.slider.setValue(round(STEPS * (self._from + (goal - self._from) * eased)))
        if share >= 1.0 and self._clock.elapsed() > JOURNEY * abs(goal - self._from) + REST:
            self._begin(-self._direction)
