"""Rays against shapes: closed forms, and the camera that drew them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import Mesh, PointCloud
from studio.viewport.orbit import Orbit
from studio.viewport.pick import Target, on_plane, pixel_of, ray


def unit(v):
    return np.asarray(v, float) / np.linalg.norm(v)


def test_a_ball_is_hit_where_the_eye_meets_it(ball) -> None:
    origin = np.array([0.0, 0.0, 3.0])
    point, where, weights = Target(ball).hit(origin, np.array([0.0, 0.0, -1.0]))
    np.testing.assert_allclose(point, (0, 0, 1), atol=0.01)
    np.testing.assert_allclose(weights @ ball.vertices[where], point, atol=1e-6)
    assert weights.sum() == pytest.approx(1)
    assert Target(ball).hit(origin, unit((1.0, 0, -1))) is None


@pytest.mark.parametrize("seed", range(4))
def test_hits_agree_with_trying_every_triangle(seed) -> None:
    rng = np.random.default_rng(seed)
    mesh = Mesh(rng.uniform(-1, 1, (60, 3)), rng.integers(0, 60, (200, 3)))
    target = Target(mesh)
    for _ in range(40):
        origin = 3 * unit(rng.standard_normal(3))
        direction = unit(rng.uniform(-0.8, 0.8, 3) - origin)
        best = np.inf
        for a, b, c in mesh.vertices[mesh.faces].astype(float):
            system = np.stack([b - a, c - a, -direction], axis=1)
            if abs(np.linalg.det(system)) > 1e-12:
                u, v, t = np.linalg.solve(system, origin - a)
                if u >= 0 and v >= 0 and u + v <= 1 and t > 0:
                    best = min(best, t)
        found = target.hit(origin, direction)
        if found is None:
            assert best == np.inf
        else:
            assert np.linalg.norm(found[0] - origin) == pytest.approx(best, abs=1e-5)


def test_the_nearer_point_of_a_cloud_wins_and_far_ones_are_not_touched() -> None:
    cloud = PointCloud([[0, 0, 0.5], [0, 0, -0.5], [0.3, 0, 0]])
    origin = np.array([0.0, 0.0, 3.0])
    _, where, _ = Target(cloud).hit(origin, np.array([0.0, 0.0, -1.0]), 0.01)
    assert list(where) == [0]
    assert Target(cloud).hit(origin, unit((0.15, 0, -3)), 0.01) is None


@pytest.mark.parametrize("azimuth", [0.0, 40.0, -120.0])
def test_a_ray_through_a_projected_point_meets_it(azimuth) -> None:
    """The projection is that of a pinhole camera: what lies at depth d is seen at d * tan of its angle."""
    orbit = Orbit(azimuth=azimuth, elevation=20, distance=4.0, target=(0.1, 0.2, -0.1))
    size = (400.0, 300.0)
    for pixel in ((200.0, 150.0), (10.0, 20.0), (380.0, 290.0)):
        origin, direction = ray(orbit, *pixel, size)
        right, up, back = orbit.axes()
        across, along, depth = direction @ right, direction @ up, -(direction @ back)
        slope = np.tan(np.radians(13.0))  # half of the field of view
        assert 200 + across / depth / slope * 150 == pytest.approx(pixel[0])
        assert 150 - along / depth / slope * 150 == pytest.approx(pixel[1])
        np.testing.assert_allclose(origin, orbit.position())


def test_a_pixel_unprojects_to_the_point_that_is_seen_there() -> None:
    """The plane of the hand lies parallel to the screen at the depth of what was grabbed."""
    orbit, size, grabbed = Orbit(azimuth=70.0, elevation=-25.0, distance=3.7), (640.0, 480.0), np.array([0.2, -0.3, 0.4])
    (x, y), back = pixel_of(orbit, grabbed[None], size)[0], orbit.axes()[2]
    np.testing.assert_allclose(on_plane(orbit, x, y, size, grabbed), grabbed, atol=1e-12)
    for across, down in ((80.0, -35.0), (-200.0, 120.0)):
        place = on_plane(orbit, x + across, y + down, size, grabbed)
        np.testing.assert_allclose(pixel_of(orbit, place[None], size)[0], (x + across, y + down), atol=1e-9)
        assert (place - grabbed) @ back == pytest.approx(0, abs=1e-12)
