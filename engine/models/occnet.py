"""Occupancy Network: is this point inside the shape that the picture shows?

Mescheder, Oechsle, Niemeyer, Nowozin, Geiger: "Occupancy Networks: Learning 3D Reconstruction in Function Space", CVPR 2019,
arXiv 1812.03828. The decoder is the published one: five residual blocks whose batch norms take scale and shift from the code
(conditional batch norm), an occupancy logit, cross-entropy in training, threshold 0.2 in use.

Deviations: hidden width 128 instead of 256 (`OccupancyConfig.paper()` has the published width), and frozen ImageNet features
with a trained head (`engine.models.picture_head`) instead of a ResNet-18 trained along.

With the running statistics of batch norm and a fixed code, each conditional norm is one scale and one shift per channel;
`decode` computes them once and folds every second one into the layer before it.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from pydantic import Field as Bound
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.base import ModelConfig, ShapeModel
from engine.models.encoding import encoded_size, fourier
from engine.models.picture_head import PictureHead
from engine.models.tiles import in_tiles


class OccupancyConfig(ModelConfig):
    """Shape of the network.

    Attributes:
        latent_dim: length of the code c.
        hidden: width of the decoder.
        blocks: residual blocks.
        octaves: Fourier encoding of the points; 0 feeds bare coordinates, as published.
        threshold: probability above which a point counts as inside.
        head_hidden: units of the head between picture features and code.
        map_channels: channels kept of the encoder's spatial map; 0 uses the pooled features only.
        dropout: share of picture features left out in training.
        code_norm: bring every code to mean 0 and variance 1 over its entries, so that noise has a known size beside it.
        code_noise: standard deviation of noise added to codes in training; with few shapes to learn from, it keeps the head
            from learning every picture by heart.
        half_extent: half the side of the cube in which the network was trained.
    """

    method: Literal["occnet"] = "occnet"
    latent_dim: int = Bound(default=128, ge=1)
    hidden: int = Bound(default=128, ge=1)
    blocks: int = Bound(default=5, ge=1)
    octaves: int = Bound(default=0, ge=0, le=12)
    threshold: float = Bound(default=0.2, gt=0, lt=1)
    head_hidden: int = Bound(default=256, ge=1)
    map_channels: int = Bound(default=32, ge=0)
    dropout: float = Bound(default=0.3, ge=0, lt=1)
    code_norm: bool = False
    code_noise: float = Bound(default=0.0, ge=0)
    half_extent: float = Bound(default=1.05, gt=0)

    @classmethod
    def paper(cls, categories: tuple[str, ...] = ()) -> OccupancyConfig:
        """The published decoder: width 256, code of 256."""
        return cls(categories=categories, latent_dim=256, hidden=256, blocks=5, octaves=0)

    @property
    def logit_threshold(self) -> float:
        """log(t / (1 - t)): comparing logits saves the sigmoid."""
        return math.log(self.threshold / (1 - self.threshold))


class ConditionalNorm(nn.Module):
    """Batch norm whose scale gamma(c) and shift beta(c) come from the code; starts as a plain batch norm."""

    def __init__(self, code: int, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Linear(code, channels)
        self.beta = nn.Linear(code, channels)
        self.norm = nn.BatchNorm1d(channels, affine=False)
        nn.init.zeros_(self.gamma.weight)
        nn.init.ones_(self.gamma.bias)
        nn.init.zeros_(self.beta.weight)
        nn.init.zeros_(self.beta.bias)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """Normalise x (B, P, channels) under codes c (B, code)."""
        h = self.norm(x.flatten(0, 1)).view_as(x)
        return torch.addcmul(self.beta(c).unsqueeze(1).to(h.dtype), self.gamma(c).unsqueeze(1).to(h.dtype), h)

    def folded(self, c: Tensor) -> tuple[Tensor, Tensor]:
        """Scale and shift (channels,) that do the same for one code c (code,) in evaluation mode."""
        mean, variance = self.norm.running_mean, self.norm.running_var
        assert mean is not None and variance is not None  # noqa: PT018  (for the type checker: both are tracked)
        scale = self.gamma(c) / torch.sqrt(variance + self.norm.eps)
        return scale, self.beta(c) - scale * mean


class ConditionalBlock(nn.Module):
    """x + fc_1(relu(CBN(fc_0(relu(CBN(x)))))); the last layer starts at zero, so that the block starts as identity."""

    def __init__(self, code: int, channels: int) -> None:
        super().__init__()
        self.norm_0 = ConditionalNorm(code, channels)
        self.norm_1 = ConditionalNorm(code, channels)
        self.fc_0 = nn.Linear(channels, channels)
        self.fc_1 = nn.Linear(channels, channels)
        nn.init.zeros_(self.fc_1.weight)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        """Features (B, P, channels) under codes (B, code)."""
        h = self.fc_0(F.relu(self.norm_0(x, c)))
        h = self.fc_1(F.relu(self.norm_1(h, c)))
        result: Tensor = x + h
        return result


class OccupancyNetwork(ShapeModel):
    """Picture to occupancy; the code is c.

    Args:
        config: shape of the network.
    """

    title: ClassVar[str] = "Occupancy Network"
    output: ClassVar[Literal["surface", "points"]] = "surface"
    Config: ClassVar[type[ModelConfig]] = OccupancyConfig
    config: OccupancyConfig
    samples = False

    def __init__(self, config: OccupancyConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = config.latent_dim
        self.head = PictureHead(config.latent_dim, config.head_hidden, config.map_channels, config.dropout)
        self.scale = nn.LayerNorm(config.latent_dim, elementwise_affine=False) if config.code_norm else nn.Identity()
        self.first = nn.Linear(encoded_size(config.octaves), config.hidden)
        self.blocks = nn.ModuleList([ConditionalBlock(config.latent_dim, config.hidden) for _ in range(config.blocks)])
        self.norm = ConditionalNorm(config.latent_dim, config.hidden)
        self.last = nn.Linear(config.hidden, 1)

    def picture_code(self, pooled: Tensor, map: Tensor) -> Tensor:
        """Codes (B, D) of picture features (B, 1280) and (B, 320, 7, 7)."""
        code: Tensor = self.scale(self.head(pooled, map))
        return code

    def logits(self, c: Tensor, points: Tensor) -> Tensor:
        """Occupancy logits (B, P) at points (B, P, 3) for codes c (B, D)."""
        h = self.first(fourier(points, self.config.octaves))
        for block in self.blocks:
            h = block(h, c)
        logits: Tensor = self.last(F.relu(self.norm(h, c))).squeeze(-1).float()
        return logits

    def surface_values(self, z: Tensor, points: Tensor) -> Tensor:
        """(S, P) threshold logit minus occupancy logit at points (S, P, 3) for codes z (S, D), with gradients to both."""
        return self.config.logit_threshold - self.logits(z, points)

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy of the occupancy, mean over points (equation 3; the paper sums over the points of a shape).

        Args:
            batch: "pooled" (B, 1280) and "map" (B, 320, 7, 7) picture features, or "c" (B, D) codes; "points" (B, P, 3) and
                "occupied" (B, P), 1 inside and 0 outside.
        """
        c = batch["c"] if "c" in batch else self.picture_code(batch["pooled"], batch["map"])
        if self.training and self.config.code_noise:
            c = c + self.config.code_noise * torch.randn_like(c)
        logits = self.logits(c, batch["points"])
        loss = F.binary_cross_entropy_with_logits(logits, batch["occupied"])
        with torch.no_grad():
            inside, truth = logits > self.config.logit_threshold, batch["occupied"] > 0.5
            union = (inside | truth).sum(dim=1).clamp(min=1)
            iou = ((inside & truth).sum(dim=1) / union).mean()
        return {"loss": loss, "iou": iou}

    def encode_pictures(self, rgb: Tensor, seed: int = 0) -> Tensor:
        """Codes (B, D) of pictures (B, 3, 224, 224); the seed is not used, a picture has one answer."""
        code: Tensor = self.scale(self.head.read(rgb))
        return code

    def decode(self, z: Tensor) -> OccupancyField:
        """The field of one code z (D,)."""
        return OccupancyField(self, z)


