"""What the command line writes: one result on stdout, progress and complaints on stderr. Nothing else here prints."""

from __future__ import annotations

import json
import math
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import FrameType
from typing import TextIO

import numpy as np

from engine.progress import Cancelled

#: Seconds after the last `check()` of the running work from which on Ctrl-C no longer waits for the next one.
PATIENCE = 1.0


def say(text: str) -> None:
    """Write a remark to stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def answer(document: object, text: str, as_json: bool) -> None:
    """Write the result to stdout: the document as JSON, or the text.

    Args:
        document: dataclasses, mappings, sequences, numpy values, paths and plain values, nested.
        text: the same for people.
        as_json: which of the two.
    """
    sys.stdout.write((json.dumps(plain(document), indent=1, ensure_ascii=False) if as_json else text).rstrip("\n") + "\n")
    sys.stdout.flush()


def plain(value: object) -> object:
    """The value as JSON knows it; NaN and infinities, which JSON lacks, become null."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, Path):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"no JSON form for {type(value).__name__}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of text, the first left-aligned, cells that look like numbers right-aligned."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    numeric = [bool(rows) and all(_looks_numeric(row[i]) for row in rows) for i in range(len(header))]

    def cell(text: str, i: int) -> str:
        return text.rjust(widths[i]) if numeric[i] else text.ljust(widths[i])

    return "\n".join("  ".join(cell(text, i) for i, text in enumerate(line)).rstrip() for line in lines)


def _looks_numeric(text: str) -> bool:
    return text in {"", "-", "–"} or text[0].isdigit() or text[0] == "-"


class TerminalProgress:
    """`Progress` on stderr: one line that updates itself on a terminal, a line now and then anywhere else.

    Args:
        stream: where to write; None takes stderr.
        pause: seconds between two lines that tell of progress; None takes 10, or a tenth on a terminal.
    """

    def __init__(self, stream: TextIO | None = None, pause: float | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._pause = (0.1 if self._terminal else 10.0) if pause is None else pause
        self._written = -math.inf
        self._text = ""
        self._width = 0
        self._percent = -1
        self.stopping = False
        self.checked = time.monotonic()

    def check(self) -> None:
        """Stop here if Ctrl-C was pressed."""
        self.checked = time.monotonic()
        if self.stopping:
            raise Cancelled

    def step(self, done: float, total: float, text: str = "") -> None:
        """Show how far the work is."""
        self.check()
        now = time.monotonic()
        # Counters inside the text ("step 3 of 9") change each time; its words say whether something new has begun.
        words = "".join(c for c in text if not c.isdigit())
        percent = round(100 * done / total) if total > 0 else 0
        news = words != self._text and (self._terminal or not self._text)
        moved = percent != self._percent or words != self._text or self._terminal
        pause = self._pause if moved else 12 * self._pause  # elsewhere, "still at 7 %" is said but seldom
        if not news and now - self._written < pause and not (self._terminal and done >= total):
            return
        self._written, self._text, self._percent = now, words, percent
        self._write(f"{percent:3d} %  {text}".rstrip())

    def partial(self, value: object) -> None:
        """Intermediate results are not shown on a terminal."""
        self.check()

    def close(self) -> None:
        """Leave the updating line."""
        if self._terminal and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0

    def _write(self, line: str) -> None:
        if self._terminal:
            line = line[:118]
            self._stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


@contextmanager
def watched() -> Iterator[TerminalProgress]:
    """A progress that turns Ctrl-C into `Cancelled` at the next `check()`, so that files are finished or never begun.

    Work that has not checked for `PATIENCE` seconds (loading a library, one long call) is interrupted at once, and so is all
    work at the second Ctrl-C.
    """
    progress = TerminalProgress()

    def interrupt(number: int, frame: FrameType | None) -> None:
        if progress.stopping or time.monotonic() - progress.checked > PATIENCE:
            raise KeyboardInterrupt
        progress.stopping = True

    try:
        before = signal.signal(signal.SIGINT, interrupt)
    except ValueError:  # not the main thread: Ctrl-C is somebody else's business
        yield progress
        return
    try:
        yield progress
    finally:
        signal.signal(signal.SIGINT, before)
        progress.close()
