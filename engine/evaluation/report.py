"""Writing an evaluation down: JSON, CSV and Markdown files, and the scores in a model's card."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.data.store import write_text
from engine.errors import ModelError
from engine.evaluation.differences import Difference
from engine.evaluation.run import Evaluation
from engine.evaluation.scores import BASELINE, COLUMNS, FLOOR, HIGHER_IS_BETTER, MODEL, Summary

TITLES = {
    "iou": "IoU",
    "deepsdf_sphere": "Chamfer deepsdf_sphere x 10^3",
    "onet_l1": "Chamfer onet_l1",
    "f_score": "F-score 1 %",
    "emd": "EMD 1,024",
}
#: Factors for reading; the JSON and CSV files hold bare values.
FACTORS = {"deepsdf_sphere": 1e3}

SECTION = "## Scores"


def write_results(evaluation: Evaluation, out: Path) -> tuple[Path, ...]:
    """Write results.json, results.csv and results.md into a folder, which is made if missing."""
    out.mkdir(parents=True, exist_ok=True)
    texts = {
        "results.json": json.dumps(as_document(evaluation), indent=1, ensure_ascii=False) + "\n",
        "results.csv": as_csv(evaluation),
        "results.md": as_markdown(evaluation),
    }
    for name, text in texts.items():
        write_text(out / name, text)
    return tuple(out / name for name in texts)


def as_document(evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values; what has no value is null."""
    document: dict[str, Any] = _without_nan(asdict(evaluation))
    return document


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    return [_without_nan(item) for item in value] if isinstance(value, list | tuple) else value


def as_csv(evaluation: Evaluation) -> str:
    """One line per method and piece."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["method", "kind", "category", "item", "name", *COLUMNS, "empty", "seconds", "words"])
    for row in evaluation.rows:
        values = [f"{row.scores[c]:.8g}" if math.isfinite(row.scores[c]) else "" for c in COLUMNS]
        end = [int(row.empty), f"{row.seconds:.2f}", row.words]
        writer.writerow([row.method, row.kind, row.category, row.item, row.name, *values, *end])
    return text.getvalue()


def as_markdown(evaluation: Evaluation) -> str:
    """The tables for people, one per category, the one over all first."""
    settings = evaluation.settings
    lines = [
        "# Evaluation",
        "",
        f"{settings['pieces']} pieces of the split {settings['split']}, {settings['training_pieces']} training pieces to "
        f"retrieve from, seed {settings['seed']}, latent fits of {settings['fit_steps']} steps, {evaluation.seconds:.0f} s.",
        "",
        *tables(evaluation.summaries),
        *difference_table(evaluation.differences),
        "Truth is the outer skin made by the data pipeline. Picture models saw the catalogue picture only. "
        "Each cell: mean / median. Empty answers count as IoU 0 and F-score 0 and are left out of Chamfer and EMD.",
        "",
        *(f"- {TITLES[name]}: {words}." for name, words in evaluation.conventions.items()),
    ]
    return "\n".join(lines) + "\n"


def tables(summaries: Sequence[Summary]) -> list[str]:
    """Markdown lines: a table for all pieces, then one per category."""
    categories = list(dict.fromkeys(summary.category for summary in summaries))
    lines = []
    for category in sorted(categories, key=lambda name: (name != "all", name)):
        chosen = [summary for summary in summaries if summary.category == category]
        lines += [f"### {category} ({chosen[0].count} pieces)", "", *_table(chosen), ""]
    return lines


def _table(summaries: Sequence[Summary]) -> list[str]:
    arrows = [f"{TITLES[name]} {'↑' if name in HIGHER_IS_BETTER else '↓'}" for name in COLUMNS]
    lines = ["| method | " + " | ".join(arrows) + " | empty |", "|---|" + "---:|" * (len(COLUMNS) + 1)]
    for summary in summaries:
        cells = [cell(name, summary.mean[name], summary.median[name]) for name in COLUMNS]
        lines.append(f"| {summary.method} | " + " | ".join(cells) + f" | {summary.empty} |")
    return lines


def difference_table(found: Sequence[Difference]) -> list[str]:
    """Markdown lines: each pair of methods over all pieces; a difference whose interval leaves out zero is in bold."""
    overall = [d for d in found if d.category == "all"]
    if not overall:
        return []
    pairs = list(dict.fromkeys((d.method, d.other) for d in overall))
    lines = ["### Differences over all pieces, with their 95 % intervals (paired bootstrap)", ""]
    lines += ["| method less other | " + " | ".join(TITLES[name] for name in COLUMNS) + " |", "|---|" + "---:|" * len(COLUMNS)]
    for method, other in pairs:
        mine = {d.column: d for d in overall if (d.method, d.other) == (method, other)}
        lines.append(f"| {method} − {other} | " + " | ".join(_gap(mine.get(name)) for name in COLUMNS) + " |")
    return [*lines, ""]


def _gap(difference: Difference | None) -> str:
    if difference is None:
        return "–"
    factor = FACTORS.get(difference.column, 1.0)
    mean, low, high = (factor * value for value in (difference.mean, difference.low, difference.high))
    text = f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]" if factor == 1.0 else f"{mean:+.2f} [{low:+.2f}, {high:+.2f}]"
    return f"**{text}**" if difference.certain else text


def cell(name: str, mean: float, median: float) -> str:
    """Mean and median of a column for people."""
    if not math.isfinite(mean):
        return "–"
    factor = FACTORS.get(name, 1.0)
    digits = {"deepsdf_sphere": 2, "iou": 3, "f_score": 3}.get(name, 4)
    return f"{factor * mean:.{digits}f} / {factor * median:.{digits}f}"


def write_card(evaluation: Evaluation, model: str, folder: Path) -> None:
    """Put a model's scores, with the baselines beside them, into its card.json and card.md.

    Raises:
        ModelError: if the card is missing or damaged, or the model is not part of the evaluation.
    """
    shown = [s for s in evaluation.summaries if s.method == model or s.kind in (BASELINE, FLOOR)]
    if not any(s.kind == MODEL for s in shown):
        raise ModelError("{model} was not scored; there is nothing to write into its card.", model=model)
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        text = (folder / "card.md").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ModelError("The card of {model} is missing or damaged; train it again.", model=model) from error
    card["scores"] = _without_nan(
        {
            "settings": {key: value for key, value in evaluation.settings.items() if key not in ("models", "workers")},
            "conventions": evaluation.conventions,
            "summaries": [asdict(summary) for summary in shown],
            "differences": [asdict(d) for d in evaluation.differences if d.method == model],
        }
    )
    write_text(folder / "card.json", json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / "card.md", with_section(text, _section(evaluation, shown)))


def _section(evaluation: Evaluation, shown: Sequence[Summary]) -> str:
    settings = evaluation.settings
    intro = (
        f"{settings['pieces']} held-out pieces (split {settings['split']}), mean / median, by `shape-engine evaluate`; "
        f"retrieval over {settings['training_pieces']} training pieces, seed {settings['seed']}."
    )
    gaps = difference_table([d for d in evaluation.differences if d.method == next(s.method for s in shown if s.kind == MODEL)])
    return "\n".join([SECTION, "", intro, "", *tables(shown), *gaps]).rstrip() + "\n"


def with_section(text: str, section: str) -> str:
    """The Markdown text with its score section replaced, or added at the end."""
    start = text.find(SECTION + "\n")
    if start < 0:
        return text.rstrip() + "\n\n" + section
    end = text.find("\n## ", start + len(SECTION))
    rest = "" if end < 0 else "\n" + text[end + 1 :]
    return text[:start] + section + rest
