"""Scores of one result, and what many of them come to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.novelty import Novelty
from engine.evaluation.presets import Column
from engine.evaluation.truth import Truth
from engine.metrics import compare
from engine.metrics.surface import volume_iou
from engine.requests import CompareRequest
from engine.shapes import PointCloud, Shape

MODEL, BASELINE, FLOOR = "model", "baseline", "floor"


@dataclass(frozen=True)
class Measuring:
    """What is measured and how.

    Attributes:
        columns: the scores.
        align: key of `engine.metrics.align.ALIGNMENTS`.
        points: at most so many points per side; None for each convention's own number.
        seed: of the samples.
    """

    columns: tuple[Column, ...]
    align: str = "none"
    points: int | None = None
    seed: int = 0

    def conventions(self) -> dict[str, str]:
        """Column -> formula, frame, points, truth and alignment in words."""
        return {column.name: column.words(self.points, self.align) for column in self.columns}


@dataclass(frozen=True)
class Row:
    """One method's result on one piece.

    Attributes:
        method: model id, or name of the baseline.
        kind: "model", "baseline" or "floor".
        category: of the piece.
        item: catalogue id of the piece.
        name: English name of the piece.
        scores: column -> value; NaN where there is none (distances of an empty shape, IoU of point sets).
        empty: True if the method answered with nothing.
        seconds: work for the answer and its scores.
        words: how the answer came about (retrieved piece, background, last loss ...).
        penalty: for an empty answer, what a single point in the middle of the truth's box scores; else nothing.
        novelty: of a model's answer: the training shape most like it; None if it was not looked for.
    """

    method: str
    kind: str
    category: str
    item: str
    name: str
    scores: dict[str, float]
    empty: bool
    seconds: float
    words: str = ""
    penalty: dict[str, float] = field(default_factory=dict)
    novelty: Novelty | None = None


@dataclass(frozen=True)
class Summary:
    """One method on one category, or on "all".

    Attributes:
        method, kind: as in `Row`.
        category: a category or "all".
        count: pieces.
        empty: how many answers were empty.
        mean, median: column -> value over the pieces that have one; NaN if none has. An empty answer counts as 0 where more
            is better and is left out of distances, so read these beside `empty`.
        penalised: the mean where an empty answer counts as a single point in the middle of the truth's box.
        copies: share of the answers that are a training shape (see `engine.evaluation.novelty`); NaN if not looked for.
        nearer_than_truth: share of the answers to which a training shape is nearer than the truth is; likewise.
        to_training: median distance to the nearest training shape, on the points of that search; likewise.
        to_truth: median distance to the truth by the same search; likewise.
    """

    method: str
    kind: str
    category: str
    count: int
    empty: int
    mean: dict[str, float]
    median: dict[str, float]
    penalised: dict[str, float] = field(default_factory=dict)
    copies: float = math.nan
    nearer_than_truth: float = math.nan
    to_training: float = math.nan
    to_truth: float = math.nan


def score(shape: Shape, inside: NDArray[np.bool_] | None, truth: Truth, measuring: Measuring) -> dict[str, float]:
    """Scores of a result against the truth.

    Args:
        shape: in the unit sphere; may be empty.
        inside: (V,) its inside at the truth's volume points; None for results without an inside.
        truth: the yardstick, and the scale of the unit cube.
        measuring: what and how.
    """
    found = {column.name: column.worst for column in measuring.columns}
    if "iou" in found:
        found["iou"] = math.nan if inside is None else volume_iou(inside, truth.inside)
    if shape.is_empty:
        return found

    def alike(column: Column) -> tuple[bool, int]:
        return column.raw, column.points(measuring.points)

    sampled = sorted((column for column in measuring.columns if column.metric), key=alike)
    for (raw, count), group in groupby(sampled, alike):  # measures on the same points share one search for neighbours
        columns = list(group)
        reference = truth.raw if raw else truth.surface
        names = tuple(column.metric for column in columns)
        answer = compare(CompareRequest(shape, reference, names, count, measuring.seed, align=measuring.align))
        found |= {column.name: m.value for column, m in zip(columns, answer.measurements, strict=True)}
    return found


def penalty(truth: Truth, measuring: Measuring) -> dict[str, float]:
    """What an empty answer is charged with: the scores of a single point at the origin, the middle of the truth's box."""
    unaligned = Measuring(measuring.columns, "none", measuring.points, measuring.seed)  # a point has no size to align
    found = score(PointCloud(np.zeros((1, 3), np.float32)), np.zeros(len(truth.volume), bool), truth, unaligned)
    return {c.name: found[c.name] if math.isfinite(found[c.name]) else c.worst for c in measuring.columns}


def summarise(rows: Sequence[Row]) -> tuple[Summary, ...]:
    """Every method on every category and on all of them, methods in the order of the rows, categories by name.

    A method may have no rows in a category, as the mean shape where no training piece is there: its values are NaN.
    """
    names = list(rows[0].scores) if rows else []
    methods = list(dict.fromkeys((row.method, row.kind) for row in rows))
    categories = [*sorted({row.category for row in rows}), "all"]
    return tuple(
        _summary(method, kind, category, [r for r in rows if r.method == method and category in (r.category, "all")], names)
        for method, kind in methods
        for category in categories
    )


def _summary(method: str, kind: str, category: str, rows: Sequence[Row], names: Sequence[str]) -> Summary:
    def over(average: Callable[[list[float]], float], penalised: bool = False) -> dict[str, float]:
        return {n: _over(average, ((r.penalty if penalised and r.empty else r.scores)[n] for r in rows)) for n in names}

    known = [row.novelty for row in rows if row.novelty is not None]
    return Summary(
        method, kind, category, len(rows), sum(row.empty for row in rows),
        over(statistics.fmean), over(statistics.median), over(statistics.fmean, penalised=True),
        _over(statistics.fmean, (float(found.is_copy) for found in known)),
        _over(statistics.fmean, (float(found.nearer_than_truth) for found in known)),
        _over(statistics.median, (found.distance for found in known)),
        _over(statistics.median, (found.to_truth for found in known)),
    )  # fmt: skip


def _over(average: Callable[[list[float]], float], values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(average(known)) if known else math.nan
