"""The window of the table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.api import Comparison, Frame, Measurement
from studio.document import Entry
from studio.lab import Table, TableRow
from studio.table_dialog import TableDialog


def numbers(chamfer: float, score: float) -> Comparison:
    return Comparison(
        (
            Measurement("onet_l1", "Chamfer-L1", chamfer, "…", 100_000, Frame.UNIT_CUBE, "lower", 0.01),
            Measurement("emd", "EMD", 2 * chamfer, "…", 1024, Frame.UNIT_CUBE, "lower"),
            Measurement("f_score", "F-score", score, "…", 100_000, Frame.UNIT_CUBE, "higher", 0.99),
        )
    )


@pytest.fixture
def dialog(qtbot, themed, ready_session, recorder, ball):
    session = ready_session
    session.document = session.document.with_entry(Entry(3, "stool", "file", "file · 10 faces", ball, settled=True))
    made = TableDialog(session, recorder)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def fill(session, **more) -> None:
    document = session.document
    rows = {i: TableRow(i, document.entry(i).shape, numbers(*v)) for i, v in {1: (0.02, 0.5), 3: (0.05, 0.7)}.items()}
    session.table = Table(2, document.entry(2).shape, session.lab.how, 1, rows, **more)


def test_the_reference_is_b_and_every_other_shape_is_a_row(dialog, recorder) -> None:
    assert dialog.reference.currentData() == 2
    assert dialog.table.order() == [1, 3]
    assert dialog.table.cell(1, 4).text == "not measured"
    assert not dialog.save.isEnabled()
    dialog.run.click()
    recorder.lab.compare_all.assert_called_once_with(2)


def test_numbers_come_with_their_floor_and_the_best_stands_out(dialog, ready_session) -> None:
    fill(ready_session)
    dialog.refresh()
    cell = dialog.table.cell(1, 1)
    assert (cell.text, cell.note, cell.best, cell.muted) == ("0.0200", "2.0× floor", True, False)
    assert dialog.table.cell(3, 3).best, "a higher F-score is better"
    assert not dialog.table.cell(1, 3).best
    assert dialog.table.cell(1, 4).text == "measured"
    assert dialog.save.isEnabled()


def test_rows_say_when_they_are_stale(dialog, ready_session) -> None:
    fill(ready_session)
    stool = ready_session.document.entry(3)
    other = ready_session.document.entry(2).shape
    ready_session.document = ready_session.document.with_entry(replace(stool, shape=other))
    dialog.refresh()
    assert dialog.table.cell(3, 4).text == "stale"
    assert dialog.table.cell(3, 1).muted
    assert dialog.table.cell(1, 4).text == "measured"
    assert not dialog.table.cell(1, 1).best, "there is nothing left to compare it with"


def test_another_reference_has_no_numbers_yet(dialog, ready_session) -> None:
    fill(ready_session)
    dialog.refresh()
    dialog.reference.setCurrentIndex(dialog.reference.findData(1))
    dialog.reference.activated.emit(0)
    assert dialog.table.order() == [2, 3]
    assert dialog.table.cell(3, 1).text == "–"
    assert not dialog.save.isEnabled()


def test_while_it_measures_it_can_be_stopped(dialog, ready_session, recorder) -> None:
    fill(ready_session, job=9)
    dialog.refresh()
    assert dialog.run.text() == "Stop"
    dialog.run.click()
    recorder.lab.cancel_table.assert_called_once_with()


def test_other_measures_are_other_columns(dialog, ready_session) -> None:
    fill(ready_session)
    ready_session.lab = replace(ready_session.lab, metrics=("emd", "hausdorff"))
    dialog.refresh()
    assert [title for title, _ in dialog.table._model.head] == ["Shape", "EMD", "Hausdorff", "State"]
    assert dialog.table.cell(1, 2).text == "–"
    assert dialog.table.cell(1, 3).text == "incomplete"


def test_a_double_click_shows_the_shape_beside_the_reference(dialog, recorder) -> None:
    dialog.table.selectRow(1)
    dialog.table.doubleClicked.emit(dialog.table.currentIndex())
    assert [call.args for call in recorder.show.call_args_list] == [(2, "b"), (3, "a")]


def test_a_closed_table_hears_nothing(dialog, ready_session) -> None:
    dialog.close()
    fill(ready_session)
    assert dialog.table.cell(1, 4).text == "not measured"
