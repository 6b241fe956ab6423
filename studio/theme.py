"""Colour tokens of the two themes and of the error scale. Free of Qt, so that the scene and the tests can use it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

ThemeName = Literal["dark", "light"]

#: Cividis (Nuñez, Anderton and Renslow, PLOS ONE 2018) at equal steps; colours between are interpolated linearly.
CIVIDIS = (
    "#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78",
    "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as "#rrggbb".

    Attributes:
        name: "dark" or "light".
        window, panel, raised, hairline: surfaces, from the back to the front, and the thin line around them.
        control: outline of fields and handles where 3:1 against the panel is needed.
        text, muted: text on any of the surfaces.
        accent, accent_text: the one primary action and request markers; text on it.
        a, b: identity of the two sides; a_text and b_text are the same hues, readable as text on panels.
        sky, floor: viewport gradient, top and bottom.
        clay_a, clay_b: material of a shape on side A and B.
        disc: the ground under a shape.
        good, warning, error: state colours, as text on panels.
    """

    name: ThemeName
    window: str
    panel: str
    raised: str
    hairline: str
    control: str
    text: str
    muted: str
    accent: str
    accent_text: str
    a: str
    b: str
    sky: str
    floor: str
    clay_a: str
    clay_b: str
    disc: str
    good: str
    warning: str
    error: str

    def identity(self, side: str) -> str:
        """The identity colour of side "a" or "b"."""
        return self.a if side == "a" else self.b


DARK = Theme(
    name="dark", window="#16181d", panel="#1d2026", raised="#262a32", hairline="#2f343d", control="#6b7380",
    text="#e8eaee", muted="#9aa1ad", accent="#ff9e4a", accent_text="#1b1205", a="#4aa8ff", b="#ff9e4a",
    sky="#2a2f38", floor="#14161a", clay_a="#9fc0e3", clay_b="#e6b78c", disc="#363d48",
    good="#6fcf97", warning="#f2c94c", error="#ff8a80",
)  # fmt: skip

LIGHT = Theme(
    name="light", window="#f3f4f6", panel="#ffffff", raised="#f0f1f4", hairline="#dfe2e7", control="#828995",
    text="#1b1e24", muted="#646b79", accent="#d9660a", accent_text="#1b1205", a="#0b72d0", b="#d9660a",
    sky="#fafbfc", floor="#dfe4ea", clay_a="#7fb0de", clay_b="#e3a878", disc="#c9d0d9",
    good="#197a48", warning="#8a5a00", error="#c4281c",
)  # fmt: skip

THEMES: dict[str, Theme] = {"dark": DARK, "light": LIGHT}


def rgb(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of "#rrggbb", each 0 to 1."""
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def error_scale(steps: int = 256) -> NDArray[np.uint8]:
    """(steps, 3) colours of the error scale, from no error to the upper limit."""
    anchors = 255 * np.array([rgb(c) for c in CIVIDIS])
    at = np.linspace(0, len(anchors) - 1, steps)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, i]) for i in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)
