"""Changing frames: definitions hold, references rule the scale, rotations are proper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import FrameMismatch, ShapeError
from engine.geometry.frames import Similarity, bounds, convert, longest_edge, normalise, turn_up
from engine.shapes import Frame, Mesh, PointCloud

BOX = Mesh(
    np.array([[x, y, z] for x in (1, 3) for y in (10, 14) for z in (-2, 6)]),
    [[0, 1, 2], [1, 3, 2], [4, 6, 5], [5, 6, 7]],
    frame=Frame.FILE,
)


def test_unit_sphere_has_its_farthest_point_at_one_and_its_box_at_the_origin() -> None:
    mesh, similarity = normalise(BOX)
    assert mesh.frame is Frame.UNIT_SPHERE
    assert np.linalg.norm(mesh.vertices, axis=1).max() == pytest.approx(1)
    low, high = bounds(mesh)
    assert low + high == pytest.approx(0, abs=1e-6)
    assert similarity.centre == (2, 12, 2)
    assert similarity.scale == pytest.approx(np.sqrt(1 + 4 + 16))
    assert similarity.undo(mesh.vertices) == pytest.approx(BOX.vertices, abs=1e-5)


def test_unit_cube_has_longest_edge_one() -> None:
    mesh, similarity = normalise(BOX, Frame.UNIT_CUBE)
    assert longest_edge(mesh) == pytest.approx(1)
    assert similarity.scale == 8
    assert similarity.apply([[2, 12, 6]]) == pytest.approx(np.array([[0, 0, 0.5]]))


def test_vertices_that_no_face_uses_do_not_count() -> None:
    stray = replace(BOX, vertices=np.vstack([BOX.vertices, [[100, 100, 100]]]).astype(np.float32))
    assert longest_edge(stray) == 8


def test_converting_scales_by_the_reference_and_keeps_the_origin() -> None:
    sphere, _ = normalise(BOX)
    cube = convert(sphere, Frame.UNIT_CUBE)
    assert cube.frame is Frame.UNIT_CUBE
    assert longest_edge(cube) == pytest.approx(1)
    half = PointCloud(sphere.vertices / 2)
    assert convert(half, Frame.UNIT_CUBE, reference=sphere).points == pytest.approx(cube.vertices / 2)
    assert convert(cube, Frame.UNIT_SPHERE).vertices == pytest.approx(sphere.vertices, abs=1e-6)
    assert convert(sphere, Frame.UNIT_SPHERE) is sphere


def test_mismatches_are_refused() -> None:
    sphere, _ = normalise(BOX)
    with pytest.raises(FrameMismatch, match="normalise it first"):
        convert(BOX, Frame.UNIT_CUBE)
    with pytest.raises(FrameMismatch, match="different frames"):
        convert(sphere, Frame.UNIT_CUBE, reference=convert(sphere, Frame.UNIT_CUBE))
    with pytest.raises(ValueError, match=r"Frame\.FILE"):
        normalise(sphere, Frame.FILE)


def test_nothing_and_single_points_have_no_scale() -> None:
    with pytest.raises(ShapeError, match="why it is empty"):
        normalise(Mesh.empty("why it is empty"))
    with pytest.raises(ShapeError, match="coincide"):
        normalise(PointCloud(np.ones((5, 3))))


@pytest.mark.parametrize(("up", "axis"), [("x", 0), ("y", 1), ("z", 2)])
def test_turning_takes_the_axis_to_y_without_mirroring(up: str, axis: int) -> None:
    turned = turn_up(PointCloud(np.eye(3), np.eye(3)), up)  # type: ignore[arg-type]
    assert turned.points[axis].tolist() == [0, 1, 0]
    assert np.linalg.det(turned.points) == pytest.approx(1)
    assert np.array_equal(turned.points, turned.normals)


def test_the_customary_front_of_z_up_files_becomes_plus_z() -> None:
    assert turn_up(PointCloud([[0, -1, 0]]), "z").points.tolist() == [[0, 0, 1]]


def test_similarity_is_hashable_and_compares() -> None:
    assert Similarity((0, 0, 0), 2.0) == Similarity((0, 0, 0), 2.0)
