"""How well a trained auto-decoder gives back the very shapes that it was trained on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.models.autodecoder import AutoDecoder
from engine.training.pieces import Piece, read_signs

#: Of a piece's volume points this many are asked, the first ones; they are uniform and in random order.
POINTS = 20_000


def training_iou(model: AutoDecoder, codes: Tensor, pieces: Sequence[Piece]) -> list[float]:
    """Volume IoU of each decoded training code with its own piece.

    Points are uniform in the piece's bounding cube padded by a tenth, as Occupancy Networks (section 4) measure it.

    Args:
        model: the decoder.
        codes: (N, D), in the order of the pieces.
        pieces: N pieces.

    Returns:
        N values from 0 to 1; not a number where both are empty.

    Raises:
        DataError: if a piece's samples are missing or damaged.
    """
    device = next(model.parameters()).device
    found = []
    for z, piece in zip(codes.to(device), pieces, strict=True):
        rows = read_signs(piece, "volume")[:POINTS]
        field = model.decode(z)
        inside = (field(torch.from_numpy(rows[:, :3]).to(device)) < 0).cpu().numpy()
        truth = rows[:, 3] < 0
        union = int((inside | truth).sum())
        found.append(int((inside & truth).sum()) / union if union else math.nan)
    return found


def spread(values: Sequence[float]) -> dict[str, float]:
    """Mean, median and lowest of the numbers among `values`, to four digits; empty if there are none."""
    numbers = [value for value in values if math.isfinite(value)]
    if not numbers:
        return {}
    parts = {"mean": statistics.fmean(numbers), "median": statistics.median(numbers), "lowest": min(numbers)}
    return {name: round(value, 4) for name, value in parts.items()}
