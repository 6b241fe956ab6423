"""The maps of the error scale can be read by everybody."""

from __future__ import annotations

import numpy as np
import pytest

from studio.colour_maps import FIRST_MAP, MAPS, error_scale
from studio.theme import DARK, LIGHT, contrast, luminance


def hexes(name: str, steps: int = 64) -> list[str]:
    return ["#{:02x}{:02x}{:02x}".format(*c) for c in error_scale(steps, name)]


@pytest.mark.parametrize("name", MAPS)
def test_lightness_rises_all_the_way(name: str) -> None:
    light = np.array([luminance(c) for c in hexes(name)])
    assert np.all(np.diff(light) > -1e-3)
    assert light[-1] > 10 * light[0]


@pytest.mark.parametrize("name", MAPS)
def test_lightness_rises_evenly_enough(name: str) -> None:
    """In steps of perceived lightness (CIE L*) no quarter of the map takes less than half of its share."""
    light = np.array([116 * max(luminance(c), 0.008856) ** (1 / 3) - 16 for c in hexes(name)])
    quarters = np.diff(light[[0, 16, 32, 48, 63]])
    assert quarters.min() > 0.5 * (light[-1] - light[0]) / 4


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_the_usual_map_stands_out_from_the_panel_somewhere_at_both_ends(theme) -> None:
    low, high = hexes(FIRST_MAP)[0], hexes(FIRST_MAP)[-1]
    assert max(contrast(low, theme.panel), contrast(high, theme.panel)) > 7
