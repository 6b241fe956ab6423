import json

import numpy as np
import pytest
from published_trees import CHAIR, inside_seat, sphere_rows, write_deepsdf

from engine.data.deepsdf_layout import DeepSdfFolder, is_here
from engine.data.item import Settings, build_item
from engine.data.store import Item, item_folder
from engine.errors import DataError


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "data"
    for name in ("one", "two", "three"):
        write_deepsdf(root / "SdfSamples" / "ShapeNetV2" / CHAIR / f"{name}.npz", sphere_rows())
    for k in range(7):
        write_deepsdf(root / "SdfSamples" / "Mine" / "Tall lamps" / f"lamp {k}.npz", sphere_rows(1500))
    (root / "sv2_chairs_train.json").write_text(json.dumps({"ShapeNetV2": {CHAIR: ["one", "three"]}}))
    (root / "splits").mkdir()
    (root / "splits" / "sv2_chairs_test.json").write_text(json.dumps({"ShapeNetV2": {CHAIR: ["two", "three", "gone", "../x"]}}))
    (root / "specs.json").write_text("not a split {")
    return root


def test_json_lists_split_and_others_follow_the_rule(tree):
    assert is_here(tree)
    rows = DeepSdfFolder(tree).listed()
    chairs = {row.name: row.split for row in rows if row.category == "chair"}
    assert chairs == {"one": "train", "two": "test", "three": "test"}, "what is in two lists is held out"
    lamps = [row for row in rows if row.category == "tall-lamps"]
    assert sorted(row.split for row in lamps) == ["test"] + ["train"] * 5 + ["val"]
    assert {(row.licence, row.creator) for row in lamps} == {("own", "")}


def test_distances_are_scaled_with_the_points(tree):
    shape = DeepSdfFolder(tree).read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    assert shape.distances
    for points, distances in (shape.near, shape.space, shape.volume):
        assert np.isfinite(points).all()
        assert distances == pytest.approx(np.linalg.norm(points, axis=1) - 1, abs=1e-5)
    assert np.abs(shape.near[1]).max() <= 0.2
    assert shape.longest_edge == pytest.approx(2.0, abs=2e-3)
    assert shape.missing() == ("skin", "renders", "angles", "picture")
    points, normals = shape.surface
    assert np.linalg.norm(points, axis=1) == pytest.approx(1, abs=2e-3)
    assert np.einsum("ij,ij->i", points, normals).min() > 0.98
    sparse = DeepSdfFolder(tree).read("deepsdf/Mine/Tall lamps/lamp 0")
    assert sparse.missing() == ("surface", "skin", "renders", "angles", "picture")


def test_space_and_volume_are_spread_evenly_though_samples_crowd_the_surface(tree):
    shape = DeepSdfFolder(tree).read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    ball = 4 / 3 * np.pi
    assert (shape.volume[1] < 0).mean() == pytest.approx(ball / (1.1 * 2) ** 3, abs=0.02)
    assert (shape.space[1] < 0).mean() == pytest.approx(ball / 2.1**3, abs=0.02)


def test_front_is_turned_for_shapenet_and_kept_for_others(tree):
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (20_000, 3))
    rows = np.column_stack([points, np.where(inside_seat(points), -1e-3, 1e-3)])
    write_deepsdf(tree / "SdfSamples" / "ShapeNetV2" / CHAIR / "one.npz", rows)
    points, distances = DeepSdfFolder(tree).read(f"deepsdf/ShapeNetV2/{CHAIR}/one").near
    assert (inside_seat(points) == (distances < 0)).mean() > 0.999
    write_deepsdf(tree / "SdfSamples" / "Mine" / "Tall lamps" / "lamp 1.npz", rows)
    points, distances = DeepSdfFolder(tree).read("deepsdf/Mine/Tall lamps/lamp 1").near
    assert (inside_seat(points * (-1, 1, -1)) == (distances < 0)).mean() > 0.999


def test_size_comes_from_the_normalisation_where_it_is_there(tree):
    reader = DeepSdfFolder(tree)
    assert reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one").size == pytest.approx([2 / 1.03] * 3, abs=5e-3)
    file = tree / "NormalizationParameters" / "ShapeNetV2" / CHAIR / "one.npz"
    file.parent.mkdir(parents=True)
    np.savez(file, offset=np.array([1.0, 2.0, 3.0]), scale=np.array([1 / (1.03 * 40)]))  # a sphere of radius 40
    assert reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one").size == pytest.approx([80] * 3, rel=5e-3)
    np.savez(file, offset=np.zeros(3), scale=np.array([0.0]))
    with pytest.raises(DataError, match="scale in"):
        reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one")


def test_an_item_has_distances_and_says_what_it_lacks(tree, tmp_path):
    row = next(row for row in DeepSdfFolder(tree).listed() if row.name == "one")
    build_item(tree, row, tmp_path, Settings(near=3000, space=500, volume_train=400))
    item = Item(item_folder(tmp_path, "chair", row.id))
    assert [len(part[0]) for part in (item.near, item.space, item.volume)] == [3000, 500, 400]
    assert item.near[1] == pytest.approx(np.linalg.norm(item.near[0], axis=1) - 1, abs=1e-5)
    assert np.array_equal(item.occupied("near")[1], item.near[1] < 0)
    for ask, what in ((lambda: item.skin, "skin"), (lambda: item.picture, "picture"), (lambda: item.renders, "renders")):
        with pytest.raises(DataError, match=f"has no {what}: its source DeepSDF data holds none"):
            ask()


def test_damaged_files_are_refused_by_name(tree):
    reader, folder = DeepSdfFolder(tree), tree / "SdfSamples" / "ShapeNetV2" / CHAIR
    data = (folder / "one.npz").read_bytes()
    (folder / "one.npz").write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match=r"one\.npz is damaged"):
        reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    (folder / "one.npz").write_bytes(data[:-30_000] + bytes(30_000))
    with pytest.raises(DataError, match=r"one\.npz is damaged"):
        reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    np.savez(folder / "one.npz", pos=np.ones((5, 3), np.float32), neg=np.ones((5, 4), np.float32))
    with pytest.raises(DataError, match=r"pos in .* should be \(N, 4\)"):
        reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    np.savez(folder / "one.npz", pos=np.ones((5, 4), np.float32), neg=np.zeros((0, 4), np.float32))
    with pytest.raises(DataError, match="no sample inside"):
        reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    write_deepsdf(folder / "one.npz", sphere_rows(2000) * 100)
    with pytest.raises(DataError, match="not in DeepSDF's frame"):
        reader.read(f"deepsdf/ShapeNetV2/{CHAIR}/one")
    with pytest.raises(DataError, match="does not hold"):
        reader.read(f"deepsdf/ShapeNetV2/../../ShapeNetV2/{CHAIR}/two")
    (tree / "bad_train.json").write_text("[1, 2]")
    with pytest.raises(DataError, match=r"bad_train\.json is no list"):
        reader.listed()
