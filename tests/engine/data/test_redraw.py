import json
from dataclasses import asdict

import numpy as np
import pytest
import trimesh

from engine.cli.program import run
from engine.data import redraw as module
from engine.data.redraw import is_own_render, redraw
from engine.data.store import Item, Meta, item_folder, write_arrays, write_picture, write_text


def put(root, picture=None, colours=None, source="L"):
    """An item with old pictures, as they were before cameras were kept."""
    mesh = trimesh.creation.box((0.8, 1.2, 0.6))
    meta = Meta(
        id="L#one", name="One", category="chair", licence="CC0-1.0", creator="Ann", source=source, split="train", triangles=12,
        watertight=True, size_cm=(1.0, 2.0, 3.0), longest_edge=1.2, sheet_fraction=0.0, buried_fraction=0.0,
        sign_confidence=1.0, seed=5, settings_hash="abc",
    )  # fmt: skip
    folder = item_folder(root, "chair", meta.id)
    skin = {"vertices": mesh.vertices.astype(np.float32), "faces": mesh.faces.astype(np.int32)}
    write_arrays(folder / "skin.npz", skin if colours is None else skin | {"colours": colours})
    old = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 4)).astype(np.uint8)
    write_arrays(folder / "renders.npz", {"rgb": old[..., :3], "mask": old[..., 3]})
    write_picture(folder / "picture.png", old[0] if picture is None else picture)
    write_text(folder / "meta.json", json.dumps(asdict(meta)))
    return Item(folder)


def test_new_pictures_come_from_the_skin_and_a_catalogue_picture_stays(tmp_path):
    catalogue = np.full((128, 128, 4), 9, dtype=np.uint8)
    item = put(tmp_path, catalogue)
    assert not is_own_render(item)
    assert item.renders["rgb"].shape == (2, 128, 128, 3)
    redraw(item, views=3)
    assert item.renders["rgb"].shape == (3, 128, 128, 3)
    assert str(item.renders["object_frame"]) == "unit_sphere"
    assert (item.picture == catalogue).all()
    camera = {name: item.renders[name][0] for name in ("eye", "right", "up", "forward", "centre", "half")}
    away = item.skin[0] - camera["eye"]
    plane = np.column_stack([away @ camera["right"], away @ camera["up"]]) / (away @ camera["forward"])[:, None]
    flat = (plane - camera["centre"]) / camera["half"] * [64, -64] + 64
    rows, columns = np.nonzero(item.renders["mask"][0])
    np.testing.assert_allclose([columns.min(), rows.min()], flat.min(axis=0), atol=1.5)
    np.testing.assert_allclose([columns.max() + 1, rows.max() + 1], flat.max(axis=0), atol=1.5)
    assert sorted(file.name for file in item.folder.iterdir()) == ["meta.json", "picture.png", "renders.npz", "skin.npz"]


def test_a_picture_that_was_a_render_becomes_the_new_render_even_after_a_crash(tmp_path, monkeypatch):
    item = put(tmp_path)
    assert is_own_render(item)

    def crash(path, arrays):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_arrays", crash)
        with pytest.raises(KeyboardInterrupt):
            redraw(item, views=2)
    item = Item(item.folder)
    assert item.renders["rgb"].shape[0] == 2
    redraw(item, views=2)
    assert is_own_render(item)
    np.testing.assert_array_equal(item.picture[..., :3], item.renders["rgb"][0])


def test_stored_colours_are_used(tmp_path):
    colours = np.tile(np.array([[200, 10, 10]], dtype=np.uint8), (12, 1))
    item = put(tmp_path, colours=colours)
    redraw(item, views=1)
    inside = item.renders["rgb"][0][item.renders["mask"][0] == 255].astype(float)
    assert (inside[:, 0] > 2 * inside[:, 2]).mean() > 0.95


def test_generated_pieces_have_no_picture_of_somebody_else(tmp_path):
    assert is_own_render(put(tmp_path, np.full((128, 128, 4), 9, dtype=np.uint8), source="generated"))


def test_the_command_redraws_what_has_a_mesh(tmp_path, capsys):
    item = put(tmp_path)
    before = item.renders["rgb"].copy()
    assert run(["data", "pictures", "--data", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["drawn"] == ["L#one"]
    after = Item(item.folder).renders["rgb"]
    assert after.shape == before.shape == (2, 128, 128, 3)  # as many as there were
    assert (after != before).any()
