"""The window around a viewport that draws nothing."""

from __future__ import annotations

import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QListWidget, QSlider, QWidget

from engine.api import Comparison, Mesh
from studio.document import Document
from studio.session import JobView, Measured, Notice, Performance
from studio.settings import Settings
from studio.viewport.view import NullViewport
from studio.widgets.latent_slider import LatentTrack
from studio.window import MainWindow


@pytest.fixture
def window(qtbot, themed, ready_session, recorder, tmp_path):
    made = MainWindow(ready_session, recorder, NullViewport(), Settings.load(tmp_path / "settings.toml"))
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()


def shown(window) -> NullViewport:
    return window.viewport


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_both_sides_reach_the_viewport(window, ready_session, ball) -> None:
    assert shown(window).views["a"].shape is ball
    assert shown(window).split
    ready_session.document = ready_session.document.with_side("b", None)
    assert shown(window).views["b"] is None
    assert not shown(window).split


def test_a_lone_b_gets_the_whole_view(window, ready_session) -> None:
    ready_session.document = ready_session.document.with_side("a", None)
    assert (shown(window).split, shown(window).only) == (False, "b")


def test_error_colours_belong_to_the_shapes_that_were_measured(window, ready_session, ball) -> None:
    document = replace(ready_session.document, display="error")
    ready_session.document = document
    values = np.linspace(0, 1, len(ball.vertices)).astype(np.float32)
    b = document.side("b").shape
    ready_session.measured = Measured(1, 2, ball, b, Comparison((), values, None), False)
    assert shown(window).values["a"] is values
    assert shown(window).limits[1] == pytest.approx(1.0)
    newer = Mesh(ball.vertices, ball.faces, ball.normals)
    ready_session.document = document.with_entry(replace(document.entry(1), shape=newer))
    carried = shown(window).values["a"]  # colours do not vanish while the shape moves: neighbours lend theirs
    assert carried is not values
    assert len(carried) == len(newer.vertices)
    ready_session.document = document.with_entry(replace(document.entry(1), id=9, shape=newer)).with_side("a", 9)
    assert shown(window).values["a"] is None  # another subject has no right to them


def test_chips_say_what_is_preview(window, ready_session, latent_space, qtbot) -> None:
    entry = ready_session.document.entry(1)
    chip = window.stage.chips["a"]
    assert chip.badge.text() == ""
    moving = replace(entry, latent=latent_space.training_code(5), settled=False, level=49)
    ready_session.performance = Performance(behind=2)
    ready_session.document = ready_session.document.with_entry(moving)
    qtbot.waitUntil(lambda: chip.badge.text() == "48³ preview, 2 behind", timeout=5000)


def test_an_empty_surface_says_why(window, ready_session, qtbot) -> None:
    entry = replace(ready_session.document.entry(1), shape=Mesh.empty("The field never changes sign."))
    ready_session.document = ready_session.document.with_entry(entry)
    qtbot.waitUntil(lambda: not window.stage.empty.isHidden(), timeout=5000)
    assert window.stage.empty._hint.text() == "The field never changes sign."


def test_an_empty_document_invites(window, ready_session, qtbot) -> None:
    ready_session.document = Document()
    qtbot.waitUntil(lambda: not window.stage.empty.isHidden(), timeout=5000)
    assert "Drop a picture" in window.stage.empty._hint.text()
    assert window.stage.chips["a"].isHidden()


def test_notice_and_jobs(window, ready_session, recorder) -> None:
    ready_session.notice = Notice("error", "broken.png is damaged.")
    assert window.stage.notice.isVisible()
    assert window.stage.notice.text == "broken.png is damaged."
    window.stage.notice.dismissed.emit()
    recorder.dismiss_notice.assert_called_once_with()
    ready_session.notice = None
    assert not window.stage.notice.isVisible()
    ready_session.jobs = (JobView(7, "Fitting", 1, 4, "fitting the code"), JobView(8, "Saving"))
    assert window.jobs.job == 7
    window.jobs.stop_button.click()
    recorder.cancel.assert_called_once_with(7)
    ready_session.jobs = ()
    assert window.jobs.job is None


def test_the_performance_line_is_honest(window, ready_session, qtbot) -> None:
    ready_session.performance = Performance(129, True, 31, 4, 0.2, 12, 48, 0)
    want = "128³ settled · decode 31 ms · mesh 4 · GUI 0.2 · paint 12 · metrics 48"
    qtbot.waitUntil(lambda: window.line.text() == want, timeout=5000)


def test_paints_are_reported(window, recorder) -> None:
    recorder.note_paint.reset_mock()
    shown(window).painted.emit(12.5)
    recorder.note_paint.assert_called_once_with(12.5)


# --- what the user does ----------------------------------------------------------------------------------------------


def test_a_click_on_a_side_makes_it_active(window, recorder) -> None:
    shown(window).picked.emit("b")
    recorder.set_active.assert_called_once_with("b")


def test_display_buttons_and_keys(window, recorder) -> None:
    window.display_bar.buttons["error"].click()
    recorder.set_display.assert_called_with("error")
    QTest.keyClick(window, Qt.Key.Key_2)
    recorder.set_display.assert_called_with("points")
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    recorder.undo.assert_called_once_with()
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    recorder.redo.assert_not_called()  # nothing to do again


