"""`shape-engine bench`: how fast things are on this machine today."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

from cyclopts.types import PositiveInt

from engine.api import Engine
from engine.assets import bench_models, model_roots
from engine.bench.decode import MISE, PUBLISHED, DecodeBench
from engine.bench.equality import SAME, Equality
from engine.bench.pull import PullBench
from engine.bench.timing import Bench
from engine.cli.options import MACHINE, Machine
from engine.cli.terminal import TerminalProgress, answer, say, table, watched
from engine.errors import DependencyMissing, FileError

What = Literal["all", "reconstruct", "decode", "metrics", "drag", "equality", "pull", "meshing"]


def bench(
    what: What = "all",
    /,
    *,
    model: str | None = None,
    picture: Path | None = None,
    runs: PositiveInt = 5,
    common: Machine = MACHINE,
) -> None:
    """Time what the product does: warm, in process, medians, beside named peers and what the machine does today.

    ```
    shape-engine bench reconstruct
    shape-engine bench decode --model deepsdf-furniture --runs 3
    shape-engine bench equality
    shape-engine bench pull --model triplane-furniture
    shape-engine bench all --json
    ```

    Args:
        what: reconstruct (picture to shape), decode (coarse to fine beside dense evaluation and MISE), metrics (against plain
            peers), drag (the studio's sliders; needs a display), or all of these; equality compares the surfaces of a hundred
            shapes with dense evaluation, which takes many minutes; pull plays fifty recorded gestures of a hand that pulls on
            surfaces; meshing makes triangles of one grid in torch and by VTK.
        model: the model of bench decode, by default the published DeepSDF; that of bench equality, by
            default all; that of bench pull, by default the first that fits shapes.
        picture: the picture of bench reconstruct; by default one that comes with the program.
        runs: measured runs of each.
        common: how to answer and what to compute on.
    """
    wanted = ("reconstruct", "decode", "metrics", "drag") if what == "all" else (what,)
    results: list[Bench | DecodeBench | Equality | PullBench] = []
    drag: object = None
    with watched() as progress:
        for name in wanted:
            if name == "drag":
                drag = _drag(required=what == "drag")
            else:
                engine = Engine(common.device, common.threads, (*model_roots(), bench_models()))
                results.append(_bench(name, model, picture, runs, engine, progress))
    text = "\n\n".join(_text(result) for result in results)
    if drag is not None:
        text = f"{text}\n\ndrag\n{json.dumps(drag, indent=1)}".lstrip()
    answer({"benches": results, "drag": drag}, text, common.json)


def _bench(
    name: str, model: str | None, picture: Path | None, runs: int, engine: Engine, progress: TerminalProgress
) -> Bench | DecodeBench | Equality | PullBench:
    if name == "reconstruct":
        from engine.bench.reconstruct import bench_reconstruct

        return bench_reconstruct(engine, picture or bundled_picture(), runs, progress)
    if name == "decode":
        from engine.bench.decode import bench_decode

        return bench_decode(engine, model, runs, progress)
    if name == "equality":
        from engine.bench.equality import compare_with_dense

        return compare_with_dense(engine, models=(model,) if model else (), progress=progress)
    if name == "pull":
        from engine.bench.pull import bench_pull

        return bench_pull(engine, model, progress=progress)
    if name == "meshing":
        from engine.bench.meshing import bench_meshing

        return bench_meshing(engine.device, runs, progress)
    from engine.bench.metrics import bench_metrics

    return bench_metrics(runs=runs, progress=progress)


def bundled_picture() -> Path:
    """The first picture that comes with the program.

    Raises:
        FileError: if there is none.
    """
    from engine.assets import assets_root

    pictures = sorted(path for path in assets_root().glob("*/*.png") if path.parent.name in ("images", "pictures", "samples"))
    if not pictures:
        raise FileError("No picture comes with this installation; name one with --picture.")
    return pictures[0]


def _drag(required: bool) -> object:
    """The studio's own bench, in its own process: the engine knows nothing of windows."""
    if importlib.util.find_spec("studio") is None or importlib.util.find_spec("studio.bench_drag") is None:
        if required:
            raise DependencyMissing("The studio is not installed here; bench drag is part of it.")
        say("bench drag is left out: the studio is not installed.")
        return None
    done = subprocess.run([sys.executable, "-m", "studio.bench_drag", "--json"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        if required:
            raise DependencyMissing("bench drag did not run to its end (see above); it needs a display, for example xvfb-run.")
        say("bench drag is left out: it did not run to its end (see above); it needs a display, for example xvfb-run.")
        return None
    return json.loads(done.stdout)


def _text(result: Bench | DecodeBench | Equality | PullBench) -> str:
    if isinstance(result, DecodeBench):
        return _decode_text(result)
    if isinstance(result, Equality):
        return _equality_text(result)
    if isinstance(result, PullBench):
        return _pull_text(result)
    rows = [
        (t.name, f"{t.median_ms:.1f}", f"{t.fastest_ms:.1f}", f"{t.slowest_ms:.1f}", str(t.runs), t.result)
        for t in result.timings
    ]
    lines = [f"{result.name} ({result.machine})", table(("what", "median ms", "fastest", "slowest", "runs", "result"), rows)]
    lines += [f"{name}: {ratio:.2f}" for name, ratio in result.ratios.items()]
    return "\n".join([*lines, *result.notes])


def _pull_text(result: PullBench) -> str:
    count, held, moved = result.pins
    rows = [
        ("the surface came within 1 % of the box of the hand", f"{result.reached:.0%}"),
        ("pins that moved less than 1 % of the box", f"{held:.0%} of {count}, median {moved:.4f}"),
        ("all of that", f"{result.held:.0%}"),
        ("said to leave what the model knows", f"{result.told} of {result.gestures}"),
        ("failed without that being said; said without need", f"{result.unsaid}; {result.for_nothing}"),
        ("typicality of the code, before and after", f"{result.typical[0]:.2f}, {result.typical[1]:.2f}"),
        ("more loose pieces than before; fewer", f"{result.pieces[0]}; {result.pieces[1]}"),
        ("a mouse step with the first picture, median and p95", f"{result.step_ms[0]:.0f}, {result.step_ms[1]:.0f} ms"),
        ("the pull alone, median and p95", f"{result.pull_ms[0]:.0f}, {result.pull_ms[1]:.0f} ms"),
    ]
    return f"pull {result.model}, {result.gestures} gestures ({result.machine})\n{table(('what', ''), rows)}"


def _decode_text(result: DecodeBench) -> str:
    rows = [
        (
            f"{row.cells}^3",
            row.method,
            f"{row.evaluations:,}",
            f"{row.median_ms:,.0f}",
            "all" if row.share == 1 else f"{row.share:.1%}",
            f"{row.peak_mb:,.0f}",
            f"{result.ratio(row, PUBLISHED):.2f}",
            f"{result.ratio(row, MISE):.2f}",
            f"{row.triangles:,}" if row.triangles else "-",
            f"{row.floor:,}" if row.floor else "-",
        )
        for row in result.rows
    ]
    head = ("cells", "method", "evaluations", "ms", "timed", "peak MB", "x published", "x MISE", "triangles", "floor")
    lines = [f"decode {result.model} ({result.machine})", table(head, rows)]
    lines.append("x published, x MISE: how many times as fast as dense evaluation by the published method, and as MISE.")
    if result.exponents:
        first, last = result.rows[0].cells, result.rows[-1].cells
        growth = ", ".join(f"{name} {power:.2f}" for name, power in result.exponents.items())
        lines.append(f"growth from {first}^3 to {last}^3 (2 is a surface, 3 a volume): {growth}")
    return "\n".join([*lines, *result.notes])


def _equality_text(result: Equality) -> str:
    rows = [
        (
            outcome.name,
            "same" if outcome.same else "DIFFERENT",
            f"{outcome.hausdorff:.1e}",
            "{} / {}".format(*outcome.pieces),
            "{} / {}".format(*outcome.handles),
            f"{outcome.evaluations:,}",
            f"{outcome.evaluations / max(1, outcome.crossing):.2f}",
        )
        for outcome in result.outcomes
    ]
    head = ("shape", "surface", "hausdorff / box", "pieces", "genus", "evaluations", "/ floor")
    same = sum(outcome.same for outcome in result.outcomes)
    return "\n".join(
        [
            f"equality at {result.resolution}^3 corners, coarse to fine / dense, vertices as the grid has them",
            table(head, rows),
            f"{same} of {len(rows)} are the same: Hausdorff distance at most {SAME:g} of the box, equal pieces and genus.",
        ]
    )
