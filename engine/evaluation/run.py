"""Scoring models and baselines on the held-out pieces of a data set."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.api import Engine, ModelInfo
from engine.data.store import Item, list_items
from engine.errors import DataError, ModelError
from engine.evaluation.baselines import PICTURE_RETRIEVAL, Setting, baseline_jobs
from engine.evaluation.differences import Difference, differences
from engine.evaluation.jobs import Scored, ScoreJob, draw_truth, score_piece
from engine.evaluation.kept import kept_as
from engine.evaluation.predict import Asking
from engine.evaluation.presets import DEFAULT, Column, choose
from engine.evaluation.scores import MODEL, Measuring, Row, Summary, summarise
from engine.evaluation.search import TrainingSet
from engine.evaluation.workers import Workers, cores, gather_workers
from engine.metrics.align import alignment
from engine.models.checkpoint import weights_hash
from engine.progress import NO_PROGRESS, Progress


@dataclass(frozen=True)
class Plan:
    """What to score and how.

    Attributes:
        models: ids of the models; may be empty (baselines only).
        data_root: data set made by `shape-engine data build`.
        split: pieces to score: "test", "val" or "train".
        categories: which; None for all that the data set holds.
        limit: at most so many pieces of each category; None for all.
        presets: what is measured, see `engine.evaluation.presets`.
        align: how results are brought onto the truth first; None takes what the presets say.
        points: at most so many points per side, for a quick look; None for each convention's own number.
        baselines: score the baselines and the sampling floor too, and look answers up among the training shapes.
        half: fit auto-decoders to half of the surface too.
        pictures: draw every answer.
        asking: how models are asked; its seed is also that of the samples.
        workers: single-threaded processes; 0 works in this process; None takes one per core.
        scheduler: address of a running Dask scheduler.
        keep: folder for answers as they are scored, from which the same plan goes on if it was cut off; None keeps none.
    """

    models: tuple[str, ...]
    data_root: Path
    split: str = "test"
    categories: tuple[str, ...] | None = None
    limit: int | None = None
    presets: tuple[str, ...] = (DEFAULT,)
    align: str | None = None
    points: int | None = None
    baselines: bool = True
    half: bool = False
    pictures: bool = True
    asking: Asking = field(default_factory=Asking)
    workers: int | None = None
    scheduler: str | None = None
    keep: Path | None = None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What came out.

    Attributes:
        columns: what was measured.
        rows: every method on every piece.
        summaries: means and medians.
        differences: models against each other and against the baselines, with intervals.
        settings: what it was made with, as words.
        conventions: column -> formula, frame, points, truth and alignment.
        seconds: wall time.
        pictures: (method, item) -> WebP of the answer; the truth under the method "".
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]
    differences: tuple[Difference, ...]
    settings: dict[str, object]
    conventions: dict[str, str]
    seconds: float
    pictures: dict[tuple[str, str], bytes] = field(repr=False)


def evaluate(plan: Plan, progress: Progress = NO_PROGRESS) -> Evaluation:
    """Score models on held-out pieces, beside the baselines and the sampling floor.

    Truth is the outer skin made by the data pipeline. Picture models see the catalogue picture only; auto-decoders are fitted
    to the skin. Retrieval searches all pieces of the split "train", whatever `limit` says.

    Raises:
        DataError: if the data set is missing or holds no such piece.
        ModelError: if a model is unknown or can answer neither pictures nor shapes.
        EngineError: if there is no such preset or alignment.
    """
    began = time.perf_counter()
    columns, align = choose(plan.presets)
    align = alignment(plan.align or align).name
    infos = _checked_models(plan)
    pieces = _limited(list_items(plan.data_root, plan.categories, (plan.split,)), plan.limit)
    if not pieces:
        raise DataError(
            "There are no {split} pieces in {root}; build the data first.", split=plan.split, root=str(plan.data_root)
        )
    training = TrainingSet(plan.data_root, plan.categories) if plan.baselines else None
    if training is not None and not training.items:
        raise DataError("There are no training pieces in {root} to retrieve from.", root=str(plan.data_root))
    count = cores() if plan.workers is None else plan.workers
    asking = plan.asking if count == 0 else replace(plan.asking, threads=1)
    measuring = Measuring(columns, align, plan.points, asking.seed)
    halves = [info.id for info in infos if plan.half and info.fits_shape and not info.takes_picture]
    with gather_workers(count, plan.scheduler) as workers:
        jobs = [
            ScoreJob(info.id, MODEL, piece.folder, asking, measuring, half, training=training)
            for info in infos
            for half in ((False, True) if info.id in halves else (False,))
            for piece in pieces
        ]
        if training is not None:
            encoders = tuple(info.id for info in infos if info.takes_picture)
            jobs += baseline_jobs(Setting(tuple(pieces), training, encoders, asking, measuring), workers, progress)
        jobs = [replace(job, picture=plan.pictures) for job in jobs]
        if plan.keep is not None:
            kept = kept_as(jobs, {info.id: weights_hash(info.folder) for info in infos}, plan.keep)
            jobs = [replace(job, keep=path) for job, path in zip(jobs, kept, strict=True)]
        scored = _scored(jobs, workers, progress)
        shown = [piece.folder for piece in pieces] if plan.pictures else []
        truths = workers.run(draw_truth, shown, progress, "drawing")
    rows = tuple(one.row for one in scored)
    pictures = {(one.row.method, one.row.item): one.picture for one in scored if one.picture}
    pictures |= {("", piece.id): drawn for piece, drawn in zip(pieces, truths, strict=False)}
    summaries = summarise(rows)
    settings: dict[str, object] = {
        "split": plan.split, "pieces": len(pieces), "seed": asking.seed, "fit_steps": asking.fit_steps,
        "training_pieces": len(training.folders(generated=False)) if training else 0,
        "generated_pieces": len(training.folders(generated=True)) if training else 0,
        "points": plan.points, "presets": ", ".join(plan.presets), "align": align, "workers": count,
        "models": list(plan.models), "categories": sorted({piece.category for piece in pieces}),
        "picture_retrieval": stronger_retrieval(summaries, columns),
    }  # fmt: skip
    gaps = differences(rows, [column.name for column in columns], asking.seed)
    conventions = measuring.conventions()
    return Evaluation(columns, rows, summaries, gaps, settings, conventions, time.perf_counter() - began, pictures)


def _scored(jobs: Sequence[ScoreJob], workers: Workers, progress: Progress) -> list[Scored]:
    """Results in the order of the jobs. A training piece that several baselines retrieve is measured once: that takes long."""
    keys = [(job.folder, job.retrieved) if job.retrieved else (job.folder, number) for number, job in enumerate(jobs)]
    first = dict(reversed(list(zip(keys, jobs, strict=True))))
    known = dict(zip(first, workers.run(score_piece, list(first.values()), progress, "scoring"), strict=True))
    return [
        replace(known[key], row=replace(known[key].row, method=job.name, words=job.words)) if job.retrieved else known[key]
        for key, job in zip(keys, jobs, strict=True)
    ]


def stronger_retrieval(summaries: Sequence[Summary], columns: Sequence[Column]) -> str:
    """Which kind of picture retrieval is the one to beat: that with the best mean of the first column, over all pieces.

    It is chosen on the very pieces that are scored, which favours the baseline. Empty if there is none.
    """
    first = columns[0]
    found = [s for s in summaries if s.category == "all" and s.method.startswith(PICTURE_RETRIEVAL)]
    best = max if first.higher_is_better else min
    return best(found, key=lambda s: s.mean[first.name]).method if found else ""


def _checked_models(plan: Plan) -> list[ModelInfo]:
    engine = Engine(roots=plan.asking.roots)
    infos = [engine.info(model) for model in plan.models]
    for info in infos:
        if not (info.takes_picture or info.fits_shape):
            raise ModelError("{model} neither takes pictures nor fits shapes; it cannot be scored.", model=info.id)
    return infos


def _limited(pieces: Sequence[Item], limit: int | None) -> list[Item]:
    seen: dict[str, int] = {}
    kept = []
    for piece in pieces:
        seen[piece.category] = seen.get(piece.category, 0) + 1
        if limit is None or seen[piece.category] <= limit:
            kept.append(piece)
    return kept
