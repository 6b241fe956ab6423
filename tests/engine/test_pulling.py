"""Pulling surfaces whose answer is known: balls and boxes whose codes are their measures."""

import numpy as np
import pytest
import torch
from torch import nn

from engine import pulling
from engine.errors import ModelError, ShapeError
from engine.models.base import HasSurface, ModelConfig, ShapeModel
from engine.pulling import LIMIT, REACH, Pull
from engine.requests import LatentSpace
from engine.shapes import Latent
from engine.whitening import shrunk_covariance, spread_of


class Measured(ShapeModel):
    """A shape whose code is a list of lengths; `nn.Module` wants a parameter."""

    title = "measured"
    output = "surface"
    Config = ModelConfig

    def __init__(self, size):
        super().__init__()
        self.latent_dim = size
        self.weight = nn.Parameter(torch.ones(()))

    def decode(self, z):
        raise NotImplementedError

    def loss(self, batch):
        raise NotImplementedError


class Ball(Measured):
    """Code: radius and centre."""

    def surface_values(self, z, points):
        return (points - z[:, None, 1:]).norm(dim=-1) - z[:, None, 0]


class Box(Measured):
    """Code: places of the six faces, lower three and upper three; the exact signed distance."""

    scale = 1.0

    def surface_values(self, z, points):
        outside = torch.maximum(z[:, None, :3] - points, points - z[:, None, 3:])
        inner = outside.max(dim=-1).values.clamp(max=0)
        return self.scale * (outside.clamp(min=1e-9).norm(dim=-1) + inner)


class Steep(Box):
    """The same faces, in units that have nothing to do with lengths, as logits do."""

    scale = 40.0


class Loose(Measured):
    output = "points"


def space(code, spread=0.05):
    """A code and two more along each axis: lengths that know nothing of each other, with standard deviation `spread`."""
    size = len(code)
    steps = spread * (size + 0.5) ** 0.5 * np.concatenate([np.zeros((1, size)), np.eye(size), -np.eye(size)])
    known = (np.asarray(code) + steps).astype(np.float32)
    names, sigma = tuple(map(str, range(len(known)))), np.full(size, spread, np.float32)
    return LatentSpace("known", np.asarray(code, np.float32), np.eye(size, dtype=np.float32), sigma, known, *3 * (names,))


def latent(*values):
    return Latent("known", values)


def drag(pull, start, end, steps=8):
    """As a mouse does, then at rest."""
    for share in np.linspace(0, 1, steps + 1)[1:]:
        step = pull.step((1 - share) * np.asarray(start, float) + share * np.asarray(end, float))
    for _ in range(20):
        if step.settled:
            return step
        step = pull.step(end)
    raise AssertionError("never settled")


@pytest.fixture
def nothing_elsewhere(monkeypatch):
    """Only the conditions count and the length of the change: the answers then have closed forms."""
    monkeypatch.setattr(pulling, "ELSEWHERE_ERROR", 1e9)


CUBE = (-0.5, -0.5, -0.5, 0.5, 0.5, 0.5)


@pytest.mark.parametrize("kind", [Box, Steep])
def test_pulling_a_face_moves_that_face_and_no_other(kind) -> None:
    pull = Pull(kind(6), space(CUBE, 0.3), latent(*CUBE), np.array([0.5, 0.1, -0.1]))
    step = drag(pull, (0.5, 0.1, -0.1), (0.65, 0.1, -0.1))
    np.testing.assert_allclose(step.latent.values, (-0.5, -0.5, -0.5, 0.65, 0.5, 0.5), atol=0.004)
    assert step.distance < 0.003
    assert not step.leaves


def test_a_ball_without_pins_shares_the_pull_and_one_with_pins_grows(nothing_elsewhere) -> None:
    """A pin at the left pole leaves one way only for the right pole: half of the pull to the radius, half to the centre."""
    ball, known, start = Ball(4), space((0.5, 0, 0, 0), 0.3), latent(0.5, 0.0, 0.0, 0.0)
    right, left = np.array([0.5, 0.0, 0.0]), np.array([[-0.5, 0.0, 0.0]])
    step = drag(Pull(ball, known, start, right, left), right, (0.7, 0, 0))
    np.testing.assert_allclose(step.latent.values, (0.6, 0.1, 0.0, 0.0), atol=0.006)
    assert step.pins[0] < 0.003
    free = drag(Pull(ball, known, start, right), right, (0.7, 0, 0))
    assert free.distance < 0.003
    assert free.latent.values[0] + free.latent.values[1] == pytest.approx(0.7, abs=0.005)


