"""Runs every check, prints what each one says, and ends with one line that counts the tests.

    python .ci/check.py [lint] [engine] [gui] [display]     (default: all of them)

A skipped test counts as a failure unless its reason begins with one of `MAY_SKIP`: what is not run is not tested.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MAY_SKIP = ("needs CUDA",)

LINT = {
    "ruff check": ["ruff", "check", "."],
    "ruff format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "lint-imports": ["lint-imports"],
}
PYTEST = [sys.executable, "-m", "pytest", "-q", "--durations=5"]
LANES = {
    "engine": [*PYTEST, "-p", "no:pytest-qt", "tests/engine", "tests/test_architecture.py"],
    "gui": [*PYTEST, "-m", "not display", "tests/studio"],
    "display": ["xvfb-run", "-a", "-s", "-screen 0 1920x1080x24", *PYTEST, "-m", "display", "tests/studio", "tests/flows"],
}


def say(text: str) -> None:
    """Print at once: the output of children must come after it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(name: str, command: list[str], **environment: str) -> bool:
    """Run one check; True if it is content."""
    program = shutil.which(command[0], path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    say(f"\n=== {name}")
    if program is None:
        say(f"{command[0]} is not installed")
        return False
    start = time.monotonic()
    code = subprocess.run(
        [program, *command[1:]], cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False
    ).returncode
    say(f"--- {name}: {'ok' if code == 0 else f'FAILED (exit {code})'}, {time.monotonic() - start:.0f} s")
    return code == 0


def count(report: Path) -> tuple[int, int, int, list[str]]:
    """Passed, failed and skipped tests of a JUnit report, and the skips that nobody allowed."""
    if not report.is_file():
        return 0, 1, 0, []
    passed = failed = skipped = 0
    unexpected = []
    for case in ElementTree.parse(report).iter("testcase"):  # our own file, written a moment ago
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif skip is not None:
            skipped += 1
            reason = (skip.get("message") or "").strip()
            if not reason.startswith(MAY_SKIP):
                unexpected.append(f"{case.get('classname')}::{case.get('name')}: {reason}")
        else:
            passed += 1
    return passed, failed, skipped, unexpected


def main(wanted: list[str]) -> int:
    """Run what is wanted; 0 if all is well."""
    wanted = wanted or ["lint", *LANES]
    unknown = set(wanted) - {"lint", *LANES}
    if unknown:
        say(f"unknown: {', '.join(sorted(unknown))}; there are lint, {', '.join(LANES)}")
        return 2
    content = True
    if "lint" in wanted:
        for name, command in LINT.items():
            content = run(name, command) and content
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory() as folder:
        for lane, command in LANES.items():
            if lane not in wanted:
                continue
            report = Path(folder) / f"{lane}.xml"
            environment = {"LIBGL_ALWAYS_SOFTWARE": "1"} if lane == "display" else {}
            fine = run(lane, [*command, f"--junitxml={report}"], **environment)
            ok, bad, left, unexpected = count(report)
            if not fine and not bad:  # pytest itself failed: nothing collected, a crash, a usage error
                bad = 1
            for line in unexpected:
                say(f"skipped without leave: {line}")
            passed, failed, skipped = passed + ok, failed + bad + len(unexpected), skipped + left - len(unexpected)
            content = content and fine and not unexpected
    say(f"\n{'All checks passed.' if content else 'CHECKS FAILED.'}")
    say(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if content and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
