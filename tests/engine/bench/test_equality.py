"""Coarse to fine is the surface of dense evaluation: a dozen of the hundred shapes of `shape-engine bench equality`."""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import SETTLED_LEVELS, Engine
from engine.bench.equality import SAME, Equality, compare_field, compare_with_dense, hausdorff, topology
from engine.bench.hard_shapes import ClosedForm, ball, block, hard_shapes, ring, shell, union
from engine.geometry.isosurface import refine
from engine.shapes import Mesh

FIELDS = list(hard_shapes(2, seed=7))


def meshed(field: ClosedForm, *levels: int) -> Mesh:
    return list(refine(field, levels))[-1].mesh


@pytest.mark.parametrize(("name", "field"), FIELDS, ids=[name for name, _ in FIELDS])
def test_hard_shapes_are_those_of_dense_evaluation(name: str, field: ClosedForm) -> None:
    outcome = compare_field(name, field, SETTLED_LEVELS)
    assert outcome.same, outcome
    assert outcome.corners == 129**3
    assert outcome.crossing <= outcome.evaluations < 0.1 * outcome.corners


def test_shipped_codes_are_those_of_dense_evaluation() -> None:
    result = compare_with_dense(Engine("cpu"), each=0, codes=3, levels=(17, 33, 65), models=("triplane-furniture",))
    assert [outcome.name.split()[1] for outcome in result.outcomes] == ["training", "halfway", "random"]
    assert all(outcome.same for outcome in result.outcomes), result


def test_pieces_and_handles_are_counted() -> None:
    two = union(ball((-0.5, 0.0, 0.0), 0.3), ring((0.5, 0.0, 0.0), 0.3, 0.1))
    assert topology(meshed(ClosedForm(two), 33)) == (2, 1)
    assert topology(meshed(ClosedForm(shell(block((0.0, 0.0, 0.0), (0.5, 0.5, 0.5)), 0.2)), 33)) == (2, 0)
    assert topology(Mesh.empty("nothing")) == (0, 0)


def test_the_distance_of_two_surfaces_is_that_of_two_spheres() -> None:
    small, large = (meshed(ClosedForm(ball((0.0, 0.0, 0.0), radius), clamp=None), 65) for radius in (0.5, 0.6))
    assert hausdorff(small, large) == pytest.approx(0.1, abs=2e-3)
    assert hausdorff(small, small) == 0
    assert hausdorff(small, Mesh.empty("nothing")) == np.inf


def test_a_difference_is_seen() -> None:
    """A field that is far steeper than it says: its small ball is ruled out by the first grid."""
    small = union(ball((-0.4, 0.0, 0.0), 0.4), ball((0.56, 0.56, 0.56), 0.03))
    field = ClosedForm(lambda p: 12 * small(p), clamp=None)
    outcome = compare_field("steep", field, (9, 17, 33, 65))
    assert not outcome.same
    assert outcome.pieces == (1, 2)
    assert outcome.hausdorff > SAME
    assert not all(o.same for o in Equality(65, (outcome,)).outcomes)
