"""Do the shapes between two training shapes hold together: no open edges, no more large pieces than the parents have?

Between two codes a generator that learnt by heart fades one shape out while the other fades in: fragments float about. So for
seeded pairs of training codes of one category the way between them that the studio takes (`engine.bent_path`), or the straight
line, is decoded at evenly spaced places, by the very extraction that the studio uses, and each picture is looked at: it is
clean if there is a surface, if no edge of it has an odd number of faces, and if no more pieces hold over 1 % of its volume than
in that parent which has more of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.api import DecodeRequest, Latent, Mesh
from engine.errors import ModelError
from engine.evaluation.predict import Asking, engine_for, use_threads
from engine.evaluation.workers import Workers
from engine.geometry.pieces import large_pieces
from engine.progress import NO_PROGRESS, Progress
from engine.requests import SETTLED_LEVELS


@dataclass(frozen=True, slots=True)
class Look:
    """What a surface is like.

    Attributes:
        boundary_edges: edges with an odd number of faces.
        pieces: closed pieces that hold over 1 % of the volume; cavities do not count.
        empty: there is no surface.
    """

    boundary_edges: int
    pieces: int
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """The way between two training codes.

    Attributes:
        first, second: ids of the training shapes.
        category: of both.
        parents: what they are like when decoded.
        between: the shapes on the way, evenly spaced, parents left out.
    """

    first: str
    second: str
    category: str
    parents: tuple[Look, Look]
    between: tuple[Look, ...]

    def is_clean(self, look: Look) -> bool:
        """Whether a shape on the way holds together."""
        most = max(parent.pieces for parent in self.parents)
        return not look.empty and look.boundary_edges == 0 and look.pieces <= most

    @property
    def clean(self) -> tuple[bool, ...]:
        """The same for each."""
        return tuple(self.is_clean(look) for look in self.between)


@dataclass(frozen=True, slots=True)
class Interpolation:
    """What came out.

    Attributes:
        model: its id.
        seed: of the pairs.
        levels: grids of the extraction.
        ways: one per pair.
        straight: the straight lines were taken.
    """

    model: str
    seed: int
    levels: tuple[int, ...]
    ways: tuple[Way, ...]
    straight: bool = False

    @property
    def clean_pictures(self) -> float:
        """Share of the shapes on all ways that are clean."""
        return float(np.mean([clean for way in self.ways for clean in way.clean]))

    @property
    def clean_pairs(self) -> float:
        """Share of the ways on which every shape is clean."""
        return float(np.mean([all(way.clean) for way in self.ways]))

    def only(self, category: str) -> Interpolation:
        """The same for one category."""
        return replace(self, ways=tuple(way for way in self.ways if way.category == category))


@dataclass(frozen=True)
class WayJob:
    """A way to walk.

    Attributes:
        model: its id.
        asking: where it is and what to compute on.
        pair: numbers of two training codes.
        steps: shapes between them.
        levels: grids of the extraction.
        straight: take the straight line.
    """

    model: str
    asking: Asking
    pair: tuple[int, int]
    steps: int
    levels: tuple[int, ...]
    straight: bool = False


def interpolate_pairs(  # noqa: PLR0913
    model: str,
    asking: Asking,
    workers: Workers,
    pairs: int = 200,
    steps: int = 9,
    levels: tuple[int, ...] = SETTLED_LEVELS,
    straight: bool = False,
    progress: Progress = NO_PROGRESS,
) -> Interpolation:
    """Walk between seeded pairs of a model's training shapes.

    Args:
        model: id of a model with surfaces.
        asking: where it is, what to compute on; its seed chooses the pairs.
        workers: who walks.
        pairs: how many.
        steps: shapes between the two of a pair.
        levels: grids of the extraction.
        straight: take the straight line between the codes.
        progress: told about pairs done.

    Raises:
        ModelError: the model makes loose points, or holds no two training shapes of one category.
    """
    engine = engine_for(asking)
    info = engine.info(model)
    if info.output != "surface":
        raise ModelError("{model} makes loose points, which have no edges; choose a model with surfaces.", model=model)
    space = engine.space(model)
    chosen = choose_pairs(space.categories, space.ids, pairs, asking.seed)
    if not chosen:
        raise ModelError("{model} holds no two training shapes of one category to go between.", model=model)
    jobs = [WayJob(model, asking, pair, steps, levels, straight) for pair in chosen]
    ways = workers.run(walk, jobs, progress, "between training shapes")
    return Interpolation(model, asking.seed, levels, tuple(ways), straight)


def choose_pairs(categories: Sequence[str], ids: Sequence[str], count: int, seed: int) -> list[tuple[int, int]]:
    """Seeded pairs of codes of one category but of different shapes; a pair may come twice.

    Args:
        categories: of each code.
        ids: of its shape; several codes may stand for copies of one.
        count: how many; none where no category has two shapes.
        seed: of the choice.
    """
    kinds, names = np.asarray(categories), np.asarray(ids)
    able = [i for i in range(len(names)) if np.any(names[kinds == kinds[i]] != names[i])]
    if not able:
        return []
    draw = np.random.default_rng(seed)
    pairs = []
    for first in (able[int(k)] for k in draw.integers(len(able), size=count)):
        partners = np.flatnonzero((kinds == kinds[first]) & (names != names[first]))
        pairs.append((first, int(partners[int(draw.integers(len(partners)))])))
    return pairs


def walk(job: WayJob) -> Way:
    """Decode and look at both ends and everything between (runs on a worker)."""
    use_threads(job.asking)
    engine = engine_for(job.asking)
    space = engine.space(job.model)
    a, b = (space.training_code(number) for number in job.pair)

    def at(latent: Latent) -> Look:
        shape = engine.decode(DecodeRequest(latent, job.levels, first_shown=job.levels[-1])).shape
        assert isinstance(shape, Mesh)
        return look_at(shape)

    places = np.linspace(0, 1, job.steps + 2)[1:-1]
    way = None if job.straight else engine.latent_path(a, b)
    between = tuple(at(engine.interpolate(a, b, float(t)) if way is None else way.at(float(t))) for t in places)
    first, second = job.pair
    return Way(space.ids[first], space.ids[second], space.categories[first], (at(a), at(b)), between)


def look_at(mesh: Mesh) -> Look:
    """Count the open edges and the large pieces of a surface."""
    if mesh.is_empty:
        return Look(0, 0, empty=True)
    faces = mesh.faces.astype(np.int64)
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    times = np.unique(edges[:, 0] * len(mesh.vertices) + edges[:, 1], return_counts=True)[1]
    return Look(int((times % 2 == 1).sum()), large_pieces(mesh))
