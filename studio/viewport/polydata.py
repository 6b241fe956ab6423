"""Frozen numpy shapes as VTK data, without a Python loop over faces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData
from vtkmodules.vtkFiltersCore import vtkPolyDataNormals

from engine.api import Mesh, Shape
from studio.viewport.carry import points_of

#: Meshes of files come without normals. Up to this many faces they get some here; larger ones are drawn faceted.
SMOOTHED = 60_000
#: Edges sharper than this stay sharp, degrees.
CREASE = 35.0
_ORIGIN = "Origin"


def to_polydata(shape: Shape) -> vtkPolyData:
    """A `vtkPolyData` with its own copy of the coordinates, cells and normals of `shape`.

    Triangles for meshes, one vertex cell per point for clouds. The copy costs a fraction of a millisecond at 100k triangles
    and means that VTK never holds memory that numpy could free. A mesh without normals gets them, split at sharp edges;
    vertices are then doubled, and `set_values` knows which came from which.
    """
    coordinates = points_of(shape)
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
    elif isinstance(shape, Mesh) and len(shape.faces) <= SMOOTHED:
        return _with_normals(data)
    return data


def _with_normals(data: vtkPolyData) -> vtkPolyData:
    origin = numpy_to_vtk(np.arange(data.GetNumberOfPoints(), dtype=np.int32), deep=True)
    origin.SetName(_ORIGIN)
    data.GetPointData().AddArray(origin)
    smoothing = vtkPolyDataNormals()
    smoothing.SetInputData(data)
    smoothing.SetFeatureAngle(CREASE)
    smoothing.SplittingOn()
    smoothing.ConsistencyOff()
    smoothing.AutoOrientNormalsOff()
    smoothing.Update()
    result = vtkPolyData()
    result.ShallowCopy(smoothing.GetOutput())
    return result


def set_values(data: vtkPolyData, values: NDArray[np.float32] | None) -> None:
    """Attach one number per point as the active scalars, or remove them.

    Raises:
        ValueError: if the number of values is not the number of points.
    """
    if values is None:
        data.GetPointData().SetScalars(None)
        return
    origin = data.GetPointData().GetArray(_ORIGIN)
    if origin is not None:
        values = values[vtk_to_numpy(origin)]
    if values.shape != (data.GetNumberOfPoints(),):
        raise ValueError(f"expected {data.GetNumberOfPoints()} values, received {values.shape}")
    scalars = numpy_to_vtk(np.ascontiguousarray(values, np.float32), deep=True)
    scalars.SetName("Distance")
    data.GetPointData().SetScalars(scalars)
