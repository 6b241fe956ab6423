"""Keeps the shown shapes in step with their codes: quick while a slider moves, fine when it rests."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

from engine.api import SETTLED_LEVELS as SETTLED_LEVELS
from engine.api import DecodeRequest, Engine, Latent, Mesh, ShapeResult
from studio.document import Entry
from studio.history import History
from studio.i18n import engine_text, tr
from studio.pace import Pace
from studio.session import Notice, Performance, Session
from studio.workbench import Handlers, Workbench


class Decoding:
    """Decodes what the document asks for.

    One request at a time is on its way. `follow` sends the newest code of an entry at once (latest wins); `settle` looks
    for visible entries whose picture is not the final level of their code and decodes them one after the other.
    """

    def __init__(self, session: Session, engine: Engine, bench: Workbench, history: History) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._history = history
        self._running = 0  # requests on their way
        self._paces: dict[str, Pace] = {}
        self._failed: set[tuple[int, Latent]] = set()
        session.events.document.connect(lambda _: self.settle())

    @property
    def busy(self) -> bool:
        """True while a shape is on its way."""
        return self._running > 0

    def follow(self, entry_id: int) -> None:
        """Decode the newest code of an entry now, replacing any request that waits."""
        entry = self._session.document.entry(entry_id)
        if entry is None or entry.latent is None:
            return
        pace = self._paces.setdefault(entry.latent.model, Pace())
        request = DecodeRequest(entry.latent, SETTLED_LEVELS, first_shown=pace.first, warm=f"entry {entry_id}")
        show = partial(self._show, entry_id)
        self._running += 1
        self._bench.submit(
            self._bench.lanes.preview,
            lambda progress: self._decode(request, progress),
            Handlers(done=show, partial=show, ended=partial(self._ended, entry_id, entry.latent)),
        )

    def settle(self) -> None:
        """If nothing is on its way, decode the first visible entry that is not settled."""
        if self._running:
            return
        document = self._session.document
        for entry in (document.side(document.active), document.side("b" if document.active == "a" else "a")):
            if entry is None or entry.latent is None or (entry.id, entry.latent) in self._failed:
                continue
            if not (entry.settled and entry.shown == entry.latent):
                self.follow(entry.id)
                return

    def _decode(self, request: DecodeRequest, progress: object) -> ShapeResult:
        return self._engine.decode(request, progress)  # type: ignore[arg-type]

    def _show(self, entry_id: int, value: object) -> None:
        assert isinstance(value, ShapeResult)
        self._report_device()
        self._paces[value.latent.model].took(value.level, value.decode_ms + value.mesh_ms)
        document = self._session.document
        entry = document.entry(entry_id)
        if entry is None or entry.latent is None or entry.latent.model != value.latent.model:
            return
        if entry.settled and entry.shown == entry.latent and value.latent != entry.latent:
            return  # undo went back to a finished shape while an older request was on its way
        self._session.performance = Performance(
            level=value.level,
            settled=value.final and value.latent == entry.latent,
            decode_ms=value.decode_ms,
            mesh_ms=value.mesh_ms,
            gui_ms=self._session.performance.gui_ms,
            paint_ms=self._session.performance.paint_ms,
            metrics_ms=self._session.performance.metrics_ms,
            behind=0 if value.latent == entry.latent else 1,
        )
        if isinstance(value.shape, Mesh) and value.shape.is_empty and value.final:
            self._session.notice = Notice("warning", engine_text(value.shape.note))
        began = time.perf_counter()
        self._history.amend(document.with_entry(self._updated(entry, value)))
        spent = 1e3 * (time.perf_counter() - began)
        self._session.performance = replace(self._session.performance, gui_ms=spent)

    def _report_device(self) -> None:
        for remark in self._engine.take_remarks():
            self._session.notice = Notice("warning", engine_text(remark))
            self._session.device = self._engine.describe_device()

    def _updated(self, entry: Entry, value: ShapeResult) -> Entry:
        title = self._engine.info(value.latent.model).title
        if isinstance(value.shape, Mesh):
            cells = max(value.level - 1, 0)
            detail = tr("{model} · {n}³", model=title, n=cells)
        else:
            detail = tr("{model} · {n} points", model=title, n=len(value.shape.points))
        return replace(
            entry,
            shape=value.shape,
            shown=value.latent,
            level=value.level,
            settled=value.final and value.latent == entry.latent,
            detail=detail,
        )

    def _ended(self, entry_id: int, latent: Latent) -> None:
        self._running -= 1
        entry = self._session.document.entry(entry_id)
        if entry is not None and self._running == 0 and entry.latent == latent and entry.shown != latent:
            self._failed.add((entry_id, latent))  # it failed: do not try for ever
        self.settle()
