"""Several shapes against one reference, in the background. Part of the laboratory."""

from __future__ import annotations

from dataclasses import replace

from engine.api import CompareRequest, Comparison, DecodeRequest, Engine, Latent, Shape
from engine.progress import Progress
from studio import decoding, measuring
from studio.document import Entry
from studio.i18n import tr
from studio.lab import Lab, Table, TableRow
from studio.session import Session
from studio.workbench import Handlers, Workbench


class _Part:
    """The progress of one of several comparisons: says which, and how much of all is done."""

    def __init__(self, whole: Progress, done: int, total: int) -> None:
        self._whole, self._done, self._total = whole, done, total

    def check(self) -> None:
        self._whole.check()

    def step(self, done: float, total: float, text: str = "") -> None:
        self._whole.step(self._done + (done / total if total else 0.0), self._total, text)

    def partial(self, value: object) -> None:
        """Nothing: a half-measured row is no row."""


class Tabulating:
    """Fills `session.table`."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._runs = 0

    def measure(self, reference: int) -> None:
        """Measure every shape of the session against the shape `reference`; rows appear one after the other."""
        document, lab = self._session.document, self._session.lab
        truth = document.entry(reference)
        if truth is None or not _measurable(truth):
            return
        self.cancel()
        entries = [e for e in document.entries if e.id != reference and _measurable(e)]
        run = self._runs = self._runs + 1
        self._session.table = Table(reference, truth.shape, lab.how, run, {}, reference_latent=_final(truth))
        job = self._bench.submit(
            self._bench.lanes.work,
            lambda progress: self._fill(truth, entries, lab, progress),
            Handlers(
                partial=lambda row: self._add(run, row),
                ended=lambda: self._end(run),
                title=tr("Comparing {count} shapes", count=len(entries)),
            ),
        )
        current = self._session.table
        if job is not None and not job.ended and current is not None:
            self._session.table = replace(current, job=job.id)

    def cancel(self) -> None:
        """Stop; rows that are there stay."""
        table = self._session.table
        if table is not None and table.job is not None:
            self._bench.cancel(table.job)

    def _fill(self, truth: Entry, entries: list[Entry], lab: Lab, progress: Progress) -> None:
        first: Comparison | None = None
        goal = self._surface(truth, _Part(progress, 0, len(entries)))
        for number, entry in enumerate(entries):
            part = _Part(progress, number, len(entries))
            shape = self._surface(entry, part)
            if shape.is_empty:
                continue
            request = CompareRequest(
                shape, goal, lab.metrics, points=measuring.SETTLED_POINTS, seed=lab.seed, align=lab.align, floor=first is None
            )
            comparison = self._engine.compare(request, part)
            if first is not None:
                comparison = _with_floor(comparison, first)
            first = first or comparison
            progress.partial(TableRow(entry.id, shape, comparison, _final(entry)))

    def _surface(self, entry: Entry, progress: Progress) -> Shape:
        """What an entry shows; decoded if its surface was dropped to save memory."""
        if entry.shape is not None:
            return entry.shape
        assert entry.latent is not None
        return self._engine.decode(DecodeRequest(entry.latent, decoding.SETTLED_LEVELS), progress).shape

    def _add(self, run: int, row: object) -> None:
        assert isinstance(row, TableRow)
        table = self._session.table
        if table is not None and table.run == run:
            self._session.table = replace(table, rows={**table.rows, row.entry: row})

    def _end(self, run: int) -> None:
        table = self._session.table
        if table is not None and table.run == run:
            self._session.table = replace(table, job=None)


def _measurable(entry: Entry) -> bool:
    return entry.latent is not None if entry.shape is None else not entry.shape.is_empty


def _final(entry: Entry) -> Latent | None:
    """The code whose final surface is measured for this entry; None if it is another surface."""
    return entry.latent if entry.shape is None or (entry.settled and entry.shown == entry.latent) else None


def _with_floor(comparison: Comparison, first: Comparison) -> Comparison:
    """The floor is what two samplings of the *reference* give: it is measured once for all rows."""
    floors = {m.metric: m.floor for m in first.measurements}
    taken = tuple(replace(m, floor=floors.get(m.metric)) for m in comparison.measurements)
    return replace(comparison, measurements=taken)
