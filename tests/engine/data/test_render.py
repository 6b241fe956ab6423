import numpy as np
import pytest
import trimesh

from engine.data.lens import CAMERA_FRAME, OBJECT_FRAME
from engine.data.rays import Rays
from engine.data.render import OVERSAMPLING, render_views, smooth_normals
from engine.data.sensor import Sensor

SPHERE = trimesh.creation.icosphere(subdivisions=4)


def views_of(mesh, seed=0, views=6, colours=None, side=128):
    colours = np.full((len(mesh.faces), 3), 0.5) if colours is None else colours
    return render_views(np.asarray(mesh.vertices, dtype=np.float64), mesh.faces, colours, seed, views, side)


def table():
    """A top on four thin legs, in the unit sphere."""
    parts = [trimesh.creation.box((1.4, 0.08, 0.9), np.array([[1, 0, 0, 0], [0, 1, 0, 0.4], [0, 0, 1, 0], [0, 0, 0, 1.0]]))]
    for x in (-0.6, 0.6):
        for z in (-0.35, 0.35):
            leg = trimesh.creation.box((0.06, 0.8, 0.06))
            leg.apply_translation([x, 0.0, z])
            parts.append(leg)
    return trimesh.util.concatenate(parts)


def test_sphere_silhouette_is_the_analytic_ellipse_of_the_stored_camera():
    views = views_of(SPHERE)
    for view in range(6):
        camera = views.camera(view)
        ways = camera.directions(128)
        ways /= np.linalg.norm(ways, axis=1, keepdims=True)
        # Distance of each ray to the origin: what passes nearer than the radius sees the sphere.
        nearest = np.linalg.norm(np.cross(camera.eye, ways), axis=1).reshape(128, 128)
        pixel = camera.half / 64 * np.linalg.norm(camera.eye)
        mask = views.mask[view]
        assert (mask[nearest < 0.997 - 1.5 * pixel] == 255).all()
        assert (mask[nearest > 1.0 + 1.5 * pixel] == 0).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_masks_are_what_the_rays_hit_whatever_is_behind(seed):
    mesh = table()
    views = views_of(mesh, seed, views=8, side=48)
    rays = Rays(mesh.vertices, mesh.faces)
    for view in range(8):
        camera = views.camera(view)
        ways = camera.directions(48 * OVERSAMPLING)
        face, _ = rays.first_hit(np.broadcast_to(camera.eye, ways.shape), ways)
        cover = (face >= 0).reshape(48, OVERSAMPLING, 48, OVERSAMPLING).mean(axis=(1, 3))
        np.testing.assert_array_equal(views.mask[view], np.round(cover * 255).astype(np.uint8))


def test_compression_and_noise_change_colours_but_no_mask(monkeypatch):
    drawn = []
    for sensor in (Sensor(), Sensor(blur=0.9, noise=0.03, jpeg=35)):
        monkeypatch.setattr("engine.data.render.random_sensor", lambda rng, sensor=sensor: sensor)
        drawn.append(views_of(table(), 5, views=6, side=64))
    clean, poor = drawn
    np.testing.assert_array_equal(clean.mask, poor.mask)
    assert all((a != b).any() for a, b in zip(clean.rgb[1:], poor.rgb[1:], strict=True))


def test_known_points_go_from_object_to_pixel_by_stored_numbers_alone():
    mesh = table()
    stored = views_of(mesh, 7, views=24).arrays()
    assert (str(stored["object_frame"]), str(stored["camera_frame"])) == (OBJECT_FRAME, CAMERA_FRAME)
    seen = 0
    for view in range(24):
        away = mesh.vertices - stored["eye"][view]
        x, y = away @ stored["right"][view], away @ stored["up"][view]
        z = -away @ stored["forward"][view]
        assert (z < 0).all()
        across = (np.column_stack([x, y]) / -z[:, None] - stored["centre"][view]) / stored["half"][view]
        column, row = (1 + across[:, 0]) / 2 * 128, (1 - across[:, 1]) / 2 * 128
        mask = stored["mask"][view] > 0
        for c, r in zip(column, row, strict=True):
            if 1 < c < 127 and 1 < r < 127:  # some pictures cut their object
                # Whatever a vertex is hidden by belongs to the object too; corners cover parts of pixels.
                assert mask[int(r) - 1 : int(r) + 2, int(c) - 1 : int(c) + 2].any()
                seen += 1
        inside = across[(np.abs(across) < 1).all(axis=1)]
        assert len(inside) > 0.5 * len(across)
        rows, columns = np.nonzero(mask)
        box = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
        points = np.clip([column.min(), row.min(), column.max(), row.max()], 0, 128)
        np.testing.assert_allclose(box, points, atol=1.6)
    assert seen > 24 * 20


