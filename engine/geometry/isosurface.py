"""Coarse-to-fine surface extraction from an implicit field, so that the cost goes with the surface, not with the volume.

A first grid is evaluated densely. Each finer grid takes its values from the coarser one by interpolation and asks the field
again only near the surface (compare MISE: Mescheder et al., Occupancy Networks, CVPR 2019, section 3.2, which refines cells
whose corners lie on both sides). For a signed distance the Lipschitz bound tells which cells cannot hold any surface, so thin
parts between grid corners are not lost.

Why the result is that of evaluating the whole grid. (1) Every corner of a cell that changes sign has been asked: the loop that
follows the surface does not end before. (2) A corner that was not asked has the right sign, if no cell that holds surface was
ruled out: between it and the nearest corner asked lie only cells without surface, and interpolation keeps the sign in those.
(3) A cell is ruled out only by the bound (`_possible_cells`, `_fill_eighths`), or, where there is none, because
nothing spoke for it (`engine.geometry.occupancy`). (1) holds always, (2) and (3) as far as the field keeps its bound; how
steep fields are is measured (`engine.training.steepness`), and `shape-engine bench equality` compares with dense evaluation.

Floor: whatever is asked, the corners of the cells that change sign must be, 2 to 3 for each vertex of the mesh.

Grids stay on the field's device.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import perf_counter

import torch
from torch import Tensor

from engine.geometry.cells import (
    CORNERS,
    any_corner,
    corner_sum,
    corners_of,
    crossing,
    halved,
    indices_of,
    overlapping,
    resampled,
    with_neighbours,
)
from engine.geometry.evaluator import Evaluator
from engine.geometry.field import Field
from engine.geometry.meshing import mesh_grid
from engine.geometry.occupancy import COARSE, around, dips, near_zero
from engine.geometry.vertices import moved_onto_surface, with_field_normals
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Mesh

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
        crossing_corners: corners of the cells that change sign on this grid; nobody can ask for fewer.
        values: the grid itself, on the field's device, if it was kept.
    """

    resolution: int
    mesh: Mesh
    decode_ms: float
    mesh_ms: float
    evaluations: int
    final: bool
    crossing_corners: int = 0
    values: Tensor | None = None


def refine(
    field: Field,
    levels: Sequence[int],
    progress: Progress = NO_PROGRESS,
    bounds: float | None = None,
    refine_vertices: bool = False,
    normals: bool = False,
) -> Iterator[Level]:
    """Extract the zero surface of `field` on rising grids.

    Args:
        field: negative inside.
        levels: rising numbers of grid corners per side, at least 2. Each 2n - 1 after n reuses every value it has; any
            other rising sequence is as correct and evaluates more.
        progress: asked about every 27 ms whether to go on.
        bounds: half the side of the cube to look at, in unit-sphere units; `field.half_extent` if not given.
        refine_vertices: move the last level's vertices onto the field's zero (`engine.geometry.vertices`).
        normals: take the last level's normals from the field instead of from the faces.

    Yields:
        A `Level` per grid. Surfaces are closed at the faces of the cube.

    Raises:
        ModelError: the field answered with NaN or infinity.
    """
    sizes = [int(size) for size in levels]
    if not sizes or sizes[0] < 2 or any(b <= a for a, b in pairwise(sizes)):
        raise ValueError(f"refine: expected rising grid sizes of at least 2, received {list(levels)}")
    half = float(field.half_extent if bounds is None else bounds)
    evaluator = Evaluator(field, half, progress)
    started = perf_counter()
    values, known = whole_grid(sizes[0], evaluator)
    corners = int(corners_of(crossing(values)).sum())
    for index, size in enumerate(sizes):
        if index:
            values, known, corners = _finer(field, values, known, size, evaluator)
        progress.check()
        mesh = mesh_grid(values, half)
        final = index == len(sizes) - 1
        if final and refine_vertices:
            progress.check()
            mesh = moved_onto_surface(mesh, values, evaluator)
        if final and normals:
            progress.check()
            mesh = with_field_normals(mesh, 2 * half / (size - 1), evaluator)
        spent = 1000 * (perf_counter() - started)
        yield Level(
            size, mesh, evaluator.milliseconds, spent - evaluator.milliseconds, evaluator.evaluations, final, corners, values
        )


def whole_grid(size: int, evaluator: Evaluator) -> tuple[Tensor, Tensor]:
    """A grid evaluated everywhere: values, and where they are exact."""
    values = torch.zeros((size,) * 3, device=evaluator.device)
    known = torch.zeros((size,) * 3, dtype=torch.bool, device=evaluator.device)
    evaluator.put(values, known, torch.arange(size**3, device=evaluator.device))
    return values, known


def _finer(field: Field, values: Tensor, known: Tensor, size: int, evaluator: Evaluator) -> tuple[Tensor, Tensor, int]:
    """Values on a grid of `size` corners, exact near the surface, interpolated elsewhere; where; what `follow` counts."""
    if size != 2 * len(values) - 1:
        values, known = _resized(field, values, known, size, evaluator)
    elif field.lipschitz is None:
        values, known = _doubled_by_signs(values, known, evaluator)
    else:
        cells = _possible_cells(field, values, evaluator.half)
        evaluator.progress.check()
        values, known = resampled(values, known, size)
        evaluator.progress.check()
        _fill_eighths(field, values, known, cells, evaluator)
    return values, known, follow(values, known, evaluator)


