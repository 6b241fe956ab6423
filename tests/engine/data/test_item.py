import numpy as np
import pytest
import trimesh
from sample_catalogue import chair, write_catalogue

import engine.data.item
from engine.data.item import Settings, build_item, sample_field, settings_hash
from engine.data.sdf import prepare
from engine.data.split import Listed
from engine.data.store import Item, item_folder, list_items
from engine.errors import DataError, ShapeError

SMALL = Settings(near=2000, space=300, volume_train=400, volume_held=800, surface=500, views=2)


def row(piece, split="train"):
    return Listed("chair", f"Sample#{piece}", piece.title(), "CC-BY-3.0", "Somebody", split)


def test_samples_lie_where_the_settings_say():
    skin = prepare(trimesh.creation.icosphere(subdivisions=4))
    settings = Settings(near=20000, space=4000)
    arrays = sample_field(skin, settings, 3000, 1.1, np.random.default_rng(0))
    for name in ("near", "space", "volume"):
        exact = np.linalg.norm(arrays[f"{name}_points"], axis=1) - 1.0
        np.testing.assert_allclose(arrays[f"{name}_sdf"], exact, atol=6e-3)
        assert arrays[f"{name}_points"].dtype == arrays[f"{name}_sdf"].dtype == np.float32
    # Along the normal an offset keeps its standard deviation: a mixture has the mean of the variances.
    expected = np.sqrt(0.35 * 0.0707**2 + 0.45 * 0.0224**2 + 0.20 * 0.007**2)
    assert arrays["near_sdf"].std() == pytest.approx(expected, rel=0.05)
    assert arrays["near_sdf"][:2000].std() == pytest.approx(expected, rel=0.15)  # in random order
    assert 1.0 < np.abs(arrays["space_points"]).max() <= 1.05
    assert 1.05 < np.abs(arrays["volume_points"]).max() <= 1.1


def test_item_on_disk_holds_everything(tmp_path):
    source = write_catalogue(tmp_path / "a.sh3f", {"one": chair(0), "two": chair(1)})
    build_item(source, row("one"), tmp_path / "out", SMALL)
    build_item(source, row("two", "test"), tmp_path / "out", SMALL)
    one, two = list_items(tmp_path / "out")
    assert one.near[0].shape == (2000, 3)
    assert one.space[1].shape == (300,)
    assert (len(one.volume[1]), len(two.volume[1])) == (400, 800)
    assert one.surface[0].shape == one.surface[1].shape == (500, 3)
    assert one.renders["rgb"].shape == (2, 128, 128, 3)
    assert one.picture.shape == (128, 128, 4)
    vertices, faces = one.skin
    assert np.linalg.norm(vertices[np.unique(faces)], axis=1).max() == pytest.approx(1.0, abs=1e-5)
    extent = np.ptp(vertices, axis=0)
    assert one.meta.longest_edge == pytest.approx(extent.max(), abs=1e-5)
    assert np.abs(one.volume[0]).max() <= 0.55 * one.meta.longest_edge
    assert one.meta.watertight
    assert one.meta.size_cm == (60.0, 80.5, 40.0)
    assert one.meta.settings_hash == settings_hash(SMALL)
    assert extent[1] == extent.max()  # chairs stand
    skin = prepare(trimesh.Trimesh(vertices, faces, process=False))
    np.testing.assert_allclose(skin.signed_distance(one.near[0]), one.near[1], atol=1e-4)
    assert np.abs(skin.signed_distance(one.surface[0])).max() < 1e-4


def test_building_twice_gives_the_same_arrays(tmp_path):
    source = write_catalogue(tmp_path / "a.sh3f", {"one": chair(0)})
    for out in ("x", "y"):
        build_item(source, row("one"), tmp_path / out, SMALL)
    first, second = (list_items(tmp_path / out)[0] for out in ("x", "y"))
    assert first.meta == second.meta
    np.testing.assert_array_equal(first.near[0], second.near[0])
    np.testing.assert_array_equal(first.near[1], second.near[1])
    np.testing.assert_array_equal(first.renders["rgb"], second.renders["rgb"])


@pytest.mark.parametrize("writer", ["write_arrays", "write_picture", "write_text"])
def test_a_crash_while_writing_never_leaves_a_finished_item(tmp_path, monkeypatch, writer):
    source = write_catalogue(tmp_path / "a.sh3f", {"one": chair(0)})
    out = tmp_path / "out"
    build_item(source, row("one"), out, SMALL)  # an older finished item must not pass for the new one

    def crash(path, _):
        (path.parent / f".{path.name}.1.tmp").write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine.data.item, writer, crash)
        with pytest.raises(KeyboardInterrupt):
            build_item(source, row("one"), out, SMALL)
    folder = item_folder(out, "chair", "Sample#one")
    with pytest.raises(DataError):
        Item(folder)
    build_item(source, row("one"), out, SMALL)
    assert Item(folder).id == "Sample#one"
    assert not list(folder.glob(".*"))


def test_models_of_no_use_are_refused(tmp_path):
    flat = b"v 0 0 0\nv 1 0 0\nv 2 0 0\nv 3 0 0\nf 1 2 3\nf 2 3 4\nf 1 2 4\nf 1 3 4\n"
    source = write_catalogue(tmp_path / "a.sh3f", {"flat": flat, "none": b"v 0 0 0\n"})
    with pytest.raises(ShapeError, match="have an area"):
        build_item(source, row("flat"), tmp_path / "out", SMALL)
    with pytest.raises(DataError, match="no faces"):
        build_item(source, row("none"), tmp_path / "out", SMALL)
    with pytest.raises(DataError, match="does not hold"):
        build_item(source, row("other"), tmp_path / "out", SMALL)


def test_hash_follows_the_settings():
    assert settings_hash(Settings()) == settings_hash(Settings())
    assert settings_hash(Settings()) != settings_hash(Settings(near=1))
