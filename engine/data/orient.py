"""Polygon soup to patches that face outward.

Models from the wild come with faces turned at random, vertices repeated per face and whole parts stuck through each other.
The winding number forgives all of that but wrong directions, so directions are settled here:

* Parts that are closed in themselves are turned by the sign of their volume.
* Open patches are turned so that the side from which more can be seen looks out (after Takayama, Jacobson, Kavan and
  Sorkine-Hornung, "A Simple Method for Correcting Facet Orientations in Polygon Meshes Based on Ray Casting", JCGT 2014).
* A wall between two touching parts that share the same triangles is taken out of the winding number: with the parts'
  other faces being closed without it, it would cut their inside in two.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.rays import Rays
from engine.progress import NO_PROGRESS, Progress

WELD = 2e-5  # of the shape's radius
MIN_AREA = 1e-12  # of the squared radius
RAYS_PER_PATCH = 64
RAYS_IN_ALL = 200_000

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Oriented:
    """Welded faces that look outward.

    Attributes:
        vertices: (V, 3) float64.
        faces: (F, 3) int64, counter-clockwise seen from outside.
        source: (F,) int64, the face of the input that each came from.
        solid: (F,) bool, False for walls that must stay out of the winding number.
        closed_share: share of the area that belongs to closed patches.
    """

    vertices: Floats
    faces: Ints
    source: Ints
    solid: NDArray[np.bool_]
    closed_share: float


def face_normals(vertices: Floats, faces: Ints) -> tuple[Floats, Floats]:
    """Unit normals (F, 3) and areas (F,); the normal of a face without area is zero."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    cross = np.cross(b - a, c - a)
    length = np.linalg.norm(cross, axis=1)
    return cross / np.maximum(length, 1e-300)[:, None], length / 2.0


def orient_outward(vertices: Floats, faces: Ints, seed: int = 0, progress: Progress = NO_PROGRESS) -> Oriented:
    """Weld, drop degenerate and doubled faces, and turn every patch outward.

    Args:
        vertices: (V, 3), about unit size.
        faces: (F, 3).
        seed: of the rays that look at open patches.
        progress: asked between steps.
    """
    rng = np.random.default_rng(seed)
    source = np.arange(len(faces), dtype=np.int64)
    parts = _connected(faces, len(vertices))
    progress.check()
    vertices_1, faces_1 = _weld(vertices, faces, parts)
    faces_1, source = _drop_degenerate(vertices_1, faces_1, source)
    progress.check()
    # Closed parts keep vertices of their own, so that parts that merely touch do not become one non-manifold knot.
    closed = _closed_parts(faces_1, parts[source])
    group = np.where(closed, parts[source] + 1, 0)
    progress.check()
    vertices_2, faces_2 = _weld(vertices_1, faces_1, group)
    progress.check()
    faces_2, source = _drop_degenerate(vertices_2, faces_2, source)
    faces_2, source, doubled = _drop_doubled(faces_2, source)
    if not len(faces_2):
        return Oriented(vertices_2, faces_2, source, np.zeros(0, dtype=np.bool_), 0.0)
    progress.check()
    faces_3, patches, count = _patches(faces_2)
    closed_patch = _closed_patches(faces_3, patches, count)
    progress.check()
    flip = _facing_in(vertices_2, faces_3, patches, count, closed_patch, rng)
    faces_4 = np.where(flip[patches][:, None], faces_3[:, ::-1], faces_3)
    progress.check()
    solid = ~_walls(faces_4, patches, count, doubled)
    area = face_normals(vertices_2, faces_4)[1]
    return Oriented(vertices_2, faces_4, source, solid, float(area[closed_patch[patches]].sum() / area.sum()))


def _connected(faces: Ints, vertex_count: int) -> Ints:
    """(F,) number of the part that each face belongs to: faces that share a vertex index are one part."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    heads, tails = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    graph = coo_array((np.ones(len(heads), dtype=np.int8), (heads, tails)), shape=(vertex_count, vertex_count))
    labels = connected_components(graph, directed=False)[1]
    result: Ints = labels[faces[:, 0]].astype(np.int64)
    return result


def _weld(vertices: Floats, faces: Ints, group: Ints) -> tuple[Floats, Ints]:
    """Make one of the vertices that fall into one cell of side `WELD`, within each group of faces."""
    corner = faces.ravel()
    keys = np.column_stack([np.repeat(group, 3), np.round(vertices[corner] / WELD).astype(np.int64)])
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    return vertices[corner[first]], inverse.reshape(-1, 3).astype(np.int64)


def _drop_degenerate(vertices: Floats, faces: Ints, source: Ints) -> tuple[Ints, Ints]:
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    keep = distinct & (face_normals(vertices, faces)[1] > MIN_AREA)
    return faces[keep], source[keep]


def _drop_doubled(faces: Ints, source: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Keep one face of those with the same three vertices; the flag says which stood for an even number."""
    _, first, counts = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True)
    order = np.argsort(first)
    keep = first[order]
    return faces[keep], source[keep], (counts[order] % 2 == 0)


