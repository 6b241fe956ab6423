"""What stands behind the object: plain backdrops, made-up clutter, and rooms with a floor and walls in true perspective.

Colours are linear, (side, side, 3) float32. Rooms share the camera and the light with the object, which stands on their floor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.lens import Camera
from engine.data.light import Lights
from engine.data.materials import LATTICE, Materials, Singles, linear, noise, random_materials

WHITE, COLOUR, RAMP, ROOM, CLOUDS, BANDS, SHAPES = "white", "colour", "ramp", "room", "clouds", "bands", "shapes"
PLAIN_KINDS = (WHITE, COLOUR, RAMP)
KINDS = (*PLAIN_KINDS, ROOM, CLOUDS, BANDS, SHAPES)
#: How often each kind is taken; a little over half are plain, as product photos are.
SHARES = (0.30, 0.12, 0.13, 0.27, 0.06, 0.04, 0.08)
WALL = (1.1, 3.0)  # distance of walls from the origin, unit-sphere units


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where the rays of a picture's pixels end, if nothing is in their way.

    Attributes:
        places: (N, 3).
        normal: (N, 3) of the floor or wall there; zero where a ray ends nowhere.
        floor: (N,) bool.
    """

    places: Singles
    normal: Singles
    floor: NDArray[np.bool_]


def random_kind(rng: np.random.Generator) -> str:
    """One of `KINDS`."""
    return str(rng.choice(KINDS, p=SHARES))


def flat_background(kind: str, side: int, rng: np.random.Generator) -> Singles:
    """A background without depth.

    Args:
        kind: one of `KINDS`, but not a room.
        side: of the picture in pixels.
        rng: decides.
    """
    import cv2

    if kind == WHITE:
        return np.ones((side, side, 3), dtype=np.float32)
    if kind in PLAIN_KINDS:
        return _ramp(side, rng, steep=kind == RAMP)
    if kind == CLOUDS:
        picture = _clouds(side, rng)
    elif kind == BANDS:
        picture = _bands(side, rng)
    else:
        picture = _shapes(side, rng)
    if rng.random() < 0.6:  # out of focus
        picture = cv2.GaussianBlur(picture, (0, 0), side / 128 * rng.uniform(0.5, 3.5))
    return linear(picture)


def _ramp(side: int, rng: np.random.Generator, steep: bool) -> Singles:
    """One colour, or a soft change from one to another in any direction."""
    top = rng.uniform(0.25, 1.0) + rng.normal(scale=0.08, size=3)
    bottom = rng.uniform(0.25, 1.0) + rng.normal(scale=0.08, size=3) if steep else top
    turn = rng.normal(scale=0.5) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
    ticks = np.linspace(-0.5, 0.5, side)
    share = (0.5 + np.cos(turn) * ticks[:, None] + np.sin(turn) * ticks[None]).clip(0.0, 1.0)[..., None]
    return linear((1 - share) * top + share * bottom)


def _tones(count: int, rng: np.random.Generator) -> Singles:
    """(count, 3) sRGB, mostly muted."""
    grey = rng.uniform(0.1, 0.95, (count, 1))
    result: Singles = (grey + rng.normal(scale=0.12, size=(count, 3))).clip(0.0, 1.0).astype(np.float32)
    return result


def _clouds(side: int, rng: np.random.Generator) -> Singles:
    """Smooth noise of three sizes."""
    import cv2

    picture = np.zeros((side, side, 3), dtype=np.float32)
    for cells, weight in ((3, 0.5), (9, 0.3), (30, 0.2)):
        small = 0.75 * rng.random((cells, cells, 1), dtype=np.float32) + 0.25 * rng.random((cells, cells, 3), dtype=np.float32)
        picture += np.float32(weight) * cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    base, strength = _tones(1, rng)[0], rng.uniform(0.5, 1.6)
    result: Singles = (base + strength * (picture - 0.5)).clip(0.0, 1.0).astype(np.float32)
    return result


