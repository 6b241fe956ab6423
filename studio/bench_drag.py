"""How a slider drag feels, measured in the real window: `python -m studio.bench_drag` (needs a display with OpenGL).

A script presses a latent slider with the mouse, moves it at 60 Hz for some seconds with live metrics on, and lets go. Measured:

* first feedback: from a slider event to the end of the first paint that shows that value or a newer one. "any move" counts
  every event of the drag, also those that newer ones replaced; "from rest" counts moves made after everything had settled;
* stalls: how much longer than planned the gaps between beats of a 5 ms timer on the GUI thread were, paints taken out;
* paints per applied result, the CPU share of the whole process at rest, and how long a cancel takes.

Nothing here asserts a time: figures are printed beside the project's bars and beside what the machine did at that moment.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict

from engine.api import ModelInfo
from engine.jobs.threads import sleep_while_waiting
from studio.app import Studio
from studio.cancelling import cancel_times
from studio.dragging import HERTZ, Bench, Figures
from studio.driving import opened
from studio.screen import display_problem

#: Figure -> upper bar.
BARS = {
    "feedback_any_median_ms": 100.0,
    "feedback_any_p95_ms": 200.0,
    "feedback_rest_median_ms": 100.0,
    "feedback_rest_p95_ms": 200.0,
    "final_ms": 600.0,
    "stall_p99_ms": 50.0,
    "stall_max_ms": 100.0,
    "paints_per_result": 1.0,
    "idle_cpu_percent": 1.0,
}
#: Figure -> lower bar.
FLOORS = {"results_per_second": 10.0, "level_median": 65.0}
#: Milliseconds from a cancel to its end.
CANCEL = 150.0

ROWS = (
    ("first feedback, any move, median", "feedback_any_median_ms", "ms"),
    ("first feedback, any move, p95", "feedback_any_p95_ms", "ms"),
    ("first feedback, from rest, median", "feedback_rest_median_ms", "ms"),
    ("first feedback, from rest, p95", "feedback_rest_p95_ms", "ms"),
    ("pictures a second", "results_per_second", ""),
    ("corners a side while dragging, median", "level_median", ""),
    ("release to the final level painted", "final_ms", "ms"),
    ("release to settled and measured", "settle_ms", "ms"),
    ("stall outside paint, p50", "stall_p50_ms", "ms"),
    ("stall outside paint, p99", "stall_p99_ms", "ms"),
    ("stall outside paint, max", "stall_max_ms", "ms"),
    ("stall with paints, p99", "stall_with_paint_p99_ms", "ms"),
    ("stall at rest, p99 (baseline)", "stall_idle_p99_ms", "ms"),
    ("decode to what is shown, median", "decode_median_ms", "ms"),
    ("mesh, median", "mesh_median_ms", "ms"),
    ("GUI thread per result, median", "gui_median_ms", "ms"),
    ("paint, median", "paint_median_ms", "ms"),
    ("paints per applied result", "paints_per_result", ""),
    ("live measurements in the drag", "measured_while_dragging", ""),
    ("CPU at rest", "idle_cpu_percent", "%"),
)


def judge(figures: Figures) -> list[str]:
    """Names of the figures that miss their bar."""
    missed = [name for name, bar in BARS.items() if not getattr(figures, name) <= bar + 1e-9]
    missed += [name for name, bar in FLOORS.items() if not getattr(figures, name) >= bar - 1e-9]
    return missed + [f"cancel {name}" for name, value in figures.cancel_ms.items() if value > CANCEL]


def text(runs: Sequence[Figures]) -> str:
    """The figures of all models for people: one row a figure, with its bar and a verdict per model."""
    first = runs[0]
    lines = [
        f"{figures.model}: viewport {figures.viewport}, {figures.seconds:.0f} s at {HERTZ} Hz, live metrics on, "
        f"{figures.moves} moves, {figures.results} results; {figures.machine}"
        for figures in runs
    ]
    lines.append(f"{'':40s}{'bar':>8s}" + "".join(f"{figures.model:>28s}" for figures in runs))

    def row(label: str, unit: str, bar: str, values: list[tuple[float, bool | None]]) -> str:
        cells = "".join(
            f"{value:17.2f} {unit:2s} {'' if fine is None else 'ok' if fine else 'MISSED':6s} " for value, fine in values
        )
        return f"{label:40s}{bar:>8s}{cells}"

    for label, name, unit in ROWS:
        bar = f"<= {BARS[name]:g}" if name in BARS else f">= {FLOORS[name]:g}" if name in FLOORS else ""
        lines.append(row(label, unit, bar, [(getattr(f, name), name not in f.missed if bar else None) for f in runs]))
    for name in first.cancel_ms:
        times = [(f, f.cancel_ms.get(name, math.nan)) for f in runs]
        values = [(t, None if math.isnan(t) else f"cancel {name}" not in f.missed) for f, t in times]
        lines.append(row(f"cancel: {name}, longest", "ms", f"<= {CANCEL:g}", values))
    return "\n".join(lines)


def chosen(models: Sequence[ModelInfo], wanted: str) -> list[str]:
    """Ids of the models to run: all that make surfaces, or the one that is named, or a DeepSDF."""
    if wanted == "all":
        return [info.id for info in models if info.output == "surface"]
    return [wanted or next((i.id for i in models if i.method == "deepsdf"), models[0].id)]


def run(studio: Studio, model: str, given: argparse.Namespace) -> Figures:
    """One model's figures."""
    figures = Bench(studio, model, given.seconds, mean=given.mean).run()
    if not given.no_cancel:
        figures.cancel_ms = cancel_times(studio, model)
    figures.missed = judge(figures)
    return figures


def main(argv: Sequence[str] | None = None) -> int:
    """Run the bench; 0 whatever the figures say, 1 if it could not run."""
    parser = argparse.ArgumentParser(
        prog="python -m studio.bench_drag", description="Measure a slider drag in the real window."
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="length of the drag")
    parser.add_argument("--model", default="", help="id of a model, or all that make surfaces: all (default: a DeepSDF)")
    parser.add_argument("--mean", action="store_true", help="start from the mean code, not from a whole training shape")
    parser.add_argument("--size", default="640x480", help="size of the viewport")
    parser.add_argument("--no-cancel", action="store_true", help="leave out how long cancelling takes")
    parser.add_argument("--timings", action="store_true", help="with the timings laid over the view")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(argv)
    sleep_while_waiting()
    problem = display_problem()
    if problem is not None:
        sys.stderr.write(problem + "\n")
        return 1
    with opened(given.size) as studio:
        if given.timings:
            studio.window.toggle_timing()
        models = chosen(studio.session.models, given.model)
        runs = [run(studio, model, given) for model in models]
    if given.json:
        found = [asdict(figures) for figures in runs]
        sys.stdout.write(json.dumps(found if len(found) > 1 else found[0], indent=1) + "\n")
    else:
        sys.stdout.write(text(runs) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
