"""Asking a field for corners of a grid: in chunks that answer a cancel, on the device where the field lives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

import torch
from torch import Tensor

from engine.devices import free_memory, is_out_of_memory
from engine.errors import ModelError
from engine.geometry.cells import indices_of
from engine.geometry.field import Field
from engine.progress import Progress

#: One call of the field should take about this long, so that cancelling is felt at once.
CHUNK_SECONDS = 0.027
_FIRST, _LEAST, _MOST = 2048, 1024, 2**18
# On a GPU nothing waits for a chunk, so that its time is not known; this many points keep it busy and its memory small.
_ON_DEVICE = 2**18


class Evaluator:
    """Asks a field and counts what it costs.

    Points are made from indices on the field's device and answers are put into the grid there: what crosses to the CPU is the
    number of points asked for and one flag a call of `fill` or `at`, however many chunks it takes.

    Args:
        field: negative inside.
        half: half the side of the cube that grids cover, unit-sphere units.
        progress: asked before every chunk.

    Attributes:
        device: where grids of this field live.
        evaluations: points asked for so far.
        milliseconds: time spent asking.
    """

    def __init__(self, field: Field, half: float, progress: Progress) -> None:
        self.field = field
        self.half = half
        self.progress = progress
        self.device = torch.device(getattr(field, "device", "cpu"))
        self.milliseconds = 0.0
        self.evaluations = 0
        self._cpu = self.device.type == "cpu"
        self._chunk = _FIRST if self._cpu else _ON_DEVICE

    def fill(self, values: Tensor, known: Tensor, wanted: Tensor) -> None:
        """Put exact values where `wanted` and not yet known; all three are (n, n, n) on `device`.

        Raises:
            ModelError: the field answered with NaN or infinity.
        """
        self.put(values, known, indices_of(wanted > known))

    def put(self, values: Tensor, known: Tensor, chosen: Tensor) -> None:
        """Put exact values at the flat indices `chosen` (k,), int64, of the grid.

        Raises:
            ModelError: the field answered with NaN or infinity.
        """
        size = len(values)
        axis = torch.linspace(-self.half, self.half, size, device=self.device)
        target = values.view(-1)

        def place(part: slice) -> Tensor:
            index = chosen[part]
            return torch.stack([axis[index // (size * size)], axis[index // size % size], axis[index % size]], dim=1)

        for part, answer in self._asked(len(chosen), place):
            target[chosen[part]] = answer
        known.view(-1)[chosen] = True

    def at(self, points: Tensor) -> Tensor:
        """(N,) values at points (N, 3) on `device`.

        Raises:
            ModelError: the field answered with NaN or infinity.
        """
        answers = torch.empty(len(points), device=self.device)
        for part, answer in self._asked(len(points), lambda part: points[part]):
            answers[part] = answer
        return answers

    def _asked(self, count: int, place: Callable[[slice], Tensor]) -> Iterator[tuple[slice, Tensor]]:
        start, sound = 0, torch.ones((), dtype=torch.bool, device=self.device)
        began = perf_counter()
        while start < count:
            self.progress.check()
            part = slice(start, min(start + self._chunk, count))
            chunk_began = perf_counter()
            answer = self._fitting(part, place)
            if answer is None:
                self._chunk = max(_LEAST, (part.stop - start) // 4)
                free_memory()
                continue
            sound &= torch.isfinite(answer).all()
            yield part, answer
            taken = part.stop - start
            start = part.stop
            if self._cpu:
                self._adapt(taken, perf_counter() - chunk_began)
        if not bool(sound):  # also waits for a GPU to finish
            raise ModelError("The model answered with values that are not numbers; its weights or the code are damaged.")
        self.milliseconds += 1000 * (perf_counter() - began)
        self.evaluations += count

    def _fitting(self, part: slice, place: Callable[[slice], Tensor]) -> Tensor | None:
        """The field's answers, or None if a GPU has no memory for so many and fewer may be tried."""
        try:
            with torch.inference_mode():
                return self.field(place(part)).reshape(-1).float()
        except RuntimeError as error:
            if part.stop - part.start <= _LEAST or not is_out_of_memory(error):
                raise
            return None

    def _adapt(self, taken: int, seconds: float) -> None:
        if taken == self._chunk or seconds > CHUNK_SECONDS:
            factor = min(4.0, max(0.25, CHUNK_SECONDS / max(seconds, 1e-6)))
            self._chunk = int(min(_MOST, max(_LEAST, self._chunk * factor)))
