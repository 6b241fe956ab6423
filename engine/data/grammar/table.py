"""Tables: dining, coffee, bar and folding tables, desks with drawers, workbenches."""

from __future__ import annotations

from itertools import pairwise

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import disc, four_legs, oval, pedestal, plan_cut, rod, rounded, side_cut, slab, tube
from engine.data.grammar.primitives import Placed


def table(p: Parameters) -> Furniture:
    """One table."""
    kind = p.pick("kind", {"dining": 4, "coffee": 2, "desk": 2.5, "bar": 0.8, "block": 0.5})
    long = {"dining": (0.7, 2.2), "coffee": (0.5, 1.4), "desk": (0.9, 1.8), "bar": (0.45, 0.9), "block": (0.5, 1.5)}[kind]
    high = {"dining": (0.66, 0.8), "coffee": (0.28, 0.52), "desk": (0.68, 0.82), "bar": (0.85, 1.15), "block": (0.3, 0.9)}[kind]
    width, height = p.number("width", *long), p.number("height", *high)
    depth = width * p.number("aspect", 0.38, 1.0)
    thick = p.number("top_thickness", 0.012, 0.07)
    top, parts = _top(p, width, depth, height, thick)
    under = height - thick
    if kind == "block":
        parts.append(
            slab(
                "base",
                (width * p.number("base_width", 0.7, 1.0), under, depth * p.number("base_depth", 0.7, 1.0)),
                (0, under / 2, 0),
                0.01,
            )
        )
        return Furniture("table", f"a solid block table with a {top} top", p.values, tuple(parts))
    base = p.pick(
        "base", {"legs": 6, "pedestal": 2 if width < 1.5 else 0.4, "panels": 2, "frame": 1.5, "trestle": 1, "cross": 0.7}
    )
    words = f"{base}"
    if base == "legs":
        style, legs = four_legs(p, width * 0.96, depth * 0.96, under, (0.012, 0.05))
        parts += legs
        words = f"{style} legs"
    elif base == "pedestal":
        parts += pedestal(p, under, 0.42 * min(width, depth) * p.number("pedestal_spread", 0.8, 1.2))[1]
        if width > 1.2 and p.flag("two_columns", 0.5):
            parts.append(disc("column", 0.04, under, (width * 0.3, under / 2, 0)))
    elif base == "panels":
        parts += _panels(p, width, depth, under)
    elif base == "frame":
        parts += _frame(p, width, depth, under)
    else:
        parts += _crossed(p, width, depth, under, base)
    parts += _below(p, width, depth, under, base, kind)
    parts += _above(p, width, depth, height, kind)
    return Furniture("table", f"a {kind} table with a {top} top on {words}", p.values, tuple(parts))


def _top(p: Parameters, width: float, depth: float, height: float, thick: float) -> tuple[str, list[Placed]]:
    shape = p.pick("top_shape", {"square": 6, "rounded": 2, "round": 2, "boat": 0.7, "corner": 0.4, "framed": 0.8})
    at = (0.0, height - thick / 2, 0.0)
    soft = 0.3 * thick * p.number("edge", 0, 1)
    if shape == "rounded":
        return shape, [plan_cut("top", rounded(width, depth, p.number("corner", 0.05, 0.45) * depth), thick, at, soft)]
    if shape == "round":
        return shape, [plan_cut("top", oval(width, depth, 2.0, 28), thick, at, soft)]
    if shape == "boat":
        bow = p.number("bow", 0.05, 0.25) * depth
        outline = (
            (-width / 2, -depth / 2 + bow),
            (0, -depth / 2),
            (width / 2, -depth / 2 + bow),
            (width / 2, depth / 2 - bow),
            (0, depth / 2),
            (-width / 2, depth / 2 - bow),
        )
        return "bowed", [plan_cut("top", outline, thick, at, soft)]
    if shape == "corner":
        cut = p.number("cut", 0.3, 0.6)
        x, z = width / 2, depth / 2
        corners = (
            (-x, -z),
            (x, -z),
            (x, z),
            (x - cut * width * 0.6, z),
            (x - cut * width * 0.9, z - cut * depth),
            (-x, z - cut * depth),
        )
        return "corner", [plan_cut("top", corners, thick, at, soft)]
    if shape == "framed":  # a rim around a lower board or glass
        rim = p.number("rim", 0.05, 0.14) * depth
        board = slab("top", (width, 0.4 * thick, depth), (0, height - 0.7 * thick, 0), 0.0)
        sides = [slab("rim", (width, thick, rim), (0, at[1], s * (depth - rim) / 2), soft) for s in (-1, 1)]
        return shape, [
            board,
            *sides,
            *(slab("rim", (rim, thick, depth), (s * (width - rim) / 2, at[1], 0), soft) for s in (-1, 1)),
        ]
    return "square", [slab("top", (width, thick, depth), at, soft)]


