"""Point set generation: a picture and a random vector become a point cloud.

Fan, Su, Guibas: "A Point Set Generation Network for 3D Object Reconstruction from a Single Image", CVPR 2017, arXiv
1612.00603. A picture leaves much open, so the answer is a draw from G(I, r), r ~ N(0, I) (section 3.1). Training compares
sets by Chamfer distance and earth mover's distance (section 3.3), and takes for each picture only the best of n draws
(Min-of-N, equation 5), which leaves the others free to be different.

Deviations: frozen ImageNet features with a trained head instead of an encoder trained along; the answer stands in the
object's canonical frame instead of the camera's; the earth mover's distance is an exact assignment on a few hundred points
instead of an approximation on all.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from pydantic import Field as Bound
from torch import Tensor, nn
from torch.nn import functional as F

from engine.metrics.chamfer import PRESETS
from engine.metrics.emd_loss import emd_loss
from engine.models.base import ModelConfig, ShapeModel, seeded
from engine.models.picture_head import PictureHead


class PointSetConfig(ModelConfig):
    """Shape of the network and of its loss.

    Attributes:
        picture_dim: length of the picture's part of the code.
        random_dim: length of r, the random part of the code.
        points: points of an answer.
        hidden: units of the two layers that join picture and r.
        head_hidden, map_channels, dropout: see `engine.models.picture_head.PictureHead`.
        picture_noise: standard deviation of noise on the picture's part in training; what it hides is left for r to say.
        draws: n of Min-of-N.
        chamfer: which Chamfer distance (see `engine.metrics.chamfer`).
        chamfer_weight, emd_weight: weights of the two distances in the loss.
        emd_points: points per side of the exact assignment.
        emd_shapes: shapes of a batch for which it is computed.
    """

    method: Literal["psgn"] = "psgn"
    picture_dim: int = Bound(default=112, ge=1)
    random_dim: int = Bound(default=16, ge=1)
    points: int = Bound(default=1024, ge=8)
    hidden: int = Bound(default=384, ge=1)
    head_hidden: int = Bound(default=256, ge=1)
    map_channels: int = Bound(default=32, ge=0)
    dropout: float = Bound(default=0.3, ge=0, lt=1)
    picture_noise: float = Bound(default=0.3, ge=0)
    draws: int = Bound(default=2, ge=1)
    chamfer: Literal["notes_hard", "notes_soft"] = "notes_hard"
    chamfer_weight: float = Bound(default=1.0, ge=0)
    emd_weight: float = Bound(default=1.0, ge=0)
    emd_points: int = Bound(default=256, ge=8)
    emd_shapes: int = Bound(default=8, ge=0)


class PointSetGenerator(ShapeModel):
    """Conditional sampler G(I, r); the code is [c, r].

    Args:
        config: shape of the network.
    """

    title: ClassVar[str] = "Point set generation"
    output: ClassVar[Literal["surface", "points"]] = "points"
    Config: ClassVar[type[ModelConfig]] = PointSetConfig
    config: PointSetConfig
    samples = True

    def __init__(self, config: PointSetConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = config.picture_dim + config.random_dim
        self.head = PictureHead(config.picture_dim, config.head_hidden, config.map_channels, config.dropout)
        self.scale = nn.LayerNorm(config.picture_dim, elementwise_affine=False)  # same footing as r ~ N(0, I)
        self.join = nn.Sequential(
            nn.Linear(self.latent_dim, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, config.hidden),
            nn.ReLU(),
            nn.Linear(config.hidden, 3 * config.points),
        )

    def picture_code(self, pooled: Tensor, map: Tensor) -> Tensor:
        """The picture's part of the code (B, picture_dim), each row of mean 0 and variance 1."""
        code: Tensor = self.scale(self.head(pooled, map))
        return code

    def points_of(self, codes: Tensor) -> Tensor:
        """Point sets (B, N, 3) of codes [c, r] (B, D)."""
        flat: Tensor = self.join(codes)
        return flat.float().reshape(*codes.shape[:-1], self.config.points, 3)

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Best of `draws` answers per picture, by the weighted sum of both distances.

        Args:
            batch: "pooled" (B, 1280) and "map" (B, 320, 7, 7), or "c" (B, picture_dim); "surface" (B, M, 3) points on the
                true surface.
        """
        config = self.config
        c = batch["c"] if "c" in batch else self.picture_code(batch["pooled"], batch["map"])
        if self.training and config.picture_noise:
            c = c + config.picture_noise * torch.randn_like(c)
        count = len(c)
        r = torch.randn(count, config.draws, config.random_dim, device=c.device)
        codes = torch.cat([c.unsqueeze(1).expand(-1, config.draws, -1), r], dim=-1)
        made = self.points_of(codes.flatten(0, 1))  # (B n, N, 3)
        truth = batch["surface"].repeat_interleave(config.draws, dim=0)
        chamfer = PRESETS[config.chamfer](made, truth).view(count, config.draws)
        total = config.chamfer_weight * chamfer
        losses: dict[str, Tensor] = {"chamfer": chamfer.min(dim=1).values.mean().detach()}
        if config.emd_weight and config.emd_shapes:
            some = min(count, config.emd_shapes) * config.draws
            moved = emd_loss(*_subsets(made[:some], truth[:some], config.emd_points), tolerance=0).view(-1, config.draws)
            losses["emd"] = moved.min(dim=1).values.mean().detach()
            # Scaled up, since only some of the shapes carry it; the choice of draw sees both distances where both exist.
            total = total + F.pad(config.emd_weight * moved, (0, 0, 0, count - len(moved))) * (count / len(moved))
        losses["loss"] = total.min(dim=1).values.mean()
        return losses

    def encode_pictures(self, rgb: Tensor, seed: int = 0) -> Tensor:
        """Codes (B, D) of pictures (B, 3, 224, 224); r is drawn from `seed`."""
        c = self.scale(self.head.read(rgb))
        return self.with_random(c, seed)

    def with_random(self, c: Tensor, seed: int) -> Tensor:
        """Codes [c, r] (B, D) for picture parts c (B, picture_dim), r drawn from `seed`."""
        r = torch.randn(len(c), self.config.random_dim, generator=seeded("cpu", seed))
        return torch.cat([c, r.to(c)], dim=-1)

    def decode(self, z: Tensor) -> Tensor:
        """Points (N, 3) of one code z (D,)."""
        with torch.inference_mode():
            return self.points_of(z.unsqueeze(0)).squeeze(0)


def _subsets(a: Tensor, b: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The same number of random points of each set."""
    count = min(count, a.shape[1], b.shape[1])
    of_a = torch.randperm(a.shape[1], device=a.device)[:count]
    of_b = torch.randperm(b.shape[1], device=b.device)[:count]
    return a[:, of_a], b[:, of_b]
