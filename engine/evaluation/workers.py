"""Many independent pieces of work on a Dask cluster, or one after the other where no cluster is wanted."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TypeVar

from engine.data.pool import connected
from engine.progress import Progress

Job = TypeVar("Job")
Result = TypeVar("Result")

POLL = 0.1  # seconds between looks at the cluster


class Workers(Protocol):
    """Runs a function over jobs."""

    def run(self, work: Callable[[Job], Result], jobs: Sequence[Job], progress: Progress, text: str) -> list[Result]:
        """Results in the order of the jobs; an error in a job is raised here."""


class Inline:
    """One job after the other in this process."""

    def run(self, work: Callable[[Job], Result], jobs: Sequence[Job], progress: Progress, text: str) -> list[Result]:
        """Results in the order of the jobs."""
        results = []
        for done, job in enumerate(jobs):
            progress.step(done, len(jobs), text)
            results.append(work(job))
        return results


class OnCluster:
    """All jobs at once on the workers of a Dask cluster.

    Args:
        client: a connected `distributed.Client`.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def run(self, work: Callable[[Job], Result], jobs: Sequence[Job], progress: Progress, text: str) -> list[Result]:
        """Results in the order of the jobs; cancelled jobs that have begun are given up, not waited for."""
        progress.step(0, max(1, len(jobs)), text)
        futures = [self._client.submit(work, job, pure=False) for job in jobs]
        try:
            while (waiting := sum(future.status == "pending" for future in futures)) and not _failed(futures):
                progress.step(len(jobs) - waiting, len(jobs), text)
                time.sleep(POLL)
            results: list[Result] = self._client.gather(futures)
        finally:
            self._client.cancel(futures)
        return results


def _failed(futures: Sequence[Any]) -> bool:
    return any(future.status == "error" for future in futures)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def gather_workers(count: int, scheduler: str | None = None) -> Iterator[Workers]:
    """Workers to run jobs on.

    Args:
        count: single-threaded processes of a cluster on this machine; 0 works in this process.
        scheduler: address of a running Dask scheduler whose workers see the same files; then `count` does not matter.

    Raises:
        DataError: if no scheduler answers there.
    """
    if scheduler is None and count == 0:
        yield Inline()
        return
    from distributed import Client, LocalCluster

    if scheduler is not None:
        with connected(scheduler) as client:
            yield OnCluster(client)
        return
    # Ctrl-C reaches every process of a terminal; the workers leave it to this one, which ends them.
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
        preload=[deaf],
    )
    try:
        with Client(cluster, set_as_default=False) as client:
            yield OnCluster(client)
    finally:
        # A worker in the middle of a long call does not answer in time; it ends with this process, of which it is a daemon.
        with suppress(TimeoutError):
            cluster.close(timeout=2)
