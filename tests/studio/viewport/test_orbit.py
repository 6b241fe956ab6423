"""The product camera."""

from __future__ import annotations

import numpy as np
import pytest

from studio.viewport.orbit import FIELD, FILL_HEIGHT, FILL_WIDTH, Orbit


def project(orbit: Orbit, points: np.ndarray, aspect: float) -> np.ndarray:
    """Where points land, -1 to 1 in both directions, by a plain pinhole camera."""
    local = (points - orbit.position()) @ orbit.axes().T
    depth = -local[:, 2]
    slope = np.tan(np.radians(FIELD / 2))
    return local[:, :2] / depth[:, None] / slope / [aspect, 1.0]


@pytest.mark.parametrize("aspect", [0.5, 1.0, 1.8])
@pytest.mark.parametrize("extent", [(1, 1, 1), (3, 1, 1), (0.2, 2, 0.3)])
def test_framing_fills_the_stated_share_and_centres(aspect: float, extent: tuple[float, float, float]) -> None:
    points = (np.random.default_rng(0).random((4000, 3)) - 0.3) * extent
    seen = project(Orbit().framing(points.astype(np.float32), aspect), points, aspect)
    low, high = seen.min(axis=0), seen.max(axis=0)
    np.testing.assert_allclose((low + high) / 2, 0, atol=0.01)
    width, height = (high - low) / 2
    assert max(height / FILL_HEIGHT, width / FILL_WIDTH) == pytest.approx(1, abs=0.01)


def test_axes_are_orthonormal_and_upright() -> None:
    orbit = Orbit(azimuth=70, elevation=-35)
    axes = orbit.axes()
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1)
    assert axes[0, 1] == 0  # the horizon stays level


def test_front_view_looks_at_the_front() -> None:
    np.testing.assert_allclose(Orbit(0, 0, 2.0).position(), (0, 0, 2), atol=1e-12)
    np.testing.assert_allclose(Orbit(90, 0, 2.0).position(), (2, 0, 0), atol=1e-12)


def test_turning_never_passes_the_poles() -> None:
    assert Orbit().turned(0, 500).elevation == 89
    assert Orbit().turned(400, 0).azimuth == pytest.approx(Orbit().azimuth + 40)


def test_zoom_and_pan_end_automatic_framing_and_turning_does_not() -> None:
    assert Orbit().turned(10, 5).framed
    assert not Orbit().zoomed(1.2).framed
    assert not Orbit().moved(0.1, 0).framed


def test_pan_moves_the_picture_with_the_hand() -> None:
    before = Orbit(distance=4)
    after = before.moved(-0.25, 0)  # the hand went a quarter of the height to the right
    point = np.array([before.target])
    assert project(after, point, 1.0)[0, 0] == pytest.approx(0.5)


def test_dictionary_keeps_the_camera_and_survives_nonsense() -> None:
    orbit = Orbit(10, 20, 3, (0.1, 0.2, 0.3), False)
    assert Orbit.from_dict(orbit.as_dict()) == orbit
    for bad in ({"distance": float("nan")}, {"target": [1, 2]}, {"azimuth": "x"}, {"distance": 0}):
        assert Orbit.from_dict(bad) == Orbit()
