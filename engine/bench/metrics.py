"""The distances of `engine.metrics` beside their peers: same points, same values, same run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.bench.chamfer import SIZES, race_chamfer
from engine.bench.timing import Bench, calibration, measure
from engine.metrics.points import emd_exact
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]

EMD_POINTS = 1024


def bench_metrics(sizes: tuple[int, ...] = SIZES, runs: int = 5, progress: Progress = NO_PROGRESS) -> Bench:
    """Chamfer and EMD against the libraries that people use for them.

    Args:
        sizes: points per side of the Chamfer distances.
        runs: measured runs.
        progress: told before each.
    """
    import torch

    before = calibration("cpu", torch.get_num_threads())
    timings, ratios, notes = race_chamfer(sizes, runs, progress)
    rng = np.random.default_rng(0)
    a, b = _sphere(EMD_POINTS, rng), _sphere(EMD_POINTS, rng)
    name, peer = f"EMD, {EMD_POINTS} points", "scipy cdist + linear_sum_assignment"
    progress.step(1, 2, f"measuring {name}")
    mine = measure(f"{name}: engine.metrics", lambda: emd_exact(a, b)[0], runs, _value)
    other = measure(f"{name}: {peer}", lambda: _by_assignment(a, b), runs, _value)
    timings += [mine, other]
    ratios[f"{name}: {peer} / engine.metrics"] = other.median_ms / mine.median_ms
    notes.append("Hard: two different surfaces; easy: a jittered copy. Equal values show that all did the same work.")
    notes.append(f"Afterwards: {calibration('cpu', torch.get_num_threads())}")
    return Bench("metrics", before, tuple(timings), ratios, tuple(notes))


def _sphere(count: int, rng: np.random.Generator) -> Array:
    points = rng.standard_normal((count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points * (1 + 0.05 * rng.standard_normal((count, 1)))


def _value(result: object) -> str:
    return f"{result:.9g}" if isinstance(result, float) else str(result)


def _by_assignment(a: Array, b: Array) -> float:
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    pairs = cdist(a, b)
    rows, columns = linear_sum_assignment(pairs)
    return float(pairs[rows, columns].mean())
