"""The lanes' promises: order, one end event, no starving, cancel, close."""

import os
import sys
import threading

import pytest

from engine.jobs import Done, Dropped, Failed, InlineLane, Lane, Partial, Started, Stepped
from engine.progress import Cancelled


def ends(events):
    return [e for e in events if isinstance(e, Done | Failed | Dropped)]


def test_fifo_keeps_order_and_gives_each_job_one_end():
    lane, events = Lane("t", "fifo"), []
    jobs = [lane.submit(lambda p, i=i: i, events.append) for i in range(20)]
    assert all(job.wait(5) for job in jobs)
    assert [e.value for e in ends(events)] == list(range(20))
    assert [e.job for e in ends(events)] == [job.id for job in jobs]
    assert lane.close()


def test_latest_first_preview_is_never_starved():
    """A job that is superseded before its first partial still delivers that partial, then is dropped."""
    lane, events = Lane("t", "latest"), []
    entered, go = threading.Event(), threading.Event()

    def slow(progress):
        entered.set()
        go.wait(5)
        progress.check()  # being superseded is no reason to stop here
        progress.partial("coarse")
        events.append("must not be reached")

    first = lane.submit(slow, events.append)
    assert entered.wait(5)
    second = lane.submit(lambda p: "never", events.append)
    third = lane.submit(lambda p: "last", events.append)
    assert lane.behind == 1
    go.set()
    assert first.wait(5)
    assert second.wait(5)
    assert third.wait(5)
    assert Partial(first.id, "coarse") in events
    assert "must not be reached" not in events
    assert Dropped(first.id, "superseded") in events
    assert Dropped(second.id, "superseded") in events
    assert events[-1] == Done(third.id, "last")
    assert len(ends(events)) == 3
    lane.close()


def test_a_superseded_refinement_stops_at_the_next_check():
    lane, events = Lane("t", "latest"), []
    shown, go = threading.Event(), threading.Event()

    def work(progress):
        progress.partial("coarse")
        shown.set()
        go.wait(5)
        progress.check()
        events.append("must not be reached")

    first = lane.submit(work, events.append)
    assert shown.wait(5)
    second = lane.submit(lambda p: "last", events.append)
    go.set()
    assert second.wait(5)
    assert Dropped(first.id, "superseded") in events
    assert "must not be reached" not in events
    lane.close()


def test_cancel_stops_at_the_next_check():
    lane, events = Lane("t", "fifo"), []
    entered, go = threading.Event(), threading.Event()

    def work(progress):
        entered.set()
        go.wait(5)
        progress.step(1, 2, "half")

    job = lane.submit(work, events.append)
    assert entered.wait(5)
    job.cancel()
    go.set()
    assert job.wait(5)
    assert events == [Started(job.id), Dropped(job.id, "cancelled")]
    lane.close()


def test_cancel_before_the_start_never_runs_the_work():
    lane, events, ran = Lane("t", "fifo"), [], []
    gate = threading.Event()
    lane.submit(lambda p: gate.wait(5), lambda e: None)
    job = lane.submit(lambda p: ran.append(1), events.append)
    job.cancel()
    gate.set()
    assert job.wait(5)
    assert ran == []
    assert events == [Dropped(job.id, "cancelled")]
    lane.close()


def test_failure_is_an_event_and_the_lane_lives_on():
    lane, events = Lane("t", "fifo"), []
    error = KeyError("x")

    def bad(progress):
        raise error

    lane.submit(bad, events.append)
    last = lane.submit(lambda p: 7, events.append)
    assert last.wait(5)
    failed, done = ends(events)
    assert failed.error is error
    assert done.value == 7
    lane.close()


def test_close_mid_job_drops_running_and_waiting():
    lane, events = Lane("t", "fifo"), []
    entered = threading.Event()

    def work(progress):
        entered.set()
        while True:
            progress.check()

    running = lane.submit(work, events.append)
    waiting = lane.submit(lambda p: 1, events.append)
    assert entered.wait(5)
    assert lane.close(5)
    assert running.ended
    assert waiting.ended
    assert {e.reason for e in ends(events)} == {"closed"}
    with pytest.raises(RuntimeError):
        lane.submit(lambda p: 1, events.append)


def test_inline_lane_reports_progress_and_cancel():
    events = []

    def work(progress):
        progress.step(1, 4, "a")
        progress.partial("b")
        raise Cancelled

    job = InlineLane().submit(work, events.append)
    assert [type(e) for e in events] == [Started, Stepped, Partial, Dropped]
    assert job.ended


def test_supersede_stream_shows_a_steady_stream():
    """300 requests against four-level jobs: many partials, monotonic, the last request is the last result."""
    lane, shown, gate = Lane("t", "latest"), [], threading.Semaphore(0)

    def work(value):
        def run(progress):
            for level in range(4):
                gate.acquire(timeout=5)
                progress.partial((value, level))
            return (value, "final")

        return run

    def sink(event):
        if isinstance(event, Partial | Done):
            shown.append(event.value)

    for i in range(300):
        job = lane.submit(work(i), sink)
        gate.release()
    for _ in range(2000):
        gate.release()
    assert job.wait(10)
    values = [v for v, _ in shown]
    assert values == sorted(values)
    assert shown[-1] == (299, "final")
    assert len(values) >= 5
    lane.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has priorities of single threads")
def test_a_nice_lane_steps_back_alone():
    def priority(_):
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    here = priority(None)
    found = {}
    for name, nice in (("kind", 7), ("plain", 0)):
        events = []
        lane = Lane(name, "fifo", nice=nice)
        assert lane.submit(priority, events.append).wait(5)
        lane.close()
        found[name] = events[-1].value
    assert found == {"kind": min(here + 7, 19), "plain": here}
    assert priority(None) == here
