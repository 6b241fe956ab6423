"""Is one method better than another, or only luckier with these pieces? Paired bootstrap of the difference of their scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.evaluation.scores import FLOOR, MODEL, Row

#: Share of the resampled means that the interval holds.
CONFIDENCE = 0.95
RESAMPLES = 10_000
#: With fewer pieces than this no interval is called certain: there is too little to resample.
LEAST = 5


@dataclass(frozen=True)
class Difference:
    """Scores of a method less those of another, over the pieces for which both have one.

    Attributes:
        method, other: what is compared.
        category: a category or "all".
        column: the score.
        count: pieces.
        mean: mean difference.
        low, high: interval of the mean under resampling of the pieces (percentile bootstrap, Efron 1979).
    """

    method: str
    other: str
    category: str
    column: str
    count: int
    mean: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """True if the interval leaves out zero and there are pieces enough to say so."""
        return self.count >= LEAST and (self.low > 0 or self.high < 0)


def differences(rows: Sequence[Row], columns: Sequence[str], seed: int = 0) -> tuple[Difference, ...]:
    """Every model against every other method but the sampling floor, on each category and on all.

    A pair of models is compared once, the later one less the earlier one. Scores that either lacks (distances of an empty
    answer) leave the piece out.

    Args:
        rows: every method on every piece.
        columns: the scores to compare.
        seed: of the resampling.
    """
    kinds = {row.method: row.kind for row in rows}
    methods = [name for name, kind in kinds.items() if kind != FLOOR]
    pairs = [
        (method, other)
        for number, method in enumerate(methods)
        if kinds[method] == MODEL
        for place, other in enumerate(methods)
        if other != method and (kinds[other] != MODEL or place < number)
    ]
    scores = {(row.method, row.item): row.scores for row in rows}
    pieces = {row.item: row.category for row in rows}
    found = []
    for method, other in pairs:
        for category in (*sorted(set(pieces.values())), "all"):
            chosen = [item for item, name in pieces.items() if category in (name, "all")]
            for column in columns:
                gaps = _gaps(scores, chosen, method, other, column)
                if len(gaps):
                    found.append(Difference(method, other, category, column, len(gaps), *interval(gaps, seed)))
    return tuple(found)


def _gaps(
    scores: dict[tuple[str, str], dict[str, float]], items: Sequence[str], method: str, other: str, column: str
) -> NDArray[np.float64]:
    pairs = [(scores.get((method, item)), scores.get((other, item))) for item in items]
    gaps = [mine[column] - theirs[column] for mine, theirs in pairs if mine is not None and theirs is not None]
    return np.array([gap for gap in gaps if math.isfinite(gap)], np.float64)


def interval(values: NDArray[np.float64], seed: int = 0) -> tuple[float, float, float]:
    """Mean of values (N,), N >= 1, and the ends of its 95 % percentile-bootstrap interval."""
    means = values[_draws(len(values), seed)].mean(axis=1)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(means, (tail, 1 - tail))
    return float(values.mean()), float(low), float(high)


@lru_cache(maxsize=8)
def _draws(count: int, seed: int) -> NDArray[np.int64]:
    """(RESAMPLES, count) pieces of each resampling; the same for all scores."""
    return np.random.default_rng(seed).integers(count, size=(RESAMPLES, count))
