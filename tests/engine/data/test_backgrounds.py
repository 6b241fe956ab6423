import numpy as np
import pytest

from engine.data.backgrounds import KINDS, PLAIN_KINDS, ROOM, WHITE, flat_background, ground, random_kind, random_walls, room
from engine.data.lens import aim, frame
from engine.data.light import random_lights
from engine.data.sensor import Sensor, compressed, develop, random_sensor

CUBE = np.stack(np.meshgrid(*[[-0.5, 0.5]] * 3), axis=-1).reshape(-1, 3)


def camera_at(azimuth, elevation, distance=4.0):
    return frame(aim(azimuth, elevation, distance), CUBE, 0.7)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != ROOM])
def test_flat_backgrounds_are_light_in_range_and_busy_ones_are_busy(kind):
    drawn = [flat_background(kind, 64, np.random.default_rng(seed)) for seed in range(6)]
    for picture in drawn:
        assert picture.shape == (64, 64, 3)
        assert picture.dtype == np.float32
        assert picture.min() >= 0.0
        assert picture.max() <= 1.0 + 1e-5
    steps = [np.abs(np.diff(picture, axis=1)).max() for picture in drawn]
    if kind in PLAIN_KINDS:
        assert max(steps) < 0.05
    else:
        assert max(steps) > 0.05
    assert (kind == WHITE) == bool((drawn[0] == 1.0).all())


def test_every_kind_comes_up():
    rng = np.random.default_rng(0)
    assert {random_kind(rng) for _ in range(400)} == set(KINDS)


def test_the_ground_is_where_the_rays_meet_it():
    camera = camera_at(30.0, 25.0)
    where = ground(camera, 32, -0.5)
    np.testing.assert_allclose(where.places[where.floor, 1], -0.5, atol=1e-5)
    ticks = (2 * np.arange(32) + 1) / 32 - 1
    x, y = np.meshgrid(ticks, -ticks)
    pixels = np.column_stack([x.ravel(), y.ravel()])
    np.testing.assert_allclose(camera.project(where.places[where.floor]), pixels[where.floor], atol=1e-4)
    away = camera.directions(32)[~where.floor]
    assert (away[:, 1] >= 0).all()  # what meets no floor looks up
    assert (where.normal[~where.floor] == 0).all()


def test_walls_stand_behind_the_object_and_close_the_room():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        camera = camera_at(rng.uniform(0, 360), rng.uniform(0, 60), rng.uniform(2, 9))
        walls = random_walls(camera, rng)
        assert (walls[:, :3] @ camera.eye + walls[:, 3] > 0).all()  # the eye is inside
        assert ((CUBE @ walls[:, :3].T + walls[:, 3]) > 0).all()  # and so is the object
        where = ground(camera, 24, -0.5, walls)
        assert (np.abs(where.normal).sum(axis=1) > 0).mean() > 0.95
        picture = room(where, 24, random_lights(camera, rng), rng)
        assert np.isfinite(picture).all()
        assert picture.min() >= 0.0
        assert picture.mean() > 0.02


def test_development_keeps_plain_light_and_adds_what_it_is_told():
    rng = np.random.default_rng(0)
    light = np.full((64, 64, 3), 0.5, dtype=np.float32)
    assert np.unique(develop(light, Sensor(), rng)).tolist() == [round(255 * 0.5 ** (1 / 2.2))]
    noisy = develop(light, Sensor(noise=0.03), rng).astype(float)
    assert 0.3 < noisy.std() / (255 * 0.03) < 2.0
    edge = light.copy()
    edge[:, 32:] = 0.0
    assert len(np.unique(develop(edge, Sensor(blur=1.5), rng))) > 5
    white = np.ones((64, 64, 3), dtype=np.float32)
    assert (develop(white, Sensor(contrast=0.8, jpeg=60), rng) > 252).all()


def test_compression_loses_more_at_lower_quality():
    picture = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    away = [np.abs(compressed(picture, quality).astype(float) - picture).mean() for quality in (95, 60, 35)]
    assert away[0] < away[1] < away[2]


def test_sensors_go_from_clean_to_poor():
    drawn = [random_sensor(np.random.default_rng(seed)) for seed in range(200)]
    assert any(sensor.jpeg == 0 and sensor.noise == 0 and sensor.blur == 0 for sensor in drawn)
    assert any(sensor.jpeg and sensor.noise and sensor.blur for sensor in drawn)
    assert all(sensor.jpeg == 0 or 35 <= sensor.jpeg <= 95 for sensor in drawn)
    assert max(sensor.noise for sensor in drawn) <= 0.035
