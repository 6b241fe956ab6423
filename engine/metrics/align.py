"""Bringing the result onto the reference before measuring, by rules with names.

The first rules move and scale each shape to one place and size, as some published evaluation does, and then to those of the
reference; they differ in what counts as centre and as size. The others search: iterative closest points (Besl and McKay
1992, with the closed form of Umeyama 1991 for the step), and the best turn about the up axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.errors import EngineError, ShapeError
from engine.geometry.frames import bounds, coordinates
from engine.geometry.sampling import sample_shape
from engine.metrics.neighbours import Neighbours
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Mesh, PointCloud, Shape

Array = NDArray[np.float64]

#: Samples per side, most steps, and the change of the mean squared distance at which a search ends (relative).
SAMPLES, STEPS, CHANGE = 3_000, 100, 1e-7
#: Turns looked at first, and samples for that.
TURNS, FEW = 72, 600
# Streams of random numbers, apart from those of the measures.
_A, _B = 10, 11


@dataclass(frozen=True, slots=True)
class Motion:
    """Maps p to scale * rotation p + shift.

    Attributes:
        rotation: (3, 3) proper rotation.
        scale: > 0.
        shift: (3,) in the units of the shapes.
    """

    rotation: Array
    scale: float
    shift: Array

    def points(self, points: NDArray[np.floating]) -> Array:
        """(N, 3) moved points."""
        result: Array = self.scale * np.asarray(points, np.float64) @ self.rotation.T + self.shift
        return result

    def shape(self, shape: Shape) -> Shape:
        """The moved shape, in the same frame."""
        normals = None if shape.normals is None else (shape.normals @ self.rotation.T).astype(np.float32)
        if isinstance(shape, Mesh):
            return replace(shape, vertices=self.points(shape.vertices).astype(np.float32), normals=normals)
        return replace(shape, points=self.points(shape.points).astype(np.float32), normals=normals)


@dataclass(frozen=True, slots=True)
class Alignment:
    """One rule.

    Attributes:
        name: what requests and the command line call it.
        words: what it does, as conventions say it.
        find: the motion that brings the first shape onto the second.
    """

    name: str
    words: str
    find: Callable[[Shape, Shape, int, Progress], Motion]


def align(a: Shape, b: Shape, rule: str, seed: int = 0, progress: Progress = NO_PROGRESS) -> Shape:
    """The result `a`, brought onto the reference `b` by the rule.

    Args:
        a: result, not empty.
        b: reference, not empty, in the same frame.
        rule: a key of `ALIGNMENTS`.
        seed: of the samples that a search looks at.
        progress: asked between the steps of a search.

    Raises:
        EngineError: there is no such rule.
        ShapeError: a shape has no extent.
    """
    return a if rule == "none" else alignment(rule).find(a, b, seed, progress).shape(a)


def alignment(name: str) -> Alignment:
    """The rule of that name.

    Raises:
        EngineError: there is none.
    """
    if name not in ALIGNMENTS:
        raise EngineError("There is no alignment {name}; choose among {known}.", name=name, known=", ".join(ALIGNMENTS))
    return ALIGNMENTS[name]


# --- centre and size -------------------------------------------------------------------------------------------------


def _box_edge(shape: Shape) -> tuple[Array, float]:
    low, high = bounds(shape)
    return (low + high) / 2, float((high - low).max())


def _box_diagonal(shape: Shape) -> tuple[Array, float]:
    low, high = bounds(shape)
    return (low + high) / 2, float(np.linalg.norm(high - low))


def _box_radius(shape: Shape) -> tuple[Array, float]:
    low, high = bounds(shape)
    return (low + high) / 2, _radius(shape, (low + high) / 2)


def _centroid_radius(shape: Shape) -> tuple[Array, float]:
    centre = _centroid(shape)
    return centre, _radius(shape, centre)


def _radius(shape: Shape, centre: Array) -> float:
    return float(np.sqrt(((coordinates(shape).astype(np.float64) - centre) ** 2).sum(axis=1).max()))


def _centroid(shape: Shape) -> Array:
    """Mean of a cloud's points; of a mesh's surface."""
    if isinstance(shape, PointCloud):
        mean: Array = shape.points.astype(np.float64).mean(axis=0)
        return mean
    corners = shape.vertices.astype(np.float64)[shape.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    if not area.sum() > 0:
        raise ShapeError("{name} has no area: all its faces are degenerate.", name=shape.name or "The mesh")
    centre: Array = (corners.mean(axis=1) * area[:, None]).sum(axis=0) / area.sum()
    return centre


def _like(measure: Callable[[Shape], tuple[Array, float]]) -> Callable[[Shape, Shape, int, Progress], Motion]:
    """The rule that makes centre and size of both shapes equal."""

    def find(a: Shape, b: Shape, seed: int, progress: Progress) -> Motion:
        (centre_a, size_a), (centre_b, size_b) = measure(a), measure(b)
        for shape, size in ((a, size_a), (b, size_b)):
            if not size > 0:
                raise ShapeError("{name} has no extent: all its points coincide.", name=shape.name or "The shape")
        scale = size_b / size_a
        return Motion(np.eye(3), scale, centre_b - scale * centre_a)

    return find


# --- searches --------------------------------------------------------------------------------------------------------


def _samples(a: Shape, b: Shape, seed: int) -> tuple[Array, Array]:
    one = sample_shape(a, SAMPLES, np.random.default_rng([seed, _A]))[0]
    other = sample_shape(b, SAMPLES, np.random.default_rng([seed, _B]))[0]
    return one.astype(np.float64), other.astype(np.float64)


def _closest_points(scaling: bool) -> Callable[[Shape, Shape, int, Progress], Motion]:
    def find(a: Shape, b: Shape, seed: int, progress: Progress) -> Motion:
        return icp(*_samples(a, b, seed), scaling, progress)

    return find


def icp(a: Array, b: Array, scaling: bool = False, progress: Progress = NO_PROGRESS) -> Motion:
    """The motion that brings points `a` (N, 3) onto `b` (M, 3), found from where they are by iterative closest points.

    Pairs are taken in both directions; from a to b alone, a set that may shrink would shrink into a point of b. Like any
    such search it finds the nearest of several valleys: shapes turned far apart stay so.
    """
    motion, moved = Motion(np.eye(3), 1.0, np.zeros(3)), a
    target, before = Neighbours(b), np.inf
    for _ in range(STEPS):
        progress.check()
        index = Neighbours(moved)
        (there, to_b), (back, to_a) = target.query(index), index.query(target)
        now = float((there**2).mean() + (back**2).mean())
        if not now < before * (1 - CHANGE):
            break
        before = now
        weights = np.concatenate([np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b))])
        motion = fit(np.concatenate([a, a[to_a]]), np.concatenate([b[to_b], b]), weights, scaling)
        moved = motion.points(a)
    return motion


def fit(a: Array, b: Array, weights: Array, scaling: bool) -> Motion:
    """The motion with the least weighted mean squared distance of a[i] to b[i] (Umeyama 1991), never a reflection.

    The scale is the square root of the ratio of both spreads, which favours neither set, rather than the least-squares one,
    which shrinks whatever does not match.
    """
    share = (weights / weights.sum())[:, None]
    centre_a, centre_b = (share * a).sum(axis=0), (share * b).sum(axis=0)
    x, y = a - centre_a, b - centre_b
    left, _, right = np.linalg.svd((share * y).T @ x)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = left @ flip @ right
    spread_a, spread_b = float((share * x**2).sum()), float((share * y**2).sum())
    scale = float(np.sqrt(spread_b / spread_a)) if scaling and spread_a > 0 and spread_b > 0 else 1.0
    return Motion(rotation, scale, centre_b - scale * rotation @ centre_a)


def _turn(angle: float) -> Array:
    """Rotation about y by `angle` radians."""
    c, s = float(np.cos(angle)), float(np.sin(angle))
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def _best_turn(a: Shape, b: Shape, seed: int, progress: Progress) -> Motion:
    """Every 5 degrees on few samples, then the neighbourhood of the best on all, halving the step to 0.01 degrees."""
    one, other = _samples(a, b, seed)
    coarse, fine = Neighbours(other[:FEW]), Neighbours(other)

    def apart(angle: float, count: int) -> float:
        progress.check()
        index, target = Neighbours(one[:count] @ _turn(angle).T), fine if count > FEW else coarse
        return float((target.query(index)[0] ** 2).mean() + (index.query(target)[0] ** 2).mean())

    step = 2 * np.pi / TURNS
    best = min((step * i for i in range(TURNS)), key=lambda angle: apart(angle, FEW))
    least = apart(best, SAMPLES)
    while step > np.radians(0.01):
        step /= 2
        for angle in (best - step, best + step):
            value = apart(angle, SAMPLES)
            if value < least:
                best, least = angle, value
    return Motion(_turn(best), 1.0, np.zeros(3))


def _stay(a: Shape, b: Shape, seed: int, progress: Progress) -> Motion:
    return Motion(np.eye(3), 1.0, np.zeros(3))


_RULES = (
    Alignment("none", "as they lie", _stay),
    Alignment("box_edge", "centre of the box, longest edge (Occupancy Networks)", _like(_box_edge)),
    Alignment("box_diagonal", "centre of the box, diagonal (IM-NET)", _like(_box_diagonal)),
    Alignment("box_radius", "centre of the box, farthest point (DeepSDF)", _like(_box_radius)),
    Alignment("centroid_radius", "centroid, farthest point (AtlasNet)", _like(_centroid_radius)),
    Alignment("icp_rigid", "closest points, rigid", _closest_points(scaling=False)),
    Alignment("icp_similarity", "closest points, with scale", _closest_points(scaling=True)),
    Alignment("turn", "best turn about the up axis", _best_turn),
)

#: All rules by name.
ALIGNMENTS: dict[str, Alignment] = {rule.name: rule for rule in _RULES}
