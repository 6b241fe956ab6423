"""Signs of nearness of a field that knows no distance."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.bench.equality import compare_field, topology
from engine.bench.hard_shapes import ClosedForm, Distance, ball, block, union
from engine.geometry.isosurface import refine
from engine.geometry.occupancy import around, dips, near_zero


def logit(distance: Distance, slope: float = 60.0) -> ClosedForm:
    field = ClosedForm(lambda p: 15 * torch.tanh(slope / 15 * distance(p)), clamp=None)
    field.lipschitz = None
    return field


def grid(n: int, formula: Distance) -> Tensor:
    axis = torch.linspace(-1.05, 1.05, n)
    points = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"), dim=-1).reshape(-1, 3)
    return formula(points).reshape(n, n, n)


def test_a_cell_that_is_about_to_change_sign_is_near_zero() -> None:
    values = torch.tensor([0.6, 1.6, 2.6])[:, None, None].expand(3, 3, 3)
    assert not near_zero(values).any()
    values = torch.tensor([0.4, 1.6, 2.6])[:, None, None].expand(3, 3, 3)
    assert set(near_zero(values).nonzero()[:, 0].tolist()) == {0}
    values = torch.tensor([-5.0, 5.0, 15.0])[:, None, None].expand(3, 3, 3)
    assert near_zero(values)[0].all()


def test_a_dip_is_lower_than_its_neighbours_on_either_side_of_zero() -> None:
    values = torch.full((5, 5, 5), 4.0)
    values[1, 2, 3] = 3.0
    known = torch.ones_like(values, dtype=torch.bool)
    assert [1, 2, 3] in dips(values, known).nonzero().tolist()
    assert [1, 2, 2] not in dips(values, known).nonzero().tolist()
    assert [1, 2, 3] in dips(-values, known).nonzero().tolist()
    assert not dips(values + 10, known).any()  # far from zero
    assert not dips(values, ~known).any()


def test_around_marks_the_neighbours_on_the_finer_grid_and_stays_inside_it() -> None:
    corners = torch.zeros((3, 3, 3), dtype=torch.bool)
    corners[1, 1, 0] = True
    found = around(corners).nonzero()
    assert len(found) == 3 * 3 * 2
    assert found.amin(dim=0).tolist() == [1, 1, 0]
    assert found.amax(dim=0).tolist() == [3, 3, 1]


def test_a_ball_between_the_corners_of_the_first_grids_is_found_by_its_dip() -> None:
    # Radius 0.06; the first grid's corners are 0.131 apart, and the nearest is 0.113 away from its centre.
    centre = (0.065625, 0.590625, -0.459375)
    first, cell = grid(17, ball(centre, 0.06)), 2.1 / 16
    assert (first > 0).all()
    assert abs(centre[0] / cell % 1 - 0.5) < 1e-6
    field = logit(union(block((0.0, -0.5, 0.0), (0.5, 0.2, 0.5)), ball(centre, 0.06)), slope=40)
    assert topology(list(refine(field, (17, 33, 65)))[-1].mesh) == (2, 0)


def test_thick_shapes_are_those_of_dense_evaluation_and_cost_a_surface() -> None:
    table = union(
        block((0.0, 0.3, 0.0), (0.6, 0.05, 0.4)),
        *[block((x, -0.2, z), (0.04, 0.5, 0.04)) for x in (-0.5, 0.5) for z in (-0.3, 0.3)],
    )
    outcome = compare_field("table", logit(table), (17, 33, 65, 129))
    assert outcome.same
    assert outcome.evaluations < 3 * outcome.crossing
