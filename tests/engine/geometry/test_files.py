"""Files in and out: every format, strange but valid files, and every kind of bad one."""

from __future__ import annotations

import io
import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import EngineError, FileError, ShapeError
from engine.geometry.files import FORMATS, open_shape, read_shape, write_shape
from engine.shapes import Frame, Mesh, PointCloud

WRITABLE = [ending for ending, kind in FORMATS.items() if kind.write is not None]
TETRAHEDRON = Mesh(
    [[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]], frame=Frame.UNIT_SPHERE
)
QUAD_OBJ = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1/1 2/2/1 3//1 -1\n"


def volume(mesh: Mesh) -> float:
    a, b, c = (mesh.vertices[mesh.faces[:, i]].astype(np.float64) for i in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def sorted_rows(values: np.ndarray) -> np.ndarray:
    return values[np.lexsort(values.T)]


def saved(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("ending", WRITABLE)
@pytest.mark.parametrize("with_normals", [False, True])
def test_a_mesh_comes_back(tmp_path: Path, ending: str, with_normals: bool) -> None:
    path = tmp_path / f"椅子 with space{ending}"
    normals = np.tile(np.float32([0, 0.6, 0.8]), (4, 1)) if with_normals else None
    write_shape(
        replace(TETRAHEDRON, normals=normals), path, comment="说明\nsecond line", credits="Chair by A. Person, CC-BY 3.0"
    )
    shape = read_shape(path)
    assert shape.frame is Frame.FILE
    assert shape.name == path.name
    if ending == ".xyz":
        assert isinstance(shape, PointCloud)
        assert np.array_equal(shape.points, TETRAHEDRON.vertices)
        return
    assert isinstance(shape, Mesh)
    assert volume(shape) == pytest.approx(1.0)  # positive: nobody turned the faces over
    assert np.array_equal(sorted_rows(shape.vertices), sorted_rows(TETRAHEDRON.vertices))
    assert len(shape.faces) == 4
    assert [p.name for p in tmp_path.iterdir()] == [path.name]  # nothing temporary is left


@pytest.mark.parametrize("ending", [e for e in WRITABLE if e not in (".stl", ".off")])
def test_points_come_back_with_their_normals(tmp_path: Path, ending: str) -> None:
    rng = np.random.default_rng(0)
    points, normals = rng.normal(size=(50, 3)).astype(np.float32), rng.normal(size=(50, 3))
    normals = (normals / np.linalg.norm(normals, axis=1, keepdims=True)).astype(np.float32)
    write_shape(PointCloud(points, normals), tmp_path / f"a{ending}")
    cloud = read_shape(tmp_path / f"a{ending}")
    assert isinstance(cloud, PointCloud)
    assert np.allclose(cloud.points, points, atol=1e-7)
    if ending in (".ply", ".xyz", ".npz"):
        assert cloud.normals is not None
        assert np.allclose(cloud.normals, normals, atol=1e-5)


@pytest.mark.parametrize("ending", [e for e in WRITABLE if e != ".stl"])
def test_comment_and_credits_travel(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    write_shape(TETRAHEDRON, path, comment="made by 甲", credits="by B, CC-BY")
    if ending == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            assert str(arrays["comment"]) == "made by 甲"
            assert str(arrays["credits"]) == "by B, CC-BY"
        return
    data = path.read_bytes()
    if ending == ".glb":
        tree = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
        assert tree["asset"]["extras"]["comment"] == "made by 甲"
        assert tree["asset"]["extras"]["credits"] == "by B, CC-BY"
        return
    assert "made by 甲" in data.decode("utf-8", "replace")
    assert "credits: by B, CC-BY" in data.decode("utf-8", "replace")


def test_stl_cannot_hold_points_and_nothing_can_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match="triangles only"):
        write_shape(PointCloud([[0, 0, 0.0]]), tmp_path / "a.stl")
    with pytest.raises(ShapeError, match="outside everywhere"):
        write_shape(Mesh.empty("the field is outside everywhere"), tmp_path / "a.ply")
    with pytest.raises(FileError, match="no known kind"):
        write_shape(TETRAHEDRON, tmp_path / "a.docx")
    with pytest.raises(FileError, match="cannot be written"):
        write_shape(TETRAHEDRON, tmp_path / "no such folder" / "a.ply")
    assert list(tmp_path.iterdir()) == []


def test_polygons_become_triangles_and_negative_indices_count_from_the_end(tmp_path: Path) -> None:
    mesh = read_shape(saved(tmp_path / "quad.obj", QUAD_OBJ))
    assert isinstance(mesh, Mesh)
    assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_ply_in_text_big_endian_with_further_properties_and_mixed_polygons(tmp_path: Path) -> None:
    head = (
        "ply\nformat {}\ncomment c\nelement vertex 4\nproperty double x\nproperty double y\nproperty double z\n"
        "property uchar red\nelement face 2\nproperty uchar flags\nproperty list uchar uint vertex_indices\n"
        "element edge 1\nproperty int a\nend_header\n"
    )
    rows = [(0, 0, 0, 9), (1, 0, 0, 9), (1, 1, 0, 9), (0, 1, 0, 9)]
    text = head.format("ascii 1.0") + "".join(f"{x} {y} {z} {r}\n" for x, y, z, r in rows) + "0 3 0 1 2\n7 4 0 1 2 3\n5\n"
    big = head.format("binary_big_endian 1.0").encode() + b"".join(struct.pack(">dddB", *row) for row in rows)
    big += struct.pack(">BB3I", 0, 3, 0, 1, 2) + struct.pack(">BB4I", 7, 4, 0, 1, 2, 3) + struct.pack(">i", 5)
    for name, content in (("t.ply", text), ("b.ply", big)):
        mesh = read_shape(saved(tmp_path / name, content))
        assert isinstance(mesh, Mesh)
        assert mesh.faces.tolist() == [[0, 1, 2], [0, 1, 2], [0, 2, 3]]
        assert mesh.vertices.tolist() == [[x, y, z] for x, y, z, _ in rows]


def test_text_stl_is_welded(tmp_path: Path) -> None:
    facets = ""
    for face in TETRAHEDRON.vertices[TETRAHEDRON.faces].tolist():
        facets += (
            "facet normal 0 0 0\nouter loop\n" + "".join("vertex {} {} {}\n".format(*p) for p in face) + "endloop\nendfacet\n"
        )
    mesh = read_shape(saved(tmp_path / "a.stl", f"solid a\n{facets}endsolid a\n"))
    assert isinstance(mesh, Mesh)
    assert len(mesh.vertices) == 4
    assert volume(mesh) == pytest.approx(1)


def test_off_with_counts_glued_to_the_header_and_comments(tmp_path: Path) -> None:
    body = "# c\n0 0 0\n1 0 0 # c\n1 1 0\n0 1 0\n4 0 1 2 3 0.5 0.5 0.5\n"
    for header in ("OFF4 1 0\n", "OFF\n4 1 0\n", "# hello\nOFF 4 1 0\n", "COFF\n\n4 1 0\n"):
        mesh = read_shape(saved(tmp_path / "a.off", header + body))
        assert isinstance(mesh, Mesh)
        assert mesh.faces.tolist() == [[0, 1, 2], [0, 2, 3]]


def test_parts_of_a_scene_stand_at_their_places_and_mirrors_keep_the_outside_out(tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    part = trimesh.Trimesh(TETRAHEDRON.vertices, TETRAHEDRON.faces, process=False)
    moved, mirrored = np.eye(4), np.diag([-1.0, 1, 1, 1])
    moved[:3, 3] = [10, 0, 0]
    scene = trimesh.Scene()
    scene.add_geometry(part, geom_name="p", transform=moved)
    scene.add_geometry(part, geom_name="q", transform=mirrored)
    mesh = read_shape(saved(tmp_path / "scene.glb", scene.export(file_type="glb")))
    assert isinstance(mesh, Mesh)
    assert mesh.vertices[:, 0].max() == pytest.approx(11)
    assert mesh.vertices[:, 0].min() == pytest.approx(-1)
    assert volume(mesh) == pytest.approx(2)


def test_points_from_xyz_and_arrays(tmp_path: Path) -> None:
    cloud = read_shape(saved(tmp_path / "a.xyz", "2\n# c\n1, 2, 3, 0, 0, 1\n4;5;6;0;1;0\n"))
    assert isinstance(cloud, PointCloud)
    assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert cloud.normals is not None
    coloured = read_shape(saved(tmp_path / "b.xyz", "1 2 3 255 0 0\n4 5 6 255 0 0\n"))
    assert coloured.normals is None
    buffer = io.BytesIO()
    np.save(buffer, np.arange(12.0).reshape(4, 3))
    array = read_shape(saved(tmp_path / "c.npy", buffer.getvalue()))
    assert isinstance(array, PointCloud)
    assert array.points[3].tolist() == [9, 10, 11]


def test_few_bad_vertices_are_left_out_and_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [f"v {x} {y} {z}" for x, y, z in rng.normal(size=(300, 3))]
    rows[7] = "v nan 0 0"
    faces = [f"f {i} {i + 1} {i + 2}" for i in range(1, 299)]
    mesh = read_shape(saved(tmp_path / "a.obj", "\n".join(rows + faces)))
    assert isinstance(mesh, Mesh)
    assert len(mesh.vertices) == 299
    assert len(mesh.faces) == 295
    assert "1 vertices that are not numbers" in mesh.note


HUGE_PLY = (
    "ply\nformat binary_little_endian 1.0\nelement vertex 4000000000\n"
    "property float x\nproperty float y\nproperty float z\nend_header\n"
)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.obj", "", "is empty"),
        ("comment.obj", "# nothing here\n", "no vertices"),
        ("garbage.obj", "Dear Sir or Madam,\nvery truly yours\n", "no vertices"),
        ("bad.obj", "v 1 2\n", "not valid OBJ"),
        ("bad2.obj", "v 0 0 0\nf a b c\n", "not valid OBJ"),
        ("index.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "does not exist"),
        ("zero.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 0 1 2\n", "does not exist"),
        ("nan.obj", "v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n", "not numbers"),
        ("line.obj", "v 0 0 0\nv 1 0 0\nf 1 2 1\n", "face with an area"),
        ("garbage.ply", "hello", "no PLY header"),
        ("huge.ply", HUGE_PLY, "claims 4000000000"),
        ("hugetext.ply", HUGE_PLY.replace("binary_little_endian", "ascii"), "claims 4000000000"),
        ("negative.ply", HUGE_PLY.replace("4000000000", "-5"), "header is not valid"),
        ("kind.ply", HUGE_PLY.replace("float z", "quaternion z"), "header is not valid"),
        ("garbage.stl", "This is a text that somebody called a drawing. " * 4, "STL"),
        ("huge.stl", b"\0" * 80 + struct.pack("<I", 4_000_000_000) + b"\1" * 500, "claims 4000000000 triangles"),
        ("short.stl", "solid a\nfacet\nvertex 0 0 0\nvertex 1 0 0\n", "middle of a triangle"),
        ("garbage.off", "hello", "not a text OFF"),
        ("huge.off", "OFF\n999999999 1 0\n0 0 0\n", "claims 999999999"),
        ("bad.off", "OFF\n1 0 0\nx y z\n", "not valid OFF"),
        ("garbage.glb", "hello hello hello hello hello", "not binary glTF"),
        ("cut.glb", b"glTF" + struct.pack("<IIII", 2, 900, 880, 0x4E4F534A) + b"{}", "cut off"),
        ("garbage.xyz", "hello there you\n", "not a number"),
        ("two.xyz", "1 2\n3 4\n", "three numbers"),
        ("garbage.npz", "hello", "arrays are not valid"),
        ("garbage.npy", "hello", "not an array"),
        ("picture.docx", "hello", "no known kind"),
        ("none", "hello", "no known kind"),
    ],
)
def test_bad_files_are_refused_with_a_sentence(tmp_path: Path, name: str, content: str | bytes, words: str) -> None:
    with pytest.raises(EngineError, match=words) as caught:
        open_shape(saved(tmp_path / name, content))
    assert name in str(caught.value)


def test_glb_that_claims_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    tree = json.dumps(
        {"asset": {"version": "2.0"}, "accessors": [{"count": 10**12, "componentType": 5126, "type": "VEC3"}]}
    ).encode()
    tree += b" " * (-len(tree) % 4)
    data = b"glTF" + struct.pack("<IIII", 2, 20 + len(tree), len(tree), 0x4E4F534A) + tree
    with pytest.raises(FileError, match="claims more"):
        read_shape(saved(tmp_path / "a.glb", data))


def test_pickled_arrays_are_never_loaded(tmp_path: Path) -> None:
    for name, save in (("a.npz", lambda f, x: np.savez(f, points=x)), ("a.npy", np.save)):
        with (tmp_path / name).open("wb") as file:
            save(file, np.array([{"a": 1}], dtype=object))
        with pytest.raises(FileError):
            read_shape(tmp_path / name)


def test_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder.obj").mkdir()
    with pytest.raises(FileError, match=r"folder\.obj is a folder"):
        open_shape(tmp_path / "folder.obj")
    with pytest.raises(FileError, match="There is no file"):
        open_shape(tmp_path / "missing.obj")


def standing_table(up: int) -> Mesh:
    """A table top on a narrow foot: plainly not the same upside down."""
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
    faces = [
        [0, 1, 3],
        [0, 3, 2],
        [4, 6, 7],
        [4, 7, 5],
        [0, 4, 5],
        [0, 5, 1],
        [2, 3, 7],
        [2, 7, 6],
        [0, 2, 6],
        [0, 6, 4],
        [1, 5, 7],
        [1, 7, 3],
    ]
    parts = [corners * [1, 0.05, 0.6] + [0, 1, 0]]
    parts += [corners * [0.05, 0.5, 0.05] + [x, 0.5, z] for x in (-0.9, 0.9) for z in (-0.5, 0.5)]
    vertices = np.concatenate(parts)
    if up == 2:
        vertices = np.stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]], axis=1)
    return Mesh(vertices, np.concatenate([np.array(faces) + 8 * i for i in range(len(parts))]), frame=Frame.FILE)


