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
from engine.bench.timing import Bench
from engine.cli.options import MACHINE, Machine
from engine.cli.terminal import TerminalProgress, answer, say, table, watched
from engine.errors import DependencyMissing, FileError

What = Literal["all", "reconstruct", "decode", "metrics", "drag"]


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
    shape-engine bench decode --model deepsdf --runs 3
    shape-engine bench all --json
    ```

    Args:
        what: reconstruct (picture to shape), decode (coarse to fine against dense), metrics (against plain peers), drag (the
            studio's sliders; needs a display), or all of them.
        model: the model of bench decode; by default one that answers with a surface.
        picture: the picture of bench reconstruct; by default one that comes with the program.
        runs: measured runs of each.
        common: how to answer and what to compute on.
    """
    wanted = ("reconstruct", "decode", "metrics", "drag") if what == "all" else (what,)
    results: list[Bench] = []
    drag: object = None
    with watched() as progress:
        for name in wanted:
            if name == "drag":
                drag = _drag(required=what == "drag")
            else:
                results.append(_bench(name, model, picture, runs, common.engine(), progress))
    text = "\n\n".join(_text(result) for result in results)
    if drag is not None:
        text = f"{text}\n\ndrag\n{json.dumps(drag, indent=1)}".lstrip()
    answer({"benches": results, "drag": drag}, text, common.json)


def _bench(name: str, model: str | None, picture: Path | None, runs: int, engine: Engine, progress: TerminalProgress) -> Bench:
    if name == "reconstruct":
        from engine.bench.reconstruct import bench_reconstruct

        return bench_reconstruct(engine, picture or bundled_picture(), runs, progress)
    if name == "decode":
        from engine.bench.decode import bench_decode

        return bench_decode(engine, model, runs, progress)
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


def _text(result: Bench) -> str:
    rows = [
        (t.name, f"{t.median_ms:.1f}", f"{t.fastest_ms:.1f}", f"{t.slowest_ms:.1f}", str(t.runs), t.result)
        for t in result.timings
    ]
    lines = [f"{result.name} ({result.machine})", table(("what", "median ms", "fastest", "slowest", "runs", "result"), rows)]
    lines += [f"{name}: {ratio:.2f}" for name, ratio in result.ratios.items()]
    return "\n".join([*lines, *result.notes])