def _doubled_by_signs(values: Tensor, known: Tensor, evaluator: Evaluator) -> tuple[Tensor, Tensor]:
    """A grid twice as fine of a field without a bound (`engine.geometry.occupancy`)."""
    size, coarse = 2 * len(values) - 1, len(values) <= COARSE
    cells = near_zero(values) if coarse else None
    wanted = around(dips(values, known))
    evaluator.progress.check()
    values, known = resampled(values, known, size)
    evaluator.progress.check()
    # Finer grids are expected where interpolation says; `follow` sees to the rest.
    wanted |= corners_of(crossing(values) if cells is None else overlapping(cells, size - 1))
    evaluator.fill(values, known, wanted)
    return values, known


def _resized(field: Field, values: Tensor, known: Tensor, size: int, evaluator: Evaluator) -> tuple[Tensor, Tensor]:
    """A finer grid that does not contain every corner of the one before."""
    check, half = evaluator.progress.check, evaluator.half
    cells = overlapping(_possible_cells(field, values, half), size - 1)
    halfway = (size + 1) // 2
    if field.lipschitz is not None and size % 2 and 2 < halfway != len(values):
        # Through the grid half as fine, even if it is coarser than what is there: from it centres can be asked first.
        values, known = _halfway(field, values, known, halfway, evaluator)
        cells &= overlapping(_possible_cells(field, values, half), size - 1)
        check()
        values, known = resampled(values, known, size)
        _fill_eighths(field, values, known, halved(cells), evaluator, cells)
    else:
        check()
        values, known = resampled(values, known, size)
        check()
        evaluator.fill(values, known, corners_of(cells))
    return values, known


def _halfway(field: Field, values: Tensor, known: Tensor, size: int, evaluator: Evaluator) -> tuple[Tensor, Tensor]:
    if size > len(values):
        return _finer(field, values, known, size, evaluator)[:2]
    wanted = corners_of(overlapping(_possible_cells(field, values, evaluator.half), size - 1))
    values, known = resampled(values, known, size)
    evaluator.fill(values, known, wanted)
    return values, known


def follow(values: Tensor, known: Tensor, evaluator: Evaluator) -> int:
    """Ask for the corners of all cells that change sign until none is left: the surface may leave the cells expected.

    Returns:
        The number of those corners.
    """
    while True:
        evaluator.progress.check()
        wanted = corners_of(crossing(values))
        evaluator.progress.check()
        chosen = indices_of(wanted > known)
        evaluator.progress.check()
        if not len(chosen):
            return int(torch.count_nonzero(wanted))
        evaluator.put(values, known, chosen)


def _possible_cells(field: Field, values: Tensor, half: float) -> Tensor:
    """Cells, (n-1, n-1, n-1), that may hold surface.

    If a point of the surface lies in a cell, a field with Lipschitz bound L has |f| <= L * (distance to that point) at each
    corner. The nearest corner is at most half a diagonal away; and the distances to all eight add up to most when the point is
    itself a corner (they are convex). A clamp only makes values smaller, so that it rules out less, never too much.
    """
    changing = crossing(values)
    if field.lipschitz is None:
        return with_neighbours(near_zero(values)) if len(values) <= COARSE else changing
    edge = field.lipschitz * 2 * half / (len(values) - 1) * _ROUNDING
    magnitude = values.abs()
    near = any_corner(magnitude <= 3**0.5 / 2 * edge)
    return (near & (corner_sum(magnitude) <= (3 + 3 * 2**0.5 + 3**0.5) * edge)) | changing


def _fill_eighths(
    field: Field, values: Tensor, known: Tensor, cells: Tensor, evaluator: Evaluator, only: Tensor | None = None
) -> None:
    """Ask for the corners of those eighths of `cells` that may hold surface, centres of cells first.

    Of each eighth's corners exactly one is a corner of the coarser grid and the opposite one is the centre of a coarser cell.
    No point of a cube is farther than sqrt(5)/2 edges from the nearer of two opposite corners, nor farther than 1 + sqrt(2)
    edges from both together.

    Args:
        field: one with a bound.
        values: (n, n, n) the finer grid, exact where known.
        known: (n, n, n) where it is.
        cells: (n/2, n/2, n/2) cells of the coarser grid.
        evaluator: asks.
        only: (n-1, n-1, n-1) cells of the finer grid outside which none is asked for.
    """
    size = len(values)
    first = cells.nonzero() * 2  # (k, 3) first corners of coarse cells, in corners of the finer grid
    start = first[:, 0] * size * size + first[:, 1] * size + first[:, 2]
    ways = [(x * size + y) * size + z for x, y, z in CORNERS]  # from a cell's first corner to each
    flat, centre = values.view(-1), start + ways[-1]
    wanted = torch.zeros_like(known).view(-1)
    evaluator.put(values, known, centre[~known.view(-1)[centre]])
    change = (field.lipschitz or 0.0) * 2 * evaluator.half / (size - 1) * _ROUNDING
    nearer, together = 5**0.5 / 2 * change, (1 + 2**0.5) * change
    middle = flat[centre].abs()
    for way in ways:
        outer = flat[start + 2 * way].abs()
        kept = (start + way)[(outer + middle <= together) & (torch.minimum(outer, middle) <= nearer)]
        if only is not None:
            x, y, z = kept // (size * size), kept // size % size, kept % size
            kept = kept[only[x, y, z]]
        for offset in ways:
            wanted[kept + offset] = True
    evaluator.progress.check()
    evaluator.put(values, known, indices_of(wanted > known.view(-1)))
