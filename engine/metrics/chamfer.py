"""Differentiable Chamfer distances of batches of point sets in torch: to the nearest point, or to all by a softmax.

Hard: d(x) is the distance of x to its nearest point of the other set. Soft: a distance to every y counts with probability
P(y|x) proportional to exp(-d(x, y) / T), so that D(x) = sum over y of P(y|x) d(x, y). Both take the mean over x and add the
same from y to x. As T goes to 0 the soft distance tends to the hard one, as T grows to twice the mean of all distances.

Nothing of the size of all pairs is ever held: the soft sums are formed, and formed again for the gradient, in blocks of rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.errors import ShapeError
from engine.metrics import compiled
from engine.metrics.neighbours import nearest_both
from engine.progress import NO_PROGRESS, Progress

#: Most numbers in one block of pairs: 2 MB in single precision, and some ten such blocks at a time. A GPU takes larger ones.
BLOCK, GPU_BLOCK = 2**19, 2**25


class Chamfer(NamedTuple):
    """A distance and what it is made of.

    Attributes:
        value: (B,) mean over a plus mean over b; () for sets without batch.
        a_to_b: (B, N) what each point of a adds; 0 beyond its set's length.
        b_to_a: (B, M) the other way round.
    """

    value: Tensor
    a_to_b: Tensor
    b_to_a: Tensor


def chamfer(
    a: Tensor, b: Tensor, lengths_a: Tensor | None = None, lengths_b: Tensor | None = None, squared: bool = True
) -> Chamfer:
    """Distance to the nearest point, both directions added.

    The gradient holds the choice of nearest points fixed, as that of any minimum does; where two points coincide that of
    the plain distance is taken as 0.

    Args:
        a: (B, N, 3) or (N, 3), floating point.
        b: (B, M, 3) or (M, 3).
        lengths_a: (B,) how many of the N points count, the first ones; all by default.
        lengths_b: (B,) likewise.
        squared: take squared distances.

    Raises:
        ShapeError: a set is empty.
    """
    return _of(a, b, lengths_a, lengths_b, lambda x, y, m, n: _hard(x, y, m, n, squared))


def soft_chamfer(
    a: Tensor,
    b: Tensor,
    lengths_a: Tensor | None = None,
    lengths_b: Tensor | None = None,
    squared: bool = False,
    temperature: float = 1.0,
    progress: Progress = NO_PROGRESS,
) -> Chamfer:
    """Softmax-weighted distance to all points, both directions added (see the module text).

    Args:
        a: (B, N, 3) or (N, 3), floating point.
        b: (B, M, 3) or (M, 3).
        lengths_a: (B,) how many of the N points count, the first ones; all by default.
        lengths_b: (B,) likewise.
        squared: weigh, and weigh by, squared distances.
        temperature: T > 0, in units of the distances.
        progress: asked before each block of the forward pass.

    Raises:
        ShapeError: a set is empty.
    """
    if not temperature > 0:
        raise ValueError(f"soft_chamfer: the temperature must be positive, not {temperature}")

    def both(x: Tensor, y: Tensor, of_x: Tensor | None, of_y: Tensor | None) -> tuple[Tensor, Tensor]:
        there: Tensor = _Expected.apply(x, y, of_y, temperature, squared, progress)  # type: ignore[no-untyped-call]
        back: Tensor = _Expected.apply(y, x, of_x, temperature, squared, progress)  # type: ignore[no-untyped-call]
        return there, back

    return _of(a, b, lengths_a, lengths_b, both)


def notes_hard(a: Tensor, b: Tensor, lengths_a: Tensor | None = None, lengths_b: Tensor | None = None) -> Tensor:
    """(B,) mean of squared nearest distances, both directions added."""
    return chamfer(a, b, lengths_a, lengths_b).value


def notes_soft(a: Tensor, b: Tensor, lengths_a: Tensor | None = None, lengths_b: Tensor | None = None) -> Tensor:
    """(B,) softmax-weighted plain distances at T = 1, both directions added."""
    return soft_chamfer(a, b, lengths_a, lengths_b).value


#: Losses by the names that configurations use.
PRESETS: dict[str, Callable[..., Tensor]] = {"notes_hard": notes_hard, "notes_soft": notes_soft}

_Directions = Callable[[Tensor, Tensor, Tensor | None, Tensor | None], tuple[Tensor, Tensor]]


def _of(a: Tensor, b: Tensor, lengths_a: Tensor | None, lengths_b: Tensor | None, directions: _Directions) -> Chamfer:
    batched = a.dim() == 3
    x, y = (points if batched else points.unsqueeze(0) for points in (a, b))
    if x.dim() != 3 or y.dim() != 3 or x.shape[2] != 3 or y.shape[2] != 3 or len(x) != len(y):
        raise ValueError(f"expected points of shape (B, N, 3) and (B, M, 3), received {tuple(a.shape)} and {tuple(b.shape)}")
    x, y = (points if points.dtype in (torch.float32, torch.float64) else points.float() for points in (x, y))
    there, back = directions(x, y, _checked(lengths_a, x), _checked(lengths_b, y))
    mean_a, there = _mean(there, lengths_a)
    mean_b, back = _mean(back, lengths_b)
    value = mean_a + mean_b
    return Chamfer(value, there, back) if batched else Chamfer(value[0], there[0], back[0])


def _checked(lengths: Tensor | None, points: Tensor) -> Tensor | None:
    if points.shape[1] == 0 or (lengths is not None and not bool((lengths >= 1).all())):
        raise ShapeError("A set without points has no Chamfer distance.")
    if lengths is not None and (lengths.shape != points.shape[:1] or bool((lengths > points.shape[1]).any())):
        raise ValueError(f"lengths must be ({len(points)},) and at most {points.shape[1]}, received {lengths}")
    return lengths


def _mean(distances: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor]:
    """(B,) mean over the points that count, and the distances with 0 for the others."""
    if lengths is None:
        return distances.mean(dim=1), distances
    distances = torch.where(_counting(distances.shape[1], lengths), distances, torch.zeros_like(distances))
    return distances.sum(dim=1) / lengths.to(distances), distances


def _counting(count: int, lengths: Tensor) -> Tensor:
    """(B, count) true for the points that count."""
    return torch.arange(count, device=lengths.device) < lengths.unsqueeze(1)


def _blocks(a: Tensor, b: Tensor) -> range:
    """First rows of blocks of a small enough to be held against all of b."""
    most = BLOCK if a.device.type == "cpu" else GPU_BLOCK
    return range(0, a.shape[1], max(1, most // max(1, len(a) * b.shape[1])))


def _distances(a: Tensor, b: Tensor, squared: bool, lengths: Tensor | None) -> Tensor:
    """(B, N, M), infinite to points that do not count. Differences are formed before squares: close points stay exact."""
    distances = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
    if squared:
        distances = distances.square_()
    if lengths is not None:
        distances = distances.masked_fill_(~_counting(b.shape[1], lengths).unsqueeze(1), float("inf"))
    return distances


# --- hard ------------------------------------------------------------------------------------------------------------


def _hard(a: Tensor, b: Tensor, of_a: Tensor | None, of_b: Tensor | None, squared: bool) -> tuple[Tensor, Tensor]:
    with torch.no_grad():
        if a.device.type == "cpu":
            there, back = _search(a, b, of_a, of_b)
        else:
            there, back = _scan(a, b, of_b), _scan(b, a, of_a)
    return _paired(a, b, there, squared), _paired(b, a, back, squared)


def _paired(a: Tensor, b: Tensor, partners: Tensor, squared: bool) -> Tensor:
    apart = a - b.gather(1, partners.unsqueeze(-1).expand(-1, -1, 3))
    return apart.square().sum(dim=-1) if squared else torch.linalg.vector_norm(apart, dim=-1)


def _search(a: Tensor, b: Tensor, of_a: Tensor | None, of_b: Tensor | None) -> tuple[Tensor, Tensor]:
    """Numbers of the nearest points (B, N) and (B, M), by the index of `engine.metrics.neighbours`."""
    compiled.ensure_started()  # whoever asks once will ask again: this is how training looks
    there, back = np.zeros(a.shape[:2], np.int64), np.zeros(b.shape[:2], np.int64)
    for i, (x, y) in enumerate(zip(a.detach().numpy(), b.detach().numpy(), strict=True)):
        n = a.shape[1] if of_a is None else int(of_a[i])
        m = b.shape[1] if of_b is None else int(of_b[i])
        (_, there[i, :n]), (_, back[i, :m]) = nearest_both(x[:n], y[:m])
    return torch.from_numpy(there), torch.from_numpy(back)


def _scan(a: Tensor, b: Tensor, of_b: Tensor | None) -> Tensor:
    """The same in one direction, by looking at all pairs in blocks."""
    blocks = _blocks(a, b)
    rows = (a[:, first : first + blocks.step] for first in blocks)
    return torch.cat([_distances(part, b, False, of_b).argmin(dim=2) for part in rows], dim=1)


# --- soft ------------------------------------------------------------------------------------------------------------


class _Expected(torch.autograd.Function):
    """D(x) = sum over y of P(y|x) d(x, y) for each point x of a: (B, N)."""

    @staticmethod
    def forward(
        ctx: Any, a: Tensor, b: Tensor, of_b: Tensor | None, temperature: float, squared: bool, progress: Progress
    ) -> Tensor:
        parts, blocks = [], _blocks(a, b)
        for first in blocks:
            progress.check()
            distances = _distances(a[:, first : first + blocks.step], b, squared, of_b)
            parts.append((_chances(distances, temperature) * distances.nan_to_num_(posinf=0.0)).sum(dim=2))
        expected = torch.cat(parts, dim=1)
        ctx.save_for_backward(a, b, of_b, expected)
        ctx.temperature, ctx.squared = temperature, squared
        return expected

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, given: Tensor) -> tuple[Tensor | None, ...]:
        """The derivative of D by d(x, y) is P (1 - (d - D) / T)."""
        a, b, of_b, expected = ctx.saved_tensors
        to_a, to_b, blocks = torch.zeros_like(a), torch.zeros_like(b), _blocks(a, b)
        for first in blocks:
            rows = slice(first, first + blocks.step)
            distances = _distances(a[:, rows], b, ctx.squared, of_b)
            pull = _chances(distances, ctx.temperature)
            distances.nan_to_num_(posinf=0.0)
            excess = (distances - expected[:, rows].unsqueeze(2)).div_(ctx.temperature)
            pull.mul_(excess.neg_().add_(1)).mul_(given[:, rows].unsqueeze(2))
            if ctx.squared:
                pull.mul_(2)
            else:
                pull.div_(distances).masked_fill_(distances == 0, 0.0)
            for axis in range(3):
                part = pull * (a[:, rows, None, axis] - b[:, None, :, axis])
                to_a[:, rows, axis] = part.sum(dim=2)
                to_b[:, :, axis] -= part.sum(dim=1)
        return to_a, to_b, None, None, None, None


def _chances(distances: Tensor, temperature: float) -> Tensor:
    return torch.softmax(distances / -temperature, dim=2)
