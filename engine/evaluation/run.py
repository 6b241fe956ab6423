"""Scoring models and baselines on the held-out pieces of a data set."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.api import Engine
from engine.data.store import Item, list_items
from engine.errors import DataError, ModelError
from engine.evaluation.baselines import (
    FeatureJob,
    OracleJob,
    describe_pictures,
    inside_piece,
    nearest_picture,
    rank_by_chamfer,
)
from engine.evaluation.differences import Difference, differences
from engine.evaluation.predict import Answer, Asking, predict
from engine.evaluation.scores import BASELINE, FLOOR, MODEL, Row, Summary, conventions, score, summarise
from engine.evaluation.truth import Truth, read_truth, second_sampling, surface_of
from engine.evaluation.workers import Workers, gather_workers
from engine.progress import NO_PROGRESS, Progress

PICTURE_RETRIEVAL, ORACLE_RETRIEVAL, SAMPLING_FLOOR = "picture retrieval", "oracle retrieval", "sampling floor"


@dataclass(frozen=True)
class Plan:
    """What to score and how.

    Attributes:
        models: ids of the models; may be empty (baselines only).
        data_root: data set made by `shape-engine data build`.
        split: pieces to score: "test", "val" or "train".
        categories: which; None for all that the data set holds.
        limit: at most so many pieces of each category; None for all.
        points: at most so many points per side, for a quick look; None for each convention's own number.
        baselines: score the two retrieval baselines and the sampling floor too.
        asking: how models are asked; its seed is also that of the samples.
        workers: single-threaded processes; 0 works in this process; None takes one per core.
        scheduler: address of a running Dask scheduler.
    """

    models: tuple[str, ...]
    data_root: Path
    split: str = "test"
    categories: tuple[str, ...] | None = None
    limit: int | None = None
    points: int | None = None
    baselines: bool = True
    asking: Asking = field(default_factory=Asking)
    workers: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """What came out.

    Attributes:
        rows: every method on every piece.
        summaries: means and medians.
        differences: models against each other and against the baselines, with intervals.
        settings: what it was made with, as words.
        conventions: column -> formula, frame and points.
        seconds: wall time.
    """

    rows: tuple[Row, ...]
    summaries: tuple[Summary, ...]
    differences: tuple[Difference, ...]
    settings: dict[str, object]
    conventions: dict[str, str]
    seconds: float


@dataclass(frozen=True, eq=False)
class ScoreJob:
    """One method on one piece.

    Attributes:
        method, kind: as in `Row`.
        folder: of the piece.
        asking: how models are asked, and the seed.
        answer: folder of the piece that a baseline retrieved.
        words: how it was found.
        points: points per side, see `Plan`.
    """

    method: str
    kind: str
    folder: Path
    asking: Asking
    answer: Path | None = None
    words: str = ""
    points: int | None = None


def evaluate(plan: Plan, progress: Progress = NO_PROGRESS) -> Evaluation:
    """Score models on held-out pieces, beside both retrieval baselines and the sampling floor.

    Truth is the outer skin made by the data pipeline. Picture models see the catalogue picture only; auto-decoders are fitted
    to the skin. Retrieval searches all pieces of the split "train", whatever `limit` says.

    Raises:
        DataError: if the data set is missing or holds no such piece.
        ModelError: if a model is unknown or can answer neither pictures nor shapes.
    """
    began = time.perf_counter()
    _check_models(plan)
    pieces = _limited(list_items(plan.data_root, plan.categories, (plan.split,)), plan.limit)
    if not pieces:
        raise DataError(
            "There are no {split} pieces in {root}; build the data first.", split=plan.split, root=str(plan.data_root)
        )
    categories = sorted({piece.category for piece in pieces})
    training = list_items(plan.data_root, plan.categories, ("train",)) if plan.baselines else []
    if plan.baselines and not training:
        raise DataError("There are no training pieces in {root} to retrieve from.", root=str(plan.data_root))
    count = _cores() if plan.workers is None else plan.workers
    asking = plan.asking if count == 0 else _single_threaded(plan.asking)
    with gather_workers(count, plan.scheduler) as workers:
        jobs = [ScoreJob(model, MODEL, piece.folder, asking) for model in plan.models for piece in pieces]
        if plan.baselines:
            jobs += _by_picture(pieces, training, workers, asking, progress)
            jobs += _by_oracle(pieces, training, workers, asking, progress)
            jobs += [ScoreJob(SAMPLING_FLOOR, FLOOR, piece.folder, asking) for piece in pieces]
        jobs = [replace(job, points=plan.points) for job in jobs]
        rows = workers.run(score_piece, jobs, progress, "scoring")
    settings: dict[str, object] = {
        "split": plan.split, "pieces": len(pieces), "training_pieces": len(training), "seed": asking.seed,
        "fit_steps": asking.fit_steps, "points": plan.points, "workers": count, "models": list(plan.models),
        "categories": categories,
    }  # fmt: skip
    gaps = differences(rows, asking.seed)
    return Evaluation(tuple(rows), summarise(rows), gaps, settings, conventions(plan.points), time.perf_counter() - began)


def _check_models(plan: Plan) -> None:
    engine = Engine(roots=plan.asking.roots)
    for model in plan.models:
        info = engine.info(model)
        if not (info.takes_picture or info.fits_shape):
            raise ModelError("{model} neither takes pictures nor fits shapes; it cannot be scored.", model=model)


def _limited(pieces: Sequence[Item], limit: int | None) -> list[Item]:
    seen: dict[str, int] = {}
    kept = []
    for piece in pieces:
        seen[piece.category] = seen.get(piece.category, 0) + 1
        if limit is None or seen[piece.category] <= limit:
            kept.append(piece)
    return kept


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _single_threaded(asking: Asking) -> Asking:
    return replace(asking, threads=1)


def _by_picture(
    pieces: Sequence[Item], training: Sequence[Item], workers: Workers, asking: Asking, progress: Progress
) -> list[ScoreJob]:
    known = workers.run(
        describe_pictures, [FeatureJob(t.folder, True) for t in training], progress, "reading training pictures"
    )
    asked = workers.run(describe_pictures, [FeatureJob(p.folder, False) for p in pieces], progress, "reading test pictures")
    jobs = []
    for piece, features in zip(pieces, asked, strict=True):
        best, picture, cosine = nearest_picture(features[0], known)
        which = "catalogue picture" if picture == 0 else f"render {picture - 1}"
        words = f"{training[best].id} by its {which}, cosine {cosine:.3f}"
        jobs.append(ScoreJob(PICTURE_RETRIEVAL, BASELINE, piece.folder, asking, training[best].folder, words))
    return jobs


def _by_oracle(
    pieces: Sequence[Item], training: Sequence[Item], workers: Workers, asking: Asking, progress: Progress
) -> list[ScoreJob]:
    candidates = tuple(item.folder for item in training)
    searches = [OracleJob(piece.folder, candidates, asking.seed) for piece in pieces]
    distances = workers.run(rank_by_chamfer, searches, progress, "searching the best training shapes")
    jobs = []
    for piece, values in zip(pieces, distances, strict=True):
        best = training[int(np.argmin(values))]
        jobs.append(ScoreJob(ORACLE_RETRIEVAL, BASELINE, piece.folder, asking, best.folder, best.id))
    return jobs


def score_piece(job: ScoreJob) -> Row:
    """One method on one piece (runs on a worker)."""
    began = time.perf_counter()
    if job.asking.threads:
        import torch

        torch.set_num_threads(job.asking.threads)  # one thread per worker process: there is one worker per core
    truth = read_truth(job.folder)
    answer = _answer(job, truth)
    scores = score(answer.shape, answer.inside, truth, job.asking.seed, job.points)
    meta = truth.item.meta
    taken = time.perf_counter() - began
    return Row(job.method, job.kind, meta.category, meta.id, meta.name, scores, answer.shape.is_empty, taken, answer.words)


def _answer(job: ScoreJob, truth: Truth) -> Answer:
    if job.kind == MODEL:
        return predict(job.method, truth, job.asking)
    if job.kind == FLOOR:
        return Answer(second_sampling(job.folder, job.asking.seed), None, "the same skin sampled twice")
    if job.answer is None:
        raise ValueError("a baseline needs the folder of the piece that it retrieved")
    return Answer(surface_of(Item(job.answer)), inside_piece(job.answer, truth), job.words)
