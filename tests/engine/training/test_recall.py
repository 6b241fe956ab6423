import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.models.autodecoder import AutoDecoder, AutoDecoderConfig
from engine.training.recall import spread, training_iou

sys.path.insert(0, str(Path(__file__).parent))
from spheres import sphere_pieces


class Balls(AutoDecoder):
    """The code is the radius."""

    def __init__(self) -> None:
        super().__init__(AutoDecoderConfig(method="deepsdf", latent_dim=1))
        self.nothing = torch.nn.Parameter(torch.zeros(1))

    def raw(self, z: Tensor, points: Tensor) -> Tensor:
        return points.norm(dim=-1) - z

    def decode(self, z: Tensor):
        return lambda points: self.raw(z[None], points[None])[0]


def test_the_overlap_of_balls_is_that_of_their_volumes(tmp_path: Path) -> None:
    pieces = sphere_pieces(tmp_path, (0.8, 0.8, 0.6), count=20_000)
    exact, small, none = training_iou(Balls(), torch.tensor([[0.8], [0.6], [-1.0]]), pieces)
    assert exact == 1.0
    assert small == pytest.approx((0.6 / 0.8) ** 3, abs=0.02)  # 20,000 points
    assert none == 0.0


def test_the_spread_leaves_out_what_is_not_a_number() -> None:
    assert spread([0.5, math.nan, 1.0, 0.9]) == {"mean": 0.8, "median": 0.9, "lowest": 0.5}
    assert spread([math.nan]) == {}
    assert np.isfinite(list(spread([0.25]).values())).all()
