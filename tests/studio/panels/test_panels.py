"""Panels show the session and ask the controller; they write nothing themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.api import Comparison, Frame, Measurement
from studio.document import Document, Entry, Morph
from studio.error_limits import error_limit
from studio.panels.history import NOW, HistoryPanel
from studio.panels.latent import LatentPanel
from studio.panels.measure import MeasurePanel
from studio.panels.picture import PicturePanel
from studio.panels.shapes import ShapesPanel
from studio.session import Measured
from studio.widgets.readout import NumberReadout


@pytest.fixture
def make(qtbot, themed, ready_session, recorder):
    made = []

    def build(kind):
        panel = kind(ready_session, recorder)
        qtbot.addWidget(panel)
        panel.resize(300, 500)
        panel.show()
        made.append(panel)
        return panel

    yield build
    for panel in made:
        panel.retire()
        panel.close()


# --- picture ---------------------------------------------------------------------------------------------------------


def test_picture_offers_the_models_that_take_pictures(make, ready_session, recorder) -> None:
    panel = make(PicturePanel)
    assert [panel.models.itemData(i) for i in range(panel.models.count())] == ["onet", "psgn"]
    assert panel.models.currentData() == "onet"
    assert panel.aside.text() == "mask: alpha"
    assert panel.again.isHidden()  # this model gives one answer only
    panel.models.activated.emit(1)
    recorder.choose_picture_model.assert_called_once_with("psgn")


def test_picture_samples_again_with_another_seed(make, ready_session, recorder) -> None:
    panel = make(PicturePanel)
    ready_session.document = replace(ready_session.document, picture_model="psgn")
    assert panel.again.isVisible()
    panel.again.click()
    panel.again.click()
    panel.go.click()
    assert [call.args[0] for call in recorder.reconstruct.call_args_list] == [1, 2, 0]


def test_nothing_to_reconstruct_without_a_picture(make, ready_session) -> None:
    panel = make(PicturePanel)
    assert panel.go.isEnabled()
    ready_session.document = replace(ready_session.document, picture=None)
    assert not panel.go.isEnabled()
    assert panel.aside.text() == ""


# --- shapes ----------------------------------------------------------------------------------------------------------


def test_shapes_show_which_side_they_are_on(make, ready_session, recorder) -> None:
    panel = make(ShapesPanel)
    walnut, scan = panel.rows[1], panel.rows[2]
    assert (walnut.dot.sides, scan.dot.sides) == ((True, False), (False, True))
    assert scan.up.text() == "z is up (a guess)"
    assert walnut.up.isHidden()
    scan.buttons["a"].click()
    recorder.show.assert_called_once_with(2, "a")
    walnut.buttons["a"].click()
    recorder.clear_side.assert_called_once_with("a")


def test_rows_stay_while_their_shape_stays(make, ready_session, qtbot) -> None:
    panel = make(ShapesPanel)
    row = panel.rows[1]
    entry = ready_session.document.entry(1)
    ready_session.document = ready_session.document.with_entry(replace(entry, name="oak", detail="49³"))
    qtbot.waitUntil(lambda: panel.rows[1].name.whole() == "oak", timeout=5000)
    assert panel.rows[1] is row
    ready_session.document = ready_session.document.without_entry(1)
    qtbot.waitUntil(lambda: 1 not in panel.rows, timeout=5000)


def test_rename_in_place(make, recorder) -> None:
    panel = make(ShapesPanel)
    row = panel.rows[2]
    row.begin_rename()
    row.edit.setText("garden chair")
    QTest.keyClick(row.edit, Qt.Key.Key_Return)
    recorder.rename.assert_called_once_with(2, "garden chair")


def test_menu_of_a_file_offers_axes_and_a_fit(make, recorder, qtbot) -> None:
    panel = make(ShapesPanel)
    menu = panel.menu(2)
    actions = {action.text(): action for action in menu.actions()}
    actions["x is up"].trigger()
    recorder.turn_up.assert_called_once_with(2, "x")
    actions["Fit DeepSDF"].trigger()
    recorder.fit.assert_called_once_with(2, "sdf")
    actions["Remove"].trigger()
    recorder.remove.assert_called_once_with(2)
    with qtbot.waitSignal(panel.export_wanted) as wanted:
        actions["Export…"].trigger()
    assert wanted.args == [2]
    assert "x is up" not in {action.text() for action in panel.menu(1).actions()}


# --- history ---------------------------------------------------------------------------------------------------------


def test_history_is_newest_first_and_a_click_goes_there(make, ready_session, recorder) -> None:
    panel = make(HistoryPanel)
    ready_session.history = ("Open", "Slide PC 1", "Slide PC 2")
    ready_session.position = 2
    texts = [panel.list.item(i).text() for i in range(panel.list.count())]
    assert texts == ["Slide PC 2", "Slide PC 1", "Open", "Beginning"]
    assert [panel.list.item(i).data(NOW) for i in range(4)] == [False, True, False, False]
    panel.list.itemClicked.emit(panel.list.item(3))
    recorder.go_to.assert_called_once_with(0)
    panel.list.itemClicked.emit(panel.list.item(0))
    recorder.go_to.assert_called_with(3)


# --- measure ---------------------------------------------------------------------------------------------------------


def measured(session, value=0.0181, live=False, stale=False, approximate=True) -> Measured:
    a, b = session.document.side("a").shape, session.document.side("b").shape
    measurements = (
        Measurement("onet_l1", "Chamfer-L1", value, "1/2 (mean a + mean b)", 100_000, Frame.UNIT_CUBE, "lower", 0.003),
        Measurement("emd", "EMD", 0.0472, "mean of the matching", 512, Frame.UNIT_CUBE, "lower", None, approximate),
        Measurement("f_score", "F-score", 0.61, "at 1 %", 2048, Frame.UNIT_CUBE, "higher", 0.99),
    )
    distances = np.linspace(0, 0.05, 100).astype(np.float32)
    return Measured(1, 2, a, b, Comparison(measurements, distances, distances), live, stale)


def test_numbers_come_with_convention_points_and_floor(make, ready_session) -> None:
    panel = make(MeasurePanel)
    ready_session.measured = measured(ready_session)
    chamfer, emd, score = (panel.readouts[m] for m in ("onet_l1", "emd", "f_score"))
    assert chamfer.value.text() == "0.0181"
    assert chamfer.convention.whole() == "L1 · 100,000 pts · unit cube"
    assert "1/2 (mean a + mean b)" in chamfer.value.toolTip()
    assert "two samplings of the reference give 0.0030" in chamfer.value.toolTip()
    assert chamfer.floor.text() == "6.0× floor"
    assert emd.value.text() == "≈ 0.0472"
    assert (score.value.text(), score.floor.text()) == ("0.610", "floor 0.990")
    assert panel.aside.text() == "settled"


def test_live_and_stale_say_so_and_stale_values_are_not_recorded(make, ready_session, qtbot) -> None:
    panel = make(MeasurePanel)
    ready_session.measured = measured(ready_session, 0.02, live=True)
    assert panel.aside.text() == "live"
    ready_session.measured = measured(ready_session, 0.02, live=True, stale=True)
    assert panel.aside.text() == "live"  # a moment late is not worth a flicker
    qtbot.waitUntil(lambda: panel.aside.text() == "measuring…", timeout=5000)
    assert panel.readouts["emd"].value.property("muted")
    ready_session.measured = measured(ready_session, 0.03)
    assert panel.readouts["onet_l1"].line.values() == (0.02, 0.03)


def test_a_certified_value_carries_its_bound(make, ready_session) -> None:
    panel = make(MeasurePanel)
    bounded = Measurement("emd", "EMD", 0.0312, "mean of the matching", 2048, Frame.UNIT_CUBE, "lower", None, False, 0.00712)
    value = measured(ready_session, live=True)
    ready_session.measured = replace(value, comparison=Comparison((bounded,)))
    readout = panel.readouts["emd"]
    assert readout.value.text() == "≈ 0.0312"
    assert readout.convention.whole() == "≤ 0.8 % above optimum · 2,048 pts"
    assert "0.0312 (at most 0.8 % above optimum)" in readout.value.toolTip()
    assert not readout.value.property("muted")
    assert panel.readouts["f_score"].value.property("muted"), "what was not measured now must not look as if it were"


def test_settled_values_are_dots_and_other_samples_begin_another_course(make, ready_session) -> None:
    panel = make(MeasurePanel)
    ready_session.measured = measured(ready_session, 0.02, live=True)
    ready_session.measured = measured(ready_session, 0.03)
    line = panel.readouts["onet_l1"].line
    assert list(line._values) == [(0.02, False), (0.03, True)]
    ready_session.lab = replace(ready_session.lab, seed=7)
    assert panel.how.text() == "seed 7"
    ready_session.measured = replace(measured(ready_session, 0.04), how=("none", 7))
    assert line.values() == (0.04,)


def test_measures_are_chosen_from_the_menu(make, ready_session, recorder) -> None:
    panel = make(MeasurePanel)
    actions = {a.text(): a for a in panel.fill_menu().actions()}
    assert [t for t, a in actions.items() if a.isChecked()] == ["Chamfer-L1", "EMD", "F-score"]
    assert actions["Hausdorff"].toolTip() == "max of the samples, unit cube"
    actions["Hausdorff"].trigger()
    recorder.lab.show_measure.assert_called_once_with("hausdorff", True)
    ready_session.lab = replace(ready_session.lab, metrics=("emd", "hausdorff"))
    assert list(panel.readouts) == ["emd", "hausdorff"]
    assert panel.readouts["hausdorff"].name.text() == "Hausdorff"
    assert not actions["Export the numbers…"].isEnabled()
    ready_session.measured = measured(ready_session)
    assert panel.readouts["emd"].value.text() == "≈ 0.0472"
    with_numbers = {a.text(): a for a in panel.fill_menu().actions()}
    assert with_numbers["Export the numbers…"].isEnabled()


def test_many_measures_scroll_rather_than_grow(make, ready_session) -> None:
    panel = make(MeasurePanel)
    more = tuple(replace(ready_session.measures[3], id=f"m{i}", label=f"Measure {i}") for i in range(9))
    ready_session.measures = more
    ready_session.lab = replace(ready_session.lab, metrics=tuple(m.id for m in more))
    assert len(panel.readouts) == 9
    assert panel._scroll.height() < 5.5 * NumberReadout.HEIGHT + 20


def test_another_pair_begins_another_course(make, ready_session) -> None:
    panel = make(MeasurePanel)
    ready_session.measured = measured(ready_session, 0.02)
    ready_session.measured = replace(measured(ready_session, 0.5), b=7)
    assert panel.readouts["onet_l1"].line.values() == (0.5,)


def test_without_two_shapes_the_panel_says_what_to_do(make, ready_session) -> None:
    panel = make(MeasurePanel)
    ready_session.measured = measured(ready_session)
    assert panel.hint.isHidden()
    ready_session.document = ready_session.document.with_side("b", None)
    ready_session.measured = None
    assert "Show one shape in A and one in B" in panel.hint.text()
    assert panel.readouts["emd"].value.text() == "–"


def test_error_limit_is_the_99th_percentile_rounded_up() -> None:
    many = (np.linspace(0, 1, 101) * 0.0412 / 0.99).astype(np.float32)
    assert error_limit(Comparison((), many, None)) == pytest.approx(0.042, abs=1e-9)
    assert error_limit(Comparison((), None, None)) == 0


def test_the_bar_shows_the_errors_of_the_error_display_only(make, ready_session, recorder) -> None:
    panel = make(MeasurePanel)
    ready_session.measured = measured(ready_session)
    assert panel.scale.isHidden()
    ready_session.document = replace(ready_session.document, display="error")
    QTest.qWait(120)
    assert panel.scale.isVisible()
    assert len(panel.scale.bar._values) == 200
    assert panel.scale.automatic.text() == "99 % of the points"
    ready_session.lab = replace(ready_session.lab, low=0.01, high=0.03, colour_map="viridis")
    QTest.qWait(120)
    assert (panel.scale.low.text(), panel.scale.high.text()) == ("0.01", "0.03")
    assert panel.scale.bar._map == "viridis"
    panel.scale.automatic.click()
    recorder.lab.set_limits.assert_called_once_with(0.0, None)


# --- latent ----------------------------------------------------------------------------------------------------------


def test_sliders_show_the_code_and_what_is_shown(make, ready_session, latent_space) -> None:
    panel = make(LatentPanel)
    want = latent_space.sliders(latent_space.training_code(3))
    got = [slider.value for slider in panel.bank.sliders]
    np.testing.assert_allclose(got, want[: len(got)], atol=1e-5)
    entry = ready_session.document.entry(1)
    ready_session.document = ready_session.document.with_entry(replace(entry, latent=latent_space.training_code(8)))
    assert panel.bank.sliders[0].value == pytest.approx(latent_space.sliders(latent_space.training_code(8))[0], abs=1e-5)
    assert panel.bank.sliders[0].track._shown == pytest.approx(want[0], abs=1e-5)


def test_a_moved_slider_asks_for_all_values(make, recorder) -> None:
    panel = make(LatentPanel)
    before = panel.bank.values()
    track = panel.bank.sliders[1].track
    track.setFocus()
    QTest.keyClick(track, Qt.Key.Key_Right)
    values, label = recorder.set_sliders.call_args.args
    assert label == "Slide PC 2"
    np.testing.assert_allclose(values - before, [0, 0.1, *[0] * (len(before) - 2)], atol=1e-6)
    recorder.end_drag.assert_called_once_with()


def test_a_file_has_no_sliders_and_the_panel_says_why(make, ready_session) -> None:
    panel = make(LatentPanel)
    ready_session.document = replace(ready_session.document, active="b")
    assert panel.bank is None
    assert "scan came from a file" in panel.reason.text()
    assert "Fit DeepSDF" in panel.reason.text()
    assert panel.reset.isHidden()
    ready_session.document = Document()
    assert "Choose a start above" in panel.reason.text()


def test_starts_are_found_by_name_and_category(make, recorder) -> None:
    panel = make(LatentPanel)
    assert [panel.start.itemData(i) for i in range(3)] == ["mean", "random", 0]
    completer = panel.start.completer()
    completer.setCompletionPrefix("LAMP")
    assert completer.completionCount() == 20
    panel.start.activated.emit(panel.start.findText("piece 7 · lamp"))
    recorder.start_from.assert_called_once_with("sdf", 7)


def test_choosing_a_model_starts_from_a_whole_shape(make, recorder, latent_space) -> None:
    panel = make(LatentPanel)
    panel.model.activated.emit(0)
    recorder.start_from.assert_called_once_with("sdf", latent_space.central())


def test_reset_and_random(make, recorder) -> None:
    panel = make(LatentPanel)
    panel.reset.click()
    panel.random.click()
    recorder.reset.assert_called_once_with()
    recorder.randomise.assert_called_once_with()


def test_morph_needs_two_codes_of_one_model(make, ready_session, recorder, latent_space) -> None:
    panel = make(LatentPanel)
    assert panel.morph.isHidden()
    scan = ready_session.document.entry(2)
    other = latent_space.training_code(9)
    ready_session.document = ready_session.document.with_entry(replace(scan, origin="latent", latent=other, shown=other))
    assert panel.morph.start.isVisible()
    panel.morph.start.click()
    recorder.start_morph.assert_called_once_with(1, 2)
    ready_session.document = replace(ready_session.document, morph=Morph(other, other, ("walnut", "scan"), 0.25))
    assert panel.morph.slider.value() == 250
    recorder.set_morph.assert_not_called()
    panel.morph.slider.setValue(500)
    recorder.set_morph.assert_called_once_with(0.5)
    panel.morph.done.click()
    recorder.end_morph.assert_called_once_with()


def test_retired_panels_hear_nothing(make, ready_session) -> None:
    panel = make(PicturePanel)
    panel.retire()
    ready_session.document = replace(ready_session.document, picture=None)
    assert panel.go.isEnabled()


def test_a_long_list_shows_the_newest_and_those_in_view_until_more_is_pressed(make, ready_session) -> None:
    from studio.panels.shapes import LISTED, ShapesPanel

    document = ready_session.document
    for number in range(3, 3 + LISTED + 20):
        document = document.with_entry(Entry(number, f"shape {number}", "file", settled=True))
    ready_session.document = document
    panel = make(ShapesPanel)
    newest = [entry.id for entry in document.entries[-LISTED:]]
    assert sorted(panel.rows) == [1, 2, *newest], "1 and 2 are in A and B"
    assert not panel.more.isHidden()
    assert panel.more.text() == "Show 20 more"
    panel.more.click()
    assert sorted(panel.rows) == [entry.id for entry in document.entries]
    assert panel.more.isHidden()
