"""DeepSDF: a coordinate network that answers with the signed distance of a shape, given the shape's code.

Park, Florence, Straub, Newcombe, Lovegrove: "DeepSDF: Learning Continuous Signed Distance Functions for Shape
Representation", CVPR 2019, arXiv 1901.05103. There is no encoder: codes are trained along with the network (auto-decoder)
and found for a new shape by optimisation (`engine.training.fit`).

Deviations that the defaults make, all chosen for two CPU cores and all undone by `DeepSDFConfig.paper()`: a narrow network,
the code concatenated to the input of *every* layer, a Fourier encoding of the point, no dropout, no final tanh.

Concatenating the code to a layer's input adds `W_z z` to its output, the same for every point of a shape. `decode` computes
these terms once, so that a point costs what a network without a code would.
"""

from __future__ import annotations

from typing import ClassVar, Literal, cast

import torch
from pydantic import Field as Bound
from pydantic import model_validator
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import weight_norm

from engine.models.autodecoder import AutoDecoder, AutoDecoderConfig
from engine.models.base import ModelConfig
from engine.models.encoding import encoded_size, fourier
from engine.models.tiles import in_tiles


class DeepSDFConfig(AutoDecoderConfig):
    """Shape of the network.

    Attributes:
        width: hidden units per layer.
        layers: number of hidden layers; one linear output layer follows.
        latent_in: hidden layers (counted from 0; layer 0 always has it) whose input the code joins, or "all".
        points_in: hidden layers above 0 whose input the encoded point joins again.
        octaves: frequencies pi, 2 pi, 4 pi, ... of the Fourier encoding; 0 feeds bare coordinates, as the paper does.
        weight_norm: reparametrise hidden layers by length and direction.
        dropout: probability, after each hidden layer, in training only.
        final_tanh: squash the output, as the paper does.
    """

    method: Literal["deepsdf"] = "deepsdf"
    width: int = Bound(default=128, ge=4)
    layers: int = Bound(default=6, ge=1)
    latent_in: tuple[int, ...] | Literal["all"] = "all"
    points_in: tuple[int, ...] = ()
    octaves: int = Bound(default=5, ge=0, le=12)
    weight_norm: bool = False
    dropout: float = Bound(default=0.0, ge=0, lt=1)
    final_tanh: bool = False

    @model_validator(mode="after")
    def _layers_exist(self) -> DeepSDFConfig:
        named = self.points_in + (() if self.latent_in == "all" else self.latent_in)
        if any(not 0 <= layer < self.layers for layer in named):
            raise ValueError(f"latent_in and points_in must name layers 0 to {self.layers - 1}")
        return self

    @classmethod
    def paper(cls, categories: tuple[str, ...] = ()) -> DeepSDFConfig:
        """The published network: 8 x 512, code of 256 and point joined again at layer 4, weight norm, dropout, tanh."""
        return cls(
            categories=categories, latent_dim=256, width=512, layers=8, latent_in=(4,), points_in=(4,), octaves=0,
            weight_norm=True, dropout=0.2, final_tanh=True,
        )  # fmt: skip


class DeepSDF(AutoDecoder):
    """Auto-decoder of signed distances f(z, x), equation 6 of the paper.

    Args:
        config: shape of the network.
    """

    title: ClassVar[str] = "DeepSDF"
    Config: ClassVar[type[ModelConfig]] = DeepSDFConfig
    config: DeepSDFConfig

    def __init__(self, config: DeepSDFConfig) -> None:
        super().__init__(config)
        encoded = encoded_size(config.octaves)
        all_layers = range(config.layers)
        self._with_code = set(all_layers) if config.latent_in == "all" else {0, *config.latent_in}
        self._with_points = set(config.points_in) - {0}
        self.hidden = nn.ModuleList()
        arriving = encoded
        for layer in all_layers:
            columns = arriving + (encoded if layer in self._with_points else 0)
            columns += config.latent_dim if layer in self._with_code else 0
            # As published: where the input is joined again, the layer before is narrower by as much.
            joins_next = layer + 1 in self._with_points and config.latent_in != "all"
            leaving = config.width - (encoded + config.latent_dim if joins_next else 0)
            if leaving < 1:
                raise ValueError("width is too small to join code and point in the middle")
            linear = nn.Linear(columns, leaving)
            self.hidden.append(weight_norm(linear) if config.weight_norm else linear)
            arriving = leaving
        self.last = nn.Linear(arriving, 1)

    def _split(self, layer: int) -> tuple[Tensor, Tensor | None, Tensor]:
        """Weights of hidden layer: (out, in) of what varies by point, (out, D) of the code or None, (out,) bias."""
        linear = cast(nn.Linear, self.hidden[layer])
        weight = linear.weight
        if layer not in self._with_code:
            return weight, None, linear.bias
        own = weight.shape[1] - self.latent_dim
        return weight[:, :own], weight[:, own:], linear.bias

    def raw(self, z: Tensor, points: Tensor) -> Tensor:
        """Unclamped network output (S, P) for codes z (S, D) and points (S, P, 3) in unit-sphere units."""
        encoded = fourier(points, self.config.octaves)
        h = encoded
        for layer in range(self.config.layers):
            weight, code_weight, bias = self._split(layer)
            if layer in self._with_points:
                h = torch.cat([h, encoded], dim=-1)
            if code_weight is None:
                h = F.linear(h, weight, bias)
            else:
                shift = F.linear(z, code_weight, bias).unsqueeze(1)  # (S, 1, out): one per shape, not per point
                h = F.linear(h, weight).add_(shift)
            h = F.dropout(F.relu(h, inplace=True), self.config.dropout, self.training)
        value = F.linear(h, self.last.weight, self.last.bias).squeeze(-1).float()
        return torch.tanh(value) if self.config.final_tanh else value

    def decode(self, z: Tensor) -> DistanceField:
        """The field of one code z (D,)."""
        return DistanceField(self, z)


class DistanceField:
    """Signed distance of one shape with the code's share of every layer computed beforehand.

    Args:
        model: in any mode; it is evaluated without dropout.
        z: (D,) code.
    """

    def __init__(self, model: DeepSDF, z: Tensor) -> None:
        config = model.config
        self.half_extent = config.half_extent
        self.lipschitz: float | None = config.lipschitz
        self.clamp: float | None = config.clamp
        self.device = z.device
        self._octaves = config.octaves
        self._tanh = config.final_tanh
        self._delta = config.clamp
        self._thicken = config.thicken
        self._layers: list[tuple[Tensor, Tensor, bool]] = []
        with torch.inference_mode():
            for layer in range(config.layers):
                weight, code_weight, bias = model._split(layer)
                shift = bias if code_weight is None else F.linear(z, code_weight, bias)
                self._layers.append((weight.contiguous(), shift, layer in model._with_points))
            self._last = model.last.weight.t().contiguous()
            self._bias = model.last.bias.clone()

    def __call__(self, points: Tensor) -> Tensor:
        """(N,) signed distances, clamped to [-clamp, clamp], at points (N, 3)."""
        with torch.inference_mode():
            return in_tiles(self._values, points)

    def _values(self, points: Tensor) -> Tensor:
        encoded = fourier(points, self._octaves)
        h = encoded
        for weight, shift, joins in self._layers:
            if joins:
                h = torch.cat([h, encoded], dim=-1)
            h = F.linear(h, weight, shift).relu_()
        value = torch.addmm(self._bias, h, self._last).squeeze(-1)
        if self._tanh:
            value.tanh_()
        return value.sub_(self._thicken).clamp_(-self._delta, self._delta)
