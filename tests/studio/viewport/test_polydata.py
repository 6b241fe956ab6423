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
    data = to_polydata(Mesh(SQUARE, FACES))
    set_values(data, np.float32([1, 2, 3, 4]))
    assert data.GetPointData().GetScalars().GetRange() == (1, 4)
    with pytest.raises(ValueError, match="expected 4 values"):
        set_values(data, np.float32([1, 2]))
    set_values(data, None)
    assert data.GetPointData().GetScalars() is None
