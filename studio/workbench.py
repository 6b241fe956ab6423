"""Work on threads, results on the GUI thread: the one place where the studio meets `engine.jobs`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, fields, replace

from engine.errors import EngineError
from engine.jobs import Done, Dropped, Event, Failed, InlineLane, Job, Lane, Partial, Runner, Started, Stepped
from engine.progress import Progress
from studio.i18n import engine_text, error_text, tr
from studio.session import JobView, Notice, Session

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lanes:
    """The worker threads.

    Attributes:
        preview: decoding, latest wins.
        metrics: measuring, latest wins; steps back behind drawing and decoding, which the hand feels.
        matching: matchings and partners, latest wins; its own, so that it never takes the turn of a measurement.
        background: what nobody waits for, one after the other; steps back behind everything.
        work: everything else, one after the other.
        pull: pulling on a surface, beside the decoding of where it has come to.
    """

    preview: Runner
    metrics: Runner
    matching: Runner
    background: Runner
    work: Runner
    pull: Runner

    @classmethod
    def threads(cls) -> Lanes:
        """The product's lanes."""
        return cls(
            Lane("preview", "latest"),
            Lane("metrics", "latest", nice=4),
            Lane("matching", "latest", nice=4),
            Lane("background", "fifo", nice=10),
            Lane("work", "fifo"),
            Lane("pull", "fifo"),
        )

    @classmethod
    def inline(cls) -> Lanes:
        """Lanes for tests: each job runs at once on the calling thread."""
        return cls(InlineLane(), InlineLane(), InlineLane(), InlineLane(), InlineLane(), InlineLane())


def _nothing(_: object = None) -> None:
    return None


@dataclass(frozen=True)
class Handlers:
    """What happens on the GUI thread with a job's events.

    Attributes:
        done: gets the result.
        partial: gets each intermediate result.
        ended: called after the end, whichever it was.
        title: shown in the job strip; empty for work too short to mention.
        quiet: an `EngineError` makes no notice (the caller shows it by other means).
    """

    done: Callable[[object], None] = _nothing
    partial: Callable[[object], None] = _nothing
    ended: Callable[[], None] = _nothing
    title: str = ""
    quiet: bool = False


class Workbench:
    """Submits work to lanes and delivers its events on the GUI thread.

    Args:
        session: where jobs and notices are shown.
        lanes: the worker threads.
        post: hands an object to the GUI thread, which calls `deliver` with it (`studio.bridge`).
    """

    def __init__(self, session: Session, lanes: Lanes, post: Callable[[object], None]) -> None:
        self._session = session
        self.lanes = lanes
        self._post = post
        self._jobs: dict[int, Job] = {}
        self._closing = False

    def submit(self, lane: Runner, work: Callable[[Progress], object], handlers: Handlers) -> Job | None:
        """Run `work` on `lane`; None if the studio is closing."""
        if self._closing:
            return None

        def sink(event: Event) -> None:
            self._post((handlers, event))

        job = lane.submit(work, sink)
        if not job.ended:
            self._jobs[job.id] = job
            if handlers.title:
                known = {view.id for view in self._session.jobs}
                if job.id not in known:
                    self._session.jobs = (*self._session.jobs, JobView(job.id, handlers.title))
        return job

    def deliver(self, item: object) -> None:
        """Handle one posted event. GUI thread only."""
        assert isinstance(item, tuple)
        handlers, event = item
        assert isinstance(handlers, Handlers)
        if self._closing:
            return
        match event:
            case Started():
                pass
            case Stepped():
                self._show_progress(event)
            case Partial():
                handlers.partial(event.value)
            case Done():
                self._finish(event.job)
                handlers.done(event.value)
                handlers.ended()
            case Failed():
                self._finish(event.job)
                self._report(event.error, handlers.quiet)
                handlers.ended()
            case Dropped():
                self._finish(event.job)
                handlers.ended()

    def cancel(self, job_id: int) -> None:
        """Ask one job to stop."""
        job = self._jobs.get(job_id)
        if job is not None:
            job.cancel()

    def cancel_titled(self) -> None:
        """Ask every job in the job strip to stop."""
        for view in self._session.jobs:
            self.cancel(view.id)

    def close(self, timeout: float = 5.0) -> bool:
        """Stop everything; True if all threads ended in time."""
        self._closing = True
        lanes = tuple(getattr(self.lanes, lane.name) for lane in fields(self.lanes))
        ended = [lane.close(timeout) for lane in lanes]  # every lane is told, also after one that hangs
        return all(ended)

    def _show_progress(self, event: Stepped) -> None:
        views = self._session.jobs
        if any(view.id == event.job for view in views):
            self._session.jobs = tuple(
                replace(view, done=event.done, total=event.total, text=engine_text(event.text))
                if view.id == event.job
                else view
                for view in views
            )

    def _finish(self, job_id: int) -> None:
        self._jobs.pop(job_id, None)
        if any(view.id == job_id for view in self._session.jobs):
            self._session.jobs = tuple(view for view in self._session.jobs if view.id != job_id)

    def _report(self, error: BaseException, quiet: bool) -> None:
        if isinstance(error, EngineError):
            if not quiet:
                self._session.notice = Notice("error", error_text(error))
            return
        log.error("a job failed", exc_info=error)
        text = tr("Shape Studio made a mistake: {error}. Your work is kept; the log has the details.", error=repr(error))
        self._session.notice = Notice("error", text)
