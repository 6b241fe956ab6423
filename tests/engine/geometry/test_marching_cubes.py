"""Marching cubes in torch against closed forms and against VTK's flying edges."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from engine.geometry.marching_cubes import marching_cubes
from engine.geometry.meshing import flying_edges

Grid = NDArray[np.float32]
Triangles = tuple[NDArray[np.float64], NDArray[np.int64]]


def by_torch(values: Grid) -> Triangles:
    vertices, faces = marching_cubes(torch.from_numpy(np.ascontiguousarray(values)))
    return vertices.numpy().astype(np.float64), faces.numpy().astype(np.int64)


def by_vtk(values: Grid) -> Triangles:
    vertices, faces = flying_edges(values)
    return vertices.astype(np.float64), faces.astype(np.int64)


def points(count: int) -> NDArray[np.float64]:
    return np.stack(np.meshgrid(*[np.linspace(-1, 1, count)] * 3, indexing="ij"), axis=-1)


def ball(at: NDArray[np.float64], radius: float = 0.7) -> NDArray[np.float64]:
    return np.linalg.norm(at, axis=-1) - radius


def torus(at: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hypot(np.hypot(at[..., 0], at[..., 1]) - 0.6, at[..., 2]) - 0.2


def plate(at: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.max(np.abs(at) - np.array([0.75, 0.6, 0.02]), axis=-1)


def touching(at: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.max(np.abs(at - np.array([0.4, 0, 0])) - np.array([0.6, 0.3, 0.4]), axis=-1)


def two(at: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(ball(at - np.array([0.45, 0, 0]), 0.3), ball(at + np.array([0.45, 0.1, 0.1]), 0.35))


def grid(shape: Callable[[NDArray[np.float64]], NDArray[np.float64]], count: int = 33) -> Grid:
    return np.pad(shape(points(count)).astype(np.float32), 1, constant_values=2.0)


def noise(seed: int, whole: bool = False) -> Grid:
    """With `whole`, small whole numbers: a third of the corners is exactly zero."""
    values = np.random.default_rng(seed).standard_normal((11, 13, 12))
    values = np.sign(np.round(values)) if whole else values
    return np.pad(values.astype(np.float32), 1, constant_values=2.0)


GRIDS = {
    "ball": lambda: grid(ball),
    "torus": lambda: grid(torus),
    "plate": lambda: grid(plate, 101),
    "touching the box": lambda: grid(touching),
    "two bodies": lambda: grid(two),
    "noise": lambda: noise(1),
    "noise the other way out": lambda: -noise(2)[1:-1, 1:-1, 1:-1],
    "noise with zeros": lambda: noise(3, whole=True),
}


def edges(faces: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def is_closed_and_oriented(mesh: Triangles) -> bool:
    """Every edge has one face on each side, which run through it in opposite directions."""
    size = len(mesh[0])
    forward, backward = (e[:, 0] * size + e[:, 1] for e in (edges(mesh[1]), edges(mesh[1])[:, ::-1]))
    return len(np.unique(forward)) == len(forward) and np.array_equal(np.sort(forward), np.sort(backward))


def components(mesh: Triangles) -> int:
    e = edges(mesh[1])
    return int(connected_components(coo_matrix((np.ones(len(e)), e.T), shape=(len(mesh[0]),) * 2), directed=False)[0])


def euler_characteristic(mesh: Triangles) -> int:
    return len(mesh[0]) - len(np.unique(np.sort(edges(mesh[1]), axis=1), axis=0)) + len(mesh[1])


def volume(mesh: Triangles) -> float:
    a, b, c = (mesh[0][mesh[1][:, i]] for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def area(mesh: Triangles) -> float:
    a, b, c = (mesh[0][mesh[1][:, i]] for i in range(3))
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def corner_grid(case: int) -> Grid:
    """A cube with the corner of bit 4 x + 2 y + z inside; uneven values, so that no two vertices coincide."""
    size = np.linspace(0.5, 1.5, 8).astype(np.float32).reshape(2, 2, 2)
    inside = np.array([case >> bit & 1 for bit in range(8)], bool).reshape(2, 2, 2)
    return np.where(inside, -size, size)


def outline(mesh: Triangles) -> set[tuple[tuple[float, ...], tuple[float, ...]]]:
    """The directed edges with a face on one side only, by the places of their ends."""
    place = [tuple(float(value) for value in vertex.round(5)) for vertex in mesh[0]]
    all_edges = {(place[a], place[b]) for a, b in edges(mesh[1])}
    return {(a, b) for a, b in all_edges if (b, a) not in all_edges}


@pytest.mark.parametrize("name", GRIDS)
def test_same_vertices_and_topology_asflying_edges(name: str) -> None:
    values = GRIDS[name]()
    mine, theirs = by_torch(values), by_vtk(values)
    assert len(mine[0]) == len(theirs[0])
    assert cKDTree(mine[0]).query(theirs[0])[0].max() <= 1e-6 * max(values.shape)  # float32 places of up to 103
    assert cKDTree(theirs[0]).query(mine[0])[0].max() <= 1e-6 * max(values.shape)
    assert len(mine[1]) == len(theirs[1])
    assert components(mine) == components(theirs)
    assert euler_characteristic(mine) == euler_characteristic(theirs)
    if name != "noise the other way out":  # that one is cut open by the faces of the grid
        assert is_closed_and_oriented(mine)
        # They differ in how polygons that are not flat are cut into triangles, which only noise is full of.
        assert volume(mine) == pytest.approx(volume(theirs), rel=0.03 if "noise" in name else 3e-3)


@pytest.mark.parametrize("seed", range(5))
def test_noise_has_no_holes_and_no_edge_of_four_faces(seed: int) -> None:
    for whole in (False, True):
        assert is_closed_and_oriented(by_torch(noise(seed, whole)))


def test_every_case_has_the_outline_thatflying_edges_draw_on_the_faces_of_the_cube() -> None:
    """So that any grid's polygons, and with them its pieces and holes, are the same."""
    for case in range(256):
        mine, theirs = by_torch(corner_grid(case)), by_vtk(corner_grid(case))
        assert len(mine[1]) == len(theirs[1]), case
        assert outline(mine) == outline(theirs), case


