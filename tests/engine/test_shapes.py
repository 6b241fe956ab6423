"""The values that travel: frozen, checked, and honest about their frame."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from engine.errors import FrameMismatch, ShapeError
from engine.shapes import Frame, Latent, Mesh, Picture, PointCloud, require_same_frame

TRIANGLE = Mesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])


def test_arrays_are_copied_and_cannot_be_changed() -> None:
    vertices = np.zeros((3, 3), np.float32)
    mesh = Mesh(vertices, np.array([[0, 1, 2]], np.int32))
    vertices[0] = 5
    assert mesh.vertices[0].tolist() == [0, 0, 0]
    for array in (mesh.vertices, mesh.faces):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        mesh.name = "other"  # type: ignore[misc]


def test_types_and_layouts_are_settled() -> None:
    mesh = Mesh(np.zeros((4, 3), np.float64, order="F"), np.array([[0, 1, 2]], np.int64))
    assert mesh.vertices.dtype == np.float32
    assert mesh.faces.dtype == np.int32
    assert mesh.vertices.flags.c_contiguous
    assert mesh.frame is Frame.UNIT_SPHERE


@pytest.mark.parametrize("bad", [np.zeros((3, 2)), np.zeros(3), np.zeros((1, 3, 3))])
def test_wrong_shapes_name_what_was_expected(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected shape \(None, 3\)"):
        PointCloud(bad)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(ShapeError, match="NaN or infinite"):
        Mesh([[0, 0, value], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]])


@pytest.mark.parametrize("index", [-1, 3])
def test_faces_must_name_vertices_that_exist(index: int) -> None:
    with pytest.raises(ShapeError, match="does not exist"):
        Mesh(TRIANGLE.vertices, [[0, 1, index]])


def test_normals_belong_to_vertices_one_by_one() -> None:
    with pytest.raises(ValueError, match=r"normals: expected shape \(3, 3\)"):
        Mesh(TRIANGLE.vertices, TRIANGLE.faces, normals=np.zeros((2, 3)))


def test_empty_shapes_say_why() -> None:
    mesh = Mesh.empty("the field never crosses zero", Frame.UNIT_CUBE)
    assert mesh.is_empty
    assert mesh.note == "the field never crosses zero"
    assert mesh.frame is Frame.UNIT_CUBE
    assert PointCloud(np.zeros((0, 3))).is_empty
    assert not TRIANGLE.is_empty


def test_pictures_and_their_masks_have_one_size() -> None:
    picture = Picture(np.zeros((4, 6, 3), np.uint8), np.zeros((4, 6), np.uint8), "alpha")
    assert picture.rgb.shape == (4, 6, 3)
    with pytest.raises(ValueError, match="mask"):
        Picture(np.zeros((4, 6, 3), np.uint8), np.zeros((6, 4), np.uint8))
    with pytest.raises(ValueError, match="picture"):
        Picture(np.zeros((4, 6), np.uint8))


def test_latents_are_keys() -> None:
    assert Latent("m", (1.0, 2.0)) == Latent("m", (1.0, 2.0))
    assert len({Latent("m", (1.0,)), Latent("m", (1.0,)), Latent("n", (1.0,)), Latent("m", (2.0,))}) == 3


def test_frames_must_agree_and_be_named() -> None:
    cloud = PointCloud([[0, 0, 0]])
    assert require_same_frame(TRIANGLE, cloud) is Frame.UNIT_SPHERE
    with pytest.raises(FrameMismatch, match="unit_sphere and unit_cube"):
        require_same_frame(TRIANGLE, dataclasses.replace(cloud, frame=Frame.UNIT_CUBE))
    in_file = dataclasses.replace(cloud, frame=Frame.FILE, name="chair.obj")
    with pytest.raises(FrameMismatch, match=r"chair\.obj still has"):
        require_same_frame(in_file, in_file)


def test_values_and_measures_import_neither_torch_nor_vtk_nor_scipy() -> None:
    code = (
        "import sys, engine.shapes, engine.requests, engine.metrics, engine.pictures, engine.geometry.files;"
        "print([m for m in ('torch', 'vtkmodules', 'scipy', 'trimesh', 'igl', 'cv2', 'PySide6') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
