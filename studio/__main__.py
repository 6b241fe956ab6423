"""The program `shape-studio`. Arguments and the question whether there is a display come first; Qt is loaded after that."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.jobs.threads import sleep_while_waiting


def _version() -> str:
    try:
        return version("shape-studio")
    except PackageNotFoundError:
        return "unknown (not installed)"


def parser() -> argparse.ArgumentParser:
    """The arguments."""
    result = argparse.ArgumentParser(
        prog="shape-studio",
        description="A desktop studio for learned 3D shapes: pictures become shapes, sliders move them, distances are live.",
        epilog="Without files, a bundled picture is reconstructed beside a second shape. The command line is shape-engine.",
    )
    result.add_argument("files", metavar="FILE", nargs="*", type=Path, help="pictures, shapes, or a session (.shapestudio)")
    result.add_argument("--theme", choices=("system", "dark", "light"), help="colours; remembered")
    result.add_argument("--language", choices=("system", "en", "zh_CN"), help="language of the texts; remembered")
    result.add_argument("--device", help="auto, cpu, cuda or cuda:N; remembered")
    result.add_argument("--threads", type=int, help="torch threads, 0 to choose; remembered")
    result.add_argument("--reset-settings", action="store_true", help="forget all settings and the places of the panels")
    result.add_argument("--debug", action="store_true", help="log to stderr too, and report when the window does not answer")
    result.add_argument("--version", action="version", version=f"Shape Studio {_version()}")
    return result


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point."""
    sleep_while_waiting()
    sys.exit(start(sys.argv[1:] if argv is None else argv))


def start(argv: Sequence[str]) -> int:
    """Run the program; its exit code: 0 all well, 1 no display, 2 wrong arguments (raised by argparse)."""
    options = parser()
    given = options.parse_args(argv)

    from studio.screen import display_problem

    problem = display_problem()
    if problem is not None:
        sys.stderr.write(f"shape-studio: {problem}\n")
        return 1

    from pydantic import ValidationError

    from studio.settings import Settings

    settings = Settings.load()
    if given.reset_settings:
        settings.reset()
    for name in ("theme", "language", "device", "threads"):
        if getattr(given, name) is not None:
            try:
                setattr(settings, name, getattr(given, name))
            except ValidationError:
                options.error(f"--{name} does not take {getattr(given, name)}")

    from studio.app import run

    return run(settings, given.files, given.debug)


if __name__ == "__main__":
    main()
