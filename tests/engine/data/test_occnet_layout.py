import numpy as np
import pytest
from published_trees import CHAIR, LONGEST, TABLE, B, C, inside_seat, sure, write_occnet_model

from engine.data.item import Settings, build_item
from engine.data.occnet_layout import OccNetFolder, is_here, unpack
from engine.data.store import Item, item_folder
from engine.errors import DataError

VIEWS = ((0.0, 20.0), (90.0, 5.0), (217.0, 33.0))


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "ShapeNet"
    for k in range(4):
        write_occnet_model(root / CHAIR / f"m{k}", views=VIEWS if k == 0 else (), seed=k)
    for k in range(2):
        write_occnet_model(root / TABLE / f"t{k}", packed=False, cloud=False)
    (root / CHAIR / "train.lst").write_text("m0\n\n")
    (root / CHAIR / "val.lst").write_text("m1\n../../../etc\n")
    (root / CHAIR / "test.lst").write_text("m2\n")
    (root / "metadata.yaml").write_text(f"'{CHAIR}':\n  id: '{CHAIR}'\n  name: chair\n{TABLE!r}:\n  name: table,desk\n")
    return root


def read(root, item_id):
    return OccNetFolder(root).read(f"occupancy-networks/{item_id}")


def test_lists_say_what_is_held_out_and_what_is_in_none_is_left_out(tree):
    assert is_here(tree)
    rows = {row.id: row for row in OccNetFolder(tree).listed()}
    chairs = {row.name: row.split for row in rows.values() if row.category == "chair"}
    assert chairs == {"m0": "train", "m1": "val", "m2": "test"}
    assert sorted(row.split for row in rows.values() if row.category == "table") == ["test", "test"], "no lists: the hash rule"
    assert {row.creator for row in rows.values()} == {"ShapeNet"}
    assert len({row.stamp for row in rows.values()}) == len(rows)


def test_one_class_alone_is_recognised(tree):
    assert is_here(tree / CHAIR)
    assert {row.category for row in OccNetFolder(tree / CHAIR).listed()} == {"chair"}
    assert OccNetFolder(tree / CHAIR).read(f"occupancy-networks/{CHAIR}/m0").volume is not None


def test_bits_are_the_inside_test_turned_to_the_front(tree):
    shape = read(tree, f"{CHAIR}/m0")
    for field in (shape.near, shape.space, shape.volume):
        points, inside = field
        clear = sure(points)
        assert clear.mean() > 0.9
        assert np.array_equal(inside[clear], inside_seat(points)[clear])
        assert 0.02 < inside.mean() < 0.98
    assert shape.longest_edge == pytest.approx(LONGEST, abs=1e-4)
    assert np.abs(shape.volume[0]).max() == pytest.approx(0.55 * LONGEST, abs=2e-3)
    assert sorted(shape.size) == pytest.approx(sorted(2 * np.array([0.5, B, C]) / LONGEST * 0.8), abs=1e-4)
    assert not shape.distances


def test_space_is_uniform_in_the_larger_cube(tree):
    points, inside = read(tree, f"{CHAIR}/m0").space
    assert np.abs(points).max() <= 1.05
    thirds = np.histogram(points[:, 1], bins=3, range=(-1.05, 1.05))[0] / len(points)
    assert thirds == pytest.approx([1 / 3] * 3, abs=0.02)
    cells = np.random.default_rng(0).uniform(-1.05, 1.05, (200_000, 3))
    assert inside.mean() == pytest.approx(inside_seat(cells).mean(), abs=0.01)


def test_values_one_a_point_are_taken_as_they_are_and_no_cloud_means_no_surface(tree):
    shape = read(tree, f"{TABLE}/t0")
    points, inside = shape.volume
    assert shape.near is None
    assert shape.surface is None
    assert shape.photos is None
    grown = points * np.linalg.norm(points[inside], axis=1).max()
    assert inside[inside_seat(grown, -0.06)].all()
    assert not inside[~inside_seat(grown, 0.06)].any()
    assert set(shape.missing()) == {"distances", "near", "surface", "skin", "renders", "angles", "picture"}


