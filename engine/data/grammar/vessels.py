"""Vases."""

from __future__ import annotations

import numpy as np

from engine.data.grammar.furniture import Furniture, Parameters
from engine.data.grammar.kit import tube
from engine.data.grammar.primitives import Lathe, Placed


def vase(p: Parameters) -> Furniture:
    """A vase: a wall turned about the axis, open above, perhaps with handles."""
    height, widest = p.number("height", 0.15, 0.7), p.number("widest", 0.2, 0.6)
    place, swell = p.number("widest_at", 0.2, 0.75), p.number("swell", 0.15, 0.5)
    foot, neck, lip = p.number("foot", 0.3, 0.95), p.number("neck", 0.2, 0.9), p.number("lip", 0.0, 0.5)
    neck_at, sharp = p.number("neck_at", 0.75, 0.92), p.number("lip_sharpness", 2.0, 6.0)
    wall = p.number("wall", 0.02, 0.08) * height
    ridge, ridges = p.number("ridge", 0.0, 0.04), p.count("ridges", 2, 9)
    ridged = p.flag("ridged", 0.25)
    share = np.linspace(0, 1, 25)
    radius = 0.5 * widest * height
    ends = np.interp(share, [0, neck_at, 1], [foot, neck, neck])
    bulge = np.exp(-(((share - place) / swell) ** 2))
    curve = ends + (1 - ends) * bulge
    curve = curve + lip * np.clip((share - neck_at) / (1 - neck_at), 0, 1) ** sharp
    if ridged:
        curve = curve * (1 + ridge * np.sin(2 * np.pi * ridges * share))
    outer = [(float(radius * c), float(height * s)) for c, s in zip(curve, share, strict=True)]
    inner = [(max(r - wall, 0.1 * wall), max(y, 1.2 * wall)) for r, y in outer[::-1] if y >= wall]
    filled = p.flag("filled", 0.3)
    outline = ((0.0, 0.0), *outer, (0.0, height)) if filled else ((0.0, 0.0), *outer, *inner, (0.0, 1.2 * wall))
    parts = [Placed(Lathe(outline), "body")]
    handles = p.count("handles", 1, 2) if p.flag("with_handles", 0.25) else 0
    low, high = p.number("handle_low", 0.3, 0.55), p.number("handle_high", 0.65, 0.95)
    out = p.number("handle_reach", 0.1, 0.35) * height
    for side in (1, -1)[:handles]:
        spots = [(float(np.interp(s, share, curve)) * radius - 0.3 * wall, s * height) for s in (low, high)]
        (a, b), (c, d) = spots
        bow = [(side * (a + (c - a) * t + out * float(np.sin(np.pi * t))), b + (d - b) * t, 0.0) for t in np.linspace(0, 1, 9)]
        parts.append(tube("handle", bow, max(0.4 * wall, 0.004)))
    return Furniture("vase", f"a {'ridged ' if ridged else ''}vase{' with handles' if handles else ''}", p.values, tuple(parts))
