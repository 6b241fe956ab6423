"""All directions of one latent space, the most telling first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.widgets.latent_slider import LatentSlider

#: Sliders shown before "more" is pressed.
FIRST = 12
#: Sliders that "more" adds each time: some models have hundreds, and making all at once would hold up the window.
PORTION = 24


class SliderBank(QScrollArea):
    """A scrolling list of latent sliders.

    Args:
        training: (N, K) slider values of the training shapes, in sigma.
    """

    moved = Signal(int, float)
    released = Signal()

    def __init__(self, training: NDArray[np.float32], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._training = training
        self._values = np.zeros(training.shape[1], np.float32)
        self.sliders: list[LatentSlider] = []
        inside = QWidget()
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 8, 0)
        self._layout.setSpacing(4)
        self.more = QPushButton()
        self.more.clicked.connect(self.show_more)
        self._layout.addWidget(self.more)
        self._layout.addStretch()
        self.setWidget(inside)
        self._grow(min(FIRST, training.shape[1]))

    def values(self) -> NDArray[np.float32]:
        """(K,) values of all directions, those not shown included."""
        return self._values.copy()

    def set_values(self, values: NDArray[np.float32]) -> None:
        """Show the request without a signal."""
        self._values = np.array(values, np.float32)
        for slider, value in zip(self.sliders, values, strict=False):
            slider.set_value(float(value))

    def set_shown(self, values: NDArray[np.float32]) -> None:
        """Mark what the picture shows."""
        for slider, value in zip(self.sliders, values, strict=False):
            slider.set_shown(float(value))

    def show_more(self) -> None:
        """Reveal the next directions, of smaller variance."""
        self._grow(min(len(self.sliders) + PORTION, len(self._values)))

    def _grow(self, count: int) -> None:
        for index in range(len(self.sliders), count):
            slider = LatentSlider(tr("PC {number}", number=index + 1), self._training[:, index])
            slider.set_value(float(self._values[index]))
            slider.moved.connect(lambda value, i=index: self._moved(i, value))
            slider.released.connect(self.released)
            self._layout.insertWidget(index, slider)
            self.sliders.append(slider)
        left = len(self._values) - len(self.sliders)
        self.more.setText(tr("Show {count} more", count=min(PORTION, left)))
        self.more.setVisible(left > 0)

    def _moved(self, index: int, value: float) -> None:
        self._values[index] = value
        self.moved.emit(index, value)
