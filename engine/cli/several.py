"""`shape-engine several`: whether a model with a random input uses it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.types import PositiveInt

from engine.cli.data import split_words
from engine.cli.options import Spread
from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, plain, say, table, watched

if TYPE_CHECKING:
    from engine.evaluation.several import Estimate, Several


@dataclass(frozen=True)
class Drawing(Spread):
    """How to answer, what to compute on and how."""

    data: Path | None = None
    """Data folder made by shape-engine data build; by default the user's cache folder."""

    views: PositiveInt = 8
    """At most so many renders of each piece."""


Drawn = Annotated[Drawing, Parameter(name="*")]
AS_USUAL = Drawing()


def several(
    model: str,
    /,
    *,
    draws: PositiveInt = 8,
    split: Literal["test", "val", "train"] = "test",
    category: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    limit: PositiveInt | None = None,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    common: Drawn = AS_USUAL,
) -> None:
    """Ask a model with a random input several times: do its answers differ, does the best help, does doubt spread them?

    ```
    shape-engine several psgn-furniture --out several.json
    shape-engine several psgn-furniture --category chair --limit 1 --json
    ```

    Args:
        model: a model that takes pictures and has a random input.
        draws: answers to each picture, with the seeds 0, 1, 2 ...
        split: which pieces.
        category: categories separated by commas; all by default.
        limit: at most so many pieces of each category.
        out: a JSON file to write as well.
        common: how to answer and what to compute on.
    """
    if out is not None:
        check_folder(out.parent)
    engine = common.engine()
    info = engine.info(model)
    import json
    from dataclasses import replace

    from engine.data.store import default_data_root, write_text
    from engine.evaluation.predict import Asking
    from engine.evaluation.several import MEANINGS, Plan, ask_pieces
    from engine.evaluation.workers import cores, gather_workers

    count = cores() if common.workers is None else common.workers
    asking = Asking(common.device, None, threads=common.threads)
    asking = asking if count == 0 else replace(asking, threads=1)
    chosen = split_words(category, ()) or None
    plan = Plan(common.data or default_data_root(), draws, split, chosen, limit, common.views)
    with watched() as progress, gather_workers(count, common.scheduler) as gathered:
        found = ask_pieces(info.id, plan, asking, gathered, progress)
    categories = ["all", *sorted({piece.category for piece in found.pieces})]
    parts = {name: found if name == "all" else found.only(name) for name in categories}
    document = {
        "model": info.id, "draws": draws, "split": split,
        "distance": "Chamfer-L1, 1/2 (mean a + mean b), in units of the truth's longest edge", "meanings": MEANINGS,
        "categories": {name: _counts(part) | part.numbers for name, part in parts.items()},
        "pieces": found.pieces,
    }  # fmt: skip
    if out is not None:
        write_text(out, json.dumps(plain(document), indent=1, ensure_ascii=False) + "\n")
        say(f"Wrote {out}.")
    answer(document, _text(found, parts, split), common.json)


def _counts(part: Several) -> dict[str, int]:
    return {
        "pieces": len(part.pieces), "unanswered": len(part.pieces) - len(part.answered),
        "without_cameras": part.without_cameras, "renders": part.renders,
    }  # fmt: skip


def _text(found: Several, parts: dict[str, Several], split: str) -> str:
    from engine.evaluation.differences import LEAST
    from engine.evaluation.several import MEANINGS

    counts, numbers = [_counts(part) for part in parts.values()], [part.numbers for part in parts.values()]
    rows = [(key.replace("_", " "), *(str(count[key]) for count in counts)) for key in counts[0]]
    rows += [(key.replace("_", " "), *(_cell(key, number[key]) for number in numbers)) for key in MEANINGS]
    words = (
        f"{found.model}: {found.draws} answers to each picture (seeds 0 to {found.draws - 1}), pieces of the split {split}. "
        "Distances are Chamfer-L1 x 10³, 1/2 (mean a + mean b), in units of the truth's longest edge. In brackets: 95 % "
        f"bootstrap intervals; ● leaves out zero, from at least {LEAST} pieces."
    )
    notes = [f"{key.replace('_', ' ')}: {meaning}." for key, meaning in MEANINGS.items()]
    if missing := found.without_cameras:
        notes.append(
            f"{missing} of {len(found.answered)} pieces have renders without cameras: the openness says nothing of them. "
            "shape-engine data pictures draws all renders anew, with cameras."
        )
    notes += [f"{piece.name} ({piece.item}) has no answer: {piece.reason}" for piece in found.pieces if piece.reason]
    return "\n".join([words, "", table(("", *parts), rows), "", *notes])


def _cell(key: str, found: float | Estimate) -> str:
    if isinstance(found, float):
        return f"{1e3 * found:.2f}" if math.isfinite(found) else "–"
    if not math.isfinite(found.value):
        return "–"
    factor = 1.0 if key.startswith("openness") else 1e3  # correlations have no unit
    ends = (f"{factor * end:+.2f}" if math.isfinite(end) else "–" for end in (found.low, found.high))
    return f"{'● ' if found.certain else ''}{factor * found.value:+.2f} [{', '.join(ends)}]"
