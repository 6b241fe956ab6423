"""The distances of `engine.metrics` beside their peers: same points, same values, same run."""

from __future__ import annotations

from engine.bench.chamfer import SIZES, race_chamfer
from engine.bench.emd import FRAMES, LARGE, SIZE, race_emd
from engine.bench.timing import Bench, calibration
from engine.progress import NO_PROGRESS, Progress


def bench_metrics(
    sizes: tuple[int, ...] = SIZES,
    runs: int = 5,
    progress: Progress = NO_PROGRESS,
    emd_sizes: tuple[int, int, int] = (SIZE, LARGE, FRAMES),
) -> Bench:
    """Chamfer and EMD against the libraries that people use for them.

    Args:
        sizes: points per side of the Chamfer distances.
        runs: measured runs.
        progress: told before each.
        emd_sizes: points per side of the earth mover's distance, of its large set, and frames of its drag.
    """
    import torch

    before = calibration("cpu", torch.get_num_threads())
    timings, ratios, notes = race_chamfer(sizes, runs, progress)
    more_timings, more_ratios, more_notes = race_emd(runs, progress, emd_sizes)
    timings, ratios = timings + more_timings, {**ratios, **more_ratios}
    notes += [note for note in more_notes if note not in notes]
    notes.append("Hard: two different surfaces; easy: a jittered copy. Equal values show that all did the same work.")
    notes.append(f"Afterwards: {calibration('cpu', torch.get_num_threads())}")
    return Bench("metrics", before, tuple(timings), ratios, tuple(notes))
