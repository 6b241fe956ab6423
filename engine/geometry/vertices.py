"""Vertices moved onto the field's zero along their own grid edge, and normals from the field.

Marching cubes puts a vertex where a straight line between the values at both ends of a grid edge is zero; the field need not be
straight between them. Each vertex is bracketed by the two ends, which have different signs, and moved by regula falsi with the
Illinois rule (Dowell, Jarratt 1971): the estimate never leaves the bracket, so never the edge, and faces stay as they are.

Normals are differences of the field over the corners of a small tetrahedron: four evaluations a vertex, for every field. A
gradient through autograd was measured as well: per vertex 3.1 microseconds against 3.7 for the planes, 13 against 21 for the
small DeepSDF, 68 against 20 for the Occupancy Network (one thread). It pays too little to ask every field for a second path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from engine.geometry.evaluator import Evaluator
from engine.geometry.meshing import vertex_normals
from engine.shapes import Mesh

#: Evaluations of the field per vertex, at most.
STEPS = 5
#: A vertex stays where the field is below this share of its change along the edge: half a hundredth of a cell from zero.
CLOSE = 5e-3
#: Nearer to a corner than this share of an edge, a vertex counts as lying on the corner.
_AT_CORNER = 1e-4
#: Distance of the tetrahedron's corners from the vertex along each axis, as a share of a cell.
_REACH = 0.125


def moved_onto_surface(mesh: Mesh, values: Tensor, evaluator: Evaluator) -> Mesh:
    """The mesh with its vertices on the field's zero.

    Args:
        mesh: the zero surface of `values`, from `mesh_grid`; normals are made anew from its faces.
        values: (n, n, n) field at the grid's corners, on the evaluator's device.
        evaluator: asks the field, over the same cube.

    Returns:
        As many vertices and the same faces. Vertices at a corner, or on a face of the box that closes the surface, stay.
    """
    if mesh.is_empty:
        return mesh
    size, half = len(values), evaluator.half
    spacing = 2 * half / (size - 1)
    places = torch.tensor(mesh.vertices, device=evaluator.device)
    grid = (places.double() + half) / spacing
    off = (grid - grid.round()).abs()
    most, axis = off.max(dim=1)
    moving = (most > _AT_CORNER).nonzero().squeeze(1)
    evaluator.progress.check()
    axis, grid = axis[moving, None], grid[moving]
    low = grid.round()
    low.scatter_(1, axis, grid.gather(1, axis).floor())
    high = low.scatter_add(1, axis, torch.ones_like(low[:, :1]))
    steps = torch.tensor((size * size, size, 1), device=values.device)
    ends = [values.view(-1)[(corner.long() * steps).sum(dim=1)] for corner in (low, high)]
    evaluator.progress.check()
    start = (low * spacing - half).float()

    def along(chosen: Tensor, share: Tensor) -> Tensor:
        points = start[chosen]
        return evaluator.at(points.scatter_add(1, axis[chosen], (share * spacing).unsqueeze(1)))

    share = _zero(ends[0], ends[1], along)
    places[moving] = start.scatter_add(1, axis, (share * spacing).unsqueeze(1))
    vertices = places.cpu().numpy()
    return replace(mesh, vertices=vertices, normals=vertex_normals(vertices, mesh.faces))


def _zero(low: Tensor, high: Tensor, along: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """(V,) where on each edge, in [0, 1], a function is zero.

    Args:
        low: (V,) its values at 0; edges whose signs do not differ get the straight line's answer.
        high: (V,) its values at 1.
        along: gives the values (k,) of the edges chosen (k,) at places (k,).
    """
    change = (high - low).abs().clamp(min=1e-30)
    share = (low / (low - high)).nan_to_num(0.5).clamp(0, 1)
    left, right = torch.zeros_like(share), torch.ones_like(share)
    f_left, f_right = low.clone(), high.clone()
    side = torch.zeros_like(share)
    active = ((low < 0) != (high < 0)).nonzero().squeeze(1)
    for _ in range(STEPS):
        if not len(active):
            break
        value = along(active, share[active])
        keep = value.abs() > CLOSE * change[active]
        active, value = active[keep], value[keep]
        if not len(active):
            break
        same = (value < 0) == (f_left[active] < 0)  # zero lies right of the estimate
        at, again = share[active], side[active]
        left[active] = torch.where(same, at, left[active])
        right[active] = torch.where(same, right[active], at)
        # the Illinois rule: an end that stays a second time counts half, or it would hold the estimate back
        f_left[active] = torch.where(same, value, torch.where(again < 0, f_left[active] / 2, f_left[active]))
        f_right[active] = torch.where(same, torch.where(again > 0, f_right[active] / 2, f_right[active]), value)
        side[active] = torch.where(same, 1.0, -1.0)
        a, b, fa, fb = (t[active] for t in (left, right, f_left, f_right))
        share[active] = torch.minimum(torch.maximum(a - fa * (b - a) / (fb - fa), a), b)
    return share


def with_field_normals(mesh: Mesh, spacing: float, evaluator: Evaluator) -> Mesh:
    """The mesh with unit normals along the field's gradient at its vertices; outward, as the field is negative inside.

    Args:
        mesh: a surface of the field.
        spacing: side of a grid cell, unit-sphere units.
        evaluator: asks the field.

    Returns:
        The same surface. Where the field has no slope, and on the faces of the box, the normals of the mesh stay.
    """
    if mesh.is_empty:
        return mesh
    reach = _REACH * spacing
    tips = torch.tensor(((1, -1, -1), (-1, -1, 1), (-1, 1, -1), (1, 1, 1)), dtype=torch.float32, device=evaluator.device)
    points = torch.tensor(mesh.vertices, device=evaluator.device)
    values = evaluator.at((points.unsqueeze(1) + reach * tips).view(-1, 3)).view(-1, 4)
    slope = values @ tips
    length = slope.norm(dim=1, keepdim=True)
    flat = (length.squeeze(1) <= 0) | (points.abs().amax(dim=1) >= evaluator.half - 1e-6)
    normals = slope / length.clamp(min=1e-30)
    if mesh.normals is not None:
        normals = torch.where(flat[:, None], torch.tensor(mesh.normals, device=evaluator.device), normals)
    return replace(mesh, normals=normals.cpu().numpy())
