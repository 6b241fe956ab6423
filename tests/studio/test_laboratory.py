"""The verbs of the metric laboratory, with a real engine and lanes that run at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.api import CompareRequest
from studio.controller import Controller
from studio.session import Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench


class Bench:
    """Session and controller on inline lanes: every job has ended when a verb returns."""

    def __init__(self, engine, settings=None):
        self.session = Session()
        bench: Workbench
        bench = Workbench(self.session, Lanes.inline(), lambda item: bench.deliver(item))
        self.settings = settings or Settings()
        self.controller = Controller(self.session, engine, bench, self.settings)
        self.controller.start()
        self.lab = self.controller.lab


@pytest.fixture
def bench(qapp, engine, monkeypatch):
    monkeypatch.setattr("studio.measuring.SETTLED_POINTS", 512)
    monkeypatch.setattr("studio.decoding.SETTLED_LEVELS", (17, 33))
    return Bench(engine)


@pytest.fixture
def balls(bench):
    """Balls of radius .45 in A and .9 in B."""
    bench.controller.start_from("balls", 1)
    bench.controller.set_active("b")
    bench.controller.start_from("balls", 4)
    bench.controller.set_active("a")
    return bench


def test_measures_are_found_and_chosen(bench, engine) -> None:
    session, lab = bench.session, bench.lab
    known = [info.id for info in session.measures]
    assert known == list(engine.metric_names())
    assert session.lab.metrics == ("onet_l1", "emd", "f_score")
    lab.show_measure("hausdorff", True)
    assert set(session.lab.metrics) == {"onet_l1", "emd", "f_score", "hausdorff"}
    assert [m for m in known if m in session.lab.metrics] == list(session.lab.metrics), "in the order of the menu"
    for metric in ("onet_l1", "f_score", "hausdorff", "emd"):
        lab.show_measure(metric, False)
    assert session.lab.metrics == ("emd",), "the last one stays"
    lab.show_measure("no such measure", True)
    assert session.lab.metrics == ("emd",)


def test_choices_outlive_the_program_and_unknown_ones_do_not(bench, engine) -> None:
    bench.lab.show_measure("emd", False)
    bench.lab.choose_colour_map("viridis")
    again = Bench(engine, bench.settings)
    assert again.session.lab.metrics == ("onet_l1", "f_score")
    assert again.session.lab.colour_map == "viridis"
    other = Bench(engine, Settings(measures=("of another version",), colour_map="rainbow"))
    assert other.session.lab.metrics == ("onet_l1", "emd", "f_score")
    assert other.session.lab.colour_map == "cividis"


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.5, 0.5), (float("nan"), 1.0), (0.0, float("inf")), (0.2, 0.1)])
def test_limits_that_make_no_scale_are_refused(bench, low, high) -> None:
    bench.lab.set_limits(0.01, 0.2)
    bench.lab.set_limits(low, high)
    assert (bench.session.lab.low, bench.session.lab.high) == (0.01, 0.2)


# --- partners --------------------------------------------------------------------------------------------------------


def test_the_partner_of_a_point_lies_on_the_other_ball(balls) -> None:
    session = balls.session
    balls.controller.set_display("error")
    shape = session.document.side("a").shape
    point = shape.vertices[100].astype(float)
    balls.lab.pick("a", point, 100)
    probe = session.probe
    assert np.linalg.norm(probe.partner) == pytest.approx(0.9, abs=0.05)
    assert probe.distance == pytest.approx(session.measured.comparison.a_to_b[100], abs=1e-5), "as the colours say"
    cosine = probe.partner @ point / np.linalg.norm(probe.partner) / np.linalg.norm(point)
    assert cosine > 0.99, "concentric balls: the partner lies on the same ray"
    balls.lab.end_pick()
    assert session.probe is None


def test_the_partner_follows_the_other_shape_and_ends_with_its_own(balls) -> None:
    session = balls.session
    balls.controller.set_display("error")
    balls.lab.pick("a", session.document.side("a").shape.vertices[7].astype(float), 7)
    far = session.probe.distance
    balls.controller.set_active("b")
    balls.controller.set_sliders(session.spaces["balls"].training_values()[2], "typed")
    assert session.probe.distance < far / 2
    balls.controller.set_active("a")
    balls.controller.set_sliders(session.spaces["balls"].training_values()[0], "typed")
    assert session.probe is None


def test_another_display_forgets_the_point(balls) -> None:
    balls.controller.set_display("error")
    balls.lab.pick("a", np.array([0.0, 0.0, 0.45]), 0)
    balls.controller.set_display("solid")
    assert balls.session.probe is None


# --- the matching ----------------------------------------------------------------------------------------------------


def test_the_matching_is_that_of_the_settled_number(balls, engine) -> None:
    session = balls.session
    assert session.transport is None, "nobody has asked for it"
    balls.controller.set_display("matching")
    transport = session.transport
    a, b = (session.document.side(side).shape for side in "ab")
    want = engine.compare(CompareRequest(a, b, ("emd",))).measurements[0]
    assert not transport.live
    assert not transport.stale
    assert f"{transport.match.measurement.value:.6g}" == f"{want.value:.6g}"
    assert transport.match.measurement.bound is None
    assert len(transport.match.lengths) == want.points
    np.testing.assert_allclose(np.linalg.norm(transport.match.start, axis=1), 0.45, atol=0.06)
    np.testing.assert_allclose(np.linalg.norm(transport.match.end, axis=1), 0.9, atol=0.06)
    assert len(np.unique(transport.match.end, axis=0)) == want.points, "one to one"


def test_the_matching_follows_the_shape_and_keeps_its_place_in_time(balls) -> None:
    session = balls.session
    balls.controller.set_display("matching")
    before = session.transport
    balls.lab.move_transport(0.4)
    balls.controller.set_sliders(session.spaces["balls"].training_values()[3], "typed")
    after = session.transport
    assert after.a_shape is session.document.side("a").shape
    assert after.time == 0.4
    assert after.match.measurement.value < before.match.measurement.value / 2
    balls.lab.move_transport(7.0)
    assert session.transport.time == 1.0


def test_a_matching_out_of_sight_is_stale_until_it_is_looked_at(balls) -> None:
    session = balls.session
    balls.controller.set_display("matching")
    first = session.transport
    balls.controller.set_display("solid")
    assert not session.transport.stale
    balls.controller.set_sliders(session.spaces["balls"].training_values()[3], "typed")
    assert session.transport.stale
    assert session.transport.match is first.match
    balls.controller.set_display("matching")
    assert not session.transport.stale
    assert session.transport.match is not first.match


def test_other_samples_make_another_matching(balls) -> None:
    balls.controller.set_display("matching")
    first = balls.session.transport.match
    balls.lab.choose_seed(3)
    assert not np.array_equal(balls.session.transport.match.start, first.start)


def test_a_sample_has_its_partner_of_the_matching(balls) -> None:
    session = balls.session
    balls.controller.set_display("matching")
    match = session.transport.match
    for side, own, other in (("a", match.start, match.end), ("b", match.end, match.start)):
        balls.lab.pick(side, np.zeros(3), 5)
        assert session.probe.matched
        np.testing.assert_array_equal(session.probe.point, own[5])
        np.testing.assert_array_equal(session.probe.partner, other[5])
        assert session.probe.distance == match.lengths[5]


def test_without_two_shapes_there_is_no_matching(balls) -> None:
    balls.controller.set_display("matching")
    balls.controller.clear_side("b")
    assert balls.session.transport is None


def test_a_cancelled_matching_waits_until_it_is_asked_for_again(balls, engine, monkeypatch) -> None:
    from engine.progress import Cancelled

    def cancelled(request, progress):
        raise Cancelled

    monkeypatch.setattr(engine, "match", cancelled)
    balls.controller.set_display("matching")
    assert balls.session.transport is None
    monkeypatch.undo()
    balls.session.document = replace(balls.session.document, active="b")  # something else changes
    assert balls.session.transport is None
    balls.lab.match_again()
    assert balls.session.transport is not None


# --- several shapes --------------------------------------------------------------------------------------------------


@pytest.fixture
def three(balls):
    """A third ball, of radius .75, in the list only; the reference is the one in B."""
    document = balls.session.document
    balls.controller.start_from("balls", 3)
    balls.controller.show(document.a, "a")
    return balls, document.b


def test_all_shapes_are_measured_against_the_reference(three, engine) -> None:
    balls, reference = three
    session = balls.session
    balls.lab.compare_all(reference)
    table = session.table
    assert table.job is None
    assert set(table.rows) == {e.id for e in session.document.entries} - {reference}
    for row in table.rows.values():
        assert row.shape is session.document.entry(row.entry).shape
        request = CompareRequest(
            row.shape, session.document.entry(reference).shape, session.lab.metrics, points=512, floor=True
        )
        alone = engine.compare(request)
        for got, want in zip(row.comparison.measurements, alone.measurements, strict=True):
            assert got.metric == want.metric
            assert got.value == pytest.approx(want.value, abs=1e-12)
            assert got.floor == pytest.approx(want.floor, abs=1e-12), "the floor is that of the reference, in every row"
    values = {row.entry: row.comparison.measurements[0].value for row in table.rows.values()}
    assert values[1] > values[3], "the larger ball is nearer to the largest"


def test_the_settled_panel_and_the_table_say_the_same(three) -> None:
    balls, reference = three
    balls.lab.compare_all(reference)
    row = balls.session.table.rows[balls.session.document.a]
    panel = balls.session.measured.comparison.measurements
    assert [f"{m.value:.6g}" for m in row.comparison.measurements] == [f"{m.value:.6g}" for m in panel]


def test_each_row_knows_when_it_is_stale(three) -> None:
    balls, reference = three
    session = balls.session

    def stale():
        table = session.table
        return {k: table.stale(row, session.document, session.lab.how) for k, row in table.rows.items()}

    balls.lab.compare_all(reference)
    assert stale() == {1: False, 3: False}
    balls.controller.set_sliders(session.spaces["balls"].training_values()[0], "typed")  # moves the ball in A
    assert stale() == {1: True, 3: False}
    balls.controller.undo()
    assert stale() == {1: False, 3: False}
    balls.lab.choose_seed(5)
    assert stale() == {1: True, 3: True}
    balls.lab.choose_seed(0)
    balls.controller.set_active("b")
    balls.controller.set_sliders(session.spaces["balls"].training_values()[2], "typed")  # moves the reference
    assert stale() == {1: True, 3: True}


def test_surfaces_that_were_dropped_to_save_memory_are_measured_all_the_same(three) -> None:
    balls, reference = three
    session = balls.session
    balls.lab.compare_all(reference)
    before = {k: row.comparison.measurements[0].value for k, row in session.table.rows.items()}
    hidden = session.document.entry(3)
    bare = replace(hidden, shape=None, shown=None, settled=False)
    balls.controller.history.amend(session.document.with_entry(bare))
    table = session.table
    assert not any(table.stale(row, session.document, session.lab.how) for row in table.rows.values())
    balls.lab.compare_all(reference)
    assert {k: row.comparison.measurements[0].value for k, row in session.table.rows.items()} == pytest.approx(before)
    assert not session.table.rows[3].shape.is_empty


def test_a_cancelled_table_keeps_the_rows_it_has(three, engine, monkeypatch) -> None:
    from engine.progress import Cancelled

    balls, reference = three
    true, calls = engine.compare, []

    def compare(request, progress):
        calls.append(request)
        if len(calls) > 1:
            raise Cancelled
        return true(request, progress)

    monkeypatch.setattr(engine, "compare", compare)
    balls.lab.compare_all(reference)
    assert len(balls.session.table.rows) == 1
    assert balls.session.table.job is None
    assert balls.session.jobs == ()


# --- files -----------------------------------------------------------------------------------------------------------


def test_exported_numbers_are_those_of_the_panel(balls, tmp_path) -> None:
    import csv
    import json

    session = balls.session
    shown = {m.metric: m for m in session.measured.comparison.measurements}
    for kind in ("csv", "json", "png"):
        balls.lab.export_numbers(tmp_path / f"数 1.{kind}")
        assert session.notice.level == "info", session.notice
    with (tmp_path / "数 1.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    document = json.loads((tmp_path / "数 1.json").read_text(encoding="utf-8"))
    assert set(rows) == set(shown)
    for metric, measurement in shown.items():
        assert float(rows[metric]["value"]) == measurement.value
        assert rows[metric]["convention"] == measurement.convention
        assert int(rows[metric]["points"]) == measurement.points
    assert {m["metric"]: m["value"] for m in document["measurements"]} == {k: m.value for k, m in shown.items()}
    assert document["reference"] == session.document.side("b").name


def test_an_exported_table_marks_stale_rows_and_tells_twins_apart(three, tmp_path) -> None:
    import json

    balls, reference = three
    session = balls.session
    balls.controller.rename(3, session.document.entry(1).name)
    balls.lab.compare_all(reference)
    balls.controller.set_sliders(session.spaces["balls"].training_values()[0], "typed")
    path = tmp_path / "table.json"
    balls.lab.export_table(path)
    document = json.loads(path.read_text(encoding="utf-8"))
    stale = {m["shape"]: m["stale"] for m in document["measurements"]}
    assert stale == {"ball 0.45": True, "ball 0.45 (2)": False}


def test_a_file_that_cannot_be_written_is_a_notice(balls, tmp_path) -> None:
    balls.lab.export_numbers(tmp_path / "no such folder" / "a.csv")
    assert balls.session.notice.level == "error"
    assert "a.csv" in balls.session.notice.text
    balls.lab.export_numbers(tmp_path / "a.docx")
    assert "CSV" in balls.session.notice.text
    assert not (tmp_path / "a.docx").exists()
