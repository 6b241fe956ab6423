"""`shape-engine compare`: measure shapes against each other."""

from __future__ import annotations

from csv import writer
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveInt

from engine.api import CompareRequest, Comparison, Engine, Frame, Measurement, Mesh, OpenedShape
from engine.cli.options import Answering
from engine.cli.outputs import check_folder
from engine.cli.terminal import TerminalProgress, answer, say, table, watched
from engine.errors import ShapeError
from engine.requests import Up


@dataclass(frozen=True)
class Measuring(Answering):
    """How to answer and how to measure."""

    points: PositiveInt | None = None
    """Points per side instead of each convention's own number."""

    seed: NonNegativeInt = 0
    """Seed of the surface samples."""

    floor: bool = False
    """Also say what two samplings of the reference give, and how many times that a value is."""

    align: str = "none"
    """How each shape is brought onto the reference first: none, box_edge, box_diagonal, box_radius, centroid_radius,
    icp_rigid, icp_similarity or turn."""

    csv: Path | None = None
    """Also write the numbers, with their conventions, into this file."""


Measure = Annotated[Measuring, Parameter(name="*")]
MEASURE = Measuring()


def compare(
    shapes: Annotated[list[Path], Parameter(consume_multiple=True)],
    /,
    *,
    preset: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    up: Up = "auto",
    as_is: bool = False,
    common: Measure = MEASURE,
) -> None:
    """Measure shapes against the first one, which is the reference.

    Files are brought into the unit sphere first; what was guessed about them is said on stderr.

    ```
    shape-engine compare truth.obj result.ply
    shape-engine compare truth.obj one.ply two.ply --preset onet_l1 --preset emd --floor --json
    shape-engine compare truth.obj scan.ply --align icp_similarity --csv numbers.csv
    ```

    Args:
        shapes: the reference and one or more shapes (OBJ, PLY, STL, OFF, GLB, XYZ, NPZ).
        preset: metric with its convention; may be repeated; all that make sense by default.
        up: the axis that is up in the files; guessed, and said so, by default.
        as_is: take coordinates as they are: all files lie in the unit sphere's frame already, as results of this program do.
            Without it every file is centred and scaled by itself, so that position and size do not count.
        common: how to answer and how to measure.
    """
    if len(shapes) < 2:
        raise ShapeError("A comparison needs two shapes or more; {count} was given.", count=len(shapes))
    engine = Engine()
    metrics = check_presets(engine, preset)
    if common.csv is not None:
        check_folder(common.csv.parent)
    with watched() as progress:
        opened = [load_as_is(path) if as_is else _open(engine, path, up, progress) for path in shapes]
        results: list[tuple[Path, Comparison]] = []
        for path, shape in zip(shapes[1:], opened[1:], strict=True):
            request = CompareRequest(
                shape.shape, opened[0].shape, metrics, common.points, common.seed, common.floor, align=common.align
            )
            results.append((path, engine.compare(request, progress)))
    document = {
        "reference": {"path": shapes[0], **_described(opened[0])},
        "seed": common.seed,
        "align": common.align,
        "comparisons": [
            {"path": path, **_described(shape), "measurements": result.measurements, "milliseconds": result.milliseconds}
            for (path, result), shape in zip(results, opened[1:], strict=True)
        ],
    }
    if common.csv is not None:
        _write_csv(common.csv, shapes[0], results, common)
        say(f"Wrote {common.csv}.")
    answer(document, f"Reference: {shapes[0]}\n\n{_table(results, common.floor)}", common.json)


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


def load_as_is(path: Path) -> OpenedShape:
    """The file's coordinates, taken for those of the unit sphere's frame."""
    from engine.geometry.files import read_shape
    from engine.geometry.frames import bounds

    shape = read_shape(path)
    low, high = bounds(shape)
    x, y, z = (float(edge) for edge in high - low)
    return OpenedShape(replace(shape, frame=Frame.UNIT_SPHERE), "y", False, (x, y, z), ("Coordinates were taken as they are.",))


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
    header = ["shape", "metric", "value", *(["floor", "value / floor"] if floor else []), "better", "points", "convention"]
    rows = [
        [
            path.name,
            m.metric,
            f"{m.value:.6g}" + (f" (at most {ceil(1e4 * m.bound) / 100:g} % above optimum)" if m.bound else ""),
            *([f"{m.floor:.6g}" if m.floor is not None else "-", _times(m) or "-"] if floor else []),
            m.better,
            str(m.points),
            m.convention + (" (fewer points than the convention asks for)" if m.approximate else ""),
        ]
        for path, result in results
        for m in result.measurements
    ]
    return table(header, rows)


def _times(m: Measurement) -> str:
    """How many times the floor a distance is; nothing for scores, where more is better."""
    return f"{m.value / m.floor:.1f}x floor" if m.floor and m.better == "lower" else ""


def _write_csv(path: Path, reference: Path, results: list[tuple[Path, Comparison]], common: Measuring) -> None:
    header = (
        *("shape", "reference", "metric", "label", "value", "bound", "floor", "better", "points", "frame", "seed", "align"),
        *("approximate", "convention"),
    )
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = writer(file)
        lines.writerow(header)
        for shape, result in results:
            for m in result.measurements:
                numbers = ["" if value is None else repr(value) for value in (m.value, m.bound, m.floor)]
                settings = (m.better, m.points, m.frame.value, common.seed, common.align, m.approximate, m.convention)
                lines.writerow((shape, reference, m.metric, m.label, *numbers, *settings))
