import sys

import numpy as np
import pytest
from published_trees import CHAIR, LONGEST, TABLE, inside_seat, sure, write_imnet

from engine.data.imnet_layout import ImNetFolder, is_here
from engine.data.item import Settings, build_item
from engine.data.source import open_source
from engine.data.store import Item, item_folder
from engine.errors import DataError, DependencyMissing

VOXEL = 2 / 64  # of the pooled voxels, unit-sphere units


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("imnet")
    write_imnet(root / "all_vox256_img_train.hdf5", [f"{CHAIR}/a", f"{TABLE}/b"])
    write_imnet(root / "all_vox256_img_test.hdf5", [f"{CHAIR}/c"])
    write_imnet(root / f"{TABLE}_vox.hdf5", ["d"], first_release=True)
    return root


def read(root, item_id):
    return ImNetFolder(root).read(f"im-net/{item_id}")


def test_file_names_split_and_names_give_categories(tree):
    assert is_here(tree)
    rows = {row.id: (row.category, row.split) for row in ImNetFolder(tree).listed()}
    assert rows == {
        "im-net/all_vox256_img_train/0-a": ("chair", "train"),
        "im-net/all_vox256_img_train/1-b": ("table", "train"),
        "im-net/all_vox256_img_test/0-c": ("chair", "test"),
        f"im-net/{TABLE}_vox/0-d": ("table", "test"),  # no list: the hash rule
    }


def test_points_of_the_later_release_are_exact(tree):
    shape = read(tree, "all_vox256_img_train/0-a")
    points, inside = shape.near
    assert len(points) == 6000
    clear = sure(points, 2 * VOXEL)  # the frame is known to one of the pooled voxels
    assert clear.mean() > 0.5
    assert np.array_equal(inside[clear], inside_seat(points)[clear])
    assert shape.longest_edge == pytest.approx(LONGEST, abs=VOXEL)
    assert not shape.distances


def test_points_of_the_first_release_are_told_apart(tree):
    points, inside = read(tree, f"{TABLE}_vox/0-d").near
    assert len(points) == 2000, "the finest alone"
    clear = sure(points, 2 * VOXEL)
    assert np.array_equal(inside[clear], inside_seat(points)[clear])


@pytest.mark.parametrize("item", ["all_vox256_img_test/0-c", f"{TABLE}_vox/0-d"])
def test_volume_and_space_are_uniform_and_looked_up(tree, item):
    shape = read(tree, item)
    for (points, inside), half in ((shape.volume, 0.55 * shape.longest_edge), (shape.space, 1.05)):
        clear = sure(points, 2 * VOXEL)
        assert np.array_equal(inside[clear], inside_seat(points)[clear])
        assert np.abs(points).max() == pytest.approx(half, abs=1e-3)
        assert np.histogram(points[:, 2], 4)[0] / len(points) == pytest.approx([0.25] * 4, abs=0.015)
    assert not shape.space[1][np.abs(shape.space[0]).max(axis=1) > 0.9].any()


def test_pictures_come_without_angles(tree, tmp_path):
    row = next(row for row in ImNetFolder(tree).listed() if row.id.endswith("0-c"))
    build_item(tree, row, tmp_path, Settings(near=500, space=100, volume_held=200))
    item = Item(item_folder(tmp_path, "chair", row.id))
    assert item.meta.missing == ("distances", "surface", "skin", "angles")
    assert set(item.renders) == {"rgb", "mask"}
    assert item.renders["rgb"].shape == (2, 128, 128, 3)
    assert item.picture[38, 64].tolist() == pytest.approx([30, 30, 30, 255], abs=2)
    assert item.picture[120, 5].tolist() == [255, 255, 255, 0]
    assert len(item.occupied("near")[0]) == 500


def test_without_h5py_the_extra_is_named(tree, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(DependencyMissing, match=r"need h5py; .*shape-studio\[imnet\]"):
        open_source(tree)


def test_damaged_and_odd_files_are_refused_by_name(tmp_path):
    import h5py

    file = tmp_path / "x_train.hdf5"
    write_imnet(file, [f"{CHAIR}/a", f"{CHAIR}/b"])
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert len(ImNetFolder(tmp_path).listed()) == 2
    with pytest.raises(DataError, match=r"x_train\.hdf5 is damaged"):
        read(tmp_path, "x_train/0-a")
    file.write_bytes(whole)
    (tmp_path / "x_train.txt").write_text(f"{CHAIR}/a\n")
    with pytest.raises(DataError, match="lists 1 names, but its voxels is"):
        read(tmp_path, "x_train/0-a")
    (tmp_path / "x_train.txt").write_text("../../a\nb\n")
    with pytest.raises(DataError, match="no name"):
        ImNetFolder(tmp_path).listed()
    (tmp_path / "x_train.txt").write_text(f"{CHAIR}/a\n{CHAIR}/b\n")
    for bad in ("im-net/x_train/7-a", "im-net/../x_train/0-a", "im-net/x_train/a", "im-net/x_train"):
        with pytest.raises(DataError, match="does not hold"):
            ImNetFolder(tmp_path).read(bad)
    with h5py.File(file, "a") as out:
        out["values_64"][...] = 0
        del out["points_64"]
        out["points_64"] = np.zeros((2, 7, 3), np.uint8)
    with pytest.raises(DataError, match=r"points_64 and values_64 .* do not fit"):
        read(tmp_path, "x_train/0-a")


def test_arrays_that_lie_in_other_files_are_not_followed(tmp_path):
    import h5py

    write_imnet(tmp_path / "secret.hdf5", [f"{CHAIR}/a"])
    names = (tmp_path / "secret.txt").read_text()
    for kind in ("link", "virtual", "external"):
        file = tmp_path / f"{kind}_train.hdf5"
        with h5py.File(file, "w") as out:
            if kind == "link":
                out["voxels"] = h5py.ExternalLink("secret.hdf5", "/voxels")
            elif kind == "virtual":
                layout = h5py.VirtualLayout((1, 64, 64, 64, 1), np.uint8)
                layout[:] = h5py.VirtualSource("secret.hdf5", "voxels", (1, 64, 64, 64, 1))
                out.create_virtual_dataset("voxels", layout)
            else:
                out.create_dataset("voxels", (1, 64, 64, 64, 1), np.uint8, external=[(str(tmp_path / "secret.hdf5"), 0, 64**3)])
        (tmp_path / f"{kind}_train.txt").write_text(names)
        with pytest.raises(DataError, match="no array of bytes of its own"):
            read(tmp_path, f"{kind}_train/0-a")
