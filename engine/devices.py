"""Where models run: the device that was asked for, and the CPU once a GPU has had no memory left.

Work that does not fit is first done in smaller portions by whoever can (`engine.geometry.evaluator`); what still does not fit
comes here and is done again on the CPU, where everything stays until a device is chosen anew. Torch is imported when needed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from engine.errors import ModelError
from engine.sentences import Sentence

log = logging.getLogger(__name__)
Result = TypeVar("Result")

#: How CUDA's libraries say that they got no memory, where torch passes it on as it is.
_FULL = ("CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "CUDA error: out of memory")


class Devices:
    """The choice of a device, for several threads.

    Args:
        wanted: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:N".
    """

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted
        self._full = False
        self._remarks: list[Sentence] = []
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The torch device in use.

        Raises:
            ModelError: if a GPU was asked for that is not there.
        """
        return "cpu" if self._full else _found(self._wanted)

    def choose(self, wanted: str) -> None:
        """Use another device, or the same once more.

        Raises:
            ModelError: if it is not there; all stays as it was.
        """
        _found(wanted)
        self._wanted, self._full = wanted, False

    def describe(self) -> str:
        """The device in use for people: "CPU, 2 threads" or the name of the GPU."""
        import torch

        name = self.name
        if name == "cpu":
            return Sentence("CPU, {count} threads", count=torch.get_num_threads())
        return str(torch.cuda.get_device_name(name))

    def fitting(self, work: Callable[[], Result], forget: Callable[[], None]) -> Result:
        """Do some work, and once more, on the CPU, if a GPU has no memory left for it.

        Args:
            work: asks for `name` when it is called.
            forget: drops what lies on the GPU.
        """
        before = self.name
        try:
            return work()
        except RuntimeError as error:
            if before == "cpu" or not is_out_of_memory(error):
                raise
        # Out here the error is gone, and with it the frames that held tensors.
        with self._lock:
            if not self._full:
                self._full = True
                remark = Sentence(
                    "The GPU ({device}) has no memory left; models now run on the processor. Choose the device anew in the "
                    "settings to try the GPU again.",
                    device=before,
                )
                self._remarks.append(remark)
                log.warning("%s", remark)
        forget()
        free_memory()
        return work()

    def take_remarks(self) -> tuple[Sentence, ...]:
        """What the user should be told, each remark once."""
        with self._lock:
            remarks, self._remarks = tuple(self._remarks), []
        return remarks


def is_out_of_memory(error: RuntimeError) -> bool:
    """True if a GPU had no memory left."""
    import torch

    return isinstance(error, torch.OutOfMemoryError) or any(text in str(error) for text in _FULL)


def free_memory() -> None:
    """Give memory back to the GPU that torch keeps for later."""
    import torch

    torch.cuda.empty_cache()  # does nothing where CUDA has not been used


def _found(wanted: str) -> str:
    if wanted != "auto" and not wanted.startswith("cuda"):
        return wanted
    import torch

    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if not torch.cuda.is_available():
        raise ModelError("No GPU is available to torch; choose the device cpu or auto.")
    if int(wanted.partition(":")[2] or 0) >= torch.cuda.device_count():
        raise ModelError("There is no GPU {device}; {count} can be used.", device=wanted, count=torch.cuda.device_count())
    return wanted
