"""The verbs, with a real engine and lanes that run at once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.api import Mesh
from studio.controller import Controller
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench

CUBE = """v -1 -1 -1
v 1 -1 -1
v 1 1 -1
v -1 1 -1
v -1 -1 1
v 1 -1 1
v 1 1 1
v -1 1 1
f 1 4 3 2
f 5 6 7 8
f 1 2 6 5
f 3 4 8 7
f 1 5 8 4
f 2 3 7 6
"""


class Studio:
    """Session and controller on inline lanes: every job has ended when a verb returns."""

    def __init__(self, engine):
        self.session = Session()
        bench: Workbench
        bench = Workbench(self.session, Lanes.inline(), lambda item: bench.deliver(item))
        self.controller = Controller(self.session, engine, bench, Settings())
        self.controller.start()

    @property
    def document(self):
        return self.session.document


@pytest.fixture
def studio(qapp, engine, monkeypatch):
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 1024)
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (17, 33))
    return Studio(engine)


@pytest.fixture
def cube(tmp_path):
    path = tmp_path / "方块 cube.obj"
    path.write_text(CUBE)
    return path


def radius(entry):
    return float(np.linalg.norm(entry.shape.vertices, axis=1).mean())


def test_start_finds_models_and_gets_ready(studio):
    assert [info.id for info in studio.session.models] == ["balls", "other-balls"]
    assert studio.session.ready
    assert studio.session.device.startswith("CPU")
    assert studio.session.jobs == ()
    assert set(studio.session.spaces) == {"balls", "other-balls"}


def test_a_training_shape_appears_settled_and_of_the_right_size(studio):
    studio.controller.start_from("balls", 3)
    entry = studio.document.side("a")
    assert entry.name == "ball 0.75"
    assert entry.settled
    assert entry.level == 33
    assert radius(entry) == pytest.approx(0.75, abs=0.03)
    assert studio.session.history == ("Start from ball 0.75",)


def test_sliders_move_the_surface_and_undo_brings_it_back(studio):
    studio.controller.start_from("balls", 1)
    before = studio.document.side("a")
    space = studio.session.spaces["balls"]
    goal = space.training_values()[4]
    start = space.sliders(before.latent)
    for t in np.linspace(0.1, 1.0, 10):
        studio.controller.set_sliders((1 - t) * start + t * goal, "PC 1")
    studio.controller.end_drag()
    moved = studio.document.side("a")
    assert radius(moved) == pytest.approx(0.9, abs=0.05)
    assert studio.session.history == ("Start from ball 0.45", "PC 1")
    studio.controller.undo()
    assert radius(studio.document.side("a")) == pytest.approx(radius(before), abs=1e-6)
    studio.controller.redo()
    assert radius(studio.document.side("a")) == pytest.approx(radius(moved), abs=1e-6)


def test_two_sides_are_measured_and_the_numbers_follow(studio):
    studio.controller.start_from("balls", 1)
    studio.controller.set_active("b")
    studio.controller.start_from("balls", 4)
    measured = studio.session.measured
    assert (measured.a, measured.b) == (1, 2)
    assert not measured.live
    assert not measured.stale
    by_name = {m.metric: m for m in measured.comparison.measurements}
    assert set(by_name) == {"onet_l1", "emd", "f_score"}
    # radii .45 and .9: every nearest distance is about .45 of a reference whose longest edge is 1.8
    assert by_name["onet_l1"].value == pytest.approx(0.25, abs=0.03)
    assert by_name["f_score"].value == 0
    far = by_name["onet_l1"].value
    studio.controller.set_sliders(studio.session.spaces["balls"].training_values()[1], "typed")
    near = {m.metric: m for m in studio.session.measured.comparison.measurements}["onet_l1"].value
    assert near < far / 5
    studio.controller.undo()
    assert {m.metric: m for m in studio.session.measured.comparison.measurements}["onet_l1"].value == pytest.approx(far)


def test_error_colours_belong_to_the_measured_shapes(studio):
    studio.controller.start_from("balls", 1)
    studio.controller.set_active("b")
    studio.controller.start_from("balls", 4)
    assert studio.session.measured.comparison.a_to_b is None
    studio.controller.set_display("error")
    measured = studio.session.measured
    assert len(measured.comparison.a_to_b) == len(measured.a_shape.vertices)
    assert len(measured.comparison.b_to_a) == len(measured.b_shape.vertices)
    assert measured.comparison.a_to_b.mean() == pytest.approx(0.45, abs=0.04)
    studio.controller.clear_side("b")
    assert studio.session.measured is None


def test_pin_keeps_a_copy_while_the_original_moves(studio):
    studio.controller.start_from("balls", 2)
    studio.controller.pin("b")
    document = studio.document
    assert document.active == "a"
    assert document.side("b").latent == document.side("a").latent
    assert document.side("b").id != document.side("a").id
    studio.controller.set_sliders(studio.session.spaces["balls"].training_values()[0], "PC 1")
    assert radius(studio.document.side("b")) == pytest.approx(0.6, abs=0.03)
    assert radius(studio.document.side("a")) == pytest.approx(0.3, abs=0.05)


def test_morph_ends_at_its_ends_and_is_one_step(studio):
    studio.controller.start_from("balls", 0)
    studio.controller.set_active("b")
    studio.controller.start_from("balls", 4)
    studio.controller.start_morph(1, 2)
    steps = len(studio.session.history)
    for t in (0.25, 0.5, 0.75, 1.0):
        studio.controller.set_morph(t)
    assert studio.document.active_entry.latent == studio.document.entry(2).latent
    assert len(studio.session.history) == steps + 1
    studio.controller.set_morph(0.5)
    assert 0.35 < radius(studio.document.active_entry) < 0.85
    studio.controller.end_morph()
    assert studio.document.morph is None


def test_morph_refuses_files_and_foreign_models_with_a_notice(studio, cube):
    studio.controller.start_from("balls", 0)
    studio.controller.set_active("b")
    studio.controller.start_from("other-balls", 0)
    before = studio.document
    studio.controller.start_morph(1, 2)
    assert studio.session.notice.level == "warning"
    assert studio.document is before
    studio.controller.dismiss_notice()
    studio.controller.open_shape(cube)
    studio.controller.start_morph(1, 3)
    assert studio.session.notice is not None


def test_opening_a_file_says_what_was_guessed(studio, cube):
    studio.controller.open_paths([cube])
    entry = studio.document.side("a")
    assert entry.name == "方块 cube"
    assert isinstance(entry.shape, Mesh)
    assert entry.settled
    assert np.linalg.norm(entry.shape.vertices, axis=1).max() == pytest.approx(1, abs=1e-5)
    assert entry.up == "y"
    studio.controller.turn_up(entry.id, "z")
    assert studio.document.side("a").up == "z"
    studio.controller.undo()
    assert studio.document.side("a").up == "y"


@pytest.mark.parametrize("name", ["missing.obj", "text.png", "empty.obj", "folder.ply"])
def test_nonsense_gives_a_notice_and_loses_nothing(studio, tmp_path, name):
    studio.controller.start_from("balls", 1)
    before = studio.document
    path = tmp_path / name
    if name == "text.png":
        path.write_text("this is no picture")
    elif name == "empty.obj":
        path.write_text("")
    elif name == "folder.ply":
        path.mkdir()
    studio.controller.open_paths([path])
    assert studio.session.notice.level == "error"
    assert path.name in studio.session.notice.text or path.stem in studio.session.notice.text
    assert studio.document is before
    assert studio.session.jobs == ()


def test_a_bug_is_reported_and_the_studio_lives(studio, engine, monkeypatch):
    def broken(request, progress):
        raise RuntimeError("boom")

    studio.controller.start_from("balls", 1)
    monkeypatch.setattr(engine, "decode", broken)
    studio.controller.randomise(seed=1)
    assert "boom" in studio.session.notice.text
    assert not studio.controller.busy
    monkeypatch.undo()
    studio.controller.randomise(seed=2)
    assert studio.document.side("a").settled


def test_fit_finds_the_code_of_a_ball(studio, tmp_path):
    studio.controller.start_from("balls", 2)
    path = tmp_path / "ball.ply"
    studio.controller.export_shape(1, path)
    assert path.is_file()
    studio.controller.set_active("b")
    studio.controller.open_shape(path, up="y", side="b")
    fitted_from = studio.document.side("b").id
    studio.controller.fit(fitted_from, "balls")
    entry = studio.document.side("a")
    assert entry.origin == "fit"
    assert entry.settled
    # the file was brought into the unit sphere: the largest ball the model knows is nearest
    assert radius(entry) > 0.85


def test_session_round_trip(studio, tmp_path, cube):
    studio.controller.start_from("balls", 2)
    studio.controller.open_shape(cube, side="b")
    studio.controller.set_display("error")
    studio.controller.camera_provider = lambda: {"position": [1, 2, 3]}
    restored = {}
    studio.controller.camera_applier = restored.update
    path = tmp_path / "会话.shapestudio"
    studio.controller.save_session(path)
    saved = studio.document
    studio.controller.new_session()
    assert studio.document.entries == ()
    studio.controller.open_paths([path])
    document = studio.document
    assert restored == {"position": [1, 2, 3]}
    assert [e.name for e in document.entries] == [e.name for e in saved.entries]
    assert document.side("a").latent == saved.side("a").latent
    np.testing.assert_array_equal(document.side("b").shape.faces, saved.side("b").shape.faces)
    assert document.display == "error"
    assert not studio.controller.can_undo


def test_a_session_without_its_model_keeps_the_shapes(studio, tmp_path, sphere_models, engine):
    studio.controller.start_from("other-balls", 2)
    path = tmp_path / "s.shapestudio"
    studio.controller.save_session(path)
    studio.controller.new_session()
    del studio.session.spaces["other-balls"]
    studio.controller.open_session(path)
    entry = studio.document.side("a")
    assert entry.latent is None
    assert radius(entry) == pytest.approx(0.6, abs=0.03)
    assert "other-balls" in studio.session.notice.text


def test_list_verbs(studio):
    studio.controller.start_from("balls", 0)
    studio.controller.rename(1, "  small  ")
    assert studio.document.entry(1).name == "small"
    studio.controller.duplicate(1)
    studio.controller.show(2, "b")
    assert studio.document.b == 2
    assert studio.document.active == "b"
    studio.controller.swap()
    assert (studio.document.a, studio.document.b) == (2, 1)
    studio.controller.remove(2)
    assert studio.document.a is None
    studio.controller.go_to(0)
    assert studio.document.entries == ()
    studio.controller.go_to(len(studio.session.history))
    assert studio.document.b == 1


def test_reset_and_random_move_the_code(studio):
    studio.controller.start_from("balls", 0)
    space = studio.session.spaces["balls"]
    studio.controller.randomise(seed=5)
    assert studio.document.side("a").latent == space.random_code(5)
    studio.controller.reset()
    assert studio.document.side("a").latent == space.mean_code()
    assert np.allclose(space.sliders(studio.document.side("a").latent), 0, atol=1e-4)


def test_stale_numbers_say_so(studio):
    """While a measurement is on its way, the old one is marked."""
    studio.controller.start_from("balls", 1)
    studio.controller.set_active("b")
    studio.controller.start_from("balls", 4)
    seen = []
    studio.session.events.measured.connect(lambda m: seen.append(m.stale if m else None))
    studio.controller.set_sliders(studio.session.spaces["balls"].training_values()[1], "typed")
    assert seen[0] is True
    assert seen[-1] is False


def test_paths_are_only_examined_when_opened(studio):
    studio.controller.open_paths([])
    assert studio.session.notice is None
    assert replace(studio.document, display="solid").display == "solid"
    assert Path("x.SHAPESTUDIO").suffix.lower() == ".shapestudio"
