"""Backs of chairs: panels, slats, ladders, hoops, crosses and pads, leaning and bent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.data.grammar.furniture import Parameters
from engine.data.grammar.kit import Point, pillow, plan_cut, ribbon, rod, tube
from engine.data.grammar.primitives import Floats, Placed, turned


@dataclass(frozen=True, slots=True)
class _Face:
    """The bent, leaning face that a back lies in.

    Attributes:
        wide: between its sides.
        low, tall: height of its lower edge, and from there to the upper one.
        lean: how far it goes back per unit of height.
        curve: how far the middle lies behind the sides.
        z: of the lower corners.
        thick: of boards.
    """

    wide: float
    low: float
    tall: float
    lean: float
    curve: float
    z: float
    thick: float

    def spot(self, x: float, share: float) -> Point:
        """A point: x across in [-1, 1], share of the height."""
        up = share * self.tall
        return (float(x * self.wide / 2), float(self.low + up), float(self.z - self.lean * up - self.curve * (1 - x * x)))

    def board(self, label: str, bottom: float, top: float) -> Placed:
        """A board all across, bent along the curve, between two shares of the height."""
        line = [(x * self.wide / 2, -self.curve * (1 - x * x)) for x in np.linspace(-1, 1, 7 if self.curve else 2)]
        _, y, z = self.spot(1, (bottom + top) / 2)
        cut = plan_cut(label, ribbon(line, self.thick), (top - bottom) * self.tall, radius=0.15 * self.thick)
        return Placed(cut.solid, label, (0.0, y, z), self.tilt @ turned(x=90))

    @property
    def tilt(self) -> Floats:
        """(3, 3) rotation of something upright into the leaning face."""
        return turned(x=-float(np.degrees(np.arctan(self.lean))))


def chair_back(p: Parameters, width: float, depth: float, height: float) -> tuple[str, list[Placed]]:
    """A back for a seat.

    Args:
        p: where parameters come from.
        width: of the seat.
        depth: of the seat.
        height: of its upper side.

    Returns:
        words for the caption, and the parts.
    """
    style = p.pick("back_style", {"panel": 3, "slats": 2.5, "ladder": 2.5, "cross": 0.7, "hoop": 1, "none": 0.25, "pad": 1.5})
    if style == "none":
        return "no back", []
    post = p.number("post_radius", 0.009, 0.024)
    face = _Face(
        wide=width * p.number("back_width", 0.75, 1.05),
        low=height - 0.02,
        tall=p.number("back_height", 0.28, 0.68),
        lean=float(np.tan(np.radians(p.number("back_lean", 0, 22)))),
        curve=p.number("back_curve", 0.0, 0.06) if p.flag("back_curved", 0.5) else 0.0,
        z=-depth / 2 + post,
        thick=p.number("board_thickness", 0.012, 0.03),
    )
    start = p.number("back_gap", 0.0, 0.45)
    if style == "pad":
        return "an upholstered back", _pad(p, face, start, post)
    if style == "hoop":
        around = np.radians(np.linspace(-150, 150, 17))
        bow = tube("hoop", [face.spot(float(np.sin(a)), (1 + float(np.cos(a))) / 2) for a in around], post)
        return "a hoop back", [bow, *_slats(p, face, lambda x: (1 + float(np.cos(np.arcsin(x)))) / 2 - 0.02)]
    sides = p.pick("post_shape", {"round": 1, "square": 1})
    parts = [rod("post", face.spot(side, 0), face.spot(side, 1), post, sides=sides) for side in (-1, 1)]
    if style == "panel":
        return "a panel back", [*parts, face.board("panel", start, 1.0)]
    rail = p.number("rail_height", 0.06, 0.2)
    parts.append(face.board("rail", 1 - rail, 1.0))
    if style == "slats":
        parts += _slats(p, face, lambda _: 1 - rail / 2)
        if start > 0.15:
            parts.append(face.board("rail", start * 0.5, start * 0.5 + 0.6 * rail))
        return "a back of upright slats", parts
    if style == "ladder":
        count, rung = p.count("rungs", 1, 5), p.number("rung_height", 0.05, 0.14)
        shares = start + (np.arange(count) + 0.2) / count * (1 - rail - start)
        return "a ladder back", parts + [face.board("rung", float(s), float(min(s + rung, 1))) for s in shares]
    parts.append(face.board("rail", 0.25 * start, 0.25 * start + 0.7 * rail))
    ends = (0.25 * start, 1 - rail / 2)
    parts += [rod("cross", face.spot(-0.95 * s, ends[0]), face.spot(0.95 * s, ends[1]), 0.6 * face.thick) for s in (-1, 1)]
    return "a crossed back", parts


def _slats(p: Parameters, face: _Face, top: Callable[[float], float]) -> list[Placed]:
    """Upright slats that end at the share of the height which `top` gives for a place across."""
    count, sides = p.count("slats", 2, 9), p.pick("slat_shape", {"round": 1, "square": 1})
    thin = p.number("slat_radius", 0.005, 0.013)
    places = ((np.arange(count) + 0.5) / count * 1.7 - 0.85).tolist()
    return [rod("slat", face.spot(x, 0), face.spot(x, top(x)), thin, sides=sides) for x in places]


def _pad(p: Parameters, face: _Face, start: float, post: float) -> list[Placed]:
    soft = p.number("pad_thickness", 0.03, 0.1)
    _, y, z = face.spot(1, (start + 1) / 2)
    pad = pillow("panel", (face.wide, (1 - start) * face.tall, soft), (0.0, y, z), 0.7, face.tilt)
    ends = [(face.spot(0.6 * s, 0), face.spot(0.6 * s, start + 0.1)) for s in (-1, 1)]
    return [pad, *(rod("post", a, b, post) for a, b in ends)]
