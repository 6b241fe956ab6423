"""The timing board says what the session says, and paints no picture by itself."""

from dataclasses import replace

import pytest

from engine.sentences import Sentence
from studio.session import Performance, Session
from studio.theme import DARK, LIGHT, contrast
from studio.timing import Timing
from studio.viewport.stage import MARGIN, Stage
from studio.viewport.view import NullViewport
from studio.widgets.timing_board import LINE, Frame, TimingBoard, colours_of


@pytest.fixture
def board(qtbot, themed):
    session, viewport = Session(), NullViewport()
    stage = Stage(viewport)
    qtbot.addWidget(stage)
    stage.resize(700, 420)
    stage.show()
    timing = Timing(session, viewport, stage.timing)
    yield session, viewport, stage, timing
    timing.stop()


def test_it_says_what_the_last_result_took(board):
    session, viewport, stage, timing = board
    session.device = Sentence("CPU, {count} threads", count=2)
    session.performance = Performance(65, False, 31.25, 4.04, 2.5, 11.0, 18.4, 1)
    timing.show(True)
    viewport.painted.emit(12.0)
    session.performance = replace(session.performance, paint_ms=12.0)
    timing.read()
    rows = dict(stage.timing.rows())
    assert rows["decode"] == "31.2 ms"
    assert rows["mesh"] == "4.0 ms"
    assert rows["GUI"] == "2.5 ms"
    assert rows["paint"] == "12.0 ms"
    assert rows["metrics"] == "18 ms"
    assert rows["pictures a second"] == "1"
    figures = stage.timing.figures
    assert (figures.level, figures.behind, figures.device) == ("64³ preview", 1, "CPU, 2 threads")
    assert stage.timing.frames == (Frame(31.25, 4.04, 2.5, 12.0),)
    assert stage.timing.frames[0].total == pytest.approx(49.79)


def test_a_turn_of_the_camera_is_a_picture_without_a_decode(board):
    session, viewport, stage, timing = board
    session.performance = Performance(65, True, 30.0, 4.0, 2.0, 10.0)
    timing.show(True)
    viewport.painted.emit(10.0)
    viewport.painted.emit(9.0)
    timing.read()
    assert [frame.total for frame in stage.timing.frames] == [46.0, 9.0]


def test_it_measures_and_paints_only_while_it_is_shown(board, qtbot):
    _, viewport, stage, timing = board
    viewport.painted.emit(10.0)
    assert not timing._frames
    assert not stage.timing.isVisible()
    timing.show(True)
    assert stage.timing.isVisible()
    qtbot.waitUntil(lambda: stage.timing.figures.stall is not None, timeout=5000)
    applied = viewport.applied
    timing.show(False)
    assert viewport.applied == applied, "the scene is not painted for it"
    assert not timing.on
    beats = len(timing._heart.beats)
    qtbot.wait(50)
    assert len(timing._heart.beats) == beats


def test_the_same_numbers_are_not_painted_again(board, qtbot):
    _, _, stage, timing = board
    timing.show(True)
    timing.stop()
    qtbot.waitUntil(lambda: stage.timing.paints > 0, timeout=5000)
    shown, paints = stage.timing.figures, stage.timing.paints
    for _ in range(5):
        stage.timing.show_figures(replace(shown), ())
    qtbot.wait(50)
    assert stage.timing.paints == paints


def test_it_lies_below_the_names_of_the_sides(board):
    _, _, stage, timing = board
    timing.show(True)
    stage.arrange()
    place = stage.timing.geometry()
    assert place.top() >= MARGIN + 32
    assert place.right() <= stage.width() - MARGIN
    assert not any(place.intersects(chip.geometry()) for chip in stage.chips.values())


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_parts_can_be_told_from_the_board_in_both_themes(theme):
    assert all(contrast(tone, theme.panel) >= 2.3 for tone in colours_of(theme))
    assert len(set(colours_of(theme))) == 4


def test_bars_stay_inside_the_graph_however_long_a_picture_takes(qtbot, themed):
    board = TimingBoard()
    qtbot.addWidget(board)
    board.resize(board.sizeHint())
    board.frames = (Frame(20 * LINE, 0, 0, 0), Frame(10, 1, 1, 1))
    image = board.grab().toImage()
    column = board.width() - 10 - 3  # the last bar but one
    tone = DARK.a
    painted = [y for y in range(board.height()) if image.pixelColor(column, y).name() == tone]
    assert painted, "the long bar is there"
    assert min(painted) >= board.height() - 10 - 44 - 1
