"""The only coupling between long computations and whoever runs them.

A long function takes `progress: Progress = NO_PROGRESS` as its last argument, calls `check()` often (every 25 to 30 ms of
work), `step()` when it has something to say and `partial()` when it has something to show.
"""

from __future__ import annotations

from typing import Protocol


class Cancelled(Exception):
    """Raised by `Progress` inside work that should stop. Never shown to the user, never swallowed."""


class Progress(Protocol):
    """What a long computation may use."""

    def check(self) -> None:
        """Raise `Cancelled` if the work should stop now."""

    def step(self, done: float, total: float, text: str = "") -> None:
        """Report that `done` of `total` units are finished; `text` is a short English phrase. Checks too."""

    def partial(self, value: object) -> None:
        """Publish an intermediate result. After the first, `check` also stops work for which newer work waits."""


class _NoProgress:
    def check(self) -> None:
        """Never stops."""

    def step(self, done: float, total: float, text: str = "") -> None:
        """Say nothing."""

    def partial(self, value: object) -> None:
        """Show nothing."""


NO_PROGRESS: Progress = _NoProgress()
