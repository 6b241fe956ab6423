"""Bad input: a clear message that names the thing, the studio alive, nothing lost."""

import struct
import zlib
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows):
    """A valid 1-bit PNG; `rows` gives its pixel data."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def huge():
    packer, row = zlib.compressobj(1), bytes(1 + 20_000 // 8)
    return b"".join(packer.compress(row) for _ in range(20_000)) + packer.flush()


def truncated(folder, good):
    path = folder / "truncated.png"
    path.write_bytes(good.read_bytes()[:700])
    return path


def one_pixel(folder, good):
    path = folder / "一.png"
    path.write_bytes(png(1, 1, zlib.compress(b"\x00\x80")))
    return path


def enormous(folder, good):
    path = folder / "huge.png"
    path.write_bytes(png(20_000, 20_000, huge()))
    return path


def text_file(folder, good):
    path = folder / "notes.png"
    path.write_text("this is no picture\n" * 40)
    return path


def empty_picture(folder, good):
    path = folder / "empty.png"
    path.write_bytes(b"")
    return path


def blank(folder, good):
    from PIL import Image

    path = folder / "transparent.png"
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(path)
    return path


def empty_obj(folder, good):
    path = folder / "empty.obj"
    path.write_text("")
    return path


def obj_without_shape(folder, good):
    path = folder / "nothing.obj"
    path.write_text("# only words\nmtllib x.mtl\n")
    return path


def nan_obj(folder, good):
    path = folder / "nan.obj"
    path.write_text("v nan nan nan\nv 1 0 nan\nv 0 inf 0\nf 1 2 3\n")
    return path


def missing_vertex(folder, good):
    path = folder / "hole.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n")
    return path


def folder_itself(folder, good):
    path = folder / "a folder"
    path.mkdir()
    return path


def folder_like_a_picture(folder, good):
    path = folder / "folder.png"
    path.mkdir()
    return path


def missing_picture(folder, good):
    return folder / "gone.png"


def missing_shape(folder, good):
    return folder / "gone.obj"


def unknown_kind(folder, good):
    path = folder / "thesis.docx"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    return path


def broken_session(folder, good):
    path = folder / "old.shapestudio"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    return path


BAD = [
    truncated, one_pixel, enormous, text_file, empty_picture, blank, empty_obj, obj_without_shape, nan_obj, missing_vertex,
    folder_itself, folder_like_a_picture, missing_picture, missing_shape, unknown_kind, broken_session,
]  # fmt: skip


@pytest.fixture
def with_work(opened, cube):
    """A studio with something that could be lost."""
    opened.drop(cube)
    opened.until(lambda: opened.side("a") is not None)
    opened.calm()
    return opened


def test_each_is_refused_with_a_sentence_and_nothing_is_lost(with_work, tmp_path):
    d = with_work
    before, position = d.document, d.session.position
    said = {}
    for make in BAD:
        path = make(tmp_path, d.picture)
        d.controller.dismiss_notice()
        d.drop(path)
        d.until(lambda: d.session.notice is not None)
        d.calm()
        notice = d.session.notice
        said[make.__name__] = notice.text
        assert notice.level == "error", (make.__name__, notice)
        assert path.name in notice.text, (make.__name__, notice)
        assert "Traceback" not in notice.text
        assert "made a mistake" not in notice.text, (make.__name__, notice)
        assert d.window.stage.notice.isVisible()
        assert d.document is before, make.__name__
        assert d.session.position == position
    assert len(set(said.values())) == len(said)
    d.drop(d.picture)  # and it works on
    d.until(lambda: d.document.picture is not None)
    d.calm()
    assert any(entry.origin == "picture" for entry in d.document.entries)


def test_good_and_bad_files_dropped_together(with_work, tmp_path, cube):
    d = with_work
    other = tmp_path / "second.obj"
    other.write_bytes(cube.read_bytes())
    d.drop(nan_obj(tmp_path, d.picture), other)
    d.until(lambda: any(entry.name == "second" for entry in d.document.entries))
    d.calm()
    assert len(d.document.entries) == 2


def test_a_file_that_vanishes_before_it_is_turned(with_work, cube):
    d = with_work
    before = d.document
    Path(cube).unlink()
    d.controller.turn_up(d.document.a, "z")
    d.until(lambda: d.session.notice is not None and d.session.notice.level == "error")
    d.calm()
    assert d.document is before


def test_dropped_words_are_not_taken(with_work):
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtGui import QDragEnterEvent
    from PySide6.QtWidgets import QApplication

    d, data = with_work, QMimeData()
    data.setText("words")
    enter = QDragEnterEvent(
        QPoint(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QApplication.sendEvent(d.window, enter)
    assert not enter.isAccepted()


def test_saving_where_nothing_can_be_written(with_work, tmp_path):
    d = with_work
    for verb in (lambda p: d.controller.export_shape(d.document.a, p), d.controller.save_session):
        d.controller.dismiss_notice()
        verb(
            tmp_path / "no such folder" / "x.shapestudio" if verb == d.controller.save_session else tmp_path / "none" / "x.ply"
        )
        d.until(lambda: d.session.notice is not None)
        d.calm()
        assert d.session.notice.level == "error"
        assert "made a mistake" not in d.session.notice.text
