"""How much memory a piece of work takes at its highest: of the whole process, since numpy, torch and VTK allocate apart."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def peak_memory(work: Callable[[], T]) -> tuple[T, float, str]:
    """Run some work.

    Returns:
        What it gives; the process's highest resident memory meanwhile, MB (10^6 bytes), interpreter, libraries and weights
        included; and how that was measured, in words.
    """
    marker = Path("/proc/self/clear_refs")
    try:
        marker.write_text("5")  # Linux: sets the high-water mark of resident memory back to what is resident now
        resettable = True
    except OSError:
        resettable = False
    result = work()
    if resettable:
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
        return result, int(line.split()[1]) * 1024 / 1e6, "highest resident memory of the process (VmHWM, reset before each)"
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return result, highest, "highest resident memory of the process so far (ru_maxrss)"
