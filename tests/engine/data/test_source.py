import subprocess
import sys

import numpy as np
import pytest
import trimesh
from published_trees import CHAIR, sphere_rows, write_deepsdf, write_imnet, write_occnet_model, write_shapenet_model
from sample_catalogue import chair, write_catalogue

from engine.data.build import build
from engine.data.catalogue import Catalogue
from engine.data.deepsdf_layout import DeepSdfFolder
from engine.data.folder import MeshFolder
from engine.data.imnet_layout import ImNetFolder
from engine.data.item import Settings
from engine.data.occnet_layout import OccNetFolder
from engine.data.shapenet import ShapeNetFolder
from engine.data.source import open_source
from engine.data.store import list_items
from engine.errors import DataError

SMALL = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)


@pytest.fixture
def trees(tmp_path):
    for k in range(2):
        write_shapenet_model(tmp_path / "a" / CHAIR / f"s{k}")
        write_occnet_model(tmp_path / "b" / CHAIR / f"o{k}", count=800)
        write_deepsdf(tmp_path / "c" / "SdfSamples" / "ShapeNetV2" / CHAIR / f"d{k}.npz", sphere_rows(3000))
    (tmp_path / "d").mkdir()
    write_imnet(tmp_path / "d" / "x_train.hdf5", [f"{CHAIR}/i0"])
    return [tmp_path / name for name in "abcd"]


def test_what_a_folder_is_is_seen_from_what_lies_in_it(trees, tmp_path):
    assert [type(open_source(tree)) for tree in trees] == [ShapeNetFolder, OccNetFolder, DeepSdfFolder, ImNetFolder]
    assert isinstance(open_source(write_catalogue(tmp_path / "a.sh3f", {"ash": chair(0)})), Catalogue)


def test_a_folder_of_ones_own_is_not_mistaken_for_a_published_set(tmp_path):
    mine = tmp_path / "mine" / "chairs" / "one"
    mine.mkdir(parents=True)
    box = trimesh.creation.box()
    np.savez(mine / "points.npz", vertices=box.vertices, faces=box.faces)
    assert isinstance(open_source(tmp_path / "mine"), MeshFolder)
    box.export(mine / "model_normalized.obj")
    assert len(MeshFolder(tmp_path / "mine").listed()) == 2
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no mesh"):
        open_source(tmp_path / "empty")


def test_all_are_built_in_one_go_and_a_damaged_model_stops_no_other(trees, tmp_path):
    broken = [
        trees[0] / CHAIR / "s0" / "models" / "model_normalized.obj",
        trees[1] / CHAIR / "o0" / "points.npz",
        trees[2] / "SdfSamples" / "ShapeNetV2" / CHAIR / "d0.npz",
    ]
    for file in broken:
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    report = build(trees, tmp_path / "out", None, workers=1, settings=SMALL)
    assert {item_id.rsplit("/", 1)[1] for item_id in report.built} == {"s1", "o1", "d1", "0-i0"}
    reasons = {refusal.id.rsplit("/", 1)[1]: refusal.reason for refusal in report.refused}
    assert set(reasons) == {"s0", "o0", "d0"}
    for file in broken:
        assert any(str(file) in reason for reason in reasons.values())
    lacks = {item.name: item.meta.missing for item in list_items(tmp_path / "out")}
    assert lacks["s1"] == ()
    assert "distances" in lacks["o1"]
    assert "distances" not in lacks["d1"]
    assert build(trees, tmp_path / "out", None, workers=1, settings=SMALL).built == []


def test_the_interface_loads_no_heavy_library():
    code = (
        "import engine.data.source, sys; print(sorted({'torch', 'h5py', 'scipy', 'vtk', 'PySide6', 'yaml'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
