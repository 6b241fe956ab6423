"""The map inside the latent panel: in step with the session, asking the controller."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget

from engine.api import Latent, Thumbnail
from engine.latent_map import LatentMap
from engine.layout import lay_out
from studio.document import Landmark
from studio.map_view import _Legend
from studio.panels.latent import LatentPanel


@pytest.fixture
def panel(qtbot, themed, ready_session, recorder, latent_space):
    ready_session.latent_view = "map"
    made = LatentPanel(ready_session, recorder)
    qtbot.addWidget(made)
    made.resize(312, 520)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.retire()
    made.close()


@pytest.fixture
def charted(panel, ready_session, latent_space):
    ready_session.maps = {"sdf": LatentMap(latent_space, lay_out(latent_space.codes))}
    panel.grab()
    return panel


def test_the_map_is_asked_for_and_the_wait_is_said(panel, recorder) -> None:
    recorder.map.open.assert_called_with("sdf")
    assert panel.map.wait.isVisible()
    assert panel.bank.isHidden()
    panel.view.buttons["sliders"].click()
    recorder.map.choose_view.assert_called_once_with("sliders")


def test_the_switch_shows_one_or_the_other(panel, ready_session) -> None:
    ready_session.latent_view = "sliders"
    assert panel.bank.isVisible()
    assert panel.map.isHidden()
    assert panel.view.buttons["sliders"].isChecked()


def test_the_handle_is_where_the_code_is(charted, ready_session, latent_space) -> None:
    chart, pad = ready_session.maps["sdf"], charted.map.pad
    assert len(pad.items) == 40
    assert charted.map.wait.isHidden()
    assert pad.place == pytest.approx(tuple(chart.places[3]), abs=1e-5)
    entry = ready_session.document.entry(1)
    off = latent_space.moved(latent_space.training_code(3), latent_space.training_values()[3] + 0.7)
    ready_session.document = ready_session.document.with_entry(replace(entry, latent=off))
    assert pad.beside > 0.05
    assert pad.shown == pytest.approx(tuple(chart.places[3]), abs=1e-5), "the picture still shows the old code"


def test_meter_and_neighbour_follow_the_code(charted, ready_session, latent_space, qtbot) -> None:
    bar = charted.typicality
    assert bar.share == pytest.approx(1.0, abs=1e-6)
    assert bar.beside.whole() == "near piece 3 · lamp"
    entry = ready_session.document.entry(1)
    ready_session.document = ready_session.document.with_entry(replace(entry, latent=latent_space.mean_code()))
    qtbot.waitUntil(lambda: bar.share < 0.5, timeout=5000)
    ready_session.document = replace(ready_session.document, active="b")
    assert bar.isHidden(), "a file has no code"
    assert charted.map.isHidden()


def test_hand_and_menu_ask_the_controller(charted, ready_session, recorder, latent_space) -> None:
    view, code = charted.map, Latent("sdf", tuple(latent_space.codes[7].tolist()))
    ready_session.document = replace(ready_session.document, landmarks=(Landmark("mine", 0.1, 0.2, code),))
    assert [item.name for item in view.pad.items if item.landmark] == ["mine"]
    view.pad.moved.emit(0.3, -0.2)
    recorder.map.move_to.assert_called_once_with(0.3, -0.2)
    view.pad.released.emit()
    recorder.map.end_drag.assert_called_once_with()
    view.pad.chosen.emit(5)
    recorder.map.go_to_training.assert_called_once_with(5)
    view.pad.chosen.emit(40)
    recorder.map.go_to_landmark.assert_called_once_with(0)
    actions = {action.text(): action for action in view._menu(40).actions()}
    actions["Remove"].trigger()
    recorder.map.remove_landmark.assert_called_once_with("sdf", 0)
    {action.text(): action for action in view._menu(-1).actions()}["Place a landmark here"].trigger()
    recorder.map.place_landmark.assert_called_once_with(*view.pad.place)
    assert "Remove" not in {action.text() for action in view._menu(5).actions()}


def test_thumbnails_arrive_when_they_are_drawn(charted, ready_session, latent_space, qtbot) -> None:
    full = Thumbnail(np.full((96, 96), 128, np.uint8), np.full((96, 96), 255, np.uint8))
    ready_session.thumbnails = {latent_space.training_code(i): full for i in range(6)}
    qtbot.waitUntil(lambda: set(charted.map.pad.images) == set(range(6)), timeout=5000)
    charted.map.pad.grab()
    assert set(charted.map.pad.thumbnails) <= set(range(6))
    assert charted.map.pad.thumbnails


def test_every_part_has_a_name(charted) -> None:
    unnamed = [w for w in (charted.map.pad, charted.map.legend, charted.typicality, charted.view) if not w.accessibleName()]
    assert unnamed == []
    assert isinstance(charted.map, QWidget)


def test_the_legend_breaks_into_lines_and_leaves_nothing_out(qtbot, themed) -> None:
    legend = _Legend()
    qtbot.addWidget(legend)
    legend.resize(600, 16)
    legend.show()
    legend.set_entries(tuple((name, "#ff0000") for name in ("chair", "table", "sofa", "lamp", "bed", "bench", "bookshelf")))
    assert {y for _, y in legend.places()} == {0}
    assert legend.height() == 16
    legend.resize(150, 16)
    assert legend.height() == 16 * len({y for _, y in legend.places()}) > 16
    wide = [legend.fontMetrics().horizontalAdvance(name) for name, _ in legend.entries]
    rights = [x + 12 + width for (x, _), width in zip(legend.places(), wide, strict=True)]
    assert max(rights) <= 150
