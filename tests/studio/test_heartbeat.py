"""Stalls are gaps beyond the beat, without the paints inside them."""

import time

import pytest

from studio.heartbeat import Heartbeat, Watchdog, stalls


def test_even_beats_have_no_stall():
    assert stalls([0.0, 0.005, 0.010], 0.005, []) == pytest.approx([0.0, 0.0])


def test_a_gap_counts_beyond_the_interval():
    assert stalls([0.0, 0.1], 0.005, []) == pytest.approx([0.095])


def test_paints_are_excused_only_where_they_lie_in_the_gap():
    beats = [0.0, 0.1, 0.2, 0.3]
    paints = [(0.02, 0.05), (0.09, 0.12), (0.5, 0.6)]
    assert stalls(beats, 0.01, paints) == pytest.approx([0.05, 0.07, 0.09])


def test_never_negative():
    assert stalls([0.0, 0.1], 0.005, [(0.0, 0.1)]) == [0.0]


def test_fewer_than_two_beats():
    assert stalls([], 0.005, []) == stalls([1.0], 0.005, []) == []


def test_it_beats_and_notices_a_blocked_thread(qtbot):
    heart = Heartbeat(2)
    heart.start()
    qtbot.waitUntil(lambda: len(heart.beats) > 20)
    end = time.perf_counter() + 0.05
    while time.perf_counter() < end:
        pass  # the GUI thread is away
    count = len(heart.beats)
    qtbot.waitUntil(lambda: len(heart.beats) > count + 1)
    heart.stop()
    assert max(stalls(heart.beats, 0.002, [])) >= 0.045


def test_the_watchdog_names_who_is_silent_once(qtbot, caplog):
    watchdog = Watchdog(0.05)
    watchdog.start()

    def the_culprit():
        end = time.perf_counter() + 0.4
        while time.perf_counter() < end:
            pass

    the_culprit()
    watchdog.stop()
    said = [record.getMessage() for record in caplog.records if "has not answered" in record.getMessage()]
    assert len(said) == 1
    assert "the_culprit" in said[0]


def test_the_watchdog_says_nothing_while_the_window_answers(qtbot, caplog):
    watchdog, heart = Watchdog(5.0), Heartbeat(2)
    watchdog.start()
    heart.start()
    qtbot.waitUntil(lambda: len(heart.beats) > 20)
    heart.stop()
    watchdog.stop()
    assert not caplog.records
