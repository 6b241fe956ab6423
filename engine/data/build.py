"""From furniture catalogues and folders of meshes to prepared items, in parallel, able to go on where it was stopped.

Each item is one task on a Dask cluster: a local one of single-threaded processes, or any scheduler whose workers see the same
files. An item counts as done when its `meta.json` exists and carries the hash of the present settings.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from engine.data.item import Settings, build_item, settings_hash
from engine.data.split import Listed, furniture_table
from engine.data.store import FORMAT_VERSION, item_folder, read_meta, write_text
from engine.errors import DataError, EngineError
from engine.progress import NO_PROGRESS, Progress

POLL = 0.2  # seconds between looks at the cluster


@dataclass(frozen=True, slots=True)
class Refusal:
    """A model that did not become an item.

    Attributes:
        id: catalogue id, or the path of a catalogue that could not be read.
        category: "" if it has none.
        reason: one sentence.
    """

    id: str
    category: str
    reason: str


@dataclass(slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        built: ids made now.
        kept: ids that were there already, made with the same settings.
        refused: what was left out and why.
        unlisted: pieces of the catalogues that the furniture table does not list (other licence, duplicate, no category).
        seconds: seconds of work per id built now.
        wall_seconds: of the whole build.
        settings_hash: of the settings.
    """

    built: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unlisted: list[Refusal] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    wall_seconds: float = 0.0
    settings_hash: str = ""

    def to_markdown(self) -> str:
        """A report for people."""
        total = sum(self.seconds.values())
        lines = [
            "# Data build",
            "",
            f"Format {FORMAT_VERSION}, settings {self.settings_hash}. {len(self.built)} built, {len(self.kept)} kept, "
            f"{len(self.refused)} refused, {len(self.unlisted)} catalogue entries not in the furniture table.",
            f"{self.wall_seconds:.0f} s in all, {total / max(1, len(self.seconds)):.1f} s of work per item built.",
        ]
        for title, rows in (("Refused", self.refused), ("Not in the furniture table", self.unlisted)):
            lines += ["", f"## {title}", "", "| id | category | reason |", "|---|---|---|"]
            lines += [f"| {r.id} | {r.category} | {r.reason} |" for r in rows] or ["| none | | |"]
        return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Job:
    """One item to make: everything a worker needs, by value."""

    source: str
    row: Listed
    out: str
    settings: Settings


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
    """Prepare all listed furniture of some categories, and all meshes of folders.

    Args:
        sources: `.sh3f` files and folders of meshes; None for the catalogues that the Debian package installs.
        out: data root; items go to `out/items`, the report to `out/report.json` and `out/report.md`.
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
    from engine.data.folder import MeshFolder

    begun = time.perf_counter()
    settings = Settings() if settings is None else settings
    paths = installed_catalogues() if sources is None else list(sources)
    catalogues, folders = [p for p in paths if not p.is_dir()], [p for p in paths if p.is_dir()]
    rows = (furniture_table() if table is None else tuple(table)) if catalogues or sources is None else ()
    held: dict[str, Path] = {}
    for folder in folders:
        own = MeshFolder(folder).listed()
        held |= {row.id: folder for row in own}
        rows += own
    known = sorted({row.category for row in rows})
    for category in categories or ():
        if category not in known:
            raise DataError("No category {name}; there are {known}.", name=category, known=", ".join(known))
    report = BuildReport(settings_hash=settings_hash(settings))
    if catalogues or not folders:
        held |= _survey(catalogues, rows, report)
    jobs = []
    for row in (row for row in rows if categories is None or row.category in categories):
        if row.id not in held:
            report.refused.append(Refusal(row.id, row.category, "It is in none of the catalogues given."))
        elif _is_done(out, row, settings_hash(settings, row.stamp)):
            report.kept.append(row.id)
        else:
            jobs.append(Job(str(held[row.id]), row, str(out), settings))
    out.mkdir(parents=True, exist_ok=True)
    try:
        if jobs:
            _run(jobs, workers, scheduler, report, progress)
    finally:
        report.wall_seconds = time.perf_counter() - begun
        write_text(out / "report.json", json.dumps(asdict(report), indent=1) + "\n")
        write_text(out / "report.md", report.to_markdown())
    return report


def _survey(sources: Sequence[Path], rows: Sequence[Listed], report: BuildReport) -> dict[str, Path]:
    """Which catalogue holds which listed id; notes the rest in the report."""
    from engine.data.catalogue import Catalogue

    listed = {row.id for row in rows}
    held: dict[str, Path] = {}
    opened = 0
    for source in sources:
        try:
            with Catalogue(source) as catalogue:
                opened += 1
                for piece in catalogue.pieces.values():
                    if piece.id in listed:
                        held.setdefault(piece.id, source)
                    elif piece.licence == "unknown":
                        report.unlisted.append(Refusal(piece.id, "", "Its licence is not one that may go into weights."))
                    else:
                        report.unlisted.append(Refusal(piece.id, "", "It is not in the furniture table."))
        except DataError as error:
            report.refused.append(Refusal(str(source), "", str(error)))
    if not opened:
        reasons = " ".join(r.reason for r in report.refused) or "None was given."
        raise DataError("No furniture catalogue can be read. {reasons}", reasons=reasons)
    return held


def _is_done(out: Path, row: Listed, wanted: str) -> bool:
    try:
        meta = read_meta(item_folder(out, row.category, row.id))
    except DataError:
        return False
    return meta.settings_hash == wanted and meta.split == row.split


def _run(jobs: list[Job], workers: int, scheduler: str | None, report: BuildReport, progress: Progress) -> None:
    total = len(jobs)
    progress.step(0, total, "starting the workers")
    with _cluster(workers, scheduler) as client:
        futures = {client.submit(run_job, job, pure=False, retries=1): job for job in jobs}
        waiting = set(futures)
        try:
            while waiting:
                progress.check()
                for future in [f for f in waiting if f.status != "pending"]:
                    waiting.discard(future)
                    job = futures[future]
                    _note(job, future, report)
                    progress.step(total - len(waiting), total, job.row.name)
                time.sleep(POLL if waiting else 0.0)
        finally:
            client.cancel(list(waiting))


def _note(job: Job, future: Any, report: BuildReport) -> None:
    if future.status == "finished":
        reason, seconds = future.result()
    else:  # the worker died, or the code raised what it should not
        reason, seconds = f"The worker failed: {future.exception()!r}.", 0.0
    if reason is None:
        report.built.append(job.row.id)
        report.seconds[job.row.id] = round(seconds, 2)
    else:
        report.refused.append(Refusal(job.row.id, job.row.category, reason))


@contextmanager
def _cluster(workers: int, scheduler: str | None) -> Iterator[Any]:
    from distributed import Client, LocalCluster

    if scheduler is not None:
        try:
            client = Client(scheduler, timeout="10s", set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise DataError("No Dask scheduler answers at {address}; check the address.", address=scheduler) from error
        with client:
            yield client
        return
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def run_job(job: Job) -> tuple[str | None, float]:
    """Make one item on a worker.

    Returns:
        why it was refused, or None if it was made; seconds of work.
    """
    begun = time.perf_counter()
    try:
        build_item(Path(job.source), job.row, Path(job.out), job.settings)
    except EngineError as error:
        return str(error), time.perf_counter() - begun
    return None, time.perf_counter() - begun
