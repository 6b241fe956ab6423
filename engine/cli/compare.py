"""`shape-engine compare`: measure shapes against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import PositiveInt

from engine.api import CompareRequest, Comparison, Engine, Mesh, OpenedShape
from engine.cli.options import ANSWER, Answer
from engine.cli.terminal import TerminalProgress, answer, say, table, watched
from engine.errors import ShapeError
from engine.requests import Up


def compare(
    shapes: Annotated[list[Path], Parameter(consume_multiple=True)],
    /,
    *,
    preset: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    points: PositiveInt | None = None,
    seed: int = 0,
    floor: bool = False,
    up: Up = "auto",
    common: Answer = ANSWER,
) -> None:
    """Measure shapes against the first one, which is the reference.

    Files are brought into the unit sphere first; what was guessed about them is said on stderr.

    ```
    shape-engine compare truth.obj result.ply
    shape-engine compare truth.obj one.ply two.ply --preset onet_l1 --preset emd --floor --json
    ```

    Args:
        shapes: the reference and one or more shapes (OBJ, PLY, STL, OFF, GLB, XYZ, NPZ).
        preset: metric with its convention; may be repeated; all that make sense by default.
        points: points per side instead of each convention's own number.
        seed: seed of the surface samples.
        floor: also say what two samplings of the reference give.
        up: the axis that is up in the files; guessed, and said so, by default.
        common: how to answer.
    """
    if len(shapes) < 2:
        raise ShapeError("A comparison needs two shapes or more; {count} was given.", count=len(shapes))
    engine = Engine()
    metrics = check_presets(engine, preset)
    with watched() as progress:
        opened = [_open(engine, path, up, progress) for path in shapes]
        results: list[tuple[Path, Comparison]] = []
        for path, shape in zip(shapes[1:], opened[1:], strict=True):
            request = CompareRequest(shape.shape, opened[0].shape, metrics, points, seed, floor)
            results.append((path, engine.compare(request, progress)))
    document = {
        "reference": {"path": shapes[0], **_described(opened[0])},
        "comparisons": [
            {"path": path, **_described(shape), "measurements": result.measurements, "milliseconds": result.milliseconds}
            for (path, result), shape in zip(results, opened[1:], strict=True)
        ],
    }
    answer(document, _table(results, floor), common.json)


def check_presets(engine: Engine, wanted: list[str] | None) -> tuple[str, ...]:
    """The metrics asked for, or all.

    Raises:
        ShapeError: if one is unknown; the message lists those that exist.
    """
    known = engine.metric_names()
    for name in wanted or ():
        if name not in known:
            raise ShapeError("There is no preset {name}; known are: {known}.", name=name, known=", ".join(known))
    return tuple(dict.fromkeys(wanted or known))


def _open(engine: Engine, path: Path, up: Up, progress: TerminalProgress) -> OpenedShape:
    opened = engine.open_shape(path, up, progress)
    how = "a guess; say --up if it is wrong" if opened.up_guessed else "certain"
    say(f"{path.name}: {opened.up} is up ({how}); brought into the unit sphere.")
    for remark in opened.remarks:
        say(f"{path.name}: {remark}")
    return opened


def _described(opened: OpenedShape) -> dict[str, object]:
    shape = opened.shape
    kind = "mesh" if isinstance(shape, Mesh) else "points"
    count = (
        {"vertices": len(shape.vertices), "faces": len(shape.faces)}
        if isinstance(shape, Mesh)
        else {"points": len(shape.points)}
    )
    facts = {"kind": kind, **count, "frame": shape.frame.value, "up": opened.up, "up_guessed": opened.up_guessed}
    return {**facts, "size_in_file": opened.size, "remarks": opened.remarks}


def _table(results: list[tuple[Path, Comparison]], floor: bool) -> str:
    header = ["shape", "metric", "value", *(["floor"] if floor else []), "better", "points", "convention"]
    rows = [
        [
            path.name,
            m.metric,
            f"{m.value:.6g}",
            *([f"{m.floor:.6g}" if m.floor is not None else "-"] if floor else []),
            m.better,
            str(m.points),
            m.convention + (" (fewer points than the convention asks for)" if m.approximate else ""),
        ]
        for path, result in results
        for m in result.measurements
    ]
    return table(header, rows)
