"""From furniture catalogues and folders of meshes to prepared items, in parallel, able to go on where it was stopped.

Which models there are and which of them are done is settled here; the rest becomes jobs for a Dask cluster
(`engine.data.pool`). Killed at any instant, a build has lost at most the items that were being made: the next one, or another
one at work on the same root, makes those and nothing else.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from engine.data import journal
from engine.data.build_report import BuildReport
from engine.data.done import is_done, settings_hash
from engine.data.pool import run_jobs
from engine.data.refused import Refusal, forget, forget_all, record
from engine.data.sdf import SURE_SIGN
from engine.data.settings import Settings
from engine.data.source import open_source
from engine.data.split import Listed, furniture_table
from engine.data.store import item_folder, read_meta, write_text
from engine.data.work import Job, Outcome
from engine.errors import DataError
from engine.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from engine.data.catalogue import Catalogue

__all__ = ["BuildReport", "Refusal", "build"]


@runtime_checkable
class _Lister(Protocol):
    """A source that knows its own categories and splits, unlike a catalogue."""

    def listed(self) -> tuple[Listed, ...]:
        """A row for each shape."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A model and the source that holds it; None if none does."""

    row: Listed
    source: Path | None


def build(  # noqa: PLR0913  (what, where to, how; all but the first three by name)
    sources: Sequence[Path] | None,
    out: Path,
    categories: Sequence[str] | None,
    *,
    workers: int = 2,
    scheduler: str | None = None,
    table: Sequence[Listed] | None = None,
    settings: Settings | None = None,
    progress: Progress = NO_PROGRESS,
) -> BuildReport:
    """Prepare all listed furniture of some categories, and all shapes of sources that list their own.

    Args:
        sources: `.sh3f` files and whatever else `open_source` knows; None for the catalogues that the Debian package installs.
        out: data root; items go to `out/items`, the report to `out/report.json` and `out/report.md`, pictures of refused
            models to `out/refused`.
        categories: which, e.g. ("chair", "table", "sofa", "lamp"); None for all.
        workers: processes of the local cluster.
        scheduler: address of a running Dask scheduler; then `workers` is ignored and all its workers must see the files.
        table: which catalogue models belong to which category and split; None for the table that comes with the program.
        settings: sample counts and the like; None for the usual ones.
        progress: told after every item.

    Raises:
        DataError: no source can be read, or a category that the table does not have.
        Cancelled: progress said stop; finished items stay, the next build goes on from there.
    """
    from engine.data.catalogue import installed_catalogues

    begun = time.perf_counter()
    settings = Settings() if settings is None else settings
    paths = installed_catalogues() if sources is None else list(sources)
    report = BuildReport(settings_hash=settings_hash(settings), run=uuid.uuid4().hex[:12])
    found = _look_through(paths, furniture_table() if table is None else table, categories, report)
    known = sorted({one.row.category for one in found})
    for category in categories or ():
        if category not in known:
            raise DataError("No category {name}; there are {known}.", name=category, known=", ".join(known))
    forget_all(out, [str(path) for path in paths], categories)
    jobs = []
    for one in (one for one in found if categories is None or one.row.category in categories):
        row = one.row
        if one.source is None:
            report.refused.append(Refusal(row.id, row.category, "It is in none of the catalogues given."))
            continue
        if row.known and row.stamp != row.known:
            report.changed.append(row.id)
        if is_done(out, row, settings):
            report.kept.append(row.id)
        else:
            jobs.append(Job(str(one.source), row, str(out), settings, report.run))
    out.mkdir(parents=True, exist_ok=True)
    for refusal in report.refused:
        if refusal.source:
            record(out, refusal)
    try:
        if jobs:
            run_jobs(jobs, workers, scheduler, lambda job, outcome: _settle(report, job, outcome), progress)
    finally:
        _account(report, out)
        report.wall_seconds = time.perf_counter() - begun
        write_text(out / "report.json", json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n")
        write_text(out / "report.md", report.to_markdown())
    return report


def _look_through(
    paths: Sequence[Path], table: Sequence[Listed], categories: Sequence[str] | None, report: BuildReport
) -> list[_Found]:
    """Every model that a source holds or the table expects, with its stamp; notes in the report what is left out."""
    from engine.data.catalogue import Catalogue

    listed = {row.id: row for row in table}
    held: dict[str, _Found] = {}
    own: list[_Found] = []
    opened = 0
    for path in paths:
        try:
            source = open_source(path)
        except DataError as error:
            if path.is_dir():
                raise
            report.refused.append(Refusal(str(path), "", str(error), "", str(path)))
            continue
        if isinstance(source, Catalogue):
            with source:
                opened += 1
                _look_into(source, listed, categories, held, report)
        elif isinstance(source, _Lister):
            own += [_Found(row, path) for row in source.listed()]
        else:
            raise DataError("{path} does not say what it holds; name its models in a table.", path=path)
    if not opened and not own:
        reasons = " ".join(r.reason for r in report.refused) or "None was given."
        raise DataError("No furniture catalogue can be read. {reasons}", reasons=reasons)
    return [*(held.get(row.id) or _Found(row, None) for row in table if opened), *own]


def _look_into(
    catalogue: Catalogue,
    listed: dict[str, Listed],
    categories: Sequence[str] | None,
    held: dict[str, _Found],
    report: BuildReport,
) -> None:
    for piece in catalogue.pieces.values():
        row = listed.get(piece.id)
        if row is None:
            strange = piece.licence == "unknown"
            reason = "Its licence is not one that may go into weights." if strange else "It is not in the furniture table."
            report.unlisted.append(Refusal(piece.id, "", reason))
        elif piece.id not in held:
            wanted = categories is None or row.category in categories  # a stamp reads the whole model: only where needed
            held[piece.id] = _Found(replace(row, stamp=_stamp(catalogue, piece.id)) if wanted else row, catalogue.path)


def _stamp(catalogue: Catalogue, item_id: str) -> str:
    try:
        return catalogue.stamp(item_id)
    except DataError:  # the build will refuse it, and say why
        return ""


def _settle(report: BuildReport, job: Job, outcome: Outcome) -> None:
    row, root = job.row, Path(job.out)
    if outcome.state == "refused" and outcome.refusal is not None:
        report.refused.append(outcome.refusal)
        record(root, outcome.refusal)
        return
    forget(root, row.category, row.id)
    if outcome.state == "kept":
        report.kept.append(row.id)
        return
    report.built.append(row.id)
    report.seconds[row.id] = round(outcome.seconds, 2)
    if read_meta(item_folder(root, row.category, row.id)).sign_confidence < SURE_SIGN:
        report.doubtful.append(row.id)


def _account(report: BuildReport, out: Path) -> None:
    """Call built what a worker of this run had built before it died and another found finished."""
    kept = set(report.kept)
    for entry in journal.read(out):
        if entry.run == report.run and entry.event == "built" and entry.id in kept:
            report.kept.remove(entry.id)
            report.built.append(entry.id)
            report.seconds[entry.id] = round(entry.seconds, 2)
