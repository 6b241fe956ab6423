"""Triangles of one grid: VTK's flying edges, the project's marching cubes in torch, and scikit-image where it is installed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from engine.bench.timing import Bench, Timing, calibration, race
from engine.progress import NO_PROGRESS, Progress

SIZES = (65, 129, 257)
OURS, FLYING = "marching cubes (torch)", "flying edges (VTK)"


def bench_meshing(device: str = "cpu", runs: int = 5, progress: Progress = NO_PROGRESS) -> Bench:
    """Mesh a ball with a plate through it, without normals, on grids of `SIZES` corners per side.

    Args:
        device: where torch works; the others work on the CPU.
        runs: measured runs of each.
        progress: told before each grid.
    """
    import torch

    from engine.geometry.marching_cubes import marching_cubes
    from engine.geometry.meshing import flying_edges

    timings: list[Timing] = []
    ratios: dict[str, float] = {}
    for done, size in enumerate(SIZES):
        progress.step(done, len(SIZES), f"measuring {size - 1} cells per side")
        values = _values(size)
        there = torch.from_numpy(values).to(device)

        def ours(there: torch.Tensor = there) -> int:
            with torch.inference_mode():
                return len(marching_cubes(there)[1].cpu())  # a copy also waits for a GPU to finish

        def theirs(values: NDArray[np.float32] = values) -> int:
            return len(flying_edges(values)[1])

        entrants: dict[str, Callable[[], object]] = {OURS: ours, FLYING: theirs}
        if find_spec("skimage") is not None:
            peer = import_module("skimage.measure").marching_cubes
            entrants["scikit-image"] = partial(lambda peer, values: len(peer(values, 0.0)[1]), peer, values)
        found = race(f"{size - 1}^3", entrants, runs, lambda faces: f"{faces} faces")
        timings += found.values()
        for name in entrants:
            if name != FLYING:
                ratios[f"{size - 1}^3: {name} / {FLYING}"] = found[name].median_ms / found[FLYING].median_ms
    return Bench("meshing", calibration(device, torch.get_num_threads()), tuple(timings), ratios)


def _values(size: int) -> NDArray[np.float32]:
    axis = np.linspace(-1.05, 1.05, size, dtype=np.float32)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij", sparse=True)
    ball, plate = np.sqrt(x * x + y * y + z * z) - 0.7, np.abs(y - 0.1) - 0.03
    return np.ascontiguousarray(np.minimum(ball, plate), np.float32)
