"""What surfaces are made of: colours, how they shine, and patterns that are solid in the object's own coordinates.

Every colour of a model is one material. A pattern mixes the material's colour with a second one, by a value that is computed
from the place on the object: wood grain from distorted rings (Peachey, "Solid Texturing of Complex Surfaces", SIGGRAPH 1985),
cloth and stone from value noise on a lattice, stripes and checks from waves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

PLAIN, WOOD, CLOTH, STRIPES, CHECKS, STONE = range(6)
LATTICE = 16  # cells a side of the noise, which repeats after that
MOST_TONES = 4
DARKEST = 0.025  # linear: black lacquer still reflects this much


@dataclass(frozen=True, slots=True, eq=False)
class Materials:
    """M materials; colours are linear, not sRGB.

    Attributes:
        colour: (M, 3).
        second: (M, 3) what a pattern mixes in.
        pattern: (M,) PLAIN to STONE.
        turn: (M, 3, 3) rotations from object coordinates to those of the pattern.
        wave: (M,) waves per unit of length, or cells of the noise.
        shine: (M,) strength of the mirror, 0 to 1 as seen head on.
        gloss: (M,) exponent of the highlight.
        metal: (M,) 1 where the mirror has the colour and nothing is scattered.
        lattice: (16, 16, 16) noise in [0, 1].
    """

    colour: Singles
    second: Singles
    pattern: Ints
    turn: Singles
    wave: Singles
    shine: Singles
    gloss: Singles
    metal: Singles
    lattice: Singles

    def albedo(self, points: Singles, material: Ints) -> Singles:
        """(N, 3) linear colours at (N, 3) points of the given materials (N,)."""
        result = self.colour[material]
        for kind in np.unique(self.pattern[material]):
            if kind == PLAIN:
                continue
            here = np.flatnonzero(self.pattern[material] == kind)
            which = material[here]
            local = np.einsum("nij,nj->ni", self.turn[which], points[here]) * self.wave[which, None]
            share = self._mix(int(kind), local)[:, None]
            result[here] = (1 - share) * self.colour[which] + share * self.second[which]
        return result

    def _mix(self, kind: int, local: Singles) -> Singles:
        """(N,) share of the second colour."""
        result: Singles
        if kind == WOOD:  # rings around y, stretched along it
            wobble = noise(self.lattice, local * np.array([0.6, 0.12, 0.6], np.float32))
            ring = np.hypot(local[:, 0], local[:, 2]) + 1.5 * wobble
            result = (ring - np.floor(ring)) ** 2
        elif kind == CLOTH:
            result = noise(self.lattice, local)
        elif kind == STRIPES:
            result = (np.sin(2 * np.pi * local[:, 0]) > 0).astype(np.float32)
        elif kind == CHECKS:
            result = (np.floor(2 * local).astype(np.int64).sum(axis=1) % 2).astype(np.float32)
        else:
            cloud = 0.65 * noise(self.lattice, local) + 0.35 * noise(self.lattice, local * np.float32(2.7))
            result = np.abs(np.sin(np.pi * (local[:, 0] * 0.3 + 2.5 * cloud)))
        return result


def noise(lattice: Singles, places: Singles) -> Singles:
    """(N,) smooth noise at (N, 3) places: values of a repeating lattice, blended between its corners."""
    cell = np.floor(places).astype(np.int32)
    part = places - cell
    part = part * part * (3 - 2 * part)
    size = lattice.shape[0]
    x0, y0, z0 = (cell % size).T
    x1, y1, z1 = ((cell + 1) % size).T
    a, b, c = part.T
    low = (lattice[x0, y0, z0] * (1 - a) + lattice[x1, y0, z0] * a) * (1 - b) + (
        lattice[x0, y1, z0] * (1 - a) + lattice[x1, y1, z0] * a
    ) * b
    high = (lattice[x0, y0, z1] * (1 - a) + lattice[x1, y0, z1] * a) * (1 - b) + (
        lattice[x0, y1, z1] * (1 - a) + lattice[x1, y1, z1] * a
    ) * b
    result: Singles = low * (1 - c) + high * c
    return result


def linear(srgb: ArrayLike) -> Singles:
    """Linear values of sRGB ones in [0, 1], by a plain power of 2.2."""
    result: Singles = np.asarray(srgb, dtype=np.float32).clip(0.0, 1.0) ** np.float32(2.2)
    return result


def own_materials(colours: ArrayLike, rng: np.random.Generator, plain: bool = False) -> Materials:
    """Materials in the model's own colours.

    Args:
        colours: (M, 3) sRGB in [0, 1].
        rng: decides patterns and shine.
        plain: True for no patterns and little shine.
    """
    own = linear(colours).reshape(-1, 3)
    if plain:
        none = np.zeros(len(own), dtype=np.int64)
        return _materials(own, own, none, none, np.full(len(own), 0.2), rng)
    tones = int(rng.integers(1, MOST_TONES + 1))
    tone = rng.integers(tones, size=len(own))  # a model of a hundred colours is still made of a few things
    pattern = np.where(rng.random(tones) < 0.5, PLAIN, rng.integers(WOOD, STONE + 1, tones))[tone]
    depth = rng.uniform(0.25, 0.9, tones)[tone]
    return _materials(own, own * depth[:, None], pattern, _metals(own, tone, rng), rng.beta(1.0, 2.0, tones)[tone], rng)


def random_materials(count: int, rng: np.random.Generator) -> Materials:
    """`count` materials of one to four kinds of things: wood, cloth, paint, metal; some go together, some do not."""
    tones = 1 if rng.random() < 0.3 else int(rng.integers(2, MOST_TONES + 1))
    colours, seconds = np.empty((tones, 3)), np.empty((tones, 3))
    pattern = np.empty(tones, dtype=np.int64)
    base = rng.random()
    for tone in range(tones):
        kind = rng.random()
        if kind < 0.3:
            colours[tone] = _hsv(rng.uniform(0.04, 0.11), rng.uniform(0.25, 0.7), rng.uniform(0.2, 0.9))
            pattern[tone] = WOOD if rng.random() < 0.7 else PLAIN
        elif kind < 0.55:
            colours[tone] = rng.choice([0.06, 0.14, 0.35, 0.6, 0.8, 0.93]) + rng.normal(scale=0.02, size=3)
            pattern[tone] = PLAIN if rng.random() < 0.6 else CLOTH
        else:
            colours[tone] = _hsv(base + rng.normal(scale=0.12), rng.beta(1.2, 2.0), rng.uniform(0.2, 0.95))
            pattern[tone] = PLAIN if rng.random() < 0.4 else rng.integers(CLOTH, STONE + 1)
        other = _hsv(rng.random(), rng.beta(1.2, 1.6), rng.uniform(0.1, 0.95))
        bold = pattern[tone] in (STRIPES, CHECKS) and rng.random() < 0.5
        seconds[tone] = other if bold else colours[tone] * rng.uniform(0.5, 0.92)
    tone_of = rng.integers(tones, size=count)
    if count >= tones:
        tone_of[rng.permutation(count)[:tones]] = np.arange(tones)  # each tone is somewhere
    colour = linear(colours)[tone_of]
    shine = rng.beta(1.0, 2.0, tones)[tone_of]
    return _materials(colour, linear(seconds)[tone_of], pattern[tone_of], _metals(colour, tone_of, rng), shine, rng)


def part_colours(vertices: ArrayLike, faces: ArrayLike, rng: np.random.Generator) -> NDArray[np.float64]:
    """(F, 3) sRGB for a mesh without colours: parts that hang together get one, parts of the same size the same one.

    Args:
        vertices: (V, 3).
        faces: (F, 3).
        rng: decides the colours.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    points, rows = np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)
    links = (np.ones(2 * len(rows), dtype=np.int8), (rows[:, :2].ravel(), rows[:, 1:].ravel()))
    pieces = connected_components(coo_array(links, shape=(len(points), len(points))), directed=False)[1][rows[:, 0]]
    _, parts = np.unique(pieces, return_inverse=True)
    low, high = np.full((parts.max(initial=0) + 1, 3), np.inf), np.full((parts.max(initial=0) + 1, 3), -np.inf)
    for corner in range(3):
        np.minimum.at(low, parts, points[rows[:, corner]])
        np.maximum.at(high, parts, points[rows[:, corner]])
    sizes = np.round(np.sort(high - low, axis=1) / 0.02).astype(np.int64)  # legs differ in where they are, not in how large
    _, same = np.unique(sizes, axis=0, return_inverse=True)
    same = same.ravel()
    tones = random_materials(int(same.max(initial=0)) + 1, rng).colour.astype(np.float64) ** (1 / 2.2)
    result: NDArray[np.float64] = tones[same][parts]
    return result


