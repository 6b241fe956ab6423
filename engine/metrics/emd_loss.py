"""The earth mover's distance as a training loss: differentiable with the matching held fixed.

Fan, Su, Guibas, arXiv 1612.00603, section 3.3: the optimal matching does not change under almost every small movement of the
points, so the gradient is that of the distances to the partners. A matching that is optimal within a tolerance is used alike.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.metrics import compiled
from engine.metrics.emd import emd
from engine.metrics.torch_auction import auction
from engine.progress import NO_PROGRESS, Progress


def emd_loss(a: Tensor, b: Tensor, tolerance: float = 0.01, progress: Progress = NO_PROGRESS) -> Tensor:
    """Mean distance of matched points for each pair of sets, with gradients to both.

    Where two matched points coincide the gradient of their distance is taken as 0.

    Args:
        a: (B, N, 3) or (N, 3), floating point, on any device.
        b: the same shape as `a`.
        tolerance: the matching is proven to be within this share of the optimum; 0 is exact on the CPU, and on other devices
            as near as single precision comes.
        progress: asked between sets or rounds.

    Returns:
        (B,), or () without batch.

    Raises:
        ShapeError: the sets differ in size or are empty.
    """
    if a.shape != b.shape or a.shape[-1:] != (3,) or a.ndim not in (2, 3) or a.shape[-2] == 0:
        raise ShapeError("The earth mover's distance needs sets of the same number of points; sample both alike.")
    if a.ndim == 2:
        return emd_loss(a[None], b[None], tolerance, progress)[0]
    partners = b.gather(1, matched(a, b, tolerance, progress).unsqueeze(-1).expand(-1, -1, 3))
    loss: Tensor = torch.linalg.vector_norm(a - partners, dim=-1).mean(1)
    return loss


@torch.no_grad()
def matched(a: Tensor, b: Tensor, tolerance: float = 0.01, progress: Progress = NO_PROGRESS) -> Tensor:
    """(B, N) int64 partners in `b` of the points of `a`, both (B, N, 3).

    On the CPU one set is matched after the other, on other devices all at once.
    """
    if a.device.type != "cpu":
        return auction(a, b, tolerance, progress).matching
    compiled.ensure_started()  # whoever asks once will ask again: this is how training looks
    found = [
        emd(x, y, tolerance, progress=progress).matching
        for x, y in zip(a.detach().double().numpy(), b.detach().double().numpy(), strict=True)
    ]
    return torch.from_numpy(np.stack(found) if found else np.zeros(a.shape[:2], np.int64))
