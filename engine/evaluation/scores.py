"""Scores of one result, and what many of them come to."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.truth import Truth
from engine.metrics import METRICS, compare
from engine.metrics.surface import volume_iou
from engine.requests import CompareRequest
from engine.shapes import Shape

#: Measures in the table, besides IoU; each on the number of points of its own convention.
MEASURES = ("deepsdf_sphere", "onet_l1", "f_score", "emd")
IOU = "iou"
COLUMNS = (IOU, *MEASURES)
HIGHER_IS_BETTER = (IOU, "f_score")

MODEL, BASELINE, FLOOR = "model", "baseline", "floor"


@dataclass(frozen=True)
class Row:
    """One method's result on one piece.

    Attributes:
        method: model id, or name of the baseline.
        kind: "model", "baseline" or "floor".
        category: of the piece.
        item: catalogue id of the piece.
        name: English name of the piece.
        scores: column -> value; NaN where there is none (Chamfer and EMD of an empty shape, IoU of point sets).
        empty: True if the method answered with nothing.
        seconds: work for the answer and its scores.
        words: how the answer came about (retrieved piece, background, last loss ...).
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


@dataclass(frozen=True)
class Summary:
    """One method on one category, or on "all".

    Attributes:
        method, kind: as in `Row`.
        category: a category or "all".
        count: pieces.
        empty: how many answers were empty.
        mean, median: column -> value over the pieces that have one; NaN if none has. An empty answer counts as IoU 0 and
            F-score 0 and is left out of Chamfer and EMD, so read these beside `empty`.
    """

    method: str
    kind: str
    category: str
    count: int
    empty: int
    mean: dict[str, float]
    median: dict[str, float]


def conventions(points: int | None = None) -> dict[str, str]:
    """Column -> formula, frame and points in words; `points` lowers each convention's own number."""
    words = {name: f"{METRICS[name].convention}, {_points(name, points)} points" for name in MEASURES}
    return {IOU: "volume IoU on the stored points of the padded bounding cube; fields by their own sign", **words}


def score(
    shape: Shape, inside: NDArray[np.bool_] | None, truth: Truth, seed: int, points: int | None = None
) -> dict[str, float]:
    """Scores of a result against the truth.

    Args:
        shape: in the unit sphere; may be empty.
        inside: (V,) its inside at the truth's volume points; None for results without an inside.
        truth: the yardstick, and the scale of the unit cube.
        seed: of the samples.
        points: at most so many points per side; None for each convention's own number.
    """
    if shape.is_empty:
        scores = {name: 0.0 if name in HIGHER_IS_BETTER else math.nan for name in MEASURES}
    else:
        scores = {}
        for count in sorted({_points(name, points) for name in MEASURES}):  # measures on the same points share neighbours
            names = tuple(name for name in MEASURES if _points(name, points) == count)
            answer = compare(CompareRequest(shape, truth.surface, names, count, seed))
            scores |= {m.metric: m.value for m in answer.measurements}
    return {IOU: math.nan if inside is None else volume_iou(inside, truth.inside), **scores}


def _points(name: str, most: int | None) -> int:
    own = METRICS[name].points
    return own if most is None else min(own, most)


def summarise(rows: Sequence[Row]) -> tuple[Summary, ...]:
    """Every method on every category and on all of them, methods in the order of the rows, categories by name."""
    methods = list(dict.fromkeys((row.method, row.kind) for row in rows))
    categories = [*sorted({row.category for row in rows}), "all"]
    return tuple(
        _summary(method, kind, category, [r for r in rows if r.method == method and category in (r.category, "all")])
        for method, kind in methods
        for category in categories
    )


def _summary(method: str, kind: str, category: str, rows: Sequence[Row]) -> Summary:
    mean = {name: _over(statistics.fmean, (row.scores[name] for row in rows)) for name in COLUMNS}
    median = {name: _over(statistics.median, (row.scores[name] for row in rows)) for name in COLUMNS}
    return Summary(method, kind, category, len(rows), sum(row.empty for row in rows), mean, median)


def _over(average: Callable[[list[float]], float], values: Iterable[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(average(known)) if known else math.nan
