"""Coarse-to-fine surface extraction against evaluating the whole grid: same field, same grid, same run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from engine.api import Engine
from engine.bench.timing import Bench, Timing, calibration, measure
from engine.errors import ModelError
from engine.models.checkpoint import load_model
from engine.progress import NO_PROGRESS, Progress

#: Corners per side of the grids compared, with the levels that lead to each.
LADDERS = ((17, 33), (17, 33, 65), (17, 33, 65, 129))


def bench_decode(engine: Engine, model: str | None = None, runs: int = 3, progress: Progress = NO_PROGRESS) -> Bench:
    """Decode the mean code on rising grids, refined near the surface and densely.

    Args:
        engine: knows the models.
        model: a model that answers with a surface; None takes the first that fits shapes, else the first of all.
        runs: measured runs of the refined way; the dense way is measured once for each grid above 65.
        progress: told before each grid.

    Raises:
        ModelError: if no model answers with a surface.
    """
    import torch

    from engine.geometry.isosurface import Level, refine

    surfaces = sorted((info for info in engine.models() if info.output == "surface"), key=lambda info: not info.fits_shape)
    chosen = engine.info(model) if model else next(iter(surfaces), None)
    if chosen is None or chosen.output != "surface":
        raise ModelError("No model here answers with a surface; there is nothing to measure.")
    engine.load(chosen.id)  # sets the threads that the user asked for
    decoder = load_model(chosen.folder, engine.device)
    z = torch.tensor(engine.space(chosen.id).mean_code().values, device=engine.device)
    timings: list[Timing] = []
    ratios: dict[str, float] = {}
    for done, levels in enumerate(LADDERS):
        progress.step(done, len(LADDERS), f"measuring {levels[-1] - 1} cells per side")

        def extract(levels: Sequence[int]) -> Level:
            progress.check()
            with torch.inference_mode():
                field = decoder.decode(z)
                if isinstance(field, torch.Tensor):
                    raise TypeError("a model with output surface decoded to points")
                return list(refine(field, levels, progress))[-1]

        cells = levels[-1] - 1
        refined = measure(f"{chosen.id}: {cells}^3 coarse to fine", partial(extract, levels), runs, _described)
        dense_runs = runs if cells < 65 else 1
        dense = measure(f"{chosen.id}: {cells}^3 dense", partial(extract, levels[-1:]), dense_runs, _described)
        timings += [refined, dense]
        ratios[f"{cells}^3: dense / coarse to fine"] = dense.median_ms / refined.median_ms
    return Bench("decode", calibration(engine.device, torch.get_num_threads()), tuple(timings), ratios)


def _described(result: object) -> str:
    from engine.geometry.isosurface import Level

    if not isinstance(result, Level):
        raise TypeError(f"expected a Level, received {type(result).__name__}")
    return f"{result.evaluations} evaluations, {len(result.mesh.faces)} faces"
