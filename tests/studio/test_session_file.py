"""Sessions come back whole; anything else is refused with a sentence and touches nothing."""

import contextlib
import json
import stat
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api import Frame, Latent, Mesh, Picture, PointCloud
from engine.errors import FileError
from studio import ply, session_file
from studio.document import Document, Entry, Morph

VERTICES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float32) / 3
FACES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], np.int32)
NORMALS = np.array([[0, 0, 1]] * 4, np.float32)


def a_document() -> Document:
    rng = np.random.default_rng(5)
    z0, z1 = (Latent("deepsdf", tuple(rng.standard_normal(7).tolist())) for _ in range(2))
    entries = (
        Entry(2, "椅子 №1", "latent", "DeepSDF · 129³", Mesh(VERTICES, FACES, NORMALS, name="椅子"), z0, z1, 129, True),
        Entry(5, "云", "picture", shape=PointCloud(VERTICES, name="cloud"), latent=z0, shown=z0),
        Entry(6, "empty", "training", shape=Mesh.empty("the field has one sign"), latent=z1, shown=z1, settled=True),
        Entry(
            9,
            "file",
            "file",
            shape=PointCloud(VERTICES, NORMALS, Frame.UNIT_CUBE),
            source="a/b 椅.obj",
            remarks=("open",),
            up="z",
        ),
        Entry(10, "not decoded yet", "latent", latent=z1),
    )
    picture = Picture(
        rng.integers(0, 256, (13, 17, 3), np.uint8), rng.integers(0, 2, (13, 17), np.uint8) * 255, "alpha", "图.png"
    )
    morph = Morph(z0, z1, ("一", "二"), 0.25)
    return Document(entries, 2, 9, "b", picture, "下载/图.png", "occnet", "error", morph, 40)


CAMERA = {"a": {"position": [1.0, 2.0, 3.5]}, "layout": "QUJD", "split": True, "名": None}
CREDITS = {"deepsdf": "椅子 by 张三, CC-BY 4.0"}


def same_shape(a, b) -> bool:
    if a is None or b is None:
        return a is b
    if type(a) is not type(b) or (a.frame, a.name) != (b.frame, b.name):
        return False
    pairs = [(a.normals, b.normals)]
    if isinstance(a, Mesh):
        pairs += [(a.vertices, b.vertices), (a.faces, b.faces)]
        if a.note != b.note:
            return False
    else:
        pairs += [(a.points, b.points)]
    return all((x is None and y is None) or (x.dtype == y.dtype and np.array_equal(x, y)) for x, y in pairs)


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "我的 session.shapestudio"
    session_file.save(path, a_document(), CAMERA, CREDITS)
    return path


def test_everything_comes_back(saved):
    want = a_document()
    got, camera = session_file.load(saved)
    for field in ("a", "b", "active", "picture_path", "picture_model", "display", "morph", "next_id"):
        assert getattr(got, field) == getattr(want, field), field
    assert camera == CAMERA
    assert len(got.entries) == len(want.entries)
    for mine, theirs in zip(got.entries, want.entries, strict=True):
        for field in ("id", "name", "origin", "detail", "shown", "latent", "level", "settled", "source", "remarks", "up"):
            assert getattr(mine, field) == getattr(theirs, field), (mine.name, field)  # codes to the last bit
        assert same_shape(mine.shape, theirs.shape), mine.name
    assert np.array_equal(got.picture.rgb, want.picture.rgb)
    assert np.array_equal(got.picture.mask, want.picture.mask)
    assert (got.picture.name, got.picture.mask_source) == ("图.png", "alpha")


def test_an_empty_document_and_a_picture_without_mask(tmp_path):
    path = tmp_path / "s.shapestudio"
    picture = Picture(np.zeros((2, 3, 3), np.uint8))
    session_file.save(path, Document(picture=picture), {}, {})
    document, camera = session_file.load(path)
    assert document.entries == ()
    assert document.picture.mask is None
    assert camera == {}


def test_credits_travel_for_people_and_programs(saved):
    with zipfile.ZipFile(saved) as archive:
        assert "张三, CC-BY 4.0" in archive.read("CREDITS.txt").decode()
        assert json.loads(archive.read("session.json"))["credits"] == CREDITS


def test_a_view_of_a_missing_entry_becomes_empty(tmp_path):
    path = tmp_path / "s.shapestudio"
    session_file.save(path, replace(a_document(), a=77, next_id=1), {}, {})
    document, _ = session_file.load(path)
    assert document.a is None
    assert document.next_id == 11  # never an id in use


def test_a_failing_save_keeps_the_old_file(saved, monkeypatch):
    before = saved.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(session_file.ply, "encode", full)
    with pytest.raises(FileError, match="No space left"):
        session_file.save(saved, a_document(), {}, {})
    assert saved.read_bytes() == before
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_saving_into_a_missing_folder_is_a_clear_error(tmp_path):
    with pytest.raises(FileError, match="could not be written"):
        session_file.save(tmp_path / "none" / "s.shapestudio", Document(), {}, {})


# --- bad files -------------------------------------------------------------------------------------------------------


def rewritten(path, change, drop=(), add=()):
    """The session with members changed: `change` maps a name to a function of its bytes."""
    with zipfile.ZipFile(path) as archive:
        members = {i.filename: archive.read(i) for i in archive.infolist() if i.filename not in drop}
    for name, function in change.items():
        members[name] = function(members[name])
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in (*members.items(), *add):
            archive.writestr(name, data)
    return path


def edited_json(**values):
    def change(data):
        record = json.loads(data)
        record.update(values)
        return json.dumps(record).encode()

    return {"session.json": change}