def _panels(p: Parameters, width: float, depth: float, under: float) -> list[Placed]:
    thick, inset = p.number("panel_thickness", 0.015, 0.05), p.number("panel_inset", 0, 0.15) * width
    deep = depth * p.number("panel_depth", 0.55, 1.0)
    parts = [slab("panel", (thick, under, deep), (s * (width / 2 - inset - thick / 2), under / 2, 0), 0.003) for s in (-1, 1)]
    if p.flag("back_panel", 0.6):
        tall = under * p.number("back_panel_height", 0.25, 1.0)
        parts.append(slab("panel", (width - 2 * inset, tall, thick), (0, under - tall / 2, -0.4 * deep), 0.003))
    return parts


def _frame(p: Parameters, width: float, depth: float, under: float) -> list[Placed]:
    thin, inset = p.number("frame_radius", 0.01, 0.03), p.number("frame_inset", 0, 0.12) * width
    style = p.pick("frame_style", {"loops": 1, "t_feet": 1, "c_feet": 1})
    z = depth / 2 * p.number("frame_depth", 0.7, 1.0)
    parts = []
    for s in (-1, 1):
        x = s * (width / 2 - inset - thin)
        if style == "loops":
            path = ((x, under, z), (x, thin, z), (x, thin, -z), (x, under, -z))
            parts += [rod("frame", a, b, thin, sides="square") for a, b in pairwise(path)]
        else:
            stand = 0.0 if style == "t_feet" else -0.75 * z
            parts.append(slab("frame", (2 * thin, under, 3 * thin), (x, under / 2, stand), 0.2 * thin))
            parts.append(slab("frame", (2 * thin, 1.6 * thin, 2 * z), (x, 0.8 * thin, 0), 0.2 * thin))
            parts.append(slab("frame", (2 * thin, 1.6 * thin, 1.6 * z), (x, under - 0.8 * thin, 0), 0.2 * thin))
    if p.flag("beam", 0.6):
        up = under * p.number("beam_height", 0.1, 0.9)
        back = 0.0 if style != "c_feet" else -0.75 * z
        parts.append(rod("beam", (-(width / 2 - inset), up, back), (width / 2 - inset, up, back), 0.8 * thin))
    return parts


def _crossed(p: Parameters, width: float, depth: float, under: float, base: str) -> list[Placed]:
    """Trestles near the ends, or crossed legs."""
    thin, inset = p.number("bar_radius", 0.01, 0.03), p.number("bar_inset", 0.05, 0.25) * width
    sides = p.pick("bar_shape", {"round": 1, "square": 1})
    parts = []
    for s in (-1, 1):
        x = s * (width / 2 - inset)
        z = 0.42 * depth
        if base == "cross":
            parts += [rod("leg", (x, 0, t * z), (x, under, -t * z), thin, sides=sides) for t in (-1, 1)]
        else:
            lean = p.number("trestle_lean", 0.0, 0.12)
            parts += [
                rod("leg", (x + u * (lean + 0.02), 0, t * z), (x + u * 0.02, under, 0.7 * t * z), thin, sides=sides)
                for t in (-1, 1)
                for u in (-1, 1)
            ]
            parts.append(rod("beam", (x, under - thin, -0.8 * z), (x, under - thin, 0.8 * z), thin, sides="square"))
    if p.flag("beam", 0.6):
        parts.append(rod("beam", (-(width / 2 - inset), under / 2, 0), (width / 2 - inset, under / 2, 0), thin))
    return parts


