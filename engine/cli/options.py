"""Parameters that many commands share.

Without postponed annotations: a command's own options inherit from these in another module, where the names in a written-out
annotation would be looked up in vain.
"""

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt

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


@dataclass(frozen=True)
class Spread(Computing):
    """How to answer, what to compute on and by how many processes."""

    workers: NonNegativeInt | None = None
    """Single-threaded processes; one per core by default, 0 works in this process."""

    scheduler: str | None = None
    """Address of a running Dask scheduler instead of workers on this machine."""


Answer = Annotated[Answering, Parameter(name="*")]
Machine = Annotated[Computing, Parameter(name="*")]

ANSWER = Answering()
MACHINE = Computing()
