"""Coarse-to-fine surface extraction from an implicit field, so that the cost goes with the surface, not with the volume.

A first grid is evaluated densely. Each finer grid takes its values from the coarser one by trilinear interpolation and asks
the field again only near the surface (compare MISE: Mescheder et al., Occupancy Networks, CVPR 2019, section 3.2, which
refines cells whose corners lie on both sides). For a signed distance the Lipschitz bound tells which cells cannot hold any
surface, so thin parts between grid corners are not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import gcd
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.geometry.field import Field
from engine.geometry.meshing import mesh_grid
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Mesh

Grid = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: One call of the field should take about this long, so that cancelling is felt at once.
_CHUNK_SECONDS = 0.027
# Up to this coarse size an occupancy field is also evaluated in the cells around those that change sign.
_RING_UP_TO = 33
# Room for rounding where a distance is compared with its bound.
_ROUNDING = 1.0001


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """One finished grid. Times and counts run since the refinement began.

    Attributes:
        resolution: grid corners per side.
        mesh: in unit-sphere units; empty with a `note` where the field does not cross zero.
        decode_ms: milliseconds spent in the field.
        mesh_ms: milliseconds spent in interpolation, bookkeeping and meshing.
        evaluations: points evaluated.
        final: True for the last level asked for.
    """

    resolution: int
    mesh: Mesh
    decode_ms: float
    mesh_ms: float
    evaluations: int
    final: bool


def refine(
    field: Field, levels: Sequence[int], progress: Progress = NO_PROGRESS, bounds: float | None = None
) -> Iterator[Level]:
    """Extract the zero surface of `field` on rising grids.

    Args:
        field: negative inside.
        levels: rising numbers of grid corners per side, at least 2. Each 2n - 1 after n reuses every value it has; any
            other rising sequence is as correct and evaluates more.
        progress: asked about every 27 ms whether to go on.
        bounds: half the side of the cube to look at, in unit-sphere units; `field.half_extent` if not given.

    Yields:
        A `Level` per grid. Surfaces are closed at the faces of the cube.

    Raises:
        ModelError: the field answered with NaN or infinity.
    """
    sizes = [int(size) for size in levels]
    if not sizes or sizes[0] < 2 or any(b <= a for a, b in pairwise(sizes)):
        raise ValueError(f"refine: expected rising grid sizes of at least 2, received {list(levels)}")
    half = float(field.half_extent if bounds is None else bounds)
    evaluator = _Evaluator(field, half, progress)
    started = perf_counter()
    values, known = np.zeros((0, 0, 0), np.float32), np.zeros((0, 0, 0), bool)
    for index, size in enumerate(sizes):
        if index == 0:
            values, known = np.zeros((size,) * 3, np.float32), np.zeros((size,) * 3, bool)
            evaluator.fill(values, known, np.ones((size,) * 3, bool))
        else:
            values, known = _finer(field, values, known, size, half, evaluator)
        progress.check()
        mesh = mesh_grid(values, half)
        spent = 1000 * (perf_counter() - started)
        yield Level(
            size, mesh, evaluator.milliseconds, spent - evaluator.milliseconds, evaluator.evaluations, index == len(sizes) - 1
        )


def _finer(field: Field, values: Grid, known: Mask, size: int, half: float, evaluator: _Evaluator) -> tuple[Grid, Mask]:
    """Values on a grid of `size` corners: exact near the surface, interpolated elsewhere; and where they are exact."""
    cells = _overlapping(_possible_cells(field, values, half), size - 1)
    halfway = (size + 1) // 2
    if field.lipschitz is not None and size % 2 and 2 < halfway != len(values):
        # Through the grid half as fine, even if it is coarser than what is there: from it centres can be asked first.
        if halfway > len(values):
            values, known = _finer(field, values, known, halfway, half, evaluator)
        else:
            wanted = _corners(_overlapping(_possible_cells(field, values, half), halfway - 1))
            values, known = _transferred(values, known, halfway)
            evaluator.fill(values, known, wanted)
        cells &= _overlapping(_possible_cells(field, values, half), size - 1)
    evaluator.progress.check()
    nested = size == 2 * len(values) - 1
    values, known = _transferred(values, known, size)
    evaluator.progress.check()
    if field.lipschitz is not None and nested:
        centres = np.zeros(values.shape, bool)
        centres[1::2, 1::2, 1::2] = _parents(cells)
        evaluator.fill(values, known, centres)
        cells &= _possible_eighths(values, field.lipschitz * 2 * half / (size - 1)) | _changing(values)
    evaluator.fill(values, known, _corners(cells))
    for _ in range(size):  # where the surface turned out to leave the cells it was expected in, follow it
        missing = _corners(_changing(values)) & ~known
        if not missing.any():
            break
        evaluator.fill(values, known, missing)
    return values, known


def _transferred(values: Grid, known: Mask, size: int) -> tuple[Grid, Mask]:
    """Values interpolated on another grid; where both grids have a corner its value stays, and stays known."""
    grid = torch.from_numpy(values)[None, None]
    other = torch.nn.functional.interpolate(grid, size=(size,) * 3, mode="trilinear", align_corners=True)[0, 0].numpy()
    other_known = np.zeros(other.shape, bool)
    shared = gcd(len(values) - 1, size - 1)
    old, new = (slice(None, None, (n - 1) // shared) for n in (len(values), size))
    other[new, new, new] = values[old, old, old]
    other_known[new, new, new] = known[old, old, old]
    return other, other_known


def _parents(cells: Mask) -> Mask:
    """Cells of the grid half as fine of which any eighth is marked."""
    pairs = cells[::2] | cells[1::2]
    pairs = pairs[:, ::2] | pairs[:, 1::2]
    result: Mask = pairs[:, :, ::2] | pairs[:, :, 1::2]
    return result


def _possible_cells(field: Field, values: Grid, half: float) -> Mask:
    """Cells, (n-1, n-1, n-1), that may hold surface.

    If a point of the surface lies in a cell, a field with Lipschitz bound L has |f| <= L * (distance to that point) at each
    corner. The nearest corner is at most half a diagonal away; and the distances to all eight add up to most when the point is
    itself a corner (they are convex). A clamp only makes values smaller, so that it rules out less, never too much.
    """
    changing = _changing(values)
    if field.lipschitz is None:
        return _ring(changing) if len(values) <= _RING_UP_TO else changing
    edge = field.lipschitz * 2 * half / (len(values) - 1) * _ROUNDING
    magnitude = np.abs(values)
    near = _any_corner(magnitude <= 3**0.5 / 2 * edge)
    return (near & (_corner_sum(magnitude) <= (3 + 3 * 2**0.5 + 3**0.5) * edge)) | changing


def _possible_eighths(values: Grid, change: float) -> Mask:
    """Cells of a grid twice as fine that may hold surface, by the two opposite corners that are known by then.

    Of each cell's corners exactly one is a corner of the coarser grid and the opposite one is the centre of a coarser cell.
    No point of a cube is farther than sqrt(5)/2 edges from the nearer of two opposite corners, nor farther than 1 + sqrt(2)
    edges from both together.

    Args:
        values: the finer grid, exact at those corners.
        change: by how much the field may change along an edge of the finer grid.
    """
    nearer, together = 5**0.5 / 2 * change * _ROUNDING, (1 + 2**0.5) * change * _ROUNDING
    corners, centres = np.abs(values[::2, ::2, ::2]), np.abs(values[1::2, 1::2, 1::2])
    coarse = len(centres)
    result = np.zeros((2 * coarse,) * 3, bool)
    for x, y, z in product((0, 1), repeat=3):
        corner = corners[x : x + coarse, y : y + coarse, z : z + coarse]
        possible = (corner + centres <= together) & (np.minimum(corner, centres) <= nearer)
        result[x::2, y::2, z::2] = possible
    return result


def _corner_sum(values: Grid) -> Grid:
    """(n-1)^3 sums over the eight corners of each cell."""
    sums = values[1:] + values[:-1]
    sums = sums[:, 1:] + sums[:, :-1]
    result: Grid = sums[:, :, 1:] + sums[:, :, :-1]
    return result


def _any_corner(corners: Mask) -> Mask:
    """(n-1)^3 cells with at least one of their eight corners set."""
    cells = corners[1:] | corners[:-1]
    cells = cells[:, 1:] | cells[:, :-1]
    result: Mask = cells[:, :, 1:] | cells[:, :, :-1]
    return result


def _changing(values: Grid) -> Mask:
    """(n-1)^3 cells with corners on both sides of the surface."""
    inside = values < 0
    return _any_corner(inside) & _any_corner(~inside)


def _corners(cells: Mask) -> Mask:
    """(n)^3 corners of the marked (n-1)^3 cells."""
    n = len(cells) + 1
    a = np.zeros((n, n - 1, n - 1), bool)
    a[:-1] = cells
    a[1:] |= cells
    b = np.zeros((n, n, n - 1), bool)
    b[:, :-1] = a
    b[:, 1:] |= a
    c = np.zeros((n, n, n), bool)
    c[:, :, :-1] = b
    c[:, :, 1:] |= b
    return c


def _ring(cells: Mask) -> Mask:
    """The cells and the 26 neighbours of each."""
    n = len(cells)
    result: Mask = _any_corner(_corners(cells))
    assert result.shape == (n, n, n)
    return result


def _overlapping(cells: Mask, count: int) -> Mask:
    """`count`^3 cells of another grid over the same cube that overlap a marked cell."""
    index, old = np.arange(count), len(cells)
    first = index * old // count
    last = -(-(index + 1) * old // count) - 1
    for axis in range(3):
        taken = np.take(cells, first, axis=axis)
        for step in range(1, int((last - first).max()) + 1):
            taken |= np.take(cells, np.minimum(first + step, last), axis=axis)
        cells = taken
    return cells


class _Evaluator:
    """Asks the field in chunks of about 27 ms and counts what it costs."""

    def __init__(self, field: Field, half: float, progress: Progress) -> None:
        self.field = field
        self.half = half
        self.progress = progress
        self.milliseconds = 0.0
        self.evaluations = 0
        self._device = getattr(field, "device", torch.device("cpu"))  # where the field wants its points
        self._chunk = 2048

    def fill(self, values: Grid, known: Mask, wanted: Mask) -> None:
        """Put exact values where `wanted` and not yet known."""
        flat = np.flatnonzero(wanted & ~known)
        size = len(values)
        axis = torch.linspace(-self.half, self.half, size)
        target = values.reshape(-1)
        start = 0
        while start < len(flat):
            self.progress.check()
            chosen = torch.from_numpy(flat[start : start + self._chunk])
            began = perf_counter()
            points = torch.stack([axis[chosen // (size * size)], axis[chosen // size % size], axis[chosen % size]], dim=1)
            with torch.inference_mode():
                answer = self.field(points.to(self._device)).reshape(-1).cpu()
            seconds = perf_counter() - began
            if not bool(torch.isfinite(answer).all()):
                raise ModelError("The model answered with values that are not numbers; its weights or the code are damaged.")
            target[flat[start : start + len(chosen)]] = answer.numpy()
            start += len(chosen)
            self.milliseconds += 1000 * seconds
            self.evaluations += len(chosen)
            if len(chosen) == self._chunk or seconds > _CHUNK_SECONDS:
                factor = min(4.0, max(0.25, _CHUNK_SECONDS / max(seconds, 1e-6)))
                self._chunk = int(min(2**18, max(1024, self._chunk * factor)))
        known |= wanted
