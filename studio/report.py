"""Numbers with everything needed to read them, as CSV and JSON. Free of Qt.

Names of measures and conventions stay English in files: they are made for other programs and other people.
"""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.api import Measurement

#: Of the form of the files below.
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One number of one shape.

    Attributes:
        shape: name of the shape.
        measurement: the number.
        live: True if it was taken while something moved.
        stale: True if the shape or the reference has changed since.
    """

    shape: str
    measurement: Measurement
    live: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Numbers of one or several shapes against one reference.

    Attributes:
        reference: name of the reference.
        align: name of the alignment, and what it does in words.
        seed: of the surface samples.
        lines: the numbers, shape by shape.
    """

    reference: str
    align: str
    align_words: str
    seed: int
    lines: tuple[Line, ...]

    @property
    def shapes(self) -> tuple[str, ...]:
        """Names of the shapes, in order."""
        return tuple(dict.fromkeys(line.shape for line in self.lines))


def program_version() -> str:
    """The version of this program."""
    try:
        return version("shape-studio")
    except PackageNotFoundError:
        return "unknown"


def records(report: Report) -> list[dict[str, Any]]:
    """One flat record per number; what is no finite number is None."""
    result = []
    for line in report.lines:
        taken = asdict(line.measurement)
        numbers = {k: _finite(taken.get(k)) for k in ("value", "floor", "bound")}
        result.append(
            {
                "shape": line.shape,
                "reference": report.reference,
                "metric": taken["metric"],
                "label": str(taken["label"]),
                **numbers,
                "better": taken["better"],
                "points": taken["points"],
                "frame": line.measurement.frame.value,
                "convention": str(taken["convention"]),
                "approximate": taken["approximate"],
                "live": line.live,
                "stale": line.stale,
                "align": report.align,
                "seed": report.seed,
                "version": program_version(),
            }
        )
    return result


def to_csv(report: Report) -> str:
    """One row per number, with a header; empty where there is no number."""
    rows = records(report)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["shape"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def to_json(report: Report) -> str:
    """The same as a document; what is the same for all numbers stands once, at the top."""
    common = ("reference", "align", "seed", "version")
    document = {
        "program": "Shape Studio",
        "version": program_version(),
        "format": FORMAT,
        "reference": report.reference,
        "align": report.align,
        "alignment": report.align_words,
        "seed": report.seed,
        "measurements": [{k: v for k, v in record.items() if k not in common} for record in records(report)],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _finite(value: object) -> float | None:
    return value if isinstance(value, float) and math.isfinite(value) else None