def plain_ply(mesh: Mesh) -> str:
    head = f"ply\nformat ascii 1.0\nelement vertex {len(mesh.vertices)}\nproperty float x\nproperty float y\nproperty float z\n"
    head += f"element face {len(mesh.faces)}\nproperty list uchar int vertex_index\nend_header\n"
    rows = "".join("{} {} {}\n".format(*v) for v in mesh.vertices.tolist())
    return head + rows + "".join("3 {} {} {}\n".format(*f) for f in mesh.faces.tolist())


@pytest.mark.parametrize(("up", "letter"), [(1, "y"), (2, "z")])
def test_opening_guesses_what_is_up_and_says_so(tmp_path: Path, up: int, letter: str) -> None:
    opened = open_shape(saved(tmp_path / "table.ply", plain_ply(standing_table(up))))
    assert (opened.up, opened.up_guessed) == (letter, True)
    assert any("guessed" in remark for remark in opened.remarks)
    assert opened.size == pytest.approx((2, 1.05, 1.2), rel=1e-5)  # after turning: height in the middle
    assert opened.shape.frame is Frame.UNIT_SPHERE
    assert isinstance(opened.shape, Mesh)
    assert np.linalg.norm(opened.shape.vertices, axis=1).max() == pytest.approx(1)


def test_saying_which_axis_is_up_is_obeyed(tmp_path: Path) -> None:
    opened = open_shape(saved(tmp_path / "table.ply", plain_ply(standing_table(1))), up="x")
    assert (opened.up, opened.up_guessed) == ("x", False)
    assert opened.size == pytest.approx((1.05, 2, 1.2), rel=1e-5)


