import numpy as np
import pytest
import trimesh

from engine.data.sdf import SHEET_HALF, prepare
from engine.errors import ShapeError
from engine.shapes import Frame, Mesh

SHIFT = np.array([0.05, -0.02, 0.03])


def box(size, centre=(0.0, 0.0, 0.0)):
    return trimesh.creation.box(extents=size, transform=trimesh.transformations.translation_matrix(centre))


def box_distance(points, size, centre=(0.0, 0.0, 0.0)):
    away = np.abs(points - np.asarray(centre)) - np.asarray(size) / 2.0
    return np.linalg.norm(np.maximum(away, 0.0), axis=1) + np.minimum(away.max(axis=1), 0.0)


def joined(*parts):
    vertices = np.concatenate([p.vertices for p in parts])
    starts = np.cumsum([0] + [len(p.vertices) for p in parts[:-1]])
    faces = np.concatenate([p.faces + s for p, s in zip(parts, starts, strict=True)])
    return trimesh.Trimesh(vertices, faces, process=False)


def soup(mesh):
    """Every face with vertices of its own."""
    return trimesh.Trimesh(mesh.triangles.reshape(-1, 3), np.arange(3 * len(mesh.faces)).reshape(-1, 3), process=False)


def cube_points(count, seed=0, half=1.0):
    return np.random.default_rng(seed).uniform(-half, half, (count, 3))


def iou(a, b):
    return (a & b).sum() / (a | b).sum()


CROSS = [((1.4, 0.3, 0.4), (0.0, 0.0, 0.0)), ((0.3, 1.2, 0.5), (0.1, 0.1, 0.0)), ((0.4, 0.4, 1.1), (-0.2, 0.05, 0.1))]


def cross_mesh():
    return joined(*(box(size, centre) for size, centre in CROSS))


def cross_inside(points):
    return np.min([box_distance(points, size, centre) for size, centre in CROSS], axis=0) < 0.0


def test_sphere_distance_is_the_closed_form():
    skin = prepare(trimesh.creation.icosphere(subdivisions=5))
    points = cube_points(4000)
    exact = np.linalg.norm(points, axis=1) - 1.0
    np.testing.assert_allclose(skin.signed_distance(points), exact, atol=1.5e-3)  # sagitta of the facets
    assert skin.sign_confidence == 1.0
    assert skin.sheet_fraction == 0.0
    assert skin.closed_fraction == 1.0


def test_box_distance_is_exact_inside_and_out():
    size = (1.0, 0.6, 0.8)
    points = cube_points(5000)
    np.testing.assert_allclose(prepare(box(size)).signed_distance(points), box_distance(points, size), atol=2e-5)


def test_union_of_overlapping_boxes_is_exact_outside_and_hides_inner_walls():
    skin = prepare(cross_mesh())
    points = cube_points(20000)
    distances = np.min([box_distance(points, s, c) for s, c in CROSS], axis=0)
    value = skin.signed_distance(points)
    outside = distances > 0.0
    np.testing.assert_allclose(value[outside], distances[outside], atol=0.004)
    assert iou(value < 0.0, ~outside) > 0.999
    assert skin.signed_distance(np.zeros((1, 3)))[0] < -0.1  # walls of the other boxes pass close by
    assert skin.buried_fraction > 0.1


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_turned_faces_do_not_change_the_inside(seed):
    rng = np.random.default_rng(seed)
    mesh = soup(cross_mesh().subdivide().subdivide())
    faces = mesh.faces.copy()
    turned = rng.random(len(faces)) < 0.3
    faces[turned] = faces[turned][:, ::-1]
    skin = prepare(trimesh.Trimesh(mesh.vertices, faces, process=False))
    points = cube_points(20000)
    assert iou(skin.contains(points), cross_inside(points)) > 0.999


