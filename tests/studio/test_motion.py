"""The animation from A to B: by the clock, one request at a time, one step of undo."""

import numpy as np
import pytest

from engine.api import LatentPath
from studio.controller import Controller
from studio.motion import Motion, _share_of
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Handlers, Lanes, Workbench


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Stage:
    """A studio on inline lanes whose shapes arrive only when `arrive` is called (if `slow`), and a clock of its own."""

    def __init__(self, engine, settings):
        self.session, self.settings, self.clock = Session(), settings, Clock()
        self.slow, self.late = False, []
        bench: Workbench
        bench = Workbench(self.session, Lanes.inline(), self._post)
        self.bench = bench
        self.controller = Controller(self.session, engine, bench, settings)
        self.motion: Motion = self.controller.motion
        self.motion._clock = self.clock
        self.controller.start()
        self.controller.start_from("balls", 0)
        self.controller.set_active("b")
        self.controller.start_from("balls", 4)
        self.controller.set_active("a")

    def _post(self, item):
        if self.slow:
            self.late.append(item)
        else:
            self.bench.deliver(item)

    def arrive(self):
        items, self.late = self.late, []
        for item in items:
            self.bench.deliver(item)

    def step(self, seconds):
        """Time passes, the last picture is painted, and the timer fires."""
        self.clock.now += seconds
        self.motion.note_paint()
        self.motion.tick()

    @property
    def t(self):
        return self.session.document.morph.t


@pytest.fixture
def stage(qapp, engine, monkeypatch):
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 256)
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (9, 17))
    return Stage(engine, Settings(play_seconds=2.0, play_repeat="once", play_even=False))


def test_play_begins_goes_by_the_clock_and_ends_at_b_in_one_step(stage):
    steps = stage.session.position
    stage.motion.play()
    assert stage.session.player.playing
    seen = []
    while stage.session.player.playing and len(seen) < 50:
        stage.step(0.25)
        seen.append(stage.t)
    assert seen == pytest.approx([0.125 * i for i in range(1, 9)])
    entry = stage.session.document.active_entry
    assert entry.latent == stage.session.document.morph.end
    assert entry.shown == entry.latent
    assert entry.settled
    assert stage.session.position == steps + 2, "the interpolation is a step, and playing it another"
    stage.controller.undo()
    assert stage.t == 0.0


def test_one_request_at_a_time_and_frames_are_dropped_not_time(stage):
    stage.motion.play()
    stage.slow = True
    stage.step(0.5)
    assert stage.t == pytest.approx(0.25)
    asked = len(stage.late)
    for _ in range(5):
        stage.step(0.1)
        assert len(stage.late) == asked, "nothing new is asked for while a shape is on its way"
    stage.arrive()
    stage.motion.tick()
    assert stage.t == pytest.approx(0.25), "not before it has been painted"
    stage.motion.note_paint()
    stage.motion.tick()
    assert stage.t == pytest.approx(0.5), "where the clock is by now"


def test_a_window_that_paints_nothing_does_not_stop_it(stage):
    stage.motion.play()
    stage.step(0.1)
    stage.clock.now += 0.6
    stage.motion.tick()
    assert stage.t == pytest.approx(0.35)


@pytest.mark.parametrize(
    "edit",
    [
        lambda c, d: c.set_morph(0.9),
        lambda c, d: c.end_morph(),
        lambda c, d: c.undo(),
        lambda c, d: c.reset(),
        lambda c, d: c.set_active("b"),
        lambda c, d: c.rename(d.a, "another name"),
        lambda c, d: c.start_from("balls", 2),
        lambda c, d: c.remove(d.a),
    ],
)
def test_any_other_edit_stops_it(stage, edit):
    stage.motion.play()
    stage.step(0.3)
    stage.step(0.3)
    assert stage.session.player.playing
    edit(stage.controller, stage.session.document)
    assert not stage.session.player.playing
    document = stage.session.document
    stage.step(0.3)
    assert stage.session.document is document


def test_pausing_and_playing_again_goes_on_from_there_as_another_step(stage):
    stage.motion.toggle()
    stage.step(0.5)
    stage.motion.toggle()
    steps, t = stage.session.position, stage.t
    stage.step(3.0)
    assert stage.t == t
    stage.motion.toggle()
    stage.step(0.5)
    assert stage.t == pytest.approx(t + 0.25)
    assert stage.session.position == steps + 1


