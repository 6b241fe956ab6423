"""Vertices and normals taken from fields whose zero and gradient are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.bench.hard_shapes import ClosedForm, ball, block, union
from engine.geometry.isosurface import Level, refine
from engine.shapes import Mesh


def last(field: ClosedForm, *levels: int, vertices: bool = False, normals: bool = False) -> Level:
    return list(refine(field, levels, refine_vertices=vertices, normals=normals))[-1]


def curved(points: Tensor) -> Tensor:
    """Zero at radius 0.7, far from straight between grid corners, slope up to 6."""
    return torch.sinh(4 * (points.norm(dim=1) - 0.7)) * (1 + points[:, 0] ** 2)


def steep(points: Tensor) -> Tensor:
    """Like an occupancy logit that is nearly a step."""
    return torch.tanh(200 * (points.norm(dim=1) - 0.7)) + 0.5


def moved_along(before: Mesh, after: Mesh) -> np.ndarray:
    return np.sort(np.abs(after.vertices.astype(np.float64) - before.vertices), axis=1)


@pytest.mark.parametrize(("formula", "radius", "share"), [(curved, 0.7, 0.25), (steep, 0.7 - np.arctanh(0.5) / 200, 0.5)])
def test_vertices_come_to_lie_on_the_zero_and_never_leave_their_edge(
    formula: Callable[[Tensor], Tensor], radius: float, share: float
) -> None:
    field = ClosedForm(formula, clamp=None)
    field.lipschitz = None
    plain, moved = last(field, 17, 33), last(field, 17, 33, vertices=True)
    assert np.array_equal(plain.mesh.faces, moved.mesh.faces)
    spacing = 2.1 / 32
    steps = moved_along(plain.mesh, moved.mesh)
    assert steps[:, :2].max() < 1e-6  # along one axis only
    cells = (moved.mesh.vertices.astype(np.float64) + 1.05) / spacing
    cells_before = (plain.mesh.vertices.astype(np.float64) + 1.05) / spacing
    assert (np.abs(cells - cells_before) <= 1 + 1e-5).all()
    off = np.sort(np.abs(cells - cells.round()), axis=1)
    assert off[:, :2].max() < 1e-4  # still on a grid edge
    before, after = (np.abs(np.linalg.norm(mesh.vertices, axis=1) - radius) for mesh in (plain.mesh, moved.mesh))
    assert after.mean() < share * before.mean()
    assert after.max() < share * spacing / 4
    assert moved.evaluations - plain.evaluations <= 5 * len(plain.mesh.vertices)


def test_what_is_straight_already_is_asked_once_and_stays() -> None:
    field = ClosedForm(lambda p: p[:, 1] - 0.013, clamp=None)
    plain, moved = last(field, 17, 33), last(field, 17, 33, vertices=True)
    on_box = np.abs(plain.mesh.vertices).max(axis=1) > 1.05 - 1e-6
    assert np.abs(plain.mesh.vertices - moved.mesh.vertices).max() < 1e-6
    assert moved.evaluations - plain.evaluations <= len(plain.mesh.vertices)
    assert on_box.any()


def test_a_surface_cut_off_by_the_box_stays_closed_at_its_faces() -> None:
    field = ClosedForm(ball((0.9, 0.0, 0.0), 0.5), clamp=None)
    plain, moved = last(field, 17, 33), last(field, 17, 33, vertices=True, normals=True)
    cap = plain.mesh.vertices[:, 0] > 1.05 - 1e-6
    assert cap.sum() > 100
    assert np.abs(moved.mesh.vertices[cap, 0] - 1.05).max() < 1e-6
    radius = np.linalg.norm(moved.mesh.vertices[~cap] - np.array([0.9, 0, 0]), axis=1)
    assert np.abs(radius - 0.5).max() < 0.01 * 2.1 / 32


def test_normals_follow_the_gradient() -> None:
    for lipschitz in (1.0, None):
        field = ClosedForm(ball((0.1, 0.0, -0.1), 0.6))
        field.lipschitz = lipschitz
        mesh = last(field, 17, 33, vertices=True, normals=True).mesh
        assert mesh.normals is not None
        right = mesh.vertices - np.array([0.1, 0.0, -0.1])
        right /= np.linalg.norm(right, axis=1, keepdims=True)
        assert ((mesh.normals * right).sum(axis=1)).min() > np.cos(np.radians(1.0))  # the mesh's own are off by more
        own = last(field, 17, 33).mesh.normals
        assert own is not None


def test_normals_at_a_flat_side_are_those_of_the_side_up_to_its_edges() -> None:
    mesh = last(ClosedForm(block((0.0, 0.0, 0.0), (0.5, 0.31, 0.4))), 17, 33, vertices=True, normals=True).mesh
    assert mesh.normals is not None
    inner = (np.abs(mesh.vertices[:, 0]) < 0.48) & (np.abs(mesh.vertices[:, 2]) < 0.38) & (mesh.vertices[:, 1] > 0)
    assert inner.sum() > 50
    assert mesh.normals[inner, 1].min() > 0.9999


def test_a_field_without_slope_or_surface_is_left_alone() -> None:
    empty = last(ClosedForm(lambda p: torch.full((len(p),), 0.3)), 9, 17, vertices=True, normals=True).mesh
    assert empty.is_empty
    stairs = ClosedForm(lambda p: torch.where(p.norm(dim=1) < 0.6, -1.0, 1.0), clamp=None)
    stairs.lipschitz = None
    mesh = last(stairs, 9, 17, vertices=True, normals=True).mesh
    assert mesh.normals is not None
    assert np.abs(np.linalg.norm(mesh.normals, axis=1) - 1).max() < 1e-5


def test_two_bodies_keep_their_own_vertices() -> None:
    field = ClosedForm(union(ball((-0.5, 0.0, 0.0), 0.3), ball((0.5, 0.1, 0.0), 0.2)), clamp=None)
    mesh = last(field, 17, 33, vertices=True).mesh
    assert np.abs(field(torch.tensor(mesh.vertices))).max() < 0.01 * 2.1 / 32
