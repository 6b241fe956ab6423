import numpy as np
import pytest
import trimesh

from engine.data.render import aim, frame, render_views, smooth_normals

SPHERE = trimesh.creation.icosphere(subdivisions=4)


def views_of(mesh, seed=0, views=6, colours=None):
    colours = np.full((len(mesh.faces), 3), 0.5) if colours is None else colours
    return render_views(np.asarray(mesh.vertices, dtype=np.float64), mesh.faces, colours, seed, views)


def test_sphere_silhouette_is_the_analytic_disc():
    for view in range(6):
        mask = views_of(SPHERE).mask[view] / 255.0
        rows, columns = np.mgrid[0:128, 0:128] + 0.5
        area = mask.sum()
        centre = (mask * rows).sum() / area, (mask * columns).sum() / area
        radius = np.sqrt(area / np.pi)
        assert 0.8 - 0.02 <= 2 * radius / 128 <= 0.96 + 0.02
        away = np.hypot(rows - centre[0], columns - centre[1]) - radius
        assert (mask[away < -1.0] == 1.0).all()
        assert (mask[away > 1.0] == 0.0).all()


def test_mask_agrees_with_the_projected_points():
    box = trimesh.creation.box((0.4, 1.2, 0.8))
    camera = frame(aim(30.0, 20.0, 3.0), box.vertices, 0.9)
    flat = camera.project(box.vertices)
    assert np.abs(flat).max() == pytest.approx(0.9)
    np.testing.assert_allclose(flat.min(axis=0) + flat.max(axis=0), 0.0, atol=1e-12)
    pixels = camera.project(camera.eye + 2.5 * camera.directions(4)).reshape(4, 4, 2)
    np.testing.assert_allclose(pixels[0, 0], [-0.75, 0.75], atol=1e-12)
    np.testing.assert_allclose(pixels[3, 1], [-0.25, -0.75], atol=1e-12)


def test_azimuth_and_elevation_are_where_the_eye_stands():
    np.testing.assert_allclose(aim(0.0, 0.0, 2.0).eye, [0.0, 0.0, 2.0], atol=1e-12)
    np.testing.assert_allclose(aim(90.0, 0.0, 2.0).eye, [2.0, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(aim(0.0, 30.0, 2.0).eye, [0.0, 1.0, np.sqrt(3.0)], atol=1e-12)
    camera = aim(0.0, 10.0, 3.0)
    right, up = camera.project([[0.1, 0.0, 0.0], [0.0, 0.1, 0.0]])
    assert right[0] > 0
    assert up[1] > 0
    triad = np.stack([camera.right, camera.up, -camera.forward])
    np.testing.assert_allclose(triad @ triad.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(triad) == pytest.approx(1.0)


def test_views_go_around_and_stay_above_the_floor():
    views = views_of(trimesh.creation.box((1.0, 1.0, 1.0)), views=24)
    sector = np.sort(np.floor(((views.azimuth - views.azimuth.min()) % 360.0) / 90.0))
    assert set(sector) == {0.0, 1.0, 2.0, 3.0}
    gaps = np.diff(np.sort(views.azimuth), append=views.azimuth.min() + 360.0)
    assert gaps.max() < 30.0
    assert views.elevation.min() >= 0.0
    assert views.elevation.max() <= 45.0
    assert views.rgb.shape == (24, 128, 128, 3)
    assert views.azimuth.dtype == np.float32


def test_a_marked_side_shows_from_its_azimuth():
    box = trimesh.creation.box((1.0, 1.0, 1.0)).subdivide().subdivide()
    colours = np.where((box.face_normals @ [1.0, 0.0, 0.0] > 0.9)[:, None], [0.9, 0.05, 0.05], [0.05, 0.05, 0.9])
    views = views_of(box, seed=5, views=24, colours=colours)
    rgb = views.rgb.astype(float)
    solid = views.mask == 255
    red = np.array([((c[..., 0] > 2 * c[..., 2]) & s).sum() for c, s in zip(rgb, solid, strict=True)])
    facing = np.cos(np.radians(views.azimuth - 90.0))
    assert red[facing < -0.3].max() == 0
    assert (red[facing > 0.6] > 100).sum() >= 2  # where the model's own colours were used


def test_same_seed_same_pictures_other_seed_other_pictures():
    first, again, other = views_of(SPHERE, 3), views_of(SPHERE, 3), views_of(SPHERE, 4)
    np.testing.assert_array_equal(first.rgb, again.rgb)
    assert (first.rgb != other.rgb).any()


def test_pictures_are_lit_and_stand_out():
    views = views_of(SPHERE, views=12)
    for rgb, mask in zip(views.rgb, views.mask, strict=True):
        inside = rgb[mask == 255].astype(float).mean(axis=1)
        assert inside.std() > 4.0  # shaded, not flat
        assert inside.max() > 25.0


def test_smooth_normals_bend_with_spheres_and_break_at_edges():
    corners = smooth_normals(np.asarray(SPHERE.vertices), SPHERE.faces)
    np.testing.assert_allclose(corners.reshape(-1, 3), SPHERE.vertices[SPHERE.faces].reshape(-1, 3), atol=0.02)
    box = trimesh.creation.box((1.0, 2.0, 0.5))
    flat = np.repeat(box.face_normals[:, None], 3, axis=1)
    np.testing.assert_allclose(smooth_normals(box.vertices, box.faces), flat, atol=1e-12)