def test_where_a_phase_is():
    assert [_share_of(p, "once") for p in (0.2, 1.0, 1.7)] == [0.2, 1.0, 1.0]
    assert [_share_of(p, "loop") for p in (0.25, 1.25, 3.5)] == [0.25, 0.25, 0.5]
    assert [_share_of(p, "swing") for p in (0.25, 1.25, 1.75, 2.25)] == [0.25, 0.75, 0.25, 0.25]


def test_changing_how_it_plays_makes_no_leap(stage):
    stage.motion.set_repeat("swing")
    stage.motion.play()
    stage.step(1.0)
    stage.motion.set_seconds(8.0)
    stage.step(0.0)
    assert stage.t == pytest.approx(0.5)
    stage.step(8.0)  # to B and half way back
    assert stage.t == pytest.approx(0.5)
    stage.motion.set_seconds(2.0)
    stage.step(0.5)
    assert stage.t == pytest.approx(0.25), "still on the way back"
    assert stage.settings.play_seconds == 2.0
    assert stage.settings.play_repeat == "swing"


def test_even_speed_takes_over_as_soon_as_it_is_known(stage, engine):
    stage.motion.set_even(True)
    stage.controller.start_morph(1, 2)
    path = stage.session.player.path
    assert path is not None
    stage.motion.play()
    radii = []
    for _ in range(10):
        stage.step(0.2)
        mesh = stage.session.document.active_entry.shape
        radii.append(np.linalg.norm(mesh.vertices, axis=1).mean())
        assert stage.t == pytest.approx(path.position(len(radii) / 10), abs=1e-9)
    grown = np.diff(radii) / (radii[-1] - radii[0])
    assert grown.max() < 1.35 / 9
    stage.controller.undo()
    stage.controller.undo()
    assert stage.session.player.path is None, "it belongs to an interpolation"


def test_a_timetable_that_comes_late_does_not_move_the_shape(stage, engine, monkeypatch):
    kept = []
    submit = stage.bench.submit

    def hold(lane, work, handlers: Handlers):
        if "way" in handlers.title:
            kept.append((lane, work, handlers))
            return None
        return submit(lane, work, handlers)

    monkeypatch.setattr(stage.bench, "submit", hold)
    stage.motion.set_even(True)
    stage.motion.play()
    stage.step(1.0)
    assert stage.t == pytest.approx(0.5)
    for held in kept:  # the way, which asks for its timetable, which is held in turn
        submit(*held)
    assert len(kept) == 2
    assert stage.session.player.path is not None
    stage.step(0.0)
    assert stage.t == pytest.approx(0.5, abs=1e-9)


def test_the_way_is_the_one_that_the_model_knows(stage, engine, monkeypatch):
    def bent(a, b, progress=None):
        middle = np.add(a.values, b.values) / 2 + 0.125
        return LatentPath(a.model, np.array([a.values, middle, b.values]))

    monkeypatch.setattr(engine, "latent_path", bent)
    stage.controller.start_morph(1, 2)
    morph = stage.session.document.morph
    stage.controller.set_morph(0.5)
    straight = np.add(morph.start.values, morph.end.values) / 2
    assert stage.session.document.active_entry.latent.values == pytest.approx(straight + 0.125)
    stage.motion.play()
    stage.step(0.5)  # of two seconds
    assert stage.t == pytest.approx(0.75)
    expected = (straight + 0.125 + morph.end.values) / 2
    assert stage.session.document.active_entry.latent.values == pytest.approx(expected)
    stage.step(5.0)
    assert stage.session.document.active_entry.latent == morph.end
    stage.controller.start_morph(2, 1)  # another way
    stage.controller.set_morph(0.5)
    assert stage.session.document.active_entry.latent.values == pytest.approx(straight + 0.125)


def test_nothing_to_play(qapp, engine):
    stage = Stage(engine, Settings())
    stage.controller.new_session()
    assert not stage.motion.possible
    stage.motion.play()
    assert not stage.session.player.playing
