"""Published variants against plain loops written from their description, and their known traits."""

from __future__ import annotations

import math
from typing import Literal

import pytest
import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.metrics.emd import emd
from engine.metrics.emd_variants import approxmatch, msn_auction, sinkhorn


def sets(count: int, n: int, m: int) -> tuple[Tensor, Tensor]:
    made = torch.Generator().manual_seed(n + m)
    return torch.rand(count, n, 3, generator=made, dtype=torch.float64), torch.rand(
        count, m, 3, generator=made, dtype=torch.float64
    )


def by_loops(a: list[list[float]], b: list[list[float]], levels: list[float]) -> list[list[float]]:
    """Soft matching point by point."""
    n, m = len(a), len(b)
    left_a, left_b = [max(1, m / n)] * n, [max(1, n / m)] * m
    weights = [[0.0] * m for _ in range(n)]
    for level in levels:
        near = [[math.exp(level * math.dist(x, y) ** 2) for y in b] for x in a]
        share = [left_a[i] / (sum(near[i][j] * left_b[j] for j in range(m)) + 1e-9) for i in range(n)]
        given = []
        for j in range(m):
            wanted = sum(near[i][j] * share[i] for i in range(n)) * left_b[j]
            given.append(min(left_b[j] / (wanted + 1e-9), 1) * left_b[j])
            left_b[j] = max(0, left_b[j] - wanted)
        for i in range(n):
            for j in range(m):
                dealt = near[i][j] * share[i] * given[j]
                weights[i][j] += dealt
                left_a[i] -= dealt
            left_a[i] = max(0, left_a[i])
    return weights


@pytest.mark.parametrize("levels", ["latent_3d_points", "pointflow"])
@pytest.mark.parametrize(("n", "m"), [(9, 9), (6, 12), (8, 4)])
def test_approxmatch_is_what_it_says(levels: Literal["latent_3d_points", "pointflow"], n: int, m: int) -> None:
    a, b = sets(2, n, m)
    found = approxmatch(a, b, levels)
    schedule = [-(4.0**j) for j in (7, 6, 5, 4, 3, 2, 1, 0, -1)] + [0.0] * (levels == "latent_3d_points")
    for i in range(2):
        assert found.weights[i].numpy() == pytest.approx(torch.tensor(by_loops(a[i].tolist(), b[i].tolist(), schedule)).numpy())
    assert found.value.numpy() == pytest.approx((found.weights * torch.cdist(a, b)).sum((1, 2)).numpy())
    assert approxmatch(a, b, levels, "mean").value.numpy() == pytest.approx(found.value.numpy() / max(n, m))


def test_approxmatch_deals_out_everything_only_down_to_level_zero() -> None:
    a, b = sets(1, 200, 200)
    to_zero, not_to_zero = approxmatch(a, b), approxmatch(3 * a, 3 * b, "pointflow")
    assert to_zero.weights.sum(2).numpy() == pytest.approx(1, abs=1e-3)
    assert float(not_to_zero.weights.sum()) < 200 - 1e-3
    assert float(approxmatch(a, b, reduction="mean").value) > emd(a[0].numpy(), b[0].numpy(), 0).value


def test_gradients_with_the_matching_held_fixed() -> None:
    a, b = sets(1, 7, 7)
    a.requires_grad_()
    b.requires_grad_()
    weights = approxmatch(a, b).weights
    (way,) = torch.autograd.grad(approxmatch(a, b).value.sum(), a)
    expected = (weights.unsqueeze(-1) * torch.nn.functional.normalize(a.unsqueeze(2) - b.unsqueeze(1), dim=-1)).sum(2)
    assert way.numpy() == pytest.approx(expected.detach().numpy())
    one = msn_auction(a, b)
    (of_a,) = torch.autograd.grad(one.squared.sum(), a)
    assert of_a.numpy() == pytest.approx(2 * (a - b.gather(1, one.partners.unsqueeze(-1).expand(-1, -1, 3))).detach().numpy())
    (of_b,) = torch.autograd.grad(msn_auction(a, b).squared.sum(), b, allow_unused=True)
    assert of_b is None


def test_the_squared_auction_is_a_bijection_only_if_it_had_the_rounds() -> None:
    a, b = sets(2, 150, 150)
    a = 0.3 * a
    hasty, patient = msn_auction(a, b, 0.005, 10), msn_auction(a, b, 0.05, 10_000)
    assert (hasty.unmatched > 0).all()
    assert len(set(hasty.partners[0].tolist())) < 150
    assert patient.unmatched.tolist() == [0, 0]
    assert patient.partners.sort(dim=1).values.tolist() == [list(range(150))] * 2
    from scipy.optimize import linear_sum_assignment

    for i in range(2):
        cost = torch.cdist(a[i], b[i]).square().numpy()
        best = cost[linear_sum_assignment(cost)].mean()
        assert best <= float(patient.squared[i].mean()) <= best + 0.05


def test_sinkhorn_nears_the_optimum_as_the_blur_shrinks() -> None:
    pytest.importorskip("geomloss")
    a, b = sets(2, 120, 120)
    best = torch.tensor([emd(x.numpy(), y.numpy(), 0).value for x, y in zip(a, b, strict=True)], dtype=torch.float64)
    off = [(sinkhorn(a, b, blur, scaling=0.9) - best).abs().max() / best.max() for blur in (0.1, 0.01, 0.001)]
    assert off[2] < off[1] < off[0]
    assert off[2] < 0.02
    assert sinkhorn(a, a, 0.01, debias=True).numpy() == pytest.approx(0, abs=1e-9)


def test_bad_sets() -> None:
    a, b = sets(2, 5, 6)
    with pytest.raises(ShapeError, match="same number"):
        msn_auction(a, b)
    for function in (approxmatch, msn_auction, sinkhorn):
        with pytest.raises(ShapeError):
            function(a, b[:1])
        with pytest.raises(ShapeError):
            function(a[:, :0], b)
