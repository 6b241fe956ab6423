"""Worker lanes: one thread each, either latest-wins or first-in-first-out.

The rule that decides how dragging feels: a newer job does not cancel the running one at once, it *supersedes* it. A
superseded job still delivers its *first* partial result (or its end, if it publishes none) and only then stops, so a steady
stream of slider values gives a steady stream of pictures instead of none. Refinements after the first are given up at the
next check. A cancelled job stops at its next `check`, `step` or `partial`.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from engine.jobs.events import Done, Dropped, Event, Failed, Partial, Started, Stepped
from engine.jobs.threads import step_back
from engine.progress import Cancelled, Progress

Work = Callable[[Progress], object]
Sink = Callable[[Event], None]

_ids = itertools.count(1)


@dataclass(eq=False)
class Job:
    """A handle on submitted work.

    Attributes:
        id: grows with every submission in the process; later means newer.
    """

    work: Work
    sink: Sink
    id: int = field(default_factory=lambda: next(_ids))
    _cancelled: threading.Event = field(default_factory=threading.Event)
    _superseded: threading.Event = field(default_factory=threading.Event)
    _closed: bool = False
    _ended: threading.Event = field(default_factory=threading.Event)

    def cancel(self) -> None:
        """Ask the work to stop at its next check. Harmless after the end."""
        self._cancelled.set()

    @property
    def ended(self) -> bool:
        """True after the end event has been delivered."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until the end event has been delivered; False if `timeout` seconds passed first."""
        return self._ended.wait(timeout)

    def _reason(self) -> Literal["cancelled", "superseded", "closed"]:
        if self._closed:
            return "closed"
        return "cancelled" if self._cancelled.is_set() else "superseded"

    def _end(self, event: Event) -> None:
        try:
            self.sink(event)
        finally:
            self._ended.set()

    def _run(self) -> None:
        if self._cancelled.is_set() or self._closed:
            self._end(Dropped(self.id, self._reason()))
            return
        self.sink(Started(self.id))
        end: Event
        try:
            end = Done(self.id, self.work(_JobProgress(self)))
        except Cancelled:
            end = Dropped(self.id, self._reason())
        except BaseException as error:  # noqa: BLE001  (the boundary: nothing may escape the thread)
            end = Failed(self.id, error)
        self._end(end)


class _JobProgress:
    """`Progress` of one job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._shown = False

    def check(self) -> None:
        job = self._job
        if job._cancelled.is_set() or job._closed or (self._shown and job._superseded.is_set()):
            raise Cancelled

    def step(self, done: float, total: float, text: str = "") -> None:
        self.check()
        self._job.sink(Stepped(self._job.id, done, total, text))

    def partial(self, value: object) -> None:
        self.check()
        self._job.sink(Partial(self._job.id, value))
        self._shown = True
        self.check()


class Runner(Protocol):
    """What the studio asks of a lane (a thread in the product, the calling thread in tests)."""

    def submit(self, work: Work, sink: Sink) -> Job:
        """Take the work; events go to `sink`."""

    def close(self, timeout: float = 5.0) -> bool:
        """Cancel everything and stop; True if the thread ended in time."""


class Lane:
    """One worker thread.

    Args:
        name: thread name, for debuggers.
        mode: "latest": a new job replaces the waiting one and supersedes the running one; "fifo": jobs queue up.
        nice: how far the thread steps back behind others when cores are short, 0 to 19 as in nice(1). Linux only; elsewhere
            all threads are alike.
    """

    def __init__(self, name: str, mode: Literal["latest", "fifo"], nice: int = 0) -> None:
        self.name = name
        self.mode = mode
        self.nice = nice
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._changed = threading.Condition()
        self._closing = False
        self._thread: threading.Thread | None = None

    def submit(self, work: Work, sink: Sink) -> Job:
        """Take the work. Events go to `sink` on the worker thread, in order; a replaced job ends on the calling thread.

        Raises:
            RuntimeError: if the lane is closed.
        """
        job = Job(work, sink)
        replaced: list[Job] = []
        with self._changed:
            if self._closing:
                raise RuntimeError(f"lane {self.name} is closed")
            if self.mode == "latest":
                replaced = list(self._waiting)
                self._waiting.clear()
                if self._running is not None:
                    self._running._superseded.set()
            self._waiting.append(job)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name=self.name, daemon=True)
                self._thread.start()
            self._changed.notify()
        for old in replaced:
            old._superseded.set()
            old._end(Dropped(old.id, old._reason()))
        return job

    @property
    def behind(self) -> int:
        """How many jobs wait behind the running one."""
        with self._changed:
            return len(self._waiting)

    def close(self, timeout: float = 5.0) -> bool:
        """Cancel everything and join the thread; True if it ended within `timeout` seconds."""
        with self._changed:
            self._closing = True
            dropped = list(self._waiting)
            self._waiting.clear()
            if self._running is not None:
                self._running._closed = True
            self._changed.notify()
            thread = self._thread
        for job in dropped:
            job._closed = True
            job._end(Dropped(job.id, "closed"))
        if thread is None or thread is threading.current_thread():
            return True
        thread.join(timeout)
        return not thread.is_alive()

    def _loop(self) -> None:
        if self.nice:
            step_back(self.nice)
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                job = self._running = self._waiting.popleft()
                if self._closing:
                    job._closed = True
            job._run()
            with self._changed:
                self._running = None
            del job  # results may be large: do not hold the last one while idle


class InlineLane:
    """Runs each job at once on the calling thread: for the command line and for tests without threads."""

    def submit(self, work: Work, sink: Sink) -> Job:
        """Run the work to its end before returning."""
        job = Job(work, sink)
        job._run()
        return job

    def close(self, timeout: float = 5.0) -> bool:
        """Nothing to stop."""
        return True
