"""Lamps: on tables, floors, ceilings and walls, on streets; lanterns and chandeliers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import Point, disc, rod, slab, tube, turned_leg
from engine.data.grammar.primitives import Lathe, Placed, along


def lamp(p: Parameters) -> Furniture:
    """One lamp."""
    kind = p.pick(
        "kind",
        {
            "table": 4,
            "desk": 2,
            "floor": 1.5,
            "pendant": 2,
            "street": 1.5,
            "lantern": 1.5,
            "chandelier": 1,
            "spots": 0.8,
            "ceiling": 0.6,
        },
    )
    makers = {
        "table": _standing, "floor": _standing, "desk": _desk, "pendant": _pendant, "street": _street,
        "lantern": _lantern, "chandelier": _chandelier, "spots": _spots, "ceiling": _ceiling,
    }  # fmt: skip
    words, parts = makers[kind](p)
    return Furniture("lamp", words, p.values, tuple(parts))


def _shade(p: Parameters, radius: float, middle: Point, height: float, label: str = "shade") -> Placed:
    """A hollow or solid shade around `middle`; solid ones are what scanned and downloaded lamps mostly have."""
    shape = p.pick("shade_shape", {"cone": 4, "drum": 2, "dome": 1.5, "bell": 1, "ball": 1, "bowl": 0.6})
    top = radius * p.number("shade_top", 0.25, 0.85)
    wall = p.number("shade_wall", 0.01, 0.05) * radius + 0.002
    half = height / 2
    if shape == "ball":
        angles = np.radians(np.linspace(-90, 90, 13))
        return Placed(
            Lathe(tuple((max(0.0, radius * float(np.cos(a))), half * float(np.sin(a))) for a in angles)), label, middle
        )
    if shape in ("dome", "bowl"):
        angles = np.radians(np.linspace(0, 90, 9))
        sign = 1 if shape == "dome" else -1
        outer = [(radius * float(np.cos(a)), sign * (2 * half * float(np.sin(a)) - half)) for a in angles]
        inner = [
            ((radius - wall) * float(np.cos(a)), sign * ((2 * half - wall) * float(np.sin(a)) - half)) for a in angles[::-1]
        ]
    elif shape == "bell":
        share = np.linspace(0, 1, 7)
        outer = [(float(radius + (top - radius) * s**0.5), float(-half + 2 * half * s)) for s in share]
        inner = [(r - wall, y) for r, y in outer[::-1]]
    else:
        upper = top if shape == "cone" else radius
        outer, inner = [(radius, -half), (upper, half)], [(upper - wall, half), (radius - wall, -half)]
    if p.flag("solid_shade", 0.45) and shape not in ("dome", "bowl"):
        return Placed(Lathe(((0.0, outer[0][1]), *outer, (0.0, outer[-1][1]))), label, middle)
    clean = [(max(r, 0.0), y) for r, y in (*outer, *inner)]
    return Placed(Lathe(tuple(clean)), label, middle)


def _standing(p: Parameters) -> tuple[str, list[Placed]]:
    tall = p.values["kind"] == "floor"
    height = p.number("height", 1.2, 1.8) if tall else p.number("table_height", 0.25, 0.75)
    radius = height * (p.number("shade_radius", 0.06, 0.17) if tall else p.number("table_shade_radius", 0.14, 0.42))
    shade = height * (p.number("shade_height", 0.08, 0.25) if tall else p.number("table_shade_height", 0.18, 0.5))
    stem = height - shade * p.number("shade_overlap", 0.4, 1.0)
    base = p.pick("base", {"disc": 3, "turned": 2, "jar": 1.5, "square": 1, "tripod": 0.8})
    wide = radius * p.number("base_width", 0.4, 0.95)
    thin = height * p.number("stem_radius", 0.006, 0.025)
    foot = height * p.number("foot_height", 0.015, 0.06)
    parts = [disc("stem", thin, stem, (0, stem / 2, 0))]
    if base == "disc":
        parts.append(disc("foot", wide, foot, (0, foot / 2, 0), 0.3 * foot, top=wide * p.number("foot_top", 0.3, 1.0)))
    elif base == "turned":
        parts.append(disc("foot", wide, foot, (0, foot / 2, 0), 0.2 * foot))
        parts.append(
            turned_leg(
                "stem", (0, foot, 0), stem - foot, wide * p.number("stem_body", 0.25, 0.7), p.count("stem_turning", 0, 2)
            )
        )
    elif base == "jar":
        body, neck = wide, p.number("neck", 0.25, 0.6) * wide
        share = np.linspace(0, 1, 9)
        swell = p.number("swell", 0.25, 0.75)
        side = [(float(neck + (body - neck) * np.exp(-(((s - swell) / 0.28) ** 2))), float(0.75 * stem * s)) for s in share]
        parts.append(Placed(Lathe(((0.0, 0.0), *side, (0.0, 0.75 * stem))), "body"))
    elif base == "square":
        parts.append(slab("foot", (1.6 * wide, foot, 1.6 * wide), (0, foot / 2, 0), 0.1 * foot))
        parts.append(
            slab("stem", (0.9 * wide, stem * 0.6, 0.9 * wide), (0, 0.3 * stem, 0), 0.002)
            if p.flag("block", 0.4)
            else disc("stem", 1.6 * thin, stem, (0, stem / 2, 0))
        )
    else:
        for k in range(3):
            a = 2 * np.pi * k / 3 + np.pi / 2
            parts.append(
                rod("foot", (1.3 * wide * float(np.cos(a)), 0, 1.3 * wide * float(np.sin(a))), (0, 0.6 * stem, 0), thin)
            )
    parts.append(_shade(p, radius, (0, height - shade / 2, 0), shade))
    if p.flag("finial", 0.3):
        parts.append(disc("finial", 1.5 * thin, 0.04 * height, (0, height + 0.01 * height, 0), thin))
    return f"a {'floor' if tall else 'table'} lamp on a {base} base", parts


def _desk(p: Parameters) -> tuple[str, list[Placed]]:
    radius, foot = p.number("foot_radius", 0.06, 0.13), p.number("foot_height", 0.01, 0.05)
    thin, bent = p.number("arm_radius", 0.004, 0.012), p.flag("bent", 0.5)
    lower, upper = p.number("lower_arm", 0.2, 0.45), p.number("upper_arm", 0.15, 0.45)
    lean, nod = np.radians(p.number("lower_lean", -30, 35)), np.radians(p.number("upper_lean", 30, 110))
    joint = np.array([lower * np.sin(-lean), foot + lower * np.cos(lean), 0.0])
    end = joint + upper * np.array([np.sin(nod), np.cos(nod), 0.0])
    parts = [disc("foot", radius, foot, (0, foot / 2, 0), 0.4 * foot)]
    if bent:
        bow = [(0.0, foot, 0.0)]
        for s in np.linspace(0.1, 1, 10):
            spot = (1 - s) ** 2 * np.array([0, foot, 0]) + 2 * s * (1 - s) * (joint + np.array([0, 0.1, 0])) + s * s * end
            bow.append((float(spot[0]), float(spot[1]), float(spot[2])))
        parts.append(tube("arm", bow, thin))
    else:
        parts += [rod("arm", (0, foot, 0), _point(joint), thin), rod("arm", _point(joint), _point(end), thin)]
        parts.append(disc("joint", 2 * thin, 4 * thin, _point(joint), thin))
    head, length = p.number("head_radius", 0.04, 0.11), p.number("head_length", 0.06, 0.18)
    way = np.array([np.sin(p.number("head_turn", -0.6, 0.9)), -1.0, 0.0])
    shade = _shade(p, head, (0, 0, 0), length)
    centre = end + 0.35 * length * way / np.linalg.norm(way)
    parts.append(Placed(shade.solid, "shade", _point(centre), along(-way)))
    return f"a desk lamp with a {'bent' if bent else 'jointed'} arm", parts


def _pendant(p: Parameters) -> tuple[str, list[Placed]]:
    radius, height = p.number("shade_radius", 0.12, 0.35), p.number("shade_height", 0.1, 0.5)
    cord, thin = p.number("cord", 0.05, 0.9), p.number("cord_radius", 0.003, 0.012)
    count = p.count("lights", 1, 3) if p.flag("several", 0.25) else 1
    gap = 2.4 * radius
    parts = []
    for k in range(count):
        x = (k - (count - 1) / 2) * gap
        parts.append(_shade(p, radius, (x, height / 2, 0), height))
        parts.append(disc("cord", thin, cord + 0.5 * height, (x, height * 0.75 + cord / 2, 0)))
    top = height + cord
    parts.append(
        slab("mount", (max(gap * (count - 1), 0.05), 0.02, 0.05), (0, top, 0))
        if count > 1
        else disc("mount", 0.05, 0.025, (0, top, 0), 0.005)
    )
    return f"a pendant lamp with {'one light' if count == 1 else f'{count} lights'}", parts


def _street(p: Parameters) -> tuple[str, list[Placed]]:
    height, thin = p.number("height", 2.2, 4.5), p.number("post_radius", 0.03, 0.09)
    parts = [disc("post", thin, height, (0, height / 2, 0), top=thin * p.number("post_top", 0.5, 1.0))]
    parts.append(disc("foot", thin * p.number("foot_width", 1.3, 3.5), height * 0.06, (0, height * 0.03, 0), 0.01))
    if p.flag("plinth", 0.4):
        parts.append(
            disc("foot", 1.7 * thin, height * p.number("plinth_height", 0.1, 0.3), (0, 0.1 * height, 0), 0.01, top=1.2 * thin)
        )
    head = p.pick("head", {"lantern": 2, "arm": 2, "flat": 1, "ball": 1})
    size = height * p.number("head_size", 0.06, 0.14)
    if head == "arm":
        reach, arms = height * p.number("arm_reach", 0.1, 0.4), p.count("arms", 1, 2)
        for side in (1, -1)[:arms]:
            parts.append(
                tube(
                    "arm",
                    ((0, height * 0.95, 0), (side * 0.3 * reach, height * 1.03, 0), (side * reach, height * 1.04, 0)),
                    0.6 * thin,
                )
            )
            parts.append(
                slab("head", (1.6 * size, 0.4 * size, 0.8 * size), (side * (reach + 0.5 * size), height * 1.03, 0), 0.15 * size)
            )
    elif head == "flat":
        parts.append(slab("head", (1.2 * size, 0.35 * size, 1.2 * size), (0, height, 0), 0.05 * size))
    elif head == "ball":
        parts.append(disc("head", size, 2 * size, (0, height + 0.8 * size, 0), 0.85 * size))
    else:
        parts += _lantern_head(p, size, height)
    return f"a street lamp with a {head} head", parts


def _lantern_head(p: Parameters, size: float, height: float) -> list[Placed]:
    tall = size * p.number("lantern_height", 1.2, 2.2)
    sides = p.flag("square_lantern", 0.5)
    parts = [
        slab("head", (1.2 * size, tall, 1.2 * size), (0, height + tall / 2, 0)) if sides
        else disc("head", 0.55 * size, tall, (0, height + tall / 2, 0), top=0.85 * size)
    ]  # fmt: skip
    roof = 0.5 * size
    parts.append(disc("roof", size, roof, (0, height + tall + roof / 2, 0), top=0.15 * size))
    return parts


def _lantern(p: Parameters) -> tuple[str, list[Placed]]:
    """Garden and camping lanterns: stacked stages with roofs."""
    stages, wide = p.count("stages", 2, 5), p.number("width", 0.18, 0.5)
    square = p.flag("square", 0.5)
    parts: list[Placed] = []
    up = 0.0
    for k in range(stages):
        size = wide * p.number(f"stage_{k}_width", 0.35, 1.0)
        tall = p.number(f"stage_{k}_height", 0.05, 0.35) * (1 if k % 2 else 0.6)
        taper = p.number(f"stage_{k}_taper", 0.5, 1.1)
        if square and taper > 0.8:
            parts.append(slab("stage", (size, tall, size), (0, up + tall / 2, 0), 0.01))
        else:
            parts.append(disc("stage", size / 2, tall, (0, up + tall / 2, 0), 0.0, top=size * taper / 2))
        up += tall
    roof = p.number("roof_height", 0.04, 0.2)
    parts.append(disc("roof", wide * p.number("roof_width", 0.4, 0.75), roof, (0, up + roof / 2, 0), top=0.06 * wide))
    if p.flag("handle", 0.3):
        bow = [
            (0.4 * wide * float(np.cos(a)), up + 0.5 * wide * float(np.sin(a)), 0.0) for a in np.radians(np.linspace(0, 180, 9))
        ]
        parts.append(tube("handle", bow, 0.008))
    if p.flag("chain", 0.25):
        parts.append(disc("chain", 0.012, 0.6, (0, up + roof + 0.25, 0)))
    return f"a {'square' if square else 'round'} lantern", parts


def _chandelier(p: Parameters) -> tuple[str, list[Placed]]:
    arms, reach = p.count("arms", 3, 10), p.number("reach", 0.2, 0.5)
    drop, thin = p.number("drop", 0.05, 0.25), p.number("arm_radius", 0.005, 0.014)
    stem, body = p.number("stem", 0.2, 0.8), p.number("body_radius", 0.02, 0.08)
    parts = [
        disc("stem", 1.2 * thin, stem, (0, stem / 2, 0)),
        turned_leg("stem", (0, -0.12, 0), 0.3, body, p.count("stem_turning", 0, 2)),
    ]
    head, high = p.number("shade_radius", 0.015, 0.09), p.number("shade_height", 0.05, 0.16)
    for k in range(arms):
        a = 2 * np.pi * k / arms
        c, s = float(np.cos(a)), float(np.sin(a))
        path = [
            (0.0, 0.0, 0.0),
            (0.5 * reach * c, -drop, 0.5 * reach * s),
            (0.9 * reach * c, -0.7 * drop, 0.9 * reach * s),
            (reach * c, 0.0, reach * s),
        ]
        parts.append(tube("arm", path, thin))
        parts.append(disc("shade", head, high, (reach * c, high / 2, reach * s), top=head * p.number("shade_taper", 0.4, 1.6)))
    parts.append(disc("mount", 0.06, 0.03, (0, stem, 0), 0.005))
    return f"a chandelier with {arms} arms", parts


def _spots(p: Parameters) -> tuple[str, list[Placed]]:
    length, thin, count = p.number("rail", 0.3, 1.2), p.number("rail_radius", 0.008, 0.025), p.count("spots", 1, 5)
    parts = [rod("rail", (-length / 2, 0, 0), (length / 2, 0, 0), thin, sides="square")]
    size, long = p.number("spot_radius", 0.025, 0.07), p.number("spot_length", 0.08, 0.18)
    for x in (np.arange(count) + 0.5) * length / count - length / 2:
        way = np.array([p.number("turn_x", -0.8, 0.8), -1.0, p.number("turn_z", -0.3, 1.0)])
        start = np.array([float(x), -0.05, 0.0])
        parts.append(rod("spot", _point(start), _point(start + long * way / np.linalg.norm(way)), 0.7 * size, size))
        parts.append(rod("arm", (float(x), 0, 0), _point(start), 0.006))
    return f"a rail with {count} spots", parts


def _ceiling(p: Parameters) -> tuple[str, list[Placed]]:
    wide, tall = p.number("width", 0.2, 1.3), p.number("height", 0.04, 0.14)
    if p.flag("long", 0.4):
        parts = [slab("body", (wide, 0.5 * tall, 0.12), (0, 0.75 * tall, 0), 0.005)]
        parts += [rod("tube", (-0.48 * wide, 0.3 * tall, z), (0.48 * wide, 0.3 * tall, z), 0.25 * tall) for z in (-0.03, 0.03)]
        return "a long ceiling light", parts
    radius, lip = 0.5 * min(wide, 0.6), p.number("lip", 0.0, 0.5)
    outline = ((0.0, 0.0), (radius * 0.6, 0.12 * tall), (radius, (0.3 + lip) * tall), (radius, tall), (0.0, tall))
    return "a round ceiling light", [Placed(Lathe(outline), "body")]


def _point(values: NDArray[np.float64]) -> Point:
    return float(values[0]), float(values[1]), float(values[2])
