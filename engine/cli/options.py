"""Parameters that many commands share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from engine.api import Engine


@dataclass(frozen=True)
class Answering:
    """How to answer."""

    json: bool = False
    """Write one JSON document to stdout instead of text."""


@dataclass(frozen=True)
class Computing(Answering):
    """How to answer and what to compute on."""

    device: str = "auto"
    """auto (a GPU where there is one), cpu, cuda or cuda:N."""

    threads: int | None = None
    """Threads for torch; by default one per core, at most 8."""

    def engine(self) -> Engine:
        """An engine on that device."""
        return Engine(device=self.device, threads=self.threads)


Answer = Annotated[Answering, Parameter(name="*")]
Machine = Annotated[Computing, Parameter(name="*")]

ANSWER = Answering()
MACHINE = Computing()
