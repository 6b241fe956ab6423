"""Hours of use in minutes: `python -m studio.soak` (needs a display with OpenGL).

A script drives the real window: it chooses another model or another training shape, drags a slider by mouse events that follow
each other faster than a hand could make them, lets go, and waits until nothing is on its way. After each burst it looks whether

* the code is that of the last event, and the shape on screen is the final level of that code ("missed last value"),
* the picture on screen is the one that a new paint gives ("stale picture"),

and how much memory the process holds. Growth counts from the end of a warm-up, in which every model is used and undo gets as
many surfaces as it keeps (`studio.history`).
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QImage

from engine.api import SETTLED_LEVELS
from engine.jobs.threads import sleep_while_waiting
from studio.app import Studio
from studio.driving import mouse, opened, rest, settled, wait
from studio.screen import display_problem
from studio.widgets.latent_slider import LatentTrack

#: Milliseconds between two events of a burst; a hand makes one every 8 to 16.
PAUSE = 3
#: Megabytes that the process may have grown by at the end.
GROWTH = 50.0
#: Seconds that a burst may take to come to rest.
PATIENCE = 120.0
#: Share of a picture's pixels that depths rounded otherwise may change.
ROUNDED = 1e-4


@dataclass
class Outcome:
    """What was found.

    Attributes:
        events, switches: what was done after the warm-up.
        seconds: how long that took.
        warm_mb, end_mb: resident memory after the warm-up and at the end.
        course_mb: resident memory at every twentieth of the way.
        missed: bursts whose last value was not shown.
        stale: bursts after which a new paint gave another picture.
        steps, entries: length of the undo list and of the list of shapes at the end.
    """

    events: int = 0
    switches: int = 0
    seconds: float = 0.0
    warm_mb: float = 0.0
    end_mb: float = 0.0
    course_mb: list[float] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    steps: int = 0
    entries: int = 0

    @property
    def growth_mb(self) -> float:
        """Megabytes gained since the warm-up."""
        return self.end_mb - self.warm_mb

    @property
    def fine(self) -> bool:
        """True if nothing was missed and memory stayed within bounds."""
        return not self.missed and not self.stale and self.growth_mb <= GROWTH


def resident_mb() -> float:
    """Resident memory of this process after collecting garbage, megabytes (1e6 bytes)."""
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1e6


class Soak:
    """Drives one studio.

    Args:
        studio: settled.
        seed: of the script.
    """

    def __init__(self, studio: Studio, seed: int = 0) -> None:
        self.studio = studio
        self.outcome = Outcome()
        self._rng = np.random.default_rng(seed)
        self._number = 0
        self._index = 0

    def run(self, events: int, switches: int, warm: int) -> Outcome:
        """Warm up with `warm` switches and short bursts, then do the work."""
        outcome = self.outcome
        for _ in range(warm):
            self._turn(10)
        self.outcome = outcome = Outcome(missed=outcome.missed, stale=outcome.stale)
        outcome.warm_mb = resident_mb()
        start = time.monotonic()
        marks = np.linspace(0, switches, 21).round().astype(int)[1:]
        for number in range(switches):
            self._turn(events * (number + 1) // switches - events * number // switches)
            if number + 1 in marks:
                outcome.course_mb.append(round(resident_mb(), 1))
        outcome.seconds = time.monotonic() - start
        outcome.end_mb = resident_mb()
        outcome.steps = len(self.studio.session.history)
        outcome.entries = len(self.studio.session.document.entries)
        return outcome

    def _turn(self, events: int) -> None:
        """Another shape, a burst, rest, look. Every third switch comes while the one before is still being decoded."""
        self._switch()
        if self._number % 3 == 0:
            rest(0.03)
            self._switch(count=False)
        track = self._track()
        value = self._burst(track, events)
        if not wait(lambda: settled(self.studio), PATIENCE):
            self.outcome.missed.append(f"burst {self._number}: not at rest after {PATIENCE:.0f} s")
        self._check(value)
        self._number += 1

    def _switch(self, count: bool = True) -> None:
        """Choose a model, or a training shape of the present one, in the latent panel."""
        panel = self.studio.window.latent
        models = panel.model.count()
        if self._number % 4 == 3 and panel.start.count() > 2:
            index = int(self._rng.integers(panel.start.count()))
            panel.start.activated.emit(index)
        else:
            index = (panel.model.currentIndex() + 1 + int(self._rng.integers(max(1, models - 1)))) % models
            panel.model.setCurrentIndex(index)
            panel.model.activated.emit(index)
        self.outcome.switches += count

    def _track(self) -> LatentTrack:
        bank = self.studio.window.latent.bank
        assert bank is not None
        self._index = int(self._rng.integers(3))
        rest(0.02)  # sliders of another model have just been made and want a place
        return bank.sliders[self._index].track

    def _burst(self, track: LatentTrack, events: int) -> float:
        """A drag of so many moves, to and fro; the last value asked for."""
        low, high = track.training_range
        start, speed = self._rng.uniform(0, 6.28), self._rng.uniform(0.05, 0.4)
        made = 0
        mouse(track, QEvent.Type.MouseButtonPress, track.handle_x(track.value))

        def move() -> None:
            nonlocal made
            made += 1
            value = (low + high) / 2 + 0.5 * (high - low) * np.sin(start + speed * made)
            mouse(track, QEvent.Type.MouseMove, track.handle_x(float(value)))

        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(lambda: move() if made < events else None)
        timer.start(PAUSE)
        wait(lambda: made >= events, 60 + 0.1 * events)
        timer.stop()
        mouse(track, QEvent.Type.MouseButtonRelease, track.handle_x(track.value))
        self.outcome.events += made
        return track.value

    def _check(self, value: float) -> None:
        entry = self.studio.session.document.active_entry
        name = f"burst {self._number}"
        if entry is None or entry.latent is None:
            self.outcome.missed.append(f"{name}: no shape")
            return
        asked = float(self.studio.session.spaces[entry.latent.model].sliders(entry.latent)[self._index])
        final = 0 if entry.level == 0 else SETTLED_LEVELS[-1]
        if abs(asked - value) > 1e-3 or entry.shown != entry.latent or not entry.settled or entry.level != final:
            self.outcome.missed.append(f"{name}: {entry.model} asked {value:.3f}, has {asked:.3f}, level {entry.level}")
        if not self._current():
            self.outcome.stale.append(f"{name}: {entry.model}")

    def _current(self) -> bool:
        """True if a new paint gives the picture that is on screen; each side may have been drawn with smooth edges at rest."""
        real = self.studio.viewport.real
        if real is None:
            return False
        canvas: Any = real.widget
        before = _halves(canvas.grabFramebuffer())
        canvas.mark()
        canvas.repaint()
        rough = _halves(canvas.grabFramebuffer())
        same = [_alike(old, new) for old, new in zip(before, rough, strict=True)]
        if all(same) or not hasattr(canvas, "polish"):
            return all(same)
        canvas.polish()
        canvas.repaint()
        smooth = _halves(canvas.grabFramebuffer())
        return all(known or _alike(old, new) for known, old, new in zip(same, before, smooth, strict=True))


def _halves(picture: QImage) -> tuple[QImage, QImage]:
    """The pictures of A and B, without the columns between them."""
    width, height = picture.width() // 2, picture.height()
    return picture.copy(0, 0, width - 1, height), picture.copy(width + 1, 0, width - 1, height)


def _alike(first: QImage, second: QImage) -> bool:
    """Whether two pictures agree, but for depths rounded otherwise.

    Both sides share a camera, whose depth range follows both shapes; a side that keeps its pixels while the other changes may
    have a handful of them that a new paint would decide the other way (2 of 150,000 were seen).
    """
    if first.size() != second.size():
        return False
    mine, other = (_pixels(picture) for picture in (first, second))
    return int((mine != other).any(axis=2).sum()) <= ROUNDED * first.width() * first.height()


def _pixels(picture: QImage) -> NDArray[np.uint8]:
    """(H, W, 4) values of a picture."""
    plain = picture.convertToFormat(QImage.Format.Format_RGBX8888)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : 4 * plain.width()].reshape(plain.height(), plain.width(), 4).copy()


def text(outcome: Outcome) -> str:
    """The findings for people."""
    course = " ".join(f"{value:.0f}" for value in outcome.course_mb)
    lines = [
        f"{outcome.events:,} slider events, {outcome.switches} switches of model or shape in {outcome.seconds:.0f} s",
        f"undo list of {outcome.steps} steps, {outcome.entries} shapes in the list at the end",
        f"memory after warm-up {outcome.warm_mb:.0f} MB, at the end {outcome.end_mb:.0f} MB: "
        f"growth {outcome.growth_mb:+.0f} MB (bar {GROWTH:.0f}){'' if outcome.growth_mb <= GROWTH else '   MISSED'}",
        f"on the way   {course}",
        f"missed last values {len(outcome.missed)}, stale pictures at rest {len(outcome.stale)}",
        *outcome.missed,
        *outcome.stale,
    ]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the soak; 0 if nothing was missed, 1 if something was or it could not run."""
    parser = argparse.ArgumentParser(prog="python -m studio.soak", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--events", type=int, default=20_000, help="slider events")
    parser.add_argument("--switches", type=int, default=200, help="switches of model or shape")
    parser.add_argument("--warm", type=int, default=40, help="switches before memory is counted")
    parser.add_argument("--size", default="640x480", help="size of the viewport")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(argv)
    sleep_while_waiting()
    problem = display_problem()
    if problem is not None:
        sys.stderr.write(problem + "\n")
        return 1
    with opened(given.size) as studio:
        studio.controller.set_active("a")
        outcome = Soak(studio).run(given.events, given.switches, given.warm)
    figures = asdict(outcome) | {"growth_mb": outcome.growth_mb}
    sys.stdout.write((json.dumps(figures, indent=1) if given.json else text(outcome)) + "\n")
    return 0 if outcome.fine else 1


if __name__ == "__main__":
    sys.exit(main())
