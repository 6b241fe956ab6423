import numpy as np
import pytest
import trimesh

from engine.data.lens import aim, cut, frame

BOX = trimesh.creation.box((0.4, 1.2, 0.8))


def test_framing_puts_the_box_of_the_points_in_the_middle():
    camera = frame(aim(30.0, 20.0, 3.0), BOX.vertices, 0.9)
    flat = camera.project(BOX.vertices)
    assert np.abs(flat).max() == pytest.approx(0.9)
    np.testing.assert_allclose(flat.min(axis=0) + flat.max(axis=0), 0.0, atol=1e-12)
    pixels = camera.project(camera.eye + 2.5 * camera.directions(4)).reshape(4, 4, 2)
    np.testing.assert_allclose(pixels[0, 0], [-0.75, 0.75], atol=1e-12)
    np.testing.assert_allclose(pixels[3, 1], [-0.25, -0.75], atol=1e-12)


def test_azimuth_and_elevation_are_where_the_eye_stands():
    np.testing.assert_allclose(aim(0.0, 0.0, 2.0).eye, [0.0, 0.0, 2.0], atol=1e-12)
    np.testing.assert_allclose(aim(90.0, 0.0, 2.0).eye, [2.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(aim(0.0, 30.0, 2.0).eye, [0.0, 1.0, np.sqrt(3.0)], atol=1e-12)
    for roll in (0.0, 5.0):
        camera = aim(0.0, 10.0, 3.0, roll)
        right, up = camera.project([[0.1, 0.0, 0.0], [0.0, 0.1, 0.0]])
        assert right[0] > 0
        assert up[1] > 0
        triad = np.stack([camera.right, camera.up, -camera.forward])
        np.testing.assert_allclose(triad @ triad.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(triad) == pytest.approx(1.0)


def test_a_camera_rolled_counter_clockwise_sees_things_turned_clockwise():
    upright = aim(40.0, 0.0, 3.0, 5.0).project([[0.0, 0.5, 0.0]])[0]
    assert np.degrees(np.arctan2(upright[0], upright[1])) == pytest.approx(5.0)


@pytest.mark.parametrize("edge", [0, 1, 2, 3])
def test_a_cut_leaves_the_stated_share_outside_on_the_stated_edge(edge):
    camera = cut(frame(aim(30.0, 20.0, 3.0), BOX.vertices, 0.8), BOX.vertices, edge, 0.04)
    flat = camera.project(BOX.vertices)
    longest = np.ptp(flat, axis=0).max()
    outside = np.array([-1 - flat[:, 0].min(), flat[:, 0].max() - 1, -1 - flat[:, 1].min(), flat[:, 1].max() - 1])
    assert outside[edge] == pytest.approx(0.04 * longest)
    assert (np.delete(outside, edge) < 0).all()
