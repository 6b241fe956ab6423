"""Nearest neighbours of points in space: exact, on two cores, SciPy until the kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ShapeError
from engine.metrics import compiled
from engine.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from engine.metrics.kernels.neighbours import Tree

One = TypeVar("One")
Other = TypeVar("Other")

#: (N,) distances and (N,) numbers of the nearest points.
Found = tuple[NDArray[np.float64], NDArray[np.int64]]

#: Queries between two questions whether to go on, at most 25 ms.
_SLICE = 32_768
_SCIPY_SLICE = 20_000
#: Fewer queries than this are not worth a second thread.
_FEW = 600


class Neighbours:
    """An index of points, built once and asked often; also the queries of another index, whose order it then lends.

    Args:
        points: (M, 3), finite; copied.

    Raises:
        ShapeError: a coordinate is NaN or infinite.
    """

    def __init__(self, points: ArrayLike) -> None:
        self.points = checked(points)
        self._order: NDArray[np.int64] | None = None
        self._tree: Any = None
        self._compiled = compiled.ready()

    def __len__(self) -> int:
        return len(self.points)

    def query(self, asked: ArrayLike | Neighbours, progress: Progress = NO_PROGRESS) -> Found:
        """For each point of `asked` the distance to the nearest point here, and which one that is.

        Returns:
            (N,) Euclidean distances in the units of the points, (N,) indices.

        Raises:
            ShapeError: there are no points here but some are asked for; or a coordinate is not finite.
        """
        queries = asked if isinstance(asked, Neighbours) else Neighbours(asked)
        distances, indices = np.zeros(len(queries)), np.zeros(len(queries), np.int64)
        if len(queries) == 0:
            return distances, indices
        if len(self) == 0:
            raise ShapeError("There are no points to measure the distance to.")
        progress.check()
        if not (self._compiled and queries._compiled):
            self._ask_scipy(queries.points, distances, indices, progress)
            return distances, indices
        tree, order = _both(self._built, queries._ordered, len(self) + len(queries))
        _ask(tree, queries.points, order, (distances, indices), progress)
        return distances, indices

    def _ordered(self) -> NDArray[np.int64]:
        if self._order is None:
            from engine.metrics.kernels.curve import along_curve

            self._order = along_curve(self.points)
        return self._order

    def _built(self) -> Tree:
        if self._tree is None:
            from engine.metrics.kernels.neighbours import build

            self._tree = build(self.points, self._ordered())
        tree: Tree = self._tree
        return tree

    def _ask_scipy(
        self, queries: NDArray[np.float64], distances: NDArray[np.float64], indices: NDArray[np.int64], progress: Progress
    ) -> None:
        from scipy.spatial import cKDTree

        asked, stored = _by_cells(queries), _by_cells(self.points)
        # Half the time to build, as fast to ask.
        tree = cKDTree(self.points[stored], balanced_tree=False, compact_nodes=False)
        for start in range(0, len(queries), _SCIPY_SLICE):
            progress.check()
            part = asked[start : start + _SCIPY_SLICE]
            distances[part], found = tree.query(queries[part], workers=1)
            indices[part] = stored[found]


def nearest(a: ArrayLike, b: ArrayLike, progress: Progress = NO_PROGRESS) -> Found:
    """For each point of `a` the distance to the nearest point of `b`, and which one that is.

    Returns:
        (N,) Euclidean distances in the units of the points, (N,) indices into `b`.

    Raises:
        ShapeError: `b` is empty while `a` is not, or a coordinate is not finite.
    """
    return Neighbours(b).query(a, progress)


def nearest_both(a: ArrayLike, b: ArrayLike, progress: Progress = NO_PROGRESS) -> tuple[Found, Found]:
    """`nearest(a, b)` and `nearest(b, a)`, at the same time and from the same two indices."""
    one, other = Neighbours(a), Neighbours(b)
    work = len(one) + len(other)
    if not one._compiled or work > 2 * _SLICE or not (len(one) and len(other)):
        return other.query(one, progress), one.query(other, progress)
    progress.check()
    _both(one._built, other._built, work)
    return _both(lambda: _ask_all(other, one), lambda: _ask_all(one, other), work)


def checked(values: ArrayLike) -> NDArray[np.float64]:
    """(N, 3) contiguous, writable float64 (what the kernels are compiled for).

    Raises:
        ShapeError: a coordinate is NaN or infinite.
    """
    points = np.ascontiguousarray(values, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"expected points of shape (N, 3), received {points.shape}")
    if not np.isfinite(points).all():
        raise ShapeError("Some points hold NaN or infinite values; repair the shape and try again.")
    return points if points.flags.writeable else points.copy()


def _ask_all(index: Neighbours, queries: Neighbours) -> Found:
    from engine.metrics.kernels.neighbours import ask

    found = np.empty(len(queries)), np.empty(len(queries), np.int64)
    ask(index._built(), queries.points, queries._ordered(), *found)
    return found


def _ask(tree: Tree, queries: NDArray[np.float64], order: NDArray[np.int64], found: Found, progress: Progress) -> None:
    """Answer in slices, two at a time."""
    from engine.metrics.kernels.neighbours import ask

    for start in range(0, len(order), 2 * _SLICE):
        progress.check()
        part = order[start : start + 2 * _SLICE]
        halves = part[: len(part) // 2], part[len(part) // 2 :]
        _both(partial(ask, tree, queries, halves[0], *found), partial(ask, tree, queries, halves[1], *found), len(part))


def _both(one: Callable[[], One], other: Callable[[], Other], work: int) -> tuple[One, Other]:
    """Both results, computed at the same time where there is enough to do."""
    if work < _FEW:
        return one(), other()
    later = compiled.pool().submit(one)
    second = other()
    return later.result(), second


def _by_cells(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """An order in which neighbours in space are neighbours in memory: large queries of SciPy's take a third of the time."""
    if len(points) < 4096:
        return np.arange(len(points))
    low, high = points.min(axis=0), points.max(axis=0)
    cell = ((points - low) * (24 / np.maximum(high - low, 1e-12))).astype(np.int64)
    return np.argsort((cell[:, 0] * 32 + cell[:, 1]) * 32 + cell[:, 2], kind="stable")
