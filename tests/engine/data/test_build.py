import json
from contextlib import contextmanager

import pytest
from distributed import LocalCluster
from sample_catalogue import HEADER, chair, write_catalogue

from engine.data.build import build
from engine.data.item import Settings
from engine.data.split import Listed
from engine.data.store import item_folder, list_items
from engine.errors import DataError
from engine.progress import Cancelled

SMALL = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)
NAMES = ("ash", "beech", "cedar", "elm", "fir")


def table(names=NAMES, category="chair"):
    return [Listed(category, f"Sample#{n}", n.title(), "CC-BY-3.0", "Somebody", "train") for n in names]


@contextmanager
def threads():
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def source(tmp_path):
    return write_catalogue(tmp_path / "a.sh3f", {name: chair(k) for k, name in enumerate(NAMES)})


class StopAfter:
    """Progress that says stop once some items are done, and remembers what it heard."""

    def __init__(self, count=None):
        self.count, self.heard = count, []

    def check(self):
        pass

    def step(self, done, total, text=""):
        self.heard.append((done, total))
        if self.count is not None and done >= self.count:
            raise Cancelled

    def partial(self, value):
        pass


def stamps(out):
    return {item.id: (item.folder / "meta.json").stat().st_mtime_ns for item in list_items(out)}


def test_build_makes_every_item_and_a_report(tmp_path, source):
    progress, out = StopAfter(), tmp_path / "out"
    with threads() as address:
        report = build([source], out, ["chair"], scheduler=address, table=table(), settings=SMALL, progress=progress)
    assert sorted(report.built) == sorted(f"Sample#{n}" for n in NAMES)
    assert [item.id for item in list_items(out)] == sorted(report.built)
    assert progress.heard == [(k, 5) for k in range(6)]
    written = json.loads((out / "report.json").read_text())
    assert sorted(written["built"]) == sorted(report.built)
    assert set(written["seconds"]) == set(report.built)
    assert "5 built, 0 kept, 0 refused" in (out / "report.md").read_text()


def test_interrupted_build_goes_on_and_does_nothing_twice(tmp_path, source):
    out = tmp_path / "out"
    with threads() as address, pytest.raises(Cancelled):
        build([source], out, ["chair"], scheduler=address, table=table(), settings=SMALL, progress=StopAfter(2))
    before = stamps(out)
    assert 2 <= len(before) < 5
    broken = item_folder(out, "chair", next(i.id for i in list_items(out)))
    (broken / "meta.json").write_text("{")  # as if the machine had died there
    del before[next(i for i in before if item_folder(out, "chair", i) == broken)]
    with threads() as address:
        report = build([source], out, ["chair"], scheduler=address, table=table(), settings=SMALL)
    assert sorted(report.kept) == sorted(before)
    assert sorted(report.built + report.kept) == sorted(f"Sample#{n}" for n in NAMES)
    after = stamps(out)
    assert {i: after[i] for i in before} == before
    again = build([source], out, ["chair"], table=table(), settings=SMALL)  # nothing left: starts no cluster
    assert (len(again.kept), again.built) == (5, [])
    assert stamps(out) == after


def test_other_settings_build_again(tmp_path, source):
    out = tmp_path / "out"
    with threads() as address:
        build([source], out, ["chair"], scheduler=address, table=table(NAMES[:1]), settings=SMALL)
        more = Settings(near=600, space=100, volume_train=100, volume_held=100, surface=200, views=1)
        report = build([source], out, ["chair"], scheduler=address, table=table(NAMES[:1]), settings=more)
    assert report.built == ["Sample#ash"]
    assert len(list_items(out)[0].near[1]) == 600


def test_local_processes_do_the_same(tmp_path, source):
    report = build([source], tmp_path / "out", ["chair"], workers=1, table=table(NAMES[:1]), settings=SMALL)
    assert report.built == ["Sample#ash"]
    assert report.refused == []


def test_report_says_what_was_left_out_and_why(tmp_path):
    meshes = {"ash": chair(0), "bad": b"v x y z\n", "line": b"v 0 0 0\nv 1 0 0\nv 2 0 0\nv 3 0 0\n" + 4 * b"f 1 2 3\n"}
    good = write_catalogue(tmp_path / "a.sh3f", {**meshes, "extra": chair(3)})
    strange = write_catalogue(tmp_path / "b.sh3f", {"secret": chair(1)}, header=HEADER.replace("Creative Commons", "My own"))
    damaged = tmp_path / "c.sh3f"
    damaged.write_bytes(b"not a zip")
    rows = table(("ash", "bad", "line", "absent"))
    with threads() as address:
        report = build([good, strange, damaged], tmp_path / "out", ["chair"], scheduler=address, table=rows, settings=SMALL)
    assert report.built == ["Sample#ash"]
    reasons = {r.id: r.reason for r in report.refused}
    assert set(reasons) == {"Sample#bad", "Sample#line", "Sample#absent", str(damaged)}
    assert "damaged" in reasons["Sample#bad"]
    assert "have an area" in reasons["Sample#line"]
    assert "none of the catalogues" in reasons["Sample#absent"]
    left = {r.id: r.reason for r in report.unlisted}
    assert "licence" in left["Sample#secret"]
    assert "furniture table" in left["Sample#extra"]
    text = (tmp_path / "out" / "report.md").read_text()
    assert all(name in text for name in ("Sample#bad", "Sample#absent", "Sample#secret"))


def test_sources_and_categories_are_checked_first(tmp_path, source):
    with pytest.raises(DataError, match="No furniture catalogue can be read"):
        build([tmp_path / "none.sh3f"], tmp_path / "out", ["chair"], table=table())
    with pytest.raises(DataError, match="No category spoon; there are chair"):
        build([source], tmp_path / "out", ["spoon"], table=table())
    with pytest.raises(DataError, match="scheduler"):
        build([source], tmp_path / "out", ["chair"], scheduler="nonsense://nowhere", table=table(), settings=SMALL)
