"""Extraction in proportion to the surface, beside dense evaluation and MISE: same model, same code, same grids, same run."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from engine.api import Engine
from engine.bench.memory import peak_memory
from engine.bench.timing import calibration
from engine.errors import ModelError
from engine.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from torch import Tensor

    from engine.geometry.field import Field
    from engine.models.base import ShapeModel

T = TypeVar("T")
#: Corners per side of the grids compared, with the levels that lead to each.
LADDERS = ((17, 33, 65), (17, 33, 65, 129), (17, 33, 65, 129, 257))
#: The model to measure where nobody names one: the published network, which comes along for this.
PAPER_MODEL = "deepsdf-paper-chairs"
OURS, PUBLISHED, FIELD, MISE = "coarse to fine", "dense, published method", "dense, our field", "MISE"
#: Work that takes longer than this, in seconds, is run once for its figure.
_LONG = 5.0


@dataclass(frozen=True, slots=True)
class DecodeRow:
    """One method on one grid.

    Attributes:
        cells: per side.
        method: `OURS`, `PUBLISHED`, `FIELD` or `MISE`.
        evaluations: points that the whole takes.
        median_ms: median of the runs, milliseconds; meshing included except in dense runs.
        runs: measured runs.
        share: of the points that were evaluated; below 1 the time is scaled up from whole batches, chosen by a seed.
        peak_mb: highest resident memory of the process, MB.
        triangles: of the surface; 0 where none was made.
        floor: corners of the cells that change sign; what no method can do without. 0 where not known.
    """

    cells: int
    method: str
    evaluations: int
    median_ms: float
    runs: int
    share: float
    peak_mb: float
    triangles: int = 0
    floor: int = 0


@dataclass(frozen=True, slots=True)
class DecodeBench:
    """The table.

    Attributes:
        name: "decode".
        machine: device, threads, and what the machine does at this moment.
        model: id.
        rows: in the order measured.
        ratios: "128^3: dense, published method / coarse to fine" -> how many times as long it takes.
        exponents: of the growth of evaluations and of milliseconds from the first grid to the last: 2 is a surface, 3 a volume.
        notes: sentences needed to read the numbers.
    """

    name: str
    machine: str
    model: str
    rows: tuple[DecodeRow, ...]
    ratios: dict[str, float]
    exponents: dict[str, float]
    notes: tuple[str, ...]

    def ratio(self, row: DecodeRow, peer: str) -> float:
        """How many times as long the peer takes on the same grid."""
        other = next(r for r in self.rows if r.cells == row.cells and r.method == peer)
        return other.median_ms / row.median_ms


def bench_decode(engine: Engine, model: str | None = None, runs: int = 3, progress: Progress = NO_PROGRESS) -> DecodeBench:
    """Decode a training code on rising grids: coarse to fine, densely, and by MISE.

    Args:
        engine: knows the models.
        model: a model that answers with a surface; None takes the published DeepSDF where there is one (`PAPER_MODEL`), else
            the first that fits shapes, else the first of all.
        runs: measured runs of what takes less than five seconds.
        progress: told before each piece of work.

    Raises:
        ModelError: if no model answers with a surface.
    """
    import torch

    from engine.models.checkpoint import load_model

    chosen = _chosen(engine, model)
    engine.load(chosen)  # sets the threads that the user asked for
    decoder = load_model(engine.info(chosen).folder, engine.device)
    z = torch.tensor(engine.space(chosen).codes[0], dtype=torch.float32, device=engine.device)
    rows: list[DecodeRow] = []
    notes: list[str] = []
    for number, levels in enumerate(LADDERS):
        for step, row in enumerate((_ours, _mise, _dense_field, _dense_published)):
            progress.step(4 * number + step, 4 * len(LADDERS), f"measuring {levels[-1] - 1} cells per side")
            found, how = row(decoder, z, levels, runs, progress)
            rows.append(found)
            notes += [note for note in how if note not in notes]
    if any(row.share < 1 for row in rows):
        notes.append(
            "Dense runs too long to finish are timed on the share of the points that the table names, whole batches chosen by "
            "a seed, and scaled up."
        )
    notes.append("Dense times are without meshing.")
    notes.append("floor: corners of the cells that change sign on that grid, which every method must ask for.")
    return DecodeBench(
        "decode",
        calibration(engine.device, torch.get_num_threads()),
        chosen,
        tuple(rows),
        _ratios(rows),
        _exponents([row for row in rows if row.method == OURS]),
        tuple(notes),
    )


def _chosen(engine: Engine, model: str | None) -> str:
    infos = {info.id: info for info in engine.models() if info.output == "surface"}
    first = sorted(infos.values(), key=lambda info: (info.id != PAPER_MODEL, not info.fits_shape))
    found = engine.info(model) if model else next(iter(first), None)
    if found is None or found.id not in infos:
        raise ModelError("No model here answers with a surface; there is nothing to measure.")
    return found.id


def _ours(
    decoder: ShapeModel, z: Tensor, levels: Sequence[int], runs: int, progress: Progress
) -> tuple[DecodeRow, tuple[str, ...]]:
    from engine.geometry.isosurface import Level, refine

    def extract() -> Level:
        return list(refine(_field(decoder, z), levels, progress))[-1]

    level, taken, peak, how = _repeated(extract, runs)
    row = DecodeRow(
        levels[-1] - 1,
        OURS,
        level.evaluations,
        median(taken),
        len(taken),
        1.0,
        peak,
        len(level.mesh.faces),
        level.crossing_corners,
    )
    return row, (f"peak: {how}.",)


def _mise(
    decoder: ShapeModel, z: Tensor, levels: Sequence[int], runs: int, progress: Progress
) -> tuple[DecodeRow, tuple[str, ...]]:
    from engine.bench.peers import mise
    from engine.geometry.evaluator import Evaluator

    def extract() -> tuple[int, int]:
        field = _field(decoder, z)
        evaluator = Evaluator(field, field.half_extent, progress)
        return len(mise(field, levels[-1], evaluator, min(33, levels[-1])).faces), evaluator.evaluations

    (faces, evaluations), taken, peak, _ = _repeated(extract, runs)
    return DecodeRow(levels[-1] - 1, MISE, evaluations, median(taken), len(taken), 1.0, peak, faces), (
        "MISE: from 32^3 cells, all new corners of cells with both signs, of the same field as ours; it loses what lies "
        "between the corners of a grid.",
    )


def _dense_field(
    decoder: ShapeModel, z: Tensor, levels: Sequence[int], runs: int, progress: Progress
) -> tuple[DecodeRow, tuple[str, ...]]:
    return _dense(FIELD, _field(decoder, z), decoder, z, levels, progress), ()


def _dense_published(
    decoder: ShapeModel, z: Tensor, levels: Sequence[int], runs: int, progress: Progress
) -> tuple[DecodeRow, tuple[str, ...]]:
    from engine.bench.peers import BATCH, published

    ask, how = published(decoder, z)
    return _dense(PUBLISHED, ask, decoder, z, levels, progress), (f"{PUBLISHED}: batches of {BATCH:,} points, {how}.",)


def _dense(
    method: str, ask: Callable[[Tensor], Tensor], decoder: ShapeModel, z: Tensor, levels: Sequence[int], progress: Progress
) -> DecodeRow:
    from engine.bench.peers import dense

    corners = levels[-1]
    run, peak, _ = peak_memory(lambda: dense(ask, corners, _field(decoder, z).half_extent, z.device, progress))
    return DecodeRow(corners - 1, method, corners**3, run.milliseconds, 1, run.share, peak)


def _field(decoder: ShapeModel, z: Tensor) -> Field:
    import torch

    with torch.inference_mode():
        field = decoder.decode(z)
    if isinstance(field, torch.Tensor):
        raise TypeError("a model with output surface decoded to points")
    return field


def _repeated(work: Callable[[], T], runs: int) -> tuple[T, list[float], float, str]:
    """What the work gives, milliseconds of each measured run, its memory, and how that was measured.

    Work that takes long has no need of a run to warm up: smaller grids went before.
    """
    began = perf_counter()
    result, peak, how = peak_memory(work)
    first = 1e3 * (perf_counter() - began)
    if first > 1e3 * _LONG:
        return result, [first], peak, how
    taken = []
    for _ in range(runs):
        began = perf_counter()
        work()
        taken.append(1e3 * (perf_counter() - began))
    return result, taken, peak, how


def _ratios(rows: Sequence[DecodeRow]) -> dict[str, float]:
    times = {(row.cells, row.method): row.median_ms for row in rows}
    return {f"{cells}^3: {method} / {OURS}": ms / times[cells, OURS] for (cells, method), ms in times.items() if method != OURS}


def _exponents(rows: Sequence[DecodeRow]) -> dict[str, float]:
    if len(rows) < 2 or rows[0].cells == rows[-1].cells:
        return {}
    doublings = math.log(rows[-1].cells / rows[0].cells)
    return {
        "evaluations": math.log(rows[-1].evaluations / rows[0].evaluations) / doublings,
        "milliseconds": math.log(rows[-1].median_ms / rows[0].median_ms) / doublings,
    }
