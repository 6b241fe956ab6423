"""The verbs of the map, with a real engine and lanes that run at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.api import Latent
from studio.controller import Controller
from studio.document import Landmark
from studio.mapping import LIMIT
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench


class Studio:
    def __init__(self, engine):
        self.session = Session()
        bench: Workbench
        bench = Workbench(self.session, Lanes.inline(), lambda item: bench.deliver(item))
        self.controller = Controller(self.session, engine, bench, Settings())
        self.controller.start()

    @property
    def latent(self):
        return self.session.document.active_entry.latent


@pytest.fixture
def studio(qapp, engine, monkeypatch, tmp_path):
    monkeypatch.setenv("SHAPE_STUDIO_CACHE", str(tmp_path))
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 1024)
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (17, 33))
    monkeypatch.setattr("engine.thumbnail.LEVELS", (17, 33))
    made = Studio(engine)
    made.controller.start_from("balls", 0)
    made.controller.map.open("balls")
    return made


def test_opening_makes_the_map_and_every_thumbnail_once(studio, engine, monkeypatch) -> None:
    space = studio.session.spaces["balls"]
    chart = studio.session.maps["balls"]
    np.testing.assert_allclose(chart.codes_at(chart.places), space.codes, atol=1e-6)
    assert set(studio.session.thumbnails) == {space.training_code(i) for i in range(5)}
    monkeypatch.setattr(engine, "latent_map", lambda *_: pytest.fail("it is there"))
    monkeypatch.setattr(engine, "thumbnail", lambda *_: pytest.fail("they are there"))
    studio.controller.map.open("balls")
    assert studio.session.maps["balls"] is chart
    studio.controller.map.open("no such model")


def test_a_second_start_reads_thumbnails_and_draws_none(studio, engine, monkeypatch) -> None:
    monkeypatch.setattr("engine.thumbnail.draw", lambda *_: pytest.fail("it is on disk"))
    again = Studio(engine)
    again.controller.map.open("balls")
    assert len(again.session.thumbnails) == 5


def test_moves_in_a_row_are_one_step_and_undo_goes_back(studio) -> None:
    before, steps = studio.latent, len(studio.session.history)
    chart = studio.session.maps["balls"]
    for x in np.linspace(0, 0.3, 5):
        studio.controller.map.move_to(float(x), 0.1)
    studio.controller.map.end_drag()
    assert studio.latent == chart.code_at(0.3, 0.1)
    assert studio.session.document.active_entry.shown == studio.latent, "the shape has followed"
    assert len(studio.session.history) == steps + 1
    studio.controller.map.move_to(-0.2, 0.0)
    assert len(studio.session.history) == steps + 2, "after letting go it is another step"
    studio.controller.undo()
    studio.controller.undo()
    assert studio.latent == before


def test_going_to_a_training_shape(studio) -> None:
    studio.controller.map.go_to_training(3)
    assert studio.latent == studio.session.spaces["balls"].training_code(3)
    assert studio.session.history[-1] == "Go to ball 0.75"
    studio.controller.map.go_to_training(99)
    assert studio.latent == studio.session.spaces["balls"].training_code(3)


def test_a_landmark_is_on_the_map_until_it_is_undone(studio) -> None:
    plain = studio.session.maps["balls"]
    studio.controller.randomise(seed=1)
    code = studio.latent
    studio.controller.map.place_landmark(0.2, -0.1)
    (mark,) = studio.session.document.landmarks
    assert (mark.name, mark.x, mark.y, mark.latent) == ("ball 0.3", 0.2, -0.1, code)
    marked = studio.session.maps["balls"]
    np.testing.assert_allclose(marked.code_at(0.2, -0.1).values, code.values, atol=1e-9)
    assert code in studio.session.thumbnails
    studio.controller.undo()
    assert studio.session.document.landmarks == ()
    np.testing.assert_allclose(studio.session.maps["balls"].code_at(0.2, -0.1).values, plain.code_at(0.2, -0.1).values)
    studio.controller.redo()
    assert studio.session.maps["balls"].landmarks == marked.landmarks


def test_landmarks_are_named_renamed_removed_and_gone_to(studio) -> None:
    do = studio.controller.map
    do.place_landmark(0.1, 0.1, "  wide\n ball ")
    studio.controller.randomise(seed=2)
    do.place_landmark(0.2, 0.2)
    do.place_landmark(0.3, 0.3)
    assert [m.name for m in do.landmarks("balls")] == ["wide ball", "ball 0.3", "ball 0.3 2"]
    do.rename_landmark("balls", 1, "narrow")
    do.rename_landmark("balls", 1, "   ")
    assert [m.name for m in do.landmarks("balls")] == ["wide ball", "narrow", "ball 0.3 2"]
    do.go_to_landmark(0)
    assert studio.latent == do.landmarks("balls")[0].latent
    do.remove_landmark("balls", 0)
    assert [m.name for m in do.landmarks("balls")] == ["narrow", "ball 0.3 2"]
    studio.controller.undo()
    assert len(do.landmarks("balls")) == 3
    assert do.landmarks("other-balls") == ()


def test_there_is_a_limit_and_the_studio_says_so(studio) -> None:
    for number in range(LIMIT + 1):
        studio.controller.map.place_landmark(number / 40, 0.0)
    assert len(studio.session.document.landmarks) == LIMIT
    assert str(LIMIT) in studio.session.notice.text


def test_landmarks_come_back_with_the_session(studio, tmp_path) -> None:
    studio.controller.map.place_landmark(0.25, 0.5, "标记")
    path = tmp_path / "kept.shapestudio"
    studio.controller.save_session(path)
    kept = studio.session.document.landmarks
    studio.controller.new_session()
    assert studio.session.document.landmarks == ()
    studio.controller.open_session(path)
    assert studio.session.document.landmarks == kept
    assert studio.session.maps["balls"].landmarks == ((0.25, 0.5, kept[0].latent),)


def test_landmarks_of_other_models_and_of_other_lengths_are_left_alone(studio) -> None:
    strangers = (Landmark("far", 0, 0, Latent("gone", (1.0,))), Landmark("short", 0, 0, Latent("balls", (1.0, 2.0))))
    studio.controller.history.commit("x", replace(studio.session.document, landmarks=strangers))
    assert studio.controller.map.landmarks("balls") == ()
    assert studio.session.maps["balls"].landmarks == ()
    studio.controller.map.place_landmark(0.0, 0.0, "mine")
    studio.controller.map.remove_landmark("balls", 0)
    assert studio.session.document.landmarks == strangers


def test_files_have_no_place_on_the_map(studio) -> None:
    studio.controller.clear_side("a")
    document = studio.session.document
    studio.controller.map.move_to(0.1, 0.1)
    studio.controller.map.go_to_training(1)
    studio.controller.map.go_to_landmark(0)
    studio.controller.map.place_landmark(0.0, 0.0)
    assert studio.session.document is document


def test_the_view_is_remembered(studio) -> None:
    studio.controller.map.choose_view("map")
    assert studio.session.latent_view == "map"
    assert studio.controller._settings.latent_view == "map"
