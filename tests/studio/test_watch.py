"""Listening ends when it should, and refreshing is not too frequent."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject

from studio.session import Notice, Session
from studio.watch import Calm, Watch


def test_a_closed_watch_hears_nothing() -> None:
    session, heard = Session(), []
    watch = Watch()
    watch.on(session.events.notice, lambda: heard.append(1))
    session.notice = Notice("info", "a")
    watch.close()
    watch.close()
    session.notice = Notice("info", "b")
    assert heard == [1]


def test_calm_runs_at_once_and_then_waits(qtbot) -> None:
    parent, calls = QObject(), []
    calm = Calm(lambda: calls.append(1), parent, 60)
    for _ in range(20):
        calm()
    assert len(calls) == 1
    qtbot.waitUntil(lambda: len(calls) == 2, timeout=5000)
    qtbot.wait(100)
    assert len(calls) == 2


def test_a_stopped_calm_stays_silent(qtbot) -> None:
    parent, calls = QObject(), []
    calm = Calm(lambda: calls.append(1), parent, 30)
    calm()
    calm()
    calm.stop()
    qtbot.wait(80)
    assert calls == [1]


def test_calm_keeps_its_pace(qtbot) -> None:
    parent, calls = QObject(), []
    calm = Calm(lambda: calls.append(time.monotonic()), parent, 60)
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        calm()
        qtbot.wait(3)
    assert np.diff(calls).min() >= 0.055