def test_length_decides_between_bits_and_values(tmp_path):
    bits = np.random.default_rng(0).random(21) < 0.5
    assert np.array_equal(unpack(np.packbits(bits), 21, tmp_path), bits)
    assert np.array_equal(unpack(bits.astype(np.uint8), 21, tmp_path), bits)
    assert np.array_equal(unpack(bits.astype(np.float32), 21, tmp_path), bits)
    for odd in (np.packbits(bits)[:-1], np.packbits(bits).astype(np.float32)):
        with pytest.raises(DataError, match="21 points, but"):
            unpack(odd, 21, tmp_path)


def test_surface_and_normals_are_turned_along(tree):
    points, normals = read(tree, f"{CHAIR}/m0").surface
    assert np.linalg.norm(points, axis=1).max() == pytest.approx(1.0, abs=1e-6)
    assert points[:, 1].min() == pytest.approx(-B, abs=1e-4)
    assert normals[0] == pytest.approx([0, 0, 1], abs=1e-3)
    assert normals[1] == pytest.approx([0, -1, 0], abs=1e-3)


def test_cameras_become_azimuth_and_elevation_of_our_frame(tree):
    photos = read(tree, f"{CHAIR}/m0").photos
    away = (photos.azimuth - [view[0] for view in VIEWS] + 180) % 360 - 180
    assert away == pytest.approx([0, 0, 0], abs=1e-3)
    assert photos.elevation == pytest.approx([view[1] for view in VIEWS], abs=1e-3)
    for rgb, mask in zip(photos.rgb, photos.mask, strict=True):
        assert rgb.shape == (128, 128, 3)
        assert (mask > 127).mean() == pytest.approx(40 * 80 / 137**2, abs=0.015)
        assert rgb[38, 64].tolist() == pytest.approx([30, 60, 90], abs=6)
        assert rgb[120, 5].tolist() == [255, 255, 255]


def test_an_item_without_distances_says_so(tree, tmp_path):
    row = next(row for row in OccNetFolder(tree).listed() if row.name == "m0")
    build_item(tree, row, tmp_path, Settings(near=300, space=100, volume_train=1000, surface=50))
    item = Item(item_folder(tmp_path, "chair", row.id))
    points, inside = item.occupied("volume")
    assert points.shape == (1000, 3)
    assert np.array_equal(inside[sure(points)], inside_seat(points)[sure(points)])
    assert item.surface[0].shape == (50, 3)
    assert item.picture.shape == (128, 128, 4)
    assert item.renders["azimuth"].shape == (3,)
    assert item.meta.missing == ("distances", "skin")
    for ask, what in ((lambda: item.near, "distances"), (lambda: item.skin, "skin")):
        with pytest.raises(DataError, match=rf"m0 \(.*\) has no {what}: its source Occupancy Networks data holds none"):
            ask()


@pytest.mark.parametrize("file", ["points.npz", "pointcloud.npz", "img_choy2016/000.jpg", "img_choy2016/cameras.npz"])
def test_truncated_files_are_refused_by_name(tree, file):
    path = tree / CHAIR / "m0" / file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match=rf"{file.split('/')[-1]} is damaged"):
        read(tree, f"{CHAIR}/m0")


def test_pickles_and_other_content_are_refused(tree):
    path = tree / CHAIR / "m0" / "points.npz"
    np.savez(path, points=np.array([{"a": 1}]), occupancies=np.zeros(1, np.uint8))
    with pytest.raises(DataError, match="is damaged"):
        read(tree, f"{CHAIR}/m0")
    np.savez(path, points=np.full((8, 3), np.nan), occupancies=np.zeros(1, np.uint8))
    with pytest.raises(DataError, match="NaN"):
        read(tree, f"{CHAIR}/m0")
    np.savez(path, points=np.zeros((8, 3)))
    with pytest.raises(DataError, match="has no occupancies"):
        read(tree, f"{CHAIR}/m0")
    (tree / "metadata.yaml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(DataError, match=r"metadata\.yaml is damaged"):
        OccNetFolder(tree).listed()


@pytest.mark.parametrize("item_id", ["../x", f"occupancy-networks/{CHAIR}/..", f"occupancy-networks/{CHAIR}/../../m0", "chair"])
def test_no_id_leads_out_of_the_set(tree, item_id):
    with pytest.raises(DataError, match="does not hold"):
        OccNetFolder(tree).read(item_id)
