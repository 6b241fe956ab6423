"""What auto-decoders of signed distances share: a code per shape, trained along, and found anew for an unseen shape.

Park et al., "DeepSDF", CVPR 2019, arXiv 1901.05103, sections 4.1 to 4.3. How a code and a point become a distance is each
model's own business.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import torch
from pydantic import Field as Bound
from torch import Tensor, nn
from torch.nn import functional as F

from engine.geometry.field import Field
from engine.models.base import ModelConfig, ShapeModel


class AutoDecoderConfig(ModelConfig):
    """Settings that do not depend on the network.

    Attributes:
        latent_dim: length D of a code.
        clamp: distance delta beyond which values are not told apart (equation 4), unit-sphere units.
        sign_weight: weight of a second loss, the difference of tanh(distance / sign_scale): nearly that of signs. A thin leg
            is no deeper than a hundredth, and so hardly seen by the difference of distances.
        sign_scale: distance at which that loss begins to see signs only, unit-sphere units.
        code_penalty: weight of the mean squared length of the codes in the loss (1 / sigma^2 in equation 9).
        code_noise: standard deviation of what is added to an encoder's codes in training, so that near codes mean near shapes.
        code_std: expected length of a code at the start of training.
        lipschitz: bound on the change of the field per unit of distance, measured after training.
        half_extent: half the side of the cube in which the network was trained.
        thicken: distance by which a decoded surface lies outside the learnt one, so that sheets and bars thinner than a cell
            of the grid do not fall apart. `signed_distance` is not changed by it.
    """

    latent_dim: int = Bound(default=64, ge=1)
    clamp: float = Bound(default=0.1, gt=0)
    sign_weight: float = Bound(default=0.0, ge=0)
    sign_scale: float = Bound(default=0.02, gt=0)
    code_penalty: float = Bound(default=1e-4, ge=0)
    code_noise: float = Bound(default=0.0, ge=0)
    code_std: float = Bound(default=1.0, gt=0)
    lipschitz: float = Bound(default=1.0, gt=0)
    half_extent: float = Bound(default=1.05, gt=0)
    thicken: float = Bound(default=0.0, ge=0)


class AutoDecoder(ShapeModel):
    """Signed distances f(z, x), equation 6 of the paper.

    Attributes:
        clamp: distance beyond which values are not told apart, unit-sphere units.
    """

    output: ClassVar[Literal["surface", "points"]] = "surface"
    config: AutoDecoderConfig
    encoder: nn.Module | None  # surface points (S, N, 3) to codes (S, D), where a model has one

    def __init__(self, config: AutoDecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = config.latent_dim
        self.clamp = config.clamp
        self.encoder = None  # not a default of the class: that would hide a module of this name

    @abstractmethod
    def raw(self, z: Tensor, points: Tensor) -> Tensor:
        """Unclamped network output (S, P) for codes z (S, D) and points (S, P, 3) in unit-sphere units."""

    @abstractmethod
    def decode(self, z: Tensor) -> Field:
        """The field of one code z (D,)."""

    def signed_distance(self, z: Tensor, points: Tensor) -> Tensor:
        """(N,) signed distance of points (N, 3) for the code z (D,), with gradients to both; clamped nowhere."""
        return self.raw(z.unsqueeze(0), points.unsqueeze(0)).squeeze(0)

    def surface_values(self, z: Tensor, points: Tensor) -> Tensor:
        """(S, P) values whose zeros are the decoded surface, at points (S, P, 3) for codes z (S, D), with gradients to both."""
        return self.raw(z, points) - self.config.thicken

    def error(self, value: Tensor, truth: Tensor) -> Tensor:
        """What a fit and training make small: difference of values from signed distances, of the shape of both."""
        config = self.config
        distance = distance_error(value, truth, config.clamp)
        if config.sign_weight == 0:
            return distance
        signs = torch.tanh(value / config.sign_scale) - torch.tanh(truth / config.sign_scale)
        return distance + config.sign_weight * signs.abs()

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Clamped L1 distance (and signs, if weighted) plus the penalty on codes (equations 4 and 9).

        Equation 4 clamps both sides, and so gives no gradient where the network wrongly answers "far": a whole shape can
        stay there for good. Here the truth is clamped, and the answer may be anything beyond the clamp where the truth is
        beyond it on the same side; everywhere else the difference counts in full.

        Args:
            batch: "z" (S, D) codes, "points" (S, P, 3), "sdf" (S, P); "ramp" () in [0, 1] scales the penalty.
        """
        error = self.error(self.raw(batch["z"], batch["points"]), batch["sdf"]).mean()
        penalty = batch["z"].square().sum(dim=-1).mean()
        ramp = batch.get("ramp", torch.ones((), device=error.device))
        return {
            "loss": error + self.config.code_penalty * ramp * penalty,
            "distance": error.detach(),
            "code": penalty.detach().sqrt(),
        }


def distance_error(value: Tensor, truth: Tensor, delta: float) -> Tensor:
    """Difference of a field's values from signed distances of which only |d| < delta is known; same shape as both."""
    lowest = torch.where(truth <= -delta, -torch.inf, truth.clamp(max=delta))
    highest = torch.where(truth >= delta, torch.inf, truth.clamp(min=-delta))
    return F.relu(lowest - value) + F.relu(value - highest)
