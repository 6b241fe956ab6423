"""Where pictures arrive: shows the masked input and takes drops."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.i18n import tr
from studio.style import font, icon, theme

#: Longest side of the stored thumbnail, pixels.
LONGEST = 512


class PictureWell(QWidget):
    """A rounded well. A click (or Enter) asks for a file; drops are the window's business and pass through."""

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._source: object = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Picture"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(96)

    def sizeHint(self) -> QSize:
        """As the sketch has it."""
        return QSize(190, 168)

    def set_picture(self, rgb: NDArray[np.uint8] | None, mask: NDArray[np.uint8] | None) -> None:
        """Show a picture (H, W, 3) with its mask (H, W), or the invitation to drop one."""
        if rgb is self._source:
            return
        self._source = rgb
        if rgb is None:
            self._image = None
            self.setAccessibleDescription(tr("No picture; press Enter to open one"))
        else:
            step = max(1, int(np.ceil(max(rgb.shape[:2]) / LONGEST)))
            small = rgb[::step, ::step]
            alpha = np.full(small.shape[:2], 255, np.uint8) if mask is None else np.maximum(mask[::step, ::step], 26)
            pixels = np.ascontiguousarray(np.dstack([small, alpha]))
            height, width = alpha.shape
            self._image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
            self.setAccessibleDescription("")
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens a file."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space too."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture on a soft chequerboard, the masked-out part faint; or the invitation."""
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(frame, 7, 7)
        painter.setClipPath(outline)
        if self._image is None:
            painter.fillPath(outline, QColor(colours.raised))
            icon("image", "muted").paint(painter, QRect(self.width() // 2 - 14, self.height() // 2 - 34, 28, 28))
            painter.setPen(QColor(colours.muted))
            painter.setFont(font("label"))
            text = self.rect().adjusted(12, self.height() // 2, -12, -8)
            painter.drawText(
                text, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, tr("Drop a picture here, paste one, or click")
            )
        else:
            self._chequer(painter)
            size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRectF((self.width() - size.width()) / 2, (self.height() - size.height()) / 2, size.width(), size.height())
            painter.drawImage(place, self._image)
        painter.setClipping(False)
        dashed = Qt.PenStyle.DashLine if self._image is None else Qt.PenStyle.SolidLine
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.hairline), 1, dashed))
        painter.drawPath(outline)

    def _chequer(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), QColor("#ffffff"))
        grey, side = QColor("#f1f2f4"), 8
        for row in range(self.height() // side + 1):
            for column in range(row % 2, self.width() // side + 1, 2):
                painter.fillRect(column * side, row * side, side, side, grey)
