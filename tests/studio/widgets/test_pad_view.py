"""Places to pixels and back, and which thumbnails fit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import latent_map
from studio.widgets import pad_view
from studio.widgets.pad_view import LARGEST, REACH, PadView, decluttered, spread_order

spots = st.floats(0, 300)


def test_pad_and_engine_agree_on_the_size_of_the_map() -> None:
    assert pad_view.REACH == latent_map.REACH


def test_the_whole_map_fits_the_shorter_side_and_up_is_up() -> None:
    view = PadView(300, 200)
    corners = view.to_pixels([[REACH, REACH], [-REACH, -REACH], [0, 0]])
    np.testing.assert_allclose(corners, [[250, 0], [50, 200], [150, 100]])
    assert view.to_place(250, 0) == pytest.approx((REACH, REACH))


@given(spots, spots, st.floats(0.2, 5))
def test_what_is_under_the_cursor_stays_there_while_zooming_inside(px, py, factor) -> None:
    view = PadView(300, 300, 0.05, -0.1, 3.0)
    zoomed = view.zoomed(factor, px, py)
    assert 1.0 <= zoomed.zoom <= LARGEST
    room = REACH - REACH / zoomed.zoom
    if abs(zoomed.x) < room - 1e-9 and abs(zoomed.y) < room - 1e-9:
        assert zoomed.to_place(px, py) == pytest.approx(view.to_place(px, py), abs=1e-9)


@given(st.floats(-900, 900), st.floats(-900, 900))
def test_panning_follows_the_hand_and_never_leaves_the_map(dx, dy) -> None:
    view = PadView(300, 300, zoom=4.0)
    moved = view.panned(dx, dy)
    assert max(abs(moved.x), abs(moved.y)) <= REACH * 0.75 + 1e-9
    if abs(dx) < 100 and abs(dy) < 100:
        assert moved.to_place(150 + dx, 150 + dy) == pytest.approx((0, 0), abs=1e-9)
    assert PadView(300, 300).panned(dx, dy) == PadView(300, 300)


def test_a_place_outside_is_brought_in() -> None:
    view = PadView(300, 300, zoom=4.0)
    px, py = view.showing(0.8, -0.8).to_pixels([[0.8, -0.8]])[0]
    assert (px, py) == pytest.approx((276, 276))
    assert view.showing(0.01, 0.01) is view


def test_every_beginning_of_the_order_is_spread() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-1, 1, (80, 2))
    order = spread_order(places, first=2)
    assert order[:2].tolist() == [0, 1]
    assert sorted(order.tolist()) == list(range(80))
    gaps = [min(np.linalg.norm(places[i] - places[j]) for j in order[:k]) for k, i in enumerate(order) if k >= 2]
    assert (np.diff(gaps) <= 1e-12).all(), "each is at least as far from those before as any later one"
    assert spread_order(np.zeros((0, 2))).tolist() == []
    weights = np.where(np.arange(80) < 40, 0.2, 1.0)
    late = spread_order(places, weights=weights)
    assert (late[:20] >= 40).all(), "what shows little comes later"
    assert sorted(late.tolist()) == list(range(80))


def test_thumbnails_keep_their_distance_and_more_fit_as_one_comes_nearer() -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform(-1, 1, (111, 2))
    order, fits = spread_order(places), np.ones(111, bool)
    counts = []
    for zoom in (1, 2, 4):
        pixels = PadView(282, 296, zoom=zoom).to_pixels(places)
        kept = decluttered(pixels, order, 27, fits)
        apart = np.abs(pixels[kept][:, None] - pixels[kept]).max(axis=2) + 1e9 * np.eye(len(kept))
        assert apart.min() >= 27
        left = np.setdiff1d(np.arange(111), kept)
        assert all(np.abs(pixels[kept] - pixels[i]).max(axis=1).min() < 27 for i in left), "none is left out without need"
        counts.append(len(kept))
    assert counts[0] < counts[1] < counts[2]
    fits[order[0]] = False
    assert order[0] not in decluttered(PadView(282, 296).to_pixels(places), order, 27, fits)
