"""From a picture to a code of a decoder that is there already."""

import torch

from engine.models.picture_planes import PicturePlanes, PicturePlanesConfig
from engine.models.triplane import TriplaneConfig, TriplaneSDF

DECODER = {"latent_dim": 4, "channels": 3, "growth": (8, 6), "width": 8, "encoder": (4, 4), "encoder_hidden": 8}


def model(**fields):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        decoder = TriplaneSDF(TriplaneConfig(**DECODER))
        made = PicturePlanes(PicturePlanesConfig(decoder=DECODER, head_hidden=16, map_channels=2, **fields))
    codes = torch.tensor([[1.0, 0, 0, 2], [3.0, 0, 1, 2], [5.0, 0, 2, 2]])
    made.start_from(decoder, codes)
    return made, decoder, codes


def batch(count=3):
    draw = torch.Generator().manual_seed(1)
    points = torch.rand(count, 40, 3, generator=draw) * 2 - 1
    return {
        "pooled": torch.rand(count, 1280, generator=draw), "map": torch.rand(count, 320, 7, 7, generator=draw),
        "points": points, "occupied": (points.norm(dim=2) < 0.6).float(),
    }  # fmt: skip


def test_it_decodes_as_the_decoder_that_it_took_over():
    made, decoder, codes = model()
    points = torch.rand(100, 3) * 2 - 1
    torch.testing.assert_close(made.decode(codes[1])(points), decoder.decode(codes[1])(points))
    assert all(not parameter.requires_grad for parameter in made.decoder.parameters())
    torch.testing.assert_close(made.mean, torch.tensor([3.0, 0, 1, 2]))
    torch.testing.assert_close(made.spread, torch.tensor([2.0, 1e-6, 1.0, 1e-6]))


def test_the_loss_of_the_right_code_is_that_of_the_decoded_signs_alone():
    made, decoder, _ = model()
    made.eval()
    data = batch()
    z = made.picture_code(data["pooled"], data["map"]).detach()
    right = made.loss(data | {"code": z})
    assert right["code"] == 0
    values = decoder.surface_values(z, data["points"])
    wanted = torch.nn.functional.binary_cross_entropy(torch.sigmoid(-values / 0.02), data["occupied"])
    torch.testing.assert_close(right["loss"], wanted, rtol=1e-3, atol=1e-5)
    wrong = made.loss(data | {"code": z + made.spread})
    torch.testing.assert_close(wrong["code"], torch.tensor(1.0), rtol=0.01, atol=0)  # rounding of the unused components
    torch.testing.assert_close(wrong["loss"], right["loss"] + made.config.code_weight, rtol=0.01, atol=0)


def test_it_learns_which_picture_is_which_and_leaves_the_decoder_alone():
    made, decoder, codes = model(dropout=0.0, decoded=1)
    optimiser = torch.optim.Adam([p for p in made.parameters() if p.requires_grad], lr=3e-3)
    data = batch() | {"code": codes}
    for _ in range(150):
        optimiser.zero_grad()
        made.loss(data)["loss"].backward()
        optimiser.step()
    made.eval()
    found = made.picture_code(data["pooled"], data["map"]).detach()
    assert ((found - codes)[:, [0, 2]].abs() < 0.4).all()
    for mine, given in zip(made.decoder.parameters(), decoder.parameters(), strict=True):
        assert torch.equal(mine, given)
