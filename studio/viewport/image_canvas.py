"""The canvas where the processor draws: VTK renders off screen, an ordinary widget shows the picture.

An OpenGL widget would make Qt compose the *whole window* in OpenGL after every repaint of any label or slider, on the cores
that decode. `python -m studio.bench_drag` shows what that cost (figures in studio/README.md).
"""

from __future__ import annotations

import math
import time

import numpy as np
from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderWindow

from studio.document import Side
from studio.theme import Theme
from studio.viewport.hand import Hand
from studio.viewport.scene import POINT_SIZE, SIDES, Scene

#: A picture that has rested for so long is drawn once more with smooth edges: milliseconds, samples per pixel. That takes
#: several times as long as a frame, so it is never done while something moves, nor again at a size where it took too long.
_REST, _SAMPLES, _TOO_LONG = 400, 4, 100


class ImageCanvas(Hand, QWidget):  # type: ignore[misc]
    """A widget that shows pictures of an off-screen scene.

    A paint that Qt wants for its own reasons shows the old picture again without rendering. `renders` counts pictures of
    something new; the smooth one that follows at rest is not among them. Where one side alone has changed, the other keeps its
    pixels: without a graphics card most of a frame is spent on the pixels of the shapes.
    """

    painted = Signal(float)
    clicked = Signal(float, float)
    pointed = Signal(object)
    _ended = Signal(float)

    def __init__(self, parent: QWidget | None, theme: Theme) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.window_ = vtkRenderWindow()
        self.window_.SetOffScreenRendering(1)
        self.window_.SetMultiSamples(0)
        self.scene = Scene(self.window_, theme)
        self.renders = 0
        self._stale: set[Side] = set(SIDES)  # sides that look otherwise than in the picture
        self._smooth = False  # the next picture shall have smooth edges
        self._slow = False  # which takes too long at this size
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_REST)
        self._resting.timeout.connect(self.polish)
        self._closed = False
        self._bytes = vtkUnsignedCharArray()
        self._pixels = np.zeros((1, 1, 4), np.uint8)  # kept: the image does not own its memory
        self._image = QImage()
        # Queued: when it arrives, Qt has put the picture on the screen.
        self._ended.connect(self._shown, Qt.ConnectionType.QueuedConnection)

    def mark(self, side: Side | None = None) -> None:
        """Something changed, on one side or anywhere: paint once, soon."""
        self._stale |= set(SIDES) if side is None else {side}
        self.update() if side is None else self.update(self._place(side))

    def _place(self, side: Side) -> QRect:
        """The part of the widget that a side has, a pixel more all around."""
        left, right = self.scene.span(side)
        width = self.width()
        return QRect(math.floor(left * width) - 1, 0, math.ceil((right - left) * width) + 2, self.height())

    def polish(self) -> None:
        """Draw the same once more with smooth edges."""
        self._smooth = True
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size is another picture; a view that nobody has zoomed is framed anew."""
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """The window may have come to a screen with other pixels."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit()
            self.update()

    def _fit(self) -> None:
        self._slow = False
        if self.scene.orbit.framed:
            self.scene.frame((self.width(), self.height()))
        self.scene.set_point_size(POINT_SIZE * self.devicePixelRatioF())
        self._stale = set(SIDES)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Render if something changed since the last time; show the picture."""
        began = time.perf_counter()
        rendered = bool(self._stale) and not self._closed
        if rendered:
            stale, self._stale, self._smooth = self._stale, set(), False
            self.renders += 1
            self._render(0, stale)
            if not self._slow:
                self._resting.start()
        elif self._smooth and not self._closed:
            self._smooth = False
            self._render(_SAMPLES, set(SIDES))
            self._slow = 1e3 * (time.perf_counter() - began) > _TOO_LONG
        painter = QPainter(self)
        if not self._image.isNull():
            painter.drawImage(0, 0, self._image)
        painter.end()
        if rendered:
            self._ended.emit(began)

    def _render(self, samples: int, sides: set[Side]) -> None:
        ratio = self.devicePixelRatioF()
        width, height = max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))
        self.window_.SetMultiSamples(samples)
        self.window_.SetSize(width, height)
        first, last = 0, width
        whole = self._pixels.shape != (height, width, 4)
        with self.scene.only(None if whole else sides) as drawn:
            self.window_.Render()
            if drawn is not None:
                first, last = drawn
        self.window_.GetRGBACharPixelData(first, 0, last - 1, height - 1, 0, self._bytes, 0)
        # OpenGL counts rows from below
        fresh = vtk_to_numpy(self._bytes).reshape(height, last - first, 4)[::-1]
        if whole:
            self._pixels = np.ascontiguousarray(fresh)
        else:
            self._pixels[:, first:last] = fresh
        self._image = QImage(self._pixels.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
        self._image.setDevicePixelRatio(ratio)

    def _shown(self, began: float) -> None:
        self.painted.emit(1e3 * (time.perf_counter() - began))

    def grabFramebuffer(self) -> QImage:
        """What was rendered last (named as in QOpenGLWidget)."""
        return self._image.copy()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Release OpenGL resources."""
        self._closed = True
        self._resting.stop()
        self.window_.Finalize()
        super().closeEvent(event)
