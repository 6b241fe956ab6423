import json

import numpy as np
import pytest
from published_trees import CHAIR, HALF, TABLE, inside_seat, sure, write_shapenet_model

from engine.data.catalogue import to_unit_sphere
from engine.data.item import Settings, build_item
from engine.data.objfile import GREY
from engine.data.shapenet import ShapeNetFolder, is_here
from engine.data.store import Item, item_folder
from engine.errors import DataError


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "ShapeNetCore.v2"
    for k in range(4):
        write_shapenet_model(root / CHAIR / f"c{k}")
    for k in range(5):
        write_shapenet_model(root / "02876657" / f"b{k}")
    (root / CHAIR / "without mesh").mkdir()
    (root / "screenshots").mkdir()
    return root


def test_categories_come_from_the_taxonomy_or_the_usual_names(tree):
    assert is_here(tree)
    rows = ShapeNetFolder(tree).listed()
    assert {(row.category, row.id.split("/")[1]) for row in rows} == {("chair", CHAIR), ("bottle", "02876657")}
    assert len(rows) == 9
    assert {row.licence for row in rows} == {"ShapeNet terms of use"}
    (tree / "taxonomy.json").write_text(json.dumps([{"synsetId": CHAIR, "name": "Arm chair,seat", "children": []}]))
    assert {row.category for row in ShapeNetFolder(tree).listed()} == {"arm-chair", "bottle"}
    (tree / "taxonomy.json").write_text('{"a": ')
    with pytest.raises(DataError, match=r"taxonomy\.json is damaged"):
        ShapeNetFolder(tree).listed()


def test_the_csv_splits_what_it_names_and_the_rule_the_other_classes(tree):
    lines = ["id,synsetId,subSynsetId,modelId,split", f"1,{int(CHAIR)},,c0,train", f"2,{CHAIR},,c1,val", f"3,{CHAIR},,c2,test"]
    (tree / "all.csv").write_text("\n".join(lines) + "\n")
    (tree / "other.csv").write_text("a,b\n1,2\n")
    rows = ShapeNetFolder(tree).listed()
    assert {row.name: row.split for row in rows if row.category == "chair"} == {"c0": "train", "c1": "val", "c2": "test"}
    assert sorted(row.split for row in rows if row.category == "bottle") == ["test", "train", "train", "train", "val"]


def test_the_front_of_a_model_comes_to_plus_z(tree, tmp_path):
    row = next(row for row in ShapeNetFolder(tree).listed() if row.name == "c1")
    build_item(tree, row, tmp_path, Settings(near=500, space=100, volume_train=2000, volume_held=2000, surface=200, views=1))
    item = Item(item_folder(tmp_path, "chair", row.id))
    points, inside = item.occupied("volume")
    clear = sure(points)
    assert np.array_equal(inside[clear], inside_seat(points)[clear])
    assert item.skin[0].max(axis=0) == pytest.approx(HALF, abs=1e-5)
    assert item.meta.size_cm == pytest.approx(HALF, abs=1e-5)
    assert item.meta.missing == ()
    assert item.meta.source == "ShapeNet v2"


def test_colours_are_the_materials(tree):
    soup = ShapeNetFolder(tree).read(f"shapenet-v2/{CHAIR}/c0").soup
    assert soup.colours == pytest.approx(np.tile([0.1, 0.2, 0.9], (36, 1)))
    assert np.linalg.norm(to_unit_sphere(soup.vertices, soup.faces), axis=1).max() == pytest.approx(1)


def test_no_file_outside_the_models_folder_is_read(tree):
    (tree / CHAIR / "secret.mtl").write_text("newmtl blue\nKd 1 0 0\n")
    obj = tree / CHAIR / "c0" / "models" / "model_normalized.obj"
    text = obj.read_text()
    for name in ("../../secret.mtl", str(tree / CHAIR / "secret.mtl"), "a\0b.mtl", "."):
        obj.write_text(text.replace("model_normalized.mtl", name))
        assert ShapeNetFolder(tree).read(f"shapenet-v2/{CHAIR}/c0").soup.colours[0] == pytest.approx(GREY)
    for bad in (f"shapenet-v2/{CHAIR}/../../x", f"shapenet-v2/{CHAIR}/nobody", f"{CHAIR}/c0", "shapenet-v2/.././c0"):
        with pytest.raises(DataError, match="does not hold"):
            ShapeNetFolder(tree).read(bad)


def test_damaged_meshes_are_refused_by_name(tree):
    obj = tree / CHAIR / "c0" / "models" / "model_normalized.obj"
    text = obj.read_text()
    first_face = text.index("\nf ")
    for end, reason in ((first_face, "has no faces"), (first_face + 40, "is cut off"), (text.index("\nv ") + 8, "is damaged")):
        obj.write_text(text[:end])
        with pytest.raises(DataError, match=rf"c0.models.model_normalized\.obj {reason}"):
            ShapeNetFolder(tree).read(f"shapenet-v2/{CHAIR}/c0")
    obj.write_text(text.rstrip())
    assert ShapeNetFolder(tree).read(f"shapenet-v2/{CHAIR}/c0").soup.faces.shape == (36, 3), "no newline at the end is no harm"
    obj.write_text("v 0 0 0\nf 1 2 9\n")
    with pytest.raises(DataError, match=r"c0.models.model_normalized\.obj names a vertex"):
        ShapeNetFolder(tree).read(f"shapenet-v2/{CHAIR}/c0")


def test_one_class_alone_is_recognised(tree):
    write_shapenet_model(tree / TABLE / "t0")
    assert is_here(tree / TABLE)
    assert [(row.category, row.id) for row in ShapeNetFolder(tree / TABLE).listed()] == [("table", f"shapenet-v2/{TABLE}/t0")]
