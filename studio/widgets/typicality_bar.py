"""How near a code is to what its model has seen: a slim bar with words."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.style import mark, text_label, theme
from studio.watch import FRAME_MS, Calm
from studio.widgets.text import Elided

#: From here on down a code is unusual; from here on down the model knows nothing near it.
UNUSUAL, UNKNOWN = 0.5, 0.2


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.share = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, 6)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        painter.setBrush(QColor(colours.hairline))
        painter.drawRoundedRect(QRectF(0, middle - 2, self.width(), 4), 2, 2)
        tone = colours.good if self.share >= UNUSUAL else colours.warning if self.share >= UNKNOWN else colours.error
        painter.setBrush(QColor(tone))
        painter.drawRoundedRect(QRectF(0, middle - 2, max(4.0, self.share * self.width()), 4), 2, 2)
        painter.setBrush(QColor(colours.panel))
        for place in (UNKNOWN, UNUSUAL):
            painter.drawRect(QRectF(place * self.width() - 1, middle - 2, 2, 4))


class TypicalityBar(QWidget):
    """Says how typical a code is and which training shape it is nearest to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("How typical the code is"))
        self.words = text_label("", "label", tabular=True)
        self.beside = Elided("", "label", muted=True)
        self.beside.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = _Bar()
        self._state: tuple[float, str] = (0.0, "")
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.words)
        top.addWidget(self.beside, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._bar)
        self._soon = Calm(self._show, self, FRAME_MS)
        self.setToolTip(
            tr(
                "How near the code is to the shapes that the model was trained on: 100 % on one of them, 50 % halfway to the "
                "one next to it, 0 % as far away as they are from one another. What lies far from all of them was never "
                "learnt and often falls to pieces."
            )
        )

    @property
    def share(self) -> float:
        """What is shown, 0 to 1."""
        return self._state[0]

    def set_state(self, share: float, nearest: str) -> None:
        """Show another code's typicality, 0 to 1, and the training shape beside it."""
        if (share, nearest) != self._state:
            self._state = (share, nearest)
            self._soon()

    def _show(self) -> None:
        share, nearest = self._state
        percent = f"{100 * share:.0f}"
        if share >= UNUSUAL:
            words, tone = tr("typical {percent} %", percent=percent), ""
        elif share >= UNKNOWN:
            words, tone = tr("unusual · typical {percent} %", percent=percent), "warning"
        else:
            words, tone = tr("hardly known · typical {percent} %", percent=percent), "error"
        self.words.setText(words)
        if self.words.property("tone") != tone:
            mark(self.words, tone=tone)
        self.beside.set_text(tr("near {name}", name=nearest) if nearest else "")
        self.setAccessibleDescription(words)
        self._bar.share = share
        self._bar.update()