def test_missing_folder_and_foreign_files(tmp_path):
    with pytest.raises(FileError, match="does not exist"):
        session_file.load(tmp_path / "none.shapestudio")
    with pytest.raises(FileError, match="is a folder"):
        session_file.load(tmp_path)
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    with pytest.raises(FileError, match="not a Shape Studio session"):
        session_file.load(other)
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme", "x")
    with pytest.raises(FileError, match="not a Shape Studio session"):
        session_file.load(tmp_path / "other.zip")


def test_newer_version_says_update(saved):
    with pytest.raises(FileError, match=r"newer Shape Studio.*form 2"):
        session_file.load(rewritten(saved, edited_json(version=2, brand_new_field=1)))


@pytest.mark.parametrize(
    "values",
    [{"version": "1"}, {"entries": 5}, {"display": "wireframe"}, {"active": "c"}, {"surprise": 1}, {"next_id": -1}],
)
def test_wrong_json_is_damage(saved, values):
    with pytest.raises(FileError, match=r"damaged \(session.json\)"):
        session_file.load(rewritten(saved, edited_json(**values)))


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000])
def test_broken_json(saved, data):
    with pytest.raises(FileError):
        session_file.load(rewritten(saved, {"session.json": lambda _: data}))


@pytest.mark.parametrize("member", ["latents.safetensors", "shapes/2.ply", "picture.png", "mask.png"])
def test_a_missing_or_broken_member_is_named(saved, tmp_path, member):
    whole = saved.read_bytes()
    for change in (lambda d: d[: len(d) // 2], lambda d: b"", lambda d: b"\x00" * len(d)):
        saved.write_bytes(whole)
        with pytest.raises(FileError, match="damaged") as info:
            session_file.load(rewritten(saved, {member: change}))
        assert member in str(info.value)
    saved.write_bytes(whole)
    with pytest.raises(FileError, match="damaged"):
        session_file.load(rewritten(saved, {}, drop=(member,)))


def test_not_finite_coordinates_are_damage(saved):
    def poison(data):
        return data.replace(np.float32(1 / 3).tobytes(), np.float32(np.nan).tobytes(), 1)

    with pytest.raises(FileError, match=r"damaged.*NaN"):
        session_file.load(rewritten(saved, {"shapes/2.ply": poison}))


def test_truncated_and_flipped_files_never_escape_as_something_else(saved):
    whole = saved.read_bytes()
    for cut in np.linspace(0, len(whole) - 1, 25).astype(int):
        saved.write_bytes(whole[:cut])
        with pytest.raises(FileError):
            session_file.load(saved)
    rng = np.random.default_rng(0)
    for _ in range(40):
        damaged = bytearray(whole)
        damaged[int(rng.integers(len(whole)))] ^= 1 << int(rng.integers(8))
        saved.write_bytes(bytes(damaged))
        with contextlib.suppress(FileError):  # a flip in a date that nobody reads is no damage
            session_file.load(saved)


def test_zip_bombs_are_not_unpacked(saved, monkeypatch):
    monkeypatch.setattr(session_file, "MEMBER_BYTES", 10_000)
    bomb = {"shapes/2.ply": lambda _: b"\x00" * 20_000}
    with pytest.raises(FileError, match="unpack to more"):
        session_file.load(rewritten(saved, bomb))
    monkeypatch.setattr(session_file, "TOTAL_BYTES", 10_000)
    with pytest.raises(FileError, match="unpack to more"):
        session_file.load(saved)
    monkeypatch.setattr(session_file, "TOTAL_BYTES", 1 << 30)
    monkeypatch.setattr(session_file, "MEMBERS", 3)
    with pytest.raises(FileError, match="unpack to more"):
        session_file.load(saved)


def test_a_picture_of_too_many_pixels_is_not_decoded(saved, monkeypatch):
    monkeypatch.setattr(session_file, "PIXELS", 100)
    with pytest.raises(FileError, match="unpack to more"):
        session_file.load(saved)


def test_foreign_members_are_ignored_and_nothing_is_written(saved, tmp_path):
    rewritten(saved, {}, add=(("../../evil.txt", "x"), ("/evil.txt", "x")))
    session_file.load(saved)
    assert not (tmp_path.parent / "evil.txt").exists()
    assert [p.name for p in tmp_path.iterdir()] == [saved.name]


def test_the_file_is_not_for_others_to_write(saved):
    assert not saved.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)


# --- the PLY form ----------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9), st.integers(0, 9), st.booleans(), st.integers(0, 2**32 - 1))
def test_ply_round_trip(points, triangles, with_normals, seed):
    rng = np.random.default_rng(seed)
    triangles = triangles if points else 0
    vertices = rng.standard_normal((points, 3)).astype(np.float32)
    faces = rng.integers(0, max(points, 1), (triangles, 3)).astype(np.int32)
    normals = rng.standard_normal((points, 3)).astype(np.float32) if with_normals else None
    got = ply.decode(ply.encode(Mesh(vertices, faces, normals)))
    assert np.array_equal(got[0], vertices)
    assert np.array_equal(got[1], faces)
    assert (got[2] is None) if normals is None else np.array_equal(got[2], normals)


def test_ply_is_what_others_read(tmp_path):
    import trimesh

    path = tmp_path / "x.ply"
    path.write_bytes(ply.encode(Mesh(VERTICES, FACES, NORMALS)))
    other = trimesh.load(path, process=False)
    assert np.allclose(other.vertices, VERTICES)
    assert np.array_equal(other.faces, FACES)


def test_ply_faces_must_point_at_vertices():
    data = ply.encode(Mesh(VERTICES, FACES)).replace(np.int32(3).tobytes(), np.int32(4).tobytes())
    with pytest.raises(ValueError, match="triangles"):
        ply.decode(data)