def test_missing_faces_leave_the_inside_nearly_whole():
    rng = np.random.default_rng(3)
    sphere = trimesh.creation.icosphere(subdivisions=4)
    kept = rng.random(len(sphere.faces)) > 0.05
    skin = prepare(trimesh.Trimesh(sphere.vertices, sphere.faces[kept], process=False))
    points = cube_points(20000)
    assert iou(skin.contains(points), np.linalg.norm(points, axis=1) < 1.0) > 0.96
    assert skin.sign_confidence < 1.0
    assert skin.closed_fraction < 1.0


def test_open_patch_that_faces_in_is_turned_outward():
    sphere = trimesh.creation.icosphere(subdivisions=4)
    kept = sphere.triangles_center[:, 1] > -0.9
    skin = prepare(trimesh.Trimesh(sphere.vertices, sphere.faces[kept][:, ::-1], process=False))
    assert skin.signed_distance([[0.0, 0.0, 0.0]])[0] == pytest.approx(-1.0, abs=0.02)


def test_sheet_gets_a_body_on_both_sides():
    square = np.array([[-0.7, 0.0, -0.7], [0.7, 0.0, -0.7], [0.7, 0.0, 0.7], [-0.7, 0.0, 0.7]])
    mesh = trimesh.Trimesh(square, [[0, 1, 2], [0, 2, 3]], process=False).subdivide()
    skin = prepare(mesh)
    heights = np.array([0.0, 0.002, -0.002, 0.05, -0.05])
    points = np.column_stack([np.full(5, 0.1), heights, np.full(5, -0.2)])
    np.testing.assert_allclose(skin.signed_distance(points), np.abs(heights) - SHEET_HALF, atol=1e-6)
    assert skin.sheet_fraction == 1.0
    where, normals = skin.sample_surface(2000, np.random.default_rng(0))
    np.testing.assert_allclose(np.abs(where[:, 1]), SHEET_HALF, atol=1e-6)
    np.testing.assert_allclose(normals, np.sign(where[:, 1])[:, None] * np.array([[0.0, 1.0, 0.0]]), atol=1e-6)
    assert 0.4 < (where[:, 1] > 0).mean() < 0.6


