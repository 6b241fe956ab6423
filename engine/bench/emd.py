"""Earth mover's distance on the processor beside the libraries that people use for it, in the same run."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.bench.surfaces import drag, easy_pair, hard_pair
from engine.bench.timing import Timing, race
from engine.metrics import compiled
from engine.metrics.emd import LiveEMD, Matching, emd
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]
OURS = "engine.metrics"
#: Points per side; of the large set; frames of the drag.
SIZE, LARGE, FRAMES = 2_048, 8_192, 200
#: The gap that is proven where the matching is not exact.
TOLERANCE = 0.01
#: Slower than this many seconds, and a peer runs only once.
_SLOW = 2.0


def race_emd(
    runs: int = 5, progress: Progress = NO_PROGRESS, sizes: tuple[int, int, int] = (SIZE, LARGE, FRAMES)
) -> tuple[list[Timing], dict[str, float], list[str]]:
    """Exact and within 1 %, on both pairs; a large set; and along a drag. Everybody computes distances from points.

    Args:
        runs: measured runs.
        progress: told before each.
        sizes: points per side, points per side of the large set, frames of the drag.

    Returns:
        Timings; "... peer / ours" by name; notes.
    """
    size, large, frames = sizes
    peers, notes = _peers()
    compiled.finish()
    timings: list[Timing] = []
    ratios: dict[str, float] = {}
    for done, (kind, (a, b)) in enumerate({"hard": hard_pair(size), "easy": easy_pair(size)}.items()):
        progress.step(done, 4, f"measuring EMD, {size:,} points, {kind}")
        exact = f"EMD, {size:,} points, {kind}"
        ran = _exact(exact, a, b, peers, runs)
        best = min((who for who in ran if who != OURS), key=lambda who: ran[who].median_ms)
        timings += ran.values()
        ratios[f"{exact}: {best} (fastest peer) / {OURS}"] = ran[best].median_ms / ran[OURS].median_ms
        near = f"EMD within 1 %, {size:,} points, {kind}"
        (mine,) = race(near, {OURS: partial(emd, a, b, TOLERANCE)}, max(runs, 3), _proven).values()
        timings.append(mine)
        for who in ran:
            if who != OURS:
                ratios[f"{near}: {who}, exact / {OURS}"] = ran[who].median_ms / mine.median_ms
    progress.step(2, 4, f"measuring EMD, {large:,} points")
    timings.append(_large(large))
    progress.step(3, 4, f"measuring EMD along a drag of {frames} frames")
    timings.append(_along_a_drag(size, frames))
    return timings, ratios, notes


def _exact(name: str, a: Array, b: Array, peers: dict[str, Callable[[Array, Array], float]], runs: int) -> dict[str, Timing]:
    """A race of all that are quick; the slow run once, unraced."""
    quick: dict[str, Callable[[], object]] = {OURS: lambda: emd(a, b, 0).value}
    once: dict[str, Timing] = {}
    for who, work in peers.items():
        start = time.perf_counter()
        value = work(a, b)
        taken = 1e3 * (time.perf_counter() - start)
        if taken > 1e3 * _SLOW:
            once[who] = Timing(f"{name}: {who}", taken, taken, taken, 1, f"{value:.9g}")
        else:
            quick[who] = partial(work, a, b)
    return {**race(name, quick, runs, lambda result: f"{result:.9g}"), **once}


def _proven(result: object) -> str:
    assert isinstance(result, Matching)
    return f"{result.value:.9g}, at most {100 * result.gap:.2f} % above the optimum"


def _large(size: int) -> Timing:
    a, b = hard_pair(size)
    emd(a, b, TOLERANCE)
    start = time.perf_counter()
    found = emd(a, b, TOLERANCE)
    taken = 1e3 * (time.perf_counter() - start)
    tracemalloc.start()
    emd(a, b, TOLERANCE)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    result = f"{_proven(found)}; {peak:.0f} MB at most"
    return Timing(f"EMD within 1 %, {size:,} points, hard: {OURS}", taken, taken, taken, 1, result)


def _along_a_drag(size: int, frames: int) -> Timing:
    live, reference, taken, largest = LiveEMD(TOLERANCE), hard_pair(size)[1], [], 0.0
    live(next(drag(size, 1)), reference)
    for points in drag(size, frames):
        start = time.perf_counter()
        largest = max(largest, live(points, reference).gap)
        taken.append(1e3 * (time.perf_counter() - start))
    slow = float(np.percentile(taken, 95))
    result = f"the quickest 95 % within {slow:.1f} ms; proven gap at most {100 * largest:.2f} %"
    name = f"EMD within 1 %, {size:,} points, frame of a drag: {OURS}"
    return Timing(name, statistics.median(taken), min(taken), max(taken), frames, result)


def _peers() -> tuple[dict[str, Callable[[Array, Array], float]], list[str]]:
    found: dict[str, Callable[[Array, Array], float]] = {"SciPy": _scipy}
    missing = []
    try:
        import ot  # noqa: F401

        found["POT"] = _pot
    except ImportError:
        missing.append("POT")
    try:
        import lap  # noqa: F401

        found["lapx"] = _lapx
    except ImportError:
        missing.append("lapx")
    return found, [f"Left out, not installed: {', '.join(missing)} (pip install shape-studio[bench])."] if missing else []


def _table(a: Array, b: Array) -> Array:
    from scipy.spatial.distance import cdist

    return cdist(a, b)


def _scipy(a: Array, b: Array) -> float:
    from scipy.optimize import linear_sum_assignment

    pairs = _table(a, b)
    return float(pairs[linear_sum_assignment(pairs)].mean())


def _pot(a: Array, b: Array) -> float:
    import ot

    even = np.full(len(a), 1 / len(a))
    return float(ot.emd2(even, even, _table(a, b), numItermax=10_000_000))


def _lapx(a: Array, b: Array) -> float:
    import lap

    return float(lap.lapjv(_table(a, b))[0]) / len(a)
