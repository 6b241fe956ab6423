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
from pydantic import model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.autodecoder import AutoDecoder, AutoDecoderConfig
from engine.models.base import ModelConfig
from engine.models.encoding import encoded_size, fourier
from engine.models.surface_encoder import SurfaceEncoder
from engine.models.tiles import in_tiles

#: Which two coordinates of a point each plane is looked up at.
_AXES = ((0, 1), (2, 1), (0, 2))
_START = 4  # cells per side from which the planes grow
_MIX = 128  # units through which all cells of a local code speak to each other


class TriplaneConfig(AutoDecoderConfig):
    """Shape of the network.

    Attributes:
        channels: features per plane.
        growth: channels of the generator's feature maps, from 4 x 4 upwards; each further one doubles the side.
        width: hidden units per layer of the network that reads the features.
        layers: number of its hidden layers.
        octaves: Fourier encoding of the point that is read along with the features.
        encoder: channels of the feature maps of an encoder from surface points to codes; empty for a pure auto-decoder, whose
            codes are trained one by one.
        encoder_hidden: units between the encoder's feature maps and the code.
        local: numbers of the code for each of the 4 x 4 cells of each plane, so that `latent_dim` is 48 times as many; a part
            of a shape then mostly hangs on a few numbers, which a network learns from far fewer shapes. 0 for none.
    """

    method: Literal["triplane"] = "triplane"
    channels: int = Bound(default=16, ge=1)
    growth: tuple[int, ...] = (96, 48, 32, 16)
    width: int = Bound(default=64, ge=4)
    layers: int = Bound(default=2, ge=1)
    octaves: int = Bound(default=3, ge=0, le=8)
    encoder: tuple[int, ...] = ()
    encoder_hidden: int = Bound(default=384, ge=1)
    local: int = Bound(default=0, ge=0)

    @model_validator(mode="after")
    def _cells_fill_the_code(self) -> TriplaneConfig:
        if self.local and self.latent_dim != 3 * _START**2 * self.local:
            raise ValueError(f"with local = {self.local}, latent_dim must be {3 * _START**2 * self.local}")
        return self


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
        self.seed: nn.Module = nn.Linear(config.latent_dim, 3 * maps[0] * _START**2)
        if config.local:
            self.seed = _LocalSeed(config.local, maps[0])
        self.grow = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise(maps))
        self.to_features = nn.Conv2d(maps[-1], 3 * config.channels, 1)
        columns = [3 * config.channels + encoded_size(config.octaves), *[config.width] * config.layers]
        self.read = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(columns))
        self.last = nn.Linear(config.width, 1)
        own = (config.latent_dim, config.encoder, config.encoder_hidden, config.half_extent, config.local)
        self.encoder = SurfaceEncoder(*own) if config.encoder else None

    def planes(self, z: Tensor) -> Tensor:
        """(S, 3, C, R, R) features for codes z (S, D). The three planes share the generator but not what it starts from."""
        count = len(z)
        x = F.gelu(self.seed(z)).view(count * 3, self.config.growth[0], _START, _START)
        for layer in self.grow:
            x = F.gelu(layer(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)))
        return self._own_thirds(x, count)

    def _own_thirds(self, x: Tensor, count: int) -> Tensor:
        """(S, 3, C, R, R) features from the last maps (3 S, ., R, R): each plane takes its own third of the channels."""
        every: Tensor = self.to_features(x)
        side = every.shape[-1]
        every = every.view(count, 3, 3, self.config.channels, side, side)
        return torch.stack([every[:, plane, plane] for plane in range(3)], dim=1)

    def raw(self, z: Tensor, points: Tensor) -> Tensor:
        """Unclamped network output (S, P) for codes z (S, D) and points (S, P, 3) in unit-sphere units."""
        return self._read_out(self.planes(z), points)

    def _read_out(self, planes: Tensor, points: Tensor) -> Tensor:
        h = self._features(planes, points)
        for layer in self.read:
            h = F.relu(layer(h), inplace=True)
        value: Tensor = self.last(h).squeeze(-1).float()
        return value

    def surface_slopes(self, z: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(P,) surface values at points (P, 3) for one code z (D,), (P, D) their slopes by the code and (P, 3) in space.

        The generator runs once for all points and only the way back once for each; that takes less than half as long as a
        copy of the code for each point.
        """
        grown, befores, planes = self._grown(z)
        count, channels = len(points), self.config.channels
        with torch.enable_grad(), torch.inference_mode(False):
            own = planes.clone().expand(count, -1, -1, -1, -1).contiguous().requires_grad_()
            where = points.clone().unsqueeze(1).requires_grad_()
            values = self._read_out(own, where).squeeze(1)
            by_plane, in_space = torch.autograd.grad(values.sum(), [own, where])
        with torch.no_grad():
            weight = self.to_features.weight.view(3, channels, -1)
            g = torch.einsum("pichw,icl->pilhw", by_plane, weight)
            for layer, before, small in zip(reversed(self.grow), reversed(befores), reversed(grown), strict=True):
                assert isinstance(layer, nn.Conv2d)
                back = F.conv_transpose2d((g * _gelu_slope(before)).flatten(0, 1), layer.weight, padding=1)
                size = [len(back), *small.shape[1:]]
                back = torch.ops.aten.upsample_bilinear2d_backward(back, list(back.shape[2:]), size, False)
                g = back.view(count, *small.shape)
        with torch.enable_grad(), torch.inference_mode(False):
            copies = z.clone().expand(count, -1).contiguous().requires_grad_()
            (by_code,) = torch.autograd.grad(F.gelu(self.seed(copies)), copies, g.flatten(1).clone())
        return values.detach() - self.config.thicken, by_code, in_space.squeeze(1)

    def _grown(self, z: Tensor) -> tuple[list[Tensor], list[Tensor], Tensor]:
        """What enters each layer of the generator before it is doubled, what leaves it before GELU, and the planes."""
        entered, left = [], []
        with torch.no_grad():
            x = F.gelu(self.seed(z[None])).view(3, self.config.growth[0], _START, _START)
            for layer in self.grow:
                entered.append(x)
                left.append(layer(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)))
                x = F.gelu(left[-1])
            return entered, left, self._own_thirds(x, 1)

    def _features(self, planes: Tensor, points: Tensor) -> Tensor:
        """(S, P, 3 C + encoding) what is read for points (S, P, 3) from planes (S, 3, C, R, R)."""
        shapes, _, channels = planes.shape[:3]
        places = points / self.config.half_extent
        where = torch.stack([torch.stack((places[..., a], places[..., b]), dim=-1) for a, b in _AXES], dim=1)  # (S, 3, P, 2)
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


class _LocalSeed(nn.Module):
    """The first maps from a code whose numbers belong to cells: each cell by itself, plus a little of all of them."""

    def __init__(self, local: int, channels: int) -> None:
        super().__init__()
        cells = _START**2
        self.local = local
        self.lift = nn.Parameter(torch.randn(3, local, channels) * (2 / local) ** 0.5)
        self.shift = nn.Parameter(torch.zeros(3, channels, cells))
        self.gather = nn.Linear(3 * local * cells, _MIX)
        self.spread = nn.Linear(_MIX, 3 * channels * cells)
        nn.init.normal_(self.spread.weight, 0.0, 0.01)

    def forward(self, z: Tensor) -> Tensor:
        """(S, 3 channels 16) for codes (S, D)."""
        own = torch.einsum("spkw,pkg->spgw", z.view(len(z), 3, self.local, -1), self.lift.to(z.dtype)) + self.shift
        maps: Tensor = own.flatten(1) + self.spread(F.gelu(self.gather(z)))
        return maps


def _gelu_slope(x: Tensor) -> Tensor:
    """Derivative of GELU, of the shape of `x`."""
    slope: Tensor = torch.ops.aten.gelu_backward(torch.ones_like(x), x)
    return slope


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
