"""Constant speed of the shape, where the shape's way is known in closed form."""

import numpy as np
import pytest
import torch

from engine.even_path import even_path
from engine.progress import Cancelled


class Ball:
    """A ball whose radius is `radius(code)`; a signed distance, or a logit where `sharp` is given."""

    half_extent = 1.05
    lipschitz = None

    def __init__(self, radius, sharp=None):
        self.radius, self.sharp = radius, sharp
        self.clamp = 0.1 if sharp is None else None

    def __call__(self, points):
        distance = points.norm(dim=1) - self.radius
        return distance.clamp(-0.1, 0.1) if self.sharp is None else self.sharp * distance


class Balls:
    output = "surface"

    def __init__(self, radius, sharp=None):
        self.radius, self.sharp, self.asked = radius, sharp, 0

    def decode(self, z):
        self.asked += 1
        return Ball(self.radius(float(z[0])), self.sharp)


class Cloud:
    """Points that go out along their directions by the square of the code."""

    output = "points"

    def decode(self, z):
        directions = torch.nn.functional.normalize(torch.randn(64, 3, generator=torch.Generator().manual_seed(0)), dim=1)
        return directions * z[0] ** 2


def path_of(model, **more):
    return even_path(model, torch.tensor([[0.0], [1.0]]), **more)


@pytest.mark.parametrize("sharp", [None, 60.0])
def test_the_surface_of_a_growing_ball_moves_at_constant_speed(sharp):
    def radius(z):
        return 0.3 + 0.6 * z**4

    path = path_of(Balls(radius, sharp))
    grown = np.diff([radius(path.position(share)) for share in np.linspace(0, 1, 11)]) / 0.6
    straight = np.diff([radius(t) for t in np.linspace(0, 1, 11)]) / 0.6
    assert grown.max() < 0.125
    assert straight.max() > 0.3, "otherwise there is nothing to even out"
    assert path.unevenness == pytest.approx(4.0, rel=0.15), "the derivative at the end, over the mean"
    assert 0.6 <= path.length <= 1.5 * 0.6


def test_a_shape_that_vanishes_on_the_way_is_no_obstacle():
    path = path_of(Balls(lambda z: 0.6 * abs(1 - 2 * z) - 0.1))
    assert np.all(np.diff(path.positions) > 0)
    assert np.all(np.diff(path.shares) > 0)


def test_points_move_at_constant_speed():
    path = path_of(Cloud())
    way = np.array([path.position(share) ** 2 for share in np.linspace(0, 1, 21)])
    assert np.diff(way) == pytest.approx(0.05, rel=0.15)
    assert path.length == pytest.approx(1.0, rel=1e-3)


def test_a_part_that_appears_at_once_neither_turns_back_nor_costs_without_end():
    model = Balls(lambda z: 0.3 if z < 0.437 else 0.7)
    path = path_of(model)
    assert np.all(np.diff(path.positions) > 0)
    assert np.all(np.diff(path.shares) > 0)
    assert (path.positions[0], path.positions[-1], path.shares[0], path.shares[-1]) == (0.0, 1.0, 0.0, 1.0)
    assert model.asked < 80, "it is looked for by halving, not everywhere"
    at = np.searchsorted(path.positions, 0.437)
    assert path.positions[at] - path.positions[at - 1] <= 1 / 256, "the moment is known"
    assert path.share(0.45) - path.share(0.42) < 0.8, "nobody is made to wait before a leap"


def test_what_does_not_change_takes_its_time_from_the_code():
    path = path_of(Balls(lambda z: 0.5))
    assert path.length == 0.0
    assert path.unevenness == 1.0
    assert [path.position(s) for s in (0.0, 0.25, 1.0)] == pytest.approx([0.0, 0.25, 1.0])


def test_positions_and_shares_are_each_other_s_inverse():
    path = path_of(Balls(lambda z: 0.3 + 0.6 * z**4))
    for position in np.linspace(0, 1, 23):
        assert path.position(path.share(position)) == pytest.approx(position, abs=1e-9)


def test_it_answers_a_cancel():
    class Stop:
        def check(self):
            raise Cancelled

        step = partial = check

    with pytest.raises(Cancelled):
        path_of(Balls(lambda z: 0.5), progress=Stop())