def _below(p: Parameters, width: float, depth: float, under: float, base: str, kind: str) -> list[Placed]:
    parts = []
    apron = p.number("apron_height", 0.03, 0.16)
    if base in ("legs", "panels") and p.flag("apron", 0.6):
        inset = p.number("apron_inset", 0.02, 0.12)
        if p.flag("solid_apron", 0.4):
            parts.append(slab("apron", (width * (1 - inset), apron, depth * (1 - inset)), (0, under - apron / 2, 0)))
        else:
            x, z, thin = width * (1 - inset) / 2, depth * (1 - inset) / 2, 0.02
            parts += [slab("apron", (2 * x, apron, thin), (0, under - apron / 2, s * (z - thin / 2))) for s in (-1, 1)]
            parts += [slab("apron", (thin, apron, 2 * z), (s * (x - thin / 2), under - apron / 2, 0)) for s in (-1, 1)]
    if kind in ("coffee", "dining") and p.flag("shelf", 0.25 if kind == "coffee" else 0.06):
        up = under * p.number("shelf_height", 0.15, 0.5)
        parts.append(slab("shelf", (0.86 * width, 0.018, 0.86 * depth), (0, up, 0), 0.003))
    if kind == "desk" and p.flag("drawers", 0.65):
        wide, tall = width * p.number("drawer_width", 0.2, 0.36), under * p.number("drawer_height", 0.2, 1.0)
        deep = depth * p.number("drawer_depth", 0.7, 0.95)
        sides = (1,) if p.flag("one_side", 0.6) else (-1, 1)
        count = p.count("drawer_count", 1, 4)
        for s in sides:
            x = s * (width / 2 - wide / 2 - 0.03)
            parts.append(slab("drawers", (wide, tall, deep), (x, under - tall / 2, 0), 0.003))
            for k in range(count):
                up = under - tall * (k + 0.5) / count
                parts.append(slab("drawer", (0.92 * wide, 0.86 * tall / count, 0.02), (x, up, deep / 2 + 0.008), 0.002))
                parts.append(
                    rod("handle", (x - 0.12 * wide, up, deep / 2 + 0.03), (x + 0.12 * wide, up, deep / 2 + 0.03), 0.006)
                )
    return parts


def _above(p: Parameters, width: float, depth: float, height: float, kind: str) -> list[Placed]:
    """What stands on a desk: shelves, a raised edge, a mirror."""
    if kind != "desk" or not p.flag("superstructure", 0.25):
        return []
    tall, deep = p.number("upper_height", 0.1, 0.7), depth * p.number("upper_depth", 0.05, 0.45)
    z = -depth / 2 + deep / 2
    parts = [
        slab("upper", (width, 0.02, deep), (0, height + tall, z)),
        slab("upper", (width, tall, 0.015), (0, height + tall / 2, -depth / 2 + 0.01)),
    ]
    parts += [slab("upper", (0.02, tall, deep), (s * (width / 2 - 0.01), height + tall / 2, z)) for s in (-1, 1)]
    if tall > 0.35:
        parts.append(slab("upper", (width, 0.02, deep), (0, height + tall / 2, z)))
    if p.flag("slanted", 0.2):
        parts.append(
            side_cut("top", ((depth / 2, height), (-depth / 2, height), (-depth / 2, height + 0.3 * tall)), 0.96 * width)
        )
    if p.flag("rail", 0.2):
        parts.append(
            tube(
                "rail",
                (
                    (-width / 2, height, depth / 2),
                    (-width / 2, height + 0.1, -depth / 2),
                    (width / 2, height + 0.1, -depth / 2),
                    (width / 2, height, depth / 2),
                ),
                0.012,
            )
        )
    return parts
