"""The ground under a shape."""

from __future__ import annotations

import numpy as np

from studio.theme import DARK, LIGHT
from studio.viewport.ground import SIZE, contact, disc_texture


def test_a_foot_darkens_where_it_stands() -> None:
    foot = np.tile(np.array([[0.5, 0.0, -0.5]], np.float32), (50, 1))
    shadow = contact(foot, (0.0, 0.0), 1.0, 0.0)
    row, column = np.unravel_index(shadow.argmax(), shadow.shape)
    assert abs(column - 0.75 * SIZE) <= 1
    assert abs(row - 0.25 * SIZE) <= 1
    assert shadow[-1, 0] < 0.01


def test_what_hangs_high_casts_less() -> None:
    at = np.zeros((1, 3), np.float32)
    low = contact(at, (0, 0), 1.0, 0.0).max()
    high = contact(at + np.array([0, 0.5, 0], np.float32), (0, 0), 1.0, 0.0).max()
    assert high < 0.5 * low


def test_shadow_does_not_depend_on_the_number_of_points() -> None:
    at = np.array([[0.2, 0.0, 0.1]], np.float32)
    np.testing.assert_allclose(contact(at, (0, 0), 1, 0), contact(np.repeat(at, 500, axis=0), (0, 0), 1, 0), atol=1e-6)


def test_disc_fades_out_before_its_edge() -> None:
    for theme in (DARK, LIGHT):
        alpha = disc_texture(None, theme).reshape(SIZE, SIZE, 4)[..., 3]
        assert alpha[SIZE // 2, SIZE // 2] > 150
        assert alpha[0].max() < 3
        assert alpha[:, -1].max() < 3
