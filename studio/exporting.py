"""From what the panel and the table show to a file. Part of the laboratory."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice

from engine.errors import FileError
from studio.i18n import tr
from studio.report import Line, Report, to_csv, to_json
from studio.report_picture import paint_report
from studio.session import Notice, Session
from studio.workbench import Handlers, Workbench

SUFFIXES = (".csv", ".json", ".png")


def panel_report(session: Session) -> Report | None:
    """What the measure panel shows, or None."""
    measured, document = session.measured, session.document
    if measured is None:
        return None
    a, b = document.entry(measured.a), document.entry(measured.b)
    name = a.name if a is not None else "A"
    lines = tuple(
        Line(name, m, measured.live, measured.stale)
        for m in measured.comparison.measurements
        if m.metric in session.lab.metrics
    )
    align, seed = measured.how
    return Report(b.name if b is not None else "B", align, _words(session, align), seed, lines) if lines else None


def table_report(session: Session) -> Report | None:
    """What the table of several shapes shows, or None."""
    table, document = session.table, session.document
    reference = document.entry(table.reference) if table is not None else None
    if table is None or reference is None or not table.rows:
        return None
    names = _unique([(e.id, e.name) for e in document.entries if e.id in table.rows])
    lines = [
        Line(names[row.entry], m, stale=table.stale(row, document, table.how))
        for row in table.rows.values()
        if row.entry in names
        for m in row.comparison.measurements
    ]
    align, seed = table.how
    return Report(reference.name, align, _words(session, align), seed, tuple(lines)) if lines else None


def _words(session: Session, align: str) -> str:
    return session.alignments.get(align, align)


def _unique(names: list[tuple[int, str]]) -> dict[int, str]:
    """Names that tell shapes of one name apart: the second "chair" is "chair (2)"."""
    result: dict[int, str] = {}
    for number, name in names:
        count, fresh = 1, name
        while fresh in result.values():
            count += 1
            fresh = f"{name} ({count})"
        result[number] = fresh
    return result


def export(session: Session, bench: Workbench, report: Report, path: Path) -> None:
    """Write a report; the form follows the suffix. The picture is painted here, files are written on the work lane."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        session.notice = Notice("warning", tr("Numbers are written as {kinds}; choose one of them.", kinds="CSV, JSON, PNG"))
        return
    image = paint_report(report) if suffix == ".png" else None

    def write(_: object) -> None:
        if image is not None:
            data = QByteArray()
            buffer = QBuffer(data)
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            image.save(buffer, "PNG")  # type: ignore[call-overload]
            content = bytes(data.data())
        elif suffix == ".csv":
            content = to_csv(report).encode("utf-8-sig")  # the mark lets Excel read Chinese names
        else:
            content = to_json(report).encode()
        try:
            path.write_bytes(content)
        except OSError as error:
            reason = error.strerror or str(error)
            raise FileError("{name} could not be written: {reason}.", name=path.name, reason=reason) from error

    def written(_: object) -> None:
        session.notice = Notice("info", tr("Saved {name}", name=path.name))

    bench.submit(bench.lanes.work, write, Handlers(done=written, title=tr("Saving {name}", name=path.name)))
