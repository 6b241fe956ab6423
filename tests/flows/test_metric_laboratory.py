"""The metric laboratory in the true window: what is said follows a drag, and settles to what the command line prints."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.cli.program import OK, run
from studio.measure_text import value_text


def latent_model(d):
    """A model whose surface is decoded from a code."""
    return next((i.id for i in d.session.models if i.method == "deepsdf"), d.session.models[0].id)


def beside(d, cube):
    """The mean of a model in A, a cube in B, both measured."""
    d.controller.start_from(latent_model(d), "mean")
    d.until(lambda: d.side("a") is not None and d.side("a").settled)
    d.drop(cube)
    d.until(lambda: d.side("b") is not None)
    d.controller.set_active("a")
    d.calm()
    return d


@pytest.fixture
def pair(opened, cube):
    return beside(opened, cube)


def drag(d, values, held=lambda: None):
    """Move the first slider through `values` with the mouse; `held` is called before it is let go."""
    track = d.tracks()[0]
    d.press(track, 0.0)
    for value in values:
        d.move(track, float(value))
    held()
    assert track.dragging
    d.release(track, float(values[-1]))
    d.calm()


def shown_numbers(d):
    """Metric -> what the panel writes."""
    return {metric: readout.value.text() for metric, readout in d.window.measure.readouts.items()}


def matched(d):
    """The matching of what is shown is there."""
    transport = d.session.transport
    fine = transport is not None and not transport.stale and not transport.live
    return fine and transport.a_shape is d.side("a").shape and transport.b_shape is d.side("b").shape


def hover(widget, x, y):
    """The mouse comes to a place with no button pressed."""
    none, place = Qt.MouseButton.NoButton, QPointF(x, y)
    moved = QMouseEvent(QEvent.Type.MouseMove, place, widget.mapToGlobal(place), none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, moved)


def pixel_on(d, side):
    """A pixel of the view under which the shape of a side lies, near the middle of its half."""
    view = d.viewport.widget
    middle = view.width() * (0.25 if side == "a" else 0.75)
    for ring in range(0, 200, 8):
        for dx, dy in ((0, ring), (0, -ring), (ring, 0), (-ring, 0), (ring, ring), (-ring, -ring)):
            place = (middle + dx, view.height() / 2 + dy)
            hit = d.viewport.hit(*place)
            if hit is not None and hit.side == side:
                return QPoint(round(place[0]), round(place[1]))
    raise AssertionError(f"nothing of {side} is to be seen")


def printed(d, capsys, tmp_path, *more):
    """What `shape-engine compare` says of the exported shapes: metric -> (value, floor) as printed."""
    paths = {side: tmp_path / f"{side}.ply" for side in "ab"}
    for side, path in paths.items():
        d.controller.export_shape(d.side(side).id, path)
        d.until(path.is_file)
    d.calm()
    presets = [word for metric in d.session.lab.metrics for word in ("--preset", metric)]
    capsys.readouterr()
    assert run(["compare", str(paths["b"]), str(paths["a"]), "--as-is", "--floor", *presets, *more]) == OK
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("a.ply")]
    return {words[1]: (words[2], words[3]) for words in lines}


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_settled_numbers_are_those_of_the_command_line(true_driver, cube, capsys, tmp_path):
    """With the product's own levels and numbers of points, after a drag, to the last digit printed."""
    d = true_driver
    d.controller.start()
    d.ready()
    beside(d, cube)
    before = shown_numbers(d)
    drag(d, np.linspace(0.1, 1.2, 6))
    d.controller.set_display("matching")
    d.until(lambda: matched(d))
    d.calm()
    said = printed(d, capsys, tmp_path)
    taken = {m.metric: m for m in d.session.measured.comparison.measurements}
    assert set(said) == set(taken) == set(d.session.lab.metrics)
    for metric, (value, floor) in said.items():
        assert f"{taken[metric].value:.6g}" == value, metric
        assert floor.startswith(f"{taken[metric].floor:.6g}"), metric
        assert not taken[metric].approximate
        assert shown_numbers(d)[metric] == value_text(float(value), taken[metric].better), "no sign of approximation"
    assert shown_numbers(d) != before
    assert f"{d.session.transport.match.measurement.value:.6g}" == said["emd"][0], (
        "the matching that plays is the one that was measured"
    )


