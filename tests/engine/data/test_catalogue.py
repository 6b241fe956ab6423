import io
import zipfile

import numpy as np
import pytest
import trimesh
from sample_catalogue import entry, obj_text, png, write_catalogue

from engine.data.catalogue import Catalogue, installed_catalogues, licence_name, read_member, to_unit_sphere
from engine.errors import DataError

BOX = trimesh.creation.box((1.0, 2.0, 3.0))


def test_pieces_carry_what_the_properties_say(tmp_path):
    changes = {"stool": {"name": "Tabouret \\u00e9l\\u00e9gant"}, "plain": {"creator": None}}
    path = write_catalogue(tmp_path / "a.sh3f", {"stool": BOX, "plain": BOX}, changes=changes)
    with Catalogue(path) as catalogue:
        assert list(catalogue.pieces) == ["Sample#stool", "Sample#plain"]
        stool = catalogue.pieces["Sample#stool"]
        assert (stool.name, stool.creator, stool.licence) == ("Tabouret élégant", "Somebody", "CC-BY-3.0")
        assert stool.size_cm == (60.0, 80.5, 40.0)
        assert catalogue.pieces["Sample#plain"].creator == "Sample"
        soup = catalogue.read_model(stool)
        assert catalogue.read_picture(stool).shape == (128, 128, 4)
        assert catalogue.read_picture(stool)[0, 0].tolist() == [10, 20, 30, 255]
    np.testing.assert_allclose(soup.vertices[soup.faces], BOX.vertices[BOX.faces])
    np.testing.assert_allclose(soup.colours, np.tile([0.8, 0.1, 0.2], (12, 1)), atol=1e-6)


def test_rotation_is_applied_to_columns(tmp_path):
    changes = {"box": {"modelRotation": "0 0 -1 0 1 0 1 0 0"}}
    with Catalogue(write_catalogue(tmp_path / "a.sh3f", {"box": BOX}, changes=changes)) as catalogue:
        soup = catalogue.read_model(catalogue.pieces["Sample#box"])
    np.testing.assert_allclose(soup.vertices, BOX.vertices[:, [2, 1, 0]] * [-1.0, 1.0, 1.0])


def test_polygons_negative_indices_and_textures(tmp_path):
    text = b"mtllib wooden.mtl\nusemtl wood\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf -4/1 -3/1 -2/1 \\\n -1/1\n"
    materials = b"newmtl wood\nKd 1 1 1\nmap_Kd wood.png\n"
    extra = {"sample/quad/wooden.mtl": materials, "sample/quad/wood.png": png(16, (255, 0, 51, 255))}
    path = write_catalogue(tmp_path / "a.sh3f", {"quad": text}, extra=extra)
    with Catalogue(path) as catalogue:
        soup = catalogue.read_model(catalogue.pieces["Sample#quad"])
    assert soup.faces.tolist() == [[0, 1, 2], [0, 2, 3]]
    np.testing.assert_allclose(soup.colours, [[1.0, 0.0, 0.2]] * 2, atol=1e-6)


