"""Colour maps of the error scale. Free of Qt, so that the scene and the tests can use them too.

Every map rises evenly in lightness, so it can be read by colour-blind eyes and survives a grey print. Rainbow maps are left out
on purpose: they invent edges where the errors have none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.theme import rgb

#: Colours at equal steps; those between are interpolated linearly. Cividis: Nuñez, Anderton and Renslow, PLOS ONE 2018; viridis
#: and magma: Smith, van der Walt and Firing 2015 (magma without its black end, which would vanish on the dark theme).
MAPS: dict[str, tuple[str, ...]] = {
    "cividis": (
        "#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78",
        "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838",
    ),
    "viridis": (
        "#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c",
        "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725",
    ),
    "magma": (
        "#1d1147", "#36106b", "#51127c", "#6a1c81", "#832681", "#9c2e7f", "#b73779", "#d0416f",
        "#e75263", "#f56b5c", "#fc8961", "#fea772", "#fec488", "#fde2a3", "#fcfdbf",
    ),
    "grey": ("#353941", "#f6f6f4"),
}  # fmt: skip
#: The map at the start.
FIRST_MAP = "cividis"


def error_scale(steps: int = 256, name: str = FIRST_MAP) -> NDArray[np.uint8]:
    """(steps, 3) colours of the error scale, from the lower to the upper limit."""
    anchors = 255 * np.array([rgb(c) for c in MAPS[name]])
    at = np.linspace(0, len(anchors) - 1, steps)
    channels = [np.interp(at, np.arange(len(anchors)), anchors[:, i]) for i in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)
