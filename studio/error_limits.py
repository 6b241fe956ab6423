"""Which distances are coloured, and the one scale that both views share. Free of Qt."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.api import Comparison, Match
from studio.lab import Lab


def rounded_up(limit: float) -> float:
    """A number of two figures that is no less than `limit`; 0.001 for nothing to show."""
    if not math.isfinite(limit) or limit <= 0:
        return 1e-3
    step = 10.0 ** (math.floor(math.log10(limit)) - 1)
    return math.ceil(limit / step - 1e-9) * step


def joined(comparison: Comparison) -> NDArray[np.float32]:
    """(N,) distances of both shapes; empty if they were not asked for."""
    parts = [v for v in (comparison.a_to_b, comparison.b_to_a) if v is not None]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


@lru_cache(maxsize=4)
def error_limit(comparison: Comparison) -> float:
    """The 99th percentile of the distances of both sides, rounded up to two figures; 0 if there are none."""
    values = joined(comparison)
    return rounded_up(float(np.percentile(values, 99))) if len(values) else 0.0


@lru_cache(maxsize=4)
def matching_limit(match: Match) -> float:
    """The same of the distances that the points of a matching have to go."""
    return rounded_up(float(np.percentile(match.lengths, 99))) if len(match.lengths) else 0.0


def scale_of(lab: Lab, automatic: float) -> tuple[float, float]:
    """Lower and upper end of the scale: what the user has set, or 0 to `automatic`."""
    high = automatic if lab.high is None else lab.high
    return (lab.low, high) if lab.low < high else (0.0, max(high, 1e-6))
