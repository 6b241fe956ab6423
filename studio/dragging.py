"""What `bench_drag` does to the window: a long drag, single moves, nothing at all; and what it sees meanwhile."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QObject, Qt, QTimer

from engine.api import SETTLED_LEVELS, Latent, default_threads
from engine.bench.timing import calibration
from studio.app import Studio
from studio.driving import mouse, rest, settled, tracks, wait
from studio.heartbeat import Heartbeat, quantile, stalls
from studio.widgets.latent_slider import LatentTrack

BEAT_MS = 5
HERTZ = 60


@dataclass
class Figures:
    """What was measured; milliseconds unless the name says otherwise."""

    machine: str = ""
    model: str = ""
    viewport: str = ""
    seconds: float = 0.0
    moves: int = 0
    results: int = 0
    paints: int = 0
    results_per_second: float = 0.0
    measured_while_dragging: int = 0
    level_median: float = math.nan
    feedback_any_median_ms: float = math.nan
    feedback_any_p95_ms: float = math.nan
    feedback_rest_median_ms: float = math.nan
    feedback_rest_p95_ms: float = math.nan
    stall_p50_ms: float = math.nan
    stall_p99_ms: float = math.nan
    stall_max_ms: float = math.nan
    stall_idle_p99_ms: float = math.nan
    stall_with_paint_p99_ms: float = math.nan
    paint_median_ms: float = math.nan
    gui_median_ms: float = math.nan
    decode_median_ms: float = math.nan
    mesh_median_ms: float = math.nan
    paints_per_result: float = math.nan
    final_ms: float = math.nan
    settle_ms: float = math.nan
    idle_cpu_percent: float = math.nan
    cancel_ms: dict[str, float] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)


def feedback(moves: Sequence[tuple[float, int]], paints: Sequence[tuple[float, int]]) -> list[float]:
    """Seconds from each move to the first later paint that shows that move or a newer one; moves never shown are left out.

    Args:
        moves: (moment, number), both rising.
        paints: (moment, number of the move that was on screen then), moments rising.
    """
    result = []
    for moment, number in moves:
        shown = next((at for at, newest in paints if newest >= number and at >= moment), None)
        if shown is not None:
            result.append(shown - moment)
    return result


class Drag(QObject):
    """Watches one studio while a script drives it."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self._numbers: dict[Latent, int] = {}
        self._shapes: dict[str, object] = {}
        self._count = 0
        self._comparison: object = None
        self.clear()
        studio.viewport.painted.connect(self._painted)
        studio.session.events.document.connect(self._document)
        studio.session.events.measured.connect(self._measured)

    def clear(self) -> None:
        """Forget everything so far."""
        self.moves: list[tuple[float, int]] = []
        self.paints: list[tuple[float, int]] = []
        self.spans: list[tuple[float, float]] = []
        self.finals: list[float] = []  # paints of the final level of the code that was asked for
        self.results = self.measured = 0
        self.levels: list[int] = []
        self.parts: list[tuple[float, float, float]] = []  # decode, mesh, GUI
        self._numbers.clear()

    def begin_move(self) -> None:
        """The mouse is about to move."""
        self._began = time.perf_counter()

    def note_move(self) -> None:
        """The mouse has just moved and the document holds the code that it asks for."""
        entry = self.studio.session.document.active_entry
        if entry is not None and entry.latent is not None and entry.latent not in self._numbers:
            self._count += 1
            self._numbers[entry.latent] = self._count
            self.moves.append((self._began, self._count))

    def _painted(self, milliseconds: float) -> None:
        now = time.perf_counter()
        self.spans.append((now - milliseconds / 1e3, now))
        entry = self.studio.session.document.active_entry
        if entry is not None and entry.shown is not None:
            self.paints.append((now, self._numbers.get(entry.shown, 0)))
            p = self.studio.session.performance
            self.parts.append((p.decode_ms, p.mesh_ms, p.gui_ms))
            if entry.settled and entry.shown == entry.latent:
                self.finals.append(now)

    def _document(self, document: object) -> None:
        for side in ("a", "b"):
            entry = self.studio.session.document.side(side)  # type: ignore[arg-type]
            shape = entry.shape if entry else None
            if shape is not self._shapes.get(side):
                self._shapes[side] = shape
                self.results += 1
                self.levels.append(entry.level if entry else 0)

    def _measured(self, _: object) -> None:
        measured = self.studio.session.measured
        if measured is not None and measured.live and measured.comparison is not self._comparison:
            self._comparison = measured.comparison
            self.measured += 1


