"""Beds."""

from __future__ import annotations

import numpy as np

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import pillow, rod, slab
from engine.data.grammar.primitives import Placed, turned


def bed(p: Parameters) -> Furniture:
    """A bed whose head is at the back (-z)."""
    width, length = p.number("width", 0.8, 2.0), p.number("length", 1.6, 2.15)
    frame, mattress = p.number("frame_height", 0.15, 0.42), p.number("mattress_height", 0.1, 0.3)
    rail, soft = p.number("rail_thickness", 0.02, 0.06), p.number("softness", 0.2, 0.9)
    low = p.number("underneath", 0.0, 0.6) * frame
    parts = [slab("frame", (width + 2 * rail, frame - low, length + 2 * rail), (0, (frame + low) / 2, 0), 0.006)]
    parts.append(pillow("mattress", (width, mattress + 0.03, length), (0, frame + mattress / 2 - 0.015, 0), 0.6 * soft))
    if low > 0.03:
        thin = p.number("leg_radius", 0.02, 0.06)
        parts += [
            rod(
                "leg",
                (sx * (width / 2 - 0.02), 0, sz * (length / 2 - 0.02)),
                (sx * (width / 2 - 0.02), low + 0.02, sz * (length / 2 - 0.02)),
                thin,
                sides="square",
            )
            for sx in (-1, 1)
            for sz in (-1, 1)
        ]
    high, foot = p.number("head_height", 0.1, 0.9), p.number("foot_end_height", -0.2, 0.5)
    head = _end(p, "head", width + 2 * rail, frame + mattress + high, -length / 2 - rail)
    parts += head
    if foot > 0.05:
        parts += _end(p, "foot_end", width + 2 * rail, frame + foot, length / 2 + rail)
    for k in range(p.count("pillows", 0, 2)):
        x = 0.0 if width < 1.2 else (k - 0.5) * 0.5 * width
        parts.append(
            pillow(
                "pillow",
                (min(0.6, 0.45 * max(width, 1.2)), 0.14, 0.4),
                (x, frame + mattress + 0.05, -length / 2 + 0.28),
                1.0,
                turned(x=-8),
            )
        )
    if p.flag("blanket", 0.4):
        deep = length * p.number("blanket_length", 0.35, 0.75)
        parts.append(
            pillow("blanket", (width + 0.05, mattress * 0.6, deep), (0, frame + mattress * 0.75, length / 2 - deep / 2), 0.5)
        )
    words = p.pick("more", {"plain": 8, "bunk": 0.7, "canopy": 0.5})
    top = frame + mattress + p.number("upper_height", 0.8, 1.4)
    if words != "plain":
        thin = p.number("post_radius", 0.02, 0.045)
        parts += [
            rod(
                "post",
                (sx * (width / 2 + rail), 0, sz * (length / 2 + rail)),
                (sx * (width / 2 + rail), top, sz * (length / 2 + rail)),
                thin,
                sides="square",
            )
            for sx in (-1, 1)
            for sz in (-1, 1)
        ]
        if words == "bunk":
            parts.append(slab("frame", (width + 2 * rail, 0.2, length + 2 * rail), (0, top - 0.2, 0), 0.01))
            parts += [
                rod(
                    "ladder",
                    (-width / 2 + 0.1 + 0.3 * k, 0, length / 2 + 0.1),
                    (-width / 2 + 0.1 + 0.3 * k, top - 0.2, length / 2 + 0.05),
                    0.018,
                )
                for k in (0, 1)
            ]
        else:
            parts += [
                rod(
                    "beam",
                    (-width / 2 - rail, top, s * (length / 2 + rail)),
                    (width / 2 + rail, top, s * (length / 2 + rail)),
                    thin,
                )
                for s in (-1, 1)
            ]
            parts += [
                rod(
                    "beam",
                    (s * (width / 2 + rail), top, -length / 2 - rail),
                    (s * (width / 2 + rail), top, length / 2 + rail),
                    thin,
                )
                for s in (-1, 1)
            ]
    style = p.values["head_style"]
    return Furniture("bed", f"a {'' if words == 'plain' else words + ' '}bed with a {style} head", p.values, tuple(parts))


def _end(p: Parameters, name: str, width: float, top: float, z: float) -> list[Placed]:
    style = p.pick(f"{name}_style", {"solid": 3, "padded": 1.5, "slatted": 1.5, "railed": 1})
    thick = p.number(f"{name}_thickness", 0.02, 0.1)
    if style == "solid":
        return [slab(name, (width, top, thick), (0, top / 2, z), 0.2 * thick)]
    if style == "padded":
        return [pillow(name, (width, top, max(thick, 0.06)), (0, top / 2, z), 0.9)]
    thin = 0.4 * thick + 0.008
    parts = [rod(name, (s * width / 2, 0, z), (s * width / 2, top, z), thin) for s in (-1, 1)]
    parts += [
        rod(name, (-width / 2, top * share, z), (width / 2, top * share, z), thin)
        for share in ((1.0, 0.4) if style == "slatted" else (1.0, 0.75, 0.5))
    ]
    if style == "slatted":
        count = p.count(f"{name}_slats", 3, 12)
        parts += [
            rod(name, (float(x) * width, 0.4 * top, z), (float(x) * width, top, z), 0.5 * thin)
            for x in np.linspace(-0.45, 0.45, count)
        ]
    return parts
