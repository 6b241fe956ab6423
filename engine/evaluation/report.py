"""Writing an evaluation down: JSON, CSV, Markdown and one page with pictures."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from engine.data.store import write_text
from engine.evaluation.novelty import WORDS as NOVELTY_WORDS
from engine.evaluation.page import as_page
from engine.evaluation.run import Evaluation
from engine.evaluation.tables import (
    DIFFERENCE_WORDS,
    PENALTY_WORDS,
    TRUTH_WORDS,
    Table,
    difference_tables,
    intro,
    novelty_table,
    penalty_tables,
    score_tables,
)


def write_results(evaluation: Evaluation, out: Path) -> tuple[Path, ...]:
    """Write results.json, .csv, .md and .html (with pictures) into a folder, which is made if missing."""
    out.mkdir(parents=True, exist_ok=True)
    makers = {"results.json": as_json, "results.csv": as_csv, "results.md": as_markdown, "results.html": as_page}
    for name, make in makers.items():  # one by one: hours of work are on disk before the first table is laid out
        write_text(out / name, make(evaluation))
    return tuple(out / name for name in makers)


def as_json(evaluation: Evaluation) -> str:
    """The document as text."""
    return json.dumps(as_document(evaluation), indent=1, ensure_ascii=False) + "\n"


def as_document(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values, without pictures; what has no value is null."""
    named = {field.name: getattr(evaluation, field.name) for field in fields(evaluation) if field.name != "pictures"}
    for name in ("columns", "rows", "summaries", "differences"):
        named[name] = [asdict(one) for one in named[name]]
    document: dict[str, Any] = without_nan(named)
    return document


def without_nan(value: Any) -> Any:
    """The same with None for every number that JSON lacks."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    return [without_nan(item) for item in value] if isinstance(value, list | tuple) else value


def as_csv(evaluation: Evaluation) -> str:
    """One line per method and piece."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in evaluation.columns]
    end = ["empty", "seconds", "nearest", "nearest_distance", "nearest_floor", "truth_distance", "words"]
    writer.writerow(["method", "kind", "category", "item", "name", *names, *end])
    for row in evaluation.rows:
        values = [f"{row.scores[name]:.8g}" if math.isfinite(row.scores[name]) else "" for name in names]
        new = row.novelty
        found = [new.nearest, *(f"{v:.8g}" for v in (new.distance, new.floor, new.to_truth))] if new else [""] * 4
        start = [row.method, row.kind, row.category, row.item, row.name]
        writer.writerow([*start, *values, int(row.empty), f"{row.seconds:.2f}", *found, row.words])
    return text.getvalue()


def as_markdown(evaluation: Evaluation) -> str:
    """The tables for people."""
    summaries, columns = evaluation.summaries, evaluation.columns
    penalties, novelty = penalty_tables(summaries, columns), novelty_table(summaries)
    gaps = difference_tables(evaluation.differences, columns)
    lines = [
        "# Evaluation", "", intro(evaluation), "", TRUTH_WORDS, "",
        *(line for table in score_tables(summaries, columns) for line in markdown(table)),
        *(line for table in penalties for line in (*markdown(table), PENALTY_WORDS, "")),
        *(line for table in novelty for line in (*markdown(table), NOVELTY_WORDS, "")),
        *(("## Differences", "", DIFFERENCE_WORDS, "") if gaps else ()),
        *(line for table in gaps for line in markdown(table)),
        "## Conventions", "",
        *(f"- {column.title}: {evaluation.conventions[column.name]}." for column in columns),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def markdown(table: Table, level: int = 3) -> list[str]:
    """Lines of a table under its heading."""
    return [f"{'#' * level} {table.title}", "", *_grid(table), ""]


def _grid(table: Table) -> list[str]:
    words = sum(name in ("method", "other", "category", "pieces") for name in table.header)
    rule = ["---"] * words + ["---:"] * (len(table.header) - words)

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cells) + " |"

    return [line(table.header), "|" + "|".join(rule) + "|", *(line(row) for row in table.rows)]
