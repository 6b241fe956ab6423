"""Sofas: two to four seats, corner sofas, couches with rolled arms, frames with cushions."""

from __future__ import annotations

import numpy as np

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import pillow, rod, slab
from engine.data.grammar.primitives import Placed, turned


def sofa(p: Parameters) -> Furniture:
    """One sofa."""
    seats = p.count("seats", 1, 4)
    each = p.number("seat_width", 0.5, 0.75)
    arm = p.number("arm_width", 0.06, 0.3)
    inner = each * max(seats, 2) if not p.flag("love_seat", 0.1) else each * 1.6
    width, depth = inner + 2 * arm, p.number("depth", 0.7, 1.05)
    feet, seat = p.number("foot_height", 0.0, 0.16), p.number("seat_height", 0.34, 0.48)
    arm_up, back_up = p.number("arm_height", 0.05, 0.32), p.number("back_height", 0.24, 0.55)
    back, lean = p.number("back_depth", 0.1, 0.28), p.number("back_lean", 0, 16)
    soft, thick = p.number("softness", 0.1, 1.0), p.number("cushion_height", 0.1, 0.2)
    kind = p.pick("kind", {"box": 4, "frame": 1})
    corner = p.pick("corner", {"none": 6, "left": 1, "right": 1})
    words = "sofa with a wooden frame" if kind == "frame" else "sofa"
    parts: list[Placed] = []
    low = seat - thick
    if kind == "box":
        parts.append(
            slab("base", (width * 0.99, max(low - feet, 0.05), depth * 0.98), (0, feet + max(low - feet, 0.05) / 2, 0), 0.015)
        )
    else:
        thin = p.number("frame_radius", 0.015, 0.04)
        parts.append(slab("frame", (width, 2 * thin, depth), (0, low - thin, 0), 0.004))
        parts += [
            rod(
                "foot",
                (sx * (width / 2 - thin), 0, sz * (depth / 2 - thin)),
                (sx * (width / 2 - thin), low, sz * (depth / 2 - thin)),
                thin,
                sides="square",
            )
            for sx in (-1, 1)
            for sz in (-1, 1)
        ]
    parts += _cushions(p, (inner, depth - back, thick), (seat, back), seats, soft)
    parts += _back(p, (width, inner, depth), (feet if kind == "box" else low, seat, back_up), (back, lean), seats, soft)
    armless = p.flag("armless", 0.08)
    if not armless:
        parts += _arms(p, width, depth, arm, (feet if kind == "box" else low - 0.02, seat + arm_up), soft)
    if corner != "none":
        side = -1 if corner == "left" else 1
        long, wide = p.number("corner_length", 0.4, 1.3), each * p.number("corner_width", 0.9, 1.3)
        x, z = side * (width / 2 - wide / 2), depth / 2 + long / 2
        parts.append(slab("base", (wide, max(low - feet, 0.05), long), (x, feet + max(low - feet, 0.05) / 2, z), 0.015))
        parts.append(pillow("cushion", (0.98 * wide, thick, long), (x, seat - thick / 2, z), soft))
        if p.flag("corner_back", 0.6):
            high = seat + back_up - feet
            parts.append(pillow("back", (back, high, long), (side * (width / 2 - back / 2), feet + high / 2, z), 0.5 * soft))
        words = "corner sofa"
    if feet > 0.02 and kind == "box":
        thin, round_ = p.number("foot_radius", 0.012, 0.04), p.flag("round_feet", 0.4)
        tall = feet + 0.04
        for sx in (-1, 1):
            for sz in (-1, 1):
                parts.append(
                    rod(
                        "foot",
                        (sx * 0.46 * width, 0, sz * 0.43 * depth),
                        (sx * 0.45 * width, tall, sz * 0.42 * depth),
                        0.7 * thin,
                        thin,
                        "round" if round_ else "square",
                    )
                )
    return Furniture(
        "sofa",
        f"a {words} with {'soft' if soft > 0.55 else 'firm'} cushions{', without arms' if armless else ''}",
        p.values,
        tuple(parts),
    )


