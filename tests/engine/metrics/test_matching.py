"""The matching that is shown, against the measure it belongs to."""

import numpy as np
import pytest
import trimesh

from engine.errors import ShapeError
from engine.metrics import compare
from engine.metrics.matching import TOLERANCE, WarmStart, match
from engine.requests import CompareRequest, MatchRequest
from engine.shapes import Mesh


def ball(radius: float) -> Mesh:
    sphere = trimesh.creation.icosphere(3, radius)
    return Mesh(sphere.vertices * [1.0, 0.7, 1.0], sphere.faces)


A, B = ball(0.6), ball(0.9)


@pytest.mark.parametrize("align", ["none", "box_edge"])
@pytest.mark.parametrize("seed", [0, 3])
def test_at_rest_the_matching_is_that_of_the_measure(seed, align) -> None:
    found = match(MatchRequest(A, B, 256, seed, align), WarmStart())
    want = compare(CompareRequest(A, B, ("emd",), 256, seed, align=align)).measurements[0]
    assert found.measurement.value == pytest.approx(want.value, rel=1e-12)
    assert found.measurement.bound is None
    assert found.measurement.points == want.points == 256
    assert found.measurement.approximate


def test_pairs_are_one_to_one_and_their_lengths_add_up_to_the_value() -> None:
    found = match(MatchRequest(A, B, 300), WarmStart())
    assert len(np.unique(found.end, axis=0)) == 300
    np.testing.assert_allclose(found.lengths, np.linalg.norm(found.start - found.end, axis=1), atol=1e-6)
    assert found.measurement.value == pytest.approx(found.lengths.mean() / 1.8, rel=1e-6)  # longest edge of the reference


def test_live_matchings_keep_within_their_bound() -> None:
    warm = WarmStart()
    for radius in (0.6, 0.62, 0.64, 0.7):
        request = MatchRequest(ball(radius), B, 256, live=True)
        quick, exact = match(request, warm).measurement, match(MatchRequest(ball(radius), B, 256), warm).measurement
        assert exact.value <= quick.value * (1 + 1e-9)
        bound = quick.bound or 0.0
        assert bound <= TOLERANCE + 1e-9
        assert quick.value <= exact.value * (1 + bound) * (1 + 1e-9)
        assert "exact" not in quick.convention or quick.bound is None


def test_who_asks_for_the_same_live_matching_gets_it_at_once() -> None:
    warm = WarmStart()
    first = match(MatchRequest(A, B, 200, live=True), warm)
    assert match(MatchRequest(A, B, 200, live=True), warm) is first
    for other in (
        MatchRequest(A, B, 201, live=True),
        MatchRequest(A, B, 200, 1, live=True),
        MatchRequest(B, A, 200, live=True),
    ):
        assert match(other, warm) is not first


def test_nothing_cannot_be_matched() -> None:
    with pytest.raises(ShapeError):
        match(MatchRequest(Mesh.empty("nothing"), B, 64), WarmStart())
