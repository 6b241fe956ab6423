"""One item on a worker: claim it, see whether it is done, make it.

A scheduler that loses a worker gives its tasks to others, those included whose answers had not been fetched yet. Asking under
the claim whether the item is done makes that harmless: what is finished is never made again, whoever asks and however often.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from engine.data.claim import claimed
from engine.data.done import is_done, settings_hash
from engine.data.item import build_item
from engine.data.journal import append
from engine.data.refused import Refusal, keep_picture
from engine.data.settings import Settings
from engine.data.source import Source, open_source
from engine.data.split import Listed
from engine.errors import EngineError


@dataclass(frozen=True, slots=True)
class Job:
    """One item to make: everything a worker needs, by value.

    Attributes:
        source: path of the catalogue or folder.
        row: the model.
        out: data root, as the workers see it.
        settings: how much to make.
        run: name of the build that asks.
    """

    source: str
    row: Listed
    out: str
    settings: Settings
    run: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job.

    Attributes:
        state: "built" now; "kept" because somebody finished it before; "busy" because somebody is at it; "refused".
        refusal: why, if refused.
        seconds: of work.
    """

    state: Literal["built", "kept", "busy", "refused"]
    refusal: Refusal | None = None
    seconds: float = 0.0


def run_job(job: Job) -> Outcome:
    """Make one item unless it is done or somebody else is making it."""
    root, row = Path(job.out), job.row
    with claimed(root, row) as mine:
        if not mine:
            return Outcome("busy")
        if is_done(root, row, job.settings):
            return Outcome("kept")
        item = (row.id, row.category, settings_hash(job.settings, row.stamp))
        begun = time.perf_counter()
        append(root, "begun", item, job.run, 0.0)
        source: Source | None = None
        try:
            source = _opened(job.source, job.run)
            build_item(source, row, root, job.settings)
        except EngineError as error:
            seconds = time.perf_counter() - begun
            append(root, "refused", item, job.run, seconds)
            picture = keep_picture(root, source, row) if source is not None else ""
            return Outcome("refused", Refusal(row.id, row.category, str(error), picture, job.source), seconds)
        seconds = time.perf_counter() - begun
        append(root, "built", item, job.run, seconds)
        return Outcome("built", None, seconds)


@lru_cache(maxsize=16)
def _opened(path: str, run: str) -> Source:
    """A source opened once per process and build: a later build may find other files in it."""
    return open_source(Path(path))
