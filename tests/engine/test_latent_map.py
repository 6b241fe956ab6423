"""Both ways of the map: through every code it must go through, and back to where it came from."""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import Engine
from engine.latent_map import REACH, LatentMap
from engine.layout import lay_out
from engine.models.checkpoint import principal_directions
from engine.requests import LatentSpace
from engine.shapes import Latent


def space_of(codes) -> LatentSpace:
    codes = np.asarray(codes, np.float32)
    mean, directions, sigma = principal_directions(codes)
    names = tuple(f"piece {i}" for i in range(len(codes)))
    return LatentSpace("m", mean, directions, sigma, codes, names, names, ("chair",) * len(codes))


def test_the_central_training_code_is_the_one_nearest_to_the_mean() -> None:
    space = space_of([[0, 0], [10, 0], [0, 10], [4, 4], [9, 9]])
    assert space.central() == 3  # the mean is at (4.6, 4.6)


@pytest.fixture(scope="module")
def blobs() -> LatentSpace:
    rng = np.random.default_rng(0)
    centres = np.repeat(np.eye(4, 12) * 8, 15, axis=0)
    return space_of(centres + rng.normal(size=centres.shape))


@pytest.fixture(scope="module")
def blob_map(blobs) -> LatentMap:
    return LatentMap(blobs, lay_out(blobs.codes))


def test_layout_keeps_blobs_together_and_fills_its_box(blobs) -> None:
    places = lay_out(blobs.codes)
    low, high = places.min(axis=0), places.max(axis=0)
    assert (high - low).max() == pytest.approx(2)
    np.testing.assert_allclose(low + high, 0, atol=1e-9)
    apart = np.linalg.norm(places[:, None] - places, axis=2) + 9 * np.eye(60)
    assert (apart.argmin(axis=1) // 15 == np.arange(60) // 15).all()
    assert apart.min() > 0.5 * 0.75 * 2 / np.sqrt(60)
    np.testing.assert_array_equal(places, lay_out(blobs.codes))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_layout_of_few_codes_and_of_codes_on_a_line(count) -> None:
    places = lay_out(np.arange(count, dtype=np.float32)[:, None] * np.ones((1, 3), np.float32))
    assert places.shape == (count, 2)
    assert np.isfinite(places).all()
    assert len(np.unique(places.round(6), axis=0)) == count


def test_the_map_goes_through_every_training_code_and_back(blobs, blob_map) -> None:
    np.testing.assert_allclose(blob_map.codes_at(blob_map.places), blobs.codes, atol=1e-6)
    for index in range(0, 60, 7):
        place = blob_map.place_of(blobs.training_code(index))
        np.testing.assert_allclose([place.x, place.y], blob_map.places[index], atol=1e-6)
        assert place.beside == pytest.approx(0, abs=1e-5)
        x, y = blob_map.places[index]
        np.testing.assert_allclose(blob_map.code_at(x, y).values, blobs.codes[index], atol=1e-6)


def test_a_code_of_the_map_lies_where_it_came_from(blob_map) -> None:
    rng = np.random.default_rng(1)
    beside = []
    for x, y in rng.uniform(-0.9, 0.9, (40, 2)):
        code = blob_map.code_at(x, y)
        place = blob_map.place_of(code)
        again = blob_map.code_at(place.x, place.y)
        beside.append(place.beside)
        if place.beside < 1e-4:
            np.testing.assert_allclose(again.values, code.values, atol=1e-2)
    assert np.median(beside) < 1e-5
    assert np.max(beside) < 0.2


def test_nothing_jumps(blob_map) -> None:
    rng = np.random.default_rng(2)
    for start, end in rng.uniform(-1, 1, (20, 2, 2)):
        codes = blob_map.codes_at(start + np.linspace(0, 1, 4000)[:, None] * (end - start))
        steps = np.linalg.norm(np.diff(codes, axis=0), axis=1)
        assert steps.max() < 0.02 * np.linalg.norm(codes[0] - codes[-1]) + 0.1


def test_a_landmark_is_on_the_map_and_what_is_far_from_it_stays(blobs, blob_map) -> None:
    code = Latent("m", tuple(np.full(12, 3.0).tolist()))
    marked = LatentMap(blobs, blob_map.places, ((0.05, -0.03, code),))
    np.testing.assert_allclose(marked.code_at(0.05, -0.03).values, code.values, atol=1e-9)
    place = marked.place_of(code)
    assert (place.x, place.y) == pytest.approx((0.05, -0.03))
    np.testing.assert_allclose(marked.codes_at(marked.places), blobs.codes, atol=1e-6)
    far = [[-REACH, -REACH], [REACH, REACH]]
    np.testing.assert_allclose(marked.codes_at(far), blob_map.codes_at(far))


def test_a_landmark_on_a_training_code_takes_its_place(blobs, blob_map) -> None:
    x, y = blob_map.places[5]
    code = blobs.training_code(40)
    marked = LatentMap(blobs, blob_map.places, ((float(x), float(y), code),))
    np.testing.assert_allclose(marked.code_at(x, y).values, code.values, atol=1e-9)


def test_shading_is_the_typicality_of_the_codes_there(blob_map) -> None:
    assert blob_map.typical.shape[0] == blob_map.typical.shape[1]
    side = len(blob_map.typical)
    row, column = side // 3, 2 * side // 5
    ticks = np.linspace(-REACH, REACH, side)
    code = blob_map.code_at(ticks[column], ticks[::-1][row])
    assert blob_map.typical[row, column] == pytest.approx(blob_map.typicality.of([code.values])[0], abs=1e-9)


def test_places_outside_count_as_the_border(blob_map) -> None:
    assert blob_map.code_at(40, -40) == blob_map.code_at(REACH, -REACH)


def test_what_is_blended_lies_around(blob_map) -> None:
    x, y = blob_map.places[9] + 0.01
    used = blob_map.blended(x, y)
    assert used[0] == 9
    far = np.linalg.norm(blob_map.places - [x, y], axis=1)
    assert far[used].max() <= np.sort(far)[7] + 1e-12
    assert blob_map.blended(*blob_map.places[9]).tolist() == [9]


@pytest.mark.parametrize("model", ["deepsdf-furniture", "psgn-furniture"])
def test_ways_across_a_shipped_map_stay_more_typical_than_straight_lines_between_codes(model) -> None:
    space = Engine().space(model)
    chart = LatentMap(space, lay_out(space.codes))
    rng = np.random.default_rng(3)
    on_map, straight = [], []
    for _ in range(40):
        i, j = rng.choice(len(space.codes), 2, replace=False)
        t = np.linspace(0, 1, 50)[:, None]
        on_map.append(chart.typicality.of(chart.codes_at(chart.places[i] * (1 - t) + chart.places[j] * t)).mean())
        straight.append(chart.typicality.of(space.codes[i] * (1 - t) + space.codes[j] * t).mean())
    assert np.mean(on_map) > np.mean(straight) + 0.05
