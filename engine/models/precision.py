"""Evaluating a network on many points: in tiles that fit the caches, and in half precision where only a preview is at stake."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

#: Points per thread and pass. More and the activations of a layer no longer fit the core's cache: 4,096 points of 192 channels
#: cost a fifth more each than 1,024.
TILE = 1024
#: Narrower layers spend their time on moving numbers, not on multiplying them; half precision gains nothing there.
NARROW = 128
# bfloat16 must be at least this much faster, or the preview is not worth being another computation than the settled surface.
_WORTH = 1.25


def in_tiles(answer: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """The answers to points (N, 3), asked in tiles on a CPU and all at once elsewhere.

    Args:
        answer: gives (M,) values for (M, 3) points, each point by itself.
        points: (N, 3).
    """
    size = TILE * torch.get_num_threads()
    if points.device.type != "cpu" or len(points) <= size:
        return answer(points)
    return torch.cat([answer(part) for part in torch.split(points, size)])


def draft_dtype(device: torch.device, width: int) -> torch.dtype | None:
    """The type to compute a preview in: bfloat16 where this machine multiplies it faster, None for full precision.

    Args:
        device: where the weights are. Only a CPU is asked; a GPU has no need of drafts.
        width: channels of the network's layers.
    """
    return torch.bfloat16 if device.type == "cpu" and width >= NARROW and half_pays() else None


@cache
def half_pays() -> bool:
    """True if this CPU multiplies matrices of bfloat16 clearly faster than of float32 (measured once, a few milliseconds).

    Processors without the instructions for it (AVX512-BF16, AMX) emulate them, slower than float32.
    """
    x, weight = torch.zeros(TILE, 192), torch.zeros(192, 192)
    full, half = _fastest(x, weight), _fastest(x.bfloat16(), weight.bfloat16())
    return half * _WORTH < full


def _fastest(x: Tensor, weight: Tensor) -> float:
    """Seconds of the fastest of a few products; the first, which prepares the kernel, does not count."""
    taken = []
    with torch.inference_mode():
        for _ in range(8):
            began = time.perf_counter()
            F.linear(x, weight)
            taken.append(time.perf_counter() - began)
    return min(taken[1:])
