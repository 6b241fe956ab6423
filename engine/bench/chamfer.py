"""Chamfer distance on the processor beside the nearest-neighbour libraries that people use, in the same run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.bench.surfaces import PAIRS
from engine.bench.timing import Timing, race
from engine.metrics import compiled
from engine.metrics.points import chamfer_l1_half
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]
OURS = "engine.metrics"
SIZES = (2_048, 30_000, 100_000)
#: Most points for the peer that holds every pair in memory.
BRUTE = 4_096


def race_chamfer(
    sizes: tuple[int, ...] = SIZES, runs: int = 5, progress: Progress = NO_PROGRESS
) -> tuple[list[Timing], dict[str, float], list[str]]:
    """Both directions with all they need (indices are built anew), on both pairs at every size.

    Returns:
        Timings; "... fastest peer / ours" by name; what was missing.
    """
    peers, notes = _peers()
    if not compiled.finish():
        notes.append("The kernels could not be compiled: no folder to write to. SciPy stood in for them.")
    timings: list[Timing] = []
    ratios: dict[str, float] = {}
    for size in sizes:
        for kind, make in PAIRS.items():
            a, b = make(size)
            name = f"Chamfer-L1, {size:,} points, {kind}"
            progress.step(len(ratios), len(sizes) * len(PAIRS), f"measuring {name}")
            entrants = {OURS: chamfer_l1_half, **peers, **({"brute force (SciPy cdist)": _cdist} if size <= BRUTE else {})}
            ran = race(name, {who: partial(work, a, b) for who, work in entrants.items()}, runs, _value)
            timings += ran.values()
            fastest = min((who for who in ran if who != OURS), key=lambda who: ran[who].median_ms)
            ratios[f"{name}: {fastest} (fastest peer) / {OURS}"] = ran[fastest].median_ms / ran[OURS].median_ms
    return timings, ratios, notes


def _peers() -> tuple[dict[str, Callable[[Array, Array], float]], list[str]]:
    found: dict[str, Callable[[Array, Array], float]] = {"SciPy cKDTree, all cores": _scipy}
    missing = []
    try:
        import pykdtree.kdtree  # noqa: F401

        found["pykdtree"] = _pykdtree
    except ImportError:
        missing.append("pykdtree")
    try:
        import open3d  # noqa: F401

        found["Open3D"] = _open3d
    except (ImportError, OSError):  # its libraries need some of the system's
        missing.append("open3d")
    return found, [f"Left out, not installed: {', '.join(missing)} (pip install shape-studio[bench])."] if missing else []


def _value(result: object) -> str:
    return f"{result:.9g}" if isinstance(result, float) else str(result)


def _scipy(a: Array, b: Array) -> float:
    from scipy.spatial import cKDTree

    there, back = (np.asarray(cKDTree(y).query(x, workers=-1)[0]) for x, y in ((a, b), (b, a)))
    return float((there.mean() + back.mean()) / 2)


def _pykdtree(a: Array, b: Array) -> float:
    from pykdtree.kdtree import KDTree

    return float((KDTree(b).query(a)[0].mean() + KDTree(a).query(b)[0].mean()) / 2)


def _open3d(a: Array, b: Array) -> float:
    from open3d.geometry import PointCloud
    from open3d.utility import Vector3dVector

    one, other = PointCloud(Vector3dVector(a)), PointCloud(Vector3dVector(b))
    there, back = np.asarray(one.compute_point_cloud_distance(other)), np.asarray(other.compute_point_cloud_distance(one))
    return float((there.mean() + back.mean()) / 2)


def _cdist(a: Array, b: Array) -> float:
    from scipy.spatial.distance import cdist

    pairs = cdist(a, b)
    return float((pairs.min(axis=1).mean() + pairs.min(axis=0).mean()) / 2)
