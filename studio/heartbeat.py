"""How long the GUI thread is away: gaps between beats of a precise timer, and a watchdog that tells what kept it."""

from __future__ import annotations

import itertools
import logging
import math
import sys
import threading
import time
import traceback
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Slot

log = logging.getLogger(__name__)


class Heartbeat(QObject):
    """Beats every `interval` milliseconds and remembers the moments.

    Args:
        interval: milliseconds between beats.
        parent: owner.
    """

    def __init__(self, interval: int = 5, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.beats: list[float] = []
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

    @Slot()
    def _beat(self) -> None:
        self.beats.append(time.perf_counter())


class Watchdog(QObject):
    """Logs what the GUI thread is doing whenever it has not answered for `silence` seconds, once per silence.

    A thread of its own looks at the stack, with the interpreter lock in hand. `faulthandler.dump_traceback_later` needs no
    lock, but reads frames while other threads change them: on CPython 3.11 that ended a busy studio with a segmentation fault.

    Args:
        silence: seconds.
        parent: owner.
    """

    def __init__(self, silence: float, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._silence = silence
        self._watched = threading.get_ident()
        self._answered = threading.Event()
        self._ended = False
        self._timer = QTimer(self)
        self._timer.setInterval(max(1, round(1000 * silence / 5)))
        self._timer.timeout.connect(self._answered.set)
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch the calling thread, which must be the GUI thread."""
        self._timer.start()
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._ended = True
        self._timer.stop()
        self._answered.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended:
            self._answered.clear()
            if self._answered.wait(self._silence) or self._ended:
                continue
            frame = sys._current_frames().get(self._watched)
            stack = "".join(traceback.format_stack(frame)) if frame is not None else "(no stack)"
            log.warning("the window has not answered for %.2f s; it is here:\n%s", self._silence, stack)
            self._answered.wait()


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


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of `values` do not exceed (nan if there are none)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan
