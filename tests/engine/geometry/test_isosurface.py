"""Surface extraction against fields whose surface is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.errors import ModelError
from engine.geometry.isosurface import Level, refine
from engine.progress import Cancelled
from engine.shapes import Frame, Mesh


class AnalyticField:
    def __init__(
        self,
        distance: Callable[[Tensor], Tensor],
        half_extent: float = 1.05,
        lipschitz: float | None = 1.0,
        clamp: float | None = None,
    ) -> None:
        self.distance = distance
        self.half_extent = half_extent
        self.lipschitz = lipschitz
        self.clamp = clamp
        self.asked = 0
        self.largest_call = 0

    def __call__(self, points: Tensor) -> Tensor:
        self.asked += len(points)
        self.largest_call = max(self.largest_call, len(points))
        values = self.distance(points)
        return values if self.clamp is None else values.clamp(-self.clamp, self.clamp)


def sphere(points: Tensor, radius: float = 0.7, centre: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> Tensor:
    return (points - torch.tensor(centre)).norm(dim=1) - radius


def torus(points: Tensor) -> Tensor:
    around = points[:, [0, 2]].norm(dim=1) - 0.6
    return torch.stack([around, points[:, 1]], dim=1).norm(dim=1) - 0.2


def box(points: Tensor, size: tuple[float, float, float]) -> Tensor:
    q = points.abs() - torch.tensor(size)
    return q.clamp(min=0).norm(dim=1) + q.amax(dim=1).clamp(max=0)


def last(field: AnalyticField, *levels: int) -> Level:
    return list(refine(field, levels))[-1]


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(np.float64) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def directed_edges(mesh: Mesh) -> np.ndarray:
    return np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]).astype(np.int64)


def is_closed_and_oriented(mesh: Mesh) -> bool:
    edges = directed_edges(mesh)
    forward = edges[:, 0] * len(mesh.vertices) + edges[:, 1]
    backward = edges[:, 1] * len(mesh.vertices) + edges[:, 0]
    return len(np.unique(forward)) == len(forward) and np.array_equal(np.sort(forward), np.sort(backward))


def euler_characteristic(mesh: Mesh) -> int:
    edges = np.unique(np.sort(directed_edges(mesh), axis=1), axis=0)
    return len(np.unique(mesh.faces)) - len(edges) + len(mesh.faces)


def test_sphere_has_its_radius_volume_and_outward_normals() -> None:
    level = last(AnalyticField(sphere), 25, 49, 97)
    mesh = level.mesh
    assert level.final
    assert mesh.frame is Frame.UNIT_SPHERE
    radius = np.linalg.norm(mesh.vertices, axis=1)
    assert np.abs(radius - 0.7).max() < 4e-4  # second order in the cell size of 0.022
    assert volume(mesh) == pytest.approx(4 / 3 * np.pi * 0.7**3, rel=2e-3)  # positive: faces wind outward
    assert mesh.normals is not None
    assert ((mesh.normals * mesh.vertices).sum(axis=1) / radius).min() > 0.99
    assert is_closed_and_oriented(mesh)
    assert euler_characteristic(mesh) == 2


def test_axes_are_not_swapped() -> None:
    mesh = last(AnalyticField(lambda p: box(p - torch.tensor([0.1, 0.2, -0.3]), (0.2, 0.4, 0.6))), 33, 65).mesh
    assert mesh.vertices.min(axis=0) == pytest.approx([-0.1, -0.2, -0.9], abs=0.01)
    assert mesh.vertices.max(axis=0) == pytest.approx([0.3, 0.6, 0.3], abs=0.01)


def test_torus_has_one_hole_at_every_level() -> None:
    for level in refine(AnalyticField(torus, clamp=0.1), (25, 49, 65)):
        assert euler_characteristic(level.mesh) == 0
        assert is_closed_and_oriented(level.mesh)


def test_plate_thinner_than_the_first_grids_is_found_by_the_distance_bound() -> None:
    # 0.03 thick, between two layers of corners of the first grid (0.0875 apart), which sees no change of sign at all.
    field = AnalyticField(lambda p: box(p - torch.tensor([0.0, 0.044, 0.0]), (0.6, 0.015, 0.6)), clamp=0.1)
    levels = list(refine(field, (25, 49, 97)))
    assert levels[0].mesh.is_empty
    assert "never cross" in levels[0].mesh.note
    assert not levels[-1].mesh.is_empty
    assert volume(levels[-1].mesh) == pytest.approx(1.2 * 0.03 * 1.2, rel=0.05)
    assert is_closed_and_oriented(levels[-1].mesh)


def test_two_bodies_are_both_kept() -> None:
    def two(points: Tensor) -> Tensor:
        return torch.minimum(sphere(points, 0.5, (-0.4, 0, 0)), sphere(points, 0.06, (0.8, 0.3, 0.2)))

    for lipschitz in (1.0, None):
        mesh = last(AnalyticField(two, lipschitz=lipschitz), 25, 49, 97).mesh
        assert euler_characteristic(mesh) == 4
        assert volume(mesh) == pytest.approx(4 / 3 * np.pi * (0.5**3 + 0.06**3), rel=5e-3)


def test_a_shape_that_leaves_the_box_is_closed_at_its_faces() -> None:
    mesh = last(AnalyticField(lambda p: sphere(p, 1.2), half_extent=1.0), 25, 49).mesh
    assert is_closed_and_oriented(mesh)
    assert np.abs(mesh.vertices).max() == pytest.approx(1.0)
    # sphere without its six caps of height 0.2: the exact volume of what is left
    cap = np.pi * 0.2**2 * (3 * 1.2 - 0.2) / 3
    assert volume(mesh) == pytest.approx(4 / 3 * np.pi * 1.2**3 - 6 * cap, rel=3e-3)


@pytest.mark.parametrize("levels", [(17, 33, 65), (17, 33, 49, 65), (14, 31, 65), (17, 49, 65), (20, 64)])
@pytest.mark.parametrize("shape", [sphere, torus, lambda p: box(p, (0.71, 0.03, 0.5))])
def test_refined_equals_dense(levels: tuple[int, ...], shape: Callable[[Tensor], Tensor]) -> None:
    dense = last(AnalyticField(shape), levels[-1])
    for clamp in (None, 0.15):
        refined = last(AnalyticField(shape, clamp=clamp), *levels)
        assert np.array_equal(refined.mesh.faces, dense.mesh.faces)
        assert np.abs(refined.mesh.vertices - dense.mesh.vertices).max() < 1e-6
        assert refined.evaluations < 0.6 * dense.evaluations


def test_occupancy_refined_equals_dense() -> None:
    def logit(points: Tensor) -> Tensor:
        return torch.tanh(8 * torus(points)) * 12

    dense = last(AnalyticField(logit, lipschitz=None), 65)
    refined = last(AnalyticField(logit, lipschitz=None), 17, 33, 65)
    assert np.array_equal(refined.mesh.faces, dense.mesh.faces)
    assert np.abs(refined.mesh.vertices - dense.mesh.vertices).max() < 1e-6
    assert refined.evaluations < 0.25 * dense.evaluations


def test_a_surface_that_breaks_the_distance_bound_is_followed() -> None:
    """A field five times steeper than it claims: what leaves the expected cells is traced through its changes of sign."""
    field = AnalyticField(lambda p: 5 * torus(p))
    assert euler_characteristic(last(field, 17, 33, 65).mesh) == 0


def test_evaluations_grow_with_the_square_of_the_resolution() -> None:
    counts = [level.evaluations for level in refine(AnalyticField(sphere, clamp=0.1), (17, 33, 65, 129))]
    spent = np.diff(counts)
    assert spent[2] / spent[1] == pytest.approx(4, rel=0.2)  # 8 would be a volume
    assert counts[-1] < 0.15 * 129**3


def test_reported_evaluations_are_those_asked_for_and_calls_stay_small_at_first() -> None:
    field = AnalyticField(sphere)
    levels = list(refine(field, (25, 49)))
    assert field.asked == levels[-1].evaluations
    assert [level.final for level in levels] == [False, True]
    assert [level.resolution for level in levels] == [25, 49]


@pytest.mark.parametrize(("value", "word"), [(0.4, "outside"), (-0.4, "inside"), (0.0, "outside")])
def test_one_signed_fields_give_an_empty_mesh_that_says_why(value: float, word: str) -> None:
    levels = list(refine(AnalyticField(lambda p: torch.full((len(p),), value)), (9, 17, 33)))
    assert len(levels) == 3
    for level in levels:
        assert level.mesh.is_empty
        assert word in level.mesh.note
        assert f"{value:.4g}" in level.mesh.note


def test_nan_is_refused() -> None:
    field = AnalyticField(lambda p: torch.where(p[:, 0] > 0.9, torch.nan, sphere(p)))
    with pytest.raises(ModelError, match="not numbers"):
        list(refine(field, (17, 33)))


def test_levels_must_rise() -> None:
    with pytest.raises(ValueError, match="rising"):
        list(refine(AnalyticField(sphere), (33, 33)))


def test_cancelling_stops_between_chunks() -> None:
    class Stopper:
        def check(self) -> None:
            if field.asked > 3000:
                raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    field = AnalyticField(sphere)
    with pytest.raises(Cancelled):
        list(refine(field, (65,), Stopper()))
    assert field.asked < 65**3 / 4


class StopsAt:
    """Cancels at its n-th check."""

    def __init__(self, number: int) -> None:
        self.left = number

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Cancelled

    def step(self, done: float, total: float, text: str = "") -> None: ...

    def partial(self, value: object) -> None: ...


@pytest.mark.parametrize("lipschitz", [1.0, None])
def test_every_stage_answers_a_cancel(lipschitz: float | None) -> None:
    def checks(*levels: int) -> int:
        progress = StopsAt(10**9)
        list(refine(AnalyticField(torus, lipschitz=lipschitz), levels, progress, refine_vertices=True, normals=True))
        return 10**9 - progress.left

    # Each level: before and after interpolation, before asking, twice while following and before meshing.
    assert checks(17, 33, 65) >= checks(17, 33) + 6
    # A slow evaluation is cut into more batches, each with a check; so many there are at least.
    for number in range(0, 17, 4):
        field = AnalyticField(torus, lipschitz=lipschitz)
        with pytest.raises(Cancelled):
            list(refine(field, (17, 33), StopsAt(number), refine_vertices=True, normals=True))


def test_a_clamp_too_narrow_for_the_first_grid_costs_everything_but_loses_nothing() -> None:
    field = AnalyticField(lambda p: box(p, (0.6, 0.02, 0.6)), clamp=0.05)
    assert np.array_equal(last(field, 9, 33).mesh.faces, last(AnalyticField(field.distance), 33).mesh.faces)
