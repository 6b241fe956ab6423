"""Does a model with a random input use it: do its answers differ, does the best of several help, does doubt spread them?

A picture leaves open what it does not show, and such a model (Fan, Su, Guibas, arXiv 1612.00603, section 3.1) can answer it in
several ways. Three questions, each asked of held-out pieces, with the seeds 0 to K - 1:

* how far the answers to a catalogue picture lie apart, beside two samplings of the truth with as many points;
* how much nearer to the truth the best of them is than they are on average;
* whether the answers to a render lie farther apart the more of the truth its camera does not see. Nobody knows the cameras of
  catalogue pictures, but renders have theirs beside them, unless they were drawn before cameras were stored.

All distances are Chamfer-L1, 1/2 (mean a + mean b), in units of the truth's longest edge: the formula of `onet_l1`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.api import DecodeRequest, EncodeRequest, Engine, Picture, PointCloud
from engine.data.rays import Rays
from engine.data.store import Item, list_items
from engine.errors import DataError, ModelError, PictureError, ShapeError
from engine.evaluation.differences import CONFIDENCE, LEAST, interval
from engine.evaluation.hidden import hidden_share, stored_cameras
from engine.evaluation.predict import LEVELS, Asking, engine_for, use_threads
from engine.evaluation.truth import surface_of
from engine.evaluation.workers import Workers
from engine.geometry.frames import frame_scale
from engine.geometry.sampling import sample_shape
from engine.metrics.points import chamfer_l1_half
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Frame

Cloud = NDArray[np.float32]

#: Points taken of answers that are surfaces; point sets are taken as they are.
POINTS = 1024
#: Points of the truth that a camera sees or not.
LOOKED_AT = 10_000
#: Renders of which less than this share shows the object are left out.
LEAST_SEEN = 0.01
RESAMPLES = 2_000

#: What each number is, for whoever reads the results.
MEANINGS = {
    "spread": "mean distance between the answers to the catalogue picture, over all pairs of seeds; mean over pieces",
    "floor": "distance between two random samplings of the truth's surface with as many points as an answer; mean over pieces",
    "above_floor": "spread less floor, by paired bootstrap over pieces; above 0, the answers differ more than samplings would",
    "mean": "distance of an answer to all stored points of the truth, mean over seeds and pieces",
    "best": "the same for that answer of each piece which the truth shows to be the best",
    "gain": "best less mean, by paired bootstrap over pieces; it cannot be above 0, and is 0 if the random input does nothing, "
    "so its size counts",
    "openness": "Spearman's rank correlation, over all pairs (piece, render), of the share of the truth's surface that the "
    "render's camera does not see (turned away, behind something, or outside the picture) with the spread of the answers to "
    "that render; interval by resampling whole pieces, since renders of one piece are alike",
    "openness_within": "the same correlation inside each piece, mean over pieces: other pieces cannot bring it about",
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % bootstrap interval; NaN where there is nothing to find it from.

    Attributes:
        value: from all of the pieces.
        low, high: ends of the interval.
        pieces: how many.
    """

    value: float
    low: float
    high: float
    pieces: int

    @property
    def certain(self) -> bool:
        """True if the interval leaves out zero and there are pieces enough to say so."""
        return self.pieces >= LEAST and (self.low > 0 or self.high < 0)


@dataclass(frozen=True, slots=True)
class View:
    """A render.

    Attributes:
        number: in renders.npz.
        hidden: share of the truth's surface that its camera does not see.
        spread: mean distance between the answers to it.
    """

    number: int
    hidden: float
    spread: float


