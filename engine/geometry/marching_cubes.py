"""Marching cubes in torch, on any device: the surface of a grid where VTK is missing, or where the values are on a GPU.

Lorensen, Cline: "Marching Cubes", SIGGRAPH 1987. The table of the 256 cases is not written down but traced: on each face of
the cube, every run of outside corners is cut off by a segment of its own, and the segments join to loops. A face thus looks
the same from both its cells, so there are no holes; it is also how VTK's flying edges treat it, so both meshes have the same
vertices, and the same polygons before these are cut into triangles.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import torch
from torch import Tensor

from engine.geometry.cells import indices_of

_Edge = tuple[int, tuple[int, int, int]]  # its axis, and the corner it starts from

#: The twelve edges of a cube. A corner is (x, y, z) of zeros and ones.
_EDGES: tuple[_Edge, ...] = tuple(
    (axis, (x, y, z)) for axis in range(3) for x, y, z in product((0, 1), repeat=3) if (x, y, z)[axis] == 0
)


def marching_cubes(values: Tensor) -> tuple[Tensor, Tensor]:
    """The zero surface of a grid; all work is done where the values are.

    Args:
        values: (X, Y, Z) floats; below zero is inside, zero and above is outside.

    Returns:
        (V, 3) float32 vertices in grid units, one for each grid edge that changes sign; (F, 3) int32 faces,
        counter-clockwise seen from outside. The surface is open where it meets the faces of the grid.
    """
    inside = values < 0
    vertices, number = _vertices(values, inside)
    return vertices, _faces(inside, number)


def _vertices(values: Tensor, inside: Tensor) -> tuple[Tensor, Tensor]:
    """Where grid edges cross zero, by linear interpolation; and (3 X Y Z,) the vertex on the edge of an axis and a corner.

    Only those entries of the second are set that belong to an edge with a vertex.
    """
    total, steps = values.numel(), _steps(values)
    crossed = inside.new_zeros((3, *inside.shape))
    for axis in range(3):
        length = values.shape[axis] - 1
        crossed[axis].narrow(axis, 0, length).copy_(inside.narrow(axis, 0, length) ^ inside.narrow(axis, 1, length))
    entry = indices_of(crossed)
    along, start = entry // total, entry % total
    ahead = along.unsqueeze(1) == torch.arange(3, device=values.device)
    flat = values.reshape(-1)
    first = flat[start]
    second = flat[start + ahead[:, 0] * steps[0] + ahead[:, 1] * steps[1] + ahead[:, 2]]
    place = torch.stack([start // steps[0], start // steps[1] % values.shape[1], start % values.shape[2]], dim=1)
    vertices = place + ahead * (first / (first - second)).to(torch.float32).unsqueeze(1)
    number = torch.empty(3 * total, dtype=torch.int32, device=values.device)
    number[entry] = torch.arange(len(entry), dtype=torch.int32, device=values.device)
    return vertices, number


def _faces(inside: Tensor, number: Tensor) -> Tensor:
    """(F, 3) triangles of all cells that change sign."""
    bits = inside.to(torch.uint8)
    case = bits[:, :, :-1] | (bits[:, :, 1:] << 1)
    case = case[:, :-1] | (case[:, 1:] << 2)
    case = case[:-1] | (case[1:] << 4)
    _, deep, wide = case.shape
    case = case.reshape(-1)
    cell = indices_of((case + 1) > 1)  # neither 0 nor 255, which wraps to 0
    which = case[cell].to(torch.int64)
    steps = _steps(inside)
    corner = cell // (deep * wide) * steps[0] + cell // wide % deep * steps[1] + cell % wide
    axes, starts, count = _table(inside.device)
    # From a cell's first corner to the entries of the edges of its triangles.
    offsets = axes * inside.numel() + starts[..., 0] * steps[0] + starts[..., 1] * steps[1] + starts[..., 2]
    used = torch.arange(offsets.shape[1], device=inside.device) < count[which, None]
    place = indices_of(used)
    row, slot = place // used.shape[1], place % used.shape[1]
    return number[corner[row, None] + offsets[which[row], slot]]


def _steps(grid: Tensor) -> tuple[int, int, int]:
    """How far neighbours along each axis lie from each other in the flattened grid."""
    return grid.shape[1] * grid.shape[2], grid.shape[2], 1


@cache
def _table(device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    """The triangles of each case: (256, 5, 3) axes of their edges, (256, 5, 3, 3) where these start, (256,) their number.

    Bit 4 x + 2 y + z of a case is set if that corner is inside. Cases with less than five triangles are padded.
    """
    triangles = [[t for loop in _loops(case) for t in _fan(loop)] for case in range(256)]
    most = max(map(len, triangles))
    padded = [[*found, *[(0, 0, 0)] * (most - len(found))] for found in triangles]
    with torch.inference_mode(False):  # it outlives the mode of whoever asks first
        axes = torch.tensor([[[_EDGES[edge][0] for edge in t] for t in case] for case in padded])
        starts = torch.tensor([[[_EDGES[edge][1] for edge in t] for t in case] for case in padded])
        count = torch.tensor([len(found) for found in triangles])
        return axes.to(device), starts.to(device), count.to(device)


def _loops(case: int) -> list[list[int]]:
    """Closed loops of edges, counter-clockwise seen from outside the surface."""
    following: dict[int, int] = {}
    for axis, side in product(range(3), (0, 1)):
        across, up = (axis + 1) % 3, (axis + 2) % 3
        if side == 0:
            across, up = up, across
        ring = []  # the face's corners, counter-clockwise seen from outside the cube
        for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)):
            corner = [0, 0, 0]
            corner[axis], corner[across], corner[up] = side, a, b
            ring.append(corner)
        within = [bool(case >> (4 * x + 2 * y + z) & 1) for x, y, z in ring]
        for i in range(4):
            if within[i] and not within[(i + 1) % 4]:
                leaving = _edge(ring[i], ring[(i + 1) % 4])
                j = (i + 1) % 4
                while not within[(j + 1) % 4]:
                    j = (j + 1) % 4
                following[_edge(ring[j], ring[(j + 1) % 4])] = leaving
    loops = []
    while following:
        loop = [min(following)]
        while following[loop[-1]] != loop[0]:
            loop.append(following.pop(loop[-1]))
        del following[loop[-1]]
        loops.append(loop)
    return loops


def _edge(a: list[int], b: list[int]) -> int:
    """Number of the edge between two corners."""
    axis = next(i for i in range(3) if a[i] != b[i])
    start = min(a, b)
    return _EDGES.index((axis, (start[0], start[1], start[2])))


def _fan(loop: list[int]) -> list[tuple[int, int, int]]:
    """Triangles of a polygon, all from one vertex: the one with the shortest diagonals of which none lies in a cube's face.

    A diagonal in a face might be used by the cell beyond it as well, and then four triangles would share it.
    """

    def cost(first: int) -> tuple[bool, int, int]:
        ends = [loop[(first + k) % len(loop)] for k in range(2, len(loop) - 1)]
        own = _middle(loop[first])
        pairs = [tuple(zip(own, _middle(end), strict=True)) for end in ends]
        in_face = any(a == b != 1 for pair in pairs for a, b in pair)
        return in_face, sum((a - b) ** 2 for pair in pairs for a, b in pair), loop[first]

    first = min(range(len(loop)), key=cost)
    turned = loop[first:] + loop[:first]
    return [(turned[0], turned[k], turned[k + 1]) for k in range(1, len(turned) - 1)]


def _middle(edge: int) -> tuple[int, int, int]:
    """Twice the coordinates of the middle of an edge: 0 and 2 are the faces of the cube."""
    axis, (x, y, z) = _EDGES[edge]
    return 2 * x + (axis == 0), 2 * y + (axis == 1), 2 * z + (axis == 2)
