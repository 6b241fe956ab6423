"""The mean shape of shapes whose mean is known."""

import numpy as np
import pytest

from engine.evaluation.mean_field import CLAMP, HALF, MOST, SIDE, choose_folders, field_on_grid, mean_shape

TICKS = np.linspace(-HALF, HALF, SIDE)
DISTANCE = np.sqrt(sum(axis**2 for axis in np.meshgrid(TICKS, TICKS, TICKS, indexing="ij")))


def ball(radius: float) -> np.ndarray:
    return (DISTANCE - radius).clip(-CLAMP, CLAMP).astype(np.float16)


def test_the_mean_of_equal_balls_is_the_ball() -> None:
    mean = mean_shape([ball(0.6)] * 3)
    radii = np.linalg.norm(mean.mesh.vertices, axis=1)
    assert mean.count == 3
    assert np.abs(radii - 0.6).max() < 0.01
    assert mean.inside(np.array([[0, 0, 0], [0.58, 0, 0], [0.62, 0, 0], [9, 0, 0]], np.float32)).tolist() == [1, 1, 0, 0]


def test_the_mean_of_two_balls_has_their_mean_volume() -> None:
    radii = np.linalg.norm(mean_shape([ball(0.5), ball(0.58)]).mesh.vertices, axis=1)
    assert radii.mean() == pytest.approx(((0.5**3 + 0.58**3) / 2) ** (1 / 3), abs=0.005)
    assert np.ptp(radii) < 0.02


def test_shapes_that_share_no_place_still_have_a_mean() -> None:
    places = [np.roll(ball(0.2), shift, axis=0) for shift in (-20, -10, 10, 20)]
    mean = mean_shape(places)
    assert not mean.mesh.is_empty
    assert (mean.values < 0).mean() == pytest.approx((places[0] < 0).mean(), rel=0.1)


def test_the_grid_follows_the_stored_samples(data) -> None:
    folders = {path.name: path for path in data.glob("items/chair/*")}
    from engine.data.split import item_key

    grid = field_on_grid(folders[item_key("Test#train ball")])
    assert (grid[DISTANCE < 0.85] < 0).mean() > 0.99
    assert (grid[DISTANCE > 1.05] > 0).mean() > 0.99
    known = np.abs(DISTANCE - 1) < 0.08
    assert np.abs(grid[known] - (DISTANCE - 1)[known]).mean() < 0.03  # few samples: they lie a tenth apart


def test_of_many_shapes_a_seeded_choice_is_averaged() -> None:
    many = list(range(1000))
    assert choose_folders(many[:MOST], 0) == many[:MOST]
    chosen = choose_folders(many, 0)
    assert len(set(chosen)) == MOST
    assert chosen == sorted(chosen) == choose_folders(many, 0) != choose_folders(many, 1)