@dataclass(frozen=True, slots=True)
class Asked:
    """The answers to one piece.

    Attributes:
        item, name, category: of the piece.
        points: of an answer.
        spread: mean distance between the answers to the catalogue picture.
        floor: distance between two samplings of the truth.
        distances: of each answer to the truth, by seed.
        views: its renders; None if nobody knows their cameras.
        reason: why there was no answer, else empty; then there are no numbers.
    """

    item: str
    name: str
    category: str
    points: int = 0
    spread: float = math.nan
    floor: float = math.nan
    distances: tuple[float, ...] = ()
    views: tuple[View, ...] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Several:
    """What came out.

    Attributes:
        model: its id.
        draws: answers to each picture.
        pieces: one by one.
    """

    model: str
    draws: int
    pieces: tuple[Asked, ...]

    @property
    def answered(self) -> list[Asked]:
        """Pieces with numbers."""
        return [piece for piece in self.pieces if not piece.reason]

    @property
    def without_cameras(self) -> int:
        """How many of them say nothing of renders."""
        return sum(piece.views is None for piece in self.answered)

    @property
    def renders(self) -> int:
        """How many were asked about."""
        return sum(len(piece.views or ()) for piece in self.answered)

    @property
    def numbers(self) -> dict[str, float | Estimate]:
        """What `MEANINGS` explains, by the same names."""
        found = self.answered
        spread, floor = (np.array([getattr(one, name) for one in found], np.float64) for name in ("spread", "floor"))
        mean, best = (np.array([reduce(one.distances) for one in found], np.float64) for reduce in (np.mean, np.min))
        pairs = [np.array([(v.hidden, v.spread) for v in one.views]) for one in found if one.views]
        inside = np.array([rank_correlation(*part.T) for part in pairs], np.float64)
        return {
            "spread": _mean(spread), "floor": _mean(floor), "above_floor": _estimate(spread - floor),
            "mean": _mean(mean), "best": _mean(best), "gain": _estimate(best - mean),
            "openness": correlation(pairs), "openness_within": _estimate(inside[np.isfinite(inside)]),
        }  # fmt: skip

    def only(self, category: str) -> Several:
        """The same for one category."""
        return Several(self.model, self.draws, tuple(one for one in self.pieces if one.category == category))


@dataclass(frozen=True)
class Plan:
    """Which pieces to ask about, and how often.

    Attributes:
        data_root: data set made by `shape-engine data build`.
        draws: answers to each picture, at least 2; their seeds are 0 to `draws` - 1.
        split: "test", "val" or "train".
        categories: which; None for all.
        limit: at most so many pieces of each category; None for all.
        views: at most so many renders of each piece, spread over all that it has.
    """

    data_root: Path
    draws: int = 8
    split: str = "test"
    categories: tuple[str, ...] | None = None
    limit: int | None = None
    views: int = 8


@dataclass(frozen=True)
class AskJob:
    """A piece to ask about.

    Attributes:
        model: its id.
        folder: of the piece.
        asking: where the model is and what to compute on; its seed is that of samplings.
        draws, views: as in `Plan`.
    """

    model: str
    folder: Path
    asking: Asking
    draws: int
    views: int


def ask_pieces(model: str, plan: Plan, asking: Asking, workers: Workers, progress: Progress = NO_PROGRESS) -> Several:
    """Ask a model several times for each held-out piece.

    Args:
        model: id of a model that takes pictures and has a random input.
        plan: about which pieces, and how often.
        asking: where the model is and what to compute on.
        workers: who asks.
        progress: told about pieces done.

    Raises:
        DataError: the data set is missing or holds no such piece.
        ModelError: the model has no random input or takes no pictures, or is asked but once.
    """
    info = engine_for(asking).info(model)
    if not (info.takes_picture and info.samples):
        raise ModelError("{model} has one answer to each picture; choose a model with a random input.", model=model)
    if plan.draws < 2:
        raise ModelError("One answer of {model} has nothing to differ from; ask for at least two.", model=model)
    found = list_items(plan.data_root, plan.categories, (plan.split,))
    chosen = [piece for _, group in groupby(found, key=lambda one: one.category) for piece in islice(group, plan.limit)]
    if not chosen:
        raise DataError(
            "There are no {split} pieces in {root}; build the data first.", split=plan.split, root=str(plan.data_root)
        )
    jobs = [AskJob(model, piece.folder, asking, plan.draws, plan.views) for piece in chosen]
    return Several(model, plan.draws, tuple(workers.run(ask, jobs, progress, "asking several times")))


