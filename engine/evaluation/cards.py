"""The scores in a model's card."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from engine.data.store import write_text
from engine.errors import ModelError
from engine.evaluation.jobs import HALF
from engine.evaluation.novelty import WORDS as NOVELTY_WORDS
from engine.evaluation.report import markdown, without_nan
from engine.evaluation.run import Evaluation
from engine.evaluation.scores import BASELINE, FLOOR
from engine.evaluation.tables import DIFFERENCE_WORDS, difference_tables, intro, novelty_table, score_tables

SECTION = "## Scores"


def write_card(evaluation: Evaluation, model: str, folder: Path) -> None:
    """Put a model's scores, with the baselines beside them and how often it answers with a training shape, into its card.

    Raises:
        ModelError: if the card is missing or damaged, or the model is not part of the evaluation.
    """
    own = (model, model + HALF)
    shown = [s for s in evaluation.summaries if s.method in own or s.kind in (BASELINE, FLOOR)]
    gaps = [d for d in evaluation.differences if d.method in own]
    if not any(s.method == model for s in shown):
        raise ModelError("{model} was not scored; there is nothing to write into its card.", model=model)
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        text = (folder / "card.md").read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ModelError("The card of {model} is missing or damaged; train it again.", model=model) from error
    card["scores"] = without_nan(
        {
            "settings": {key: value for key, value in evaluation.settings.items() if key not in ("models", "workers")},
            "conventions": evaluation.conventions,
            "novelty": NOVELTY_WORDS,
            "summaries": [asdict(summary) for summary in shown],
            "differences": [asdict(d) for d in gaps],
        }
    )
    baselines = [d for d in gaps if d.method == model and d.category == "all"]
    tables = [*score_tables(shown, evaluation.columns), *difference_tables(baselines, evaluation.columns)]
    new = novelty_table([s for s in shown if s.method in own])
    lines = [
        SECTION, "", f"Mean / median, by `shape-engine evaluate`. {intro(evaluation)}", "",
        *(line for table in tables for line in markdown(table)),
        *((DIFFERENCE_WORDS, "") if baselines else ()),
        *(line for table in new for line in (*markdown(table), NOVELTY_WORDS[0].upper() + NOVELTY_WORDS[1:] + ".", "")),
    ]  # fmt: skip
    write_text(folder / "card.json", json.dumps(card, indent=1, ensure_ascii=False) + "\n")
    write_text(folder / "card.md", with_section(text, "\n".join(lines).rstrip() + "\n"))


def with_section(text: str, section: str) -> str:
    """The Markdown text with its score section replaced, or added at the end."""
    start = text.find(SECTION + "\n")
    if start < 0:
        return text.rstrip() + "\n\n" + section
    end = text.find("\n## ", start + len(SECTION))
    rest = "" if end < 0 else "\n" + text[end + 1 :]
    return text[:start] + section + rest
