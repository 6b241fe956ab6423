import numpy as np
from published_trees import sphere_rows

from engine.data.distance_surface import surface_from_distances


def box_rows(half, count=120_000, seed=0):
    """Samples around a box with their exact signed distances."""
    rng = np.random.default_rng(seed)
    half = np.asarray(half)
    points = rng.uniform(-1, 1, (count, 3)) * (half + 0.05)
    axis = rng.integers(0, 3, count)
    points[np.arange(count), axis] = rng.choice([-1, 1], count) * half[axis] + rng.normal(scale=0.02, size=count)
    beyond = np.abs(points) - half
    distances = np.linalg.norm(np.maximum(beyond, 0), axis=1) + np.minimum(beyond.max(axis=1), 0)
    return points, distances


def test_points_of_a_sphere_lie_on_it_with_its_normals():
    rows = sphere_rows()
    points, normals = surface_from_distances(rows[:, :3], rows[:, 3], 5000, np.random.default_rng(0))
    assert len(points) == 5000
    assert np.abs(np.linalg.norm(points, axis=1) - 1).max() < 1e-3
    assert np.einsum("ij,ij->i", points, normals).min() > np.cos(np.radians(6))
    octants = np.bincount((points > 0) @ np.array([1, 2, 4]), minlength=8) / len(points)
    assert np.abs(octants - 1 / 8).max() < 0.02


def test_points_of_a_box_lie_on_its_faces():
    half = np.array([0.7, 0.5, 0.4])
    points, normals = surface_from_distances(*box_rows(half), 20_000, np.random.default_rng(0))
    off = np.abs((np.abs(points) - half).max(axis=1))
    assert np.quantile(off, 0.99) < 2e-3
    face = np.abs(np.abs(points) - half).argmin(axis=1)
    outward = normals[np.arange(len(points)), face] * np.sign(points[np.arange(len(points)), face])
    assert np.quantile(outward, 0.02) > 0.95


def test_too_few_samples_or_none_near_give_no_surface():
    rows = sphere_rows(600)
    assert surface_from_distances(rows[:, :3], rows[:, 3], 5000, np.random.default_rng(0)) is None
    far = sphere_rows()
    far = far[np.abs(far[:, 3]) > 0.02]
    assert surface_from_distances(far[:, :3], far[:, 3], 5000, np.random.default_rng(0)) is None


def test_distances_that_are_none_give_no_surface():
    rows = sphere_rows()
    noise = np.random.default_rng(0).normal(scale=0.01, size=len(rows))
    assert surface_from_distances(rows[:, :3], noise, 5000, np.random.default_rng(0)) is None
