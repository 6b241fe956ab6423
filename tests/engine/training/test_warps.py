import numpy as np
import pytest

from engine.training.warps import Warp, random_warp, stretching

POINTS = np.random.default_rng(0).uniform(-1.2, 1.2, (400, 3))


def test_plain_stretching_scales_each_axis() -> None:
    scale = np.array([1.3, 0.8, 2.0])
    warp = stretching(scale)
    np.testing.assert_allclose(warp.points(POINTS), POINTS * scale)
    tilted = np.tile([[1.0, 1.0, 0.0]], (400, 1)) / np.sqrt(2)
    expected = np.array([1 / 1.3, 1 / 0.8, 0.0])
    np.testing.assert_allclose(warp.normals(POINTS, tilted), np.tile(expected / np.linalg.norm(expected), (400, 1)))


@pytest.mark.parametrize("seed", range(4))
def test_normals_stay_upright_on_moved_faces_and_nothing_is_turned_inside_out(seed: int) -> None:
    warp = random_warp(np.random.default_rng(seed), 0.2, 0.4, 0.2)
    draw = np.random.default_rng(seed + 10)
    a, b = draw.normal(size=(2, 400, 3))
    normals = np.cross(a, b)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    step = 1e-6
    moved = warp.points(POINTS)
    ways = [(warp.points(POINTS + step * way) - moved) / step for way in (a, b)]  # tangents of the moved face
    found = warp.normals(POINTS, normals)
    smooth = np.abs((POINTS + 1) / 0.4 - np.round((POINTS + 1) / 0.4)).min(axis=1) > 1e-3  # not at a knot
    for way in ways:
        along = np.einsum("ij,ij->i", found, way / np.linalg.norm(way, axis=1, keepdims=True))
        assert np.abs(along[smooth]).max() < 1e-4
    out = (warp.points(POINTS + step * normals) - moved) / step
    assert (np.einsum("ij,ij->i", found, out)[smooth] > 0).all()


def test_left_and_right_are_moved_alike() -> None:
    warp = random_warp(np.random.default_rng(3), 0.2, 0.4, 0.2)
    mirror = np.array([-1, 1, 1])
    np.testing.assert_allclose(warp.points(POINTS * mirror), warp.points(POINTS) * mirror, atol=1e-12)


def test_taper_widens_with_height() -> None:
    warp = Warp(np.tile(np.linspace(-1, 1, 6), (3, 1)), (0.5, 0.0))
    np.testing.assert_allclose(warp.points(np.array([[0.4, 0.5, 0.3], [0.4, -0.5, 0.3]])), [[0.5, 0.5, 0.3], [0.3, -0.5, 0.3]])