def _bands(side: int, rng: np.random.Generator) -> Singles:
    """Stripes in any direction: blinds, boards, curtains."""
    ticks = np.linspace(-1.0, 1.0, side)
    turn = rng.choice([0.0, np.pi / 2]) + rng.normal(scale=0.15)
    across = np.cos(turn) * ticks[None] + np.sin(turn) * ticks[:, None]
    value = across * rng.uniform(2.0, 12.0) + rng.random()
    number = np.floor(value).astype(np.int64)
    tones = _tones(2 if rng.random() < 0.5 else 8, rng)
    result = tones[number % len(tones)]
    if rng.random() < 0.5:  # rounded, not flat
        result = result * (0.75 + 0.25 * np.sin(np.pi * (value - number)))[..., None]
    drawn: Singles = result.astype(np.float32)
    return drawn


def _shapes(side: int, rng: np.random.Generator) -> Singles:
    """Clutter: rectangles and discs on top of each other."""
    import cv2

    picture = np.broadcast_to(_tones(1, rng)[0], (side, side, 3)).copy()
    count = int(rng.integers(6, 28))
    for tone in _tones(count, rng):
        x, y = rng.uniform(-0.1, 1.1, 2) * side
        width, height = rng.uniform(0.06, 0.5, 2) * side
        colour = tuple(float(value) for value in tone)
        if rng.random() < 0.2:
            cv2.circle(picture, (int(x), int(y)), max(1, int(width / 3)), colour, -1, cv2.LINE_AA)
        else:
            turn = float(rng.normal(scale=6.0) if rng.random() < 0.8 else rng.uniform(0, 90))
            corners = cv2.boxPoints(((float(x), float(y)), (float(width), float(height)), turn))
            cv2.fillConvexPoly(picture, corners.astype(np.int32), colour, cv2.LINE_AA)
    return picture


def ground(camera: Camera, side: int, height: float, walls: NDArray[np.float64] | None = None) -> Ground:
    """What floor and walls the pixels of a picture see.

    Args:
        camera: from where.
        side: of the picture.
        height: y of the floor.
        walls: (W, 4) planes: unit normals towards the eye and distances from the origin; None for a floor alone.
    """
    ways = camera.directions(side)
    planes = np.vstack([[[0.0, 1.0, 0.0, -height]], np.zeros((0, 4)) if walls is None else walls])
    with np.errstate(divide="ignore", invalid="ignore"):
        far = -(planes[:, :3] @ camera.eye + planes[:, 3:].T) / (ways @ planes[:, :3].T)
    far = np.where(np.isfinite(far) & (far > 1e-6), far, np.inf)
    first = far.argmin(axis=1)
    way = far[np.arange(len(ways)), first]
    seen = np.isfinite(way)
    places = camera.eye + ways * np.where(seen, way, 0.0)[:, None]
    normal = planes[first, :3] * seen[:, None]
    return Ground(places.astype(np.float32), normal.astype(np.float32), seen & (first == 0))


def random_walls(camera: Camera, rng: np.random.Generator) -> NDArray[np.float64]:
    """(1 or 2, 4) planes behind the object, in front of which the eye stands."""
    back = np.arctan2(camera.eye[0], camera.eye[2])
    corner = rng.random() < 0.35
    turn = back + (np.pi / 4 + rng.uniform(-0.5, 0.5) if corner else rng.normal(scale=0.3))
    turns = [turn, turn - np.pi / 2] if corner else [turn]
    return np.array([[np.sin(a), 0.0, np.cos(a), rng.uniform(*WALL)] for a in turns])


def room(where: Ground, side: int, lights: Lights, rng: np.random.Generator) -> Singles:
    """(side, side, 3) linear colours of a room's floor and walls in its light, without the object's shadow.

    The floor has planks, tiles, cloth or stone and sometimes a rug; walls have a skirting board and a few frames.
    """
    tones = random_materials(4, rng)
    height = float(where.places[where.floor, 1].mean()) if where.floor.any() else float(where.places[:, 1].min())
    albedo = _floor(where.places, tones, rng)
    wall = ~where.floor
    albedo[wall] = _wall(where.places[wall], where.normal[wall], height, tones, rng)
    key = np.maximum(where.normal @ lights.key, 0.0)[:, None] * lights.key_colour
    away = np.linalg.norm(where.places, axis=1, keepdims=True)
    falling = 1.0 / (1.0 + rng.uniform(0.0, 0.05) * away**2)  # lamps are near, so far corners are darker
    light = (lights.above * (0.7 + 0.3 * where.normal[:, 1:2]) + key) * falling
    brightness = rng.uniform(0.9, 1.5)
    result: Singles = (albedo * light * brightness).reshape(side, side, 3).astype(np.float32)
    return result


