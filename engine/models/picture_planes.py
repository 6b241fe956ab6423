"""A picture to the code of an auto-decoder that is there already, and by its decoder to a surface.

The decoder has seen many more shapes than there are pictures, and stays as it was trained; only the way from picture features
to codes is learnt, first against the codes of the shapes pictured, and at the same time against the shapes themselves, through
the decoder. Learning a picture's place in a given space of shapes is the second stage of IM-NET's single-view model (Chen and
Zhang, CVPR 2019, arXiv 1812.02822, section 3.2) and of Girdhar et al., "TL-embedding", ECCV 2016, arXiv 1603.08637.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from pydantic import Field as Bound
from torch import Tensor
from torch.nn import functional as F

from engine.geometry.field import Field
from engine.models.base import ModelConfig, ShapeModel
from engine.models.picture_head import PictureHead
from engine.models.triplane import TriplaneConfig, TriplaneSDF


class PicturePlanesConfig(ModelConfig):
    """Shape of the networks.

    Attributes:
        decoder: fields of the decoder's own config (`TriplaneConfig`), taken from the model that training starts from.
        head_hidden: units between picture features and code.
        map_channels: channels to which the spatial features are reduced.
        dropout: share of features left out in training.
        code_weight: weight of the code's own error beside that of the decoded signs.
        decoded: pictures of a batch whose shapes are decoded in training; the others count by their codes alone.
    """

    method: Literal["picture-planes"] = "picture-planes"
    decoder: dict[str, Any] = {}
    head_hidden: int = Bound(default=384, ge=1)
    map_channels: int = Bound(default=24, ge=0)
    dropout: float = Bound(default=0.4, ge=0, lt=1)
    code_weight: float = Bound(default=0.5, ge=0)
    decoded: int = Bound(default=16, ge=1)


class PicturePlanes(ShapeModel):
    """Picture to planes of features.

    Args:
        config: shape of the networks.
    """

    title: ClassVar[str] = "Picture to planes"
    output: ClassVar[Literal["surface", "points"]] = "surface"
    Config: ClassVar[type[ModelConfig]] = PicturePlanesConfig
    config: PicturePlanesConfig
    samples = False
    mean: Tensor
    spread: Tensor

    def __init__(self, config: PicturePlanesConfig) -> None:
        super().__init__()
        self.config = config
        self.decoder = TriplaneSDF(TriplaneConfig(**{"categories": config.categories, **config.decoder}))
        self.decoder.requires_grad_(False)
        self.latent_dim = self.decoder.latent_dim
        self.head = PictureHead(self.latent_dim, config.head_hidden, config.map_channels, config.dropout)
        self.register_buffer("mean", torch.zeros(self.latent_dim))
        self.register_buffer("spread", torch.ones(self.latent_dim))

    def start_from(self, decoder: TriplaneSDF, codes: Tensor) -> None:
        """Take over a trained decoder (not its encoder), and mean and spread of the codes (N, D) that the head is to give."""
        own = self.decoder.state_dict()
        self.decoder.load_state_dict({name: value for name, value in decoder.state_dict().items() if name in own})
        self.mean.copy_(codes.mean(dim=0))
        self.spread.copy_(codes.std(dim=0).clamp(min=1e-6))

    def picture_code(self, pooled: Tensor, map: Tensor) -> Tensor:
        """Codes (B, D) of picture features (B, 1280) and (B, 320, 7, 7)."""
        standard: Tensor = self.head(pooled, map)
        return self.mean + self.spread * standard.float()

    def surface_values(self, z: Tensor, points: Tensor) -> Tensor:
        """(S, P) signed distances at points (S, P, 3) for codes z (S, D), with gradients to both."""
        return self.decoder.surface_values(z, points)

    def surface_slopes(self, z: Tensor, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As `TriplaneSDF.surface_slopes`."""
        return self.decoder.surface_slopes(z, points)

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross-entropy of inside and outside, and the codes' mean absolute error in units of their spread.

        Args:
            batch: "pooled" (B, 1280), "map" (B, 320, 7, 7); "points" (B, P, 3) and "occupied" (B, P); "code" (B, D) of the
                shape pictured, if known.
        """
        z = self.picture_code(batch["pooled"], batch["map"])
        few = self.config.decoded if self.training else len(z)
        values = self.decoder.surface_values(z[:few], batch["points"][:few])
        occupied = batch["occupied"][:few]
        signs = F.binary_cross_entropy_with_logits(-values / self.decoder.config.sign_scale, occupied)
        with torch.no_grad():
            inside, truth = values < 0, occupied > 0.5
            iou = ((inside & truth).sum(dim=1) / (inside | truth).sum(dim=1).clamp(min=1)).mean()
        losses = {"loss": signs, "signs": signs.detach(), "iou": iou}
        if "code" in batch:
            code = ((z - batch["code"]) / self.spread).abs().mean()
            losses |= {"loss": signs + self.config.code_weight * code, "code": code.detach()}
        return losses

    def encode_pictures(self, rgb: Tensor, seed: int = 0) -> Tensor:
        """Codes (B, D) of pictures (B, 3, 224, 224); the seed is not used, a picture has one answer."""
        return self.mean + self.spread * self.head.read(rgb)

    def decode(self, z: Tensor) -> Field:
        """The field of one code z (D,)."""
        return self.decoder.decode(z)
