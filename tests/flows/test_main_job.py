"""The main job, as a user does it: a picture becomes a shape, sliders move it, the distance is live."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from engine.api import Mesh
from studio.settings import Settings


def finite(measured):
    return all(np.isfinite(m.value) for m in measured.comparison.measurements)


def test_the_start_is_never_empty(true_driver):
    """What `make run` shows: a bundled picture reconstructed by the shipped weights, a second shape beside it, and numbers."""
    d = true_driver
    d.studio.start()
    d.ready()
    d.until(lambda: d.side("a") is not None and d.side("b") is not None)
    d.calm()
    assert d.side("a").origin == "picture"
    assert d.side("a").latent is not None
    assert d.side("b").origin == "file"
    assert not d.side("a").shape.is_empty
    assert finite(d.session.measured)
    assert d.session.notice is None or d.session.notice.level != "error"
    assert d.drawn() > 0.05


def test_drop_a_picture(opened):
    d = opened
    renders = d.viewport.renders
    d.drop(d.picture)
    d.until(lambda: d.side("a") is not None)
    d.calm()
    entry = d.side("a")
    assert entry.origin == "picture"
    assert isinstance(entry.shape, Mesh)
    assert not entry.shape.is_empty
    assert d.document.picture.mask.any()
    d.until(lambda: d.viewport.renders > renders)
    assert d.drawn() > 0.03
    assert d.tracks(), "the picture's code must become the sliders' position"
    assert d.studio.settings.recent == (str(d.picture),)


def test_the_other_picture_models_answer_too(opened):
    d = opened
    d.drop(d.picture)
    d.until(lambda: d.side("a") is not None)
    d.calm()
    for info in (i for i in d.session.models if i.takes_picture and i.id != d.document.picture_model):
        before = d.side("a")
        d.window.picture.models.setCurrentIndex(d.window.picture.models.findData(info.id))
        d.window.picture.models.activated.emit(d.window.picture.models.currentIndex())
        QTest.mouseClick(d.window.picture.go, Qt.MouseButton.LeftButton)
        d.until(lambda before=before: d.side("a") is not before and d.side("a").settled)
        d.calm()
        assert d.side("a").model == info.id
        assert not d.side("a").shape.is_empty


def test_paste_a_picture(opened):
    d = opened
    QGuiApplication.clipboard().setImage(QImage(str(d.picture)))
    d.command("edit.paste")
    d.until(lambda: d.side("a") is not None)
    d.calm()
    assert d.side("a").origin == "picture"
    QGuiApplication.clipboard().clear()


def latent_model(d):
    """A model whose surface is decoded from a code."""
    return next((i.id for i in d.session.models if i.method == "deepsdf"), d.session.models[0].id)


@pytest.fixture
def sliding(opened, cube):
    """The mean of a model in A, a cube in B, both measured."""
    d = opened
    d.controller.start_from(latent_model(d), "mean")
    d.until(lambda: d.side("a") is not None and d.side("a").settled)
    d.drop(cube)
    d.until(lambda: d.side("b") is not None)
    d.controller.set_active("a")
    d.calm()
    return d


def test_drag_a_slider_with_the_mouse(sliding):
    d = sliding
    entry, position = d.side("a"), d.session.position
    first, measured = entry.shape, d.session.measured
    track = d.tracks()[0]
    d.press(track, 0.0)
    for value in np.linspace(0.1, 0.8 * track.training_range[1], 8):
        d.move(track, float(value))
    # While the hand still holds the slider: the surface has followed, and so have the numbers.
    d.until(lambda: d.side("a").shape is not first)
    d.until(lambda: d.session.measured is not None and d.session.measured is not measured and not d.session.measured.stale)
    assert track.dragging
    d.release(track, float(value))
    d.calm()
    assert d.side("a").shown == d.side("a").latent != entry.latent
    assert d.session.position == position + 1, "one drag is one step"
    assert d.session.measured.comparison.measurements[0].value != measured.comparison.measurements[0].value
    d.command("edit.undo")
    assert d.side("a").latent == entry.latent
    assert d.side("a").shape is first
    d.calm()
    assert d.session.measured.comparison.measurements[0].value == pytest.approx(measured.comparison.measurements[0].value)
    d.command("edit.redo")
    assert d.side("a").latent != entry.latent
    d.calm()


def test_paints_follow_results_and_nothing_else(sliding):
    d = sliding
    renders = d.viewport.renders
    d.qtbot.waitUntil(lambda: True)
    assert d.viewport.renders == renders  # at rest nothing is painted
    shapes = []
    d.session.events.document.connect(lambda document: shapes.append(document.side("a").shape))
    track = d.tracks()[0]
    d.press(track, 0.0)
    for value in np.linspace(0.0, 1.0, 12):
        d.move(track, float(value))
    d.release(track, 1.0)
    d.calm()
    changes = sum(a is not b for a, b in itertools.pairwise(shapes)) + 1
    assert d.viewport.renders - renders <= changes + 1


def test_type_a_value(sliding):
    d = sliding
    slider = d.tracks()[0].parent()
    before = d.side("a").latent
    QTest.mouseClick(slider.field, Qt.MouseButton.LeftButton)
    slider.field.selectAll()
    QTest.keyClicks(slider.field, "1.25")
    QTest.keyClick(slider.field, Qt.Key.Key_Return)
    d.calm()
    assert d.side("a").latent != before
    space = d.session.spaces[d.side("a").model]
    assert space.sliders(d.side("a").latent)[0] == pytest.approx(1.25, abs=1e-3)
    assert d.side("a").shown == d.side("a").latent
    d.command("edit.undo")
    assert d.side("a").latent == before
    assert slider.field.text() == "+0.00"
    d.calm()


def test_compare_shows_numbers_and_colours(sliding):
    d = sliding
    values = {m.metric: m.value for m in d.session.measured.comparison.measurements}
    assert set(values) == {"onet_l1", "emd", "f_score"}
    assert finite(d.session.measured)
    assert values["onet_l1"] > 0
    solid = d.pixels()
    d.command("view.error")
    d.until(lambda: d.session.measured is not None and d.session.measured.comparison.a_to_b is not None)
    d.calm()
    assert len(d.session.measured.comparison.a_to_b) == len(d.side("a").shape.vertices)
    assert np.abs(d.pixels() - solid).max() > 50
    d.command("edit.undo")
    assert d.document.display == "solid"


def test_morph_from_a_to_b(opened):
    d = opened
    model = latent_model(d)
    d.controller.start_from(model, 0)
    d.until(lambda: d.side("a") is not None and d.side("a").settled)
    d.controller.set_active("b")
    d.controller.start_from(model, 1)
    d.calm()
    start, end = d.side("a").latent, d.side("b").latent
    d.controller.start_morph(d.document.a, d.document.b)
    d.controller.set_morph(0.5)
    d.controller.end_drag()
    d.calm()
    middle = np.asarray(d.document.active_entry.latent.values)
    assert np.allclose(middle, (np.asarray(start.values) + np.asarray(end.values)) / 2, atol=1e-5)
    assert not d.document.active_entry.shape.is_empty


def test_cancel_a_job(sliding):
    d = sliding
    entries, position = len(d.document.entries), d.session.position
    d.controller.fit(d.document.b, latent_model(d))
    d.until(lambda: d.window.jobs.stop_button.isVisible())
    job = d.session.jobs[0].id
    QTest.mouseClick(d.window.jobs.stop_button, Qt.MouseButton.LeftButton)
    d.until(lambda: all(view.id != job for view in d.session.jobs))
    d.calm()
    assert d.session.notice is None or d.session.notice.level != "error"
    assert len(d.document.entries) <= entries + 1  # a first answer may have arrived before; undo takes it back
    while d.session.position > position:
        d.command("edit.undo")
    assert len(d.document.entries) == entries
    d.drop(d.picture)  # the studio works on
    d.until(lambda: d.document.picture is not None)
    d.calm()


def test_close_amid_a_job(sliding):
    d = sliding
    d.controller.fit(d.document.b, latent_model(d))
    d.until(lambda: bool(d.session.jobs))
    d.window.close()
    assert not d.window.isVisible()
    assert d.studio.close(timeout=30.0)


def test_save_and_open_a_session(sliding, tmp_path):
    d = sliding
    path = tmp_path / "会话 1.shapestudio"
    d.viewport.set_camera({**d.viewport.camera(), "distance": 6.5, "azimuth": 70.0, "framed": False})
    d.controller.save_session(path)
    d.until(path.is_file)
    d.calm()
    before, camera = d.document, d.viewport.camera()
    d.command("file.new_session")
    assert d.document.entries == ()
    d.viewport.reset_camera()
    d.drop(path)
    d.until(lambda: len(d.document.entries) == len(before.entries))
    d.calm()
    assert d.side("a").latent == before.side("a").latent
    assert np.array_equal(d.side("b").shape.vertices, before.side("b").shape.vertices)
    assert d.side("b").name == "方块"
    assert camera["distance"] == 6.5
    assert d.viewport.camera() == camera
    assert finite(d.session.measured)


def test_export_a_shape_with_the_credits_of_its_data(sliding, tmp_path):
    d = sliding
    path = tmp_path / "结果.obj"
    d.controller.export_shape(d.document.a, path)
    d.until(path.is_file)
    d.calm()
    text = path.read_text(encoding="utf-8")
    assert d.studio.engine.credits(d.side("a").model).strip().splitlines()[0] in text
    d.drop(path)
    d.until(lambda: any(e.name == "结果" for e in d.document.entries))
    d.calm()


def test_orbit_with_the_mouse_links_both_views(sliding):
    d = sliding
    view, camera, renders = d.viewport.widget, d.viewport.camera(), d.viewport.renders
    before = d.pixels()
    half = view.width() // 2
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(half // 2, 200))
    QTest.mouseMove(view, QPoint(half // 2 + 90, 220))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(half // 2 + 90, 220))
    assert d.viewport.camera() != camera
    d.until(lambda: d.viewport.renders > renders)
    change = np.abs(d.pixels() - before).max(axis=2) > 12
    assert change[:, :half].any()
    assert change[:, half:].any()


def test_other_language_and_theme_over_the_same_work(sliding):
    d = sliding
    document, old = d.document, d.window
    dark = d.pixels()
    d.window.actions_.apply_settings({"theme": "light", "language": "zh_CN"})
    assert d.window is not old
    d.until(lambda: d.window.isVisible() and d.viewport.renders > 0)
    assert d.document is document
    assert d.window.commands["edit.undo"].title == "撤销"
    assert d.pixels()[:40].mean() > dark[:40].mean() + 50
    assert d.drawn() > 0.03
    assert Settings.load(d.studio.settings.path).language == "zh_CN"
    d.window.actions_.apply_settings({"theme": "dark", "language": "en"})