class OccupancyField:
    """Negated occupancy logit of one shape, shifted so that the threshold is at zero.

    Args:
        model: evaluated with its running statistics, whatever its mode.
        c: (D,) code.
    """

    def __init__(self, model: OccupancyNetwork, c: Tensor) -> None:
        self.half_extent = model.config.half_extent
        self.lipschitz: float | None = None
        self.clamp: float | None = None
        self.device = c.device
        self._octaves = model.config.octaves
        with torch.inference_mode():
            self._first = (model.first.weight, model.first.bias)
            self._blocks = [_folded_block(block, c) for block in model.blocks if isinstance(block, ConditionalBlock)]
            self._scale, self._shift = model.norm.folded(c)
            self._last = -model.last.weight  # negated: the field is negative inside
            self._bias = model.config.logit_threshold - model.last.bias

    def __call__(self, points: Tensor) -> Tensor:
        """(N,) threshold logit minus occupancy logit at points (N, 3): negative inside."""
        with torch.inference_mode():
            return in_tiles(self._values, points)

    def _values(self, points: Tensor) -> Tensor:
        x = F.linear(fourier(points, self._octaves), *self._first)
        for scale, shift, weight_0, bias_0, weight_1, bias_1 in self._blocks:
            h = torch.addcmul(shift, scale, x).relu_()
            h = F.linear(h, weight_0, bias_0).relu_()
            x += F.linear(h, weight_1, bias_1)
        h = torch.addcmul(self._shift, self._scale, x).relu_()
        return F.linear(h, self._last, self._bias).squeeze(-1)


def _folded_block(block: ConditionalBlock, c: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    """Scale and shift of the first norm; weight and bias of fc_0 with the second norm in it; those of fc_1."""
    scale_0, shift_0 = block.norm_0.folded(c)
    scale_1, shift_1 = block.norm_1.folded(c)
    weight_0 = (block.fc_0.weight * scale_1[:, None]).contiguous()
    bias_0 = block.fc_0.bias * scale_1 + shift_1
    return scale_0, shift_0, weight_0, bias_0, block.fc_1.weight, block.fc_1.bias
