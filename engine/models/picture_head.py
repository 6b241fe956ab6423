"""From frozen picture features to a code: the only part of a picture encoder that is trained here.

A stand-in for the papers' own convolutional encoders, which need far more pictures than a hundred pieces of furniture give:
ImageNet features stay as they are, and this head learns to read size, place and kind from them.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.pretrained import MAP_CHANNELS, MAP_SIDE, POOLED, picture_features


class PictureHead(nn.Module):
    """Pooled features say what it is, the spatial map says where its parts are.

    Args:
        outputs: length of the code.
        hidden: units between features and code.
        map_channels: channels to which the spatial map is reduced; 0 leaves it out.
        dropout: share of features left out, in training only.
    """

    def __init__(self, outputs: int, hidden: int, map_channels: int, dropout: float) -> None:
        super().__init__()
        self.pooled = nn.Linear(POOLED, hidden)
        self.reduce = nn.Linear(MAP_CHANNELS, map_channels) if map_channels else None
        self.place = nn.Linear(map_channels * MAP_SIDE**2, hidden) if map_channels else None
        self.norm = nn.LayerNorm(hidden)
        self.code = nn.Linear(hidden, outputs)
        self.dropout = dropout

    def forward(self, pooled: Tensor, map: Tensor) -> Tensor:
        """Codes (B, outputs) from pooled features (B, 1280) and maps (B, 320, 7, 7)."""
        h = self.pooled(F.dropout(pooled.float(), self.dropout, self.training))
        if self.reduce is not None and self.place is not None:
            # Whole channels are dropped: neighbouring cells of a channel say nearly the same.
            kept = F.dropout2d(map.float(), self.dropout, self.training)
            cells = F.relu(self.reduce(kept.flatten(2).transpose(1, 2)))  # (B, 49, map_channels)
            h = h + self.place(F.dropout(cells.flatten(1), self.dropout, self.training))
        code: Tensor = self.code(F.relu(self.norm(h)))
        return code

    def read(self, rgb: Tensor) -> Tensor:
        """Codes (B, outputs) of pictures (B, 3, 224, 224), one at a time: that suits the caches of a CPU."""
        device = self.code.weight.device
        with torch.no_grad():
            rows = [self(*picture_features(rgb[i : i + 1].to(device))) for i in range(len(rgb))]
        return torch.cat(rows)
