"""Typicality against what can be worked out by hand, and against the shipped models' own codes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import Engine
from engine.models.checkpoint import principal_directions
from engine.requests import LatentSpace
from engine.typicality import Nearest, Typicality


def space_of(codes) -> LatentSpace:
    codes = np.asarray(codes, np.float32)
    mean, directions, sigma = principal_directions(codes)
    names = tuple(f"piece {i}" for i in range(len(codes)))
    return LatentSpace("m", mean, directions, sigma, codes, names, names, ("chair",) * len(codes))


def test_on_a_line_by_hand() -> None:
    typical = Typicality(space_of([[0, 0], [1, 0], [2, 0], [6, 0]]))
    np.testing.assert_allclose(typical.gaps, [1, 1, 1, 1])  # the lonely one has a gap of 4, but the median is 1
    got = typical.of([[0, 0], [0.5, 0], [2.25, 0], [1, 0.3], [4, 0], [6, 0.5]])
    np.testing.assert_allclose(got, [1, 0.5, 0.75, 0.7, 0, 0.5], atol=1e-7)
    np.testing.assert_allclose(typical.distance([[4, 0], [9, 0]]), [2, 3])
    assert typical.nearest([5.5, 0]) == Nearest(3, 0.5, 0.5)
    assert typical.neighbours([1.4, 0], 3).tolist() == [1, 2, 0]


def test_few_and_many_at_once_agree() -> None:
    rng = np.random.default_rng(0)
    typical = Typicality(space_of(rng.normal(size=(50, 8))))
    codes = rng.normal(size=(40, 8)) * 0.5
    one_by_one = np.concatenate([typical.distance(code[None]) for code in codes])
    np.testing.assert_allclose(typical.distance(codes), one_by_one, rtol=1e-9)


def test_falls_all_the_way_out_of_a_blob() -> None:
    rng = np.random.default_rng(1)
    codes = rng.normal(size=(100, 16))
    typical = Typicality(space_of(codes))
    np.testing.assert_allclose(typical.of(codes.astype(np.float32)), 1, atol=1e-6)
    way = codes[3] / np.linalg.norm(codes[3])
    distances = typical.distance(codes[3] + np.linspace(0, 50, 200)[:, None] * way)
    assert (np.diff(distances) > -1e-9).all()
    assert typical.of(codes[3][None] + 50 * way)[0] == 0


def test_between_two_blobs_nothing_is_known() -> None:
    rng = np.random.default_rng(2)
    blobs = np.concatenate([rng.normal(size=(60, 3)), rng.normal(size=(60, 3)) + np.array([40, 0, 0])])
    typical = Typicality(space_of(blobs))
    assert typical.of(blobs.mean(axis=0)[None])[0] == 0
    assert typical.distance(blobs.mean(axis=0)[None])[0] > 10


def test_copies_of_a_code_leave_room_and_a_single_code_too() -> None:
    twins = Typicality(space_of([[0, 0], [0, 0], [1, 0], [3, 0]]))
    assert (twins.gaps > 0.9).all()
    assert twins.of([[0.5, 0]])[0] == pytest.approx(0.5)
    alone = Typicality(space_of([[2, 0]]))
    assert alone.of([[2, 0], [2.25, 0], [9, 0]]).tolist() == [1, 0.75, 0]


@pytest.mark.parametrize("model", ["deepsdf-furniture", "triplane-furniture", "occnet-furniture", "psgn-furniture"])
def test_shipped_codes_are_typical_and_their_mean_is_not(model) -> None:
    space = Engine().space(model)
    typical = Typicality(space)
    np.testing.assert_allclose(typical.of(space.codes), 1, atol=1e-5)
    mean, draws = typical.of(space.mean[None])[0], typical.of([space.random_code(seed).values for seed in range(40)])
    assert mean < 0.3
    assert np.median(draws) > 0.45
    assert np.percentile(draws, 10) > mean
