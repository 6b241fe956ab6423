"""How threads share few cores."""

from __future__ import annotations

import os
import sys
import threading


def sleep_while_waiting() -> None:
    """Let OpenMP threads sleep between pieces of work instead of spinning. Call before torch is imported.

    For program entry points only: it changes the process's environment.

    Spinning threads win microseconds on an idle machine and lose whole seconds on a busy one: with two cores shared by decoder,
    window and metrics, each spins while the other wants to work. What the user has set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def step_back(nice: int) -> None:
    """Let the calling thread wait behind others of the process when cores are short, `nice` from 0 to 19 as in nice(1).

    On Linux each thread has a value of its own; elsewhere it belongs to the whole process, and nothing is done.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(19, os.getpriority(os.PRIO_PROCESS, thread) + nice))
