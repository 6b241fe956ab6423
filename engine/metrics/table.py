"""The measures that exist, one line each. A new one is a function below and a line in `METRICS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.metrics.neighbours import Found, nearest_both
from engine.metrics.points import emd_exact, f_score_of_distances
from engine.metrics.surface import normal_consistency
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Frame

#: Threshold of the F-score: 1 % of the longest edge of the reference.
F_THRESHOLD = 0.01


class Pair:
    """Two sampled shapes in one frame; nearest neighbours are found once, however many measures ask."""

    def __init__(
        self,
        a: tuple[NDArray[np.float32], NDArray[np.float32] | None],
        b: tuple[NDArray[np.float32], NDArray[np.float32] | None],
        scale: float = 1.0,
        progress: Progress = NO_PROGRESS,
    ) -> None:
        """Divide all lengths by `scale`.

        Args:
            a: (N, 3) points of the result and their normals, if there are any.
            b: the same of the reference.
            scale: length that becomes 1.
            progress: asked between chunks of work.
        """
        self.a, self.normals_a = a
        self.b, self.normals_b = b
        self.scale = scale
        self.progress = progress
        self._unscaled: Pair | None = None

    @cached_property
    def _both(self) -> tuple[Found, Found]:
        if self._unscaled is not None:
            return self._unscaled._both
        return nearest_both(self.a, self.b, self.progress)

    @property
    def a_to_b(self) -> NDArray[np.float64]:
        """(N,) distance of each point of a to its nearest of b."""
        return self._both[0][0] / self.scale

    @property
    def b_to_a(self) -> NDArray[np.float64]:
        """(M,) distance of each point of b to its nearest of a."""
        return self._both[1][0] / self.scale

    def scaled(self, scale: float) -> Pair:
        """The same pair with another unit of length; neighbours are still found only once."""
        other = Pair((self.a, self.normals_a), (self.b, self.normals_b), scale, self.progress)
        other._unscaled = self
        return other

    def emd(self) -> float:
        """Mean distance of the best one-to-one matching."""
        self.progress.check()
        return emd_exact(self.a, self.b)[0] / self.scale

    def normal_consistency(self) -> float:
        """Mean absolute cosine of the normals of nearest points."""
        if self.normals_a is None or self.normals_b is None:
            raise ShapeError("Normal consistency needs two surfaces, or clouds with normals.")
        return normal_consistency(self.normals_a, self.normals_b, self._both[0][1], self._both[1][1])


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure.

    Attributes:
        id: the name that requests and the command line use.
        label: short name for people.
        convention: formula and unit of length in words.
        frame: frame of the distances.
        points: points per side of the convention.
        better: which way is better.
        function: computes it from a pair of samples in `frame`.
        most: never more points than this, because time explodes; None where any number is fine.
    """

    id: str
    label: str
    convention: str
    frame: Frame
    points: int
    better: Literal["lower", "higher"]
    function: Callable[[Pair], float]
    most: int | None = None


def _squared_sum(pair: Pair) -> float:
    return float((pair.a_to_b**2).mean() + (pair.b_to_a**2).mean())


def _squared_half(pair: Pair) -> float:
    return _squared_sum(pair) / 2


def _l1_half(pair: Pair) -> float:
    return float((pair.a_to_b.mean() + pair.b_to_a.mean()) / 2)


def _hausdorff(pair: Pair) -> float:
    return float(max(pair.a_to_b.max(), pair.b_to_a.max()))


def _f_score(pair: Pair) -> float:
    return f_score_of_distances(pair.a_to_b, pair.b_to_a, F_THRESHOLD)


_SPHERE, _CUBE = Frame.UNIT_SPHERE, Frame.UNIT_CUBE
_TABLE = (
    Metric("deepsdf_sphere", "Chamfer (squared)", "mean a² + mean b², unit sphere", _SPHERE, 30_000, "lower", _squared_sum),
    Metric("onet_l1", "Chamfer-L1", "1/2 (mean a + mean b), unit cube", _CUBE, 100_000, "lower", _l1_half),
    Metric("onet_l2", "Chamfer-L2", "1/2 (mean a² + mean b²), unit cube", _CUBE, 100_000, "lower", _squared_half),
    Metric("emd", "EMD", "mean distance of the best matching (exact), unit cube", _CUBE, 1_024, "lower", Pair.emd, most=1_024),
    Metric("f_score", "F-score", "2PR/(P + R) at 1 % of the longest edge, unit cube", _CUBE, 100_000, "higher", _f_score),
    Metric("hausdorff", "Hausdorff", "max (max a, max b) of the samples, unit cube", _CUBE, 100_000, "lower", _hausdorff),
    Metric(
        "normal_consistency",
        "Normal consistency",
        "mean |cos| of the normals of nearest points, both ways halved",
        _CUBE,
        100_000,
        "higher",
        Pair.normal_consistency,
    ),
)

#: All measures by id.
METRICS: dict[str, Metric] = {metric.id: metric for metric in _TABLE}