def drop(window, data: QMimeData) -> None:
    where = QPoint(400, 300)
    enter = QDragEnterEvent(where, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    event = QDropEvent(
        QPointF(where), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, event)
    assert event.isAccepted()


def test_dropped_files_are_opened_and_remembered(window, recorder, qtbot, tmp_path) -> None:
    data = QMimeData()
    path = tmp_path / "椅子 1.png"
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop(window, data)
    qtbot.waitUntil(lambda: recorder.open_paths.called, timeout=5000)
    recorder.open_paths.assert_called_once_with([path])
    assert window.settings.recent[0] == str(path)


def test_dropped_text_is_not_taken(window) -> None:
    data = QMimeData()
    data.setText("hello")
    enter = QDragEnterEvent(
        QPoint(400, 300), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, enter)
    assert not window.stage.rim.hovered


def test_a_pasted_picture_arrives_as_png(window, recorder) -> None:
    image = QImage(8, 6, QImage.Format.Format_RGB888)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    window.commands["edit.paste"].run()
    data, name = recorder.paste_picture.call_args.args
    assert QImage.fromData(data).size() == image.size()
    assert name


def test_the_palette_finds_and_runs(window, recorder, qtbot) -> None:
    palette = window.actions_.palette()
    QTest.keyClicks(palette.field, "swap")
    assert palette.titles()[0] == "Swap A and B"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    recorder.swap.assert_called_once_with()


def test_commands_are_told_apart(window) -> None:
    keys = [key for command in window.commands.values() for key in command.shortcut.split(";") if key]
    assert len(keys) == len(set(keys))
    assert len({command.title for command in window.commands.values()}) == len(window.commands)


def test_settings_are_kept_and_ask_for_a_new_window_only_if_needed(window, recorder, qtbot) -> None:
    values = {"theme": "system", "language": "system", "device": "cpu", "threads": 2}
    with qtbot.assertNotEmitted(window.restyle):
        window.actions_.apply_settings(values)
    recorder.set_device.assert_called_once_with("cpu", 2)
    with qtbot.waitSignal(window.restyle):
        window.actions_.apply_settings({**values, "theme": "light"})
    assert Settings.load(window.settings.path).theme == "light"
    assert recorder.set_device.call_count == 1


def test_credits_are_shown_for_the_active_model(window, recorder) -> None:
    recorder.credits.return_value = "Chairs by N. N., CC-BY"
    dialog = window.actions_.show_credits()
    assert dialog.models.currentData() == "sdf"
    assert dialog.view.toPlainText() == "Chairs by N. N., CC-BY"
    dialog.close()


def test_a_picture_of_the_view_goes_to_the_clipboard(window) -> None:
    window.commands["file.copy_view"].run()
    assert not QGuiApplication.clipboard().image().isNull()


def test_an_unwritable_picture_says_so(window, monkeypatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(window.viewport, "screenshot", refuse)
    window.actions_._write_view(Path("/nowhere/view.png"))
    assert "view.png" in window.stage.notice.text


# --- form ------------------------------------------------------------------------------------------------------------


def test_every_control_has_a_name(window) -> None:
    kinds = (QAbstractButton, QLineEdit, QComboBox, QSlider, QListWidget, LatentTrack)
    unnamed = []
    for widget in window.findChildren(QWidget):
        if isinstance(widget, kinds) and not widget.objectName().startswith("qt_"):
            name = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            owner = widget.parentWidget()
            if not name and not (isinstance(owner, QComboBox) and owner.accessibleName()):
                unnamed.append(f"{type(widget).__name__} in {type(owner).__name__}")
    assert not unnamed


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_nothing_is_clipped(window, size, qtbot) -> None:
    window.resize(*size)
    QTest.qWait(50)
    assert (window.width(), window.height()) == size
    buttons = [b for b in window.findChildren(QAbstractButton) if b.isVisible() and b.text()]
    assert not [b.text() for b in buttons if b.width() < b.minimumSizeHint().width()]
    assert not [d.objectName() for d in window.docks if not d.isVisible() or d.width() < d.minimumSizeHint().width()]
    assert window.stage.width() > 0.45 * size[0]


def test_a_job_that_comes_and_goes_moves_nothing(window, ready_session) -> None:
    QTest.qWait(50)
    before = window.stage.geometry()
    ready_session.jobs = (JobView(1, "Matching A with B"), JobView(2, "Saving"))
    QTest.qWait(50)
    assert window.jobs.stop_button.isVisible()
    assert window.stage.geometry() == before
    ready_session.jobs = ()
    QTest.qWait(50)
    assert window.stage.geometry() == before


def test_panels_can_be_hidden_and_brought_back(window) -> None:
    dock = window.docks[2]
    dock.toggleViewAction().trigger()
    assert not dock.isVisible()
    window.commands["view.reset_layout"].run()
    assert all(d.isVisible() for d in window.docks)


def test_layout_is_remembered(window, ready_session, recorder, qtbot) -> None:
    window.docks[2].hide()
    window.close()
    other = MainWindow(ready_session, recorder, NullViewport(), window.settings)
    other.show()
    assert not other.docks[2].isVisible()
    assert other.docks[0].isVisible()
    other.close()
    other.deleteLater()


def test_a_closed_window_hears_nothing_and_lets_go(qtbot, themed, ready_session, recorder, tmp_path) -> None:
    window = MainWindow(ready_session, recorder, NullViewport(), Settings.load(tmp_path / "s.toml"))
    window.show()
    viewport = window.viewport
    window.close()
    applied = viewport.applied
    ready_session.document = ready_session.document.with_side("b", None)
    ready_session.measured = None
    assert viewport.applied == applied
    assert viewport.closed
    gone = weakref.ref(window)
    window.deleteLater()
    assert gone() is not None


def test_a_new_window_takes_over_the_camera(window, ready_session, recorder) -> None:
    other = MainWindow(ready_session, recorder, NullViewport(), window.settings)
    assert recorder.camera_provider == other.viewport.camera
    window.close()
    assert recorder.camera_provider == other.viewport.camera  # the old one does not take it away
    other.close()
    assert recorder.camera_provider is dict
    other.deleteLater()
