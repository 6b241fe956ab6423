"""Meshes of grids: by VTK, by torch, and where VTK is not installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree

from engine.geometry import meshing
from engine.geometry.meshing import mesh_grid, vertex_normals
from engine.shapes import Mesh


def ball(count: int = 33, radius: float = 0.7, half: float = 1.05) -> np.ndarray:
    axis = np.linspace(-half, half, count)
    x, y, z = np.meshgrid(axis, axis * 1.3 - 0.1, axis * 0.8, indexing="ij")
    return (np.sqrt(x * x + y * y + z * z) - radius).astype(np.float32)


def on_tensors(values: np.ndarray, half: float) -> tuple[np.ndarray, ...]:
    """The way of a GPU, taken on the CPU."""
    grid = torch.from_numpy(values)
    low, high, at_box = meshing._extremes(grid)
    assert (low, high, at_box) == meshing._extremes(values)
    vertices, faces = meshing._placed(grid, half, max(high, -low) if at_box < 0 else None)
    assert isinstance(vertices, torch.Tensor)
    return vertices.numpy(), faces.numpy(), vertex_normals(vertices, faces).numpy()


def volume(vertices: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = (vertices[faces[:, i]].astype(np.float64) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def assert_same_surface(mine: tuple[np.ndarray, ...], mesh: Mesh) -> None:
    """Vertices in any order, at float rounding. Polygons may be cut into triangles in another way."""
    vertices, faces, normals = mine
    assert len(vertices) == len(mesh.vertices)
    assert len(faces) == len(mesh.faces)
    assert cKDTree(vertices).query(mesh.vertices)[0].max() < 1e-6
    assert cKDTree(mesh.vertices).query(vertices)[0].max() < 1e-6
    assert volume(vertices, faces) == pytest.approx(volume(mesh.vertices, mesh.faces), rel=1e-2)
    assert normals == pytest.approx(vertex_normals(vertices, faces), abs=1e-4)


@pytest.mark.parametrize("half", [1.05, 0.5])
@pytest.mark.parametrize("radius", [0.7, 1.2])  # the larger leaves the box
def test_tensors_give_the_mesh_of_arrays(half: float, radius: float) -> None:
    values = ball(radius=radius)
    mesh = mesh_grid(values, half)
    assert np.abs(mesh.vertices).max() <= half
    assert_same_surface(on_tensors(values, half), mesh)
    assert volume(mesh.vertices, mesh.faces) > 0
    same = mesh_grid(torch.from_numpy(values), half)  # a tensor on the CPU is an array
    assert np.array_equal(same.vertices, mesh.vertices)
    assert np.array_equal(same.faces, mesh.faces)


def test_tensors_made_for_inference_are_taken() -> None:
    with torch.inference_mode():
        values = torch.from_numpy(ball()) * 1.0
    assert not mesh_grid(values, 1.0).is_empty


def test_normals_are_weighted_by_area_and_lone_vertices_point_up() -> None:
    # Two triangles at a right angle share an edge; the one in the plane z = 0 is three times as large.
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 3, 0], [0, 0, 1], [9, 9, 9]], np.float32)
    faces = np.array([[0, 1, 2], [0, 3, 1]], np.int32)
    wanted = np.array([[0, 1, 3], [0, 1, 3], [0, 0, 1], [0, 1, 0], [0, 1, 0]], float)
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    assert vertex_normals(vertices, faces) == pytest.approx(wanted, abs=1e-6)
    assert vertex_normals(torch.from_numpy(vertices), torch.from_numpy(faces)).numpy() == pytest.approx(wanted, abs=1e-6)


def test_the_mesher_of_a_device_is_named() -> None:
    assert meshing.mesher("cpu") == "flying edges (VTK)"
    assert meshing.mesher("cuda:0") == "marching cubes (torch)"


WITHOUT_VTK = """
import sys
for name in ("vtk", "vtkmodules", "pyvista", "pyvistaqt"):
    sys.modules[name] = None  # importing it raises ImportError
from pathlib import Path
import numpy as np
from engine.api import DecodeRequest, Engine
from engine.geometry.meshing import mesher
assert mesher("cpu") == "marching cubes (torch)"
engine = Engine(device="cpu", threads=1, roots=(Path(sys.argv[1]),))
latent = engine.space("deepsdf-furniture").mean_code()
mesh = engine.decode(DecodeRequest(latent, (9, 17, 33))).shape
np.savez(sys.argv[2], vertices=mesh.vertices, faces=mesh.faces, normals=mesh.normals)
"""


def test_decoding_works_and_gives_the_same_surface_where_vtk_is_not_installed(tmp_path: Path) -> None:
    from engine.api import DecodeRequest, Engine
    from engine.assets import assets_root

    root, out = assets_root() / "weights", tmp_path / "mesh.npz"
    command = [sys.executable, "-c", WITHOUT_VTK, str(root), str(out)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[3])
    engine = Engine(device="cpu", roots=(root,))
    mesh = engine.decode(DecodeRequest(engine.space("deepsdf-furniture").mean_code(), (9, 17, 33))).shape
    assert isinstance(mesh, Mesh)
    with np.load(out) as found:
        assert_same_surface((found["vertices"], found["faces"], found["normals"]), mesh)