def ask(job: AskJob) -> Asked:
    """All numbers of one piece (runs on a worker)."""
    use_threads(job.asking)
    engine, item = engine_for(job.asking), Item(job.folder)
    truth = surface_of(item)
    unit = frame_scale(truth, Frame.UNIT_CUBE)
    try:
        picture = engine.open_picture(item.folder / "picture.png")
        clouds = _answers(engine, job, picture)
        count = len(clouds[0])
        rng = np.random.default_rng((job.asking.seed, item.meta.seed))
        twice = sample_shape(truth, 2 * count, rng)[0]
        return Asked(
            item.id, item.name, item.category, count, spread_of(clouds) / unit,
            chamfer_l1_half(twice[:count], twice[count:]) / unit,
            tuple(chamfer_l1_half(cloud, truth.points) / unit for cloud in clouds),
            _views(engine, job, item, unit),
        )  # fmt: skip
    except (PictureError, ShapeError) as error:  # of this one piece
        return Asked(item.id, item.name, item.category, reason=str(error))


def _answers(engine: Engine, job: AskJob, picture: Picture) -> list[Cloud]:
    """Points of the answers to one picture, by seed."""
    clouds = []
    for seed in range(job.draws):
        shape = engine.decode(DecodeRequest(engine.encode(EncodeRequest(job.model, picture, seed)), LEVELS)).shape
        if isinstance(shape, PointCloud):
            clouds.append(shape.points)
        else:
            clouds.append(sample_shape(shape, POINTS, np.random.default_rng(seed))[0])
    return clouds


def spread_of(clouds: Sequence[Cloud]) -> float:
    """Mean Chamfer-L1 over all pairs of two or more point sets (N, 3), in their units."""
    return float(np.mean([chamfer_l1_half(a, b) for a, b in combinations(clouds, 2)]))


def _views(engine: Engine, job: AskJob, item: Item, unit: float) -> tuple[View, ...] | None:
    cameras = stored_cameras(item)
    if cameras is None:
        return None
    rays = Rays(*item.skin)
    chosen = np.random.default_rng((job.asking.seed, item.meta.seed)).permutation(len(item.surface[0]))[:LOOKED_AT]
    points, normals = (values[chosen] for values in item.surface)
    found = []
    for number in sorted({k * len(cameras) // job.views for k in range(job.views)}):
        picture = Picture(item.renders["rgb"][number], item.renders["mask"][number], "render")
        if np.count_nonzero(item.renders["mask"][number]) > LEAST_SEEN * item.renders["mask"][number].size:
            hidden = hidden_share(points, normals, cameras[number], rays)
            found.append(View(number, hidden, spread_of(_answers(engine, job, picture)) / unit))
    return tuple(found)


def correlation(pairs: Sequence[NDArray[np.float64]], seed: int = 0) -> Estimate:
    """Spearman's correlation over pairs that come in groups; the interval resamples the groups.

    Args:
        pairs: (n, 2) of each group.
        seed: of the resampling.
    """
    if not pairs:
        return Estimate(math.nan, math.nan, math.nan, 0)
    value = rank_correlation(*np.concatenate(pairs).T)
    draws = np.random.default_rng(seed).integers(len(pairs), size=(RESAMPLES if len(pairs) > 1 else 0, len(pairs)))
    again = np.array([rank_correlation(*np.concatenate([pairs[k] for k in draw]).T) for draw in draws])
    known = again[np.isfinite(again)]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(known, (tail, 1 - tail)) if len(known) else (math.nan, math.nan)
    return Estimate(value, float(low), float(high), len(pairs))


def rank_correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Spearman's correlation of (N,) and (N,); equal values share their mean rank. NaN if either is the same everywhere."""
    from scipy.stats import rankdata

    if not (len(a) and np.ptp(a) > 0 and np.ptp(b) > 0):
        return math.nan
    return float(np.corrcoef(rankdata(a), rankdata(b))[0, 1])


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else math.nan


def _estimate(values: NDArray[np.float64]) -> Estimate:
    """The mean; one piece has no interval."""
    if len(values) < 2:
        return Estimate(_mean(values), math.nan, math.nan, len(values))
    return Estimate(*interval(values), len(values))
