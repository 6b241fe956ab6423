"""Pulling in the studio: one step of undo, Escape, pins, and what is said."""

import numpy as np
import pytest

from studio import session_file
from studio.controller import Controller
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench


class Studio:
    """A ball of the sphere model on side A, settled. Events arrive at once, or when `deliver` is called."""

    def __init__(self, engine):
        self.session = Session()
        self.late = None
        self.bench = Workbench(self.session, Lanes.inline(), self.post)
        self.controller = Controller(self.session, engine, self.bench, Settings())
        self.pulling = self.controller.pulling
        self.controller.start()
        self.controller.start_from("balls", 2)

    def post(self, item):
        if self.late is None:
            self.bench.deliver(item)
        else:
            self.late.append(item)

    def deliver(self):
        while self.late:
            self.bench.deliver(self.late.pop(0))

    @property
    def entry(self):
        return self.session.document.active_entry

    def top(self):
        """The highest point of the ball."""
        vertices = self.entry.shape.vertices
        return vertices[vertices[:, 1].argmax()].astype(float)

    def drag(self, way, steps=5):
        start = self.top()
        self.pulling.grab("a", start)
        for share in np.linspace(0, 1, steps + 1)[1:]:
            self.pulling.move(start + share * np.asarray(way, float))
        return start


@pytest.fixture
def studio(engine):
    return Studio(engine)


def test_a_pull_moves_the_surface_and_is_one_step(studio) -> None:
    position, code, shape = studio.session.position, studio.entry.latent, studio.entry.shape
    start = studio.drag((0, 0.1, 0))
    assert studio.session.grip.held
    studio.pulling.release()
    assert studio.session.grip is None
    assert studio.entry.settled
    assert studio.top()[1] == pytest.approx(start[1] + 0.1, abs=0.02)
    assert studio.session.position == position + 1
    assert studio.session.history[-1] == "Pull"
    studio.controller.undo()
    assert studio.entry.latent == code
    assert studio.entry.shape is shape
    studio.controller.redo()
    assert studio.top()[1] == pytest.approx(start[1] + 0.1, abs=0.02)


def test_two_pulls_are_two_steps(studio) -> None:
    position = studio.session.position
    for _ in range(2):
        studio.drag((0, 0.05, 0))
        studio.pulling.release()
    assert studio.session.position == position + 2


def test_escape_restores_and_leaves_no_step(studio) -> None:
    before = (studio.session.position, studio.session.history, studio.entry.latent, studio.entry.shape)
    studio.drag((0, 0.1, 0))
    assert studio.entry.latent != before[2]
    studio.pulling.cancel()
    assert (studio.session.position, studio.session.history, studio.entry.latent, studio.entry.shape) == before
    assert studio.session.grip is None
    assert not studio.controller.can_redo, "what was taken back is not there to be done again"


def test_a_press_without_a_move_is_no_step(studio) -> None:
    before = (studio.session.position, studio.entry.latent)
    studio.pulling.grab("a", studio.top())
    studio.pulling.release()
    assert (studio.session.position, studio.entry.latent) == before
    assert studio.session.grip is None


def test_the_newest_place_of_the_hand_wins(studio) -> None:
    start = studio.top()
    studio.pulling.grab("a", start)
    studio.late = []
    asked = []
    engine_step = studio.pulling._hold.step
    studio.pulling._hold.step = lambda target, progress: asked.append(target[1]) or engine_step(target, progress)
    for lift in (0.01, 0.02, 0.03, 0.04):
        studio.pulling.move(start + np.array([0, lift, 0]))
    studio.deliver()
    np.testing.assert_allclose(asked[:2], start[1] + np.array([0.01, 0.04]))
    studio.pulling.release()
    studio.deliver()
    assert studio.session.grip is None


def test_an_answer_after_escape_changes_nothing(studio) -> None:
    code = studio.entry.latent
    start = studio.top()
    studio.pulling.grab("a", start)
    studio.late = []
    studio.pulling.move(start + np.array([0, 0.1, 0]))
    studio.pulling.cancel()
    studio.deliver()
    assert studio.entry.latent == code
    studio.late = None
    studio.drag((0, 0.05, 0))
    studio.pulling.release()
    assert studio.entry.latent != code, "and the next pull works"


def test_undo_in_the_middle_ends_the_pull(studio) -> None:
    code = studio.entry.latent
    start = studio.drag((0, 0.05, 0))
    studio.controller.undo()
    assert studio.session.grip is None
    studio.pulling.move(start + np.array([0, 0.1, 0]))
    assert studio.entry.latent == code


def test_an_absurd_target_is_said_until_something_else_happens(studio) -> None:
    studio.drag((0, 3.0, 0), steps=3)
    studio.pulling.release()
    grip = studio.session.grip
    assert grip.leaves
    assert not grip.held
    assert grip.distance > 1.0
    assert np.isfinite(studio.entry.latent.values).all()
    studio.controller.undo()
    assert studio.session.grip is None


def test_pins_are_steps_of_the_document_and_travel_in_files(studio, tmp_path) -> None:
    studio.pulling.pin("a", np.array([0.6, 0.0, 0.0]))
    studio.pulling.pin("a", np.array([0.0, 0.0, 0.6]))
    assert studio.entry.pins == ((0.6, 0.0, 0.0), (0.0, 0.0, 0.6))
    assert studio.session.history[-1] == "Pin a point"
    studio.pulling.pin("a", np.array([0.6, 0.01, 0.0]))
    assert studio.entry.pins == ((0.0, 0.0, 0.6),), "a second time takes it away"
    path = tmp_path / "pins.shapestudio"
    session_file.save(path, studio.session.document, {}, {})
    assert session_file.load(path).document.active_entry.pins == ((0.0, 0.0, 0.6),)
    studio.controller.undo()
    assert len(studio.entry.pins) == 2
    studio.pulling.unpin_all()
    assert studio.entry.pins == ()


def test_pins_hold(studio) -> None:
    """A ball is one number here: the pinned pole cannot stay when the other is lifted, and that is said."""
    bottom = -studio.top()
    studio.pulling.pin("a", bottom)
    studio.drag((0, 0.2, 0))
    studio.pulling.release()
    grip = studio.session.grip
    assert grip.leaves
    assert len(grip.pins) == 1


def test_what_cannot_be_pulled_says_so(studio, ready_session) -> None:
    from unittest.mock import MagicMock

    from studio.pulling import Pulling

    assert Pulling(ready_session, MagicMock(), MagicMock(), MagicMock(), MagicMock()).may_grab("b") is False
    assert "comes from a file" in ready_session.notice.text


def test_old_files_have_no_pins(studio, tmp_path) -> None:
    import json
    import zipfile

    path, old = tmp_path / "new.shapestudio", tmp_path / "old.shapestudio"
    session_file.save(path, studio.session.document, {}, {})
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(old, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "session.json":
                record = json.loads(data)
                for entry in record["entries"]:
                    del entry["pins"]
                data = json.dumps(record).encode()
            target.writestr(name, data)
    assert session_file.load(old).document.active_entry.pins == ()
