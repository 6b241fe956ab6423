"""Comparisons: frames, scales, seeds, conventions and what happens to empty shapes."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import EngineError, FrameMismatch
from engine.geometry.frames import convert
from engine.metrics import METRICS, compare
from engine.progress import Cancelled
from engine.requests import CompareRequest
from engine.shapes import Frame, Mesh, PointCloud

ALL = tuple(METRICS)
CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
FACES = [
    *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
    *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
]


def box(x: float = 0.5, y: float = 0.5, z: float = 0.5) -> Mesh:
    return Mesh(CORNERS * np.float32([x, y, z]), FACES)


def values(request: CompareRequest) -> dict[str, float]:
    return {m.metric: m.value for m in compare(request).measurements}


def test_each_number_carries_its_convention() -> None:
    comparison = compare(CompareRequest(box(), box(0.4), metrics=ALL, points=300))
    assert [m.metric for m in comparison.measurements] == list(ALL)
    for m in comparison.measurements:
        assert math.isfinite(m.value)
        assert m.convention
        assert m.label == METRICS[m.metric].label
        assert m.points == 300
        assert m.approximate
        assert m.floor is None
    assert comparison.milliseconds > 0


def test_two_parallel_plates_are_their_gap_apart_in_units_of_the_reference() -> None:
    square = np.array([[-0.4, 0, -0.4], [0.4, 0, -0.4], [0.4, 0, 0.4], [-0.4, 0, 0.4]])
    plate = Mesh(square, [[0, 1, 2], [0, 2, 3]])
    above = Mesh(square + np.array([0, 0.2, 0]), [[0, 1, 2], [0, 2, 3]])
    got = values(
        CompareRequest(
            above, plate, metrics=("onet_l1", "onet_l2", "deepsdf_sphere", "hausdorff", "normal_consistency"), points=20_000
        )
    )
    assert got["onet_l1"] == pytest.approx(0.2 / 0.8, rel=1e-2)  # unit cube: the longest edge of b is 0.8
    assert got["onet_l2"] == pytest.approx((0.2 / 0.8) ** 2, rel=1e-2)
    assert got["deepsdf_sphere"] == pytest.approx(2 * 0.2**2, rel=1e-2)  # unit sphere: as they are
    assert 0.25 <= got["hausdorff"] < 0.27
    assert got["normal_consistency"] == pytest.approx(1)


def test_f_score_threshold_is_one_percent_of_the_longest_edge_of_b() -> None:
    grid = np.stack(np.meshgrid(np.linspace(0, 0.5, 30), np.linspace(0, 0.5, 30)), axis=-1).reshape(-1, 2)
    b = PointCloud(np.c_[grid, np.zeros(len(grid))])
    for shift, expected in ((0.0049, 1.0), (0.0051, 0.0)):
        a = PointCloud(b.points + np.float32([0, 0, shift]))
        assert values(CompareRequest(a, b, metrics=("f_score",), points=900))["f_score"] == expected


def test_unit_cube_measures_do_not_see_the_scale_of_the_frame() -> None:
    a, b = box(0.5, 0.3, 0.4), box(0.45, 0.3, 0.2)
    in_cube = CompareRequest(
        convert(a, Frame.UNIT_CUBE, b), convert(b, Frame.UNIT_CUBE), metrics=("onet_l1", "emd"), points=500
    )
    in_sphere = CompareRequest(a, b, metrics=("onet_l1", "emd"), points=500)
    assert values(in_cube) == pytest.approx(values(in_sphere), rel=1e-4)


def test_same_request_same_numbers_and_independent_of_the_company() -> None:
    request = CompareRequest(box(), box(0.4), metrics=ALL, points=400, seed=5)
    first = values(request)
    assert values(request) == first
    assert values(replace(request, metrics=("emd",)))["emd"] == first["emd"]
    assert values(replace(request, seed=6))["emd"] != first["emd"]


def test_the_floor_is_what_a_perfect_result_would_get() -> None:
    request = CompareRequest(box(), box(), metrics=("onet_l1", "emd"), points=600, floor=True)
    for m in compare(request).measurements:
        assert m.floor is not None
        assert m.value > 0  # different samples of the same surface
        assert m.value == pytest.approx(m.floor, rel=0.15)


def test_points_default_to_the_convention_and_matching_is_kept_small() -> None:
    by_default = compare(CompareRequest(box(), box(), metrics=("emd",))).measurements[0]
    assert (by_default.points, by_default.approximate) == (1024, False)
    capped = compare(CompareRequest(box(), box(), metrics=("emd", "deepsdf_sphere"), points=4096)).measurements
    assert [m.points for m in capped] == [2048, 4096]
    assert [m.approximate for m in capped] == [False, True]


def test_colours_are_exact_distances_both_ways() -> None:
    outer, inner = box(0.5, 0.5, 0.5), box(0.25, 0.25, 0.25)
    comparison = compare(CompareRequest(inner, outer, metrics=(), colours=True))
    assert comparison.a_to_b == pytest.approx([0.25] * 8)
    assert comparison.b_to_a == pytest.approx([0.25 * math.sqrt(3)] * 8)


def test_clouds_and_meshes_compare() -> None:
    cloud = PointCloud(CORNERS * 0.5)
    comparison = compare(CompareRequest(cloud, box(), metrics=ALL, points=64, colours=True))
    got = {m.metric: m for m in comparison.measurements}
    assert math.isfinite(got["onet_l1"].value)
    assert math.isnan(got["normal_consistency"].value)
    assert "normals" in got["normal_consistency"].convention
    assert comparison.a_to_b == pytest.approx(np.zeros(8), abs=1e-6)


def test_empty_shapes_give_no_number_but_a_reason() -> None:
    for a, b in ((Mesh.empty("the field is outside everywhere"), box()), (box(), PointCloud(np.zeros((0, 3))))):
        comparison = compare(CompareRequest(a, b, floor=True, colours=True))
        assert len(comparison.measurements) == 3
        for m in comparison.measurements:
            assert math.isnan(m.value)
            assert "is empty" in m.convention
        assert comparison.a_to_b is None
    assert (
        "outside everywhere"
        in compare(CompareRequest(Mesh.empty("the field is outside everywhere"), box())).measurements[0].convention
    )
    flat = compare(CompareRequest(box(), Mesh(np.ones((3, 3)), [[0, 1, 2]]))).measurements
    assert all(math.isnan(m.value) and "no extent" in m.convention for m in flat)


def test_different_frames_are_refused() -> None:
    with pytest.raises(FrameMismatch, match="unit_cube"):
        compare(CompareRequest(convert(box(), Frame.UNIT_CUBE), box()))
    with pytest.raises(FrameMismatch, match="normalise"):
        compare(CompareRequest(replace(box(), frame=Frame.FILE), replace(box(), frame=Frame.FILE)))


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(EngineError, match=r"chamferish.*onet_l1"):
        compare(CompareRequest(box(), box(), metrics=("chamferish",)))


def test_cancelling_stops_it() -> None:
    class Stopped:
        def check(self) -> None:
            raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    with pytest.raises(Cancelled):
        compare(CompareRequest(box(), box()), Stopped())
