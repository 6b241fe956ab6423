"""Parts that many kinds of furniture share: slabs, rods, legs, cushions, bent boards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.grammar.furniture import Parameters
from engine.data.grammar.primitives import Box, Floats, Lathe, Placed, Prism, Tube, along, turned

Point = tuple[float, float, float]
Flat = tuple[tuple[float, float], ...]

#: Outlines of half a turned leg from the floor up: share of the height, share of the radius.
TURNINGS: tuple[tuple[tuple[float, float], ...], ...] = (
    (
        (0, 0.55),
        (0.08, 0.6),
        (0.12, 0.95),
        (0.16, 0.6),
        (0.5, 1.0),
        (0.7, 0.6),
        (0.74, 1.0),
        (0.78, 0.65),
        (0.82, 1.0),
        (1, 1.0),
    ),
    ((0, 0.8), (0.1, 1.0), (0.2, 0.55), (0.45, 0.75), (0.55, 1.0), (0.62, 0.6), (0.8, 0.9), (1, 1.0)),
    ((0, 0.5), (0.3, 0.7), (0.6, 1.0), (0.75, 0.7), (0.8, 1.0), (1, 0.9)),
)


def slab(label: str, size: Point, at: Point, radius: float = 0.0, turn: Floats | None = None) -> Placed:
    """A box of this full size around `at`."""
    half = tuple(side / 2 for side in size)
    return Placed(Box((half[0], half[1], half[2]), min(radius, 0.98 * min(half))), label, at, turn)


def disc(label: str, radius: float, height: float, at: Point, rounding: float = 0.0, top: float | None = None) -> Placed:
    """An upright cylinder, or a frustum with another radius at the top, around `at`."""
    soft = min(rounding, 0.45 * height, 0.9 * radius)
    low, high, half = radius - soft, (radius if top is None else top) - soft, height / 2 - soft
    return Placed(Lathe(((0, -half), (low, -half), (max(high, 0), half), (0, half)), soft), label, at)


def rod(label: str, start: Point, end: Point, radius: float, tip: float | None = None, sides: str = "round") -> Placed:
    """A straight bar from `start` to `end`, round or square, with another radius at the end if asked for."""
    a, b = np.asarray(start, np.float64), np.asarray(end, np.float64)
    length, turn = float(np.linalg.norm(b - a)), along(b - a)
    middle = tuple(float(v) for v in (a + b) / 2)
    if sides == "square":
        thin = radius if tip is None else (radius + tip) / 2
        return Placed(Box((thin, length / 2, thin), 0.15 * thin), label, (middle[0], middle[1], middle[2]), turn)
    last = radius if tip is None else tip
    outline = ((0.0, -length / 2), (radius, -length / 2), (last, length / 2), (0.0, length / 2))
    return Placed(Lathe(outline), label, (middle[0], middle[1], middle[2]), turn)


def tube(label: str, path: Sequence[Point], radius: float) -> Placed:
    """A round rod along a chain of points."""
    middle = np.mean(np.asarray(path, np.float64), axis=0)
    own = tuple((x - middle[0], y - middle[1], z - middle[2]) for x, y, z in path)
    return Placed(Tube(own, radius), label, (float(middle[0]), float(middle[1]), float(middle[2])))


def side_cut(label: str, outline: Flat, width: float, at: Point = (0, 0, 0), radius: float = 0.0) -> Placed:
    """A shape given by its outline seen from the side, (z, y), drawn out over a width along x."""
    return Placed(Prism(tuple((-z, y) for z, y in outline), width / 2, radius), label, at, turned(y=90))


def plan_cut(label: str, outline: Flat, height: float, at: Point = (0, 0, 0), radius: float = 0.0) -> Placed:
    """A shape given by its outline seen from above, (x, z), drawn out over a height."""
    return Placed(Prism(outline, height / 2, radius), label, at, turned(x=90))


def front_cut(
    label: str, outline: Flat, depth: float, at: Point = (0, 0, 0), radius: float = 0.0, turn: Floats | None = None
) -> Placed:
    """A shape given by its outline seen from the front, (x, y), drawn out over a depth along z."""
    return Placed(Prism(outline, depth / 2, radius), label, at, turn)


def ribbon(path: Sequence[tuple[float, float]], thickness: float) -> Flat:
    """Outline of a band of this thickness along a chain of points in the plane."""
    line = np.asarray(path, np.float64)
    way = np.gradient(line, axis=0)
    normal = np.column_stack([-way[:, 1], way[:, 0]])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    both = np.concatenate([line + normal * thickness / 2, (line - normal * thickness / 2)[::-1]])
    return tuple((float(x), float(y)) for x, y in both)


def arc(
    radius: float, start: float, end: float, count: int = 9, centre: tuple[float, float] = (0, 0)
) -> list[tuple[float, float]]:
    """Points on a circle from `start` to `end` degrees, counted from the x axis towards the y axis of the plane."""
    angles = np.radians(np.linspace(start, end, count))
    return [(centre[0] + radius * float(np.cos(a)), centre[1] + radius * float(np.sin(a))) for a in angles]


def rounded(width: float, depth: float, corner: float, count: int = 4) -> Flat:
    """Outline of a rectangle with round corners around the origin; an ellipse-like shape for large corners."""
    corner = min(corner, 0.499 * width, 0.499 * depth)
    x, y = width / 2 - corner, depth / 2 - corner
    points: list[tuple[float, float]] = []
    for sx, sy, start in ((1, 1, 0), (-1, 1, 90), (-1, -1, 180), (1, -1, 270)):
        points += arc(corner, start, start + 90, count, (sx * x, sy * y))
    return tuple(points)


def oval(width: float, depth: float, power: float = 2.0, count: int = 20) -> Flat:
    """Outline of an ellipse (power 2) or of something squarer around the origin."""
    angles = np.arange(count) * 2 * np.pi / count
    c, s = np.cos(angles), np.sin(angles)
    x = np.sign(c) * np.abs(c) ** (2 / power) * width / 2
    y = np.sign(s) * np.abs(s) ** (2 / power) * depth / 2
    return tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))


def pillow(label: str, size: Point, at: Point, softness: float, turn: Floats | None = None) -> Placed:
    """A cushion: a box whose edges are as round as `softness` in (0, 1] says."""
    return slab(label, size, at, softness * 0.49 * min(size), turn)


def turned_leg(label: str, foot: Point, height: float, radius: float, kind: int) -> Placed:
    """A leg made on a lathe, from the floor up; `kind` chooses one of `TURNINGS`."""
    steps = TURNINGS[kind % len(TURNINGS)]
    outline = ((0.0, 0.0), *((radius * r, height * h) for h, r in steps), (0.0, height))
    return Placed(Lathe(outline), label, foot)


def four_legs(
    p: Parameters, width: float, depth: float, top: float, thick: tuple[float, float], label: str = "leg"
) -> tuple[str, list[Placed]]:
    """Four legs under a rectangle, all alike, with what may join them.

    Args:
        p: parameters; asks for leg_style, leg_radius, leg_splay, leg_inset, leg_turning, stretcher.
        width: distance between the outer sides of the legs along x, at the top.
        depth: the same along z.
        top: height at which they end.
        thick: least and largest radius.
        label: of the legs.

    Returns:
        a word for the caption, and the parts.
    """
    style = p.pick("leg_style", {"square": 3, "round": 2, "tapered": 2, "turned": 1.5, "hairpin": 0.4, "blade": 0.5})
    radius = p.number("leg_radius", *thick)
    splay = p.number("leg_splay", 0, 0.16) if p.flag("leg_splayed", 0.4) else 0.0
    inset = p.number("leg_inset", 0, 0.22)
    turning = p.count("leg_turning", 0, len(TURNINGS) - 1)
    stretcher = p.pick("stretcher", {"none": 4, "sides": 1, "box": 1, "h": 1})
    x, z = max(width / 2 - radius - inset * width / 2, radius), max(depth / 2 - radius - inset * depth / 2 * 0.6, radius)
    spread = splay * top
    parts: list[Placed] = []
    for sx in (-1, 1):
        for sz in (-1, 1):
            head, foot = (sx * x, top, sz * z), (sx * (x + spread), 0.0, sz * (z + spread))
            if style == "square":
                parts.append(rod(label, foot, head, radius, sides="square"))
            elif style == "round":
                parts.append(rod(label, foot, head, radius))
            elif style == "tapered":
                parts.append(rod(label, foot, head, 0.55 * radius, 1.1 * radius))
            elif style == "turned":
                parts.append(turned_leg(label, (head[0], 0.0, head[2]), top, radius, turning))
            elif style == "hairpin":
                thin = max(0.006, radius * 0.35)
                spot = (sx * (x + 0.5 * spread), 0.0, sz * (z + 0.5 * spread))
                parts += [
                    tube(
                        label,
                        ((head[0] - sx * 3 * radius, top, head[2]), spot, (head[0], top, head[2] - sz * 3 * radius)),
                        thin,
                    )
                ]
            else:
                parts.append(
                    slab(
                        label,
                        (0.6 * radius, top, min(6 * radius, z)),
                        (head[0], top / 2, sz * (z - min(3 * radius, z / 2))),
                        0.1 * radius,
                    )
                )
    if style not in ("hairpin", "blade") and stretcher != "none":
        height = top * p.number("stretcher_height", 0.12, 0.5)
        there = spread * (1 - height / top) if style != "turned" else 0.0
        a, c, thin = x + there, z + there, 0.55 * radius
        if stretcher in ("sides", "box", "h"):
            parts += [rod("stretcher", (sx * a, height, -c), (sx * a, height, c), thin) for sx in (-1, 1)]
        if stretcher == "box":
            parts += [rod("stretcher", (-a, height, sz * c), (a, height, sz * c), thin) for sz in (-1, 1)]
        if stretcher == "h":
            parts.append(rod("stretcher", (-a, height, 0), (a, height, 0), thin))
    return style, parts


def pedestal(p: Parameters, top: float, spread: float) -> tuple[str, list[Placed]]:
    """One column on a foot.

    Args:
        p: asks for foot, column_radius, column_turned, foot_radius, foot_height, foot_arms.
        top: height at which the column ends.
        spread: largest radius of the foot.
    """
    foot = p.pick("foot", {"disc": 2, "trumpet": 1.5, "star": 2, "cross": 1})
    thin = p.number("column_radius", 0.012, 0.05)
    wide = spread * p.number("foot_radius", 0.7, 1.0)
    height = p.number("foot_height", 0.012, 0.05)
    arms = p.count("foot_arms", 3, 6)
    curved = p.flag("column_turned", 0.25)
    parts: list[Placed] = []
    base = 0.0
    if foot == "disc":
        parts.append(disc("foot", wide, height, (0, height / 2, 0), 0.3 * height, top=wide * 0.9))
    elif foot == "trumpet":
        bell = (
            (0.0, 0.0),
            (wide, 0.0),
            (wide, 0.008),
            (0.55 * wide, 0.06 * top),
            (0.25 * wide, 0.18 * top),
            (max(thin, 0.12 * wide), 0.4 * top),
            (thin, 0.6 * top),
            (0.0, 0.6 * top),
        )
        parts.append(Placed(Lathe(bell), "foot"))
    else:
        castors = foot == "star" and p.flag("castors", 0.6)
        base = 0.05 if castors else 0.0
        for k in range(arms if foot == "star" else 4):
            angle = 2 * np.pi * k / (arms if foot == "star" else 4) + (np.pi / 2 if foot == "star" else np.pi / 4)
            end = (wide * float(np.cos(angle)), base + height * 0.6, wide * float(np.sin(angle)))
            parts.append(rod("foot", (0.0, base + 1.8 * height, 0.0), end, 0.8 * height, 0.5 * height))
            if castors:
                parts.append(disc("castor", 0.024, 0.05, (end[0], 0.025, end[2]), 0.015))
    start = base
    if curved:
        parts.append(turned_leg("column", (0.0, start, 0.0), top - start, 2.2 * thin, p.count("column_turning", 0, 2)))
    else:
        parts.append(disc("column", thin, top - start, (0.0, (top + start) / 2, 0.0)))
    return f"{foot} foot", parts
