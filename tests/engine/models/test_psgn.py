import pytest
import torch

from engine.metrics.chamfer import notes_hard, notes_soft
from engine.models.base import EncodesPictures
from engine.models.psgn import PointSetConfig, PointSetGenerator

SMALL = {"picture_dim": 6, "random_dim": 3, "points": 32, "hidden": 24, "head_hidden": 8, "map_channels": 2}


def test_chamfer_equals_the_definition() -> None:
    torch.manual_seed(0)
    a, b = torch.randn(3, 20, 3), torch.randn(3, 31, 3)
    table = (a[:, :, None] - b[:, None]).square().sum(-1)
    expected = table.min(2).values.mean(1) + table.min(1).values.mean(1)
    torch.testing.assert_close(notes_hard(a, b), expected)


def test_chamfer_has_the_gradient_of_the_definition() -> None:
    torch.manual_seed(1)
    a, b = torch.randn(2, 9, 3, requires_grad=True), torch.randn(2, 7, 3)
    table = (a[:, :, None] - b[:, None]).square().sum(-1)
    (expected,) = torch.autograd.grad((table.min(2).values.mean(1) + table.min(1).values.mean(1)).sum(), a)
    (found,) = torch.autograd.grad(notes_hard(a, b).sum(), a)
    torch.testing.assert_close(found, expected)


def test_the_loss_is_the_chamfer_distance_that_the_configuration_names() -> None:
    torch.manual_seed(4)
    batch = {"c": torch.randn(2, 6), "surface": torch.randn(2, 40, 3)}
    found = []
    for name in ("notes_hard", "notes_soft"):
        torch.manual_seed(5)
        model = PointSetGenerator(PointSetConfig(**SMALL, draws=1, emd_weight=0.0, picture_noise=0.0, chamfer=name)).train()
        losses = model.loss(batch)
        losses["loss"].backward()
        assert all(parameter.grad is not None for parameter in model.join.parameters())
        torch.manual_seed(5)
        model = PointSetGenerator(PointSetConfig(**SMALL, draws=1, emd_weight=0.0, picture_noise=0.0)).train()
        made = model.points_of(torch.cat([batch["c"], torch.randn(2, 1, 3)[:, 0]], dim=1))
        found.append(float(losses["loss"].detach()))
        assert found[-1] == pytest.approx(
            float((notes_hard, notes_soft)[name == "notes_soft"](made, batch["surface"]).mean().detach())
        )
    assert found[0] != found[1]


def test_min_of_n_takes_the_better_draw() -> None:
    torch.manual_seed(3)
    model = PointSetGenerator(PointSetConfig(**SMALL, draws=4, emd_weight=0.0, picture_noise=0.0)).train()
    batch = {"c": torch.randn(2, 6), "surface": torch.randn(2, 40, 3)}
    torch.manual_seed(5)
    found = float(model.loss(batch)["loss"].detach())
    torch.manual_seed(5)
    r = torch.randn(2, 4, 3)
    each = []
    for c, draws, truth in zip(batch["c"], r, batch["surface"], strict=True):
        made = [model.points_of(torch.cat([c, one])[None]) for one in draws]
        each.append(min(float(notes_hard(points, truth[None]).detach()) for points in made))
    assert found == pytest.approx(sum(each) / 2, rel=1e-4)


def test_the_random_part_changes_the_answer_and_the_seed_repeats_it() -> None:
    torch.manual_seed(6)
    model = PointSetGenerator(PointSetConfig(**SMALL)).eval()
    c = torch.randn(1, 6)
    one, again, other = (model.decode(model.with_random(c, seed)[0]) for seed in (1, 1, 2))
    assert one.shape == (32, 3)
    assert torch.equal(one, again)
    assert not torch.allclose(one, other)


def test_it_learns_a_sphere() -> None:
    torch.manual_seed(0)
    model = PointSetGenerator(PointSetConfig(**SMALL | {"points": 128}, emd_points=64)).train()
    optimiser = torch.optim.Adam(model.parameters(), 3e-3)
    values = []
    for _ in range(120):
        surface = torch.nn.functional.normalize(torch.randn(4, 256, 3), dim=2)
        losses = model.loss({"c": torch.ones(4, 6), "surface": surface})
        optimiser.zero_grad()
        losses["loss"].backward()
        optimiser.step()
        values.append(float(losses["chamfer"]))
    assert values[-1] < 0.15 * values[0]
    made = model.eval().decode(model.with_random(torch.ones(1, 6), 0)[0])
    assert float(made.norm(dim=1).mean()) == pytest.approx(1.0, abs=0.1)


def test_capabilities_are_seen_from_outside() -> None:
    model = PointSetGenerator(PointSetConfig(**SMALL))
    assert isinstance(model, EncodesPictures)
    assert model.samples is True
    assert model.latent_dim == 9
