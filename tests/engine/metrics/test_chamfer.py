"""Differentiable Chamfer distances: closed forms, limits, gradients by finite differences, sizes, memory."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from engine.errors import ShapeError
from engine.metrics import chamfer as module
from engine.metrics.chamfer import PRESETS, chamfer, notes_hard, notes_soft, soft_chamfer
from engine.metrics.neighbours import nearest


def sets(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def every_pair(a: Tensor, b: Tensor) -> Tensor:
    return (a.unsqueeze(-2) - b.unsqueeze(-3)).square().sum(-1).sqrt()


def test_two_points_against_one_by_hand() -> None:
    a, b = torch.zeros(1, 3), torch.tensor([[3.0, 0, 0], [0, 4.0, 0]])
    assert float(chamfer(a, b).value) == pytest.approx(9 + (9 + 16) / 2)
    assert float(chamfer(a, b, squared=False).value) == pytest.approx(3 + 3.5)
    share = 1 / (1 + math.exp(-1))  # of the nearer point
    assert float(soft_chamfer(a, b).value) == pytest.approx(3 * share + 4 * (1 - share) + 3.5)
    share = 1 / (1 + math.exp(-(16 - 9) / 10))
    soft = soft_chamfer(a, b, squared=True, temperature=10.0)
    assert float(soft.a_to_b) == pytest.approx(9 * share + 16 * (1 - share))
    assert soft.b_to_a.tolist() == pytest.approx([9, 16])


def test_hard_equals_the_neighbours_of_another_method() -> None:
    a, b = sets(500), sets(700, seed=1)
    there, back = nearest(a.numpy(), b.numpy())[0], nearest(b.numpy(), a.numpy())[0]
    answer = chamfer(a, b, squared=False)
    assert answer.a_to_b.numpy() == pytest.approx(there)
    assert answer.b_to_a.numpy() == pytest.approx(back)
    assert float(answer.value) == pytest.approx(there.mean() + back.mean())
    assert float(notes_hard(a, b)) == pytest.approx((there**2).mean() + (back**2).mean())


def test_scanning_all_pairs_finds_the_same_as_searching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 1000)
    a, b, of_a, of_b = sets(3, 40), sets(3, 50, seed=1), torch.tensor([40, 3, 17]), torch.tensor([1, 50, 20])
    there, back = module._search(a, b, of_a, of_b)
    for lengths, found, scanned in ((of_a, there, module._scan(a, b, of_b)), (of_b, back, module._scan(b, a, of_a))):
        for i, n in enumerate(lengths.tolist()):
            assert torch.equal(found[i, :n], scanned[i, :n])


def test_soft_equals_its_definition_written_out() -> None:
    a, b = sets(2, 30), sets(2, 40, seed=1)
    for squared in (False, True):
        pairs = every_pair(a, b) ** (2 if squared else 1)
        there = (torch.softmax(-pairs / 0.3, dim=2) * pairs).sum(2)
        back = (torch.softmax(-pairs / 0.3, dim=1) * pairs).sum(1)
        answer = soft_chamfer(a, b, squared=squared, temperature=0.3)
        assert torch.allclose(answer.a_to_b, there)
        assert torch.allclose(answer.b_to_a, back)
        assert torch.allclose(answer.value, there.mean(1) + back.mean(1))
    pairs = every_pair(a, b)
    by_hand = (torch.softmax(-pairs, 2) * pairs).sum(2).mean(1) + (torch.softmax(-pairs, 1) * pairs).sum(1).mean(1)
    assert torch.allclose(notes_soft(a, b), by_hand)


def test_as_the_temperature_falls_soft_tends_to_the_sum_of_the_plain_nearest_distance_means() -> None:
    a, b = sets(200), sets(150, seed=1)
    hard = float(chamfer(a, b, squared=False).value)
    gaps = [float(soft_chamfer(a, b, temperature=t).value) - hard for t in (1.0, 0.1, 0.01, 0.001, 1e-5)]
    assert all(gap >= 0 for gap in gaps)  # an average is never below the least
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-7
    assert float(soft_chamfer(a, b, temperature=1e-12).value) == pytest.approx(hard, rel=1e-12)


def test_as_the_temperature_grows_soft_tends_to_twice_the_mean_of_all_distances() -> None:
    a, b = sets(60), sets(80, seed=1)
    assert float(soft_chamfer(a, b, temperature=1e9).value) == pytest.approx(2 * float(every_pair(a, b).mean()), rel=1e-8)


@pytest.mark.parametrize("temperature", [0.05, 1.0])
@pytest.mark.parametrize("squared", [False, True])
def test_gradients_of_soft_by_finite_differences(squared: bool, temperature: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 12)  # several blocks, a ragged last one
    a, b = sets(2, 7).requires_grad_(), sets(2, 5, seed=1).requires_grad_()
    lengths = torch.tensor([7, 4]), torch.tensor([2, 5])

    def work(x: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        return tuple(soft_chamfer(x, y, *lengths, squared=squared, temperature=temperature))

    assert torch.autograd.gradcheck(work, (a, b))


@pytest.mark.parametrize("squared", [False, True])
def test_gradients_of_hard_by_finite_differences(squared: bool) -> None:
    a, b = sets(2, 7).requires_grad_(), sets(2, 5, seed=1).requires_grad_()
    lengths = torch.tensor([7, 4]), torch.tensor([2, 5])
    assert torch.autograd.gradcheck(lambda x, y: tuple(chamfer(x, y, *lengths, squared=squared)), (a, b))


def test_points_that_coincide_give_finite_gradients() -> None:
    for function in (notes_hard, notes_soft, lambda x, y: chamfer(x, y, squared=False).value):
        a = sets(6).requires_grad_()
        function(a, a.detach().clone()).backward()
        assert a.grad is not None
        assert torch.isfinite(a.grad).all()


@pytest.mark.parametrize("name", PRESETS)
def test_lengths_are_as_good_as_cutting_and_padding_never_counts(name: str) -> None:
    a, b = sets(2, 9), sets(2, 8, seed=1)
    a[0, 4:], b[1, 3:] = 1e6, -1e6
    a, b = a.requires_grad_(), b.requires_grad_()
    value = PRESETS[name](a, b, torch.tensor([4, 9]), torch.tensor([8, 3]))
    apart = [PRESETS[name](a[0, :4], b[0]), PRESETS[name](a[1], b[1, :3])]
    assert value.tolist() == pytest.approx([x.item() for x in apart])
    value.sum().backward()
    assert a.grad is not None
    assert not a.grad[0, 4:].any()
    assert a.grad[0, :4].all()


@pytest.mark.parametrize("name", PRESETS)
def test_order_does_not_matter_nor_which_set_comes_first(name: str) -> None:
    a, b = sets(50), sets(70, seed=1)
    value = float(PRESETS[name](a, b))
    mixed = torch.randperm(50, generator=torch.Generator().manual_seed(0))
    assert float(PRESETS[name](a[mixed], b)) == pytest.approx(value)
    assert float(PRESETS[name](b, a)) == pytest.approx(value)


def test_moved_by_less_than_half_the_spacing_is_moved_by_just_that() -> None:
    lattice = torch.cartesian_prod(*[torch.arange(4.0)] * 3).double()
    shift = torch.tensor([0.1, -0.2, 0.2], dtype=torch.float64)
    assert float(notes_hard(lattice + shift, lattice)) == pytest.approx(2 * 0.09)
    assert float(soft_chamfer(lattice + shift, lattice, temperature=0.01).value) == pytest.approx(0.6)


def test_between_two_far_gaussians_soft_at_high_temperature_is_their_mean_distance() -> None:
    a, b = sets(4000), sets(4000, seed=1) * 2 + torch.tensor([30.0, 0, 0])
    # E |x - y| for |mu| = 30 and variance 5 per axis: 30 + (two cross axes) 5 / 30, up to order 1/30^3
    assert float(soft_chamfer(a, b, temperature=1e6).value) / 2 == pytest.approx(30 + 5 / 30, abs=0.1)


def test_no_block_of_pairs_exceeds_the_limit_forward_or_backward() -> None:
    class Largest(TorchDispatchMode):
        most = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            out = func(*args, **(kwargs or {}))
            for one in out if isinstance(out, (tuple, list)) else [out]:
                if isinstance(one, Tensor):
                    self.most = max(self.most, one.numel())
            return out

    a, b = sets(3000).float().requires_grad_(), sets(2500, seed=1).float().requires_grad_()
    with Largest() as seen:
        (notes_soft(a, b) + notes_hard(a, b)).backward()
    assert 0 < seen.most <= module.BLOCK < 3000 * 2500


def test_half_precision_is_computed_in_single() -> None:
    a, b = sets(20).half(), sets(30, seed=1).half()
    assert float(notes_soft(a, b)) == pytest.approx(float(notes_soft(a.double(), b.double())), rel=1e-5)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ShapeError, match="without points"):
        chamfer(torch.zeros(1, 0, 3), torch.zeros(1, 5, 3))
    with pytest.raises(ShapeError, match="without points"):
        notes_soft(torch.zeros(2, 5, 3), torch.zeros(2, 5, 3), torch.tensor([0, 3]))
    with pytest.raises(ValueError, match="at most 5"):
        chamfer(torch.zeros(1, 5, 3), torch.zeros(1, 5, 3), torch.tensor([6]))
    with pytest.raises(ValueError, match=r"\(B, N, 3\)"):
        chamfer(torch.zeros(2, 5, 3), torch.zeros(3, 5, 3))
    with pytest.raises(ValueError, match="temperature"):
        soft_chamfer(torch.zeros(5, 3), torch.zeros(5, 3), temperature=0)


def test_training_towards_a_sphere_gets_there() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=(256, 3))
    b = torch.from_numpy(target / np.linalg.norm(target, axis=1, keepdims=True)).float()
    for name, needed in (("notes_hard", 0.2), ("notes_soft", 0.95)):
        points = (torch.from_numpy(rng.normal(size=(128, 3))).float() * 2).requires_grad_()
        optimiser = torch.optim.Adam([points], lr=0.05)
        values = []
        for _ in range(60):
            optimiser.zero_grad()
            loss = PRESETS[name](points, b)
            loss.backward()
            optimiser.step()
            values.append(float(loss.detach()))
        assert values[-1] < needed * values[0]