def test_double_sided_sheet_is_a_sheet():
    square = np.array([[-0.7, 0.0, -0.7], [0.7, 0.0, -0.7], [0.7, 0.0, 0.7], [-0.7, 0.0, 0.7]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    one = trimesh.Trimesh(square, faces, process=False).subdivide()
    skin = prepare(trimesh.Trimesh(one.vertices, np.concatenate([one.faces, one.faces[:, ::-1]]), process=False))
    assert skin.sheet_fraction == 1.0
    assert skin.signed_distance([[0.1, 0.0, 0.1]])[0] == pytest.approx(-SHEET_HALF, abs=1e-6)


def test_buried_part_is_left_out_of_the_distance():
    skin = prepare(joined(box((1.0, 1.0, 1.0)), box((0.3, 0.3, 0.3), (0.1, 0.0, 0.0))))
    assert skin.signed_distance([[0.0, 0.0, 0.0]])[0] == pytest.approx(-0.5, abs=1e-5)
    assert skin.buried_fraction == pytest.approx(0.54 / 6.54, abs=1e-6)
    where, _ = skin.sample_surface(5000, np.random.default_rng(0))
    np.testing.assert_allclose(np.abs(where).max(axis=1), 0.5, atol=1e-6)


def test_buried_part_with_faces_inward_stays_solid():
    inner = box((0.3, 0.3, 0.3))
    inner.invert()
    assert prepare(joined(box((1.0, 1.0, 1.0)), inner)).signed_distance([[0.0, 0.0, 0.0]])[0] == pytest.approx(-0.5, abs=1e-5)


@pytest.mark.parametrize("split_vertices", [False, True])
def test_wall_between_touching_boxes_vanishes(split_vertices):
    mesh = joined(box((0.6, 0.6, 0.6), (-0.3, 0.0, 0.0)), box((0.6, 0.6, 0.6), (0.3, 0.0, 0.0)))
    skin = prepare(soup(mesh) if split_vertices else mesh)
    points = cube_points(5000)
    np.testing.assert_allclose(skin.signed_distance(points), box_distance(points, (1.2, 0.6, 0.6)), atol=2e-4)


def test_mesh_given_twice_is_the_same_shape():
    sphere = trimesh.creation.icosphere(subdivisions=3)
    points = cube_points(3000)
    once, twice = prepare(sphere), prepare(joined(sphere, sphere))
    np.testing.assert_allclose(once.signed_distance(points), twice.signed_distance(points), atol=1e-6)


def test_samples_are_uniform_by_area_with_outward_normals():
    size = np.array([1.2, 0.4, 0.8])
    where, normals = prepare(box(size)).sample_surface(30000, np.random.default_rng(1))
    scaled = np.abs(where) / (size / 2.0)
    axis = scaled.argmax(axis=1)
    area = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    np.testing.assert_allclose(np.bincount(axis, minlength=3) / len(where), area / area.sum(), atol=0.01)
    rows = np.arange(len(where))
    np.testing.assert_allclose(normals[rows, axis], np.sign(where[rows, axis]), atol=1e-6)
    assert where.dtype == normals.dtype == np.float32
    top = where[(axis == 1) & (where[:, 1] > 0)]
    counts, _, _ = np.histogram2d(top[:, 0], top[:, 2], bins=4)
    assert counts.min() > 0.85 * counts.mean()


def test_same_seed_same_answer_and_open_mesh_survives_rotation():
    sphere = trimesh.creation.icosphere(subdivisions=3)
    half = trimesh.Trimesh(sphere.vertices, sphere.faces[sphere.triangles_center[:, 1] < 0.3], process=False)
    points = cube_points(3000)
    value = prepare(half, seed=4).signed_distance(points)
    np.testing.assert_array_equal(value, prepare(half, seed=4).signed_distance(points))
    turn = trimesh.transformations.rotation_matrix(0.7, [0.3, 1.0, 0.2])[:3, :3]
    turned = prepare(trimesh.Trimesh(half.vertices @ turn.T, half.faces, process=False)).signed_distance(points @ turn.T)
    assert ((turned < 0) != (value < 0)).mean() < 0.005


def test_own_mesh_type_is_accepted_only_in_the_unit_sphere():
    sphere = trimesh.creation.icosphere(subdivisions=2)
    mesh = Mesh(sphere.vertices, sphere.faces)
    assert prepare(mesh).signed_distance([[0.0, 0.0, 0.0]])[0] < -0.9
    with pytest.raises(ShapeError, match="normalise"):
        prepare(Mesh(sphere.vertices, sphere.faces, frame=Frame.FILE))


def test_unusable_meshes_are_refused_with_a_reason():
    sphere = trimesh.creation.icosphere(subdivisions=2)
    with pytest.raises(ShapeError, match="no faces"):
        prepare(Mesh.empty("nothing"))
    with pytest.raises(ShapeError, match="only 2 faces"):
        prepare(trimesh.Trimesh(sphere.vertices, sphere.faces[:2], process=False))
    broken = sphere.vertices.copy()
    broken[0, 0] = np.nan
    with pytest.raises(ShapeError, match="NaN"):
        prepare(trimesh.Trimesh(broken, sphere.faces, process=False))
    with pytest.raises(ShapeError, match="normalise"):
        prepare(trimesh.Trimesh(sphere.vertices * 30.0, sphere.faces, process=False))
    line = np.column_stack([np.linspace(-1, 1, 12), np.zeros(12), np.zeros(12)])
    with pytest.raises(ShapeError, match="have an area"):
        prepare(trimesh.Trimesh(line, np.arange(12).reshape(4, 3), process=False))
    with pytest.raises(ShapeError, match="NaN"):
        prepare(sphere).signed_distance([[np.inf, 0.0, 0.0]])
