"""How worker threads of numeric libraries wait. For program entry points only: it changes the process's environment."""

from __future__ import annotations

import os


def sleep_while_waiting() -> None:
    """Let OpenMP threads sleep between pieces of work instead of spinning. Call before torch is imported.

    Spinning threads win microseconds on an idle machine and lose whole seconds on a busy one: with two cores shared by decoder,
    window and metrics, each spins while the other wants to work. What the user has set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