@pytest.mark.parametrize("ending", WRITABLE)
def test_files_written_here_need_no_guess(tmp_path: Path, ending: str) -> None:
    mesh = replace(standing_table(1), frame=Frame.UNIT_SPHERE)
    write_shape(mesh, tmp_path / f"a{ending}", comment="a comment")
    opened = open_shape(tmp_path / f"a{ending}")
    assert (opened.up, opened.up_guessed) == ("y", False)
    assert opened.size == pytest.approx((2, 1.05, 1.2), rel=1e-5)


def test_open_surfaces_and_clouds_are_remarked(tmp_path: Path) -> None:
    assert any("open" in r for r in open_shape(saved(tmp_path / "quad.obj", QUAD_OBJ)).remarks)
    write_shape(TETRAHEDRON, tmp_path / "closed.ply")
    assert not any("open" in r for r in open_shape(tmp_path / "closed.ply").remarks)
    soup = TETRAHEDRON.vertices[TETRAHEDRON.faces].reshape(-1, 3).tolist()  # each face with vertices of its own
    text = "".join("v {} {} {}\n".format(*v) for v in soup) + "".join(f"f {i} {i + 1} {i + 2}\n" for i in (1, 4, 7, 10))
    assert not any("open" in r for r in open_shape(saved(tmp_path / "soup.obj", text)).remarks)
    assert any("without faces" in r for r in open_shape(saved(tmp_path / "a.xyz", "0 0 0\n1 1 1\n1 2 3\n")).remarks)


def test_shapes_far_from_the_origin_keep_their_detail(tmp_path: Path) -> None:
    vertices = standing_table(1).vertices.astype(np.float64) + np.array([4.5e6, 0, 5.2e6])
    text = "".join(f"v {x:.3f} {y:.3f} {z:.3f}\n" for x, y, z in vertices) + "".join(
        "f {} {} {}\n".format(*(f + 1)) for f in standing_table(1).faces
    )
    opened = open_shape(saved(tmp_path / "far.obj", text))
    assert opened.size == pytest.approx((2, 1.05, 1.2), rel=1e-3)
    assert any("far from the origin" in remark for remark in opened.remarks)
