"""Undo: what comes back, what merges, what is forgotten."""

from dataclasses import replace

import numpy as np

from engine.api import Latent, Mesh
from studio.document import Document, Entry
from studio.history import KEEP_HIDDEN, KEEP_SURFACES, LIMIT, History
from studio.session import Session

TRIANGLE = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))


def entry(entry_id, value, shape=None):
    latent = Latent("m", (float(value),))
    return Entry(
        entry_id, f"e{entry_id}", "latent", latent=latent, shown=latent if shape else None, shape=shape, settled=bool(shape)
    )


def test_undo_and_redo_bring_back_the_very_documents():
    session = Session()
    history = History(session)
    first = session.document
    second = first.with_entry(entry(1, 0))
    third = second.with_entry(entry(2, 0))
    history.commit("add 1", second)
    history.commit("add 2", third)
    assert session.history == ("add 1", "add 2")
    history.undo()
    assert session.document is second
    history.undo()
    assert session.document is first
    assert not history.can_undo
    history.undo()
    assert session.document is first
    history.redo()
    history.redo()
    assert session.document is third
    assert not history.can_redo


def test_a_new_step_forgets_what_was_undone():
    session = Session()
    history = History(session)
    history.commit("one", session.document.with_entry(entry(1, 0)))
    history.commit("two", session.document.with_entry(entry(2, 0)))
    history.undo()
    history.commit("three", session.document.with_entry(entry(3, 0)))
    assert session.history == ("one", "three")
    assert not history.can_redo


def test_a_drag_is_one_step_and_the_next_drag_another():
    session = Session()
    history = History(session)
    start = session.document.with_entry(entry(1, 0))
    history.commit("start", start)
    for value in range(1, 50):
        history.commit("PC 1", session.document.with_entry(entry(1, value)), merge="slide 1")
    history.end_merge()
    for value in range(50, 60):
        history.commit("PC 1", session.document.with_entry(entry(1, value)), merge="slide 1")
    assert session.history == ("start", "PC 1", "PC 1")
    history.undo()
    assert session.document.entry(1).latent.values == (49.0,)
    history.undo()
    assert session.document is start


def test_results_change_the_present_without_a_step():
    session = Session()
    history = History(session)
    history.commit("start", session.document.with_entry(entry(1, 0)))
    settled = session.document.with_entry(entry(1, 0, TRIANGLE))
    history.amend(settled)
    assert session.history == ("start",)
    history.undo()
    history.redo()
    assert session.document is settled


def test_memory_is_bounded_and_files_keep_their_shape():
    session = Session()
    history = History(session)
    file = Entry(1, "file", "file", shape=TRIANGLE, settled=True)
    history.commit("open", session.document.with_entry(file))
    for value in range(LIMIT + 30):
        shape = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))
        history.commit("move", session.document.with_entry(entry(2, value, shape)))
    assert len(session.history) == LIMIT - 1
    history.go_to(session.position - KEEP_SURFACES - 5)
    old = session.document
    assert old.entry(2).shape is None
    assert not old.entry(2).settled
    assert old.entry(2).latent is not None
    assert old.entry(1).shape is TRIANGLE


def test_a_surface_that_is_still_known_comes_along_to_a_distant_step():
    session = Session()
    history = History(session)
    beside = entry(1, 0, TRIANGLE)
    history.commit("start", session.document.with_entry(beside).with_side("b", 1))
    for value in range(KEEP_SURFACES + 5):
        shape = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))
        history.commit("move", session.document.with_entry(entry(2, value, shape)).with_side("a", 2))
    history.go_to(2)
    assert session.document.entry(2).shape is None, "its surface was of another code"
    assert session.document.entry(1).shape is TRIANGLE
    assert session.document.entry(1).settled


def test_walking_back_holds_no_more_surfaces_than_walking_forward():
    session = Session()
    history = History(session)
    for value in range(60):
        shape = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))
        history.commit("move", session.document.with_entry(entry(1, value, shape)).with_side("a", 1))
    for _ in range(50):
        history.undo()
        value = session.document.entry(1).latent.values[0]
        shape = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))
        history.amend(session.document.with_entry(entry(1, value, shape)))  # decoded again
    held = [step.document.entry(1).shape is not None for step in history._steps if step.document.entries]
    assert sum(held) <= 2 * KEEP_SURFACES + 1


def test_shapes_that_nobody_sees_give_their_surfaces_back():
    session = Session()
    history = History(session)
    file = Entry(1, "file", "file", shape=TRIANGLE, settled=True)
    history.commit("open", session.document.with_entry(file))
    for number in range(2, 40):
        shape = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32))
        history.commit("start", session.document.with_entry(entry(number, number, shape)).with_side("a", number))
    held = [e.id for e in session.document.entries if e.shape is not None]
    assert held == [1, *range(39 - KEEP_HIDDEN, 40)]
    assert session.document.entry(2).latent.values == (2.0,), "its code stays, so it can be decoded again"


def test_removing_an_entry_empties_the_views_that_showed_it():
    document = Document().with_entry(entry(1, 0)).with_entry(entry(2, 0)).with_side("a", 1).with_side("b", 2)
    document = replace(document, active="b")
    left = document.without_entry(2)
    assert left.b is None
    assert left.a == 1
    assert left.active_entry is None
    assert left.next_id == 3
