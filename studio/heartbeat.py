"""How long the GUI thread is away: gaps between beats of a precise timer, and a watchdog that names who kept it."""

from __future__ import annotations

import faulthandler
import itertools
import time
from typing import TextIO

from PySide6.QtCore import QObject, Qt, QTimer, Slot


class Heartbeat(QObject):
    """Beats every `interval` milliseconds and remembers the moments.

    Args:
        interval: milliseconds between beats.
        watchdog: seconds of silence after which the stacks of all threads are written; 0 for never. The writer is a C thread
            that needs no interpreter lock, so it names the frame that holds it.
        report: where the stacks go (a file with a descriptor).
        parent: owner.
    """

    def __init__(
        self, interval: int = 5, watchdog: float = 0.0, report: TextIO | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.beats: list[float] = []
        self._keep = watchdog == 0.0
        self._watchdog = watchdog
        self._report = report
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(interval)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to beat; earlier beats are forgotten."""
        self.beats = []
        self._beat()
        self._timer.start()

    def stop(self) -> None:
        """Rest."""
        self._timer.stop()
        if self._watchdog:
            faulthandler.cancel_dump_traceback_later()

    @Slot()
    def _beat(self) -> None:
        if self._keep:
            self.beats.append(time.perf_counter())
        if self._watchdog:
            if self._report is None:
                faulthandler.dump_traceback_later(self._watchdog)
            else:
                faulthandler.dump_traceback_later(self._watchdog, file=self._report)


def stalls(beats: list[float], interval: float, excused: list[tuple[float, float]]) -> list[float]:
    """How much longer than `interval` each gap between beats was, without the excused time inside it.

    Args:
        beats: rising moments, seconds.
        interval: planned gap, seconds.
        excused: (from, to) spans that do not count (paints), seconds, in rising order, not overlapping.

    Returns:
        One value per gap, seconds, never negative.
    """
    result = []
    first = 0
    for start, end in itertools.pairwise(beats):
        while first < len(excused) and excused[first][1] <= start:
            first += 1
        inside = 0.0
        for began, ended in excused[first:]:
            if began >= end:
                break
            inside += max(0.0, min(ended, end) - max(began, start))
        result.append(max(0.0, end - start - interval - inside))
    return result
