import numpy as np
import pytest
import trimesh

from engine.data.materials import (
    CHECKS,
    CLOTH,
    PLAIN,
    STONE,
    STRIPES,
    WOOD,
    Materials,
    noise,
    own_materials,
    part_colours,
    random_materials,
)

POINTS = np.random.default_rng(0).uniform(-1, 1, (4000, 3)).astype(np.float32)


def one(pattern, wave=3.0):
    """Black and white in the given pattern, along the object's own axes."""
    flat = np.ones(1, np.float32)
    lattice = np.random.default_rng(1).random((16, 16, 16), dtype=np.float32)
    return Materials(
        np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32), np.array([pattern]), np.eye(3, dtype=np.float32)[None],
        wave * flat, flat, flat, flat, lattice,
    )  # fmt: skip


def albedo(pattern, points=POINTS, wave=3.0):
    return one(pattern, wave).albedo(points, np.zeros(len(points), dtype=np.int64))[:, 0]


def test_noise_meets_its_lattice_and_has_no_jumps():
    lattice = np.random.default_rng(2).random((4, 4, 4), dtype=np.float32)
    corners = np.stack(np.meshgrid(*[np.arange(-4, 8)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    expected = lattice[tuple((corners % 4).T)]
    np.testing.assert_allclose(noise(lattice, corners.astype(np.float32)), expected, atol=1e-6)
    line = np.column_stack([np.linspace(-3, 3, 3001)] * 3).astype(np.float32)
    assert np.abs(np.diff(noise(lattice, line))).max() < 0.02


def test_stripes_and_checks_are_where_their_waves_say():
    np.testing.assert_array_equal(albedo(STRIPES), (np.sin(6 * np.pi * POINTS[:, 0]) > 0).astype(np.float32))
    expected = (np.floor(6 * POINTS[:, 0]) + np.floor(6 * POINTS[:, 1]) + np.floor(6 * POINTS[:, 2])) % 2
    np.testing.assert_array_equal(albedo(CHECKS), expected)


def test_wood_runs_along_its_grain():
    here = albedo(WOOD, wave=6.0)
    along = albedo(WOOD, POINTS + np.array([0, 0.02, 0], np.float32), wave=6.0)
    across = albedo(WOOD, POINTS + np.array([0.02, 0, 0], np.float32), wave=6.0)
    assert np.median(np.abs(along - here)) < 0.3 * np.median(np.abs(across - here))


@pytest.mark.parametrize("pattern", [WOOD, CLOTH, STRIPES, CHECKS, STONE])
def test_patterns_vary_and_stay_between_their_two_colours(pattern):
    values = albedo(pattern)
    assert values.min() >= -1e-6
    assert values.max() <= 1.0 + 1e-6
    assert values.std() > 0.1
    assert (albedo(PLAIN) == 0).all()


def test_own_materials_keep_the_colours_apart_from_metal_and_black():
    colours = np.array([[0.8, 0.2, 0.1], [0.1, 0.6, 0.9], [1.0, 1.0, 1.0]])
    for seed in range(20):
        made = own_materials(colours, np.random.default_rng(seed))
        np.testing.assert_allclose(made.colour, np.maximum(colours**2.2, 0.025), rtol=1e-5)
        assert (made.second <= made.colour).all()
    assert (own_materials(colours, np.random.default_rng(0), plain=True).pattern == PLAIN).all()


def test_random_materials_have_few_tones_and_many_patterns():
    made = [random_materials(50, np.random.default_rng(seed)) for seed in range(60)]
    for materials in made:
        assert 1 <= len(np.unique(materials.colour, axis=0)) <= 4
        assert materials.colour.min() > 0.0
        assert materials.colour.max() <= 1.0
        np.testing.assert_allclose(np.abs(np.linalg.det(materials.turn)), 1.0, atol=1e-5)
    patterns = np.concatenate([np.unique(materials.pattern) for materials in made])
    assert set(patterns.tolist()) == {PLAIN, WOOD, CLOTH, STRIPES, CHECKS, STONE}
    assert any((materials.metal > 0).any() for materials in made)


def test_parts_of_the_same_size_have_the_same_colour():
    top = trimesh.creation.box((1.4, 0.08, 0.9))
    legs = [trimesh.creation.box((0.06, 0.8, 0.06)) for _ in range(4)]
    for number, leg in enumerate(legs):
        leg.apply_translation([number, 2.0, 0.0])
    mesh = trimesh.util.concatenate([top, *legs])
    distinct = set()
    for seed in range(12):
        colours = part_colours(mesh.vertices, mesh.faces, np.random.default_rng(seed))
        assert colours.shape == (60, 3)
        assert colours.min() >= 0.0
        assert colours.max() <= 1.0
        assert (colours[:12] == colours[0]).all()
        assert (colours[12:] == colours[12]).all()
        distinct.add(bool((colours[0] == colours[12]).all()))
    assert distinct == {True, False}
