import io
import json
import math
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from engine.cli.terminal import TerminalProgress, answer, plain, table, watched
from engine.progress import Cancelled
from engine.shapes import Frame


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_one_line_updates_itself_and_leaves() -> None:
    screen = Screen()
    progress = TerminalProgress(screen, pause=0)
    progress.step(1, 4, "reading the picture")
    progress.step(4, 4, "done")
    assert "\n" not in screen.getvalue()
    assert "\r 25 %  reading the picture" in screen.getvalue()
    assert "\r100 %  done               " in screen.getvalue()  # covers what stood there before
    progress.close()
    assert screen.getvalue().endswith(" \r")


def test_elsewhere_lines_are_sparse() -> None:
    stream = io.StringIO()
    progress = TerminalProgress(stream)
    for i in range(1000):
        progress.step(i, 1000, f"step {i}")
    assert stream.getvalue() == "  0 %  step 0\n"


def test_documents_become_plain_json(capsys: pytest.CaptureFixture[str]) -> None:
    document = {
        "a": np.float32(0.5),
        "b": math.nan,
        "c": (1, np.int64(2)),
        "d": Path("x"),
        "e": Frame.UNIT_CUBE,
        "f": np.arange(2),
    }
    answer(document, "text", True)
    assert json.loads(capsys.readouterr().out) == {"a": 0.5, "b": None, "c": [1, 2], "d": "x", "e": "unit_cube", "f": [0, 1]}
    answer(document, "text", False)
    assert capsys.readouterr().out == "text\n"


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="set"):
        plain({"a": {1, 2}})


def test_numbers_are_aligned_to_the_right() -> None:
    assert table(("name", "value"), (("a", "1.5"), ("long", "12.25"))).splitlines() == [
        "name  value",
        "a       1.5",
        "long  12.25",
    ]


def test_ctrl_c_stops_working_code_at_its_next_check() -> None:
    before = signal.getsignal(signal.SIGINT)
    with watched() as progress:
        progress.check()
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(Cancelled):
            progress.check()
        with pytest.raises(KeyboardInterrupt):  # the second one waits for nobody
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_interrupts_code_that_does_not_check() -> None:
    with watched() as progress:
        progress.checked -= 60  # as if the last check were a minute ago
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
