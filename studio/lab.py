"""What the metric laboratory works with: what is measured, how errors are coloured, and what was found. Frozen, free of Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.api import Comparison, Latent, Match, Shape
from studio.colour_maps import FIRST_MAP
from studio.document import Document, Entry, Side

#: Measures shown at first.
FIRST_METRICS = ("onet_l1", "emd", "f_score")


@dataclass(frozen=True, slots=True)
class Lab:
    """How shapes are measured and errors coloured.

    Attributes:
        metrics: ids of the measures shown, in order.
        align: name of the alignment of A to B before measuring; "none" leaves it as it is.
        seed: seed of the surface samples.
        colour_map: one of `studio.colour_maps.MAPS`.
        low: distance that has the first colour.
        high: distance that has the last colour; None follows the 99th percentile of what is shown.
    """

    metrics: tuple[str, ...] = FIRST_METRICS
    align: str = "none"
    seed: int = 0
    colour_map: str = FIRST_MAP
    low: float = 0.0
    high: float | None = None

    @property
    def how(self) -> tuple[str, int]:
        """What changes every number: numbers of different kinds must not stand in one line."""
        return self.align, self.seed


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A point that the user picked, and its partner on the other shape.

    Attributes:
        side: whose point it is.
        shape: the shape it lies on.
        point: (3,) the point, in the shapes' frame.
        partner: (3,) the nearest point of the other shape (or its partner in the matching); None while it is being looked for.
        distance: between the two, in the shapes' frame.
        matched: True for the partner in the matching.
    """

    side: Side
    shape: Shape
    point: NDArray[np.float64]
    partner: NDArray[np.float64] | None = None
    distance: float = 0.0
    matched: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """A matching of A with B, and how far its points have gone.

    Attributes:
        a_shape, b_shape: what was matched.
        match: the pairs.
        time: 0 at A to 1 at B.
        live: True for the quick answer while something moves.
        stale: True if a shape has changed since; the view must say so.
    """

    a_shape: Shape
    b_shape: Shape
    match: Match
    time: float = 0.0
    live: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TableRow:
    """One shape measured against the reference.

    Attributes:
        entry: id of the shape.
        shape: what was measured.
        comparison: the numbers.
        latent: the code whose final surface was measured; None for files and for surfaces on their way.
    """

    entry: int
    shape: Shape
    comparison: Comparison
    latent: Latent | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Several shapes against one reference.

    Attributes:
        reference: id of the reference.
        reference_shape: what was measured against; None if it had to be decoded for the table.
        how: alignment and seed of all rows.
        run: number of the attempt that filled it; a later attempt is another table.
        rows: by entry id; shapes that have not been measured have none.
        job: id of the job that fills it, or None.
        reference_latent: as `TableRow.latent`.
    """

    reference: int
    reference_shape: Shape | None
    how: tuple[str, int]
    run: int
    rows: dict[int, TableRow]
    job: int | None = None
    reference_latent: Latent | None = None

    def stale(self, row: TableRow, document: Document, how: tuple[str, int]) -> bool:
        """True if a number of this row does not belong to what the session holds now."""
        entry, reference = document.entry(row.entry), document.entry(self.reference)
        same = _same(entry, row.shape, row.latent) and _same(reference, self.reference_shape, self.reference_latent)
        return not same or how != self.how


def _same(entry: Entry | None, shape: Shape | None, latent: Latent | None) -> bool:
    """True if an entry is still what was measured. Its surface may have been dropped, and decoded again, since."""
    if entry is None or (shape is not None and entry.shape is shape):
        return entry is not None
    return latent is not None and entry.latent == latent and (entry.shape is None or (entry.settled and entry.shown == latent))
