"""Recorded gestures: points of decoded surfaces are grabbed, dragged and let go, and what came of it is measured on the mesh.

A gesture is what a hand does: the grabbed point is one that a camera sees, the target moves in the plane of the screen at the
depth of that point, in steps as a mouse makes them. Shapes are training codes and random codes in turns; every other gesture
has one or two pins. All is drawn from one seed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.api import Engine
from engine.bench.equality import piece_labels
from engine.errors import ModelError
from engine.metrics.partner import partner
from engine.progress import NO_PROGRESS, Progress
from engine.requests import FIRST_SHOWN, SETTLED_LEVELS, DecodeRequest, PullRequest
from engine.shapes import Latent, Mesh

Vector = NDArray[np.float64]

#: Length of a drag, and of one mouse step, in the units of the frame (the box is 2.1 wide).
LENGTHS, STEP = (0.1, 0.3), 0.03
#: The bar: 1 % of the box.
NEAR = 0.021
#: A pin lies at least so far from the grabbed point.
APART = 0.35
#: Calls with the last target, as the studio makes them until the pull has settled.
SETTLING = 12


@dataclass(frozen=True)
class Gesture:
    """One drag.

    Attributes:
        latent: the code that is grabbed.
        point: (3,) the grabbed point.
        pins: (N, 3).
        targets: (M, 3) where the mouse goes, the last one is where it is let go.
    """

    latent: Latent
    point: Vector
    pins: Vector
    targets: Vector


@dataclass(frozen=True)
class Outcome:
    """What came of a gesture, measured on the mesh of 129 corners a side, in the units of the frame.

    Attributes:
        distance: of the surface from the last target.
        pins: how far the surface has moved from each pin.
        said: the engine's own, first-order estimate of `distance`.
        leaves: the pull was said to leave what the model knows.
        before, after: how typical the code is (see `PullStep`).
        pieces: loose pieces before and after.
        pull_ms, decode_ms: of each mouse step.
    """

    distance: float
    pins: tuple[float, ...]
    said: float
    leaves: bool
    before: float
    after: float
    pieces: tuple[int, int]
    pull_ms: tuple[float, ...]
    decode_ms: tuple[float, ...]

    @property
    def held(self) -> bool:
        """The surface has come within 1 % of the box, and so have all pins stayed."""
        return self.distance <= NEAR and all(pin <= NEAR for pin in self.pins)


@dataclass(frozen=True)
class PullBench:
    """All gestures on one model.

    Attributes:
        model: its id.
        machine: what the machine does at this moment.
        gestures: how many.
        reached: share in which the surface came within 1 % of the box of the target.
        pins: number of pins, share of those that moved less than 1 % of the box, and the median movement of all.
        told: how many gestures were said to leave what the model knows.
        unsaid: how many failed on the mesh without being said to.
        for_nothing: how many were said to leave and held on the mesh nevertheless.
        worst_estimate: greatest difference between the estimated distance and that on the mesh where the surface arrived.
        held: share in which both the surface came and all pins stayed.
        typical: mean typicality of the codes before and after.
        pieces: how many shapes have more loose pieces than before, and how many fewer.
        step_ms: median and 95th percentile of a mouse step: pull and decode of the level that is shown first.
        pull_ms: the same of the pull alone.
    """

    model: str
    machine: str
    gestures: int
    reached: float
    pins: tuple[int, float, float]
    told: int
    unsaid: int
    for_nothing: int
    worst_estimate: float
    held: float
    typical: tuple[float, float]
    pieces: tuple[int, int]
    step_ms: tuple[float, float]
    pull_ms: tuple[float, float]


def bench_pull(
    engine: Engine, model: str | None = None, count: int = 50, seed: int = 0, progress: Progress = NO_PROGRESS
) -> PullBench:
    """Play recorded gestures on a model.

    Args:
        engine: knows the models.
        model: one that answers with a surface; None takes the first that fits shapes.
        count: how many gestures.
        seed: of all that is drawn.
        progress: told before each gesture.

    Raises:
        ModelError: if the model has no surface.
    """
    import torch

    from engine.bench.timing import calibration
    from engine.pulling import NO_SURFACE

    chosen = model or next((known.id for known in engine.models() if known.fits_shape), "")
    info = engine.info(chosen)
    if info.output != "surface":
        raise ModelError(NO_SURFACE, model=info.title)
    engine.load(chosen)
    machine = calibration(engine.device, torch.get_num_threads())
    outcomes = []
    for number in range(count):
        progress.step(number, count, "pulling")
        outcomes.append(play(engine, record(engine, chosen, seed * 1000 + number), progress))
    return _summed(chosen, machine, outcomes)


def record(engine: Engine, model: str, seed: int) -> Gesture:
    """The gesture of a seed: a training code if it is even, else a random code; pins where half of it is odd."""
    draw = np.random.default_rng(seed)
    space = engine.space(model)
    while True:
        index = int(draw.integers(len(space.codes)))
        latent = space.training_code(index) if seed % 2 == 0 else space.random_code(int(draw.integers(2**31)))
        shape = engine.decode(DecodeRequest(latent)).shape
        assert isinstance(shape, Mesh)
        if not shape.is_empty:
            break
    turn, rise = draw.uniform(-np.pi, np.pi), draw.uniform(-0.2, 0.7)
    back = np.array([np.sin(turn) * np.cos(rise), np.sin(rise), np.cos(turn) * np.cos(rise)])
    point = _seen(shape, back, draw)
    sideways = np.cross(back, draw.standard_normal(3))
    sideways /= np.linalg.norm(sideways)
    length = draw.uniform(*LENGTHS)
    steps = max(2, round(length / STEP))
    targets = point + sideways * np.linspace(0, length, steps + 1)[1:, None]
    pins: list[Vector] = []
    wanted = 0 if seed // 2 % 2 == 0 else int(draw.integers(1, 3))
    for _ in range(200):
        if len(pins) == wanted:
            break
        pin = _seen(shape, back, draw)
        if np.linalg.norm(targets - pin, axis=1).min() > APART and np.linalg.norm(point - pin) > APART:
            pins.append(pin)
    return Gesture(latent, point, np.array(pins).reshape(-1, 3), targets)


def play(engine: Engine, gesture: Gesture, progress: Progress = NO_PROGRESS) -> Outcome:
    """Do a gesture and look at what came of it."""
    before = _settled(engine, gesture.latent)
    pull = engine.pull(PullRequest(gesture.latent, gesture.point, gesture.pins))
    levels = tuple(level for level in SETTLED_LEVELS if level <= FIRST_SHOWN)
    pull_ms, decode_ms = [], []
    for target in gesture.targets:
        began = time.perf_counter()
        step = pull.step(target, progress)
        middle = time.perf_counter()
        engine.decode(DecodeRequest(step.latent, levels), progress)
        pull_ms.append(1e3 * (middle - began))
        decode_ms.append(1e3 * (time.perf_counter() - middle))
    for _ in range(SETTLING):
        if step.settled:
            break
        step = pull.step(target, progress)
    after = _settled(engine, step.latent)
    if after.is_empty:
        return Outcome(
            np.inf, (), step.distance, step.leaves, step.before, step.after, (1, 0), tuple(pull_ms), tuple(decode_ms)
        )
    return Outcome(
        distance=partner(target, after)[1],
        pins=tuple(partner(pin, after)[1] for pin in gesture.pins),
        said=step.distance,
        leaves=step.leaves,
        before=step.before,
        after=step.after,
        pieces=(_pieces(before), _pieces(after)),
        pull_ms=tuple(pull_ms),
        decode_ms=tuple(decode_ms),
    )


def _summed(model: str, machine: str, outcomes: list[Outcome]) -> PullBench:
    pull = np.concatenate([o.pull_ms for o in outcomes])
    step = pull + np.concatenate([o.decode_ms for o in outcomes])
    pins = np.array([pin for o in outcomes for pin in o.pins])
    arrived = [abs(o.said - o.distance) for o in outcomes if not o.leaves and np.isfinite(o.distance)]
    return PullBench(
        model=model,
        machine=machine,
        gestures=len(outcomes),
        reached=float(np.mean([o.distance <= NEAR for o in outcomes])),
        pins=(len(pins), float((pins <= NEAR).mean()) if len(pins) else 1.0, float(np.median(pins)) if len(pins) else 0.0),
        told=sum(o.leaves for o in outcomes),
        unsaid=sum(not o.held and not o.leaves for o in outcomes),
        for_nothing=sum(o.held and o.leaves for o in outcomes),
        worst_estimate=max(arrived, default=0.0),
        held=float(np.mean([o.held for o in outcomes])),
        typical=(float(np.mean([o.before for o in outcomes])), float(np.mean([o.after for o in outcomes]))),
        pieces=(sum(o.pieces[1] > o.pieces[0] for o in outcomes), sum(o.pieces[1] < o.pieces[0] for o in outcomes)),
        step_ms=(float(np.median(step)), float(np.percentile(step, 95))),
        pull_ms=(float(np.median(pull)), float(np.percentile(pull, 95))),
    )


def _settled(engine: Engine, latent: Latent) -> Mesh:
    shape = engine.decode(DecodeRequest(latent)).shape
    assert isinstance(shape, Mesh)
    return shape


def _seen(mesh: Mesh, back: Vector, draw: np.random.Generator) -> Vector:
    """A point of the surface that nothing hides from a camera far away in direction `back`."""
    from engine.data.rays import Rays
    from engine.geometry.sampling import sample_surface

    points, normals, _ = sample_surface(mesh, 64, draw)
    hidden = Rays(mesh.vertices, mesh.faces).any_hit(points + 1e-3 * back, np.broadcast_to(back, points.shape))
    for point, normal, covered in zip(points.astype(np.float64), normals, hidden, strict=True):
        if normal @ back > 0.25 and not covered:
            return np.asarray(point)
    return np.asarray(points[int((normals @ back).argmax())], np.float64)


def _pieces(mesh: Mesh) -> int:
    """Connected pieces that a person would see: those with at least a hundredth of all vertices."""
    return int((np.bincount(piece_labels(mesh)) >= 0.01 * len(mesh.vertices)).sum())
