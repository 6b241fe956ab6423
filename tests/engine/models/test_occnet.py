import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from engine.models.base import EncodesPictures, FitsShapes
from engine.models.occnet import OccupancyConfig, OccupancyNetwork


def random_model(**fields: object) -> OccupancyNetwork:
    torch.manual_seed(4)
    small = {"latent_dim": 6, "hidden": 16, "blocks": 3, "head_hidden": 8, "map_channels": 2}
    model = OccupancyNetwork(OccupancyConfig(**small | fields))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, 0, 0.3)
    return model.eval()


def test_the_paper_decoder_has_the_published_number_of_parameters() -> None:
    model = OccupancyNetwork(OccupancyConfig.paper())
    decoder = sum(p.numel() for name, p in model.named_parameters() if not name.startswith("head."))
    assert decoder == 2_106_625


@pytest.mark.parametrize("octaves", [0, 3])
def test_the_folded_field_equals_the_network(octaves: int) -> None:
    model = random_model(octaves=octaves)
    c, points = torch.randn(6), torch.rand(400, 3) * 2 - 1
    with torch.no_grad():
        expected = -(model.logits(c[None], points[None])[0] - math.log(0.2 / 0.8))
    found = model.decode(c)(points)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_the_threshold_is_compared_as_a_logit() -> None:
    model = random_model(threshold=0.3)
    c, points = torch.randn(6), torch.rand(2000, 3) * 2 - 1
    with torch.no_grad():
        inside = torch.sigmoid(model.logits(c[None], points[None])[0]) > 0.3
    assert 0 < inside.sum() < 2000
    assert torch.equal(model.decode(c)(points) < 0, inside)


def test_conditional_norm_is_batch_norm_then_scale_and_shift_by_the_code() -> None:
    model = random_model().train()
    norm = model.norm
    x, c = torch.randn(2, 50, 16), torch.randn(2, 6)
    flat = x.reshape(100, 16)
    normal = (flat - flat.mean(0)) / torch.sqrt(flat.var(0, unbiased=False) + norm.norm.eps)
    expected = norm.gamma(c)[:, None] * normal.view(2, 50, 16) + norm.beta(c)[:, None]
    torch.testing.assert_close(norm(x, c), expected, atol=1e-4, rtol=1e-4)


def test_the_loss_is_cross_entropy_and_the_iou_counts_points() -> None:
    model = random_model()
    batch = {"c": torch.randn(3, 6), "points": torch.rand(3, 200, 3), "occupied": (torch.rand(3, 200) > 0.5).float()}
    with torch.no_grad():
        losses = model.loss(batch)
        logits = model.logits(batch["c"], batch["points"])
    assert float(losses["loss"]) == pytest.approx(
        float(F.binary_cross_entropy(torch.sigmoid(logits), batch["occupied"])), rel=1e-4
    )
    iou = []
    for row, truth in zip(torch.sigmoid(logits) > 0.2, batch["occupied"] > 0.5, strict=True):
        iou.append(float((row & truth).sum()) / float((row | truth).sum()))
    assert float(losses["iou"]) == pytest.approx(sum(iou) / 3, rel=1e-5)


def test_it_learns_spheres_whose_radius_is_in_the_code() -> None:
    torch.manual_seed(0)
    model = OccupancyNetwork(OccupancyConfig(latent_dim=2, hidden=32, blocks=2, head_hidden=4, map_channels=0)).train()
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    draw = torch.Generator().manual_seed(1)
    first = 0.0
    for step in range(200):
        optimiser.param_groups[0]["lr"] = 1e-2 * (1 - step / 200)  # so that the running statistics catch up
        radius = 0.3 + 0.6 * torch.rand(8, 1, generator=draw)
        points = torch.rand(8, 256, 3, generator=draw) * 2 - 1
        occupied = (points.norm(dim=2) < radius).float()
        losses = model.loss({"c": torch.cat([radius, radius.square()], dim=1), "points": points, "occupied": occupied})
        optimiser.zero_grad()
        losses["loss"].backward()
        optimiser.step()
        first = first or float(losses["loss"].detach())
    assert float(losses["loss"].detach()) < 0.3 * first
    model.eval()
    cube = torch.rand(40_000, 3, generator=draw) * 2 - 1
    field = model.decode(torch.tensor([0.7, 0.49]))
    # The threshold of 0.2 lies outside the learnt boundary; the logit's own zero is where the radius is.
    inside = field(cube) - math.log(0.2 / 0.8) < 0
    assert float(inside.float().mean()) * 8 == pytest.approx(4 / 3 * math.pi * 0.7**3, rel=0.05)


def test_normalised_codes_are_what_a_picture_gives() -> None:
    model = random_model(code_norm=True)
    found = model.encode_pictures(torch.rand(1, 3, 224, 224))
    assert found.shape == (1, 6)
    assert float(found.mean()) == pytest.approx(0, abs=1e-5)
    assert float(found.var(unbiased=False)) == pytest.approx(1, rel=1e-3)


def test_capabilities_are_seen_from_outside() -> None:
    model = random_model()
    assert isinstance(model, EncodesPictures)
    assert not isinstance(model, FitsShapes)
    assert model.samples is False
