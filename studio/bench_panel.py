"""What the measure panel adds to a frame on the GUI thread: `python -m studio.bench_panel` (needs a display, no OpenGL).

Live measurements with new numbers and new error colours arrive 200 times at an open panel. Measured is the time from the
session's event until Qt has laid out and painted what changed, histogram and sparklines included. Nothing here asserts a time.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time

import numpy as np

from engine.api import Comparison, Engine, Measurement, PointCloud, default_threads
from engine.bench.timing import calibration
from studio import style
from studio.app import make_application
from studio.controller import Controller
from studio.document import Document, Entry
from studio.heartbeat import quantile
from studio.panels.measure import MeasurePanel
from studio.session import Measured, Session
from studio.settings import Settings
from studio.workbench import Lanes, Workbench

#: Milliseconds between frames, and the upper bar for one.
PAUSE, BAR = 25, 10.0
#: Vertices per side, as of a preview surface.
VERTICES = 12_000


def measure(metrics: int, frames: int = 200) -> dict[str, float]:
    """Milliseconds per frame of a panel with the first `metrics` measures."""
    application = make_application()
    style.apply(application, style.resolve("dark"))
    session, engine = Session(), Engine("cpu")
    bench: Workbench = Workbench(session, Lanes.inline(), lambda item: bench.deliver(item))
    controller = Controller(session, engine, bench, Settings.model_validate({}))
    session.measures = engine.measures()
    rng = np.random.default_rng(0)
    shape = PointCloud(rng.uniform(-1, 1, (VERTICES, 3)).astype(np.float32))
    entries = (Entry(1, "a", "file", shape=shape, settled=True), Entry(2, "b", "file", shape=shape, settled=True))
    infos = session.measures[:metrics]
    for info in session.measures:
        controller.lab.show_measure(info.id, info in infos)
    panel = MeasurePanel(session, controller)
    panel.resize(312, 340)
    panel.show()
    session.events.document.block()  # the panel alone: nothing is to be measured in earnest
    session.document = Document(entries, 1, 2, display="error", next_id=3)
    session.events.document.unblock()
    for _ in range(20):
        application.processEvents()
        time.sleep(0.01)
    times = []
    for _ in range(frames):
        distances = (rng.random(VERTICES) * 0.05 * (1 + rng.random())).astype(np.float32)
        taken = tuple(
            Measurement(m.id, m.label, 0.03 + 0.01 * rng.random(), m.convention, 2048, m.frame, m.better, 0.01, True, 0.005)
            for m in infos
        )
        began = time.perf_counter()
        session.measured = Measured(1, 2, shape, shape, Comparison(taken, distances, distances, 10.0), live=True)
        application.processEvents()
        times.append(1e3 * (time.perf_counter() - began))
        time.sleep(1e-3 * PAUSE)
    panel.retire()
    panel.close()
    return {"median": statistics.median(times), "p95": quantile(times, 0.95), "max": max(times)}


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="studio.bench_panel", description=__doc__.split("\n\n")[0])
    parser.add_argument("--metrics", type=int, default=3, help="how many measures the panel shows")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measure(options.metrics)
    machine = calibration("cpu", default_threads())
    figures = {"metrics": options.metrics, "bar_ms": BAR, "machine": machine, **times}
    if options.json:
        text = json.dumps(figures, indent=2)
    else:
        text = (
            f"panel with {options.metrics} measures: median {times['median']:.1f} ms, 95 % {times['p95']:.1f} ms, "
            f"max {times['max']:.1f} ms a frame (bar: {BAR:.0f} ms)\n{machine}"
        )
    sys.stdout.write(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
