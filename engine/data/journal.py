"""What was begun, built and refused under a data root: one line of JSON each, appended by whoever did it.

A line is one short write to the end of `<root>/journal.jsonl`, so lines of several processes do not mix on a local file
system. The journal is for people and for reports. Whether an item is done is never read from it but from the item.
"""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

NAME = "journal.jsonl"

Event = Literal["begun", "built", "refused"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line.

    Attributes:
        event: "begun", "built" or "refused".
        id: of the model.
        category: of the model.
        made_from: the item's settings hash.
        run: of the build that asked for it.
        seconds: of work; 0 at the beginning.
        host: name of the machine.
        process: number of the worker process on it.
        when: seconds since 1970.
    """

    event: Event
    id: str
    category: str
    made_from: str
    run: str
    seconds: float
    host: str
    process: int
    when: float


def append(root: Path, event: Event, item: tuple[str, str, str], run: str, seconds: float) -> None:
    """Write one line.

    Args:
        root: data root.
        event: what happened.
        item: id, category and settings hash.
        run: of the build.
        seconds: of work so far.
    """
    entry = Entry(event, *item, run, round(seconds, 3), socket.gethostname(), os.getpid(), round(time.time(), 3))
    line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
    handle = os.open(root / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(handle, line.encode("utf-8"))
    finally:
        os.close(handle)


def read(root: Path) -> list[Entry]:
    """All lines that can be read, in order; none if there is no journal."""
    try:
        lines = (root / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):  # cut off by a power cut, or from another version
            continue
    return entries
