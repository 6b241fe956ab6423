"""Colour tokens of the two themes. Free of Qt, so that the scene and the tests can use it too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["dark", "light"]


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
