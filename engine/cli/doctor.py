"""`shape-engine doctor`: what this machine offers, and what is wrong."""

from __future__ import annotations

from engine.cli.options import ANSWER, Answer
from engine.cli.terminal import answer


def doctor(common: Answer = ANSWER) -> int:
    """Say what this machine offers and what is wrong with it; exit code 1 if something is.

    ```
    shape-engine doctor
    shape-engine doctor --json
    ```
    """
    from engine.doctor import examine

    report = examine()
    answer(report, report.text(), common.json)
    return 1 if report.problems else 0
