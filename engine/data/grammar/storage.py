"""What stands against walls: shelves and cabinets."""

from __future__ import annotations

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import disc, rod, slab
from engine.data.grammar.primitives import Placed


def shelf(p: Parameters) -> Furniture:
    """Shelves: boards between sides or posts."""
    width, height, depth = p.number("width", 0.4, 1.6), p.number("height", 0.7, 2.2), p.number("depth", 0.2, 0.5)
    board, side = p.number("board_thickness", 0.012, 0.045), p.number("side_thickness", 0.012, 0.05)
    levels, columns = p.count("levels", 2, 7), p.count("columns", 1, 3)
    foot = p.number("foot_height", 0.0, 0.15)
    frame = p.pick("frame", {"sides": 4, "posts": 1.5, "ladder": 0.6})
    parts: list[Placed] = []
    uneven = p.number("uneven", 0.0, 0.4)
    for k in range(levels + 1):
        share = k / levels
        up = foot + board / 2 + (height - foot - board) * (share + uneven * share * (1 - share) * (0.5 - share))
        deep = depth * (1 - 0.45 * share) if frame == "ladder" else depth
        parts.append(slab("board", (width, board, deep), (0, up, (deep - depth) / 2), 0.002))
    for s in (-1, 1):
        x = s * (width / 2 - side / 2)
        if frame == "sides":
            parts.append(slab("side", (side, height, depth), (x, height / 2, 0), 0.002))
        elif frame == "posts":
            parts += [
                rod("post", (x, 0, t * (depth - side) / 2), (x, height, t * (depth - side) / 2), side / 2, sides="square")
                for t in (-1, 1)
            ]
        else:
            parts.append(rod("post", (x, 0, depth / 2), (x, height, -0.05 * depth), side / 2, sides="square"))
            parts.append(rod("post", (x, 0, -depth / 2), (x, height, -depth / 2), side / 2, sides="square"))
    for k in range(1, columns):
        parts.append(slab("side", (side, height - foot, depth), (width * (k / columns - 0.5), (height + foot) / 2, 0), 0.002))
    if p.flag("back", 0.5) and frame == "sides":
        parts.append(slab("back", (width, height - foot, 0.01), (0, (height + foot) / 2, -depth / 2 + 0.006)))
    if p.flag("crown", 0.25):
        over = p.number("crown_width", 1.02, 1.12)
        parts.append(slab("crown", (width * over, 0.05, depth * over), (0, height + 0.02, 0), 0.008))
    if p.flag("doors", 0.2):
        tall = height * p.number("door_height", 0.2, 0.45)
        parts.append(slab("door", (width, tall, 0.02), (0, foot + tall / 2, depth / 2), 0.002))
    return Furniture("bookshelf", f"a shelf of {levels} levels between {frame}", p.values, tuple(parts))


def cabinet(p: Parameters) -> Furniture:
    """Cabinets: a body with doors, drawers or openings."""
    kind = p.pick("kind", {"low": 3, "tall": 2, "bedside": 1.5, "sideboard": 2, "wall": 1})
    width = p.number(
        "width",
        *{"low": (0.4, 1.2), "tall": (0.6, 2.0), "bedside": (0.35, 0.6), "sideboard": (1.0, 2.0), "wall": (0.3, 1.0)}[kind],
    )
    height = p.number(
        "height",
        *{"low": (0.7, 1.2), "tall": (1.6, 2.3), "bedside": (0.4, 0.75), "sideboard": (0.4, 0.9), "wall": (0.3, 0.9)}[kind],
    )
    depth = p.number("depth", 0.3, 0.65)
    foot = p.pick("foot", {"none": 2, "plinth": 2, "legs": 2})
    low = 0.0 if foot == "none" or kind == "wall" else height * p.number("foot_height", 0.04, 0.25)
    body = height - low
    parts = [slab("body", (width, body, depth), (0, low + body / 2, 0), p.number("edge", 0, 0.01))]
    if foot == "plinth" and low:
        parts.append(slab("plinth", (0.95 * width, low, 0.9 * depth), (0, low / 2, -0.03 * depth)))
    elif foot == "legs" and low:
        thin, tip = p.number("leg_radius", 0.012, 0.035), p.number("leg_tip", 0.4, 1.0)
        parts += [
            rod(
                "leg",
                (sx * 0.45 * width, 0, sz * 0.42 * depth),
                (sx * 0.44 * width, low + 0.01, sz * 0.41 * depth),
                tip * thin,
                thin,
            )
            for sx in (-1, 1)
            for sz in (-1, 1)
        ]
    if p.flag("worktop", 0.5):
        over = p.number("top_overhang", 0.0, 0.06)
        thick = p.number("top_thickness", 0.015, 0.05)
        parts.append(slab("top", (width + 2 * over, thick, depth + 2 * over), (0, height + thick / 2, 0), 0.004))
    fronts = p.pick("front", {"doors": 3, "drawers": 3, "both": 1, "plain": 1})
    parts += _fronts(p, fronts, width, body, (low, depth))
    if p.flag("upper", 0.12) and kind in ("low", "sideboard"):
        tall = p.number("upper_height", 0.3, 0.9)
        parts.append(slab("upper", (0.95 * width, tall, 0.5 * depth), (0, height + 0.02 + tall / 2, -0.22 * depth), 0.003))
    words = {"plain": "a plain front", "both": "doors and drawers"}.get(fronts, fronts)
    return Furniture("cabinet", f"a {kind} cabinet with {words}", p.values, tuple(parts))


def _fronts(p: Parameters, fronts: str, width: float, body: float, place: tuple[float, float]) -> list[Placed]:
    if fronts == "plain":
        return []
    low, depth = place
    columns, rows = p.count("columns", 1, 3), p.count("rows", 1, 5)
    gap, proud = p.number("gap", 0.006, 0.03), p.number("front_thickness", 0.01, 0.025)
    handle = p.pick("handle", {"bar": 2, "knob": 2, "none": 1})
    split = body * p.number("split", 0.3, 0.7) if fronts == "both" else (body if fronts == "drawers" else 0.0)
    parts: list[Placed] = []
    wide = width / columns
    for c in range(columns):
        x = width * ((c + 0.5) / columns - 0.5)
        if fronts != "drawers":
            tall = body - split
            parts.append(
                slab("door", (wide - 2 * gap, tall - 2 * gap, proud), (x, low + tall / 2, depth / 2 + proud / 2), 0.002)
            )
            parts += _handle(
                handle, (x + (0.35 if c % 2 == 0 else -0.35) * wide, low + tall / 2, depth / 2 + proud), upright=True
            )
        if split:
            for r in range(rows):
                up = low + body - split * (r + 0.5) / rows
                parts.append(
                    slab("drawer", (wide - 2 * gap, split / rows - 2 * gap, proud), (x, up, depth / 2 + proud / 2), 0.002)
                )
                parts += _handle(handle, (x, up, depth / 2 + proud), upright=False)
    return parts


def _handle(kind: str, at: tuple[float, float, float], *, upright: bool) -> list[Placed]:
    x, y, z = at
    if kind == "bar":
        a, b = (
            ((x, y - 0.06, z + 0.02), (x, y + 0.06, z + 0.02))
            if upright
            else ((x - 0.06, y, z + 0.02), (x + 0.06, y, z + 0.02))
        )
        return [rod("handle", a, b, 0.008), *(rod("handle", (e[0], e[1], z - 0.005), e, 0.006) for e in (a, b))]
    return [disc("handle", 0.016, 0.03, (x, y, z + 0.012), 0.01)] if kind == "knob" else []
