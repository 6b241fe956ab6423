"""A report as a picture that a reader understands without the program, with the numbers inside as text."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from engine.api import Measurement
from studio.i18n import engine_text, tr
from studio.measure_text import bounded, convention_text, floor_text, name_of, percent_text, value_text
from studio.report import Line, Report, program_version, to_json
from studio.style import font, theme

#: Key of the text chunk that holds the report as JSON.
KEY = "shape-studio-report"
#: Pixels per unit of the layout, so that the picture prints well.
SCALE = 2
MARGIN, ROW, GAP = 28.0, 46.0, 26.0
WIDEST_NAME = 300.0


def _cell(line: Line | None) -> tuple[str, str]:
    """Value and what stands under it."""
    if line is None:
        return "–", ""
    m = line.measurement
    about = line.live or m.approximate or bounded(m)
    value = ("≈ " if about else "") + value_text(m.value, m.better)
    notes = [floor_text(m)] if floor_text(m) else []
    if bounded(m):
        notes.insert(0, tr("at most {percent} % above optimum", percent=percent_text(m.bound or 0)))
    if line.stale:
        notes.append(tr("stale"))
    return value, " · ".join(notes)


def paint_report(report: Report) -> QImage:
    """The table, the conventions under it, and the JSON in the text chunk `KEY`."""
    metrics = list(dict.fromkeys(line.measurement.metric for line in report.lines))
    labels = {line.measurement.metric: line.measurement for line in report.lines}
    by_place = {(line.shape, line.measurement.metric): line for line in report.lines}
    body, small, title = font("body", tabular=True), font("label", tabular=True), font("heading")
    bold = QFont(body)
    bold.setWeight(QFont.Weight.DemiBold)
    wide, narrow = QFontMetricsF(bold), QFontMetricsF(small)
    names = {shape: wide.elidedText(shape, Qt.TextElideMode.ElideRight, WIDEST_NAME) for shape in report.shapes}
    columns = [max([wide.horizontalAdvance(tr("Shape")), *(wide.horizontalAdvance(n) for n in names.values())])]
    for metric in metrics:
        texts = [_cell(by_place.get((shape, metric))) for shape in report.shapes]
        head = wide.horizontalAdvance(name_of(metric, labels[metric].label))
        columns.append(
            max(head, *(max(wide.horizontalAdvance(v), narrow.horizontalAdvance(n)) for v, n in texts)) if texts else head
        )
    notes = _notes(report, metrics, labels)
    width = max(2 * MARGIN + sum(columns) + GAP * len(metrics), 2 * MARGIN + max(narrow.horizontalAdvance(n) for n in notes))
    top = MARGIN + 34
    height = top + 30 + ROW * len(report.shapes) + 14 + 19 * len(notes) + MARGIN
    colours = theme()
    image = QImage(int(width * SCALE), int(height * SCALE), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(QColor(colours.panel))
    painter = QPainter(image)
    text, muted = QColor(colours.text), QColor(colours.muted)

    def write(x: float, y: float, wide: float, words: str, face: QFont, ink: QColor, right: bool = False) -> None:
        painter.setFont(face)
        painter.setPen(ink)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRectF(x, y, wide, 20), side | Qt.AlignmentFlag.AlignVCenter, words)

    write(MARGIN, MARGIN, width - 2 * MARGIN, tr("Distances to {name}", name=report.reference), title, text)
    painter.setPen(QPen(QColor(colours.hairline), 1))
    painter.drawLine(round(MARGIN), round(top + 26), round(width - MARGIN), round(top + 26))
    write(MARGIN, top, columns[0], tr("Shape"), small, muted)
    for row, shape in enumerate(report.shapes):
        write(MARGIN, top + 34 + ROW * row, columns[0] + 4, names[shape], bold, text)
    x = MARGIN + columns[0] + GAP
    for metric, column in zip(metrics, columns[1:], strict=True):
        write(x, top, column, name_of(metric, labels[metric].label), small, muted, right=True)
        for row, shape in enumerate(report.shapes):
            value, note = _cell(by_place.get((shape, metric)))
            write(x, top + 34 + ROW * row, column, value, bold, text, right=True)
            write(x, top + 52 + ROW * row, column, note, small, muted, right=True)
        x += column + GAP
    for number, note in enumerate(notes):
        write(MARGIN, height - MARGIN - 19 * (len(notes) - number), width - 2 * MARGIN, note, small, muted)
    painter.end()
    image.setText(KEY, to_json(report))
    image.setText("Software", f"Shape Studio {program_version()}")
    image.setText("Title", tr("Distances to {name}", name=report.reference))
    return image


def _notes(report: Report, metrics: list[str], labels: dict[str, Measurement]) -> list[str]:
    """How each number was made."""
    notes = []
    for metric in metrics:
        first = labels[metric]
        points = sorted({line.measurement.points for line in report.lines if line.measurement.metric == metric})
        notes.append(
            tr(
                "{label}: {convention}; {points} points per side",
                label=name_of(metric, first.label),
                convention=convention_text(first.convention),
                points=", ".join(f"{n:,}" for n in points),
            )
        )
    notes.append(
        tr(
            "Reference: {name} · alignment: {align} · seed {seed} · Shape Studio {version}",
            name=report.reference,
            align=engine_text(report.align_words),
            seed=report.seed,
            version=program_version(),
        )
    )
    return notes
