"""How alike two sets of shapes are: generated ones and references, each a cloud of points.

MMD, COV and JSD follow Achlioptas et al. 2018 (section 2), 1-NNA Yang et al. 2019 (section 4). Exchanging the two sets
changes MMD and COV, which has spoilt published tables; here arguments are given by name. Values depend on the sizes of the
sets and of the clouds, so those travel with them, as does the share of points that the grid of the JSD had to clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ShapeError
from engine.metrics.neighbours import Neighbours
from engine.metrics.points import emd_exact
from engine.progress import NO_PROGRESS, Progress

Array = NDArray[np.float64]
Distance = Literal["chamfer", "emd"]

DISTANCES: dict[Distance, str] = {
    "chamfer": "mean a² + mean b²",
    "emd": "mean distance of the best matching (exact)",
}
#: Cells per side of the grid of the JSD; it spans a ball of radius 0.5.
RESOLUTION, RADIUS = 28, 0.5


@dataclass(frozen=True, slots=True)
class SetScores:
    """What is said about a set of generated shapes.

    Attributes:
        mmd: mean over references of the distance to the nearest generated shape; lower is better.
        coverage: share of the references that are nearest to some generated shape; higher is better.
        one_nn: share of all shapes whose nearest other shape belongs to the same set; 0.5 is best.
        jsd: Jensen-Shannon divergence (base 2) of where points lie on the grid, in [0, 1]; lower is better.
        clipped: share of all points outside the grid's ball, which were counted at its rim.
        distance: "chamfer" or "emd", between two shapes.
        generated, references: sizes of the sets.
        points: points per shape; the least where they differ.
    """

    mmd: float
    coverage: float
    one_nn: float
    jsd: float
    clipped: float
    distance: Distance
    generated: int
    references: int
    points: int


def compare_sets(
    *,
    generated: Sequence[ArrayLike],
    references: Sequence[ArrayLike],
    distance: Distance = "chamfer",
    progress: Progress = NO_PROGRESS,
) -> SetScores:
    """All scores of a set of clouds, (N, 3) each, in a ball of radius 0.5 about the origin.

    Raises:
        ShapeError: a set is empty, a cloud is empty, or for "emd" the clouds differ in size.
    """
    if not len(generated) or not len(references):
        raise ShapeError("Both sets need at least one shape.")
    made, true = [Neighbours(cloud) for cloud in generated], [Neighbours(cloud) for cloud in references]
    if not all(len(cloud) for cloud in (*made, *true)):
        raise ShapeError("A shape without points cannot be compared with others.")
    table = distances([*made, *true], distance, progress)
    count = len(made)
    across = table[:count, count:]
    divergence, clipped = jsd(generated=[c.points for c in made], references=[c.points for c in true])
    return SetScores(
        mmd(across),
        coverage(across),
        one_nn_accuracy(table, count),
        divergence,
        clipped,
        distance,
        count,
        len(true),
        min(len(cloud) for cloud in (*made, *true)),
    )


def distances(clouds: Sequence[Neighbours], distance: Distance, progress: Progress = NO_PROGRESS) -> Array:
    """(K, K) symmetric distances between clouds."""
    table = np.zeros((len(clouds), len(clouds)))
    total, done = len(clouds) * (len(clouds) - 1) // 2, 0
    for i, one in enumerate(clouds):
        for j in range(i):
            progress.step(done, total, "Distances between shapes")
            table[i, j] = table[j, i] = _apart(one, clouds[j], distance)
            done += 1
    return table


def _apart(a: Neighbours, b: Neighbours, distance: Distance) -> float:
    if distance == "emd":
        return emd_exact(a.points, b.points)[0]
    return float((b.query(a)[0] ** 2).mean() + (a.query(b)[0] ** 2).mean())


def mmd(table: Array) -> float:
    """Minimum matching distance of a table (generated, references): for each reference the nearest generated shape."""
    return float(table.min(axis=0).mean())


def coverage(table: Array) -> float:
    """Share of the references (columns) that some generated shape (row) is nearest to."""
    return len(np.unique(table.argmin(axis=1))) / int(table.shape[1])


def one_nn_accuracy(table: Array, generated: int) -> float:
    """Leave-one-out accuracy of telling both sets apart by the nearest other shape.

    Args:
        table: (K, K) distances of all shapes, generated ones first.
        generated: how many they are.

    Returns:
        A number in [0, 1]; 0.5 if the sets cannot be told apart, 1 if they have nothing to do with each other; NaN for
        fewer than two shapes.
    """
    if len(table) < 2:
        return float("nan")
    others = table.copy()
    np.fill_diagonal(others, np.inf)
    from_generated = np.arange(len(table)) < generated
    return float((from_generated[others.argmin(axis=1)] == from_generated).mean())


def jsd(
    *, generated: Sequence[ArrayLike], references: Sequence[ArrayLike], resolution: int = RESOLUTION
) -> tuple[float, float]:
    """Jensen-Shannon divergence of the points of both sets, counted at the nearest node of a grid in the ball of radius 0.5.

    Returns:
        The divergence in bits, in [0, 1]; the share of all points that lie outside the ball.
    """
    ticks = np.linspace(-RADIUS, RADIUS, resolution)
    nodes = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 3)
    grid = Neighbours(nodes[np.linalg.norm(nodes, axis=1) <= RADIUS])
    shares, outside, total = [], 0, 0
    for clouds in (generated, references):
        points = np.concatenate([np.asarray(cloud, np.float64) for cloud in clouds])
        counts = np.bincount(grid.query(points)[1], minlength=len(grid))
        shares.append(counts / counts.sum())
        outside += int((np.linalg.norm(points, axis=1) > RADIUS * (1 + 1e-5)).sum())
        total += len(points)
    p, q = shares
    return _entropy((p + q) / 2) - (_entropy(p) + _entropy(q)) / 2, outside / total


def _entropy(shares: Array) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())