def _edges(faces: Ints) -> Ints:
    """(3F, 2) directed edges: those of the first side of all faces, then the second, then the third."""
    return np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])


def _closed_parts(faces: Ints, parts: Ints) -> NDArray[np.bool_]:
    """(F,) True where every edge of the face's part lies on exactly two of its faces."""
    _, inverse, counts = np.unique(np.sort(_edges(faces), axis=1), axis=0, return_inverse=True, return_counts=True)
    ragged = np.zeros(int(parts.max(initial=0)) + 1, dtype=np.bool_)
    ragged[np.tile(parts, 3)[counts[inverse.ravel()] != 2]] = True
    return ~ragged[parts]


def _patches(faces: Ints) -> tuple[Ints, Ints, int]:
    """Manifold patches, each turned the same way within itself: faces, patch of each face, number of patches."""
    import igl

    turned, patches = igl.bfs_orient(np.ascontiguousarray(faces))
    patches = np.asarray(patches, dtype=np.int64).ravel()
    return np.asarray(turned, dtype=np.int64), patches, int(patches.max()) + 1


def _closed_patches(faces: Ints, patches: Ints, count: int) -> NDArray[np.bool_]:
    """(count,) True if the directed edges of the patch cancel, so that it bounds a volume."""
    edges = _edges(faces)
    low = np.sort(edges, axis=1)
    sign = np.where(edges[:, 0] == low[:, 0], 1, -1)
    keys = np.column_stack([np.tile(patches, 3), low])
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    total = np.bincount(inverse.ravel(), weights=sign, minlength=len(unique))
    closed = np.ones(count, dtype=np.bool_)
    closed[unique[total != 0, 0]] = False
    return closed


def _facing_in(
    vertices: Floats,
    faces: Ints,
    patches: Ints,
    count: int,
    closed: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.bool_]:
    """(count,) True for patches that must be turned over."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    volume = np.bincount(patches, weights=np.einsum("ij,ij->i", a, np.cross(b, c)), minlength=count)
    score = volume.copy()
    open_faces = np.flatnonzero(~closed[patches])
    if len(open_faces):
        seen = _outside_score(vertices, faces, open_faces, patches, count, rng)
        score = np.where(closed, score, seen)
    return score < 0.0


def _outside_score(vertices: Floats, faces: Ints, chosen: Ints, patches: Ints, count: int, rng: np.random.Generator) -> Floats:
    """(count,) how much more the front of each patch sees than its back; negative if it looks inward.

    From points spread over the patch by area, rays leave in all directions of either side. One that meets nothing
    counts 1, one that meets something counts its way over four radii, so that patches hidden inside still get an answer.
    """
    normals, area = face_normals(vertices, faces)
    patch_area = np.bincount(patches[chosen], weights=area[chosen], minlength=count)
    share = area[chosen] / patch_area[patches[chosen]]
    budget = min(RAYS_PER_PATCH * len(np.unique(patches[chosen])), RAYS_IN_ALL)
    weight = 0.5 * share / share.sum() + 0.5 * area[chosen] / area[chosen].sum()
    expected = budget * weight
    times = np.floor(expected + rng.random(len(chosen))).astype(np.int64)
    times[np.unique(patches[chosen], return_index=True)[1]] += 4  # every patch gets some
    face = np.repeat(chosen, times)
    u, v = rng.random((2, len(face)))
    fold = u + v > 1.0
    u, v = np.where(fold, 1.0 - u, u), np.where(fold, 1.0 - v, v)
    a, b, c = (vertices[faces[face, k]] for k in range(3))
    point = a + u[:, None] * (b - a) + v[:, None] * (c - a)
    normal = normals[face]
    way = rng.normal(size=normal.shape)
    way = normal + way / np.linalg.norm(way, axis=1, keepdims=True)  # cosine-weighted about the normal
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    rays = Rays(vertices, faces)
    front = rays.first_hit(point + 1e-4 * normal, way)[1]
    back = rays.first_hit(point - 1e-4 * normal, -way)[1]
    gain = np.where(np.isinf(front), 1.0, np.minimum(front, 4.0) / 8.0) - np.where(
        np.isinf(back), 1.0, np.minimum(back, 4.0) / 8.0
    )
    result: Floats = np.bincount(patches[face], weights=gain, minlength=count).astype(np.float64)
    return result


def _walls(faces: Ints, patches: Ints, count: int, doubled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(F,) True for patches of doubled faces whose whole border hangs on other patches: walls between touching parts."""
    edges = np.sort(_edges(faces), axis=1)
    owner = np.tile(patches, 3)
    _, inverse, counts = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
    shared = counts[inverse.ravel()]
    single = np.bincount(patches, weights=~doubled, minlength=count) > 0
    has_border = np.zeros(count, dtype=np.bool_)
    has_border[owner[shared >= 3]] = True
    loose = np.zeros(count, dtype=np.bool_)
    loose[owner[shared == 1]] = True
    return (has_border & ~loose & ~single)[patches]
