"""The distances of `engine.metrics` against plain peers: same points, same values, same run."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.bench.timing import Bench, Timing, calibration, measure
from engine.errors import DependencyMissing
from engine.metrics.points import chamfer_l1_half, emd_exact, f_score
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]

#: Points per side for the peers that hold every pair of points in memory.
BRUTE_POINTS = 4096
EMD_POINTS = 1024


def bench_metrics(points: int = 30_000, runs: int = 3, progress: Progress = NO_PROGRESS) -> Bench:
    """Chamfer, F-score and EMD of two noisy spheres against scipy and scikit-learn used directly.

    Args:
        points: points per side where memory allows it.
        runs: measured runs.
        progress: told before each pair.
    """
    import torch

    rng = np.random.default_rng(0)
    a, b = _sphere(points, rng), _sphere(points, rng)
    few_a, few_b = a[:BRUTE_POINTS], b[:BRUTE_POINTS]
    tiny_a, tiny_b = a[:EMD_POINTS], b[:EMD_POINTS]
    cases = [
        (f"Chamfer-L1, {len(a)} points", lambda: chamfer_l1_half(a, b), "scikit-learn NearestNeighbors",
         lambda: _by_sklearn(a, b)),
        (f"Chamfer-L1, {BRUTE_POINTS} points", lambda: chamfer_l1_half(few_a, few_b), "scipy cdist (brute force)",
         lambda: _by_cdist(few_a, few_b)),
        (f"F-score, {BRUTE_POINTS} points", lambda: f_score(few_a, few_b, 0.05), "scipy cdist (brute force)",
         lambda: _f_by_cdist(few_a, few_b, 0.05)),
        (f"EMD, {EMD_POINTS} points", lambda: emd_exact(tiny_a, tiny_b)[0], "scipy cdist + linear_sum_assignment",
         lambda: _by_assignment(tiny_a, tiny_b)),
    ]  # fmt: skip
    timings: list[Timing] = []
    ratios: dict[str, float] = {}
    for done, (name, ours, peer, theirs) in enumerate(cases):
        progress.step(done, len(cases), f"measuring {name}")
        mine = measure(f"{name}: engine.metrics", ours, runs, _value)
        other = measure(f"{name}: {peer}", theirs, runs, _value)
        timings += [mine, other]
        ratios[f"{name}: {peer} / engine.metrics"] = other.median_ms / mine.median_ms
    note = "Equal values in both lines of a pair show that both did the same work."
    return Bench("metrics", calibration("cpu", torch.get_num_threads()), tuple(timings), ratios, (note,))


def _sphere(count: int, rng: np.random.Generator) -> Array:
    points = rng.standard_normal((count, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    return points * (1 + 0.05 * rng.standard_normal((count, 1)))


def _value(result: object) -> str:
    return f"{result:.9g}" if isinstance(result, float) else str(result)


def _by_sklearn(a: Array, b: Array) -> float:
    try:
        from sklearn.neighbors import NearestNeighbors
    except ImportError as error:
        raise DependencyMissing("This bench compares with scikit-learn; install it with: pip install scikit-learn") from error
    there = NearestNeighbors(n_neighbors=1).fit(b).kneighbors(a)[0]
    back = NearestNeighbors(n_neighbors=1).fit(a).kneighbors(b)[0]
    return float((there.mean() + back.mean()) / 2)


def _by_cdist(a: Array, b: Array) -> float:
    from scipy.spatial.distance import cdist

    pairs = cdist(a, b)
    return float((pairs.min(axis=1).mean() + pairs.min(axis=0).mean()) / 2)


def _f_by_cdist(a: Array, b: Array, threshold: float) -> float:
    from scipy.spatial.distance import cdist

    pairs = cdist(a, b)
    precision, recall = float((pairs.min(axis=1) <= threshold).mean()), float((pairs.min(axis=0) <= threshold).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _by_assignment(a: Array, b: Array) -> float:
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    pairs = cdist(a, b)
    rows, columns = linear_sum_assignment(pairs)
    return float(pairs[rows, columns].mean())
