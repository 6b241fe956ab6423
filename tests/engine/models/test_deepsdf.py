import numpy as np
import pytest
import torch

from engine.models.autodecoder import distance_error
from engine.models.base import EncodesPictures, FitsShapes
from engine.models.deepsdf import DeepSDF, DeepSDFConfig
from engine.models.encoding import encoded_size, fourier


def random_model(**fields: object) -> DeepSDF:
    torch.manual_seed(3)
    model = DeepSDF(DeepSDFConfig(**{"latent_dim": 5, "width": 24, "layers": 4, "clamp": 1000.0} | fields))
    for parameter in model.parameters():
        if parameter.ndim > 1:
            torch.nn.init.normal_(parameter, 0, 0.4)
    return model.eval()


def test_the_paper_preset_has_the_published_number_of_parameters() -> None:
    assert DeepSDF(DeepSDFConfig.paper()).parameter_count == 1_843_195


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"latent_in": (2,), "points_in": (2,), "octaves": 0},
        {"latent_in": (), "octaves": 3, "weight_norm": True},
        {"latent_in": "all", "points_in": (1, 3)},
        {"final_tanh": True, "dropout": 0.5},
    ],
)
def test_the_decoded_field_equals_the_network(fields: dict[str, object]) -> None:
    model = random_model(**fields)
    z = torch.randn(5)
    points = torch.rand(500, 3) * 2.1 - 1.05
    expected = model.signed_distance(z, points).detach()
    assert expected.std() > 1e-4
    torch.testing.assert_close(model.decode(z)(points), expected, atol=1e-5, rtol=1e-5)


def test_thickening_moves_the_decoded_surface_and_not_the_distance() -> None:
    model, thick = random_model(), random_model(thicken=0.25)
    z, points = torch.randn(5), torch.rand(50, 3)
    torch.testing.assert_close(thick.signed_distance(z, points), model.signed_distance(z, points))
    torch.testing.assert_close(thick.decode(z)(points), model.decode(z)(points) - 0.25)


def test_concatenating_the_code_is_what_the_split_weights_compute() -> None:
    model = random_model(layers=1, octaves=0)
    z, points = torch.randn(5), torch.rand(7, 3)
    joined = torch.cat([points, z.expand(7, 5)], dim=1)
    by_hand = model.last(torch.relu(model.hidden[0](joined))).squeeze(-1)
    torch.testing.assert_close(model.signed_distance(z, points), by_hand)


def test_the_field_is_clamped_and_says_so() -> None:
    field = random_model(clamp=0.1).decode(torch.randn(5))
    values = field(torch.rand(2000, 3) * 2 - 1)
    assert field.clamp == 0.1
    assert values.abs().max() == pytest.approx(0.1)
    assert not values.requires_grad


def test_the_loss_is_the_mean_error_plus_the_penalty() -> None:
    model = random_model(clamp=0.2, code_penalty=0.01)
    z, points, sdf = torch.randn(2, 5), torch.rand(2, 6, 3), torch.randn(2, 6)
    error = distance_error(model.raw(z, points), sdf, 0.2).mean()
    penalty = 0.5 * 0.01 * (z.numpy() ** 2).sum(axis=1).mean()
    losses = model.loss({"z": z, "points": points, "sdf": sdf, "ramp": torch.tensor(0.5)})
    assert float(losses["loss"].detach()) == pytest.approx(float(error.detach()) + penalty, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "truth", "error", "slope"),
    [
        (0.05, 0.02, 0.03, 1),  # both within the clamp: plain difference
        (0.30, 0.02, 0.28, 1),  # the answer is far off: the paper's clamp would give no slope here
        (-0.30, 0.02, 0.32, -1),
        (0.30, 0.50, 0.00, 0),  # truth beyond the clamp: anything beyond it is right
        (0.04, 0.50, 0.06, -1),
        (-0.40, -0.70, 0.00, 0),
        (0.04, -0.70, 0.14, 1),
    ],
)
def test_errors_count_what_is_known(value: float, truth: float, error: float, slope: float) -> None:
    v = torch.tensor(value, requires_grad=True)
    found = distance_error(v, torch.tensor(truth), 0.1)
    found.backward()
    assert float(found.detach()) == pytest.approx(error, abs=1e-6)
    assert float(v.grad) == slope
    paper = abs(np.clip(value, -0.1, 0.1) - np.clip(truth, -0.1, 0.1))
    assert paper <= float(found.detach()) + 1e-6


def test_fourier_encoding_by_double_angles_equals_the_direct_one() -> None:
    points = torch.rand(300, 3, dtype=torch.float64) * 2.1 - 1.05
    direct = [points]
    for octave in range(6):
        direct += [torch.sin(np.pi * 2**octave * points), torch.cos(np.pi * 2**octave * points)]
    encoded = fourier(points.float(), 6)
    assert encoded.shape[1] == encoded_size(6)
    torch.testing.assert_close(encoded.double(), torch.cat(direct, dim=1), atol=1e-4, rtol=0)


def test_capabilities_are_seen_from_outside() -> None:
    model = random_model()
    assert isinstance(model, FitsShapes)
    assert not isinstance(model, EncodesPictures)


def test_layers_that_do_not_exist_are_refused() -> None:
    with pytest.raises(ValueError, match="layers 0 to 3"):
        DeepSDFConfig(layers=4, latent_in=(4,))
