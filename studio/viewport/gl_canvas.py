"""The canvas where a graphics card draws: an OpenGL widget that the rest of the window is composed with."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget
from pyvistaqt.rwi import QVTKRenderWindowInteractor

from studio.document import Side
from studio.opengl import software_opengl
from studio.theme import Theme
from studio.viewport.hand import Hand
from studio.viewport.scene import POINT_SIZE, Scene


class GlCanvas(Hand, QVTKRenderWindowInteractor):  # type: ignore[misc]
    """The OpenGL widget of pyvistaqt, with its own idea of when to paint.

    A paint that Qt wants for its own reasons (a label above was redrawn) shows the old frame again without rendering.
    """

    painted = Signal(float)
    clicked = Signal(float, float)
    pointed = Signal(object)

    def __init__(self, parent: QWidget | None, theme: Theme) -> None:
        super().__init__(parent)
        self.setAcceptDrops(False)
        self.setUpdateBehavior(QOpenGLWidget.UpdateBehavior.PartialUpdate)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.window_ = self.GetRenderWindow()
        self.window_.SetMultiSamples(0)
        self.scene = Scene(self.window_, theme)
        self.renders = 0
        self._dirty = True
        self._began = 0.0
        self._Iren.Initialize()
        self.frameSwapped.connect(self._swapped)

    def mark(self, side: Side | None = None) -> None:
        """Something changed, on one side or anywhere: paint once, soon. A graphics card draws both sides anew."""
        self._dirty = True
        self.update()

    def initializeGL(self) -> None:
        """Anti-alias on a real GPU only; in software each sample costs as much as a frame."""
        super().initializeGL()
        self.window_.SetMultiSamples(0 if software_opengl() else 4)
        self._dirty = True

    def resizeGL(self, width: int, height: int) -> None:
        """Another size is another picture; a view that nobody has zoomed is framed anew."""
        super().resizeGL(width, height)
        if self.scene.orbit.framed:
            self.scene.frame((width, height))
        self.scene.set_point_size(POINT_SIZE * self.devicePixelRatioF())
        self._dirty = True

    def paintGL(self) -> None:
        """Render if something changed since the last time."""
        if not self._dirty:
            return
        self._dirty = False
        self._began = time.perf_counter()
        self.renders += 1
        super().paintGL()

    def _swapped(self) -> None:
        if self._began:
            took, self._began = 1e3 * (time.perf_counter() - self._began), 0.0
            self.painted.emit(took)

    def enterEvent(self, event: QEvent) -> None:
        """Nothing: VTK need not know."""

    def closeEvent(self, event: QCloseEvent) -> None:
        """Release OpenGL resources while the context still exists."""
        super().closeEvent(event)
