import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from sample_catalogue import chair

from engine.data import journal
from engine.data.claim import claimed
from engine.data.done import is_done
from engine.data.folder import MeshFolder
from engine.data.settings import Settings
from engine.data.store import item_folder, list_items
from engine.data.work import Job, run_job

SMALL = Settings(near=300, space=50, volume_train=50, volume_held=50, surface=100, views=1)


@pytest.fixture
def job(tmp_path):
    folder = tmp_path / "chairs"
    folder.mkdir()
    chair(0).export(folder / "ash.obj")
    (row,) = MeshFolder(folder).listed()
    return Job(str(folder), row, str(tmp_path / "out"), SMALL, "first")


def test_what_is_finished_is_kept_whoever_asks_and_what_somebody_is_at_is_left_to_them(job, tmp_path):
    out = tmp_path / "out"
    with claimed(out, job.row):
        assert run_job(job).state == "busy"
    assert not journal.read(out)
    assert run_job(job).state == "built"
    assert run_job(job).state == run_job(replace(job, run="second")).state == "kept"
    assert [(e.event, e.run) for e in journal.read(out)] == [("begun", "first"), ("built", "first")]
    (item,) = list_items(out)
    assert (item.meta.content, item.meta.frame) == (job.row.stamp, "unit_sphere")
    assert {"eye", "right", "up", "forward", "half", "object_frame", "camera_frame"} <= set(item.renders)


def test_a_refusal_says_why_and_is_tried_again(job, tmp_path):
    (tmp_path / "chairs" / "ash.obj").write_text("v 0 0\n")
    outcome = run_job(job)
    assert outcome.state == "refused"
    assert (outcome.refusal.id, outcome.refusal.category) == ("ash.obj", "chairs")
    assert run_job(job).state == "refused"
    assert [e.event for e in journal.read(tmp_path / "out")] == ["begun", "refused"] * 2


# Forks a child for every instant; the child kills itself right before or right after one of its files gets its name.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from engine.data.folder import MeshFolder
from engine.data.settings import Settings
from engine.data.work import Job, run_job
import engine.data.render, trimesh, scipy.spatial, igl, PIL.Image  # before forking: once for all children

folder, outs = Path(sys.argv[1]), Path(sys.argv[2])
small = Settings(near=300, space=50, volume_train=50, volume_held=50, surface=100, views=1)
(row,) = MeshFolder(folder).listed()
rename, found = os.replace, []

def dying(instant):
    count = 0
    def replace(*where, **how):
        nonlocal count
        if instant == 2 * count:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(*where, **how)
        if instant == 2 * count + 1:
            os.kill(os.getpid(), signal.SIGKILL)
        count += 1
    return replace

for instant in range(14):
    job = Job(str(folder), row, str(outs / str(instant)), small, "first")
    child = os.fork()
    if child == 0:
        os.replace = dying(instant)
        run_job(job)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    found.append(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0)
print(json.dumps(found))
"""


def test_killed_at_any_instant_an_item_is_either_whole_or_not_there(job, tmp_path):
    outs = tmp_path / "outs"
    command = [sys.executable, "-c", KILLED, job.source, str(outs)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout) == [9] * 12 + [0] * 2, "six files, each with an instant before and one after"
    run_job(job)
    (whole,) = list_items(tmp_path / "out")
    for instant in range(12):
        out = outs / str(instant)
        done = is_done(out, job.row, SMALL)
        assert done == (instant == 11), "the last file makes the item"
        assert run_job(replace(job, out=str(out), run="second")).state == ("kept" if done else "built")
        (item,) = list_items(out)
        np.testing.assert_array_equal(item.near[1], whole.near[1])
        np.testing.assert_array_equal(item.renders["rgb"], whole.renders["rgb"])
        assert item.meta == whole.meta
        names = sorted(path.name for path in item_folder(out, job.row.category, job.row.id).iterdir())
        assert names == ["meta.json", "picture.png", "renders.npz", "samples.npz", "skin.npz", "surface.npz"]