def test_numbers_and_colours_follow_a_drag(pair):
    d = pair
    d.command("view.error")
    d.until(lambda: d.session.measured is not None and d.session.measured.comparison.a_to_b is not None)
    d.calm()
    first, words = d.session.measured, shown_numbers(d)
    seen = []
    d.session.events.measured.connect(lambda m: seen.append(m) if m is not None else None)

    def follows():
        d.until(lambda: any(m.live and not m.stale and m.a_shape is not first.a_shape for m in seen))
        live = next(m for m in reversed(seen) if m.live and not m.stale)
        assert len(live.comparison.a_to_b) == len(live.a_shape.vertices), "colours belong to the shape that was measured"
        d.until(lambda: d.window.measure.aside.text() == "live" or d.session.measured.stale)
        assert all(text.startswith("≈") or text == "–" for text in shown_numbers(d).values()), shown_numbers(d)
        assert len(d.viewport._scene.values("a")) == len(d.side("a").shape.vertices)

    drag(d, np.linspace(0.1, 1.0, 8), follows)
    last = d.session.measured
    assert last.a_shape is d.side("a").shape
    np.testing.assert_array_equal(d.viewport._scene.values("a"), last.comparison.a_to_b)
    np.testing.assert_array_equal(d.viewport._scene.values("b"), last.comparison.b_to_a)
    assert d.window.measure.aside.text() == "settled"
    assert shown_numbers(d) != words
    line = d.window.measure.readouts["onet_l1"].line
    assert len(line.values()) >= 3
    d.controller.show(d.side("b").id, "a")  # another pair: the course begins anew
    d.calm()
    assert len(line.values()) <= 2


# --- the hand over the view ------------------------------------------------------------------------------------------


