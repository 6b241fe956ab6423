"""The command line, `shape-engine`. Importing it loads neither torch nor VTK; each command loads what it needs."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of the program `shape-engine`."""
    from engine.cli.program import run
    from engine.jobs.threads import sleep_while_waiting

    sleep_while_waiting()
    sys.exit(run(sys.argv[1:]))
