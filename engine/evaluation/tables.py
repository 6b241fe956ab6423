"""The figures of an evaluation as tables for people: cells of text, which Markdown, HTML and the terminal lay out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.evaluation.differences import LEAST, Difference
from engine.evaluation.jobs import HALF
from engine.evaluation.presets import COLUMNS, Column
from engine.evaluation.run import Evaluation
from engine.evaluation.scores import MODEL, Summary

#: How distances of the search for training shapes are written.
SEARCHED = COLUMNS["deepsdf_sphere"]
TRUTH_WORDS = (
    "Truth is the outer skin made by the data pipeline, for results and baselines alike. Picture models saw the catalogue "
    "picture only. Each cell: mean / median. Empty answers count as 0 where more is better and are left out of distances; they "
    "are counted in the last column, and what they would cost is in a table of its own."
)
DIFFERENCE_WORDS = (
    "Mean difference [95 % interval], by paired bootstrap over the pieces that both methods have a score for. ● better and "
    "○ worse with certainty: the interval leaves out zero, "
    f"and there are at least {LEAST} pieces."
)
PENALTY_WORDS = (
    "Means where an empty answer is charged with the scores of a single point in the middle of the truth's box, and 0 where "
    "more is better."
)


@dataclass(frozen=True)
class Table:
    """Cells of text.

    Attributes:
        title: what it shows.
        header: headings, the first that of the methods.
        rows: as many cells as the header has.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def score_tables(summaries: Sequence[Summary], columns: Sequence[Column]) -> list[Table]:
    """A table over all pieces, then one per category."""
    header = ("method", *(f"{c.title} {'↑' if c.higher_is_better else '↓'}" for c in columns), "empty")
    tables = []
    for category in _all_first(summaries):
        chosen = [summary for summary in summaries if summary.category == category]
        rows = tuple((s.method, *(_cell(c, s.mean[c.name], s.median[c.name]) for c in columns), str(s.empty)) for s in chosen)
        tables.append(Table(f"{category} ({max(s.count for s in chosen)} pieces)", header, rows))
    return tables


def penalty_tables(summaries: Sequence[Summary], columns: Sequence[Column]) -> list[Table]:
    """The methods that left some pieces without an answer, with a penalty for each; nothing if there is none."""
    poor = [s for s in summaries if s.empty]
    header = ("category", "method", "empty", *(c.title for c in columns))
    rows = tuple(
        (s.category, s.method, f"{s.empty} of {s.count}", *(number(c, s.penalised[c.name]) for c in columns)) for s in poor
    )
    return [Table("Empty answers with a penalty", header, rows)] if rows else []


def difference_tables(found: Sequence[Difference], columns: Sequence[Column]) -> list[Table]:
    """For each model: less every other method, over all pieces and in each category."""
    tables = []
    for method in dict.fromkeys(d.method for d in found):
        mine = [d for d in found if d.method == method]
        cells = {(d.category, d.other, d.column): d for d in mine}
        rows = tuple(
            (other, category, *(_gap(c, cells.get((category, other, c.name))) for c in columns))
            for category in _all_first(mine)
            for other in dict.fromkeys(d.other for d in mine)
        )
        tables.append(Table(f"{method}, less ...", ("other", "pieces", *(c.title for c in columns)), rows))
    return tables


def novelty_table(summaries: Sequence[Summary]) -> list[Table]:
    """How often models answered with a training shape; nothing where that was not looked for."""
    known = [s for s in summaries if s.kind == MODEL and math.isfinite(s.copies)]
    rows = tuple(
        (
            s.method,
            category,
            f"{s.copies:.0%}",
            f"{s.nearer_than_truth:.0%}",
            number(SEARCHED, s.to_training),
            number(SEARCHED, s.to_truth),
        )
        for category in _all_first(known)
        for s in known
        if s.category == category
    )
    header = (
        "method", "pieces", "answer is a training shape", "a training shape is nearer than the truth",
        "median x 10³ to the nearest training shape", "to the truth",
    )  # fmt: skip
    return [Table("Novelty", header, rows)] if rows else []


def intro(evaluation: Evaluation) -> str:
    """What was scored, in one sentence or two."""
    settings = evaluation.settings
    text = (
        f"{settings['pieces']} pieces of the split {settings['split']}; {settings['training_pieces']} real and "
        f"{settings['generated_pieces']} generated training pieces to retrieve from; presets "
        f"{settings['presets']}; seed {settings['seed']}; latent fits of {settings['fit_steps']} steps; "
        f"{evaluation.seconds:.0f} s."
    )
    if settings["picture_retrieval"]:
        text += f" The stronger picture retrieval is “{settings['picture_retrieval']}” (by {evaluation.columns[0].title})."
    if any(s.method.endswith(HALF) for s in evaluation.summaries):
        text += f" “{HALF.lstrip(', ')}”: fitted to what lies on one side of a seeded random plane through the middle."
    return text


def _all_first(found: Sequence[Summary] | Sequence[Difference]) -> Iterator[str]:
    categories = dict.fromkeys(one.category for one in found)
    return iter(sorted(categories, key=lambda name: (name != "all", name)))


def number(column: Column, value: float) -> str:
    """A score for people."""
    return f"{column.factor * value:.{column.digits}f}" if math.isfinite(value) else "–"


def _cell(column: Column, mean: float, median: float) -> str:
    return f"{number(column, mean)} / {number(column, median)}" if math.isfinite(mean) else "–"


def _gap(column: Column, found: Difference | None) -> str:
    if found is None:
        return "–"
    mean, low, high = (f"{column.factor * value:+.{column.digits}f}" for value in (found.mean, found.low, found.high))
    mark = "" if not found.certain else "● " if (found.mean > 0) == column.higher_is_better else "○ "
    return f"{mark}{mean} [{low}, {high}]"
