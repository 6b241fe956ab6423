import numpy as np
import trimesh
from PIL import Image
from sample_catalogue import chair, write_catalogue

from engine.data.build import build
from engine.data.refused import Refusal, forget_all, list_refusals, record
from engine.data.settings import Settings
from engine.data.split import Listed
from engine.data.store import list_items

SMALL = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)


def row(piece):
    return Listed("chair", f"Sample#{piece}", piece.title(), "CC-BY-3.0", "Somebody", "train")


def test_refused_models_are_shown_where_there_is_anything_to_see(tmp_path):
    folder, out = tmp_path / "mine", tmp_path / "out"
    folder.mkdir()
    chair(0).export(folder / "good.obj")
    (folder / "broken.obj").write_text("v 0 0\n")
    (folder / "pictured.obj").write_text("v 0 0\n")
    Image.new("RGB", (40, 20), (200, 30, 30)).save(folder / "pictured.png")
    few = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0.3]], [[0, 1, 2], [1, 3, 2]], process=False)
    few.export(folder / "few.ply")  # two triangles: too few, but they can be drawn
    report = build([folder], out, None, workers=1, settings=SMALL)
    assert report.built == ["good.obj"]
    refusals = {r.id: r for r in list_refusals(out)}
    assert set(refusals) == {"broken.obj", "pictured.obj", "few.ply"}
    assert sorted(report.refused, key=lambda r: r.id) == sorted(refusals.values(), key=lambda r: r.id)
    assert refusals["broken.obj"].picture == ""
    seen = {name: np.asarray(Image.open(out / refusals[name].picture)) for name in ("pictured.obj", "few.ply")}
    assert all(picture.shape == (128, 128, 4) for picture in seen.values())
    assert seen["pictured.obj"][64, 64, 0] > 150 > seen["pictured.obj"][64, 64, 1]
    assert 0 < (seen["few.ply"][..., 3] > 0).mean() < 1
    text = (out / "report.md").read_text()
    assert f"![picture]({refusals['few.ply'].picture})" in text
    # Mended, the model is an item, and nothing is left of the refusal.
    chair(1).export(folder / "broken.obj")
    (folder / "few.ply").unlink()
    report = build([folder], out, None, workers=1, settings=SMALL)
    assert (report.built, report.kept) == (["broken.obj"], ["good.obj"])
    assert [r.id for r in list_refusals(out)] == ["pictured.obj"]
    assert len(list((out / "refused").iterdir())) == 2
    assert len(list_items(out)) == 2


def test_a_catalogue_picture_is_there_even_if_the_model_is_not(tmp_path):
    source = write_catalogue(tmp_path / "a.sh3f", {"bad": b"v x y z\n"})
    report = build([source], tmp_path, ["chair"], workers=1, table=[row("bad"), row("gone")], settings=SMALL)
    reasons = {r.id: r for r in report.refused}
    assert np.asarray(Image.open(tmp_path / reasons["Sample#bad"].picture))[0, 0].tolist() == [10, 20, 30, 255]
    assert reasons["Sample#gone"].picture == ""


def test_records_of_other_sources_and_categories_stay(tmp_path):
    refusals = [
        Refusal("1", "chair", "No.", "", "a"),
        Refusal("2", "table", "No.", "", "a"),
        Refusal("3", "chair", "No.", "", "b"),
        Refusal("a", "", "No catalogue.", "", "a"),
    ]
    for refusal in refusals:
        record(tmp_path, refusal)
    assert list_refusals(tmp_path) == sorted(refusals, key=lambda r: (r.category, r.id))
    forget_all(tmp_path, ["a"], ["chair"])
    assert [r.id for r in list_refusals(tmp_path)] == ["3", "2"]
    forget_all(tmp_path, ["a", "b"], None)
    assert list_refusals(tmp_path) == []
