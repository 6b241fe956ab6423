"""Alignments undo motions that are known, and say so."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import EngineError
from engine.metrics import compare
from engine.metrics.align import ALIGNMENTS, Motion, align, fit, icp
from engine.requests import CompareRequest
from engine.shapes import Mesh, PointCloud

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
FACES = [
    *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
    *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
]


def wedge(n: int = 400, seed: int = 0) -> np.ndarray:
    """Points without any symmetry."""
    points = np.random.default_rng(seed).random((n, 3)) * [0.8, 0.3, 0.5]
    points[:, 1] *= points[:, 0]
    return points - points.mean(axis=0)


def turned(axis: list[float], angle: float) -> np.ndarray:
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    k = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * k + (1 - np.cos(angle)) * k @ k


@pytest.mark.parametrize("rule", ["box_edge", "box_diagonal", "box_radius", "centroid_radius"])
def test_each_rule_of_centre_and_size_undoes_moving_and_scaling(rule: str) -> None:
    for b in (PointCloud(wedge()), Mesh(CORNERS * [0.5, 0.4, 0.3], FACES)):
        a = Motion(np.eye(3), 1.7, np.array([0.1, -0.2, 0.3])).shape(b)
        back = align(a, b, rule)
        points = (back.points, b.points) if isinstance(back, PointCloud) else (back.vertices, b.vertices)
        assert points[0] == pytest.approx(points[1], abs=1e-6)


def test_the_rules_differ_in_what_counts_as_centre_and_size() -> None:
    a, b = PointCloud([[0, 0, 0], [4.0, 0, 0], [4, 0, 0]]), PointCloud([[0, 0, 0], [1.0, 1, 0], [1, 1, 0]])
    size = {rule: np.ptp(align(a, b, rule).points[:, 0]) for rule in ALIGNMENTS if rule.startswith(("box", "cent"))}
    assert size["box_edge"] == pytest.approx(1)
    assert size["box_diagonal"] == size["box_radius"] == pytest.approx(np.sqrt(2))
    assert align(a, b, "box_edge").points.mean(axis=0) == pytest.approx([0.5 + 1 / 6, 0.5, 0])
    assert align(a, b, "centroid_radius").points.mean(axis=0) == pytest.approx([2 / 3, 2 / 3, 0])


def test_a_surface_has_its_centroid_whatever_its_triangles() -> None:
    square = np.array([[0, 0, 0], [1.0, 0, 0], [1, 1, 0], [0, 1, 0]])
    fine = np.concatenate([square, [[0.1, 0.1, 0]]])
    a = Mesh(fine, [[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]])
    moved = align(a, Mesh(square + 5, [[0, 1, 2], [0, 2, 3]]), "centroid_radius")
    assert moved.vertices[:4] == pytest.approx(square + 5, abs=1e-6)


def test_the_closed_form_finds_rotation_scale_and_shift_and_never_mirrors() -> None:
    a = wedge()
    known = Motion(turned([1, 2, -1], 2.5), 1.3, np.array([0.2, 0.1, -0.4]))
    found = fit(a, known.points(a), np.ones(len(a)), True)
    assert found.rotation == pytest.approx(known.rotation)
    assert (found.scale, found.shift.tolist()) == (pytest.approx(1.3), pytest.approx(known.shift.tolist()))
    mirrored = fit(a, a * [1, 1, -1], np.ones(len(a)), False)
    assert np.linalg.det(mirrored.rotation) == pytest.approx(1)


@pytest.mark.parametrize("scale", [1.0, 1.15])
def test_closest_points_find_a_small_motion_exactly(scale: float) -> None:
    b = wedge(1500)
    known = Motion(turned([0, 1, 0.3], 0.15), scale, np.array([0.03, -0.02, 0.01]))
    a = (b - known.shift) @ known.rotation / known.scale  # so that `known` brings it back
    found = icp(a, b, scaling=scale != 1)
    assert found.points(a) == pytest.approx(b, abs=1e-9)
    assert found.scale == pytest.approx(scale)


def test_rigid_leaves_the_size_and_a_different_shape_does_not_collapse() -> None:
    a, b = PointCloud(wedge() * 1.5), PointCloud(CORNERS * 0.5)
    assert np.ptp(align(a, b, "icp_rigid").points @ np.ones(3)) > 0
    rigid = align(a, b, "icp_rigid").points
    assert np.linalg.norm(rigid[0] - rigid[1]) == pytest.approx(np.linalg.norm(a.points[0] - a.points[1]), rel=1e-5)
    scaled = align(a, b, "icp_similarity").points
    assert 0.5 < scaled.std() / b.points.std() < 2


@pytest.mark.parametrize("degrees", [3.0, 90.0, 201.0])
def test_the_best_turn_is_the_one_that_undoes_it(degrees: float) -> None:
    b = PointCloud(wedge(3000))
    a = Motion(turned([0, 1, 0], np.radians(degrees)), 1.0, np.zeros(3)).shape(b)
    assert align(a, b, "turn").points == pytest.approx(b.points, abs=1e-3)


def test_normals_turn_along() -> None:
    mesh = PointCloud([[1.0, 0, 0]], normals=[[1.0, 0, 0]])
    moved = Motion(turned([0, 1, 0], np.pi / 2), 2.0, np.ones(3)).shape(mesh)
    assert moved.points == pytest.approx(np.array([[1, 1, -1.0]]), abs=1e-6)
    assert moved.normals == pytest.approx(np.array([[0, 0, -1.0]]), abs=1e-6)


def test_comparing_says_how_shapes_were_aligned() -> None:
    b = Mesh(CORNERS * [0.5, 0.4, 0.3], FACES)
    a = Motion(np.eye(3), 0.5, np.array([0.1, 0.0, 0.0])).shape(b)
    lying = compare(CompareRequest(a, b, ("hausdorff",), points=2000)).measurements[0]
    aligned = compare(CompareRequest(a, b, ("hausdorff",), points=2000, floor=True, align="box_edge", colours=True))
    found = aligned.measurements[0]
    assert found.value < 0.2 * lying.value
    assert found.value == pytest.approx(found.floor, rel=0.5)
    assert found.convention == f"{lying.convention}; aligned: {ALIGNMENTS['box_edge'].words}"
    assert aligned.a_to_b == pytest.approx(np.zeros(8), abs=1e-6)


def test_unknown_rules_and_shapes_without_extent() -> None:
    b = PointCloud(wedge())
    with pytest.raises(EngineError, match=r"procrustes.*icp_rigid"):
        compare(CompareRequest(b, b, align="procrustes"))
    point = compare(CompareRequest(PointCloud(np.ones((5, 3))), b, ("onet_l1",), align="box_edge")).measurements[0]
    assert np.isnan(point.value)
    assert "no extent" in point.convention
