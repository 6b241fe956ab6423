"""What else is called earth mover's distance in publications, each under its own name. For comparison with their tables only.

None of these is the optimum of a one-to-one matching, and none says how far from it it is; `engine.metrics.emd` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from engine.errors import DependencyMissing, ShapeError
from engine.progress import NO_PROGRESS, Progress

#: Sharpness of each pass of `approxmatch`, -4^7 down to -4^-1, and then 0 or not.
LEVELS: dict[str, tuple[float, ...]] = {
    "latent_3d_points": (*(-(4.0**j) for j in range(7, -2, -1)), 0.0),
    "pointflow": tuple(-(4.0**j) for j in range(7, -2, -1)),
}


class SoftMatching(NamedTuple):
    """A many-to-many matching.

    Attributes:
        value: (B,) weight times distance, summed over all pairs, or that over the larger number of points.
        weights: (B, N, M); rows and columns sum to about their share, not exactly.
    """

    value: Tensor
    weights: Tensor


def approxmatch(
    a: Tensor,
    b: Tensor,
    levels: Literal["latent_3d_points", "pointflow"] = "latent_3d_points",
    reduction: Literal["sum", "mean"] = "sum",
    progress: Progress = NO_PROGRESS,
) -> SoftMatching:
    """Soft multi-scale matching of Fan et al. 2017 as published with it and used by Achlioptas et al. and PointFlow.

    Each pass hands out what is left on both sides in proportion to exp(level d^2), sharp levels first. The original returns a
    sum over the points, which tables print divided by their number ("mean"). latent_3d_points ends with a level 0 that deals
    out the rest evenly; PointFlow's copy does not, so that some mass stays unmatched and its values are lower. Differentiable
    with the weights held fixed, as the originals are. Memory grows with B N M.

    Args:
        a: (B, N, 3).
        b: (B, M, 3).
        levels: whose schedule.
        reduction: as described.
        progress: asked before each pass.

    Raises:
        ShapeError: the batches differ, or a set is empty.
    """
    n, m = _sizes(a, b)
    with torch.no_grad():
        squared = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").square()
        weights = torch.zeros_like(squared)
        left_a = a.new_full((len(a), n), max(m / n, 1.0))
        left_b = a.new_full((len(a), m), max(n / m, 1.0))
        for level in LEVELS[levels]:
            progress.check()
            near = (level * squared).exp()
            share = left_a / ((near * left_b.unsqueeze(1)).sum(2) + 1e-9)
            wanted = (near * share.unsqueeze(2)).sum(1) * left_b
            given = left_b * (left_b / (wanted + 1e-9)).clamp(max=1)
            dealt = near * share.unsqueeze(2) * given.unsqueeze(1)
            weights += dealt
            left_b = (left_b - wanted).clamp(min=0)
            left_a = (left_a - dealt.sum(2)).clamp(min=0)
    apart = torch.linalg.vector_norm(a.unsqueeze(2) - b.unsqueeze(1), dim=-1)
    total = (weights * apart).sum((1, 2))
    return SoftMatching(total if reduction == "sum" else total / max(n, m), weights)


class SquaredAuction(NamedTuple):
    """What the auction of MSN leaves behind.

    Attributes:
        squared: (B, N) squared distance of each point of a to its partner; gradients flow to a only, as in the original.
        partners: (B, N) int64. Not a bijection: points that won nothing in the last round have their cheapest, taken or not.
        unmatched: (B,) how many those are.
    """

    squared: Tensor
    partners: Tensor
    unmatched: Tensor


def msn_auction(a: Tensor, b: Tensor, eps: float = 0.005, rounds: int = 50, progress: Progress = NO_PROGRESS) -> SquaredAuction:
    """The auction published with MSN (Liu et al., AAAI 2020): squared distances, a fixed number of rounds, no certificate.

    Published settings: eps .005 and 50 rounds in training, .002 and 10,000 in test; sets in the unit cube. The published
    number is mean(sqrt(squared)).

    Args:
        a: (B, N, 3).
        b: (B, N, 3).
        eps: what a bid adds to the difference of the two best offers.
        rounds: most rounds.
        progress: asked before each round.

    Raises:
        ShapeError: the sets differ in size, or are empty.
    """
    n, m = _sizes(a, b)
    if n != m:
        raise ShapeError("This auction needs sets of the same number of points, not {a} and {b}; sample both alike.", a=n, b=m)
    with torch.no_grad():
        squared = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").square()
        matched = [_msn(one, eps, rounds, progress) for one in squared]
        partners = torch.stack([partner for partner, _ in matched])
        unmatched = torch.stack([left for _, left in matched])
    apart = a - b.detach().gather(1, partners.unsqueeze(-1).expand(-1, -1, 3))
    return SquaredAuction(apart.square().sum(-1), partners, unmatched)


def _msn(cost: Tensor, eps: float, rounds: int, progress: Progress) -> tuple[Tensor, Tensor]:
    n = len(cost)
    price = torch.zeros_like(cost[0])
    partner = torch.full((n,), -1, dtype=torch.int64, device=cost.device)
    for waiting in _rounds(partner, rounds, progress):
        two = (cost[waiting] + price).topk(min(2, n), dim=1, largest=False)
        wanted = two.indices[:, 0]
        rise = two.values[:, -1] - two.values[:, 0] + eps
        highest = torch.zeros_like(price).scatter_reduce(0, wanted, rise, "amax", include_self=False)
        wins = rise == highest[wanted]
        winner = torch.full((n,), n, dtype=torch.int64, device=cost.device)
        winner.scatter_reduce_(0, wanted[wins], waiting[wins], "amin")
        taken = (winner < n).nonzero().squeeze(1)
        partner[torch.isin(partner, taken)] = -1
        partner[winner[taken]] = taken
        price[taken] += highest[taken]
    left = partner < 0
    partner[left] = (cost[left] + price).argmin(dim=1)
    return partner, left.sum()


def _rounds(partner: Tensor, most: int, progress: Progress) -> Iterator[Tensor]:
    for _ in range(most):
        progress.check()
        waiting = (partner < 0).nonzero().squeeze(1)
        if len(waiting) == 0:
            return
        yield waiting


def sinkhorn(a: Tensor, b: Tensor, blur: float = 0.01, scaling: float = 0.5, debias: bool = False) -> Tensor:
    """Entropic transport between uniform masses by GeomLoss (Feydy et al., AISTATS 2019), plain distances: (B,).

    With `debias` it is the Sinkhorn divergence, which is 0 for equal sets; without, the entropic cost, above the optimum or
    below it by an amount that nothing bounds but `blur`. Differentiable.

    Args:
        a: (B, N, 3).
        b: (B, M, 3).
        blur: length below which points are blurred into each other, in the units of the points.
        scaling: how fast the blur shrinks to that, in (0, 1); nearer to 1 is slower and nearer to the optimum.
        debias: subtract the cost of each set to itself.

    Raises:
        ShapeError: the batches differ, or a set is empty.
        DependencyMissing: GeomLoss is not installed.
    """
    _sizes(a, b)
    try:
        from geomloss import SamplesLoss
    except ImportError as error:
        raise DependencyMissing("Sinkhorn distances come from GeomLoss; install it with: pip install geomloss") from error
    # GeomLoss would take p = 2 for half the squared distance; p = 1 is the plain one.
    loss = SamplesLoss("sinkhorn", p=1, blur=blur, scaling=scaling, debias=debias, backend="tensorized")
    value: Tensor = loss(a.contiguous(), b.contiguous())
    return value


def _sizes(a: Tensor, b: Tensor) -> tuple[int, int]:
    if a.ndim != 3 or b.ndim != 3 or len(a) != len(b) or 0 in (a.shape[1], b.shape[1]):
        raise ShapeError("This distance needs batches of as many sets, (B, N, 3) and (B, M, 3), none of them empty.")
    return a.shape[1], b.shape[1]