def test_what_was_grabbed_comes_along_sideways(nothing_elsewhere) -> None:
    """The surface could touch the target without moving sideways; the patch asks for the pole itself: centre, not radius."""
    pull = Pull(Ball(4), space((0.5, 0, 0, 0), 0.3), latent(0.5, 0.0, 0.0, 0.0), np.array([0.0, 0.5, 0.0]))
    step = drag(pull, (0, 0.5, 0), (0.15, 0.5, 0))
    radius, x, _, _ = step.latent.values
    assert x > 0.03
    assert abs(radius - 0.5) < 0.06
    assert step.distance < 0.003


def test_a_pull_to_where_it_began_gives_the_code_back() -> None:
    pull = Pull(Box(6), space(CUBE, 0.3), latent(*CUBE), np.array([0.5, 0.0, 0.0]))
    first = pull.step(np.array([0.5, 0.0, 0.0]))
    np.testing.assert_allclose(first.latent.values, CUBE, atol=1e-6)
    assert first.settled
    drag(pull, (0.5, 0, 0), (0.7, 0.0, 0.0))
    back = drag(pull, (0.7, 0, 0), (0.5, 0.0, 0.0))
    np.testing.assert_allclose(back.latent.values, CUBE, atol=2e-3)


def test_a_press_beside_the_surface_is_no_pull() -> None:
    """The mesh that was pressed differs a little from the field: the first step must not move anything."""
    pull = Pull(Box(6), space(CUBE, 0.3), latent(*CUBE), np.array([0.508, 0.0, 0.0]))
    step = pull.step(np.array([0.508, 0.0, 0.0]))
    np.testing.assert_allclose(step.latent.values, CUBE, atol=1e-5)
    step = drag(pull, (0.508, 0, 0), (0.7, 0, 0))
    assert step.latent.values[3] == pytest.approx(0.7, abs=0.004), "and in the end it lies under the hand"


def test_an_absurd_target_is_said_to_leave_and_the_code_stays_known() -> None:
    known = space(CUBE, 0.01)
    pull = Pull(Box(6), known, latent(*CUBE), np.array([0.5, 0.0, 0.0]))
    step = drag(pull, (0.5, 0, 0), (1.0, 0, 0))
    assert step.leaves
    assert step.distance > REACH
    assert step.after >= 1 - LIMIT - 0.01
    assert step.after < step.before
    assert step.distance == pytest.approx(1.0 - step.latent.values[3], abs=0.01)
    np.testing.assert_allclose(step.reached, (step.latent.values[3], 0, 0), atol=0.01)
    assert 0.5 < step.latent.values[3] < 0.6, "it has gone as far as is known"


def test_pins_that_contradict_the_pull_are_said_to() -> None:
    point = np.array([0.5, 0.0, 0.0])
    step = drag(Pull(Box(6), space(CUBE, 0.3), latent(*CUBE), point, np.array([[0.5, 0.2, 0.2]])), point, (0.7, 0, 0))
    assert step.leaves
    assert step.distance > REACH or step.pins[0] > REACH


def test_refusals() -> None:
    with pytest.raises(ModelError, match="cannot be pulled"):
        Pull(Loose(6), space(CUBE), latent(*CUBE), np.zeros(3))
    pull = Pull(Box(6), space(CUBE), latent(*CUBE), np.array([0.5, 0.0, 0.0]))
    with pytest.raises(ShapeError, match="finite"):
        pull.step(np.array([np.nan, 0.0, 0.0]))


def test_it_works_on_what_inference_mode_has_made() -> None:
    """The engine decodes in inference mode; gradients must come out all the same."""
    with torch.inference_mode():
        pull = Pull(Box(6), space(CUBE, 0.3), latent(*CUBE), np.array([0.5, 0.0, 0.0]))
        assert drag(pull, (0.5, 0, 0), (0.6, 0, 0)).latent.values[3] == pytest.approx(0.6, abs=0.004)


def test_shrinkage_gives_full_rank_and_leaves_well_known_codes_alone() -> None:
    rng = np.random.default_rng(0)
    wide = np.diag((1.0, 4.0, 9.0))
    many = rng.standard_normal((20_000, 3)) @ np.sqrt(wide)
    np.testing.assert_allclose(shrunk_covariance(many), wide, atol=0.25)
    few = shrunk_covariance(rng.standard_normal((10, 40)))
    assert np.linalg.eigvalsh(few).min() > 0.1
    np.testing.assert_allclose(shrunk_covariance(np.ones((5, 3))), np.eye(3))
    np.testing.assert_allclose(spread_of(many), np.diag((1, 2, 3)), atol=0.05)


