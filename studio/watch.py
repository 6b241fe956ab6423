"""Listening to the session: connections that end with the widget that made them, and refreshing not too often."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer

#: Milliseconds between repaints of what moves under the hand.
FRAME_MS = 16


class Watch:
    """Connections to psygnal signals, ended together."""

    def __init__(self) -> None:
        self._connections: list[tuple[Any, Callable[..., None]]] = []

    def on(self, signal: Any, call: Callable[[], None]) -> None:
        """Call `call` (without arguments) whenever `signal` is emitted."""

        def heard(*_: object) -> None:
            call()

        signal.connect(heard)
        self._connections.append((signal, heard))

    def close(self) -> None:
        """Hear nothing any more. May be called twice."""
        connections, self._connections = self._connections, []
        for signal, heard in connections:
            signal.disconnect(heard)


class Calm(QObject):
    """Calls a function at most every `interval` milliseconds: at once if it was quiet, else once the time is up.

    Args:
        call: what to call.
        parent: ends the waiting when it is deleted.
        interval: milliseconds.
    """

    def __init__(self, call: Callable[[], None], parent: QObject, interval: int = 100) -> None:
        super().__init__(parent)
        self._call = call
        self._last = -1e9
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._interval = interval  # not the timer's: starting it with the rest of a wait would shorten that for good
        self._timer.timeout.connect(self._fire)

    def __call__(self) -> None:
        """Ask for a call."""
        if self._timer.isActive():
            return
        waited = 1e3 * (time.monotonic() - self._last)
        if waited >= self._interval:
            self._fire()
        else:
            self._timer.start(max(1, math.ceil(self._interval - waited)))

    def _fire(self) -> None:
        self._last = time.monotonic()
        self._call()

    def stop(self) -> None:
        """Forget what was asked for."""
        self._timer.stop()
