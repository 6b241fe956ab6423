import numpy as np
import pytest
import torch

from engine.data.grammar.primitives import Box, Lathe, Placed, Prism, Tube, along, polygon_distance, turned

DRAW = torch.Generator().manual_seed(0)
POINTS = (torch.rand((4000, 3), generator=DRAW, dtype=torch.float64) - 0.5) * 4

SOLIDS = {
    "box": Box((0.5, 0.3, 0.4), 0.1),
    "sharp box": Box((0.5, 0.3, 0.4)),
    "cylinder": Lathe(((0, -0.5), (0.4, -0.5), (0.4, 0.5), (0, 0.5))),
    "vase": Lathe(((0, -0.5), (0.3, -0.5), (0.5, 0.1), (0.2, 0.5), (0.1, 0.5), (0.4, 0.1), (0.2, -0.4), (0, -0.4)), 0.02),
    "prism": Prism(((-0.5, -0.4), (0.6, -0.3), (0.0, 0.0), (0.2, 0.5)), 0.3, 0.05),
    "tube": Tube(((-0.5, 0, 0), (0.2, 0.4, 0.1), (0.5, -0.3, 0.2)), 0.15),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_the_distance_is_exact_outside_its_gradient_is_a_unit_vector_that_leads_to_the_surface(name: str) -> None:
    solid = SOLIDS[name]
    where = POINTS.clone().requires_grad_()
    values = solid.distance(where)
    (slope,) = torch.autograd.grad(values.sum(), where)
    outside = values.detach() > 1e-6
    torch.testing.assert_close(
        slope[outside].norm(dim=1), torch.ones(int(outside.sum()), dtype=torch.float64), atol=1e-9, rtol=0
    )
    landed = POINTS - (values[:, None] * slope).detach()
    assert solid.distance(landed)[outside].abs().max() < 2e-9
    # No point of space is nearer to the surface than it says: the distance never changes faster than the way.
    a, b = POINTS[:2000], POINTS[2000:]
    assert ((solid.distance(a) - solid.distance(b)).abs() <= (a - b).norm(dim=1) + 1e-9).all()


@pytest.mark.parametrize("name", SOLIDS)
def test_a_solid_lies_within_its_reach(name: str) -> None:
    solid = SOLIDS[name]
    inside = POINTS[solid.distance(POINTS) < 0]
    assert len(inside) > 5
    assert (inside.abs() <= torch.tensor(solid.reach()) + 1e-9).all()


def test_known_distances() -> None:
    at = torch.tensor([[2.0, 0, 0], [0, 0, 0], [0.5, 0.8, 0], [1.5, 1.3, 0]], dtype=torch.float64)
    torch.testing.assert_close(
        Box((1.0, 0.5, 1.0)).distance(at), torch.tensor([1.0, -0.5, 0.3, np.hypot(0.5, 0.8)], dtype=torch.float64)
    )
    rod = Lathe(((0, -0.5), (1, -0.5), (1, 0.5), (0, 0.5)))
    torch.testing.assert_close(rod.distance(at), torch.tensor([1.0, -0.5, 0.3, np.hypot(0.5, 0.8)], dtype=torch.float64))
    torch.testing.assert_close(
        Tube(((-1, 0, 0), (1, 0, 0)), 0.25).distance(at),
        torch.tensor([0.75, -0.25, 0.55, np.hypot(0.5, 1.3) - 0.25], dtype=torch.float64),
    )


def test_a_polygon_knows_its_inside_whichever_way_round_it_is_given() -> None:
    star = tuple(
        (float(np.cos(a)) * r, float(np.sin(a)) * r) for a, r in zip(np.arange(10) * np.pi / 5, [1, 0.4] * 5, strict=True)
    )
    points = torch.tensor([[0.0, 0.0], [0.9, 0.0], [0.0, 0.9]], dtype=torch.float64)
    forth, back = polygon_distance(points, star), polygon_distance(points, star[::-1])
    torch.testing.assert_close(forth, back)
    assert (forth[:2] < 0).all()
    assert forth[2] > 0


def test_a_placed_solid_is_turned_before_it_is_moved() -> None:
    leg = Placed(Box((0.1, 1.0, 0.1)), "leg", (2.0, 0.0, 0.0), along(np.array([1.0, 0.0, 0.0])))
    at = torch.tensor([[2.9, 0, 0], [2.0, 0.9, 0]], dtype=torch.float64)
    assert leg.distance(at).tolist() == pytest.approx([-0.1, 0.8])
    low, high = leg.box()
    np.testing.assert_allclose(low, [1.0, -0.1, -0.1], atol=1e-9)
    np.testing.assert_allclose(high, [3.0, 0.1, 0.1], atol=1e-9)
    np.testing.assert_allclose(turned(x=90) @ [0, 1, 0], [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(turned(y=90) @ [0, 0, 1], [1, 0, 0], atol=1e-12)
