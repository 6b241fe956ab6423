"""What a job tells its owner: frozen values, in order, ending with exactly one of `Done`, `Failed`, `Dropped`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Started:
    """The worker thread has taken the job up."""

    job: int


@dataclass(frozen=True, slots=True)
class Stepped:
    """Progress: `done` of `total` units are finished; `text` is a short English phrase."""

    job: int
    done: float
    total: float
    text: str


@dataclass(frozen=True, slots=True)
class Partial:
    """An intermediate result that may be shown."""

    job: int
    value: object


@dataclass(frozen=True, slots=True)
class Done:
    """End: the result."""

    job: int
    value: object


@dataclass(frozen=True, slots=True)
class Failed:
    """End: the work raised. `error` is an `EngineError` (tell the user) or anything else (a bug: report it)."""

    job: int
    error: BaseException


@dataclass(frozen=True, slots=True)
class Dropped:
    """End: the work was told to stop, by the user or because newer work took its place."""

    job: int
    reason: Literal["cancelled", "superseded", "closed"]


Event = Started | Stepped | Partial | Done | Failed | Dropped
End = Done | Failed | Dropped
