"""The earth mover's distance in torch: gradients, and the batched auction against the exact matching."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.metrics.emd import emd
from engine.metrics.emd_loss import emd_loss, matched
from engine.metrics.torch_auction import auction
from engine.progress import Cancelled


def sets(count: int, n: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    made = torch.Generator().manual_seed(seed)
    a = torch.randn(count, n, 3, generator=made, dtype=dtype)
    b = torch.rand(count, n, 3, generator=made, dtype=dtype) * torch.tensor([2.0, 1.0, 0.5], dtype=dtype)
    return a / a.norm(dim=-1, keepdim=True), b


def test_gradients_are_those_of_finite_differences() -> None:
    a, b = sets(2, 13)
    a.requires_grad_()
    b.requires_grad_()
    assert torch.autograd.gradcheck(lambda x, y: emd_loss(x, y, 0), (a, b))


def test_values_are_the_mean_distances_of_the_best_matching() -> None:
    a, b = sets(3, 90, dtype=torch.float32)
    loss = emd_loss(a, b, 0)
    assert loss.dtype == torch.float32
    for one, x, y in zip(loss, a, b, strict=True):
        assert float(one) == pytest.approx(emd(x.numpy(), y.numpy(), 0).value, rel=1e-6)
    assert float(emd_loss(a[1], b[1], 0)) == pytest.approx(float(loss[1]))
    near = emd_loss(a, b, 0.02)
    assert (near >= loss - 1e-6).all()
    assert (near <= 1.02 * loss).all()


def test_it_is_the_best_permutation() -> None:
    a, b = sets(2, 6)
    for x, y, found in zip(a, b, emd_loss(a, b, 0), strict=True):
        best = min(float((x - y[list(order)]).norm(dim=1).mean()) for order in itertools.permutations(range(6)))
        assert float(found) == pytest.approx(best, rel=1e-12)


def test_points_that_coincide_have_no_gradient_and_no_nan() -> None:
    a, _ = sets(1, 20)
    a.requires_grad_()
    emd_loss(a, a.detach()[:, torch.randperm(20)]).sum().backward()
    assert a.grad is not None
    assert (a.grad == 0).all()


def test_descending_the_loss_moves_one_set_onto_the_other() -> None:
    a, b = sets(1, 60, dtype=torch.float32)
    a.requires_grad_()
    first = float(emd_loss(a, b).detach())
    for _ in range(60):
        (way,) = torch.autograd.grad(60 * emd_loss(a, b).sum(), a)
        a.data -= 0.04 * way
    assert float(emd_loss(a, b).detach()) < 0.1 * first


@pytest.mark.parametrize("tolerance", [0.001, 0.01, 0.1])
@pytest.mark.parametrize("n", [1, 2, 17, 128, 300])
def test_the_batched_auction_is_certified(n: int, tolerance: float) -> None:
    a, b = sets(4, n, seed=n)
    b[2] = a[2][torch.randperm(n)] + 0.01 * a[2]
    b[3] = 100 * b[3] + 5
    found = auction(a, b, tolerance)
    assert found.matching.sort(dim=1).values.tolist() == [list(range(n))] * 4
    for i in range(4):
        best = emd(a[i].numpy(), b[i].numpy(), 0).value
        paired = (a[i] - b[i][found.matching[i]]).norm(dim=-1).mean()
        assert float(found.value[i]) == pytest.approx(float(paired), rel=1e-12)
        assert float(found.lower_bound[i]) <= best * (1 + 1e-12)
        assert float(found.value[i]) >= best * (1 - 1e-12)
        assert float(found.gap[i]) <= tolerance
        assert float(found.gap[i]) >= float(found.value[i]) / best - 1 - 1e-12


def test_the_batched_auction_on_equal_points_and_single_precision() -> None:
    one = torch.full((2, 50, 3), 0.3)
    assert auction(one, one).value.tolist() == [0, 0]
    a, _ = sets(2, 50, dtype=torch.float32)
    order = torch.randperm(50)
    found = auction(a[:, order], a)
    assert found.value.tolist() == [0, 0]
    assert found.matching.tolist() == [order.tolist()] * 2
    assert found.gap.tolist() == [0, 0]


def test_bad_sets_and_being_told_to_stop() -> None:
    a, b = sets(2, 40)
    for function in (emd_loss, auction):
        with pytest.raises(ShapeError, match="same number"):
            function(a, b[:, :30])
        with pytest.raises(ShapeError, match="same number"):
            function(a[:, :0], b[:, :0])
        with pytest.raises(ShapeError, match="NaN"):
            function(a, b / 0)
    assert matched(a[:0], b[:0]).shape == (0, 40)

    class Stopping:
        left = 3

        def check(self) -> None:
            self.left -= 1
            if self.left == 0:
                raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    for function in (emd_loss, auction):
        with pytest.raises(Cancelled):
            function(a, b, progress=Stopping())