class Bench:
    """One run with one model.

    Args:
        studio: with its start-up documents settled.
        model: whose slider is dragged.
        seconds: length of the drag.
        mean: start from the mean code instead of the training shape that choosing the model starts from.
    """

    def __init__(self, studio: Studio, model: str, seconds: float, *, mean: bool = False) -> None:
        self.studio, self.model, self.seconds, self.mean = studio, model, seconds, mean
        self.figures = Figures(model=model, seconds=seconds)
        self.drag = Drag(studio)

    def settled(self) -> bool:
        """Both sides are final and measured."""
        return settled(self.studio)

    def run(self) -> Figures:
        """Set the scene, drag, rest; the figures."""
        studio, figures = self.studio, self.figures
        figures.machine = calibration(studio.engine.device, default_threads())
        studio.controller.set_active("a")
        studio.controller.start_from(self.model, "mean" if self.mean else studio.session.spaces[self.model].central())
        wait(self.settled, 120)
        size = studio.viewport.widget.size()
        figures.viewport = f"{size.width()} x {size.height()}"
        on_screen = tracks(studio)
        if not on_screen:
            raise RuntimeError("no latent slider is on screen")
        self._sweep(on_screen[0])
        self._single_moves(on_screen[0])
        self._idle()
        return figures

    def _sweep(self, track: LatentTrack) -> None:
        """The drag: a slow swing across the training range at 60 Hz."""
        figures, drag = self.figures, self.drag
        heart = Heartbeat(BEAT_MS)
        renders = self._renders()
        drag.clear()
        low, high = track.training_range
        mouse(track, QEvent.Type.MouseButtonPress, track.handle_x(track.value))
        start = time.perf_counter()

        def move() -> None:
            at = time.perf_counter() - start
            value = (low + high) / 2 + (high - low) / 2 * math.sin(2 * math.pi * at / 4.0)
            drag.begin_move()
            mouse(track, QEvent.Type.MouseMove, track.handle_x(value))
            drag.note_move()

        hand = QTimer()
        hand.setTimerType(Qt.TimerType.PreciseTimer)
        hand.setInterval(round(1000 / HERTZ))
        hand.timeout.connect(move)
        heart.start()
        hand.start()
        rest(self.seconds)
        hand.stop()
        heart.stop()
        took = time.perf_counter() - start
        figures.moves, figures.results = len(drag.moves), drag.results
        figures.paints = self._renders() - renders
        figures.measured_while_dragging = drag.measured
        figures.level_median = quantile(drag.levels, 0.5)
        figures.results_per_second = drag.results / took
        figures.paints_per_result = figures.paints / max(1, drag.results)
        late = stalls(heart.beats, BEAT_MS / 1e3, drag.spans)
        figures.stall_p50_ms = 1e3 * quantile(late, 0.5)
        figures.stall_p99_ms = 1e3 * quantile(late, 0.99)
        figures.stall_max_ms = 1e3 * max(late, default=math.nan)
        figures.stall_with_paint_p99_ms = 1e3 * quantile(stalls(heart.beats, BEAT_MS / 1e3, []), 0.99)
        if drag.spans:
            figures.paint_median_ms = 1e3 * statistics.median(b - a for a, b in drag.spans)
            figures.decode_median_ms, figures.mesh_median_ms, figures.gui_median_ms = (
                statistics.median(part[i] for part in drag.parts) for i in range(3)
            )
        self._release(track)

    def _release(self, track: LatentTrack) -> None:
        figures, drag = self.figures, self.drag
        released = time.perf_counter()
        drag.finals.clear()
        mouse(track, QEvent.Type.MouseButtonRelease, track.handle_x(track.value))
        wait(lambda: self.settled() and bool(drag.finals), 60)
        figures.settle_ms = 1e3 * (time.perf_counter() - released)
        entry = self.studio.session.document.active_entry
        if drag.finals and entry is not None and entry.level in (0, SETTLED_LEVELS[-1]):
            figures.final_ms = 1e3 * (drag.finals[0] - released)
        seen = [1e3 * value for value in feedback(drag.moves, drag.paints)]
        figures.feedback_any_median_ms = quantile(seen, 0.5)
        figures.feedback_any_p95_ms = quantile(seen, 0.95)

    def _single_moves(self, track: LatentTrack) -> None:
        """One move at a time, each after everything has settled."""
        drag = self.drag
        seen: list[float] = []
        for i in range(12):
            drag.clear()
            target = track.handle_x(0.15 * (i % 5) - 0.3) + 0.5
            drag.begin_move()
            mouse(track, QEvent.Type.MouseButtonPress, target)
            drag.note_move()
            wait(lambda: bool(feedback(drag.moves, drag.paints)), 10)
            seen += [1e3 * value for value in feedback(drag.moves, drag.paints)]
            mouse(track, QEvent.Type.MouseButtonRelease, target)
            wait(self.settled, 60)
        self.figures.feedback_rest_median_ms = quantile(seen, 0.5)
        self.figures.feedback_rest_p95_ms = quantile(seen, 0.95)

    def _idle(self) -> None:
        """Nothing happens: what does that cost?"""
        wait(self.settled, 60)
        rest(2.0)
        used, start = time.process_time(), time.perf_counter()
        rest(4.0)
        self.figures.idle_cpu_percent = 100 * (time.process_time() - used) / (time.perf_counter() - start)
        heart = Heartbeat(BEAT_MS)
        heart.start()
        rest(1.0)
        heart.stop()
        self.figures.stall_idle_p99_ms = 1e3 * quantile(stalls(heart.beats, BEAT_MS / 1e3, []), 0.99)

    def _renders(self) -> int:
        return int(getattr(self.studio.viewport.real, "renders", 0))