def _floor(places: Singles, tones: Materials, rng: np.random.Generator) -> Singles:
    turn = rng.random() * np.pi
    x = places[:, 0] * np.cos(turn) + places[:, 2] * np.sin(turn)
    z = places[:, 2] * np.cos(turn) - places[:, 0] * np.sin(turn)
    base, other = linear(_tones(1, rng))[0] * 0.8 + 0.05, tones.colour[0]
    lattice = tones.lattice
    # Patterns that are finer than pixels far away fade out instead of flickering.
    near = (1.0 / (1.0 + 0.02 * (x * x + z * z)))[:, None]
    kind = rng.random()
    if kind < 0.4:  # planks
        wide = rng.uniform(0.12, 0.4)
        row = np.floor(x / wide).astype(np.int64)
        piece = np.floor(z / (6 * wide) + lattice[row % LATTICE, 0, 0]).astype(np.int64)
        share = lattice[row % LATTICE, piece % LATTICE, 1][:, None]
        seam = (np.abs(x / wide - row - 0.5) > 0.47)[:, None] * 0.5
        result = other * (1 - rng.uniform(0.2, 0.6) * share * near) * (1 - seam * near)
    elif kind < 0.6:  # tiles
        wide = rng.uniform(0.3, 0.9)
        joint = (np.abs(x / wide % 1 - 0.5) > 0.47) | (np.abs(z / wide % 1 - 0.5) > 0.47)
        chess = ((np.floor(x / wide) + np.floor(z / wide)) % 2)[:, None] * rng.choice([0.0, 0.0, 0.6])
        result = base * (1 - chess * near) * (1 - 0.4 * joint[:, None] * near)
    else:  # carpet, stone
        value = noise(lattice, (places * np.float32(rng.uniform(1.0, 20.0))).astype(np.float32))[:, None]
        result = base * (1 - rng.uniform(0.0, 0.6) * value * near)
    if rng.random() < 0.3:  # a rug
        wide, long = rng.uniform(0.8, 2.2, 2)
        inside = (np.abs(x) < wide) & (np.abs(z) < long) if rng.random() < 0.6 else (x / wide) ** 2 + (z / long) ** 2 < 1
        result = np.where(inside[:, None], tones.albedo(places, np.full(len(places), 1)), result)
    drawn: Singles = result.astype(np.float32)
    return drawn


def _wall(places: Singles, normal: Singles, height: float, tones: Materials, rng: np.random.Generator) -> Singles:
    colour = linear(_tones(1, rng))[0] * 0.6 + 0.25
    result = np.broadcast_to(colour, places.shape).copy()
    along = places[:, 0] * normal[:, 2] - places[:, 2] * normal[:, 0]
    up = places[:, 1] - height
    if rng.random() < 0.25:  # wallpaper
        pattern = tones.albedo(places, np.full(len(places), 2))
        result = 0.7 * result + 0.3 * pattern
    for _ in range(int(rng.integers(0, 5))):  # frames, windows, doors, shelves
        wide, tall = rng.uniform(0.15, 0.9, 2)
        middle, low = rng.uniform(-2.5, 2.5), rng.uniform(0.0, 1.8)
        inside = (np.abs(along - middle) < wide) & (up > low) & (up < low + 2 * tall)
        border = inside & ((np.abs(along - middle) > wide - 0.06) | (up < low + 0.06) | (up > low + 2 * tall - 0.06))
        inner, outer = linear(_tones(2, rng))
        result[inside] = inner
        result[border] = outer
    if rng.random() < 0.6:
        result[up < rng.uniform(0.05, 0.2)] = linear(_tones(1, rng))[0] * 0.5 + 0.4
    return result.astype(np.float32)
