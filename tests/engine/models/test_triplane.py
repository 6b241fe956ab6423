"""Planes of features: looked up where they should be, the same in both paths, and able to learn."""

import pytest
import torch
from torch.nn import functional as F

from engine.models.checkpoint import build_model
from engine.models.encoding import encoded_size
from engine.models.triplane import TriplaneConfig, TriplaneSDF

SMALL = {"latent_dim": 4, "channels": 3, "growth": (8, 8, 6), "width": 16, "layers": 2, "octaves": 1}


def small(seed=0, **fields):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return TriplaneSDF(TriplaneConfig(**(SMALL | fields)))


def test_a_point_is_looked_up_at_its_own_coordinates():
    # Channels 0 and 1 of every plane hold the two coordinates of their pixels; bilinear look-ups of ramps are exact
    model = small()
    side, half = 7, model.config.half_extent
    ramp = torch.linspace(-half, half, side)
    plane = torch.stack([ramp.expand(side, side), ramp[:, None].expand(side, side), torch.zeros(side, side)])
    planes = plane.expand(1, 3, 3, side, side).contiguous()
    points = (torch.rand(1, 50, 3, generator=torch.Generator().manual_seed(1)) * 2 - 1) * half
    found = model._features(planes, points)[0, :, : -encoded_size(1)].view(50, 3, 3)
    x, y, z = points[0].T
    for number, (across, down) in enumerate(((x, y), (z, y), (x, z))):
        torch.testing.assert_close(found[:, number, 0], across)
        torch.testing.assert_close(found[:, number, 1], down)


def test_the_field_says_what_training_sees_clamped():
    model = small(thicken=0.01)
    z, points = torch.randn(4), torch.rand(200, 3) * 2 - 1
    wanted = (model.signed_distance(z, points) - 0.01).clamp(-0.1, 0.1)
    torch.testing.assert_close(model.decode(z)(points), wanted.detach(), rtol=1e-4, atol=1e-6)


def test_each_shape_of_a_batch_gets_its_own_planes():
    model = small()
    z, points = torch.randn(3, 4), torch.rand(3, 20, 3) * 2 - 1
    together = model.raw(z, points)
    for number in range(3):
        torch.testing.assert_close(together[number], model.signed_distance(z[number], points[number]), rtol=1e-4, atol=1e-6)
    assert (together[0] - model.signed_distance(z[1], points[0])).abs().max() > 1e-4


def test_it_learns_two_balls_apart():
    model = small(seed=3, width=32)
    codes = torch.tensor([[1.0, 0, 0, 0], [0, 1.0, 0, 0]])
    centres = torch.tensor([[0.3, 0.2, -0.1], [-0.4, 0.0, 0.2]])
    draw = torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)

    def sample():
        points = torch.rand(2, 512, 3, generator=draw) * 2 - 1
        return {"z": codes, "points": points, "sdf": (points - centres[:, None]).norm(dim=-1) - 0.4}

    for _ in range(250):
        optimiser.zero_grad()
        model.loss(sample())["loss"].backward()
        optimiser.step()
    batch = sample()
    with torch.no_grad():
        wrong = (torch.sign(model.raw(batch["z"], batch["points"])) != torch.sign(batch["sdf"])).float().mean()
    assert wrong < 0.02


def test_a_code_can_be_fitted_through_it():
    model, points = small(), torch.rand(64, 3) * 2 - 1
    z = torch.zeros(4, requires_grad=True)
    F.l1_loss(model.signed_distance(z, points), torch.full((64,), 0.3)).backward()
    assert z.grad is not None
    assert z.grad.abs().sum() > 0


def test_it_is_in_the_table():
    assert isinstance(build_model("triplane", SMALL), TriplaneSDF)


def test_slopes_are_those_of_automatic_differentiation() -> None:
    """The way back through the generator is written by hand; torch's own must agree, by the code and in space."""
    model = small(3, latent_dim=5, growth=(6, 5, 4), thicken=0.02).double()
    draw = torch.Generator().manual_seed(3)
    z, points = torch.randn(5, generator=draw).double(), (1.9 * torch.rand(7, 3, generator=draw) - 0.95).double()
    copies, where = z.expand(7, -1).clone().requires_grad_(), points[:, None].clone().requires_grad_()
    want = model.surface_values(copies, where)[:, 0]
    by_code, in_space = torch.autograd.grad(want.sum(), [copies, where])
    with torch.inference_mode():
        got = model.surface_slopes(z.clone(), points.clone())
    torch.testing.assert_close(got[0].double(), want.detach().double(), atol=1e-6, rtol=0)
    torch.testing.assert_close(got[1].double(), by_code, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(got[2].double(), in_space[:, 0], atol=1e-6, rtol=1e-5)


def test_a_local_code_has_so_many_numbers_for_each_cell():
    with pytest.raises(ValueError, match="latent_dim must be 96"):
        small(local=2)
    model = small(local=2, latent_dim=96)
    z = torch.zeros(1, 96)
    z[0, 0] = 1.0  # the first number of the first plane's first cell: bottom left in the front view
    moved = (model.planes(z) - model.planes(torch.zeros(1, 96)))[0].abs().sum(dim=1)  # (3, R, R)
    half = moved.shape[-1] // 2
    assert moved[0, :half, :half].sum() > 3 * moved[0, half:, half:].sum()
    assert moved[0].sum() > 3 * moved[1:].sum()


@pytest.mark.parametrize("fields", [{}, {"local": 1, "latent_dim": 48}])
def test_slopes_are_those_of_each_point_alone(fields):
    model = small(**fields)
    z, points = torch.randn(model.latent_dim), torch.rand(9, 3) * 2 - 1
    values, by_code, in_space = model.surface_slopes(z, points)
    for number in range(9):
        code, point = z.clone().requires_grad_(), points[number].clone().requires_grad_()
        value = model.surface_values(code[None], point[None, None])[0, 0]
        wanted = torch.autograd.grad(value, [code, point])
        torch.testing.assert_close(values[number], value.detach(), rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(by_code[number], wanted[0], rtol=1e-3, atol=1e-6)
        torch.testing.assert_close(in_space[number], wanted[1], rtol=1e-3, atol=1e-5)