def test_views_go_around_and_from_the_horizon_to_sixty_degrees():
    for count in (8, 24):
        views = views_of(trimesh.creation.box((1.0, 1.0, 1.0)), views=count, side=16)
        azimuths = np.sort(views.azimuth)
        assert np.diff(azimuths, append=azimuths[0] + 360.0).max() < 1.85 * 360 / count
        assert 0.0 <= views.elevation.min() < 10.0
        assert 40.0 < views.elevation.max() <= 60.0
        eyes = views.eye / np.linalg.norm(views.eye, axis=1, keepdims=True)
        np.testing.assert_allclose(np.degrees(np.arcsin(eyes[:, 1])), views.elevation, atol=1e-3)
        np.testing.assert_allclose(np.degrees(np.arctan2(eyes[:, 0], eyes[:, 2])) % 360, views.azimuth, atol=1e-3)
    assert views.rgb.shape == (24, 16, 16, 3)
    assert views.azimuth.dtype == np.float32


def test_lenses_rolls_and_cuts_vary_within_bounds():
    box = trimesh.creation.box((1.0, 1.2, 0.8))
    drawn = [views_of(box, seed, views=24, side=8) for seed in range(6)]
    distance = np.concatenate([np.linalg.norm(views.eye, axis=1) for views in drawn])
    assert 2.0 <= distance.min() < 2.5
    assert 7.5 < distance.max() <= 9.0
    roll = np.degrees(np.arcsin(np.concatenate([views.right[:, 1] for views in drawn])))
    assert 2.0 < np.abs(roll).max() <= 6.0
    assert (np.abs(roll) < 1e-9).mean() > 0.3
    outside, filled = [], []
    for views in drawn:
        for view in range(24):
            flat = views.camera(view).project(box.vertices)
            longest = np.ptp(flat, axis=0).max()
            outside.append(max(float(np.abs(flat).max()) - 1.0, 0.0) / longest)
            filled.append(longest / 2)
    assert 0.05 < (np.array(outside) > 1e-9).mean() < 0.25
    assert max(outside) <= 0.05 + 1e-9
    assert min(filled) > 0.69
    assert max(filled) < 0.98


def test_a_marked_side_shows_from_its_azimuth():
    box = trimesh.creation.box((1.0, 1.0, 1.0)).subdivide().subdivide()
    colours = np.where((box.face_normals @ [1.0, 0.0, 0.0] > 0.9)[:, None], [0.9, 0.05, 0.05], [0.05, 0.05, 0.9])
    for seed in range(8):  # the first view has the model's own colours, plainly lit
        views = views_of(box, seed, views=1, colours=colours)
        rgb, solid = views.rgb[0].astype(float), views.mask[0] == 255
        red = ((rgb[..., 0] > 2 * rgb[..., 2]) & solid).sum()
        blue = ((rgb[..., 2] > 2 * rgb[..., 0]) & solid).sum()
        assert blue > 100
        assert (red > 100) == (views.azimuth[0] < 180.0)
        assert (views.rgb[0][views.mask[0] == 0] == 255).all()


def test_same_seed_same_pictures_other_seed_other_pictures():
    first, again, other = (views_of(SPHERE, seed, side=32) for seed in (3, 3, 4))
    for name, values in first.arrays().items():
        np.testing.assert_array_equal(values, again.arrays()[name])
    assert (first.rgb != other.rgb).any()


def test_pictures_are_lit_and_stand_out():
    views = views_of(SPHERE, views=24)
    spread = []
    for rgb, mask in zip(views.rgb, views.mask, strict=True):
        inside = rgb[mask == 255].astype(float).mean(axis=1)
        spread.append(inside.std())
        assert inside.max() > 60.0
        assert inside.mean() > 20.0
    assert min(spread) > 2.5  # shaded, not flat
    assert np.median(spread) > 12.0


def test_smooth_normals_bend_with_spheres_and_break_at_edges():
    corners = smooth_normals(np.asarray(SPHERE.vertices), SPHERE.faces)
    np.testing.assert_allclose(corners.reshape(-1, 3), SPHERE.vertices[SPHERE.faces].reshape(-1, 3), atol=0.02)
    box = trimesh.creation.box((1.0, 2.0, 0.5))
    flat = np.repeat(box.face_normals[:, None], 3, axis=1)
    np.testing.assert_allclose(smooth_normals(box.vertices, box.faces), flat, atol=1e-12)
