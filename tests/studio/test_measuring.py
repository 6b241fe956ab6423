"""What is measured is what the laboratory says: which measures, aligned how, from which samples."""

from __future__ import annotations

import pytest

from engine.api import CompareRequest
from studio.controller import Controller
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench


class Bench:
    """Balls of radius .45 in A and .9 in B, on inline lanes; every measurement is remembered."""

    def __init__(self, engine):
        self.session = Session()
        bench: Workbench
        bench = Workbench(self.session, Lanes.inline(), lambda item: bench.deliver(item))
        self.controller = Controller(self.session, engine, bench, Settings())
        self.seen = []
        self.session.events.measured.connect(self.seen.append)
        self.controller.start()
        self.controller.start_from("balls", 1)
        self.controller.set_active("b")
        self.controller.start_from("balls", 4)
        self.controller.set_active("a")

    @property
    def values(self):
        return {m.metric: m for m in self.session.measured.comparison.measurements}


@pytest.fixture
def bench(qapp, engine, monkeypatch):
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 512)
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (17, 33))
    return Bench(engine)


def asked(bench, engine, metrics, **how):
    a, b = (bench.session.document.side(side).shape for side in "ab")
    request = CompareRequest(a, b, metrics, points=512, floor=True, **how)
    return {m.metric: m for m in engine.compare(request).measurements}


def test_another_measure_is_measured_at_once(bench, engine) -> None:
    bench.controller.lab.show_measure("hausdorff", True)
    want = asked(bench, engine, ("hausdorff",))["hausdorff"]
    got = bench.values["hausdorff"]
    assert (got.value, got.floor) == (want.value, want.floor)
    assert list(bench.values) == list(bench.session.lab.metrics)
    assert not bench.session.measured.stale


def test_alignment_and_seed_are_those_that_were_chosen(bench, engine) -> None:
    lying = bench.values["onet_l1"].value
    bench.controller.lab.choose_alignment("box_edge")
    assert bench.session.measured.how == ("box_edge", 0)
    assert bench.values["onet_l1"].value == asked(bench, engine, ("onet_l1",), align="box_edge")["onet_l1"].value
    assert bench.values["onet_l1"].value < lying / 5, "balls of any size coincide when they are made equal"
    bench.controller.lab.choose_alignment("none")
    bench.controller.lab.choose_seed(4)
    assert bench.session.measured.how == ("none", 4)
    assert bench.values["onet_l1"].value == asked(bench, engine, ("onet_l1",), seed=4)["onet_l1"].value != lying


def test_before_other_numbers_come_the_old_ones_are_stale(bench) -> None:
    bench.seen.clear()
    bench.controller.lab.choose_seed(9)
    assert [(m.live, m.stale, m.how) for m in bench.seen] == [
        (False, True, ("none", 0)),
        (True, False, ("none", 9)),
        (False, False, ("none", 9)),
    ]


def test_other_colours_are_no_reason_to_measure(bench) -> None:
    bench.seen.clear()
    bench.controller.lab.choose_colour_map("viridis")
    bench.controller.lab.set_limits(0.0, 0.5)
    assert bench.seen == []


def test_the_live_matching_has_a_bound_and_its_convention(bench) -> None:
    bench.seen.clear()
    bench.controller.lab.choose_seed(2)
    live = {m.metric: m for m in next(m for m in bench.seen if m.live).comparison.measurements}
    settled = bench.values
    assert live["onet_l1"].points == 2048
    assert live["emd"].points == 1024, "those of its convention: the settled number lies within the bound"
    assert live["emd"].bound is None or 0 < live["emd"].bound <= 0.0100001
    assert settled["emd"].bound is None
    assert settled["emd"].floor is not None
    assert live["emd"].floor is not None
    assert live["emd"].value == pytest.approx(settled["emd"].value, rel=0.2)


def test_slow_measures_wait_for_rest(bench) -> None:
    bench.controller.lab.show_measure("point_to_surface", True)
    bench.seen.clear()
    bench.controller.lab.choose_seed(3)
    live = next(m for m in bench.seen if m.live)
    assert "point_to_surface" not in {m.metric for m in live.comparison.measurements}
    assert "point_to_surface" in bench.values
