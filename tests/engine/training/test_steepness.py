"""The measured bound of fields whose slope is known."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor

from engine.assets import assets_root
from engine.errors import ModelError
from engine.geometry.field import Field
from engine.models.autodecoder import AutoDecoder, AutoDecoderConfig
from engine.models.checkpoint import read_info
from engine.training.steepness import measure_again, steepness


class BallField:
    half_extent: float = 1.05
    lipschitz: float | None = 1.0
    clamp: float | None = 0.1

    def __init__(self, slope: float, radius: Tensor) -> None:
        self.slope = slope
        self.radius = radius

    def __call__(self, points: Tensor) -> Tensor:
        values: Tensor = self.slope * (points.norm(dim=1) - self.radius)
        return values.clamp(-0.1, 0.1)


class Balls(AutoDecoder):
    """Balls of the radius that the code says, with distances that are `slope` times too long."""

    def __init__(self, slope: float) -> None:
        super().__init__(AutoDecoderConfig(method="deepsdf", latent_dim=1))
        self.slope = torch.nn.Parameter(torch.tensor(slope))

    def raw(self, z: Tensor, points: Tensor) -> Tensor:
        result: Tensor = self.slope * (points.norm(dim=-1) - z)
        return result

    def decode(self, z: Tensor) -> Field:
        return BallField(float(self.slope), z[0])


CODES = torch.tensor([[0.4], [0.5], [0.7]])


@pytest.mark.parametrize(("slope", "bound"), [(1.0, 1.0), (0.6, 1.0), (1.7, 1.7)])
def test_the_bound_is_the_slope_but_never_below_one(slope: float, bound: float) -> None:
    found = steepness(Balls(slope), CODES, points=2048)
    assert found.bound == pytest.approx(bound, rel=0.02)
    assert found.codes == 3 + 2  # and halfway between
    assert found.pairs > 1000
    # Straight away from a ball the slope is reached; at the first grid's distance the clamp holds it down.
    assert found.maximum[-1] == pytest.approx(slope, rel=0.05)
    assert found.maximum[0] <= 0.1 / found.reaches[0] * 1.02
    assert all(a <= b <= c for a, b, c in zip(found.quantile_99, found.quantile_999, found.maximum, strict=True))


def test_without_a_surface_the_bound_is_one() -> None:
    found = steepness(Balls(1.0), torch.tensor([[-0.5]]), points=256)
    assert (found.bound, found.pairs) == (1.0, 0)


def test_a_measurement_is_recorded_only_if_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "planes"
    shutil.copytree(assets_root() / "weights" / "triplane-furniture", folder)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["config"]["lipschitz"] = 7.0
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    before, found = measure_again(folder, write=False)
    assert before == 7.0
    assert json.loads((folder / "config.json").read_text("utf-8"))["config"]["lipschitz"] == 7.0
    assert 1.0 <= found.bound < 1.3
    measure_again(folder, write=True)
    assert json.loads((folder / "config.json").read_text("utf-8"))["config"]["lipschitz"] == found.bound
    assert json.loads((folder / "card.json").read_text("utf-8"))["steepness"]["maximum"] == list(found.maximum)
    assert read_info(folder).id == "planes"


def test_an_occupancy_has_no_bound() -> None:
    with pytest.raises(ModelError, match="no signed distance"):
        measure_again(assets_root() / "weights" / "occnet-furniture", write=False)
