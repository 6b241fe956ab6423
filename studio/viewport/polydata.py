"""Frozen numpy shapes as VTK data, without a Python loop over faces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

from engine.api import Mesh, Shape


def vertices_of(shape: Shape) -> NDArray[np.float32]:
    """(N, 3) vertices of a mesh or points of a cloud."""
    return shape.vertices if isinstance(shape, Mesh) else shape.points


def to_polydata(shape: Shape) -> vtkPolyData:
    """A `vtkPolyData` with its own copy of the coordinates, cells and normals of `shape`.

    Triangles for meshes, one vertex cell per point for clouds. The copy costs a fraction of a millisecond at 100k triangles
    and means that VTK never holds memory that numpy could free.
    """
    coordinates = vertices_of(shape)
    points = vtkPoints()
    points.SetData(numpy_to_vtk(coordinates, deep=True))
    cells = vtkCellArray()
    data = vtkPolyData()
    data.SetPoints(points)
    if isinstance(shape, Mesh):
        cells.SetData(3, numpy_to_vtk(shape.faces.reshape(-1), deep=True))
        data.SetPolys(cells)
    else:
        cells.SetData(1, numpy_to_vtk(np.arange(len(coordinates), dtype=np.int32), deep=True))
        data.SetVerts(cells)
    if shape.normals is not None:
        normals = numpy_to_vtk(shape.normals, deep=True)
        normals.SetName("Normals")
        data.GetPointData().SetNormals(normals)
    return data


def set_values(data: vtkPolyData, values: NDArray[np.float32] | None) -> None:
    """Attach one number per point as the active scalars, or remove them.

    Raises:
        ValueError: if the number of values is not the number of points.
    """
    if values is None:
        data.GetPointData().SetScalars(None)
        return
    if values.shape != (data.GetNumberOfPoints(),):
        raise ValueError(f"expected {data.GetNumberOfPoints()} values, received {values.shape}")
    scalars = numpy_to_vtk(np.ascontiguousarray(values, np.float32), deep=True)
    scalars.SetName("Distance")
    data.GetPointData().SetScalars(scalars)
