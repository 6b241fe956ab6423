"""Chairs: dining, bar, office, folding and deck chairs, shells and armchairs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from engine.data.grammar.chair_back import chair_back
from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import arc, four_legs, pedestal, pillow, plan_cut, ribbon, rod, rounded, side_cut, slab, tube
from engine.data.grammar.primitives import Placed, turned


def chair(p: Parameters) -> Furniture:
    """One chair."""
    kind = p.pick("kind", {"dining": 5, "arm": 2.5, "deck": 0.8, "shell": 2, "folding": 0.6})
    if kind == "arm":
        return _armchair(p)
    if kind == "deck":
        return _deck(p)
    if kind == "folding":
        return _folding(p)
    width, depth = p.number("seat_width", 0.36, 0.56), p.number("seat_depth", 0.36, 0.54)
    tall = p.flag("tall", 0.12)
    height = p.number("bar_height", 0.62, 0.8) if tall else p.number("seat_height", 0.36, 0.5)
    thick = p.number("seat_thickness", 0.018, 0.07)
    base, parts = _base(p, width, depth, height - thick, tall)
    parts += _seat(p, width, depth, height, thick)
    back, more = _shell(p, width, depth, height) if kind == "shell" else chair_back(p, width, depth, height)
    parts += more
    arms = _arms(p, width, depth, height, parts)
    words = "bar chair" if tall else "shell chair" if kind == "shell" else "chair"
    return Furniture("chair", f"a {words} with {back}, {base}{arms}", p.values, tuple(parts))


def _base(p: Parameters, width: float, depth: float, top: float, tall: bool) -> tuple[str, list[Placed]]:
    base = p.pick("base", {"legs": 7, "pedestal": 2, "sled": 1, "cantilever": 1})
    if base == "pedestal":
        return pedestal(p, top, 0.5 * max(width, depth) * p.number("pedestal_spread", 0.8, 1.25))
    if base == "legs":
        style, legs = four_legs(p, width, depth, top, (0.011, 0.03))
        if tall:
            ring = top * p.number("footrest", 0.25, 0.4)
            legs.append(rod("footrest", (-0.45 * width, ring, 0.45 * depth), (0.45 * width, ring, 0.45 * depth), 0.012))
        return f"{style} legs", legs
    thin = p.number("tube_radius", 0.008, 0.02)
    x, z = width / 2 - thin, depth / 2
    if base == "sled":
        line = [(top, 0.85 * z), (thin, z), (thin, -z), (top, -0.85 * z)]
    else:
        line = [(top, -z), (top, z), (0.92 * top, 1.06 * z), (0.1 * top, 1.06 * z), (thin, z), (thin, -z)]
    parts = [tube("frame", [(side * x, up, deep) for up, deep in line], thin) for side in (-1, 1)]
    parts.append(rod("frame", (-x, thin, -z), (x, thin, -z), thin))
    return f"a {base} frame", parts


def _seat(p: Parameters, width: float, depth: float, height: float, thick: float) -> list[Placed]:
    shape = p.pick("seat_shape", {"square": 4, "round": 1, "soft": 3, "dished": 1.5})
    corner = p.number("seat_corner", 0.05, 0.5)
    middle = (0.0, height - thick / 2, 0.0)
    if shape == "square":
        parts = [slab("seat", (width, thick, depth), middle, 0.3 * corner * thick)]
    elif shape == "round":
        parts = [plan_cut("seat", rounded(width, depth, 0.5 * min(width, depth)), thick, middle, 0.2 * thick)]
    elif shape == "soft":
        parts = [plan_cut("seat", rounded(width - thick * 0.6, depth - thick * 0.6, corner * 0.4), thick, middle, 0.3 * thick)]
    else:
        dip, z = p.number("seat_dip", 0.01, 0.05), depth / 2
        line = [
            (-z, height),
            (-0.5 * z, height - dip),
            (0.2 * z, height - dip),
            (0.8 * z, height - 0.2 * dip),
            (z, height - dip),
        ]
        parts = [side_cut("seat", ribbon(line, min(thick, 0.03)), width, radius=0.004)]
    if p.flag("cushion", 0.3):
        soft = p.number("cushion_height", 0.025, 0.08)
        parts.append(pillow("cushion", (0.92 * width, soft, 0.92 * depth), (0, height + soft / 2 - 0.005, 0), 0.8))
    if p.flag("apron", 0.35) and shape in ("square", "soft"):
        drop = p.number("apron_height", 0.03, 0.08)
        parts.append(slab("apron", (0.9 * width, drop, 0.9 * depth), (0, height - thick - drop / 2, 0), 0.003))
    return parts


def _shell(p: Parameters, width: float, depth: float, height: float) -> tuple[str, list[Placed]]:
    tall = p.number("shell_height", 0.22, 0.75)
    reach = p.number("shell_reach", 40, 115)
    thick = p.number("shell_thickness", 0.015, 0.09)
    lean = p.number("shell_lean", 0, 24)
    radius = width / 2
    squash = p.number("shell_round", 0.5, 1.1) * depth / width
    line = [(x, z * squash) for x, z in arc(radius, 270 - reach, 270 + reach, 13)]
    steps = p.count("shell_steps", 1, 3)
    parts = []
    for step in range(steps):  # higher rings reach less far round
        part = [(x, z) for x, z in line if abs(np.degrees(np.arctan2(x, -z))) <= reach * (1 - 0.28 * step)]
        if len(part) < 3:
            break
        piece = tall / steps
        bottom = height - 0.03 + step * piece
        cut = plan_cut(
            "back",
            ribbon(part, thick),
            piece + 0.01,
            (0, bottom + piece / 2, -np.tan(np.radians(lean)) * (step + 0.5) * piece),
            0.3 * thick,
        )
        parts.append(Placed(cut.solid, "back", cut.at, turned(x=-lean) @ turned(x=90)))
    return "a shell around the seat", parts


def _arms(p: Parameters, width: float, depth: float, height: float, parts: list[Placed]) -> str:
    style = p.pick("arms", {"none": 6, "posts": 2, "loops": 1, "tablet": 0.2})
    if style == "none":
        return ""
    up, thick = p.number("arm_height", 0.15, 0.27), p.number("arm_thickness", 0.01, 0.025)
    x, front = width / 2 + thick, depth / 2 * p.number("arm_reach", 0.3, 1.0)
    for side in (-1, 1) if style != "tablet" else (1,):
        if style == "loops":
            path = (
                (side * x, height - 0.02, front),
                (side * x, height + up, front * 0.9),
                (side * x, height + up, -depth / 2),
                (side * x * 0.95, height - 0.02, -depth / 2),
            )
            parts.append(tube("arm", path, thick))
            continue
        wide = p.number("arm_width", 0.03, 0.07) if style == "posts" else 0.3
        parts.append(
            slab(
                "arm",
                (wide, 1.5 * thick, front + depth / 2 + 0.03),
                (side * x, height + up, (front - depth / 2) / 2),
                0.4 * thick,
            )
        )
        parts.append(rod("arm", (side * x, height - 0.03, 0.8 * front), (side * x, height + up, 0.8 * front), 0.8 * thick))
    return ", a writing tablet" if style == "tablet" else " and arms"


def _armchair(p: Parameters) -> Furniture:
    """Upholstered: a block with arms and cushions."""
    width, depth = p.number("width", 0.62, 1.0), p.number("depth", 0.6, 0.95)
    seat, arm = p.number("seat_height", 0.3, 0.48), p.number("arm_width", 0.05, 0.26)
    arm_up, back_up = p.number("arm_height", 0.08, 0.32), p.number("back_height", 0.25, 0.75)
    back, lean = p.number("back_depth", 0.08, 0.26), p.number("back_lean", 0, 20)
    soft, feet = p.number("softness", 0.05, 1.0), p.number("foot_height", 0.0, 0.16)
    inner = width - 2 * arm
    parts = [slab("base", (width * 0.98, seat - feet - 0.1, depth * 0.96), (0, feet + (seat - feet - 0.1) / 2, 0), 0.03)]
    parts.append(pillow("cushion", (inner, 0.16, depth - back), (0, seat - 0.08, back / 2), soft))
    high = seat + back_up - feet
    tilt = turned(x=-lean)
    shift = np.tan(np.radians(lean)) * high / 2
    parts.append(
        pillow(
            "back",
            (width if p.flag("wide_back", 0.5) else inner, high, back),
            (0, feet + high / 2, -depth / 2 + back / 2 - shift),
            0.5 * soft,
            tilt,
        )
    )
    rolled = p.flag("rolled_arms", 0.35)
    for side in (-1, 1):
        x = side * (width - arm) / 2
        tall = seat + arm_up - feet
        parts.append(slab("arm", (arm, tall, depth), (x, feet + tall / 2, 0), 0.45 * soft * arm))
        if rolled:
            roll = arm * p.number("roll", 0.5, 0.75)
            parts.append(rod("arm", (x, seat + arm_up, -depth / 2), (x, seat + arm_up, depth / 2), roll))
        if p.flag("wings", 0.15):
            parts.append(pillow("wing", (0.5 * arm, 0.6 * back_up, 0.3 * depth), (x, seat + 0.65 * back_up, -0.3 * depth), 0.6))
    if p.flag("back_cushion", 0.4):
        parts.append(
            pillow("cushion", (inner, 0.9 * back_up, 0.13), (0, seat + 0.45 * back_up, -depth / 2 + back + 0.04), 0.9, tilt)
        )
    if feet > 0.02:
        base = p.pick("feet", {"blocks": 3, "rods": 2, "swivel": 1})
        if base == "swivel":
            parts += pedestal(p, feet + 0.05, 0.4 * width)[1]
        else:
            thin, sides = p.number("foot_radius", 0.012, 0.04), "square" if base == "blocks" else "round"
            corners = [(sx * width, sz * depth) for sx in (-1, 1) for sz in (-1, 1)]
            parts += [
                rod("foot", (0.42 * x, 0, 0.42 * z), (0.4 * x, feet + 0.05, 0.4 * z), thin, sides=sides) for x, z in corners
            ]
    return Furniture("chair", f"an armchair with {'rolled' if rolled else 'straight'} arms", p.values, tuple(parts))


def _deck(p: Parameters) -> Furniture:
    """A lounge: seat and back are one bent band."""
    width = p.number("width", 0.5, 0.75)
    seat, length = p.number("seat_height", 0.2, 0.42), p.number("seat_length", 0.4, 0.8)
    back, lean = p.number("back_length", 0.5, 0.9), np.radians(p.number("back_lean", 25, 62))
    rest = p.number("leg_rest", 0.0, 0.6) if p.flag("rest", 0.4) else 0.0
    sag, thick = p.number("seat_sag", 0.0, 0.08), p.number("band_thickness", 0.015, 0.1)
    z = length / 2
    line = [(z + rest, seat + 0.02), (z, seat + 0.04), (0.0, seat - sag), (-z, seat)]
    line = (line if rest > 0.1 else line[1:]) + [
        (-z - back * s * np.sin(lean), seat + back * s * np.cos(lean)) for s in (0.33, 0.66, 1.0)
    ]
    parts = []
    slatted = p.flag("slatted", 0.4)
    if slatted:
        count, path = p.count("slats", 8, 18), np.asarray(line)
        ways = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        for s in np.linspace(0, ways[-1], count):
            at = [float(np.interp(s, ways, path[:, k])) for k in (0, 1)]
            parts.append(rod("slat", (-width / 2, at[1], at[0]), (width / 2, at[1], at[0]), 0.013))
    else:
        parts.append(side_cut("seat", ribbon(line, thick), width, radius=0.2 * thick))
    thin = p.number("frame_radius", 0.01, 0.026)
    for side in (-1, 1):
        x = side * width / 2
        parts += [rod("frame", (x, b, a), (x, d, c), thin) for (a, b), (c, d) in pairwise(line)]
        parts.append(rod("leg", (x, 0, z * 1.05), (x, seat, z * p.number("leg_lean", -0.6, 1.0)), thin))
        parts.append(rod("leg", (x, 0, -z * 1.3), (x, seat, -z * 0.8), thin))
        if p.flag("arms", 0.5):
            parts.append(rod("arm", (x, seat + 0.2, z), (x, seat + 0.24, -z - 0.15), 1.3 * thin))
            parts.append(rod("arm", (x, seat, 0.7 * z), (x, seat + 0.21, 0.7 * z), thin))
    return Furniture("chair", f"a {'slatted ' if slatted else ''}deck chair", p.values, tuple(parts))


def _folding(p: Parameters) -> Furniture:
    """Crossed legs at both sides, a thin seat, perhaps a back."""
    width, depth = p.number("seat_width", 0.34, 0.5), p.number("seat_depth", 0.3, 0.46)
    height, thin = p.number("seat_height", 0.36, 0.5), p.number("leg_radius", 0.008, 0.018)
    back, lean = p.number("back_height", 0.25, 0.5), p.number("back_lean", 0.02, 0.2)
    parts = [slab("seat", (width, p.number("seat_thickness", 0.01, 0.035), depth), (0, height, 0), 0.004)]
    with_back = p.flag("back", 0.75)
    for side in (-1, 1):
        x = side * (width / 2 + thin)
        parts.append(rod("leg", (x, 0, -depth * 0.55), (x, height, depth * 0.5), thin))
        top = (x, height + back, -depth * 0.5 - lean) if with_back else (x, height, -depth * 0.5)
        parts.append(rod("leg", (x, 0, depth * 0.6), (x, height, -depth * 0.35), thin))
        parts.append(rod("post", (x, height, -depth * 0.35), top, thin))
    parts += [rod("stretcher", (-width / 2, thin, z), (width / 2, thin, z), thin) for z in (-0.55 * depth, 0.6 * depth)]
    if with_back:
        rails, rail = p.count("rails", 1, 3), p.number("rail_height", 0.05, 0.14)
        places = [(height + back * share - rail / 2, -depth * 0.38 - (lean + 0.12 * depth) * share) for share in (1, 0.65, 0.3)]
        parts += [slab("rail", (width, rail, 0.015), (0, y, z), 0.004) for y, z in places[:rails]]
    return Furniture("chair", "a folding chair" if with_back else "a folding stool with a cloth seat", p.values, tuple(parts))
