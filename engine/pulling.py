"""Grab a point of a decoded surface and pull it: the code follows so that the surface passes through the hand.

Each step is a damped Gauss-Newton step (Levenberg 1944, Marquardt 1963) on a handful of values of the field f(z, x):

* the surface passes through the target q: f(z, q) = 0;
* what was grabbed comes along, instead of something new that grows under the hand: f(z, q + d) = f(z0, p + d) for a few small
  offsets d around the grabbed point p;
* pins stay: f(z, pin) = 0, and what lies just inside and outside of them stays there;
* the code stays near the one that was grabbed, in units of what training codes vary by (Mahalanobis' distance), and within
  what the model knows (`engine.typicality`). Where that cannot be had together with the target, the surface stays behind the
  hand, and the step says so.

A step looks at tens of points where a decode looks at a hundred thousand, so it takes a few hundredths of a second.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import ModelError, ShapeError
from engine.models.base import HasSlopes, HasSurface, ShapeModel
from engine.progress import NO_PROGRESS, Progress
from engine.requests import SETTLED_LEVELS, LatentSpace, PullStep
from engine.shapes import Latent
from engine.typicality import Typicality
from engine.whitening import spread_of

Vector = NDArray[np.float64]

NO_SURFACE = "{model} makes loose points, which cannot be pulled; choose a model of surfaces."

#: Radius of the patch around a grabbed point or a pin: about a cell and a half of the 65 grid.
PATCH = 0.03
#: Errors that count as one, in the units of the frame: the target, the patch that comes along, a pin, the patch of a pin.
TARGET_ERROR, PATCH_ERROR, PIN_ERROR, PIN_PATCH_ERROR = 0.002, 0.02, 0.0015, 0.01
#: The same for the inside of the surface below the point, and how far inside it must be to be seen on the settled grid.
FOOT_ERROR, SEEN = 0.006, 0.006
#: So much movement of the surface all over (root mean square) counts as one, found at so many points of so many looked at.
ELSEWHERE_ERROR, SAMPLES, SEARCHED = 0.02, 48, 4096
#: A code this far from the grabbed one, in standard deviations, counts as one.
CODE_ERROR = 4.0
#: How far from the training codes a pull may lead, in the gaps between them (see `engine.typicality`); a code that was farther
#: away before may stay so.
LIMIT = 0.65
#: Training codes that are tried as the next to stay near to.
STONES = 3
#: The target is approached in strides no longer than this: signed distances are known to 0.1 at most.
STRIDE = 0.05
#: A gradient shorter than this has no direction.
FLAT = 1e-4
#: The corners of a tetrahedron around the origin, 1 away from it.
CORNERS = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
#: Cells per side of the settled surface, and how many of them to each side of a point are looked at to see where it runs.
CELLS, WINDOW = SETTLED_LEVELS[-1] - 1, 3
#: Seconds and rounds after which a step gives what it has; the longest change of the code in a round, in standard deviations.
PATIENCE, ROUNDS, TRUST = 0.03, 2, 3.0
#: So many steps for one target without any gain are the end of it.
IDLE = 3
#: A surface nearer than this to the target has arrived; one farther away than REACH after the last step has been left behind.
ARRIVED, REACH = 0.003, 0.021
#: Steps that change the code by less than this (standard deviations) have come to rest.
REST = 0.05


@dataclass(frozen=True, slots=True)
class _Patch:
    """A point of the surface with the values around it, at the grabbed code.

    Attributes:
        offsets: (K, 3) from the point; the first is zero.
        values: (K,) distances there; the first is zero.
        weights: (K,) one over the error that counts as one.
    """

    offsets: Vector
    values: Vector
    weights: Vector


class Pull:
    """One grab, from press to release. Steps belong on one thread; each starts from the last.

    Args:
        model: whose surface it is.
        space: its training codes.
        start: the code that was grabbed.
        point: (3,) the grabbed point, on the surface or near it.
        pins: (N, 3) points of the surface that shall stay.

    Raises:
        ModelError: if the model has no surface.
        ShapeError: if there is no surface near the point.
    """

    def __init__(self, model: ShapeModel, space: LatentSpace, start: Latent, point: Vector, pins: Vector | None = None) -> None:
        if not isinstance(model, HasSurface):
            raise ModelError(
                "{model} makes loose points, which cannot be pulled; choose a model of surfaces.", model=model.title
            )
        self._model = model
        self._name = space.model
        self._device = next(model.parameters()).device
        self._start = np.asarray(start.values, np.float64)
        self._codes = space.codes.astype(np.float64)
        self._spread = spread_of(self._codes)
        self._metric = self._spread.T @ self._spread
        self._typicality = Typicality(space)
        self._half = float(getattr(getattr(model, "config", None), "half_extent", 1.05))
        self._u = np.zeros(len(self._start))
        self._before = self._strangeness(self._u)
        self._limit = max(LIMIT, self._before)
        self._pressed = np.asarray(point, np.float64)
        point, normal, steep = self._landed(self._pressed)
        self._grabbed, self._steep = point, steep
        self._at = self._reached = self._pressed.copy()
        self._trust = TRUST / 2
        self._best: tuple[Vector, float, int] | None = None
        self._keep = np.eye(len(self._start)) / CODE_ERROR**2 + self._elsewhere()
        self._patch = self._measured(point, PATCH * _around(normal), TARGET_ERROR, PATCH_ERROR)
        self._pins: list[tuple[Vector, _Patch]] = []
        for pin in np.zeros((0, 3)) if pins is None else np.asarray(pins, np.float64).reshape(-1, 3):
            place, outward, _ = self._landed(pin)
            if abs(float(self._values(self._start, place[None])[0])) > PATCH / 2 * self._steep:
                continue  # the surface has left this pin by other means; it holds nothing now
            through = np.stack([0 * outward, PATCH * outward, -PATCH * outward])
            self._pins.append((place, self._measured(place, through, PIN_ERROR, PIN_PATCH_ERROR)))

    def step(self, target: Vector, progress: Progress = NO_PROGRESS) -> PullStep:
        """Bring the surface to a target, (3,), or on the way there.

        A step that is not `settled` goes on when it is asked for the same target again.
        """
        began = time.perf_counter()
        target = np.asarray(target, np.float64)
        if target.shape != (3,) or not np.isfinite(target).all():
            raise ShapeError("The point to pull to must have three finite coordinates.")
        for number in itertools.count(1):
            progress.check()
            way = target - self._reached
            length = float(np.linalg.norm(way))
            self._at = target.copy() if length <= STRIDE else self._reached + way * (STRIDE / length)
            moved = self._advance()
            distances, self._reached = self._distances()
            at_end = bool(np.array_equal(self._at, target))
            stuck = length - float(np.linalg.norm(target - self._reached)) < ARRIVED
            rests = (moved < REST and (at_end or stuck)) or (at_end and distances[0] < ARRIVED and moved < 0.3)
            if rests or (number >= ROUNDS and time.perf_counter() - began > PATIENCE):
                break
        distance, pins = float(distances[0]), tuple(float(value) for value in distances[1:])
        worst = max(float(np.linalg.norm(target - self._at)) + distance, *pins, 0.0)
        idle = self._idle(target, worst) >= IDLE
        code = self._code(self._u)
        return PullStep(
            latent=Latent(self._name, tuple(code.tolist())),
            target=target,
            reached=self._reached,
            distance=float(np.linalg.norm(target - self._at)) + distance,
            pins=pins,
            before=max(0.0, 1.0 - self._before),
            after=max(0.0, 1.0 - self._strangeness(self._u)),
            leaves=worst > REACH and (rests or idle),
            settled=rests or idle,
            milliseconds=1e3 * (time.perf_counter() - began),
        )

    def _idle(self, target: Vector, worst: float) -> int:
        """How many steps for the same target have brought nothing."""
        if self._best is None or not np.array_equal(self._best[0], target) or worst < 0.9 * self._best[1]:
            self._best = (target, worst, 0)
        else:
            self._best = (target, self._best[1], self._best[2] + 1)
        return self._best[2]

    # --- one round ---------------------------------------------------------------------------------------------------

    def _advance(self) -> float:
        """One Gauss-Newton step towards `_at`; how far the code went, in standard deviations.

        How far a step may go is learnt from how well the last one was foreseen (Moré 1978).
        """
        points, wanted, weights = self._conditions()
        values, slopes, steep = self._slopes(self._code(self._u), points)
        wrong = weights * (values / steep - wanted)
        matrix = (weights / steep)[:, None] * (slopes @ self._spread)
        now = self._cost(wrong, self._u)
        for _ in range(6):
            u = self._solved(matrix, wrong)
            move = u - self._u
            length = float(np.linalg.norm(move))
            there = weights * (self._values(self._code(u), points) / steep - wanted)
            gained, foreseen = now - self._cost(there, u), now - self._cost(wrong + matrix @ move, u)
            share = gained / foreseen if foreseen > 1e-9 else 1.0
            if share < 0.25:
                self._trust = max(0.5 * min(self._trust, length), REST)
            elif share > 0.75 and length > 0.9 * self._trust:
                self._trust = min(2 * self._trust, TRUST)
            if gained >= 0 or foreseen <= 0 or length <= REST:  # foreseen < 0: it must come back to what the model knows
                self._u = u
                return length
        return 0.0

    def _cost(self, wrong: Vector, u: Vector) -> float:
        return float(wrong @ wrong + u @ self._keep @ u)

    def _solved(self, matrix: Vector, wrong: Vector) -> Vector:
        """The next code: least squares of the conditions and of what the change of the code costs.

        If it lies farther away than trust goes, the weight of the step is raised until it does not. If it lies beyond what the
        model knows, it is drawn to a training code beside it, just as much as is needed: to the one that costs least.
        """
        u, size = self._u, len(self._u)
        gram, right = matrix.T @ matrix + self._keep, matrix.T @ (matrix @ u - wrong)

        def solve(step: float, draw: float, centre: Vector) -> Vector:
            left = gram + step * np.eye(size) + draw * self._metric
            return np.asarray(np.linalg.solve(left, right + step * u + draw * self._spread.T @ centre), np.float64)

        step, centre = 0.0, np.zeros(size)
        found = solve(step, 0.0, centre)
        for _ in range(24):
            if np.linalg.norm(found - u) <= self._trust:
                break
            step = max(2.5 * step, 0.02)
            found = solve(step, 0.0, centre)
        if self._strangeness(found) <= self._limit:
            return found
        best, least = u, np.inf
        for index in self._typicality.neighbours(self._code(found), STONES):
            centre = self._codes[index] - self._start
            low, high = -2.0, 7.0  # powers of ten
            for _ in range(9):
                middle = (low + high) / 2
                tried = solve(step, 10**middle, centre)
                if self._strangeness(tried) > self._limit:
                    low = middle
                    continue
                high = middle
                cost = self._cost(wrong + matrix @ (tried - u), tried)
                if cost < least and np.linalg.norm(tried - u) <= TRUST:
                    best, least = tried, cost
        return best

    def _conditions(self) -> tuple[Vector, Vector, Vector]:
        """Points (M, 3), the distances that are wanted there (M,), and their weights (M,)."""
        parts = [(self._goal(), self._patch), *self._pins]
        return (
            np.concatenate([place + patch.offsets for place, patch in parts]),
            np.concatenate([patch.values for _, patch in parts]),
            np.concatenate([patch.weights for _, patch in parts]),
        )

    def _goal(self) -> Vector:
        """Where the grabbed point of the field belongs: the mesh that was pressed differs a little from the field at first."""
        share = max(0.0, 1.0 - float(np.linalg.norm(self._at - self._pressed)) / STRIDE)
        return np.asarray(self._at + share * (self._grabbed - self._pressed))

    def _distances(self) -> tuple[Vector, Vector]:
        """Distances of the surface from where the hand is and from each pin, (1 + N,), and (3,) the place next to the hand.

        To first order, unless the settled surface has no part there: the field may come near zero without crossing it, or cross
        it twice between two corners of the grid. Then the surface is looked for on the way from the grabbed point to the hand.
        """
        code = self._code(self._u)
        goal = self._goal()
        places = np.stack([goal, *(place for place, _ in self._pins)])
        values, _, gradient = self._gradients(code, places)
        steep = np.maximum(np.linalg.norm(gradient, axis=1), 0.3 * self._steep)
        away = values / steep
        meshed = self._meshed(code, places)
        there = meshed < np.abs(away) + 2 * self._half / CELLS
        distances = np.where(there, np.abs(away), np.maximum(np.abs(away), meshed))
        if there[0]:
            return distances, self._at - away[0] * gradient[0] / steep[0]
        line = self._grabbed + np.linspace(0, 1, 65)[:, None] * (goal - self._grabbed)
        inside = self._values(code, line) < 0
        crossings = np.flatnonzero(inside[1:] != inside[:-1])
        reached = line[crossings[-1]] if len(crossings) else self._reached
        distances[0] = max(float(distances[0]), float(np.linalg.norm(goal - reached)))
        return distances, reached

    def _meshed(self, code: Vector, places: Vector) -> Vector:
        """(N,) distance from each place to the nearest crossing on an edge of the settled grid; a window if none is near."""
        cell = 2 * self._half / CELLS
        steps = np.arange(-WINDOW, WINDOW + 2, dtype=np.float64)
        window = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
        corners = (np.floor((places + self._half) / cell)[:, None, None, None] + window) * cell - self._half
        values = self._values(code, np.reshape(corners, (-1, 3))).reshape(corners.shape[:-1])
        nearest = np.full(len(places), WINDOW * cell)
        for axis in (1, 2, 3):
            low, high = (np.moveaxis(values, axis, 1)[:, part] for part in (slice(None, -1), slice(1, None)))
            start, end = (np.moveaxis(corners, axis, 1)[:, part] for part in (slice(None, -1), slice(1, None)))
            crossed = (low < 0) != (high < 0)
            share = np.where(crossed, low / np.where(crossed, low - high, 1.0), 0.0)[..., None]
            away = np.linalg.norm((1 - share) * start + share * end - places[:, None, None, None], axis=-1)
            nearest = np.minimum(nearest, np.where(crossed, away, np.inf).reshape(len(places), -1).min(axis=1))
        return nearest

    def _strangeness(self, u: Vector) -> float:
        return float(self._typicality.distance(self._code(u))[0])

    def _code(self, u: Vector) -> Vector:
        return np.asarray(self._start + self._spread @ u)

    # --- the grabbed surface -----------------------------------------------------------------------------------------

    def _landed(self, point: Vector) -> tuple[Vector, Vector, float]:
        """The point of the field's surface next to a point of a mesh, the outward normal there, and how steep the field is."""
        place = np.asarray(point, np.float64)
        for _ in range(3):
            values, _, gradient = self._gradients(self._start, place[None])
            steep = float(np.linalg.norm(gradient[0]))
            if steep > FLAT:
                place = place + float(np.clip(-values[0] / steep, -PATCH, PATCH)) * gradient[0] / steep
        if float(np.linalg.norm(place - point)) > 2 * PATCH:
            place = np.asarray(point, np.float64)  # the field is odd here; what the user saw counts
        gradient = self._gradients(self._start, place + PATCH / 2 * CORNERS)[2]
        steep = float(np.median(np.linalg.norm(gradient, axis=1)))
        mean = gradient.mean(axis=0)
        length = float(np.linalg.norm(mean))
        if not np.isfinite(length) or length < FLAT:
            raise ShapeError("There is no surface to grab here; press on the shape.")
        return place, mean / length, steep

    def _elsewhere(self) -> Vector:
        """(D, D): how much the surface moves all over when the code does, as a quadratic form, with the slopes at the grab.

        Of all codes that answer the pull, the one is wanted that leaves the rest alone: a code has more directions than there
        are conditions, and most of them only make the surface tremble.
        """
        draw = np.random.default_rng(0)
        points = draw.uniform(-self._half, self._half, (SEARCHED, 3))
        near = np.flatnonzero(np.abs(self._values(self._start, points)) < 2 * STRIDE * self._steep)[:SAMPLES]
        if not len(near):
            return np.zeros((len(self._start),) * 2)
        _, slopes, steep = self._slopes(self._start, points[near])
        moves = slopes / steep[:, None] @ self._spread
        return np.asarray(moves.T @ moves / len(near) / ELSEWHERE_ERROR**2)

    def _measured(self, place: Vector, offsets: Vector, error: float, patch_error: float) -> _Patch:
        """The values around a point; the last offset is the foot: as deep as the shape is thick there, if it is thin.

        Between two sheets of a thin part the field could rise to zero everywhere, and nothing would be left to see.
        """
        depths = offsets[-1] * np.array([0.25, 0.5, 0.75, 1.0])[:, None]
        offsets = np.concatenate([offsets[:-1], depths[[int(self._values(self._start, place + depths).argmin())]]])
        values = self._values(self._start, place + offsets) / self._steep
        weights = np.r_[1 / error, np.full(len(offsets) - 2, 1 / patch_error), 1 / FOOT_ERROR]
        values[0], values[-1] = 0.0, min(values[-1], -SEEN)
        return _Patch(offsets, values, weights)

    # --- the field ---------------------------------------------------------------------------------------------------

    def _tensor(self, values: Vector) -> Tensor:
        return torch.tensor(values, dtype=torch.float32, device=self._device)

    def _values(self, code: Vector, points: Vector) -> Vector:
        with torch.no_grad():
            found = self._model.surface_values(self._tensor(code)[None], self._tensor(points)[None])[0]
        return _numpy(found)

    def _slopes(self, code: Vector, points: Vector) -> tuple[Vector, Vector, Vector]:
        """(M,) values, (M, D) slopes by the code, (M,) slopes in space, not less than a part of that at the grabbed point."""
        values, slopes, gradient = self._gradients(code, points)
        return values, slopes, np.maximum(np.linalg.norm(gradient, axis=1), 0.5 * self._steep)

    def _gradients(self, code: Vector, points: Vector) -> tuple[Vector, Vector, Vector]:
        """(M,) values, (M, D) slopes by the code and (M, 3) in space.

        Each point has a copy of the code of its own: one pass back then gives all rows of the Jacobian at once.
        """
        if isinstance(self._model, HasSlopes):
            found = self._model.surface_slopes(self._tensor(code), self._tensor(points))
            return _numpy(found[0]), _numpy(found[1]), _numpy(found[2])
        with torch.enable_grad(), torch.inference_mode(False):
            z = self._tensor(code).expand(len(points), -1).clone().requires_grad_()
            x = self._tensor(points)[:, None].requires_grad_()
            values = self._model.surface_values(z, x)[:, 0]
            slopes, gradient = torch.autograd.grad(values.sum(), [z, x])
        return _numpy(values), _numpy(slopes), _numpy(gradient[:, 0])


def _numpy(values: Tensor) -> Vector:
    return np.asarray(values.detach().cpu().double().numpy())


def _around(normal: Vector) -> Vector:
    """(6, 3): the middle, four places at right angles to a normal, and one at its foot, all but the middle 1 away from it."""
    aside = np.eye(3)[np.argmin(np.abs(normal))]
    first = np.cross(normal, aside)
    first /= np.linalg.norm(first)
    second = np.cross(normal, first)
    return np.stack([0 * normal, first, -first, second, -second, -normal])
