"""Previews that start from the picture before: while a code moves, its surface is near to where it was.

The corners of all cells that changed sign in the last frame are asked again; then the surface is followed wherever new values
and old signs contradict each other. That finds it however far it moved, and lets pieces vanish, for little more than the fewest
evaluations there can be. What it cannot see is a piece that appears away from all others; so each frame also asks an eighth of
a coarse grid, another one each time, and follows what it meets there. What is smaller than a coarse cell may be met by the
fresh start that comes now and then; settled surfaces always start afresh.

Measured over a drag of 100 frames (one thread, evaluations and milliseconds, afresh / warm): planes 33^3 11,300 / 1,250 and
14 / 4 ms, 65^3 20,700 / 5,800 and 27 / 11 ms; small DeepSDF 33^3 11,400 / 1,350 and 55 / 10 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor

from engine.geometry.cells import corners_of, crossing, resampled
from engine.geometry.evaluator import Evaluator
from engine.geometry.field import Field
from engine.geometry.isosurface import Level, follow
from engine.geometry.meshing import mesh_grid
from engine.progress import NO_PROGRESS, Progress

#: Frames in a row that may start from the one before. A fresh start takes several times as long, and is felt as a jerk.
IN_A_ROW = 64
#: Corners per side of the coarse grid that is patrolled, and frames that one round takes.
_PATROL, _ROUND = 17, 8


@dataclass(frozen=True, slots=True, eq=False)
class LastFrame:
    """A finished grid.

    Attributes:
        values: (n, n, n) the field at its corners: exact where cells changed sign, of the right sign elsewhere.
        half_extent: half the side of the cube.
        warm: frames in a row that started from another, this one included.
    """

    values: Tensor
    half_extent: float
    warm: int = 0


def preview(field: Field, last: LastFrame, size: int, progress: Progress = NO_PROGRESS) -> tuple[Level, LastFrame] | None:
    """The surface of `field` on a grid of `size` corners, starting from the last frame.

    Args:
        field: near to the field of the last frame.
        last: the frame before.
        size: corners per side.
        progress: asked about every 27 ms whether to go on.

    Returns:
        The level, never final, and the frame to start the next from. None if a fresh start is due: another cube, another
        device, no surface to follow, or too many warm frames in a row. Another grid is started from as well.

    Raises:
        ModelError: the field answered with NaN or infinity.
    """
    evaluator = Evaluator(field, float(field.half_extent), progress)
    same = last.half_extent == evaluator.half and last.values.device == evaluator.device
    if not same or last.warm >= IN_A_ROW:
        return None
    started = perf_counter()
    if len(last.values) == size:
        values, known = last.values.clone(), torch.zeros_like(last.values, dtype=torch.bool)
    else:
        values, known = resampled(last.values, torch.zeros_like(last.values, dtype=torch.bool), size)
    wanted = corners_of(crossing(values))
    if not bool(wanted.any()):
        return None
    _patrol(wanted, last.warm)
    evaluator.fill(values, known, wanted)
    corners = follow(values, known, evaluator)
    mesh = mesh_grid(values, evaluator.half)
    spent = 1000 * (perf_counter() - started)
    level = Level(size, mesh, evaluator.milliseconds, spent - evaluator.milliseconds, evaluator.evaluations, False, corners)
    return level, LastFrame(values, evaluator.half, last.warm + 1)


def _patrol(wanted: Tensor, frame: int) -> None:
    """Mark this frame's eighth of the coarse grid's corners, spread over all of it, in (n, n, n) `wanted`."""
    count = min(_PATROL, len(wanted))
    ticks = torch.linspace(0, len(wanted) - 1, count, device=wanted.device).round().long()
    number = torch.arange(count, device=wanted.device)
    turn = (number[:, None, None] + 3 * number[:, None] + 5 * number) % _ROUND
    x, y, z = (turn == frame % _ROUND).nonzero().unbind(1)
    wanted[ticks[x], ticks[y], ticks[z]] = True


class Frames:
    """Last frames of a few streams of previews; a stream is whatever moves by itself, such as one side of the studio.

    One stream is asked by one thread at a time.
    """

    _MOST = 4

    def __init__(self) -> None:
        self._frames: dict[str, LastFrame] = {}

    def preview(self, stream: str, field: Field, size: int, progress: Progress = NO_PROGRESS) -> Level | None:
        """The next frame of a stream from its last one, or None where a fresh start is due (see `preview`)."""
        last = self._frames.get(stream)
        found = None if last is None else preview(field, last, size, progress)
        if found is None:
            return None
        level, self._frames[stream] = found
        return level

    def keep(self, stream: str, level: Level, half_extent: float) -> None:
        """Start the next frame of a stream from a level made afresh."""
        if level.values is None:
            return
        self._frames.pop(stream, None)
        while len(self._frames) >= self._MOST:
            self._frames.pop(next(iter(self._frames)), None)
        self._frames[stream] = LastFrame(level.values, half_extent)
