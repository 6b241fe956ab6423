"""What the metric laboratory works with: what is measured, how errors are coloured, and what was found. Frozen, free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

#: Measures shown at first.
FIRST_METRICS = ("onet_l1", "emd", "f_score")
#: Colour maps of the error scale: all rise evenly in lightness, and all but the last can be read by colour-blind eyes.
COLOUR_MAPS = ("cividis", "viridis", "magma", "grey", "turbo")


@dataclass(frozen=True, slots=True)
class Lab:
    """How shapes are measured and errors coloured.

    Attributes:
        metrics: ids of the measures shown, in order.
        align: name of the alignment of A to B before measuring; "none" leaves it as it is.
        seed: seed of the surface samples.
        colour_map: one of `COLOUR_MAPS`.
        low: distance that has the first colour.
        high: distance that has the last colour; None follows the 99th percentile of what is shown.
    """

    metrics: tuple[str, ...] = FIRST_METRICS
    align: str = "none"
    seed: int = 0
    colour_map: str = "cividis"
    low: float = 0.0
    high: float | None = None

    @property
    def how(self) -> tuple[str, int]:
        """What changes every number: numbers of different kinds must not stand in one line."""
        return self.align, self.seed
