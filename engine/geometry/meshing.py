"""Triangles from a grid of field values, by flying edges (Schroeder, Maynard, Geveci 2015). VTK is imported when first used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import DependencyMissing
from engine.sentences import Sentence
from engine.shapes import Frame, Mesh


def mesh_grid(values: NDArray[np.float32], half_extent: float) -> Mesh:
    """The zero surface of a field sampled on a grid, closed at the faces of the box.

    Args:
        values: (n, n, n) field at the corners of a grid over [-half_extent, half_extent]^3, indexed [x, y, z]; negative
            inside.
        half_extent: half the side of the box, unit-sphere units.

    Returns:
        Faces counter-clockwise seen from outside, area-weighted vertex normals. An empty mesh whose `note` gives the
        field's range where the field has one sign only.

    Raises:
        DependencyMissing: VTK is not installed.
    """
    low, high = float(values.min()), float(values.max())
    if low >= 0 or high < 0:
        return Mesh.empty(
            Sentence(
                "There is no surface: the field is outside everywhere; its values, {low} to {high}, never cross zero."
                if low >= 0
                else "There is no surface: the field is inside everywhere; its values, {low} to {high}, never cross zero.",
                low=f"{low:.4g}",
                high=f"{high:.4g}",
            )
        )
    spacing = 2 * half_extent / (len(values) - 1)
    origin = -half_extent
    if _open_at_box(values):
        outside = max(high, -low)
        values = np.pad(values, 1, constant_values=np.float32(outside))
        origin -= spacing
    vertices, faces = _flying_edges(values)
    vertices = np.float32(origin) + np.float32(spacing) * vertices
    np.clip(vertices, -half_extent, half_extent, out=vertices)
    return Mesh(vertices, faces, vertex_normals(vertices, faces), frame=Frame.UNIT_SPHERE)


def _open_at_box(values: NDArray[np.float32]) -> bool:
    sides = (values[0], values[-1], values[:, 0], values[:, -1], values[:, :, 0], values[:, :, -1])
    return any(bool((side < 0).any()) for side in sides)


def _flying_edges(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """(V, 3) vertices in grid units and (F, 3) faces, counter-clockwise seen from where the values are positive."""
    try:
        from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
        from vtkmodules.vtkCommonDataModel import vtkImageData
        from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
    except ImportError as error:
        raise DependencyMissing("Surfaces need the library {name}; install it with: pip install {name}.", name="vtk") from error

    flat = np.ascontiguousarray(values).reshape(-1)
    image = vtkImageData()
    image.SetDimensions(values.shape[2], values.shape[1], values.shape[0])  # VTK's first axis varies fastest: our z
    image.GetPointData().SetScalars(numpy_to_vtk(flat))
    edges = vtkFlyingEdges3D()
    edges.SetInputData(image)
    edges.SetValue(0, 0.0)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    output = edges.GetOutput()
    if output.GetNumberOfPolys() == 0:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)
    vertices = vtk_to_numpy(output.GetPoints().GetData()).astype(np.float32, copy=False)
    faces = vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int32)
    # Flying edges winds towards the larger values' opposite side; naming the axes in reverse mirrors that once more.
    return np.ascontiguousarray(vertices[:, ::-1]), faces


def vertex_normals(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """(V, 3) unit normals: the mean of the neighbouring faces' normals, weighted by area. Lone vertices get +y."""
    corners = vertices[faces].astype(np.float64)
    weighted = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    count, flat = len(vertices), faces.reshape(-1)
    total = np.stack([np.bincount(flat, np.repeat(weighted[:, axis], 3), count) for axis in range(3)], axis=1)
    length = np.sqrt((total**2).sum(axis=1))
    total[length == 0] = (0.0, 1.0, 0.0)
    length[length == 0] = 1.0
    result: NDArray[np.float32] = (total / length[:, None]).astype(np.float32)
    return result
