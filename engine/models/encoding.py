"""Fourier encoding of points: lets a narrow network draw fine detail.

Mildenhall et al., "NeRF", ECCV 2020, arXiv 2003.08934, equation 4; Tancik et al., NeurIPS 2020, arXiv 2006.10739.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor


def encoded_size(octaves: int) -> int:
    """Channels that `fourier` gives: the three coordinates, and a sine and a cosine of each per octave."""
    return 3 + 6 * octaves


def fourier(points: Tensor, octaves: int) -> Tensor:
    """Points (..., 3) followed by sin and cos of pi 2^k times each coordinate for k < octaves: (..., 3 + 6 octaves).

    Sine and cosine of the higher octaves come from those of the octave below (double angle), which costs two products
    in place of two transcendental functions.
    """
    if octaves == 0:
        return points
    sine, cosine = torch.sin(math.pi * points), torch.cos(math.pi * points)
    parts = [points, sine, cosine]
    for _ in range(octaves - 1):
        sine, cosine = 2 * sine * cosine, 1 - 2 * sine * sine
        parts += [sine, cosine]
    return torch.cat(parts, dim=-1)
