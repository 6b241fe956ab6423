"""Shapes as VTK data."""

from __future__ import annotations

import numpy as np
import pytest
from vtkmodules.util.numpy_support import vtk_to_numpy

from engine.api import Mesh, PointCloud
from studio.viewport.polydata import set_values, to_polydata

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def test_mesh_keeps_vertices_faces_and_normals() -> None:
    normals = np.tile(np.float32([0, 0, 1]), (4, 1))
    data = to_polydata(Mesh(SQUARE, FACES, normals))
    np.testing.assert_array_equal(vtk_to_numpy(data.GetPoints().GetData()), SQUARE)
    np.testing.assert_array_equal(vtk_to_numpy(data.GetPolys().GetConnectivityArray()).reshape(-1, 3), FACES)
    np.testing.assert_array_equal(vtk_to_numpy(data.GetPointData().GetNormals()), normals)
    assert data.GetNumberOfCells() == 2


def test_the_data_live_longer_than_the_shape() -> None:
    mesh = Mesh(SQUARE, FACES)
    data = to_polydata(mesh)
    del mesh
    np.testing.assert_array_equal(vtk_to_numpy(data.GetPoints().GetData()), SQUARE)


def test_cloud_has_one_vertex_cell_per_point() -> None:
    data = to_polydata(PointCloud(SQUARE))
    assert data.GetNumberOfVerts() == 4
    assert data.GetNumberOfPolys() == 0


def test_values_belong_to_the_points() -> None:
    data = to_polydata(Mesh(SQUARE, FACES, np.tile(np.float32([0, 0, 1]), (4, 1))))
    set_values(data, np.float32([1, 2, 3, 4]))
    assert data.GetPointData().GetScalars().GetRange() == (1, 4)
    with pytest.raises(ValueError, match="expected 4 values"):
        set_values(data, np.float32([1, 2]))
    set_values(data, None)
    assert data.GetPointData().GetScalars() is None


def test_a_mesh_without_normals_gets_them_and_keeps_sharp_edges_and_values() -> None:
    tent = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 1], [1, 1, 1], [0, 2, 0], [1, 2, 0]], np.float32)
    faces = np.array([[0, 1, 3], [0, 3, 2], [2, 3, 5], [2, 5, 4]], np.int32)
    data = to_polydata(Mesh(tent, faces))
    normals = vtk_to_numpy(data.GetPointData().GetNormals())
    points = vtk_to_numpy(data.GetPoints().GetData())
    assert len(points) == 8  # the two points of the ridge belong to either side
    np.testing.assert_allclose(np.abs(normals @ np.float32([0, 1, 1]) / np.sqrt(2)).round(4) % 1, 0, atol=1e-4)
    set_values(data, tent[:, 1].copy())
    np.testing.assert_array_equal(vtk_to_numpy(data.GetPointData().GetScalars()), points[:, 1])
    with pytest.raises((ValueError, IndexError)):
        set_values(data, np.float32([1, 2]))
