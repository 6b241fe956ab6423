"""A way between codes, with a decoder and an encoder whose answers are known."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.api import Engine, Latent, LatentPath
from engine.bent_path import PIECES, bent_path
from engine.errors import ModelError
from engine.models.autodecoder import AutoDecoder
from engine.models.triplane import TriplaneConfig, TriplaneSDF
from engine.progress import Cancelled

A, B = torch.tensor([0.3, 0.8]), torch.tensor([0.7, 0.8])


class Ball:
    half_extent = 1.05
    lipschitz = 1.0
    clamp = None

    def __init__(self, radius: float) -> None:
        self.radius = radius

    def __call__(self, points: Tensor) -> Tensor:
        return points.norm(dim=1) - self.radius


class Measures(nn.Module):
    """The mean distance of points from the origin, and a second number that is never anything but 0.1."""

    def forward(self, points: Tensor) -> Tensor:
        radius = points.norm(dim=2).mean(dim=1)
        return torch.stack([radius, torch.full_like(radius, 0.1)], dim=1)


@pytest.fixture
def balls(monkeypatch: pytest.MonkeyPatch) -> AutoDecoder:
    """Code (r, s): a ball of radius r, whatever s is."""
    model = TriplaneSDF(TriplaneConfig(latent_dim=2))
    monkeypatch.setattr(TriplaneSDF, "decode", lambda self, z: Ball(float(z[0])))
    model.encoder = Measures()
    return model


def test_the_middle_is_what_the_encoder_says_and_the_ends_stay(balls: AutoDecoder) -> None:
    knots = bent_path(balls, A, B).numpy()
    assert knots.shape == (PIECES + 1, 2)
    t = np.linspace(0, 1, PIECES + 1)
    assert knots[:, 0] == pytest.approx(0.3 + 0.4 * t, abs=2e-3)
    share = np.clip(np.minimum(t, 1 - t) / 0.2, 0, 1)
    assert knots[:, 1] == pytest.approx(0.8 + (0.1 - 0.8) * share, abs=1e-6)
    assert np.array_equal(knots[[0, -1]], torch.stack([A, B]).numpy())


def test_no_surface_no_bend(balls: AutoDecoder) -> None:
    knots = bent_path(balls, torch.tensor([-0.5, 0.0]), torch.tensor([-0.1, 1.0])).numpy()
    assert knots[:, 1] == pytest.approx(np.linspace(0, 1, PIECES + 1), abs=1e-6)


def test_what_is_in_too_many_pieces_is_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code (r, s): two balls of radius r, 2 s apart; the encoder answers with half the s."""

    class Two(Ball):
        def __init__(self, radius: float, apart: float) -> None:
            super().__init__(radius)
            self.apart = apart

        def __call__(self, points: Tensor) -> Tensor:
            move = torch.tensor([self.apart, 0.0, 0.0])
            return torch.minimum((points - move).norm(dim=1), (points + move).norm(dim=1)) - self.radius

    class Nearer(nn.Module):
        def forward(self, points: Tensor) -> Tensor:
            apart = points[0, :, 0].abs().max() - 0.25
            return torch.stack([torch.tensor(0.25), apart / 2])[None]

    model = TriplaneSDF(TriplaneConfig(latent_dim=2))
    monkeypatch.setattr(TriplaneSDF, "decode", lambda self, z: Two(float(z[0]), float(z[1])))
    model.encoder = Nearer()
    far, near = torch.tensor([0.25, 0.6]), torch.tensor([0.25, 0.0])
    assert bent_path(model, far, far)[8, 1] == pytest.approx(0.3, abs=0.01)  # two pieces, like the ends: once is enough
    knots = bent_path(model, near, torch.tensor([0.25, 1.4])).numpy()[:, 1]  # the far end is outside the cube
    assert knots[8] == pytest.approx(0.175, abs=0.01)  # .7 becomes .35, still two; again
    assert knots[5] == pytest.approx(0.219, abs=0.01)  # .4375 becomes .219: one


def test_without_an_encoder_the_way_is_straight(balls: AutoDecoder) -> None:
    balls.encoder = None
    assert torch.equal(bent_path(balls, A, B), torch.stack([A, B]))


def test_it_answers_a_cancel(balls: AutoDecoder) -> None:
    class Stop:
        def check(self) -> None:
            raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    with pytest.raises(Cancelled):
        bent_path(balls, A, B, Stop())


def test_codes_between_knots() -> None:
    way = LatentPath("m", np.array([[0.0, 1.0], [2.0, 1.0], [2.0, 3.0]]))
    asked = {0.0: (0, 1), 0.25: (1, 1), 0.5: (2, 1), 0.75: (2, 2), 1.0: (2, 3), -1.0: (0, 1), 1.5: (2, 3)}
    for t, code in asked.items():
        assert way.at(t) == Latent("m", tuple(map(float, code)))


def test_the_ends_of_a_way_are_the_codes_to_their_last_digit(sphere_models: Path) -> None:
    engine = Engine("cpu", threads=1, roots=(sphere_models,))
    count = len(engine.space("spheres").mean)
    a, b = Latent("spheres", (1 / 3,) * count), Latent("spheres", (0.1,) * count)
    way = engine.latent_path(a, b)
    assert (way.at(0.0), way.at(1.0)) == (a, b)
    assert way.at(0.5).values == pytest.approx(((1 / 3 + 0.1) / 2,) * count)
    with pytest.raises(ModelError, match="one model"):
        engine.latent_path(a, Latent("other", b.values))
