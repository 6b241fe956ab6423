"""What may be asked of the engine and what it answers: frozen values, safe to hand between threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.shapes import Frame, Latent, Mesh, Picture, PointCloud, Shape

Up = Literal["auto", "y", "z", "x"]

#: Grid corners per side on the way to a settled surface. Each is twice the one before less one, so every value is used again:
#: 129 costs half of what it costs by way of 25, 49 and 97, and 65 less than 49 did.
SETTLED_LEVELS = (17, 33, 65, 129)
#: Optimiser steps of a latent fit (the published code takes half as many).
FIT_STEPS = 1600
#: The coarsest that is worth looking at; the one below only finds where the surface is.
FIRST_SHOWN = 33


#: How far a random code lies from a training code, in standard deviations of the training codes along each direction.
RANDOM_SPREAD = 0.3


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model without loading its weights.

    Attributes:
        id: folder name of the weights; the name that the command line and sessions use.
        method: "deepsdf", "occnet" or "psgn" (a key of `engine.models.MODELS`).
        title: name for people, e.g. "DeepSDF".
        output: "surface" (an implicit field, meshed) or "points".
        takes_picture: True if a picture gives a code in one pass.
        fits_shape: True if a code can be optimised to match a given surface.
        samples: True if the same picture gives several answers (a random input r).
        latent_dim: length D of the code.
        categories: what it was trained on.
        parameters: number of trained parameters.
        frame: object frame of its answers.
        folder: where its files are (config.json, model.safetensors, latents.*, card.md, DATA-CREDITS).
    """

    id: str
    method: str
    title: str
    output: Literal["surface", "points"]
    takes_picture: bool
    fits_shape: bool
    samples: bool
    latent_dim: int
    categories: tuple[str, ...]
    parameters: int
    frame: Frame
    folder: Path