def test_model_inside_a_nested_zip_and_as_stl(tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as nested:
        nested.writestr("deep/model.obj", obj_text(BOX))
        nested.writestr("deep/model.mtl", "newmtl red\nKd 0 1 0\n")
    changes = {"boxed": {"model": "/sample/boxed.zip"}, "solid": {"model": "/sample/solid.stl"}}
    extra = {"sample/boxed.zip": inner.getvalue(), "sample/solid.stl": BOX.export(file_type="stl")}
    path = write_catalogue(tmp_path / "a.sh3f", {"boxed": None, "solid": None}, extra=extra, changes=changes)
    with Catalogue(path) as catalogue:
        boxed = catalogue.read_model(catalogue.pieces["Sample#boxed"])
        solid = catalogue.read_model(catalogue.pieces["Sample#solid"])
    np.testing.assert_allclose(boxed.vertices[boxed.faces], BOX.vertices[BOX.faces])
    np.testing.assert_allclose(boxed.colours[0], [0.0, 1.0, 0.0])
    np.testing.assert_allclose(solid.vertices[solid.faces], BOX.vertices[BOX.faces], atol=1e-6)


def test_damage_is_named(tmp_path):
    with pytest.raises(DataError, match="not a furniture catalogue"):
        Catalogue(tmp_path / "absent.sh3f")
    (tmp_path / "text.sh3f").write_text("hello")
    with pytest.raises(DataError, match="not a furniture catalogue"):
        Catalogue(tmp_path / "text.sh3f")
    with zipfile.ZipFile(tmp_path / "empty.sh3f", "w") as archive:
        archive.writestr("readme", "x")
    with pytest.raises(DataError, match="holds no PluginFurnitureCatalog"):
        Catalogue(tmp_path / "empty.sh3f")
    with pytest.raises(DataError, match="damaged entry Sample#box"):
        Catalogue(write_catalogue(tmp_path / "b.sh3f", {"box": BOX}, changes={"box": {"width": "nan"}}))


def test_each_bad_model_is_refused_alone(tmp_path):
    meshes = {"gone": None, "words": b"v a b c\n", "far": b"v 0 0 0\nv 1 0 0\nf 1 2 9\n", "good": BOX, "odd": None}
    changes = {"odd": {"model": "/sample/odd.xyz", "icon": "/sample/odd.xyz"}}
    path = write_catalogue(tmp_path / "a.sh3f", meshes, extra={"sample/odd.xyz": b"?"}, changes=changes)
    with Catalogue(path) as catalogue:
        for piece, reason in {"gone": "holds no", "words": "damaged", "far": "vertex", "odd": "kind"}.items():
            with pytest.raises(DataError, match=reason):
                catalogue.read_model(catalogue.pieces[f"Sample#{piece}"])
        with pytest.raises(DataError, match="picture of Sample#odd"):
            catalogue.read_picture(catalogue.pieces["Sample#odd"])
        assert len(catalogue.read_model(catalogue.pieces["Sample#good"]).faces) == 12


def test_broken_bytes_inside_the_zip(tmp_path):
    path = write_catalogue(tmp_path / "a.sh3f", {"box": BOX})
    data = bytearray(path.read_bytes())
    place = data.index(b"usemtl red")
    data[place : place + 6] = b"XXXXXX"  # stored, so only the checksum notices
    path.write_bytes(data)
    with Catalogue(path) as catalogue, pytest.raises(DataError, match="is damaged"):
        catalogue.read_model(catalogue.pieces["Sample#box"])


@pytest.mark.parametrize("model", ["/sample/../../etc/passwd", "/..\\evil.obj", "/../up.obj"])
def test_names_never_lead_out_of_the_archive(tmp_path, model):
    path = write_catalogue(tmp_path / "a.sh3f", {"box": None}, changes={"box": {"model": model.replace("\\", "\\\\")}})
    with Catalogue(path) as catalogue, pytest.raises(DataError, match="leads out"):
        catalogue.read_model(catalogue.pieces["Sample#box"])


def test_members_have_a_size_limit(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(100_000))
    with zipfile.ZipFile(path) as archive:
        assert len(read_member(archive, "zeros", path)) == 100_000
        with pytest.raises(DataError, match="too large"):
            read_member(archive, "zeros", path, limit=99_999)


def test_licences_are_recognised_by_their_beginning():
    assert licence_name("Public domain") == "CC0-1.0"
    assert licence_name("Creative Commons Attribution 3.0 United States license  (C) X") == "CC-BY-3.0-US"
    assert licence_name("Creative Commons Attribution 3.0 Unported license") == "CC-BY-3.0"
    assert licence_name("GNU General Public License") == "unknown"
    assert licence_name("Creative Commons Attribution-NonCommercial 3.0") == "unknown"


def test_unit_sphere_ignores_unused_vertices():
    vertices = np.array([[10.0, 0, 0], [14, 0, 0], [10, 2, 0], [10, 0, 4], [999, 0, 0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    result = to_unit_sphere(vertices, faces)[:4]
    np.testing.assert_allclose((result.min(axis=0) + result.max(axis=0)) / 2, 0.0, atol=1e-12)
    assert np.linalg.norm(result, axis=1).max() == pytest.approx(1.0)
    assert result[1, 0] - result[0, 0] == pytest.approx(4 / 3)
    with pytest.raises(DataError, match="single point"):
        to_unit_sphere(np.ones((3, 3)), np.array([[0, 1, 2]]))
    with pytest.raises(DataError, match="no faces"):
        to_unit_sphere(np.ones((3, 3)), np.zeros((0, 3), dtype=np.int64))


def test_missing_debian_package_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr("engine.data.catalogue.DEBIAN_FOLDER", tmp_path)
    with pytest.raises(DataError, match="apt install sweethome3d-furniture"):
        installed_catalogues()
    for name in ("b.sh3f", "a.sh3f", "c.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in installed_catalogues()] == ["a.sh3f", "b.sh3f"]


def test_entry_numbers_need_not_be_in_order(tmp_path):
    path = tmp_path / "a.sh3f"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PluginFurnitureCatalog.properties", "name=S\n" + entry(10, "late") + entry(2, "early"))
    with Catalogue(path) as catalogue:
        assert list(catalogue.pieces) == ["Sample#early", "Sample#late"]
        assert catalogue.licence == "unknown"
