"""Jobs on a Dask cluster: a local one of single-threaded processes, or any scheduler whose workers see the same files.

A worker that dies is replaced (local cluster) or done without (others), and its jobs go to the others. A job whose worker
died, as far as Dask knows, is given one more try alone at the end, since one model that eats all memory takes innocent jobs of
the same worker down with it. Only what fails alone is called failed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from engine.data.refused import Refusal
from engine.data.work import Job, Outcome, run_job
from engine.errors import DataError
from engine.progress import Progress

POLL = 0.2  # seconds between looks at the cluster
BUSY_PAUSE = 1.0  # seconds until a job that somebody else is at is asked for again
DEATHS = 1  # worker deaths beyond the first that a job may be near before it is set aside


def run_jobs(
    jobs: Sequence[Job],
    workers: int,
    scheduler: str | None,
    settle: Callable[[Job, Outcome], None],
    progress: Progress,
    work: Callable[[Job], Outcome] = run_job,
) -> None:
    """Run all jobs.

    Args:
        jobs: what to do.
        workers: processes of the local cluster.
        scheduler: address of a running scheduler instead.
        settle: told of each job once, when it is built, kept or refused.
        progress: told likewise.
        work: does a job on a worker.

    Raises:
        DataError: no scheduler at the address, or it went away.
        Cancelled: progress said stop.
    """
    total, done = len(jobs), 0
    progress.step(0, total, "starting the workers")
    with _cluster(workers, scheduler) as client:
        aside: list[Job] = []
        for job, outcome in _outcomes(client, work, jobs, progress):
            if outcome is None:
                aside.append(job)
                continue
            done += 1
            settle(job, outcome)
            progress.step(done, total, job.row.name)
        for job in aside:
            for _, outcome in _outcomes(client, work, [job], progress):
                done += 1
                settle(job, outcome or Outcome("refused", _deadly(job)))
                progress.step(done, total, job.row.name)


def _outcomes(
    client: Any, work: Callable[[Job], Outcome], jobs: Sequence[Job], progress: Progress
) -> Iterator[tuple[Job, Outcome | None]]:
    """Each job with its outcome as it comes in; None if its worker died.

    What somebody else is at, and answers that were lost with the worker that held them, are asked for again: who is asked
    looks first whether the item is done.
    """
    running = {client.submit(work, job, pure=False, retries=1): job for job in jobs}
    later: list[tuple[float, Job]] = []
    try:
        while running or later:
            progress.check()
            for future in [f for f in running if f.status != "pending"]:
                job = running.pop(future)
                outcome = _outcome(client, job, future)
                if outcome is not None and outcome.state == "busy":
                    later.append((time.monotonic() + BUSY_PAUSE, job))
                else:
                    yield job, outcome
            now = time.monotonic()
            running |= {client.submit(work, job, pure=False, retries=1): job for due, job in later if due <= now}
            later = [(due, job) for due, job in later if due > now]
            time.sleep(POLL if running or later else 0.0)
    finally:
        client.cancel(list(running))


def _outcome(client: Any, job: Job, future: Any) -> Outcome | None:
    from distributed import KilledWorker

    try:
        if future.status == "finished":
            outcome: Outcome = future.result()
            return outcome
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                return None
            return Outcome("refused", Refusal(job.row.id, job.row.category, f"The worker failed: {error!r}.", "", job.source))
    except KilledWorker:
        return None
    except CancelledError:  # its worker died just now, and the answer with it
        pass
    if client.status != "running":
        raise DataError("The Dask scheduler went away; run the build again, it goes on where it was.")
    return Outcome("busy")  # the answer is lost: ask again


def _deadly(job: Job) -> Refusal:
    reason = "Preparing it ended the worker process, even alone; memory may be short, or the file is damaged."
    return Refusal(job.row.id, job.row.category, reason, "", job.source)


def connected(scheduler: str) -> Any:
    """A `distributed.Client` of the scheduler at an address.

    Raises:
        DataError: if none answers there.
    """
    from distributed import Client

    try:
        return Client(scheduler, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise DataError("No Dask scheduler answers at {address}; check the address.", address=scheduler) from error


@contextmanager
def _cluster(workers: int, scheduler: str | None) -> Iterator[Any]:
    import dask
    from distributed import Client, LocalCluster

    if scheduler is not None:
        with connected(scheduler) as client:
            yield client
        return
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}),
        LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client
