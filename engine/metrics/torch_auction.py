"""The auction for a batch of point sets on any torch device, with the same certificate as `engine.metrics.emd`.

All rows that own nothing bid at the same time (Jacobi bidding, Bertsekas 1988), for all sets of the batch in one step; of the
bids for a column the highest wins. That takes more bids than one row after the other, but a device does thousands at once.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.progress import NO_PROGRESS, Progress

#: Most numbers looked at in one step of bidding.
_BLOCK = 2**24
#: eps of each auction over that of the one before, and the first over the mean distance.
_SMALLER, _FIRST = 0.2, 0.5
#: Smallest eps, relative to the largest distance; at about this single precision ends.
_FINEST = 2e-6
#: Owner of a column without one, column of a row without one.
_NOBODY = -1


class Matchings(NamedTuple):
    """One-to-one matchings of a batch.

    Attributes:
        value: (B,) float64 mean distance of matched points.
        matching: (B, N) int64 partner of each point.
        lower_bound: (B,) float64; no matching has a smaller mean distance. Proven by prices in float64.
    """

    value: Tensor
    matching: Tensor
    lower_bound: Tensor

    @property
    def gap(self) -> Tensor:
        """(B,) proven relative distance to the optimum."""
        apart = (self.value - self.lower_bound).clamp(min=0)
        return torch.where(apart > 0, apart / self.lower_bound.clamp(min=0), apart)


@torch.no_grad()
def auction(a: Tensor, b: Tensor, tolerance: float = 0.01, progress: Progress = NO_PROGRESS) -> Matchings:
    """Match each set of `a` with that of `b` so that the mean distance is within `tolerance` of the least.

    Args:
        a: (B, N, 3) floating point.
        b: (B, N, 3) on the same device.
        tolerance: relative gap wanted. Below about 1e-4 single precision may end the auction before; `gap` then says where.
        progress: asked before each round of bids.

    Raises:
        ShapeError: sets differ in size or are empty, or a coordinate is not finite.
    """
    if a.shape != b.shape or a.ndim != 3 or a.shape[1] == 0:
        raise ShapeError("The earth mover's distance needs sets of the same number of points; sample both alike.")
    if not (a.isfinite().all() and b.isfinite().all()):
        raise ShapeError("Some points hold NaN or infinite values; repair the shape and try again.")
    centre = (a.double().mean(1, keepdim=True) + b.double().mean(1, keepdim=True)) / 2
    rows, columns = a.double() - centre, b.double() - centre
    scale = torch.maximum(rows.abs().amax((1, 2)), columns.abs().amax((1, 2))).clamp(min=torch.finfo(torch.float64).tiny)
    rows, columns = rows / scale[:, None, None], columns / scale[:, None, None]
    cost = torch.cdist(rows.float(), columns.float(), compute_mode="donot_use_mm_for_euclid_dist")
    largest = cost.amax((1, 2))
    price = torch.zeros_like(cost[:, 0])
    eps = (_FIRST * cost.mean((1, 2))).clamp(min=_FINEST * largest.clamp(min=1e-30))
    best = _Best.start(rows)
    left = torch.arange(len(a), device=a.device)
    while len(left):
        part, prices = cost[left], price[left]
        owned = _bid(part, prices, eps[left], progress)
        price[left] = prices
        best.improve(left, rows[left], columns[left], owned, _lowered(part, prices).double())
        done = (best.gap()[left] <= tolerance) | (eps[left] <= _FINEST * largest[left])
        further = (0.7 * tolerance / best.gap()[left].clamp(min=1e-12)).clamp(_SMALLER, 0.7)
        eps[left] = torch.maximum(eps[left] * further.float(), _FINEST * largest[left])
        left = left[~done]
    return Matchings(best.value * scale, best.matching, best.bound * scale)


class _Best:
    """The least value and the largest bound met so far, for each set."""

    def __init__(self, value: Tensor, matching: Tensor, bound: Tensor) -> None:
        self.value, self.matching, self.bound = value, matching, bound

    @staticmethod
    def start(rows: Tensor) -> _Best:
        size, device = rows.shape[:2], rows.device
        value = torch.full(size[:1], torch.inf, dtype=torch.float64, device=device)
        return _Best(value, torch.zeros(size, dtype=torch.int64, device=device), torch.zeros_like(value))

    def improve(self, which: Tensor, rows: Tensor, columns: Tensor, matching: Tensor, price: Tensor) -> None:
        """Take a complete matching and prices of some sets into account."""
        partners = columns.gather(1, matching.unsqueeze(-1).expand(-1, -1, 3))
        value = (rows - partners).norm(dim=-1).mean(1)
        bound = torch.minimum(_proven(rows, columns, price), value)
        better = value < self.value[which]
        self.value[which] = torch.where(better, value, self.value[which])
        self.matching[which] = torch.where(better[:, None], matching, self.matching[which])
        self.bound[which] = torch.maximum(self.bound[which], bound)

    def gap(self) -> Tensor:
        return Matchings(self.value, self.matching, self.bound).gap


def _bid(cost: Tensor, price: Tensor, eps: Tensor, progress: Progress) -> Tensor:
    """One auction: everybody begins without a column. Raises `price` in place; returns who owns what, (B, N)."""
    sets, n = price.shape
    owner = torch.full((sets * n,), _NOBODY, dtype=torch.int64, device=cost.device)  # of each column: number of a row
    column = torch.full_like(owner, _NOBODY)
    flat_cost, flat_price = cost.reshape(sets * n, n), price.view(-1)
    few = max(1, _BLOCK // n)
    waiting = torch.arange(sets * n, device=cost.device)
    while len(waiting):
        progress.check()
        now = waiting[:few]
        home = now // n
        # Two equal columns give a bid of eps; where there is one column only, any price will do.
        values = flat_cost[now] + price[home]
        two = values.topk(min(2, n), dim=1, largest=False)
        wanted = home * n + two.indices[:, 0]
        offer = flat_price[wanted] + (two.values[:, -1] - two.values[:, 0]) + eps[home]
        offer = torch.maximum(offer, torch.nextafter(flat_price[wanted], offer.new_tensor(torch.inf)))
        highest = torch.zeros_like(flat_price).scatter_reduce(0, wanted, offer, "amax", include_self=False)
        winner = torch.full_like(owner, sets * n)
        wins = offer == highest[wanted]
        winner.scatter_reduce_(0, wanted[wins], now[wins], "amin")
        taken = (winner < sets * n).nonzero().squeeze(1)
        former = owner[taken]
        column[former[former >= 0]] = _NOBODY
        owner[taken] = winner[taken]
        column[winner[taken]] = taken
        flat_price[taken] = highest[taken]
        waiting = (column < 0).nonzero().squeeze(1)
    return column.view(sets, n) % n


def _lowered(cost: Tensor, price: Tensor) -> Tensor:
    """Prices lowered where bids overshot: as far as no row's least changes."""
    paid = (cost + price.unsqueeze(1)).amin(2, keepdim=True)
    return (paid - cost).amax(1)


def _proven(rows: Tensor, columns: Tensor, price: Tensor) -> Tensor:
    """(B,) lower bound of the mean distance: for any prices p, mean_i min_j (c_ij + p_j) - mean_j p_j, less rounding."""
    n = rows.shape[1]
    least = []
    for start in range(0, n, step := max(1, _BLOCK // (2 * n * len(rows)))):
        far = torch.cdist(rows[:, start : start + step], columns, compute_mode="donot_use_mm_for_euclid_dist")
        least.append((far + price.unsqueeze(1)).amin(2))
    paid = torch.cat(least, dim=1)
    error = 2.0**-52 * (8 + n) * (paid.abs().amax(1) + price.abs().amax(1))  # sums of n numbers may be added in any order
    return paid.mean(1) - price.mean(1) - error
