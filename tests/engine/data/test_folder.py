from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image
from sample_catalogue import chair, write_catalogue

from engine.data.build import build
from engine.data.folder import MeshFolder, category_of
from engine.data.item import Settings
from engine.data.split import Listed
from engine.data.store import item_folder, list_items
from engine.errors import DataError, FileError

SMALL = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)


@pytest.fixture
def meshes(tmp_path: Path) -> Path:
    folder = tmp_path / "My Things"
    (folder / "Office chairs").mkdir(parents=True)
    (folder / ".trash").mkdir()
    chair(0).export(folder / "Office chairs" / "one.obj")
    chair(1).export(folder / "Office chairs" / "two.stl")
    trimesh.creation.box((1, 2, 3)).export(folder / "box.ply")
    trimesh.creation.box().export(folder / ".trash" / "old.ply")
    (folder / "notes.txt").write_text("not a mesh")
    return folder


def test_every_mesh_is_listed_under_the_folder_above_it(meshes: Path) -> None:
    rows = {row.id: row for row in MeshFolder(meshes).listed()}
    assert set(rows) == {"Office chairs/one.obj", "Office chairs/two.stl", "box.ply"}
    assert {row.category for row in rows.values()} == {"office-chairs", "my-things"}
    assert {row.split for row in rows.values()} == {"train"}
    assert len({row.stamp for row in rows.values()}) == 3


def test_names_of_any_script_become_categories() -> None:
    assert category_of("  Bar Stools (new)!") == "bar-stools-new"
    assert category_of("椅子") == "椅子"
    assert category_of("../..") == "shapes"


def test_a_folder_is_built_and_built_again_only_where_a_file_has_changed(meshes: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report = build([meshes], out, None, workers=1, settings=SMALL)
    assert (len(report.built), report.refused, report.unlisted) == (3, [], [])
    box = next(item for item in list_items(out) if item.id == "box.ply")
    assert box.meta.longest_edge == pytest.approx(2 * 3 / np.sqrt(14), abs=1e-5)
    assert sorted(box.meta.size_cm) == pytest.approx([1, 2, 3])
    assert (box.meta.source, box.meta.licence) == ("My Things", "own")
    assert build([meshes], out, None, workers=1, settings=SMALL).built == []
    trimesh.creation.box((1, 1, 1)).export(meshes / "box.ply")
    assert build([meshes], out, None, workers=1, settings=SMALL).built == ["box.ply"]
    changed = next(item for item in list_items(out) if item.id == "box.ply")
    assert changed.meta.longest_edge == pytest.approx(2 / np.sqrt(3), abs=1e-5)


def test_a_picture_of_the_same_name_is_taken_along_and_otherwise_a_view_is_drawn(meshes: Path, tmp_path: Path) -> None:
    picture = Image.new("RGB", (300, 200), "white")
    picture.paste((200, 30, 30), (100, 50, 200, 150))
    picture.save(meshes / "box.png")
    build([meshes], tmp_path / "out", ["my-things"], workers=1, settings=SMALL)
    (item,) = list_items(tmp_path / "out")
    assert item.picture.shape == (128, 128, 4)
    middle, corner = item.picture[64, 64], item.picture[2, 2]
    assert middle[0] > 150
    assert middle[1] < 80
    assert (middle[3], corner[3]) == (255, 0), "the background is separated"
    (meshes / "box.png").unlink()
    build([meshes], tmp_path / "out", ["my-things"], workers=1, settings=SMALL)
    (item,) = list_items(tmp_path / "out")
    assert np.array_equal(item.picture[..., 3], item.renders["mask"][0])


def test_what_cannot_be_used_is_refused_by_name(meshes: Path, tmp_path: Path) -> None:
    (meshes / "broken.obj").write_text("v 0 0\n")
    (meshes / "points.xyz").write_text("0 0 0\n1 0 0\n0 1 0\n0 0 1\n")
    report = build([meshes], tmp_path / "out", None, workers=1, settings=SMALL)
    assert len(report.built) == 3
    reasons = {refusal.id: refusal.reason for refusal in report.refused}
    assert set(reasons) == {"broken.obj", "points.xyz"}
    assert "points without faces" in reasons["points.xyz"]


def test_folders_and_catalogues_go_together(meshes: Path, tmp_path: Path) -> None:
    source = write_catalogue(tmp_path / "a.sh3f", {"ash": chair(0)})
    table = [Listed("chair", "Sample#ash", "Ash", "CC-BY-3.0", "Somebody", "train")]
    report = build([source, meshes], tmp_path / "out", None, workers=1, table=table, settings=SMALL)
    assert set(report.built) == {"Sample#ash", "Office chairs/one.obj", "Office chairs/two.stl", "box.ply"}
    with pytest.raises(DataError, match="No category spoon; there are chair, my-things, office-chairs"):
        build([source, meshes], tmp_path / "out", ["spoon"], table=table)


def test_a_folder_without_meshes_says_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no mesh in .*\.obj, \.ply"):
        MeshFolder(tmp_path)
    with pytest.raises(DataError, match="no folder"):
        MeshFolder(tmp_path / "nowhere")
    (tmp_path / "a.obj").write_text("")
    with pytest.raises(FileError):
        MeshFolder(tmp_path).read("a.obj")
    with pytest.raises(DataError, match="does not hold"):
        MeshFolder(tmp_path).read("../a.obj")


def test_an_item_can_be_removed(meshes: Path, tmp_path: Path) -> None:
    build([meshes], tmp_path / "out", ["my-things"], workers=1, settings=SMALL)
    (item,) = list_items(tmp_path / "out")
    item.remove()
    assert not item_folder(tmp_path / "out", "my-things", "box.ply").exists()
