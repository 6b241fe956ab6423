import json
from dataclasses import replace

import pytest
from sample_catalogue import chair, write_catalogue

from engine.data.build import build
from engine.data.catalogue import Catalogue
from engine.data.done import accepted_hashes, is_done, is_whole, settings_hash
from engine.data.item import build_item
from engine.data.settings import Settings
from engine.data.split import Listed, furniture_table
from engine.data.store import item_folder, list_items

SMALL = Settings(near=500, space=100, volume_train=100, volume_held=100, surface=200, views=1)
ROW = Listed("chair", "Sample#ash", "Ash", "CC-BY-3.0", "Somebody", "train")


def test_the_hash_follows_settings_and_content():
    assert settings_hash(Settings()) == settings_hash(Settings())
    hashes = [settings_hash(Settings()), settings_hash(Settings(near=1)), settings_hash(Settings(), "a")]
    assert len(set(hashes)) == 3


def test_an_item_without_a_stamp_stands_as_long_as_the_known_file_does():
    known = replace(ROW, stamp="1234", known="1234")
    assert accepted_hashes(known, SMALL) == {settings_hash(SMALL), settings_hash(SMALL, "1234")}
    assert accepted_hashes(replace(known, stamp="5678"), SMALL) == {settings_hash(SMALL, "5678")}
    assert accepted_hashes(replace(known, known=""), SMALL) == {settings_hash(SMALL, "1234")}


def test_every_model_of_the_table_has_a_known_file():
    known = [row.known for row in furniture_table()]
    assert all(len(stamp) == 16 for stamp in known)
    assert len(set(known)) == len(known), "no model is listed twice under two names"


def test_a_changed_catalogue_is_noticed_and_an_old_item_of_an_unchanged_one_is_not_made_again(tmp_path):
    source, out = tmp_path / "a.sh3f", tmp_path / "out"
    write_catalogue(source, {"ash": chair(0), "elm": chair(1)})
    with Catalogue(source) as catalogue:
        known = {piece: catalogue.stamp(f"Sample#{piece}") for piece in ("ash", "elm")}
    table = [replace(ROW, id=f"Sample#{piece}", known=stamp) for piece, stamp in known.items()]
    for row in table:
        build_item(source, row, out, SMALL)  # as long ago: no stamp
    assert {item.meta.settings_hash for item in list_items(out)} == {settings_hash(SMALL)}
    report = build([source], out, ["chair"], table=table, settings=SMALL)
    assert (sorted(report.kept), report.built, report.changed) == (["Sample#ash", "Sample#elm"], [], [])
    write_catalogue(source, {"ash": chair(0), "elm": chair(2)})
    report = build([source], out, ["chair"], workers=1, table=table, settings=SMALL)
    assert (report.kept, report.built, report.changed) == (["Sample#ash"], ["Sample#elm"], ["Sample#elm"])
    assert "Sample#elm" in (out / "report.md").read_text().split("furniture table knows")[1]
    report = build([source], out, ["chair"], table=table, settings=SMALL)
    assert (len(report.kept), report.built) == (2, [])


@pytest.mark.parametrize("name", ["samples.npz", "surface.npz", "skin.npz", "renders.npz", "picture.png", "meta.json"])
def test_an_item_that_lost_a_file_or_part_of_one_is_not_done(tmp_path, name):
    build_item(write_catalogue(tmp_path / "a.sh3f", {"ash": chair(0)}), ROW, tmp_path, SMALL)
    assert is_done(tmp_path, ROW, SMALL)
    assert not is_done(tmp_path, replace(ROW, split="test"), SMALL)
    file = item_folder(tmp_path, "chair", ROW.id) / name
    file.write_bytes(file.read_bytes()[:-40])
    assert not is_done(tmp_path, ROW, SMALL)
    file.unlink()
    assert not is_done(tmp_path, ROW, SMALL)


def test_what_the_source_lacks_is_not_waited_for(tmp_path):
    build_item(write_catalogue(tmp_path / "a.sh3f", {"ash": chair(0)}), ROW, tmp_path, SMALL)
    folder = item_folder(tmp_path, "chair", ROW.id)
    (folder / "skin.npz").unlink()
    (folder / "picture.png").unlink()
    assert not is_whole(folder, ["skin"])
    assert is_whole(folder, ["skin", "picture"])
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta | {"missing": ["skin", "picture"]}))
    assert is_done(tmp_path, ROW, SMALL)
