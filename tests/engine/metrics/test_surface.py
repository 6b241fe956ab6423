"""Surface measures against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.metrics.points import nearest
from engine.metrics.surface import normal_consistency, point_to_surface, volume_iou
from engine.shapes import Mesh, PointCloud

SQUARE = Mesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])


def test_overlapping_boxes() -> None:
    points = np.random.default_rng(0).uniform(-1, 1, (200_000, 3))
    left, right = np.all(np.abs(points - [-0.2, 0, 0]) < 0.5, axis=1), np.all(np.abs(points - [0.3, 0, 0]) < 0.5, axis=1)
    assert volume_iou(left, right) == pytest.approx(0.5 / 1.5, abs=0.01)
    assert volume_iou(left, left) == 1
    assert volume_iou(left, ~left) == 0
    assert np.isnan(volume_iou(np.zeros(5, bool), np.zeros(5, bool)))
    with pytest.raises(ValueError, match="same points"):
        volume_iou(left, right[:-1])


def test_distance_to_a_square_over_its_face_edge_and_corner() -> None:
    points = [[0.5, 0.5, 2.0], [0.5, -3.0, 4.0], [-2.0, -1.0, 2.0], [0.25, 0.75, 0.0]]
    assert point_to_surface(points, SQUARE) == pytest.approx([2, 5, 3, 0], abs=1e-6)


def test_distance_to_many_points_equals_dense_sampling_from_above() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(3000, 3))
    exact = point_to_surface(points, SQUARE)
    dense = np.concatenate([rng.random((40_000, 2)), np.zeros((40_000, 1))], axis=1)
    sampled = nearest(points, dense)[0]
    assert (sampled >= exact - 1e-6).all()
    assert np.abs(sampled - exact).max() < 0.03


def test_distance_to_a_cloud_is_that_to_its_nearest_point() -> None:
    assert point_to_surface([[0, 0, 3.0]], PointCloud([[0, 0, 1], [0, 4, 3.0]])) == pytest.approx([2])


def test_distance_to_nothing_is_refused() -> None:
    with pytest.raises(ShapeError, match="empty"):
        point_to_surface([[0, 0, 0]], Mesh.empty("why"))


def test_normals_at_an_angle_count_by_their_cosine_whatever_their_sign() -> None:
    index = np.arange(4)
    up = np.tile([0.0, 1.0, 0.0], (4, 1))
    tilted = np.tile([0.0, np.cos(0.3), np.sin(0.3)], (4, 1))
    assert normal_consistency(up, tilted, index, index) == pytest.approx(np.cos(0.3))
    assert normal_consistency(up, -up, index, index) == pytest.approx(1)
