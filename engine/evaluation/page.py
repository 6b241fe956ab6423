"""One HTML page with everything: tables, pictures, conventions. It needs nothing but itself, no network and no scripts."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence

from engine.evaluation.novelty import WORDS as NOVELTY_WORDS
from engine.evaluation.presets import PRESETS, Column
from engine.evaluation.run import Evaluation
from engine.evaluation.scores import FLOOR, Row
from engine.evaluation.tables import (
    DIFFERENCE_WORDS,
    PENALTY_WORDS,
    SEARCHED,
    TRUTH_WORDS,
    Table,
    difference_tables,
    intro,
    novelty_table,
    number,
    penalty_tables,
    score_tables,
)

#: Bytes that the pictures may take, before they are written as text (which adds a third).
ROOM = 1_900_000


def as_page(evaluation: Evaluation) -> str:
    """The page as text."""
    summaries, columns = evaluation.summaries, evaluation.columns
    penalties, novelty = penalty_tables(summaries, columns), novelty_table(summaries)
    parts = [
        _HEAD, "<h1>Evaluation</h1>", _paragraph(intro(evaluation)), _paragraph(TRUTH_WORDS),
        "<h2>Scores</h2>", *(_table(table) for table in score_tables(summaries, columns)),
    ]  # fmt: skip
    if penalties:
        parts += [*(_table(table) for table in penalties), _paragraph(PENALTY_WORDS)]
    if novelty:
        parts += [*(_table(table) for table in novelty), _paragraph(NOVELTY_WORDS)]
    gaps = difference_tables(evaluation.differences, columns)
    if gaps:
        parts += ["<h2>Differences</h2>", _paragraph(DIFFERENCE_WORDS), *(_table(table) for table in gaps)]
    if evaluation.pictures:
        parts += _gallery(evaluation)
    parts += ["<h2>Conventions</h2>", "<dl>"]
    parts += [f"<dt>{_text(c.title)}</dt><dd>{_text(evaluation.conventions[c.name])}</dd>" for c in columns]
    named = [PRESETS[name] for name in str(evaluation.settings["presets"]).split(", ") if name in PRESETS]
    parts += [f"<dt>Preset {_text(preset.name)}</dt><dd>{_text(preset.words)}</dd>" for preset in named]
    return "\n".join([*parts, "</dl>", "</main></html>"]) + "\n"


def _gallery(evaluation: Evaluation) -> list[str]:
    """Worst, median and best answer of every method, over all pieces and then in each category as far as there is room."""
    column = ranking_column(evaluation.columns)
    parts = [
        "<h2>Worst, median, best</h2>",
        _paragraph(
            f"By {column.title}; the truth on the left, the answer on the right. An empty answer is the worst. "
            "Distances to training shapes: deepsdf_sphere's formula x 10³ on 4,096 points."
        ),
    ]
    left = ROOM
    categories = sorted({row.category for row in evaluation.rows})
    for category in ("all", *(categories if len(categories) > 1 else ())):
        lines, cost = _gallery_rows(evaluation, column, category)
        if cost > left:
            parts.append(_paragraph(f"No room for pictures of {category}; evaluate that category alone."))
            continue
        left -= cost
        head = "<tr><th>method</th><th>worst</th><th>median</th><th>best</th></tr>"
        table = f"<table class=pictures>{head}{''.join(lines)}</table>"
        parts.append(f"<details{' open' if category == 'all' else ''}><summary>{_text(category)}</summary>{table}</details>")
    return parts


def _gallery_rows(evaluation: Evaluation, column: Column, category: str) -> tuple[list[str], int]:
    lines, cost = [], 0
    for method in dict.fromkeys(row.method for row in evaluation.rows if row.kind != FLOOR):
        rows = [row for row in evaluation.rows if row.method == method and category in (row.category, "all")]
        ranked = worst_to_best(rows, column)
        if not ranked:
            continue
        cells = []
        for place in dict.fromkeys((0, (len(ranked) - 1) // 2, len(ranked) - 1)):
            row = ranked[place]
            pictures = [evaluation.pictures.get((name, row.item), b"") for name in ("", method)]
            cost += sum(len(picture) for picture in pictures)
            shown = "".join(_picture(p, w) for p, w in zip(pictures, (f"truth: {row.name}", method), strict=True))
            score = "empty" if row.empty else number(column, row.scores[column.name])
            cells.append(f"<td>{shown}<br>{_text(row.name)}: {score}{_nearest(row)}</td>")
        lines.append(f"<tr><th>{_text(method)}</th>{''.join(cells)}</tr>")
    return lines, cost


def _nearest(row: Row) -> str:
    new = row.novelty
    if new is None:
        return ""
    is_it = "is the training shape" if new.is_copy else "nearest training shape"
    return f"<br>{is_it} {_text(new.nearest)}, {number(SEARCHED, new.distance)} (truth {number(SEARCHED, new.to_truth)})"


def ranking_column(columns: Sequence[Column]) -> Column:
    """What pictures are ranked by: the first distance, else the first column."""
    return next((c for c in columns if not c.higher_is_better), columns[0])


def worst_to_best(rows: Sequence[Row], column: Column) -> list[Row]:
    """Rows by rising quality, empty answers first; rows without a score are left out."""

    def badness(row: Row) -> float:
        value = row.scores[column.name]
        return -math.inf if row.empty else value if column.higher_is_better else -value

    return sorted((row for row in rows if row.empty or math.isfinite(row.scores[column.name])), key=badness)


def _picture(data: bytes, words: str) -> str:
    if not data:
        return f'<span class=none title="{_text(words)}">nothing</span>'
    source = "data:image/webp;base64," + base64.b64encode(data).decode("ascii")
    return f'<img src="{source}" alt="{_text(words)}" width=96 height=96>'


def _table(table: Table) -> str:
    header = "".join(f"<th>{_text(cell)}</th>" for cell in table.header)
    rows = "".join("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f"<h3>{_text(table.title)}</h3><div class=wide><table><tr>{header}</tr>{rows}</table></div>"


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _text(text: str) -> str:
    return html.escape(text)


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Evaluation</title>
<style>
:root { --back: #fbfaf8; --text: #221f1c; --faint: #6d665e; --line: #ddd6cc; --stripe: #f2eee8; }
@media (prefers-color-scheme: dark) {
  :root { --back: #1b1a19; --text: #ece7e1; --faint: #a49c92; --line: #3a3632; --stripe: #24221f; }
}
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1280px; margin: 0 auto; padding: 1.5rem; }
h2 { margin-top: 2.5rem; } h3 { margin: 1.5rem 0 .3rem; font-size: 1rem; }
p, dd { max-width: 75ch; } dt { font-weight: 600; margin-top: .6rem; } dd { margin: 0; color: var(--faint); }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
td:first-child, th:first-child { text-align: left; } tr:nth-child(even) { background: var(--stripe); }
.pictures td { text-align: left; white-space: normal; width: 220px; font-size: .85rem; color: var(--faint); }
.none { display: inline-block; width: 96px; height: 96px; line-height: 96px; text-align: center; color: var(--faint); }
summary { cursor: pointer; font-weight: 600; margin-top: 1rem; }
</style></head><main>"""
