"""Signed distances from three planes of features: an auto-decoder whose work per point is small enough to drag.

Planes as in Peng, Niemeyer, Mescheder, Pollefeys, Geiger: "Convolutional Occupancy Networks", ECCV 2020, arXiv 2003.04618
(section 3.1), made from a code by a small convolutional generator as in Chan et al., "EG3D", CVPR 2022, arXiv 2112.07945.
Codes, loss and fitting are DeepSDF's (`engine.models.autodecoder`).

Why: a coordinate network spends all its arithmetic on every point (DeepSDF here: 0.43 million operations). This one spends
most of it once per shape, on the planes; a point costs three bilinear look-ups and a network of two narrow layers.
"""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

import torch
from pydantic import Field as Bound
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.autodecoder import AutoDecoder, AutoDecoderConfig
from engine.models.base import ModelConfig
from engine.models.encoding import encoded_size, fourier
from engine.models.precision import in_tiles

#: Which two coordinates of a point each plane is looked up at.
_AXES = ((0, 1), (2, 1), (0, 2))


class TriplaneConfig(AutoDecoderConfig):
    """Shape of the network.

    Attributes:
        channels: features per plane.
        growth: channels of the generator's feature maps, from 4 x 4 upwards; each further one doubles the side.
        width: hidden units per layer of the network that reads the features.
        layers: number of its hidden layers.
        octaves: Fourier encoding of the point that is read along with the features.
    """

    method: Literal["triplane"] = "triplane"
    channels: int = Bound(default=16, ge=1)
    growth: tuple[int, ...] = (96, 48, 32, 16)
    width: int = Bound(default=64, ge=4)
    layers: int = Bound(default=2, ge=1)
    octaves: int = Bound(default=3, ge=0, le=8)


class TriplaneSDF(AutoDecoder):
    """Auto-decoder on planes of features.

    Args:
        config: shape of the network.
    """

    title: ClassVar[str] = "Triplane SDF"
    Config: ClassVar[type[ModelConfig]] = TriplaneConfig
    config: TriplaneConfig

    def __init__(self, config: TriplaneConfig) -> None:
        super().__init__(config)
        maps = config.growth
        self.seed = nn.Linear(config.latent_dim, 3 * maps[0] * 16)
        self.grow = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(maps))
        self.to_features = nn.Conv2d(maps[-1], 3 * config.channels, 1)
        columns = [3 * config.channels + encoded_size(config.octaves), *[config.width] * config.layers]
        self.read = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(columns))
        self.last = nn.Linear(config.width, 1)

    def planes(self, z: Tensor) -> Tensor:
        """(S, 3, C, R, R) features for codes z (S, D). The three planes share the generator but not what it starts from."""
        count = len(z)
        x = F.gelu(self.seed(z)).view(count * 3, self.config.growth[0], 4, 4)
        for layer in self.grow:
            x = F.gelu(layer(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)))
        every: Tensor = self.to_features(x)  # each plane takes its own third of the channels
        side = every.shape[-1]
        every = every.view(count, 3, 3, self.config.channels, side, side)
        return torch.stack([every[:, plane, plane] for plane in range(3)], dim=1)

    def raw(self, z: Tensor, points: Tensor) -> Tensor:
        """Unclamped network output (S, P) for codes z (S, D) and points (S, P, 3) in unit-sphere units."""
        h = self._features(self.planes(z), points)
        for layer in self.read:
            h = F.relu(layer(h), inplace=True)
        value: Tensor = self.last(h).squeeze(-1).float()
        return value

    def _features(self, planes: Tensor, points: Tensor) -> Tensor:
        """(S, P, 3 C + encoding) what is read for points (S, P, 3) from planes (S, 3, C, R, R)."""
        shapes, _, channels = planes.shape[:3]
        places = points / self.config.half_extent
        where = torch.stack([places[..., list(pair)] for pair in _AXES], dim=1)  # (S, 3, P, 2)
        found = F.grid_sample(
            planes.flatten(0, 1),
            where.flatten(0, 1).unsqueeze(2).to(planes.dtype),
            mode="bilinear",
            padding_mode="border",
            align_corners=True,
        )  # (3 S, C, P, 1)
        features = found.view(shapes, 3 * channels, -1).transpose(1, 2)
        return torch.cat([features, fourier(points, self.config.octaves).to(features.dtype)], dim=-1)

    def decode(self, z: Tensor) -> TriplaneField:
        """The field of one code z (D,)."""
        return TriplaneField(self, z)


class TriplaneField:
    """Signed distance of one shape whose planes have been made.

    Args:
        model: in any mode.
        z: (D,) code.
    """

    def __init__(self, model: TriplaneSDF, z: Tensor) -> None:
        config = model.config
        self.half_extent = config.half_extent
        self.lipschitz: float | None = config.lipschitz
        self.clamp: float | None = config.clamp
        self.device = z.device
        self._model = model
        self._delta = config.clamp
        self._thicken = config.thicken
        with torch.inference_mode():
            self._planes = model.planes(z.unsqueeze(0))

    def __call__(self, points: Tensor) -> Tensor:
        """(N,) signed distances, clamped to [-clamp, clamp], at points (N, 3)."""
        with torch.inference_mode():
            return in_tiles(self._values, points)

    def _values(self, points: Tensor) -> Tensor:
        h = self._model._features(self._planes, points.unsqueeze(0)).squeeze(0)
        for layer in self._model.read:
            h = layer(h).relu_()
        value: Tensor = self._model.last(h).squeeze(-1)
        return value.sub_(self._thicken).clamp_(-self._delta, self._delta)
