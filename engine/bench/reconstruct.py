"""How long a picture takes to become a shape, in process and warm."""

from __future__ import annotations

from pathlib import Path

from engine.api import DecodeRequest, EncodeRequest, Engine, Mesh, PointCloud, ShapeResult
from engine.bench.timing import Bench, Timing, calibration, measure
from engine.errors import ModelError
from engine.progress import NO_PROGRESS, Progress

#: Corners per side: each level reuses all values of the one before, and the last has 128 cells per side.
LEVELS = (33, 65, 129)


def bench_reconstruct(engine: Engine, picture: Path, runs: int = 5, progress: Progress = NO_PROGRESS) -> Bench:
    """Picture file to shape, by every model that takes pictures: background separated, picture read, shape decoded.

    Args:
        engine: with the models to measure.
        picture: file to start from.
        runs: measured runs per model.
        progress: told before each model.

    Raises:
        ModelError: if no model takes pictures.
    """
    models = [info for info in engine.models() if info.takes_picture]
    if not models:
        raise ModelError("No model here takes pictures; there is nothing to measure.")
    for info in models:
        engine.load(info.id)
    timings: list[Timing] = []
    for done, info in enumerate(models):
        progress.step(done, len(models), f"measuring {info.id}")

        def reconstruct(model: str = info.id) -> ShapeResult:
            progress.check()
            latent = engine.encode(EncodeRequest(model, engine.open_picture(picture)))
            return engine.decode(DecodeRequest(latent, LEVELS))

        what = "mesh at 128^3" if info.output == "surface" else "point set"
        timings.append(measure(f"{info.id}: picture to {what}", reconstruct, runs, _described))
    import torch

    return Bench(
        "reconstruct", calibration(engine.device, torch.get_num_threads()), tuple(timings), {}, (f"Picture: {picture.name}.",)
    )


def _described(result: object) -> str:
    if not isinstance(result, ShapeResult):
        raise TypeError(f"expected a ShapeResult, received {type(result).__name__}")
    shape = result.shape
    if isinstance(shape, PointCloud):
        return f"{len(shape.points)} points"
    return f"{len(shape.faces)} faces" if isinstance(shape, Mesh) and not shape.is_empty else f"empty: {shape.note}"
