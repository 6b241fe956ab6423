"""Colours of categories: told apart by hue and by lightness, and none of them the blue of A or the orange of B. Free of Qt."""

from __future__ import annotations

from studio.theme import Theme, rgb

#: In the order in which categories come; dark theme, light theme. At least 3:1 against the panel.
_COLOURS = (
    ("#5cc8b4", "#0f8573"),
    ("#b79bf5", "#6a48c9"),
    ("#e8cf62", "#8d7200"),
    ("#f08fb4", "#c02f6c"),
    ("#a5d86e", "#4f7f12"),
    ("#c9b8a6", "#7d6a58"),
    ("#e5695e", "#b3261e"),
    ("#8b9db6", "#44597a"),
    ("#d76fdc", "#9c27a8"),
    ("#9fa043", "#646a00"),
    ("#e3e7ec", "#4b5158"),
    ("#b07f63", "#7a4a2a"),
)


def category_colours(categories: tuple[str, ...], theme: Theme) -> dict[str, str]:
    """A colour for each category in the order given; they repeat after twelve."""
    which = 0 if theme.name == "dark" else 1
    return {category: _COLOURS[i % len(_COLOURS)][which] for i, category in enumerate(dict.fromkeys(categories))}


def ramp(colour: str, theme: Theme) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """The darkest and the lightest tone of a clay in that colour: each red, green, blue from 0 to 1."""
    grey, dark = (0.74, theme.name == "dark")
    hue = [0.62 * part + 0.38 * grey for part in rgb(colour)]
    low, high = (0.38, 0.70) if dark else (0.46, 0.78)
    first = tuple(part * low for part in hue)
    last = tuple(part + (1.0 - part) * high for part in hue)
    return (first[0], first[1], first[2]), (last[0], last[1], last[2])
