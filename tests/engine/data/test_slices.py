import numpy as np
import pytest

from engine.data.slices import EDGE, INSIDE, OUTSIDE, grid_on, picture_of, slice_samples, slice_sides

HALVES = np.array([0.7, 0.4, 0.25])


def box(points):
    """Signed distance of a box: outside by the nearest point, inside by the nearest wall."""
    away = np.abs(points) - HALVES
    return np.linalg.norm(np.maximum(away, 0.0), axis=1) + np.minimum(away.max(axis=1), 0.0)


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    wide = rng.uniform(-1.05, 1.05, (60_000, 3))
    near = rng.uniform(-1.0, 1.0, (200_000, 3))
    near = near[np.abs(box(near)) < 0.05]
    points = np.concatenate([wide, near]).astype(np.float32)
    return points, box(points).astype(np.float32)


@pytest.mark.parametrize(("plane", "level"), [("x", 0.0), ("y", 0.15), ("y", -0.5)])
def test_the_true_distance_is_within_the_doubt_everywhere(samples, plane, level):
    cut = slice_samples(*samples, plane, level, 48)
    exact = box(grid_on(plane, level, 48)).reshape(48, 48)
    assert cut.distances
    assert np.all(np.abs(cut.values - exact) <= cut.doubt + 1e-6)
    assert cut.doubt.max() < 0.08
    assert np.abs(cut.values - exact).mean() < 0.01
    clear = np.abs(exact) > 0.03
    np.testing.assert_array_equal(np.sign(cut.values[clear]), np.sign(exact[clear]))


def test_planes_are_turned_as_they_say():
    side = grid_on("x", 0.25, 4).reshape(4, 4, 3)
    np.testing.assert_allclose(side[0, 0], [0.25, 0.75, 0.75])  # top left: up, and towards the front
    np.testing.assert_allclose(side[-1, -1], [0.25, -0.75, -0.75])
    above = grid_on("y", -0.5, 4).reshape(4, 4, 3)
    np.testing.assert_allclose(above[0, -1], [0.75, -0.5, -0.75])  # top right: right, and towards the back
    np.testing.assert_allclose(above[-1, 0], [-0.75, -0.5, 0.75])


def test_pictures_show_inside_outside_and_the_surface(samples):
    picture = picture_of(slice_samples(*samples, "x", 0.0)).astype(int)
    assert picture.shape == (128, 128, 3)
    blue, sand = picture[64, 64], picture[5, 64]
    assert blue[2] > blue[0] + 50
    assert sand[0] > sand[2] + 30
    exact = box(grid_on("x", 0.0)).reshape(128, 128)
    dark = (picture == EDGE).all(axis=2)
    assert np.abs(exact[dark]).max() < 0.04
    ends = {(0, int(np.argmax(dark[:, 64]))), (1, int(np.argmax(dark[64])))}
    assert ends <= {(0, k) for k in range(36, 41)} | {(1, k) for k in range(45, 50)}  # .4 up of the middle, .25 to the front


def test_a_sheet_thinner_than_a_pixel_is_seen():
    rng = np.random.default_rng(1)
    points = rng.uniform(-1.0, 1.0, (80_000, 3)).astype(np.float32)
    points[40_000:, 1] = rng.normal(scale=0.01, size=40_000)
    picture = picture_of(slice_samples(points, np.abs(points[:, 1]) - np.float32(0.001), "x", 0.0))
    dark = (picture == EDGE).all(axis=2)
    assert dark[63:65].any(axis=0).mean() > 0.9
    assert not dark[:60].any()


def test_without_distances_the_nearest_sample_decides(samples):
    points, values = samples
    cut = slice_sides(points, values < 0.0, "y", 0.0, 32)
    exact = box(grid_on("y", 0.0, 32)).reshape(32, 32)
    clear = np.abs(exact) > 0.05
    np.testing.assert_array_equal(cut.values[clear] < 0.0, exact[clear] < 0.0)
    assert np.isnan(cut.doubt).all()
    colours = {tuple(colour) for colour in picture_of(cut).reshape(-1, 3)}
    assert len(colours) == 3, "inside, outside, border; no iso-lines"
    assert max(colours)[2] in range(OUTSIDE[1][2], OUTSIDE[0][2])
    assert INSIDE[0] not in colours


def test_no_samples_near_the_plane_is_said(samples):
    with pytest.raises(ValueError, match="near the plane"):
        slice_samples(*samples, "y", 3.0)
