"""What moves, with the true program: playing from A to B, edits in the midst of a drag, and hours of use in small."""

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.soak import Soak


def surface_model(d):
    return next(info.id for info in d.session.models if info.output == "surface")


@pytest.fixture
def pair(opened):
    """Two training shapes of one model."""
    d = opened
    model = surface_model(d)
    d.controller.start_from(model, 0)
    d.controller.set_active("b")
    d.controller.start_from(model, 1)
    d.controller.set_active("a")
    d.calm()
    return d


def drag(d, values):
    track = d.tracks()[0]
    d.press(track, float(values[0]))
    for value in values:
        d.move(track, float(value))
    return track


def test_space_plays_from_a_to_b_and_escape_ends_it(pair):
    d = pair
    d.controller.motion.set_repeat("swing")
    d.controller.motion.set_seconds(1.0)
    position, renders = d.session.position, d.viewport.renders
    QTest.keyClick(d.window, Qt.Key.Key_Space)
    assert d.session.player.playing
    shapes = set()
    d.until(lambda: shapes.add(id(d.document.active_entry.shape)) or len(shapes) > 4)
    assert d.viewport.renders - renders >= 3, "each is painted"
    QTest.keyClick(d.window, Qt.Key.Key_Escape)
    assert not d.session.player.playing
    d.calm()
    entry = d.document.active_entry
    assert entry.shown == entry.latent
    assert d.session.position == position + 2, "beginning is a step, playing another"
    d.command("edit.undo")
    d.command("edit.undo")
    assert d.document.morph is None
    d.calm()


def test_the_timings_cost_the_scene_no_paint(pair):
    d = pair
    renders = d.viewport.renders
    d.command("view.timing")
    assert d.window.stage.timing.isVisible()
    d.until(lambda: d.window.stage.timing.figures.stall is not None)
    assert d.viewport.renders == renders
    d.command("view.timing")
    assert not d.window.stage.timing.isVisible()
    assert not d.studio.settings.show_timing


def test_another_model_in_the_midst_of_a_drag(pair):
    d = pair
    first, other = d.side("a").id, [i.id for i in d.session.models if i.id != d.side("a").model]
    track = drag(d, np.linspace(0, 1, 6))
    d.controller.start_from(other[0], "mean")
    d.calm()
    entry = d.side("a")
    assert entry.model == other[0]
    assert entry.shown == entry.latent
    old = d.document.entry(first)
    assert old.latent is not None
    d.controller.show(first, "a")  # what was dragged last is shown again, at the last value
    d.calm()
    entry = d.side("a")
    assert entry.shown == entry.latent == old.latent
    assert track is not None


def test_undo_in_the_midst_of_a_drag(pair):
    d = pair
    before = d.side("a")
    track = drag(d, np.linspace(0, 1, 6))
    d.command("edit.undo")
    assert d.side("a").latent == before.latent
    assert d.side("a").shape is before.shape, "what comes late belongs to another code"
    d.calm()
    assert d.side("a").shape is before.shape
    d.release(track, 1.0)
    d.calm()
    entry = d.side("a")
    assert entry.shown == entry.latent


def test_the_first_picture_of_a_drag_is_never_cancelled_and_one_paint_is_on_its_way(pair):
    d = pair
    painted, applied = [], []
    d.viewport.painted.connect(lambda _: painted.append(d.side("a").shown))
    d.session.events.document.connect(lambda document: applied.append(document.side("a").shape) if document.side("a") else None)
    renders = d.viewport.renders
    track = drag(d, np.linspace(0, 0.2, 3))
    moves = 0

    def moved_on():
        nonlocal moves
        moves += 1
        d.move(track, 0.2 + 0.8 * (moves % 100) / 100)  # a request every few milliseconds, faster than shapes come
        return len(painted) > 2

    d.until(moved_on)
    d.release(track, 1.0)
    d.calm()
    changes = len({id(shape) for shape in applied})
    assert d.viewport.renders - renders <= changes + 1
    assert d.side("a").shown == d.side("a").latent


def test_close_while_it_plays(pair):
    d = pair
    QTest.keyClick(d.window, Qt.Key.Key_Space)
    shape = d.document.active_entry.shape
    d.until(lambda: d.document.active_entry.shape is not shape)
    d.window.close()
    assert d.studio.close(timeout=30.0)
    assert not [t.name for t in threading.enumerate() if t.name in {"preview", "work"}]


def test_hours_of_use_in_small(opened, monkeypatch):
    d = opened
    monkeypatch.setattr("studio.soak.SETTLED_LEVELS", (25, 49))  # as the driver has it
    d.controller.start_from(surface_model(d), 0)
    d.calm()
    d.controller.pin("b")
    d.controller.set_active("a")
    d.calm()
    outcome = Soak(d.studio).run(events=300, switches=6, warm=1)
    assert outcome.events == 300
    assert outcome.switches == 6
    assert outcome.missed == []
    assert outcome.stale == []
