"""Samples: uniform by area, on the surface, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.geometry.sampling import sample_shape, sample_surface
from engine.shapes import Mesh, PointCloud

# a triangle of area 1/2 in z = 0, one of area 9/2 in x = 2, and one without area
UNEQUAL = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [2, 0, 0], [2, 3, 0], [2, 0, 3]], [[0, 1, 2], [3, 4, 5], [0, 0, 1]])


def test_points_are_uniform_by_area_and_lie_on_their_faces() -> None:
    points, normals, faces = sample_surface(UNEQUAL, 40_000, np.random.default_rng(0))
    assert points.dtype == normals.dtype == np.float32
    assert np.bincount(faces, minlength=3) / 40_000 == pytest.approx([0.1, 0.9, 0], abs=0.01)
    small, large = points[faces == 0], points[faces == 1]
    assert (small[:, 2] == 0).all()
    assert (small[:, :2].sum(axis=1) <= 1 + 1e-6).all()
    assert (small >= 0).all()
    assert large[:, 0] == pytest.approx(2)
    assert small.mean(axis=0) == pytest.approx([1 / 3, 1 / 3, 0], abs=0.02)  # centroids
    assert large.mean(axis=0) == pytest.approx([2, 1, 1], abs=0.03)
    # second moments of the uniform distribution on a right triangle with legs 1: variance 1/18
    assert small[:, 0].var() == pytest.approx(1 / 18, rel=0.06)
    assert np.unique(normals[faces == 0], axis=0).tolist() == [[0, 0, 1]]
    assert np.unique(normals[faces == 1], axis=0).tolist() == [[1, 0, 0]]


def test_any_slice_is_a_sample_too() -> None:
    _, _, faces = sample_surface(UNEQUAL, 20_000, np.random.default_rng(0))
    assert (faces[:4000] == 0).mean() == pytest.approx(0.1, abs=0.02)


def test_same_seed_same_points() -> None:
    first, again, other = (sample_surface(UNEQUAL, 100, np.random.default_rng(seed))[0] for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_clouds_are_thinned_without_repetition_or_filled_up() -> None:
    cloud = PointCloud(np.arange(300.0).reshape(100, 3), np.tile([0.0, 1.0, 0.0], (100, 1)))
    thinned, normals = sample_shape(cloud, 60, np.random.default_rng(0))
    assert len(np.unique(thinned, axis=0)) == 60
    assert normals is not None
    assert normals.shape == (60, 3)
    filled, _ = sample_shape(cloud, 250, np.random.default_rng(0))
    assert len(filled) == 250
    assert len(np.unique(filled, axis=0)) == 100


def test_nothing_cannot_be_sampled() -> None:
    with pytest.raises(ShapeError, match="because"):
        sample_shape(Mesh.empty("because"), 5, np.random.default_rng(0))
    with pytest.raises(ShapeError, match="no area"):
        sample_surface(Mesh(np.zeros((3, 3)), [[0, 1, 2]]), 5, np.random.default_rng(0))
    with pytest.raises(ShapeError, match="no points"):
        sample_shape(PointCloud(np.zeros((0, 3))), 5, np.random.default_rng(0))
