"""What each picture takes, over the view: numbers, and a bar per picture against the line of 100 ms."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.i18n import tr
from studio.style import font, theme
from studio.theme import Theme

#: Bars of the graph, and their width in pixels.
KEPT, BAR = 120, 2
#: Milliseconds: the line of the graph, its least height, and what is cut off.
LINE, LEAST, MOST = 100.0, 130.0, 400.0

_MARGIN, _ROW, _GRAPH = 10.0, 16.0, 44.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What one picture took, milliseconds: network, meshing, work on the GUI thread, painting."""

    decode: float
    mesh: float
    gui: float
    paint: float

    @property
    def parts(self) -> tuple[float, float, float, float]:
        """In the order in which they happen."""
        return self.decode, self.mesh, self.gui, self.paint

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.parts)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of the board.

    Attributes:
        frame: the last picture.
        metrics: milliseconds of the last measurement.
        stall: milliseconds that the GUI thread was late, paints left out, 95 % of the last seconds; None before it is known.
        rate: pictures in the last second.
        level: words for the level of the surface, e.g. "128³ settled".
        behind: requests that the picture is behind.
        device: where the models run.
    """

    frame: Frame = Frame(0.0, 0.0, 0.0, 0.0)
    metrics: float = 0.0
    stall: float | None = None
    rate: float = 0.0
    level: str = ""
    behind: int = 0
    device: str = ""


def colours_of(colours: Theme) -> tuple[str, str, str, str]:
    """Colours of the parts of a picture's time."""
    return colours.a, colours.good, colours.muted, colours.accent


class TimingBoard(QWidget):
    """Painted at once, with nothing to lay out; lets the mouse through to the view below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = Figures()
        self.frames: tuple[Frame, ...] = ()
        self.paints = 0
        self._font = font("label", tabular=True)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Timings"))
        self.hide()

    def sizeHint(self) -> QSize:
        """Seven rows of two columns, and the graph."""
        return QSize(KEPT * BAR + 2 * round(_MARGIN), round(2 * _MARGIN + 7 * _ROW + 6 + _GRAPH))

    def show_figures(self, figures: Figures, frames: tuple[Frame, ...]) -> None:
        """Show other numbers; `frames` are the last pictures, oldest first. Nothing is painted if nothing has changed."""
        if figures != self.figures or frames != self.frames:
            self.figures, self.frames = figures, frames
            self.update()

    def rows(self) -> list[tuple[str, str]]:
        """The words on the board, name and value."""
        f = self.figures
        return [
            (tr("decode"), tr("{ms} ms", ms=f"{f.frame.decode:.1f}")),
            (tr("mesh"), tr("{ms} ms", ms=f"{f.frame.mesh:.1f}")),
            (tr("GUI"), tr("{ms} ms", ms=f"{f.frame.gui:.1f}")),
            (tr("paint"), tr("{ms} ms", ms=f"{f.frame.paint:.1f}")),
            (tr("metrics"), tr("{ms} ms", ms=f"{f.metrics:.0f}")),
            (tr("stall, p95"), "–" if f.stall is None else tr("{ms} ms", ms=f"{f.stall:.1f}")),
            (tr("pictures a second"), f"{f.rate:.0f}"),
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Two columns of numbers over the graph."""
        self.paints += 1
        colours = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(colours.panel)
        back.setAlphaF(0.90)
        painter.setBrush(back)
        painter.setPen(QPen(QColor(colours.hairline), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setFont(self._font)
        tones = colours_of(colours)
        left, width, top = _MARGIN, self.width() - 2 * _MARGIN, _MARGIN - 2
        right, vcentre = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignVCenter
        for index, (name, value) in enumerate(self.rows()):
            row = QRectF(left, top + index * _ROW, width, _ROW)
            if index < len(tones):
                painter.fillRect(QRectF(left, row.center().y() - 3.5, 7, 7), QColor(tones[index]))
            painter.setPen(QColor(colours.muted))
            painter.drawText(row.adjusted(14, 0, 0, 0), vcentre, name)
            painter.setPen(QColor(colours.text))
            painter.drawText(row.adjusted(0, 0, -width * 0.42, 0), right | vcentre, value)
        self._paint_state(painter, QRectF(left + 0.62 * width, top, 0.38 * width, 4 * _ROW))
        self._paint_graph(painter, QRectF(left, self.height() - _MARGIN - _GRAPH, width, _GRAPH))

    def _paint_state(self, painter: QPainter, place: QRectF) -> None:
        colours, f = theme(), self.figures
        behind = tr("{count} behind", count=f.behind) if f.behind else ""
        sum_ = tr("sum {ms} ms", ms=f"{f.frame.total:.0f}")
        metrics = QFontMetricsF(self._font)
        for index, (words, tone) in enumerate(
            ((f.level, colours.text), (behind, colours.warning), (sum_, colours.text), (f.device, colours.muted))
        ):
            painter.setPen(QColor(tone))
            row = QRectF(place.left(), place.top() + index * _ROW, place.width(), _ROW)
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, row.width())
            painter.drawText(row, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_graph(self, painter: QPainter, place: QRectF) -> None:
        colours = theme()
        tones = [QColor(tone) for tone in colours_of(colours)]
        height = min(MOST, max([LEAST, *(1.08 * frame.total for frame in self.frames)]))
        scale = place.height() / height
        for index, frame in enumerate(reversed(self.frames[-KEPT:])):
            x, y = place.right() - (index + 1) * BAR, place.bottom()
            for part, tone in zip(frame.parts, tones, strict=True):
                tall = min(part * scale, y - place.top())
                painter.fillRect(QRectF(x, y - tall, BAR, tall), tone)
                y -= tall
        line = place.bottom() - LINE * scale
        painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(place.left(), line, place.right(), line))
        painter.setPen(QColor(colours.muted))
        words = QRectF(place.left(), line - _ROW, place.width(), _ROW)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, tr("{ms} ms", ms=f"{LINE:.0f}"))
        painter.setPen(QColor(colours.hairline))
        painter.drawLine(QLineF(place.left(), place.bottom(), place.right(), place.bottom()))
