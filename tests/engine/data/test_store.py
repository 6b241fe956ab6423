import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest

from engine.data.credits import credits
from engine.data.store import (
    Item,
    Meta,
    default_data_root,
    item_folder,
    list_items,
    read_arrays,
    write_arrays,
    write_picture,
    write_text,
    written_whole,
)
from engine.errors import DataError


def meta(item_id="L#one", category="chair", split="train", **changes):
    values = {
        "id": item_id, "name": "One", "category": category, "licence": "CC-BY-3.0", "creator": "Ann", "source": "L",
        "split": split, "triangles": 12, "watertight": True, "size_cm": (1.0, 2.0, 3.0), "longest_edge": 1.5,
        "sheet_fraction": 0.0, "buried_fraction": 0.0, "sign_confidence": 1.0, "seed": 1, "settings_hash": "abc",
    }  # fmt: skip
    return Meta(**{**values, **changes})


def put(root, what, with_arrays=False):
    folder = item_folder(root, what.category, what.id)
    if with_arrays:
        rows = np.arange(12, dtype=np.float32).reshape(4, 3)
        names = ("near", "space", "volume")
        arrays = {f"{n}_points": rows + k for k, n in enumerate(names)} | {
            f"{n}_sdf": rows[:, 0] + k for k, n in enumerate(names)
        }
        write_arrays(folder / "samples.npz", arrays)
        write_arrays(folder / "surface.npz", {"points": rows, "normals": rows})
        write_arrays(folder / "skin.npz", {"vertices": rows, "faces": np.array([[0, 1, 2]], dtype=np.int32)})
        write_arrays(folder / "renders.npz", {"rgb": np.zeros((2, 8, 8, 3), dtype=np.uint8)})
        write_picture(folder / "picture.png", np.full((8, 8, 4), 7, dtype=np.uint8))
    write_text(folder / "meta.json", json.dumps(asdict(what)))
    return folder


def test_item_reads_back_what_was_written(tmp_path):
    item = Item(put(tmp_path, meta(), with_arrays=True))
    assert item.meta == meta()
    assert (item.id, item.category, item.split, item.name) == ("L#one", "chair", "train", "One")
    assert item.near[1].tolist() == [0.0, 3.0, 6.0, 9.0]
    assert item.space[1].tolist() == [1.0, 4.0, 7.0, 10.0]
    assert item.volume[0][0].tolist() == [2.0, 3.0, 4.0]
    assert item.surface[0].shape == item.surface[1].shape == (4, 3)
    assert item.skin[1].dtype == np.int32
    assert (item.picture == 7).all()
    assert item.renders["rgb"].shape == (2, 8, 8, 3)


def test_arrays_are_read_once_until_forgotten(tmp_path):
    folder = put(tmp_path, meta(), with_arrays=True)
    item = Item(folder)
    first = item.near[0]
    assert item.near[0] is first
    (folder / "samples.npz").unlink()
    assert item.volume[0] is not None
    item.forget()
    with pytest.raises(DataError, match="damaged"):
        _ = item.near


def test_list_filters_and_sorts(tmp_path):
    for what in (meta("L#b"), meta("L#a", split="test"), meta("L#c", "table"), meta("L#d", "table", "val")):
        put(tmp_path, what)
    assert [i.id for i in list_items(tmp_path)] == ["L#a", "L#b", "L#c", "L#d"]
    assert [i.id for i in list_items(tmp_path, ["table"])] == ["L#c", "L#d"]
    assert [i.id for i in list_items(tmp_path, splits=["train"])] == ["L#b", "L#c"]
    assert [i.id for i in list_items(tmp_path, ["chair"], ["val"])] == []


def test_without_meta_there_is_no_item(tmp_path):
    folder = put(tmp_path, meta(), with_arrays=True)
    (folder / "meta.json").unlink()
    with pytest.raises(DataError, match="data build"):
        list_items(tmp_path)
    with pytest.raises(DataError, match="no finished item"):
        Item(folder)


def test_other_formats_and_damage_are_named(tmp_path):
    folder = put(tmp_path, meta(format_version=99))
    with pytest.raises(DataError, match="format 99"):
        Item(folder)
    (folder / "meta.json").write_text('{"format_version": 1}')
    with pytest.raises(DataError, match="no finished item"):
        Item(folder)
    (folder / "samples.npz").write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(DataError, match="damaged"):
        read_arrays(folder / "samples.npz")
    np.savez(folder / "evil.npz", a=np.array([{}], dtype=object))
    with pytest.raises(DataError, match="damaged"):
        read_arrays(folder / "evil.npz")


def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path):
    target = tmp_path / "deep" / "file.txt"
    write_text(target, "old")

    def fail_half_way():
        with written_whole(target) as rough:
            rough.write_text("half")
            assert target.read_text() == "old"
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert target.read_text() == "old"
    assert [p.name for p in target.parent.iterdir()] == ["file.txt"]


def test_default_root_is_in_the_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_data_root().relative_to(tmp_path).as_posix() == "shape-studio/data"


def test_reading_needs_neither_torch_nor_geometry_libraries():
    code = (
        "import sys, engine.data.store, engine.data.split, engine.data.credits;"
        "heavy = ('torch', 'igl', 'embreex', 'trimesh', 'scipy', 'distributed', 'vtk', 'PySide6');"
        "print([name for name in heavy if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_credits_name_every_model_once_with_its_licence(tmp_path):
    put(tmp_path, meta("L#b", creator="Bob", licence="CC0-1.0"))
    put(tmp_path, meta("L#a", creator="Ann"))
    items = list_items(tmp_path)
    text = credits([*items, *items])
    assert text == credits(items[::-1])
    assert text.count("(L#a) by Ann, catalogue L, CC-BY-3.0") == 1
    assert text.count("(L#b) by Bob, catalogue L, CC0-1.0") == 1
    assert "https://creativecommons.org/licenses/by/3.0/" in text
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in text
    assert "by/3.0/us" not in text
