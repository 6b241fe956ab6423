"""What separate processes do when they are killed. Each test starts real ones and ends them with SIGKILL."""

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from threading import Thread

import cloudpickle
import numpy as np
import pytest
from distributed import LocalCluster
from sample_catalogue import chair

from engine.data import journal
from engine.data.build import build
from engine.data.done import is_whole
from engine.data.pool import run_jobs
from engine.data.settings import Settings
from engine.data.split import Listed
from engine.data.store import list_items
from engine.data.work import Job, Outcome
from engine.progress import NO_PROGRESS

SMALL = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)
NAMES = [f"{name}.obj" for name in ("ash", "beech", "cedar", "elm", "fir", "larch", "oak", "pine")]


@pytest.fixture
def meshes(tmp_path):
    folder = tmp_path / "chairs"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        chair(number).export(folder / name)
    return folder


def stamps(out):
    """When each item was finished."""
    return {item.id: (item.folder / "meta.json").stat().st_mtime_ns for item in list_items(out)}


def check_all_is_there(out):
    items = list_items(out)
    assert sorted(item.id for item in items) == NAMES
    assert len(list((out / "items").glob("*/*"))) == len(NAMES)
    for item in items:
        assert is_whole(item.folder)
        assert np.isfinite(item.near[1]).all()
        assert len(item.volume[1]) == 100
        assert item.renders["rgb"].shape == (1, 128, 128, 3)
        assert sorted(p.name for p in item.folder.iterdir()) == [
            "meta.json", "picture.png", "renders.npz", "samples.npz", "skin.npz", "surface.npz",
        ]  # fmt: skip


class KillAWorkerAtWork:
    """Progress that kills one worker process in the middle of an item, once another item is finished."""

    def __init__(self, out):
        self.out, self.victim, self.finished_before = out, None, {}

    def check(self):
        if self.victim is None:
            for entry in self._unfinished():
                os.kill(entry.process, signal.SIGSTOP)  # so that what is unfinished stays so until it is killed
                if entry in self._unfinished():
                    self.finished_before = stamps(self.out)
                    self.victim = entry
                    os.kill(entry.process, signal.SIGKILL)
                    return
                os.kill(entry.process, signal.SIGCONT)

    def _unfinished(self):
        entries = journal.read(self.out)
        finished = {entry.id for entry in entries if entry.event == "built"}
        return [entry for entry in entries if entry.id not in finished] if finished else []

    def step(self, done, total, text=""):
        self.check()

    def partial(self, value):
        pass


def test_one_of_two_workers_is_killed_and_nothing_is_lost_or_done_twice(meshes, tmp_path):
    out = tmp_path / "out"
    progress = KillAWorkerAtWork(out)
    report = build([meshes], out, None, workers=2, settings=SMALL, progress=progress)
    victim = progress.victim
    assert victim is not None
    check_all_is_there(out)
    assert (sorted(report.built + report.kept), report.refused) == (NAMES, [])
    entries = journal.read(out)
    begun = Counter(entry.id for entry in entries if entry.event == "begun")
    built = Counter(entry.id for entry in entries if entry.event == "built")
    if victim.id in progress.finished_before:  # killed after the item was finished, before it could say so
        assert (begun, built) == (Counter(NAMES), Counter(NAMES) - Counter([victim.id]))
    else:
        assert (begun, built) == (Counter(NAMES) + Counter([victim.id]), Counter(NAMES))
    assert len({entry.process for entry in entries}) >= 2
    assert not any(entry.process == victim.process for entry in entries if entry.when > victim.when)
    after = stamps(out)
    assert progress.finished_before
    assert {name: after[name] for name in progress.finished_before} == progress.finished_before


BUILD = """
import sys
from pathlib import Path
from engine.data.build import build
from engine.data.settings import Settings

class Tell:
    def check(self): pass
    def partial(self, value): pass
    def step(self, done, total, text=""):
        print(done, flush=True)

if __name__ == "__main__":
    small = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)
    build([Path(sys.argv[1])], Path(sys.argv[2]), None, workers=1, settings=small, progress=Tell())
"""


def test_a_build_that_was_killed_is_gone_on_with(meshes, tmp_path):
    out, script = tmp_path / "out", tmp_path / "run.py"
    script.write_text(BUILD)
    command = [sys.executable, str(script), str(meshes), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as first:
        for line in first.stdout:
            if int(line) >= 2:
                break
        first.send_signal(signal.SIGKILL)  # its worker may live on for a moment; the claims keep it and the next build apart
        first.wait()
    before = stamps(out)
    assert 2 <= len(before) < len(NAMES)
    report = build([meshes], out, None, workers=1, settings=SMALL)
    check_all_is_there(out)
    assert (sorted(report.built + report.kept), report.refused) == (NAMES, [])
    assert set(before) <= set(report.kept)
    after = stamps(out)
    assert {name: after[name] for name in before} == before
    built = Counter(entry.id for entry in journal.read(out) if entry.event == "built")
    assert max(built.values()) == 1
    begun = Counter(entry.id for entry in journal.read(out) if entry.event == "begun")
    assert sum(begun.values()) <= len(NAMES) + 1, "at most the one item that was being made is begun again"


def test_two_builds_at_once_share_the_work(meshes, tmp_path):
    out, reports = tmp_path / "out", []

    def one():
        with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
            reports.append(build([meshes], out, None, scheduler=cluster.scheduler_address, settings=SMALL))

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check_all_is_there(out)
    begun = Counter(entry.id for entry in journal.read(out) if entry.event == "begun")
    assert begun == Counter(NAMES), "nobody begins what the other is making or has made"
    first, second = reports
    assert sorted(first.built + second.built) == NAMES
    assert sorted(first.built + first.kept) == sorted(second.built + second.kept) == NAMES
    assert not [path for path in (out / "claims").rglob("*") if path.is_file()]


def work_or_die(job):
    if job.row.id == "poison":
        os.kill(os.getpid(), signal.SIGKILL)
    return Outcome("built", None, 0.0)


@contextmanager
def by_value():
    """Workers cannot import this file; give them its functions themselves."""
    module = sys.modules[__name__]
    cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        cloudpickle.unregister_pickle_by_value(module)


def test_a_model_that_kills_its_worker_is_refused_and_takes_no_other_along(tmp_path):
    names = ["a", "b", "poison", "c", "d"]
    jobs = [Job("here", Listed("chair", n, n, "own", "", "train"), str(tmp_path), SMALL, "run") for n in names]
    settled = {}
    with by_value():
        run_jobs(jobs, 1, None, lambda job, outcome: settled.update({job.row.id: outcome}), NO_PROGRESS, work_or_die)
    assert sorted(settled) == sorted(names)
    assert {name for name, outcome in settled.items() if outcome.state == "built"} == {"a", "b", "c", "d"}
    assert "ended the worker process" in settled["poison"].refusal.reason