def test_the_models_of_surfaces_have_values_that_are_zero_on_what_they_decode() -> None:
    from engine.models.deepsdf import DeepSDF, DeepSDFConfig
    from engine.models.occnet import OccupancyConfig, OccupancyNetwork
    from engine.models.triplane import TriplaneConfig, TriplaneSDF

    torch.manual_seed(0)
    points = torch.rand(1, 50, 3) - 0.5
    models = (
        DeepSDF(DeepSDFConfig(latent_dim=4, width=16, layers=2, thicken=0.03, clamp=5.0)),
        TriplaneSDF(TriplaneConfig(latent_dim=4, channels=2, growth=(4, 4), width=8, thicken=0.03, clamp=5.0)),
        OccupancyNetwork(OccupancyConfig(latent_dim=4, hidden=16, blocks=1, head_hidden=4)),
    )
    for model in models:
        model.eval()
        assert isinstance(model, HasSurface)
        z = torch.randn(4)
        np.testing.assert_allclose(
            model.surface_values(z[None], points)[0].detach().numpy(), model.decode(z)(points[0]).numpy(), atol=2e-5
        )


def test_sliding_along_a_face_changes_nothing_and_arrives() -> None:
    """A pull within the plane of a face: the face is there already."""
    pull = Pull(Box(6), space(CUBE, 0.3), latent(*CUBE), np.array([0.5, -0.2, 0.0]))
    step = drag(pull, (0.5, -0.2, 0), (0.5, 0.2, 0), steps=2)
    assert step.distance < 0.003
    np.testing.assert_allclose(step.reached, (0.5, 0.2, 0), atol=1e-3)
    np.testing.assert_allclose(step.latent.values, CUBE, atol=1e-3)
    assert not step.leaves


def test_of_two_ways_the_one_is_taken_that_leaves_the_rest_alone(monkeypatch) -> None:
    """A face can be moved by its own length, or by a shift of the whole box that costs the code as much."""

    class Shifted(Box):
        def surface_values(self, z, points):
            return super().surface_values(z[:, :6], points - z[:, 6:, None].transpose(1, 2) * torch.tensor([1.0, 0.0, 0.0]))

    code = (*CUBE, 0.0)
    ends = []
    for error in (1e9, 0.02):
        monkeypatch.setattr(pulling, "ELSEWHERE_ERROR", error)
        pull = Pull(Shifted(7), space(code, 0.3), latent(*code), np.array([0.5, 0.0, 0.0]))
        ends.append(drag(pull, (0.5, 0, 0), (0.6, 0, 0)).latent.values)
    assert ends[0][6] == pytest.approx(0.05, abs=0.005), "half by each where the rest does not count"
    shift, face, back = ends[1][6], ends[1][3], ends[1][0]
    assert back + shift == pytest.approx(-0.5, abs=0.002), "the other side stays, although a shorter change would move it"
    assert face + shift == pytest.approx(0.6, abs=0.002)
    assert shift == pytest.approx(1 / 30, abs=0.002), "the shortest of those changes"


def test_a_pin_that_the_surface_has_left_holds_nothing() -> None:
    pull = Pull(Box(6), space(CUBE, 0.3), latent(*CUBE), np.array([0.5, 0.0, 0.0]), np.array([[0.0, 0.9, 0.0]]))
    step = drag(pull, (0.5, 0, 0), (0.6, 0, 0))
    assert step.pins == ()
    assert step.latent.values[4] == pytest.approx(0.5, abs=0.004)


def test_training_codes_are_stepping_stones() -> None:
    """Each gap is crossed because the next training code lies behind it; the same way without stones is said to leave."""
    radii = np.array([0.3, 0.45, 0.6, 0.75])

    def pulled(known):
        codes = np.zeros((len(known), 4), np.float32)
        codes[:, 0] = known
        names = tuple(map(str, known))
        knows = LatentSpace("known", codes.mean(0), np.eye(4, dtype=np.float32)[:1], np.float32([0.1]), codes, *3 * (names,))
        point = np.array([0.0, 0.3, 0.0])
        return drag(Pull(Ball(4), knows, latent(0.3, 0, 0, 0), point), point, (0, 0.75, 0), steps=15)

    over = pulled(radii)
    assert not over.leaves
    assert over.latent.values[0] + over.latent.values[2] == pytest.approx(0.75, abs=0.004)
    assert over.after > 1 - LIMIT - 0.01
    short = pulled(radii[:2])
    assert short.leaves
    assert short.latent.values[0] + short.latent.values[2] < 0.65
