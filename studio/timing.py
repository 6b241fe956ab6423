"""Collects what the timing board shows, while it is shown. Apart from stalls, the window measures all of it anyway."""

from __future__ import annotations

import time
from collections import deque

from PySide6.QtCore import QObject, QTimer

from studio.heartbeat import Heartbeat, quantile, stalls
from studio.i18n import engine_text, tr
from studio.session import Session
from studio.viewport.view import Viewport
from studio.widgets.timing_board import KEPT, Figures, Frame, TimingBoard

#: Milliseconds between two readings, and between beats of the GUI thread; seconds over which stalls count.
REFRESH, BEAT, WINDOW = 100, 10, 5.0


class Timing(QObject):
    """Feeds a board.

    Args:
        session: what the last result took.
        viewport: says when it has painted.
        board: shows it.

    Attributes:
        own_ms: what the last reading cost, painting not included.
    """

    def __init__(self, session: Session, viewport: Viewport, board: TimingBoard) -> None:
        super().__init__(board)
        self._session, self._board = session, board
        self._heart = Heartbeat(BEAT, self)
        self._frames: deque[Frame] = deque(maxlen=KEPT)
        self._paints: deque[tuple[float, float]] = deque(maxlen=1000)
        self._result = (0, 0.0, 0.0)
        self.own_ms = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH)
        self._timer.timeout.connect(self.read)
        viewport.painted.connect(self._painted)

    @property
    def on(self) -> bool:
        """True while it is shown."""
        return self._timer.isActive()

    def show(self, shown: bool) -> None:
        """Begin or end; what has been seen before is forgotten."""
        self._board.setVisible(shown)
        if shown:
            self._frames.clear()
            self._paints.clear()
            self._heart.start()
            self._timer.start()
            self.read()
        else:
            self.stop()

    def stop(self) -> None:
        """Measure nothing any more."""
        self._heart.stop()
        self._timer.stop()

    def _painted(self, milliseconds: float) -> None:
        if not self.on:
            return
        now = time.perf_counter()
        self._paints.append((now - milliseconds / 1e3, now))
        p = self._session.performance
        result = (p.level, p.decode_ms, p.mesh_ms)
        fresh = result != self._result  # else the camera has moved, or colours have come
        self._result = result
        self._frames.append(
            Frame(p.decode_ms, p.mesh_ms, p.gui_ms, milliseconds) if fresh else Frame(0.0, 0.0, 0.0, milliseconds)
        )

    def read(self) -> None:
        """Bring the board up to date."""
        began = time.perf_counter()
        beats = self._heart.beats
        first = next((i for i, beat in enumerate(beats) if beat > began - WINDOW), len(beats))
        del beats[:first]
        late = stalls(beats, BEAT / 1e3, list(self._paints))
        p = self._session.performance
        cells = p.level - 1
        words = tr("{n}³ settled", n=cells) if p.settled else tr("{n}³ preview", n=cells)
        figures = Figures(
            frame=Frame(*(round(v, 1) for v in (p.decode_ms, p.mesh_ms, p.gui_ms, p.paint_ms))),
            metrics=round(p.metrics_ms),
            stall=round(1e3 * quantile(late, 0.95), 1) if late else None,
            rate=sum(end > began - 1.0 for _, end in self._paints),
            level=words if p.level else "",
            behind=p.behind,
            device=engine_text(self._session.device),
        )
        self._board.show_figures(figures, tuple(self._frames))
        self.own_ms = 1e3 * (time.perf_counter() - began)
