"""Triangles from a grid of field values.

On the CPU by VTK's flying edges (Schroeder, Maynard, Geveci 2015), imported when first used; where VTK is missing, or the
values are on a GPU, by marching cubes in torch. Both give the same vertices. numpy is used on the CPU because these are many
short steps: torch would hand each to several threads and wait for the slowest.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import DependencyMissing
from engine.sentences import Sentence
from engine.shapes import Frame, Mesh

if TYPE_CHECKING:
    from torch import Tensor

Grid: TypeAlias = "NDArray[np.float32] | Tensor"
#: Vertices and faces, both of the kind, and in the place, of the grid they come from.
Triangles: TypeAlias = "tuple[NDArray[np.float32] | Tensor, NDArray[np.int32] | Tensor]"


def mesh_grid(values: Grid, half_extent: float) -> Mesh:
    """The zero surface of a field sampled on a grid, closed at the faces of the box.

    Args:
        values: (n, n, n) float32 field at the corners of a grid over [-half_extent, half_extent]^3, indexed [x, y, z]; negative
            inside. A tensor on a GPU is worked on there, and only the finished mesh is brought to the CPU.
        half_extent: half the side of the box, unit-sphere units.

    Returns:
        Faces counter-clockwise seen from outside, area-weighted vertex normals. An empty mesh whose `note` gives the
        field's range where the field has one sign only.
    """
    if not isinstance(values, np.ndarray) and values.device.type == "cpu":
        values = values.detach().numpy()
    low, high, at_box = _extremes(values)
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
    vertices, faces = _placed(values, half_extent, max(high, -low) if at_box < 0 else None)
    normals = vertex_normals(vertices, faces)
    return Mesh(_numpy(vertices), _numpy(faces), _numpy(normals), frame=Frame.UNIT_SPHERE)


def _placed(values: Grid, half_extent: float, outside: float | None) -> Triangles:
    """(V, 3) float32 vertices in unit-sphere units and (F, 3) int32 faces of a field with both signs.

    Args:
        values: as for `mesh_grid`.
        half_extent: half the side of the box.
        outside: value beyond the box, where the surface reaches its faces and must be closed.
    """
    spacing = 2 * half_extent / (len(values) - 1)
    origin = -half_extent
    if outside is not None:
        values = _padded(values, outside)
        origin -= spacing
    vertices, faces = _triangles(values)
    return (vertices * spacing + origin).clip(-half_extent, half_extent), faces


def mesher(device: str = "cpu") -> str:
    """What makes triangles of a grid on a torch device, in words."""
    return "flying edges (VTK)" if device == "cpu" and _vtk() is not None else "marching cubes (torch)"


def _extremes(values: Grid) -> tuple[float, float, float]:
    """The least and the largest value, and the least on the faces of the box."""
    sides = (values[0], values[-1], values[:, 0], values[:, -1], values[:, :, 0], values[:, :, -1])
    if isinstance(values, np.ndarray):
        return float(values.min()), float(values.max()), min(float(side.min()) for side in sides)
    import torch

    low, high, *faces = torch.stack([values.min(), values.max(), *(side.min() for side in sides)]).tolist()  # waits once
    return low, high, min(faces)


def _padded(values: Grid, outside: float) -> Grid:
    """The grid with one more layer of corners all around."""
    if isinstance(values, np.ndarray):
        return np.pad(values, 1, constant_values=np.float32(outside))
    from torch.nn import functional

    return functional.pad(values, (1,) * 6, value=outside)


def _triangles(values: Grid) -> Triangles:
    """(V, 3) float32 vertices in grid units and (F, 3) int32 faces, counter-clockwise seen from where values are positive."""
    from engine.geometry.marching_cubes import marching_cubes

    if not isinstance(values, np.ndarray):
        return marching_cubes(values)
    if _vtk() is not None:
        return flying_edges(values)
    import torch

    vertices, faces = marching_cubes(torch.from_numpy(values))
    return vertices.numpy(), faces.numpy()


def _numpy(array: Any) -> Any:
    return array if isinstance(array, np.ndarray) else array.cpu().numpy()


@cache
def _vtk() -> tuple[Any, Any, Any] | None:
    """numpy_support, vtkImageData and vtkFlyingEdges3D, or None if VTK is not installed."""
    try:
        from vtkmodules.util import numpy_support
        from vtkmodules.vtkCommonDataModel import vtkImageData
        from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
    except ImportError:
        return None
    return numpy_support, vtkImageData, vtkFlyingEdges3D


def flying_edges(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """The zero surface of a grid by VTK: (V, 3) float32 vertices in grid units, (F, 3) int32 faces as in `mesh_grid`.

    Args:
        values: (X, Y, Z) float32, negative inside.

    Raises:
        DependencyMissing: VTK is not installed.
    """
    found = _vtk()
    if found is None:
        raise DependencyMissing("Flying edges are a part of {name}; install it with: pip install {name}.", name="vtk")
    numpy_support, image_data, flying_edges = found
    flat = np.ascontiguousarray(values).reshape(-1)
    image = image_data()
    image.SetDimensions(values.shape[2], values.shape[1], values.shape[0])  # VTK's first axis varies fastest: our z
    image.GetPointData().SetScalars(numpy_support.numpy_to_vtk(flat))
    edges = flying_edges()
    edges.SetInputData(image)
    edges.SetValue(0, 0.0)
    edges.ComputeNormalsOff()
    edges.ComputeGradientsOff()
    edges.ComputeScalarsOff()
    edges.Update()
    output = edges.GetOutput()
    if output.GetNumberOfPolys() == 0:
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32)
    vertices = numpy_support.vtk_to_numpy(output.GetPoints().GetData()).astype(np.float32, copy=False)
    faces = numpy_support.vtk_to_numpy(output.GetPolys().GetConnectivityArray()).reshape(-1, 3).astype(np.int32)
    # Flying edges winds towards the larger values' opposite side; naming the axes in reverse mirrors that once more.
    return np.ascontiguousarray(vertices[:, ::-1]), faces


def vertex_normals(vertices: Any, faces: Any) -> Any:
    """(V, 3) unit normals: the mean of the neighbouring faces' normals, weighted by area. Lone vertices get +y.

    Args:
        vertices: (V, 3) float32, an array or a tensor.
        faces: (F, 3) integers of the same kind.

    Returns:
        float32, of the same kind and in the same place.
    """
    if not isinstance(vertices, np.ndarray):
        return _tensor_normals(vertices, faces)
    points, corners = np.ascontiguousarray(vertices.T), np.ascontiguousarray(faces.T)
    a, b, c = (points[:, corner] for corner in corners)
    (ux, uy, uz), (vx, vy, vz) = b - a, c - a
    total = np.zeros((3, len(vertices)))
    for axis, weighted in enumerate((uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx)):
        for corner in corners:
            total[axis] += np.bincount(corner, weighted, len(vertices))
    length = np.sqrt((total**2).sum(axis=0))
    total[:, length == 0] = np.array([[0.0], [1.0], [0.0]])
    length[length == 0] = 1.0
    return np.ascontiguousarray((total / length).T, np.float32)


def _tensor_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    import torch

    index = faces.to(torch.int64)
    a, b, c = (vertices[index[:, corner]] for corner in range(3))
    weighted = torch.linalg.cross(b - a, c - a)
    total = torch.zeros_like(vertices)
    for corner in range(3):
        total.scatter_add_(0, index[:, corner, None].expand(-1, 3), weighted)
    length = total.norm(dim=1, keepdim=True)
    lone = (length == 0).to(total.dtype)
    total[:, 1:2] += lone
    normals: Tensor = total / (length + lone)
    return normals
