"""Stools and benches."""

from __future__ import annotations

import numpy as np

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import disc, four_legs, oval, pedestal, pillow, plan_cut, ribbon, rod, side_cut, slab
from engine.data.grammar.primitives import Placed


def stool(p: Parameters) -> Furniture:
    """Stools, bar stools and ottomans, without a back."""
    kind = p.pick("kind", {"stool": 3, "bar": 2, "ottoman": 1})
    wide = p.number("width", 0.28, 0.5) if kind != "ottoman" else p.number("ottoman_width", 0.4, 0.75)
    deep = wide * p.number("aspect", 0.7, 1.0)
    height = p.number("height", *{"stool": (0.36, 0.5), "bar": (0.6, 0.82), "ottoman": (0.32, 0.46)}[kind])
    thick = p.number("seat_thickness", 0.02, 0.1)
    square = p.number("squareness", 2.0, 8.0)
    if kind == "ottoman":
        low, soft = p.number("foot_height", 0.0, 0.1), p.number("softness", 0.1, 0.9)
        tall = height - low
        parts = [
            pillow("seat", (wide, tall, deep), (0, low + tall / 2, 0), soft)
            if p.flag("box", 0.6)
            else disc("seat", wide / 2, tall, (0, low + tall / 2, 0), 0.3 * soft * tall)
        ]
        if low > 0.02:
            parts += [
                rod("foot", (sx * 0.38 * wide, 0, sz * 0.38 * deep), (sx * 0.36 * wide, low + 0.03, sz * 0.36 * deep), 0.02)
                for sx in (-1, 1)
                for sz in (-1, 1)
            ]
        if p.flag("lid", 0.3):
            parts.append(pillow("cushion", (0.98 * wide, 0.08, 0.98 * deep), (0, height + 0.03, 0), 0.8))
        return Furniture("stool", "an upholstered ottoman", p.values, tuple(parts))
    parts = [
        plan_cut("seat", oval(wide, deep, square), thick, (0, height - thick / 2, 0), 0.3 * thick * p.number("edge", 0, 1))
    ]
    if p.flag("cushion", 0.3):
        soft = p.number("cushion_height", 0.02, 0.07)
        parts.append(plan_cut("cushion", oval(0.9 * wide, 0.9 * deep, square), soft, (0, height + soft / 2, 0), 0.4 * soft))
    if p.flag("column", 0.35):
        words, more = pedestal(p, height - thick, 0.5 * wide * p.number("pedestal_spread", 0.8, 1.2))
        if kind == "bar":
            ring, up = 0.42 * wide, 0.35 * height
            parts.append(
                plan_cut(
                    "footrest",
                    ribbon([(ring * float(np.cos(a)), ring * float(np.sin(a))) for a in np.linspace(-1.2, 4.34, 16)], 0.02),
                    0.02,
                    (0, up, 0),
                )
            )
    else:
        style, more = four_legs(p, wide, deep, height - thick, (0.01, 0.03))
        words = f"{style} legs"
    return Furniture("stool", f"a {'bar stool' if kind == 'bar' else 'stool'} on {words}", p.values, tuple(parts + more))


def bench(p: Parameters) -> Furniture:
    """Benches, with or without a back."""
    width, depth, height = p.number("width", 0.8, 1.9), p.number("depth", 0.3, 0.5), p.number("height", 0.38, 0.5)
    thick = p.number("seat_thickness", 0.02, 0.07)
    slatted = p.flag("slatted", 0.5)
    parts: list[Placed] = []
    if slatted:
        count = p.count("slats", 2, 6)
        deep = depth / count
        parts += [
            slab("slat", (width, thick, 0.82 * deep), (0, height - thick / 2, -depth / 2 + deep * (k + 0.5)), 0.003)
            for k in range(count)
        ]
    elif p.flag("padded", 0.3):
        parts.append(pillow("seat", (width, 1.8 * thick, depth), (0, height - 0.9 * thick, 0), 0.7))
    else:
        parts.append(slab("seat", (width, thick, depth), (0, height - thick / 2, 0), 0.2 * thick))
    inset = p.number("inset", 0.0, 0.15) * width
    parts += _bench_base(p, width, depth, height - thick, inset)
    back = p.flag("back", 0.5)
    if back:
        parts += _bench_back(p, width - 2 * inset, depth, height)
    if p.flag("arms", 0.3 if back else 0.05):
        up = p.number("arm_height", 0.16, 0.26)
        for s in (-1, 1):
            x = s * (width / 2 - inset - 0.02)
            parts.append(slab("arm", (0.06, 0.03, depth), (x, height + up, 0), 0.01))
            parts.append(rod("arm", (x, height - 0.03, 0.4 * depth), (x, height + up, 0.4 * depth), 0.018))
    return Furniture(
        "bench", f"a {'slatted ' if slatted else ''}bench {'with' if back else 'without'} a back", p.values, tuple(parts)
    )


def _bench_base(p: Parameters, width: float, depth: float, under: float, inset: float) -> list[Placed]:
    base = p.pick("base", {"legs": 3, "panels": 2, "blocks": 1, "curved": 0.8})
    if base == "legs":
        return four_legs(p, width * 0.96, depth * 0.96, under, (0.015, 0.045))[1]
    parts = []
    z = depth / 2
    bow = [(z, 0), (0.75 * z, 0.5 * under), (0.7 * z, under - 0.02)]
    bow += [(-a, b) for a, b in bow[::-1]]
    for s in (-1, 1):
        x = s * (width / 2 - inset - 0.04)
        if base == "panels":
            thick = p.number("panel_thickness", 0.02, 0.06)
            parts.append(slab("panel", (thick, under, 0.95 * depth), (x, under / 2, 0), 0.004))
        elif base == "blocks":
            wide = p.number("block_width", 0.1, 0.3)
            parts.append(slab("block", (wide, under, 0.85 * depth), (x - s * 0.11, under / 2, 0), 0.01))
        else:
            parts.append(side_cut("leg", ribbon(bow, 0.04), 0.05, (x, 0, 0)))
    return parts


def _bench_back(p: Parameters, width: float, depth: float, height: float) -> list[Placed]:
    up, lean = p.number("back_height", 0.25, 0.5), p.number("back_lean", 0.0, 0.14)
    style, count = p.pick("back_style", {"boards": 2, "slats": 2, "panel": 1}), p.count("back_boards", 1, 4)
    z = -depth / 2 + 0.02
    ends = [((s * (width / 2 - 0.03), height - 0.03, z), (s * (width / 2 - 0.03), height + up, z - lean)) for s in (-1, 1)]
    parts = [rod("post", a, b, 0.02, sides="square") for a, b in ends]
    if style == "panel":
        parts.append(slab("back", (width, 0.7 * up, 0.025), (0, height + 0.62 * up, z - 0.62 * lean), 0.004))
    elif style == "boards":
        tall = up / count
        for share in (1 - k / count for k in range(count)):
            middle = (0, height + up * share - 0.3 * tall, z - lean * share + 0.02)
            parts.append(slab("back", (width, 0.55 * tall, 0.02), middle, 0.003))
    else:
        parts.append(slab("rail", (width, 0.07, 0.03), (0, height + up - 0.03, z - lean), 0.005))
        places = (np.linspace(-0.46, 0.46, 3 + 3 * count) * width).tolist()
        parts += [rod("slat", (x, height - 0.02, z), (x, height + up, z - lean), 0.01) for x in places]
    return parts
