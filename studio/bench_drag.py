"""How a slider drag feels, measured in the real window: `python -m studio.bench_drag` (needs a display with OpenGL).

A script presses a latent slider with the mouse, moves it at 60 Hz for some seconds with live metrics on, and lets go. Measured:

* first feedback: from a slider event to the end of the first paint that shows that value or a newer one. "any move" counts
  every event of the drag, also those that newer ones replaced; "from rest" counts moves made after everything had settled;
* stalls: how much longer than planned the gaps between beats of a 5 ms timer on the GUI thread were, paints taken out;
* paints per applied result, and the CPU share of the whole process at rest.

Nothing here asserts a time: figures are printed beside the project's bars and beside what the machine did at that moment.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer

from engine.api import Latent, default_threads
from engine.bench.timing import calibration
from engine.jobs.threads import sleep_while_waiting
from studio.app import Studio, make_application
from studio.driving import mouse, rest, wait
from studio.heartbeat import Heartbeat, quantile, stalls
from studio.screen import display_problem
from studio.settings import Settings
from studio.widgets.latent_slider import LatentTrack

BEAT_MS = 5
HERTZ = 60
#: Figure -> upper bar.
BARS = {
    "feedback_any_median_ms": 200.0,
    "feedback_any_p95_ms": 350.0,
    "feedback_rest_median_ms": 200.0,
    "feedback_rest_p95_ms": 350.0,
    "stall_p99_ms": 50.0,
    "paints_per_result": 1.0,
    "idle_cpu_percent": 1.0,
}


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
    paints_per_result: float = math.nan
    settle_ms: float = math.nan
    idle_cpu_percent: float = math.nan
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
        self.moves: list[tuple[float, int]] = []
        self.paints: list[tuple[float, int]] = []
        self.spans: list[tuple[float, float]] = []
        self.results = 0
        self.measured = 0
        self.levels: list[int] = []
        self._numbers: dict[Latent, int] = {}
        self._shapes: dict[str, object] = {}
        self._count = 0
        self._comparison: object = None
        studio.viewport.painted.connect(self._painted)
        studio.session.events.document.connect(self._document)
        studio.session.events.measured.connect(self._measured)

    def clear(self) -> None:
        """Forget everything so far."""
        self.moves, self.paints, self.spans, self.results, self.measured = [], [], [], 0, 0
        self.levels = []
        self._numbers.clear()

    def note_move(self) -> None:
        """The mouse has just moved and the document holds the code that it asks for."""
        entry = self.studio.session.document.active_entry
        if entry is not None and entry.latent is not None and entry.latent not in self._numbers:
            self._count += 1
            self._numbers[entry.latent] = self._count
            self.moves.append((self._began, self._count))

    def begin_move(self) -> None:
        """The mouse is about to move."""
        self._began = time.perf_counter()

    def _painted(self, milliseconds: float) -> None:
        now = time.perf_counter()
        self.spans.append((now - milliseconds / 1e3, now))
        entry = self.studio.session.document.active_entry
        if entry is not None and entry.shown is not None:
            self.paints.append((now, self._numbers.get(entry.shown, 0)))

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
    """One run."""

    def __init__(self, studio: Studio, model: str, seconds: float) -> None:
        self.studio, self.model, self.seconds = studio, model, seconds
        self.figures = Figures(model=model, seconds=seconds)
        self.drag = Drag(studio)

    def settled(self) -> bool:
        """Nothing is on its way and both sides are final and measured."""
        document, session = self.studio.session.document, self.studio.session
        sides = [document.side("a"), document.side("b")]
        return (
            not self.studio.controller.busy
            and all(entry is not None and entry.settled for entry in sides)
            and session.measured is not None
            and not session.measured.live
            and not session.measured.stale
        )

    def run(self) -> Figures:
        """Set the scene, drag, rest; the figures."""
        studio, figures = self.studio, self.figures
        if not wait(lambda: studio.session.ready and self.settled(), 180):
            raise RuntimeError("the start-up documents did not settle within three minutes")
        figures.machine = calibration(studio.engine.device, default_threads())
        if not self.model:
            self.model = next((i.id for i in studio.session.models if i.method == "deepsdf"), studio.session.models[0].id)
        figures.model = self.model
        studio.controller.set_active("a")
        studio.controller.start_from(self.model, "mean")
        wait(self.settled, 120)
        size = studio.viewport.widget.size()
        figures.viewport = f"{size.width()} x {size.height()}"
        tracks = [t for t in studio.window.findChildren(LatentTrack) if t.isVisible()]
        if not tracks:
            raise RuntimeError("no latent slider is on screen")
        self._sweep(tracks[0])
        self._single_moves(tracks[0])
        self._idle()
        figures.missed = [name for name, bar in BARS.items() if not getattr(figures, name) <= bar + 1e-9]
        return figures

    def _sweep(self, track: LatentTrack) -> None:
        """The drag: a slow swing across the training range at 60 Hz."""
        figures, drag = self.figures, self.drag
        heart = Heartbeat(BEAT_MS)
        renders = self._renders()
        drag.clear()
        low, high = track.training_range
        mouse(track, QEvent.Type.MouseButtonPress, track.handle_x(0.0))
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
        figures.paint_median_ms = 1e3 * statistics.median([b - a for a, b in drag.spans]) if drag.spans else math.nan
        released = time.perf_counter()
        mouse(track, QEvent.Type.MouseButtonRelease, track.handle_x(track.value))
        wait(self.settled, 60)
        figures.settle_ms = 1e3 * (time.perf_counter() - released)
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
        rest(5.0)
        self.figures.idle_cpu_percent = 100 * (time.process_time() - used) / (time.perf_counter() - start)
        heart = Heartbeat(BEAT_MS)
        heart.start()
        rest(2.0)
        heart.stop()
        self.figures.stall_idle_p99_ms = 1e3 * quantile(stalls(heart.beats, BEAT_MS / 1e3, []), 0.99)

    def _renders(self) -> int:
        return int(getattr(self.studio.viewport.real, "renders", 0))


def text(figures: Figures) -> str:
    """The figures for people."""
    lines = [
        f"machine      {figures.machine}",
        f"scene        {figures.model}, viewport {figures.viewport}, {figures.seconds:.0f} s at {HERTZ} Hz, live metrics on",
        f"moves        {figures.moves}, results painted {figures.results} ({figures.results_per_second:.1f} a second), "
        f"measured live {figures.measured_while_dragging}, on {figures.level_median:.0f} corners a side (median)",
    ]
    rows = (
        ("first feedback, any move, median", "feedback_any_median_ms", "ms"),
        ("first feedback, any move, p95", "feedback_any_p95_ms", "ms"),
        ("first feedback, from rest, median", "feedback_rest_median_ms", "ms"),
        ("first feedback, from rest, p95", "feedback_rest_p95_ms", "ms"),
        ("stall outside paint, p50", "stall_p50_ms", "ms"),
        ("stall outside paint, p99", "stall_p99_ms", "ms"),
        ("stall outside paint, max", "stall_max_ms", "ms"),
        ("stall with paints, p99", "stall_with_paint_p99_ms", "ms"),
        ("stall at rest, p99 (baseline)", "stall_idle_p99_ms", "ms"),
        ("paint, median", "paint_median_ms", "ms"),
        ("paints per applied result", "paints_per_result", ""),
        ("release to settled and measured", "settle_ms", "ms"),
        ("CPU at rest", "idle_cpu_percent", "%"),
    )
    for label, name, unit in rows:
        bar = f"   bar {BARS[name]:g}" + ("   MISSED" if name in figures.missed else "") if name in BARS else ""
        lines.append(f"{label:36s} {getattr(figures, name):9.2f} {unit:2s}{bar}")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench; 0 whatever the figures say, 1 if it could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m studio.bench_drag", description="Measure a slider drag in the real window."
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the drag")
    parser.add_argument("--model", default="", help="id of the model whose slider is dragged (default: a DeepSDF)")
    parser.add_argument("--size", default="640x480", help="size of the viewport")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(argv)
    sleep_while_waiting()
    problem = display_problem()
    if problem is not None:
        sys.stderr.write(problem + "\n")
        return 1
    width, _, height = given.size.partition("x")
    with tempfile.TemporaryDirectory() as folder:
        application = make_application()
        studio = Studio(application, Settings.load(Path(folder) / "settings.toml"))
        studio.viewport.widget.setFixedSize(int(width), int(height))
        studio.show()
        studio.start()
        try:
            figures = Bench(studio, given.model, given.seconds).run()
        finally:
            studio.close()
    sys.stdout.write((json.dumps(asdict(figures), indent=1) if given.json else text(figures)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