def test_hover_click_and_escape(pair):
    d = pair
    d.command("view.error")
    d.until(lambda: d.session.measured is not None and d.session.measured.comparison.a_to_b is not None)
    d.calm()
    view, stage = d.viewport.widget, d.window.stage
    for side, values in (("a", "a_to_b"), ("b", "b_to_a")):
        place = pixel_on(d, side)
        hover(view, place.x(), place.y())
        hit = d.viewport.hit(place.x(), place.y())
        words = f"{value_text(hit.value)} to {'B' if side == 'a' else 'A'}"
        d.until(lambda words=words: stage.tag.isVisible() and stage.tag.label.text() == words)
        measured = getattr(d.session.measured.comparison, values)
        assert measured.min() <= hit.value <= measured.max()
    hover(view, 3, 3)
    d.until(lambda: not stage.tag.isVisible())

    place = pixel_on(d, "a")
    plain = d.pixels()
    hit = d.viewport.hit(place.x(), place.y())
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    d.until(lambda: d.session.probe is not None and d.session.probe.partner is not None)
    probe = d.session.probe
    np.testing.assert_allclose(probe.point, hit.point, atol=1e-6)
    face = np.abs(d.side("b").shape.vertices).max()
    assert np.abs(probe.partner).max() == pytest.approx(face, abs=1e-4), "it lies on the cube"
    assert value_text(probe.distance) in stage.partner.words.text()
    change = np.abs(d.pixels() - plain).max(axis=2) > 40
    half = view.width() // 2
    assert change[:, :half].any()
    assert change[:, half:].any(), "the pair is marked in both views"
    QTest.keyClick(d.window, Qt.Key.Key_Escape)
    assert d.session.probe is None
    assert not stage.partner.isVisible()
    np.testing.assert_array_equal(d.pixels(), plain)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=place)
    d.until(lambda: d.session.probe is not None)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(4, view.height() // 2))
    assert d.session.probe is None, "a click on the background"


def test_the_scale_is_shared_and_its_end_can_be_dragged(pair):
    d = pair
    d.command("view.error")
    d.until(lambda: d.session.measured is not None and d.session.measured.comparison.a_to_b is not None)
    d.calm()
    scale = d.window.measure.scale
    d.until(scale.isVisible)
    _, high = d.viewport._scene.limits
    before = d.pixels()
    bar = scale.bar
    start, end = (QPoint(round(bar.x_of(x * high)), bar.height() // 2) for x in (1.0, 0.4))
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(bar, end)
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=end)
    assert d.viewport._scene.limits[1] == pytest.approx(0.4 * high, rel=0.05)
    change = np.abs(d.pixels() - before).max(axis=2) > 12
    half = d.viewport.widget.width() // 2
    assert change[:, :half].any()
    assert change[:, half:].any()
    d.until(scale.automatic.isEnabled)
    scale.automatic.click()
    assert d.viewport._scene.limits == (0.0, high)
    np.testing.assert_array_equal(d.pixels(), before)


# --- the matching ----------------------------------------------------------------------------------------------------


def test_play_the_matching(pair):
    d = pair
    d.command("view.matching")
    d.until(lambda: matched(d))
    bar = d.window.stage.transport
    assert bar.isVisible()
    match = d.session.transport.match
    begin = d.pixels()
    bar.play.click()
    d.until(lambda: d.session.transport.time > 0.3)
    assert bar.playing
    bar.play.click()
    assert not bar.playing
    time = d.session.transport.time
    assert d.viewport._scene.time == time
    half = d.viewport.widget.width() // 2
    change = np.abs(d.pixels() - begin).max(axis=2) > 30
    assert change[:, :half].any(), "the points of A are on their way"
    bar.slider.setValue(bar.slider.maximum())
    assert d.session.transport.time == 1.0
    place = pixel_on(d, "a")
    hit = d.viewport.hit(place.x(), place.y())
    np.testing.assert_array_equal(hit.point, match.end[hit.index].astype(float), "arrived: A's points lie on B's samples")
    QTest.mouseClick(d.viewport.widget, Qt.MouseButton.LeftButton, pos=place)
    assert d.session.probe.matched
    np.testing.assert_array_equal(d.session.probe.partner, match.end[hit.index])
    bar.play.click()
    d.command("view.solid")
    assert not bar.isVisible()
    assert not bar.playing, "what nobody sees does not play"


def test_the_matching_follows_a_drag(pair):
    d = pair
    d.command("view.matching")
    d.until(lambda: matched(d))
    first = d.session.transport
    d.controller.lab.move_transport(0.5)
    drag(d, np.linspace(0.1, 1.0, 8), lambda: d.until(lambda: d.session.transport.a_shape is not first.a_shape))
    d.until(lambda: matched(d))
    assert d.session.transport.time == 0.5, "where the points are on their way is the user's choice"
    match = d.session.transport.match
    np.testing.assert_array_equal(d.viewport._scene.flow.end, match.end)
    lengths = np.linalg.norm(match.end.astype(float) - match.start, axis=1)
    np.testing.assert_allclose(match.lengths, lengths, atol=1e-6)
    emd = next(m for m in d.session.measured.comparison.measurements if m.metric == "emd")
    if emd.points == len(match.lengths):
        assert f"{match.measurement.value:.6g}" == f"{emd.value:.6g}"


def test_cancel_a_matching_and_ask_again(pair, monkeypatch):
    """The matching runs until it is told to stop; the window lives meanwhile."""
    import threading

    d = pair
    true, began = d.studio.engine.match, threading.Event()

    def slow(request, progress):
        began.set()
        while True:
            progress.check()
            threading.Event().wait(0.005)

    monkeypatch.setattr(d.studio.engine, "match", slow)
    d.command("view.matching")
    d.until(began.is_set)
    d.until(lambda: d.window.jobs.stop_button.isVisible())
    QTest.mouseClick(d.window.jobs.stop_button, Qt.MouseButton.LeftButton)
    d.until(lambda: not d.session.jobs)
    assert d.session.transport is None
    assert d.window.stage.transport.badge.text() == "not matched"
    monkeypatch.setattr(d.studio.engine, "match", true)
    QTest.mouseClick(d.window.stage.transport.refresh, Qt.MouseButton.LeftButton)
    d.until(lambda: matched(d))


# --- several shapes, and files ---------------------------------------------------------------------------------------


def test_a_table_of_several_shapes_and_its_files(pair, tmp_path):
    d = pair
    reference = d.side("b")
    d.controller.start_from(latent_model(d), 3)
    d.calm()
    d.command("measure.table")
    dialog = d.window.actions_.measuring.table
    assert dialog.reference.currentData() == reference.id
    others = [e.id for e in d.document.entries if e.id != reference.id]
    QTest.mouseClick(dialog.run, Qt.MouseButton.LeftButton)
    d.until(lambda: d.session.table is not None and d.session.table.job is None and len(d.session.table.rows) == len(others))
    d.calm()
    state = len(d.session.lab.metrics) + 1
    d.until(lambda: all(dialog.table.cell(key, state).text == "measured" for key in others))  # the dialog shows rows calmly
    for row, metric in enumerate(d.session.lab.metrics, start=1):
        panel = next(m for m in d.session.measured.comparison.measurements if m.metric == metric)
        cell = dialog.table.cell(d.side("a").id, row)
        assert cell.text.removeprefix("≈ ") == value_text(panel.value, panel.better), "table and panel agree"
        assert cell.note
    dialog.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    values = [dialog.table.cell(key, 1).sort for key in dialog.table.order()]
    assert values == sorted(values)

    paths = {kind: tmp_path / f"表 1.{kind}" for kind in ("csv", "json", "png")}
    for path in paths.values():
        d.controller.lab.export_table(path)
        d.until(path.is_file)
    d.calm()
    with paths["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    document = json.loads(paths["json"].read_text(encoding="utf-8"))
    assert len(rows) == len(document["measurements"]) == len(others) * len(d.session.lab.metrics)
    for row in rows:
        taken = next(r for r in d.session.table.rows.values() if d.document.entry(r.entry).name == row["shape"])
        measurement = next(m for m in taken.comparison.measurements if m.metric == row["metric"])
        assert float(row["value"]) == measurement.value
        assert (row["convention"], int(row["points"])) == (measurement.convention, measurement.points)
        assert (row["reference"], row["align"], row["seed"]) == (reference.name, "none", "0")
        assert row["version"]
    from PIL import Image

    from studio.report_picture import KEY

    with Image.open(paths["png"]) as picture:
        assert json.loads(picture.text[KEY]) == document

    drag(d, np.linspace(0.1, 1.0, 4))
    state = len(d.session.lab.metrics) + 1
    d.until(lambda: dialog.table.cell(d.side("a").id, state).text == "stale")
    assert dialog.table.cell(next(i for i in others if i != d.side("a").id), state).text == "measured"
    dialog.close()
