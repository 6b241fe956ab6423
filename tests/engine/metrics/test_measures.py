"""The measures of the table on shapes whose values are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.metrics import METRICS, compare
from engine.metrics.chamfer import notes_hard, notes_soft
from engine.metrics.volume import inside, is_closed
from engine.requests import CompareRequest
from engine.shapes import Mesh, PointCloud, Shape

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
FACES = [
    *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
    *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
]


def box(x: float, y: float, z: float, shift: float = 0.0) -> Mesh:
    return Mesh(CORNERS * [x, y, z] / 2 + [shift, 0, 0], FACES)


def plate(height: float = 0.0) -> Mesh:
    return Mesh([[-0.5, height, -0.5], [0.5, height, -0.5], [0.5, height, 0.5], [-0.5, height, 0.5]], [[0, 2, 1], [0, 3, 2]])


def value(metric: str, a: Shape, b: Shape, points: int | None = None) -> float:
    return compare(CompareRequest(a, b, (metric,), points)).measurements[0].value


def lattice() -> PointCloud:
    return PointCloud(np.stack(np.meshgrid(*[np.arange(5) / 4] * 3), axis=-1).reshape(-1, 3) - 0.5)


def shifted(cloud: PointCloud, by: float) -> PointCloud:
    return PointCloud(cloud.points + np.float32([0, by, 0]))


def test_presets_of_the_squared_family_differ_by_their_unit_only() -> None:
    b, gap = lattice(), 0.05  # every point's nearest is its own copy
    a = shifted(b, gap)
    n = len(b.points)
    assert value("notes_hard", a, b, n) == pytest.approx(2 * gap**2, rel=1e-4)
    assert value("latent3d", a, b, n) == pytest.approx(2 * (gap / 2) ** 2, rel=1e-4)
    assert value("imnet", a, b, n) == pytest.approx(2 * (gap / math.sqrt(3)) ** 2, rel=1e-4)
    assert value("atlasnet", a, b, n) == pytest.approx(2 * (gap / (math.sqrt(3) / 2)) ** 2, rel=1e-4)
    assert value("onet_l2", a, b, n) == pytest.approx(gap**2, rel=1e-4)
    assert value("deepsdf", a, b, n) == value("pointflow", a, b, n) == value("imnet", a, b, n)
    assert value("ngf", a, b) == pytest.approx(2 * (gap / 0.5) ** 2, rel=1e-4)  # the longest edge is 1 here, 2 there


def test_the_loss_of_point_set_generation_weighs_its_sides_and_looks_at_more_of_the_reference() -> None:
    b = lattice()
    assert value("psgn_train", shifted(b, 0.05), b, len(b.points)) == pytest.approx(1e4 * 1.5 * 0.05**2, rel=1e-4)
    one = PointCloud(b.points[:1])  # a corner: what it lacks counts in full, what is wrong with it by half
    far = float((np.linalg.norm(b.points - b.points[0], axis=1) ** 2).mean())
    assert value("psgn_train", one, b, 8) == pytest.approx(1e4 * far, rel=0.25)  # 128 draws of the 125 points
    assert value("psgn_train", one, b, 4_000) == pytest.approx(1e4 * far, rel=0.02)


def test_the_measures_named_like_losses_are_those_losses() -> None:
    rng = np.random.default_rng(0)
    a, b = PointCloud(rng.normal(size=(300, 3)) * 0.3), PointCloud(rng.normal(size=(300, 3)) * 0.3)
    x, y = (torch.from_numpy(cloud.points.astype(np.float64)) for cloud in (a, b))
    assert value("notes_hard", a, b, 300) == pytest.approx(float(notes_hard(x, y)), rel=1e-6)
    assert value("notes_soft", a, b, 300) == pytest.approx(float(notes_soft(x, y)), rel=1e-6)


@pytest.mark.parametrize(
    ("metric", "radius"),
    [
        ("f_score_0_5", 0.005),
        ("f_score", 0.01),
        ("f_score_1_5", 0.015),
        ("f_score_2", 0.02),
        ("f_score_squared", math.sqrt(0.001)),
    ],
)
def test_each_f_score_has_its_own_threshold(metric: str, radius: float) -> None:
    b = lattice()
    assert value(metric, shifted(b, 0.97 * radius), b, 125) == 1
    assert value(metric, shifted(b, 1.03 * radius), b, 125) == 0


def test_the_95_percent_hausdorff_does_not_see_a_stray_point() -> None:
    b = PointCloud(np.tile(lattice().points, (2, 1)))
    points = b.points.copy()
    points[0] += np.float32([3, 0, 0])
    a = PointCloud(points)
    assert value("hausdorff", a, b, 250) == pytest.approx(2, abs=0.01)
    assert value("hausdorff_95", a, b, 250) == pytest.approx(0, abs=1e-6)
    assert value("hausdorff_95", shifted(b, 0.1), b, 250) == pytest.approx(0.1, rel=1e-4)


def test_distances_to_surfaces_have_no_sampling_noise() -> None:
    for metric, expected in (("accuracy", 0.03), ("point_to_surface", 0.03), ("completion", 0.0)):
        (m,) = compare(CompareRequest(plate(0.03), plate(), (metric,), floor=True)).measurements
        assert m.value == pytest.approx(expected, rel=1e-4)
        assert m.floor is None
    assert value("completion", plate(0.009), plate()) == 1


def test_accuracy_looks_at_the_result_and_completion_at_the_reference() -> None:
    b = Mesh(np.concatenate([plate().vertices, plate(0.8).vertices]), [*plate().faces, *(plate().faces + 4)])
    half = plate()  # all of it is right, half of the reference is missing
    assert value("accuracy", half, b) == pytest.approx(0, abs=1e-6)
    assert value("completion", half, b, 4000) == pytest.approx(0.5, abs=0.03)
    assert value("accuracy", b, half, 4000) == pytest.approx(0.8, rel=1e-4)
    assert value("completion", b, half) == 1


def test_volume_of_overlapping_boxes() -> None:
    a, b = box(1, 0.6, 0.6, 0.25), box(1, 0.6, 0.6)
    assert value("volume_iou", a, b) == pytest.approx(0.75 / 1.25, abs=0.01)
    assert value("volume_iou", b, b, 500) == 1
    assert value("volume_iou", box(0.5, 0.5, 0.5), box(1, 1, 1)) == pytest.approx(1 / 8, abs=0.005)
    assert value("volume_iou", Mesh(b.vertices, b.faces[:, ::-1]), b, 500) == 1  # inside out is still the same solid


def test_volume_needs_closed_surfaces() -> None:
    for open_shape in (plate(), lattice(), Mesh(box(1, 1, 1).vertices, FACES[:-1])):
        (m,) = compare(CompareRequest(open_shape, box(1, 1, 1), ("volume_iou",), points=100)).measurements
        assert math.isnan(m.value)
        assert "closed" in m.convention


def test_a_box_with_seams_is_closed_and_knows_its_inside() -> None:
    seamed = Mesh(box(1, 1, 1).vertices[np.array(FACES).ravel()], np.arange(36).reshape(12, 3))
    assert is_closed(seamed)
    points = np.random.default_rng(0).uniform(-0.7, 0.7, (20_000, 3))
    assert np.array_equal(inside(seamed, points), (np.abs(points) < 0.5).all(axis=1))


def test_a_perfect_result_has_perfect_scores_and_its_floor() -> None:
    shape = box(1, 0.7, 0.5)
    for m in compare(CompareRequest(shape, shape, tuple(METRICS), points=500, floor=True)).measurements:
        if m.floor is None:
            assert m.value == pytest.approx(1 if m.better == "higher" else 0, abs=1e-6)
        else:
            assert m.value == pytest.approx(m.floor, rel=0.35, abs=0.02 if m.better == "higher" else 0.0)
