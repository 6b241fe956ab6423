"""How times are taken: warm, several runs, medians, beside what the machine does today."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Times of one piece of work.

    Attributes:
        name: what was done.
        median_ms: median of the runs, milliseconds.
        fastest_ms, slowest_ms: extremes of the runs.
        runs: number of runs, the first, cold one not counted.
        result: what came out, in words (sizes, values), so that different work is not taken for faster work.
    """

    name: str
    median_ms: float
    fastest_ms: float
    slowest_ms: float
    runs: int
    result: str = ""


@dataclass(frozen=True)
class Bench:
    """One bench.

    Attributes:
        name: e.g. "reconstruct".
        machine: device, threads, and what the machine does at this moment.
        timings: in the order measured.
        ratios: how much slower the peer is than ours ("ours / peer" by name -> peer time / our time).
        notes: sentences needed to read the numbers.
    """

    name: str
    machine: str
    timings: tuple[Timing, ...]
    ratios: dict[str, float]
    notes: tuple[str, ...] = ()


def measure(name: str, work: Callable[[], object], runs: int, describe: Callable[[object], str] = lambda _: "") -> Timing:
    """Time some work: once unmeasured, so that everything is loaded, then `runs` times.

    Args:
        name: what to call it.
        work: does all of it, and gives what `describe` puts into words.
        runs: measured runs, at least 1.
        describe: puts the result of the last run into words.
    """
    work()
    taken: list[float] = []
    result: object = None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        taken.append(1e3 * (time.perf_counter() - start))
    return Timing(name, statistics.median(taken), min(taken), max(taken), runs, describe(result))


def race(
    name: str, entrants: dict[str, Callable[[], object]], runs: int, describe: Callable[[object], str] = lambda _: ""
) -> dict[str, Timing]:
    """Time several ways to do the same, in turns: what else the machine does meets all of them alike.

    Args:
        name: of the work; each timing is called "name: entrant".
        entrants: who -> what does all of it.
        runs: measured runs of each, at least 1, after one unmeasured.
        describe: puts the result of a last run into words.
    """
    taken: dict[str, list[float]] = {who: [] for who in entrants}
    results: dict[str, object] = {}
    for turn in range(runs + 1):
        for who, work in entrants.items():
            start = time.perf_counter()
            results[who] = work()
            if turn:
                taken[who].append(1e3 * (time.perf_counter() - start))
    return {
        who: Timing(f"{name}: {who}", statistics.median(ms), min(ms), max(ms), runs, describe(results[who]))
        for who, ms in taken.items()
    }


def calibration(device: str, threads: int) -> str:
    """What this machine does at this moment, in words: a fixed matrix product in torch and a copy through memory.

    Other programs on the same cores change every time measured; this line says by how much to trust them.
    """
    import torch

    n = 1024
    a = torch.ones(n, n, device=device)
    block = torch.ones(2**24)

    def product() -> None:
        _ = float((a @ a)[0, 0])  # reading a value waits for a GPU to finish

    matmul = measure("matmul", product, 9).median_ms
    copy = measure("copy", lambda: block.clone(), 5).median_ms
    gflops, gigabytes = 2 * n**3 / matmul / 1e6, 2 * block.numel() * 4 / copy / 1e6
    return (
        f"{device}, {threads} threads; now: {gflops:.0f} GFLOP/s (float32 product of 1024 x 1024), {gigabytes:.1f} GB/s (copy)"
    )
