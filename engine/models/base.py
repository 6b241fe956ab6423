"""What every model is: a decoder from a code to a shape, plus what else it can do.

Capabilities are asked for with `isinstance` on the protocols below; nobody flags them by hand. Above `engine.api` there are
only numpy values; in here there are tensors, batches and gradients.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor, nn

from engine.geometry.field import Field
from engine.shapes import Frame


class ModelConfig(BaseModel):
    """Everything needed to build the network; recorded in `config.json`. Each model adds its own fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str
    frame: Frame = Frame.UNIT_SPHERE
    categories: tuple[str, ...] = ()


class ShapeModel(nn.Module, ABC):
    """A decoder from a code (D,) to a field or a point set, in the canonical unit-sphere frame.

    Attributes:
        title: name for people.
        output: "surface" if `decode` gives a `Field`, "points" if it gives a tensor.
        config: how it was built.
        latent_dim: length D of a code.
    """

    title: ClassVar[str]
    output: ClassVar[Literal["surface", "points"]]
    Config: ClassVar[type[ModelConfig]]
    config: ModelConfig
    latent_dim: int

    @abstractmethod
    def decode(self, z: Tensor) -> Field | Tensor:
        """Shape of one code z (D,): a `Field`, or points (N, 3) in unit-sphere units."""

    @abstractmethod
    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Named scalar losses of a training batch; "loss" is the one to minimise."""

    @property
    def parameter_count(self) -> int:
        """Number of trained values."""
        return sum(p.numel() for p in self.parameters())


@runtime_checkable
class EncodesPictures(Protocol):
    """A picture gives a code in one pass."""

    #: True if the code also holds a random input, so that one picture has several answers.
    samples: bool

    def encode_pictures(self, rgb: Tensor, seed: int = 0) -> Tensor:
        """Codes (B, D) of pictures (B, 3, S, S), float32 in [0, 1], prepared by `engine.pictures.to_input`."""


@runtime_checkable
class FitsShapes(Protocol):
    """A code can be optimised against signed distances (auto-decoder)."""

    clamp: float

    def signed_distance(self, z: Tensor, points: Tensor) -> Tensor:
        """(N,) signed distance of points (N, 3) for the code z (D,), with gradients to z."""

    def error(self, value: Tensor, truth: Tensor) -> Tensor:
        """What a fit makes small, point by point: how far values are from signed distances, of the shape of both."""


@runtime_checkable
class HasSurface(Protocol):
    """A surface can be followed while its code changes: the values whose zeros are decoded, with gradients."""

    def surface_values(self, z: Tensor, points: Tensor) -> Tensor:
        """(S, P) values at points (S, P, 3) for codes z (S, D), negative inside, unclamped, with gradients to both."""


@runtime_checkable
class HasSlopes(HasSurface, Protocol):
    """The slopes of the surface values come in a cheaper way than by one copy of the code per point."""

    def surface_slopes(self, z: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(P,) surface values at points (P, 3) for one code z (D,), (P, D) their slopes by the code and (P, 3) in space."""


Batch = dict[str, Tensor]
Extra = dict[str, Any]


def seeded(device: torch.device | str, seed: int) -> torch.Generator:
    """A generator of its own, so that nobody touches the global seed."""
    return torch.Generator(device=device).manual_seed(seed)
