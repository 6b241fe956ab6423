"""Live measuring: the same samples as at rest, bounds that hold, nothing kept of another reference."""

from importlib import import_module

import numpy as np
import pytest

from engine.metrics import compare
from engine.metrics.live import LIVE_POINTS, LiveComparison
from engine.metrics.matching import WarmStart
from engine.requests import CompareRequest
from engine.shapes import Frame, PointCloud

NAMES = ("onet_l1", "emd", "f_score")


def cloud(seed, stretch=1.0):
    points = np.random.default_rng(seed).normal(size=(3000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return PointCloud((points * [stretch, 1, 1] / max(stretch, 1)).astype(np.float32), frame=Frame.UNIT_SPHERE)


@pytest.fixture
def live():
    return LiveComparison(WarmStart())


def test_the_settled_value_lies_within_the_stated_bound(live):
    reference = cloud(1)
    for step in range(6):
        moving = cloud(2, 1 + 0.2 * step)
        at_once = {m.metric: m for m in live.compare(CompareRequest(moving, reference, NAMES)).measurements}
        settled = {m.metric: m for m in compare(CompareRequest(moving, reference, NAMES)).measurements}
        quick, exact = at_once["emd"], settled["emd"]
        assert quick.points == exact.points
        assert 0 <= quick.bound <= 0.0101
        assert exact.bound is None
        assert exact.value <= quick.value * (1 + 1e-9)
        assert quick.value <= exact.value * (1 + quick.bound) * (1 + 1e-9)
        assert at_once["onet_l1"].points == LIVE_POINTS
        assert at_once["onet_l1"].approximate
        few = compare(CompareRequest(moving, reference, ("onet_l1",), points=LIVE_POINTS)).measurements[0]
        assert at_once["onet_l1"].value == few.value


def test_values_do_not_depend_on_what_was_measured_before(live):
    request = CompareRequest(cloud(2, 1.5), cloud(1), NAMES, floor=True)
    live.compare(CompareRequest(cloud(5, 2.0), cloud(6), NAMES, floor=True))
    after, fresh = live.compare(request).measurements, LiveComparison(WarmStart()).compare(request).measurements
    for one, other in zip(after, fresh, strict=True):
        assert one.floor == other.floor
        assert one.value == pytest.approx(other.value, rel=0.01)


def test_the_floor_of_a_reference_is_measured_once(live, monkeypatch):
    reference, drawn = cloud(1), []
    module = import_module("engine.metrics.compare")

    original = module.sample_shape
    monkeypatch.setattr(module, "sample_shape", lambda *args: drawn.append(args[0]) or original(*args))
    for seed in (2, 3):
        live.compare(CompareRequest(cloud(seed), reference, ("onet_l1",), floor=True))
    assert len(drawn) == 2 + 2 + 2  # both shapes each time, and once the reference twice


def test_measures_of_volumes_and_surfaces_wait_for_rest(live):
    found = live.compare(CompareRequest(cloud(2), cloud(1), ("point_to_surface", "f_score", "emd", "onet_l1"))).measurements
    assert [m.metric for m in found] == ["f_score", "emd", "onet_l1"]