def _materials(
    colour: ArrayLike, second: ArrayLike, pattern: Ints, metal: Ints, shine: ArrayLike, rng: np.random.Generator
) -> Materials:
    count = len(pattern)
    low = np.array([1.0, 5.0, 14.0, 2.0, 1.5, 2.0])  # waves a unit: stripes stay wider than pixels
    high = np.array([1.0, 12.0, 26.0, 9.0, 6.0, 6.0])
    wave = low[pattern] * (high / low)[pattern] ** rng.random()
    turn = np.eye(3)[np.array([[0, 1, 2], [1, 0, 2], [0, 2, 1]])[rng.integers(3, size=count)]]
    tilt = rng.normal(scale=0.08 if rng.random() < 0.8 else 1.0, size=(3, 3))
    skew = tilt - tilt.T
    rotation = np.linalg.solve(np.eye(3) + skew, np.eye(3) - skew)  # Cayley's map of a skew matrix
    strength = 0.04 + 0.25 * np.asarray(shine) ** 2
    return Materials(
        np.maximum(colour, DARKEST).astype(np.float32),
        np.maximum(second, DARKEST).astype(np.float32),
        pattern,
        (turn @ rotation).astype(np.float32),
        wave.astype(np.float32),
        np.where(metal > 0, 0.75, strength).astype(np.float32),
        (8.0 * 25.0 ** np.asarray(shine)).astype(np.float32),
        metal.astype(np.float32),
        rng.random((LATTICE, LATTICE, LATTICE), dtype=np.float32),
    )


def _metals(colour: ArrayLike, tone: Ints, rng: np.random.Generator) -> Ints:
    """(M,) 1 for metals: some of the greyish materials."""
    values = np.asarray(colour)
    grey = np.ptp(values, axis=1) < 0.25 * np.maximum(values.max(axis=1), 1e-6)
    result: Ints = ((rng.random(MOST_TONES) < 0.15)[tone] & grey).astype(np.int64)
    return result


def _hsv(hue: float, saturation: float, value: float) -> NDArray[np.float64]:
    """(3,) sRGB of a hue in turns."""
    wheel = np.abs((hue % 1.0 * 6.0 + np.array([0.0, 4.0, 2.0])) % 6.0 - 3.0) - 1.0
    result: NDArray[np.float64] = value * (1.0 - saturation * (1.0 - wheel.clip(0.0, 1.0)))
    return result