def test_every_case_is_closed_and_divides_inside_from_outside() -> None:
    for case in range(1, 256):
        mesh = by_torch(np.pad(corner_grid(case), 1, constant_values=1.0))
        assert is_closed_and_oriented(mesh), case
        assert volume(mesh) > 0
        # The winding number (solid angle / 4 pi; van Oosterom, Strackee 1983) of each corner.
        for bit in range(8):
            corner = np.array([bit >> 2 & 1, bit >> 1 & 1, bit & 1], float) + 1
            a, b, c = (mesh[0][mesh[1][:, i]] - corner for i in range(3))
            la, lb, lc = (np.linalg.norm(v, axis=1) for v in (a, b, c))
            above = (a * np.cross(b, c)).sum(axis=1)
            below = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
            assert np.arctan2(above, below).sum() / (2 * np.pi) == pytest.approx(case >> bit & 1, abs=1e-6)


def test_no_diagonal_of_a_polygon_lies_in_a_face_of_its_cube() -> None:
    for case in range(256):
        mesh = by_torch(corner_grid(case))
        rim = outline(mesh)
        place = [tuple(float(value) for value in vertex.round(5)) for vertex in mesh[0]]
        for face in mesh[1]:
            for a, b in combinations((place[i] for i in face), 2):
                if (a, b) not in rim and (b, a) not in rim:
                    assert not any(x == y and x in (0.0, 1.0) for x, y in zip(a, b, strict=True))


def test_area_and_volume_of_a_ball_converge_with_the_square_of_the_cell() -> None:
    errors = []
    for count in (17, 33, 65):
        mesh = by_torch(grid(ball, count))
        cell = 2 / (count - 1)
        errors.append((1 - volume(mesh) * cell**3 / (4 / 3 * np.pi * 0.7**3), 1 - area(mesh) * cell**2 / (4 * np.pi * 0.7**2)))
    assert euler_characteristic(mesh) == 2
    assert 0 < errors[-1][0] < 2e-3
    assert 0 < errors[-1][1] < 2e-3
    for coarse, fine in pairwise(errors):
        assert np.array(coarse) / np.array(fine) == pytest.approx([4, 4], rel=0.15)


def test_a_linear_field_is_met_exactly() -> None:
    normal, at = np.array([0.3, -0.5, 0.8]), np.stack(np.meshgrid(*[np.arange(6.0)] * 3, indexing="ij"), axis=-1)
    vertices, faces = by_torch((at @ normal - 1.1).astype(np.float32))
    assert np.abs(vertices @ normal - 1.1).max() < 2e-6
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    assert (np.cross(b - a, c - a) @ normal).min() > -1e-6  # towards larger values


def test_zero_is_outside() -> None:
    values = np.full((3, 3, 3), 1, np.float32)
    values[1, 1, 1] = 0
    assert len(by_torch(values)[1]) == 0
    values[1, 1, 1] = -1
    values[1, 1, 2] = 0  # the surface passes through this corner
    vertices, _ = by_torch(values)
    assert len(vertices) == 6
    assert [1, 1, 2] in vertices.tolist()


@pytest.mark.parametrize("value", [1.0, -1.0])
def test_one_signed_grids_have_no_triangles(value: float) -> None:
    vertices, faces = marching_cubes(torch.full((4, 4, 4), value))
    assert vertices.shape == (0, 3)
    assert faces.shape == (0, 3)


def test_any_layout_of_the_values_will_do() -> None:
    values = torch.from_numpy(noise(4))
    turned = values.permute(2, 1, 0)
    assert not turned.is_contiguous()
    for one, other in zip(marching_cubes(turned), marching_cubes(turned.contiguous()), strict=True):
        assert torch.equal(one, other)
