"""`shape-engine evaluate`: score models on held-out pieces, beside retrieval and the sampling floor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveInt

from engine.cli.data import split_words
from engine.cli.options import Spread
from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, say, table, watched
from engine.requests import FIT_STEPS


@dataclass(frozen=True)
class Scoring(Spread):
    """How to answer, what to compute on and how."""

    fit_steps: PositiveInt = FIT_STEPS
    """Steps of a latent fit."""

    seed: NonNegativeInt = 0
    """Seed of samples, of fits and of models with several answers."""

    points: PositiveInt | None = None
    """At most so many points per side, for a quick look; by default each convention's own number."""

    baselines: Annotated[bool, Parameter(negative="--no-baselines")] = True
    """Score mean shape, picture retrieval, oracle retrieval and the sampling floor too, and look for copied answers."""

    preset: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None
    """What is measured: presets (default, deepsdf, onet_l1, atlasnet, imnet ...) or single measures, separated by commas."""

    align: str | None = None
    """Bring results onto the truth first, by a rule such as icp_similarity; by default as the preset says."""

    half: bool = False
    """Fit auto-decoders to half of the surface too, as methods of their own."""

    pictures: Annotated[bool, Parameter(negative="--no-pictures")] = True
    """Draw the answers, for the page."""

    write_card: bool = False
    """Write the scores into the cards of the models."""


Scored = Annotated[Scoring, Parameter(name="*")]
AS_USUAL = Scoring()


def evaluate(
    models: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    /,
    *,
    data: Path | None = None,
    split: Literal["test", "val", "train"] = "test",
    category: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    limit: PositiveInt | None = None,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    common: Scored = AS_USUAL,
) -> None:
    """Score models on held-out pieces: IoU, Chamfer, F-score, EMD, beside mean shape, retrieval and the sampling floor.

    Picture models see the catalogue picture only; auto-decoders are fitted to the surface. With --out, answers are kept as they
    are scored until all are there: after Ctrl-C or a crash the same command goes on.

    ```
    shape-engine evaluate --out results/
    shape-engine evaluate occnet psgn --category chair --limit 3
    shape-engine evaluate --half --write-card --json
    shape-engine evaluate --preset deepsdf,onet_l1,atlasnet,imnet --out results/
    ```

    Args:
        models: ids of models; all by default.
        data: data folder made by shape-engine data build; by default the user's cache folder.
        split: which pieces.
        category: categories separated by commas; all by default.
        limit: at most so many pieces of each category.
        out: folder for results.json, results.csv, results.md and the page results.html.
        common: how to answer, what to compute on and how.
    """
    if out is not None:
        check_folder(out)
    engine = common.engine()
    chosen = tuple(engine.info(name).id for name in models) if models else tuple(info.id for info in engine.models())
    from engine.data.store import default_data_root
    from engine.evaluation.cards import write_card
    from engine.evaluation.predict import Asking
    from engine.evaluation.presets import DEFAULT
    from engine.evaluation.report import as_document, write_results
    from engine.evaluation.run import Plan, evaluate
    from engine.evaluation.tables import difference_tables, intro, novelty_table, penalty_tables, score_tables

    asking = Asking(common.device, None, common.fit_steps, common.seed, common.threads)
    plan = Plan(
        chosen,
        data or default_data_root(),
        split,
        split_words(category, ()) or None,
        limit,
        split_words(common.preset, (DEFAULT,)),
        common.align,
        common.points,
        common.baselines,
        common.half,
        common.pictures and out is not None,
        asking=asking,
        workers=common.workers,
        scheduler=common.scheduler,
        keep=out / "answers" if out is not None else None,
    )
    with watched() as progress:
        evaluation = evaluate(plan, progress)
    written = write_results(evaluation, out) if out is not None else ()
    for path in written:
        say(f"Wrote {path}.")
    if common.write_card:
        for name in chosen:
            write_card(evaluation, name, engine.info(name).folder)
            say(f"Wrote the scores into {engine.info(name).folder / 'card.md'}.")
    if plan.keep is not None:
        rmtree(plan.keep, ignore_errors=True)  # the results are written; a later run starts afresh
    summaries, columns = evaluation.summaries, evaluation.columns
    tables = [
        *score_tables(summaries, columns),
        *penalty_tables(summaries, columns),
        *difference_tables([d for d in evaluation.differences if d.category == "all"], columns),
        *novelty_table(summaries),
    ]
    notes = "\n".join(f"{column.title}: {evaluation.conventions[column.name]}" for column in columns)
    parts = [f"{one.title}\n{table(one.header, one.rows)}" for one in tables]
    answer({"out": out, **as_document(evaluation)}, "\n\n".join([intro(evaluation), *parts, notes]), common.json)