@dataclass(frozen=True, slots=True, eq=False)
class LatentSpace:
    """The codes a model knows from training and their principal directions.

    Slider values are in standard deviations of the training codes along each direction.

    Attributes:
        model: model id.
        mean: (D,) mean of the training codes.
        directions: (K, D) orthonormal rows, by falling variance.
        sigma: (K,) standard deviation of the training codes along each direction, > 0.
        codes: (N, D) training codes.
        names, ids, categories: (N,) what each code stands for.
    """

    model: str
    mean: NDArray[np.float32]
    directions: NDArray[np.float32]
    sigma: NDArray[np.float32]
    codes: NDArray[np.float32]
    names: tuple[str, ...]
    ids: tuple[str, ...]
    categories: tuple[str, ...]

    def sliders(self, latent: Latent) -> NDArray[np.float32]:
        """(K,) slider values of a code, in sigma."""
        z = np.asarray(latent.values, np.float32)
        result: NDArray[np.float32] = ((z - self.mean) @ self.directions.T / self.sigma).astype(np.float32)
        return result

    def moved(self, base: Latent, values: NDArray[np.float32]) -> Latent:
        """The code with slider values `values` (K,); what lies outside the directions stays as in `base`."""
        z = np.asarray(base.values, np.float64)
        change = (np.asarray(values, np.float64) - self.sliders(base)) * self.sigma
        return Latent(self.model, tuple((z + change @ self.directions.astype(np.float64)).tolist()))

    def training_range(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(K,) lowest and (K,) highest slider value of any training code."""
        values = self.training_values()
        return values.min(axis=0), values.max(axis=0)

    def training_values(self) -> NDArray[np.float32]:
        """(N, K) slider values of the training codes."""
        result: NDArray[np.float32] = ((self.codes - self.mean) @ self.directions.T / self.sigma).astype(np.float32)
        return result

    def training_code(self, index: int) -> Latent:
        """The code of training shape `index`."""
        return Latent(self.model, tuple(self.codes[index].tolist()))

    def mean_code(self) -> Latent:
        """The mean of the training codes."""
        return Latent(self.model, tuple(self.mean.tolist()))

    def central(self) -> int:
        """Number of the training code nearest to the mean: a whole shape, which the mean itself may not be."""
        return int(np.argmin(np.linalg.norm(self.codes - self.mean, axis=1)))

    def random_code(self, seed: int) -> Latent:
        """A draw from the density of the training codes: one of them, moved by `RANDOM_SPREAD` sigma along each direction.

        One normal distribution for all codes would put most draws between the categories, where nothing was learnt.
        """
        rng = np.random.default_rng(seed)
        start = self.codes[rng.integers(len(self.codes))]
        move = rng.standard_normal(len(self.sigma)) * RANDOM_SPREAD * self.sigma
        return Latent(self.model, tuple((start + move @ self.directions).astype(np.float32).tolist()))


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """Turn a code into a shape.

    Attributes:
        latent: the code.
        levels: rising grid sizes (corners per side) for surfaces; each finished level is a partial result,
        first_shown: but not one below this size.
        normals: True for normals from the field's gradient at the last level, False for mesh normals.
        refine_vertices: True to move the last level's vertices along their grid edges onto the field's zero.
        warm: name of a stream of requests whose codes follow one another, such as a drag; the level `first_shown` then starts
            from the stream's frame before, and may miss a piece that has just appeared. Finer levels never do. Empty for none.
    """

    latent: Latent
    levels: tuple[int, ...] = SETTLED_LEVELS
    first_shown: int = 0
    normals: bool = False
    refine_vertices: bool = False
    warm: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ShapeResult:
    """A decoded shape.

    Attributes:
        latent: the code that it shows (the picture carries its own code: it may be older than the sliders).
        shape: in the model's frame; an empty mesh carries its reason in `note`.
        level: grid corners per side; 0 for point sets.
        final: True for the last level asked for.
        decode_ms, mesh_ms: time spent in the network and in meshing since the request began, milliseconds.
    """

    latent: Latent
    shape: Shape
    level: int
    final: bool
    decode_ms: float
    mesh_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class EncodeRequest:
    """Turn a picture into a code.

    Attributes:
        model: id of a model that takes pictures.
        picture: with or without mask; without, the background is separated first.
        seed: seed of the random input r of models that have one.
    """

    model: str
    picture: Picture
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FitRequest:
    """Find the code whose surface is nearest to a given shape (auto-decoders).

    Attributes:
        model: id of a model that fits shapes.
        shape: in the unit-sphere frame.
        steps: optimisation steps.
        seed: seed of samples and initial code.
    """

    model: str
    shape: Mesh | PointCloud
    steps: int = FIT_STEPS
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FitResult:
    """A fitted code with the loss of each step, (steps,) mean absolute clamped distance."""

    latent: Latent
    losses: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number with everything needed to read it.

    Attributes:
        metric: id, e.g. "onet_l1", "emd", "f_score".
        label: short name for people, e.g. "Chamfer-L1".
        value: the number (not a number only if a shape is empty).
        convention: the formula and its units in words, e.g. "1/2 (mean a + mean b), unit cube".
        points: points per side.
        frame: frame of the distances.
        better: "lower" or "higher".
        floor: what two samplings of the same surface (the reference) give, if asked for.
        approximate: True if computed on fewer points than the metric's own convention.
        bound: proven relative distance to the optimum, only where the value is not exact (0.004: at most 0.4 % above it).
    """

    metric: str
    label: str
    value: float
    convention: str
    points: int
    frame: Frame
    better: Literal["lower", "higher"]
    floor: float | None = None
    approximate: bool = False
    bound: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CompareRequest:
    """Measure two shapes that live in the same frame. `b` is the reference: scale for unit-cube metrics is taken from it.

    Attributes:
        a, b: the shapes.
        metrics: ids, keys of `engine.metrics.METRICS`.
        points: points per side; None takes each metric's own convention.
        seed: seed of the surface samples.
        floor: also measure two samplings of `b`.
        colours: also give the distance of every vertex (or point) of each shape to the other surface.
        align: how `a` is brought onto `b` first, a key of `engine.metrics.align.ALIGNMENTS`.
    """

    a: Shape
    b: Shape
    metrics: tuple[str, ...] = ("onet_l1", "emd", "f_score")
    points: int | None = None
    seed: int = 0
    floor: bool = False
    colours: bool = False
    align: str = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Answer to a `CompareRequest`.

    Attributes:
        measurements: in the order asked for.
        a_to_b: distance of each vertex or point of `a` to the surface of `b`, in the units of the shapes' frame; or None.
        b_to_a: the same the other way round; or None.
        milliseconds: time spent.
    """

    measurements: tuple[Measurement, ...]
    a_to_b: NDArray[np.float32] | None = None
    b_to_a: NDArray[np.float32] | None = None
    milliseconds: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class OpenedShape:
    """A shape read from a file and brought into the unit sphere.

    Attributes:
        shape: in the unit-sphere frame.
        up: the axis taken as up ("x", "y" or "z").
        up_guessed: True if nobody said which axis is up.
        size: (3,) extent of the bounding box in the file's own units, after turning y up.
        remarks: sentences about what was noticed or mended (open surface, repaired vertices, unit unknown ...).
    """

    shape: Shape
    up: str
    up_guessed: bool
    size: tuple[float, float, float]
    remarks: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class MetricInfo:
    """A measure that can be asked for.

    Attributes:
        id: the name that requests and the command line use.
        label: short name for people.
        convention: formula and unit of length in words.
        frame: frame of the distances.
        points: points per side of the convention.
        better: which way is better.
    """

    id: str
    label: str
    convention: str
    frame: Frame
    points: int
    better: Literal["lower", "higher"]


@dataclass(frozen=True, slots=True, eq=False)
class MatchRequest:
    """Match samples of `a` with samples of the reference `b`, one to one, so that the mean distance is least.

    Attributes:
        a, b: the shapes, in one frame.
        points: points per side; None takes those of the measure "emd".
        seed: seed of the surface samples.
        align: how `a` is brought onto `b` first, as in `CompareRequest`.
        live: a quick answer with a proven bound, warm from the last one, instead of the optimum.
    """

    a: Shape
    b: Shape
    points: int | None = None
    seed: int = 0
    align: str = "none"
    live: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Answer to a `MatchRequest`.

    Attributes:
        start: (N, 3) samples of `a`, in the shapes' frame.
        end: (N, 3) the partner of each in `b`.
        lengths: (N,) distance of each pair, in the shapes' frame.
        measurement: the earth mover's distance that the matching has; its `bound` is None if it is the optimum.
        milliseconds: time spent.
    """

    start: NDArray[np.float32]
    end: NDArray[np.float32]
    lengths: NDArray[np.float32]
    measurement: Measurement
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class PartnerRequest:
    """Find the point of the other shape that is nearest to a point of one.

    Attributes:
        a, b: the shapes, in one frame; `b` is the reference.
        point: (3,) a point of `a` (or of `b`), where it lies now.
        of_b: True if the point is one of `b`.
        seed: of the samples of an alignment that searches.
        align: how `a` is brought onto `b` before measuring, as in `CompareRequest`.
    """

    a: Shape
    b: Shape
    point: NDArray[np.float64]
    of_b: bool = False
    seed: int = 0
    align: str = "none"


@dataclass(frozen=True, slots=True, eq=False)
class Partner:
    """Answer to a `PartnerRequest`.

    Attributes:
        point: (3,) the nearest point of the other shape, where it lies (not where alignment would bring it).
        distance: between the two after alignment, in the shapes' frame.
    """

    point: NDArray[np.float64]
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class LatentPath:
    """A way from one code to another, straight between knots.

    Attributes:
        model: id of the model whose codes these are.
        codes: (K, D) knots at even places, both ends included; two where the way is straight.
    """

    model: str
    codes: NDArray[np.float64]

    def at(self, t: float) -> Latent:
        """The code at fraction `t` (0 to 1; beyond it, the nearer end) of the way."""
        place = min(max(t, 0.0), 1.0) * (len(self.codes) - 1)
        before = min(int(place), len(self.codes) - 2)
        share = place - before
        code = (1 - share) * self.codes[before] + share * self.codes[before + 1]
        return Latent(self.model, tuple(code.tolist()))


@dataclass(frozen=True, slots=True, eq=False)
class EvenPath:
    """A timetable for a way between two codes (`LatentPath`), on which the shape changes at constant speed.

    Attributes:
        positions: (M,) fractions of the way, rising from 0 to 1.
        shares: (M,) fractions of the time at which they are passed, rising strictly from 0 to 1.
        length: how far the surface moves in all, mean over its points, roughly, in unit-sphere units.
        unevenness: greatest over mean speed of the shape where the code moves at constant speed; 1 where that is even.
    """

    positions: NDArray[np.float64]
    shares: NDArray[np.float64]
    length: float
    unevenness: float

    def position(self, share: float) -> float:
        """Where on the way to be after `share` (0 to 1) of the time."""
        return float(np.interp(share, self.shares, self.positions))

    def share(self, position: float) -> float:
        """When (0 to 1) a position on the way is passed."""
        return float(np.interp(position, self.positions, self.shares))


@dataclass(frozen=True, slots=True, eq=False)
class PullRequest:
    """Grab a point of a decoded surface.

    Attributes:
        latent: the code whose surface it is.
        point: (3,) the grabbed point, in the model's frame.
        pins: (N, 3) points of the surface that shall stay.
    """

    latent: Latent
    point: NDArray[np.float64]
    pins: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))


@dataclass(frozen=True, slots=True, eq=False)
class PullStep:
    """Where a pull has come to.

    Attributes:
        latent: the code now.
        target: (3,) where the grabbed point was to go, in the model's frame.
        reached: (3,) the place of the surface next to it.
        distance: of the surface from the target, to first order, in the model's frame.
        pins: how far the surface is from each pin.
        before, after: how typical the grabbed code and this one are: 1 for a training code, 0 a whole gap between training
            codes away (`engine.typicality`).
        leaves: the target or a pin cannot be had within what the model knows; the surface stays behind.
        settled: False if asking for the same target again would go on.
        milliseconds: time spent.
    """

    latent: Latent
    target: NDArray[np.float64]
    reached: NDArray[np.float64]
    distance: float
    pins: tuple[float, ...]
    before: float
    after: float
    leaves: bool
    settled: bool
    milliseconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A small picture of a shape, to be coloured by whoever shows it.

    Attributes:
        shade: (S, S) uint8, how light each pixel is.
        cover: (S, S) uint8, how much of it the shape covers, 255 for all of it.
    """

    shade: NDArray[np.uint8]
    cover: NDArray[np.uint8]
