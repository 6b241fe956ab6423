"""The program `shape-engine`: its table of commands, its exit codes, its Ctrl-C."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version

from cyclopts import App, CycloptsError, Parameter

from engine.cli.bench import bench
from engine.cli.compare import compare
from engine.cli.compare_sets import compare_sets
from engine.cli.data import build as build_data
from engine.cli.data import list_data, redraw_pictures, report_data
from engine.cli.doctor import doctor
from engine.cli.evaluate import evaluate
from engine.cli.generate import generate_data
from engine.cli.interpolation import interpolation
from engine.cli.learn import learn
from engine.cli.mean_shape import mean_shape
from engine.cli.models import models
from engine.cli.several import several
from engine.cli.shapes import decode, fit, interpolate, reconstruct
from engine.cli.steepness import steepness
from engine.cli.terminal import say
from engine.cli.train import train
from engine.errors import EngineError
from engine.progress import Cancelled

OK, USER_ERROR, BUG, INTERRUPTED = 0, 1, 2, 130

#: Words of a command -> what runs it.
COMMANDS: dict[str, Callable[..., object]] = {
    "models": models,
    "reconstruct": reconstruct,
    "decode": decode,
    "fit": fit,
    "interpolate": interpolate,
    "compare": compare,
    "compare-sets": compare_sets,
    "mean-shape": mean_shape,
    "data build": build_data,
    "data generate": generate_data,
    "data list": list_data,
    "data report": report_data,
    "data pictures": redraw_pictures,
    "train": train,
    "learn": learn,
    "evaluate": evaluate,
    "interpolation": interpolation,
    "several": several,
    "steepness": steepness,
    "bench": bench,
    "doctor": doctor,
}


def program_version() -> str:
    """Version of the installed distribution."""
    try:
        return version("shape-studio")
    except PackageNotFoundError:
        return "unknown (not installed)"


def build() -> App:
    """The application with all its commands."""
    app = App(
        name="shape-engine",
        help="Learned 3D shapes without a window: pictures to shapes, codes to shapes, distances, data, training.",
        version=program_version,
        result_action="return_value",
        suppress_keyboard_interrupt=False,
        help_format="markdown",
        default_parameter=Parameter(negative=()),
    )
    groups: dict[str, App] = {"data": App(name="data", help="Build the training data and look at it.")}
    for group in groups.values():
        app.command(group)
    for words, function in COMMANDS.items():
        *path, name = words.split()
        (groups[path[0]] if path else app).command(function, name=name)
    return app


def run(tokens: Sequence[str]) -> int:
    """Run one command.

    Args:
        tokens: the words after the program's name.

    Returns:
        0; 1 if the user can mend it (one sentence on stderr); 2 for a bug (traceback); 130 after Ctrl-C.
    """
    try:
        code = build()(list(tokens), exit_on_error=False, print_error=False)
    except CycloptsError as error:
        say(f"shape-engine: {' '.join(str(error).split())} Try shape-engine {_command(tokens)}--help.")
        return USER_ERROR
    except EngineError as error:
        say(f"shape-engine: {error}")
        return USER_ERROR
    except (Cancelled, KeyboardInterrupt):
        say("shape-engine: stopped.")
        return INTERRUPTED
    except BrokenPipeError:  # the reader (head, less) has gone; keep the interpreter from complaining about it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except OSError as error:
        if error.filename is None:
            return _bug()
        say(f"shape-engine: {error.filename}: {error.strerror}.")
        return USER_ERROR
    except Exception:  # noqa: BLE001  (the boundary of the program)
        return _bug()
    return code if isinstance(code, int) else OK


def _bug() -> int:
    traceback.print_exc()
    say(
        "shape-engine: this is a bug. Please report it in the project's issue list, with the lines above and what "
        "`shape-engine doctor` prints."
    )
    return BUG


def _command(tokens: Sequence[str]) -> str:
    words = [word for word in tokens[:2] if not word.startswith("-")]
    for known in (" ".join(words), *words[:1]):
        if known in COMMANDS or known == "data":
            return f"{known} "
    return ""