def _cushions(
    p: Parameters, size: tuple[float, float, float], at: tuple[float, float], seats: int, soft: float
) -> list[Placed]:
    (inner, deep, thick), (seat, back) = size, at
    if p.flag("one_cushion", 0.3):
        return [pillow("cushion", (inner, thick, deep), (0, seat - thick / 2, back / 2), soft)]
    count = max(seats, 2)
    wide = inner / count
    places = (np.arange(count) + 0.5) * wide - inner / 2
    return [pillow("cushion", (0.99 * wide, thick, deep), (float(x), seat - thick / 2, back / 2), soft) for x in places]


def _back(
    p: Parameters,
    sizes: tuple[float, float, float],
    heights: tuple[float, float, float],
    lean: tuple[float, float],
    seats: int,
    soft: float,
) -> list[Placed]:
    (width, inner, depth), (feet, seat, up), (back, angle) = sizes, heights, lean
    high = seat + up - feet
    tilt = turned(x=-angle)
    shift = float(np.tan(np.radians(angle)))
    wide = width if p.flag("wide_back", 0.6) else inner
    z = -depth / 2 + back / 2
    parts = [pillow("back", (wide, high, back), (0, feet + high / 2, z - shift * high / 2), 0.5 * soft, tilt)]
    if p.flag("camel", 0.12):
        parts.append(pillow("back", (0.5 * wide, high * 0.3, back), (0, feet + high, z - shift * high), 0.8, tilt))
    if p.flag("rolled_back", 0.2):
        top = feet + high
        parts.append(rod("back", (-wide / 2, top, z - shift * high), (wide / 2, top, z - shift * high), 0.55 * back))
    if p.flag("back_cushions", 0.55):
        count, tall, thick = max(seats, 2), up * p.number("back_cushion_height", 0.75, 1.1), p.number("back_cushion", 0.08, 0.2)
        for x in (np.arange(count) + 0.5) * inner / count - inner / 2:
            middle = (float(x), seat + tall / 2 - 0.01, -depth / 2 + back + thick / 2 - 0.02 - shift * (up / 2))
            parts.append(pillow("cushion", (0.98 * inner / count, tall, thick), middle, max(soft, 0.5), tilt))
    loose = p.count("loose_cushions", 0, 2) if p.flag("loose", 0.2) else 0
    for k in range(loose):
        side = p.number("loose_size", 0.3, 0.45)
        at = ((-1) ** k * 0.32 * inner, seat + 0.45 * side, -depth / 2 + back + 0.12)
        parts.append(pillow("cushion", (side, side, 0.12), at, 1.0, turned(x=-20, z=8 * (-1) ** k)))
    return parts


def _arms(p: Parameters, width: float, depth: float, arm: float, heights: tuple[float, float], soft: float) -> list[Placed]:
    style = p.pick("arm_style", {"box": 4, "rolled": 2, "slim": 1, "bolster": 0.7})
    low, top = heights
    deep = depth * p.number("arm_depth", 0.75, 1.0)
    z = -(depth - deep) / 2
    parts: list[Placed] = []
    for side in (-1, 1):
        x = side * (width - arm) / 2
        if style == "slim":
            thin = min(0.03, arm / 2)
            parts.append(slab("arm", (2 * thin, 0.04, deep), (x, top, z), 0.01))
            parts += [
                rod("arm", (x, low, z + t * 0.45 * deep), (x, top, z + t * 0.45 * deep), thin, sides="square") for t in (-1, 1)
            ]
            continue
        tall = top - low - (0.3 * arm if style == "rolled" else 0)
        parts.append(
            slab(
                "arm",
                (arm * (0.75 if style == "rolled" else 1), tall, deep),
                (x, low + tall / 2, z),
                0.45 * soft * min(arm, deep, tall),
            )
        )
        if style == "rolled":
            parts.append(
                rod(
                    "arm",
                    (x + side * 0.1 * arm, top - 0.4 * arm, z - deep / 2),
                    (x + side * 0.1 * arm, top - 0.4 * arm, z + deep / 2),
                    0.52 * arm,
                )
            )
        elif style == "bolster":
            parts.append(pillow("cushion", (0.9 * arm, 0.1, 0.9 * deep), (x, top + 0.03, z), 1.0))
    return parts
