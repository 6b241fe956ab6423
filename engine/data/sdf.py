"""Signed distance of polygon soup: what is inside, and how far it is to the skin.

Inside is where the generalised winding number (Jacobson, Kavan and Sorkine-Hornung 2013; fast form by Barill, Dickson,
Schmidt, Levin and Jacobson 2018, both in libigl) exceeds one half, after patches were turned outward (`engine.data.orient`).
Then both sides of every small piece of surface are probed:

* inside on one side only: **skin**;
* outside on both sides: a **sheet** (a leaf, a lampshade); it gets a body of `SHEET_HALF` to either side;
* inside on both sides: **buried** in the shape; it is left out of the distance.

Distances are to skin and sheets alone, so that the inside of a chair made of fifty parts is one inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.orient import Floats, Ints, Oriented, face_normals, orient_outward
from engine.errors import ShapeError
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Frame, Mesh

SHEET_HALF = 0.004  # half thickness of a sheet's body, unit-sphere units
MAX_EDGE = 0.06  # pieces of surface that are probed as one
FINE_EDGE = 0.015  # pieces that are not split further where their probes disagree
PROBE = 5e-4  # how far from a face its two sides are probed
SPLITS = 4  # times that a piece on the border between kinds is quartered at most
NEIGHBOURS = 9  # pieces looked at to find that border
MIN_FACES = 4
CLEAR_REACH = 0.1  # how far the side of a clear piece of skin may stand for the winding number
CHUNK = 4096  # points per query: libigl lets no other thread run meanwhile, and answers no cancel
CONFIDENCE_POINTS = 8192
SURE_SIGN = 0.9  # sign confidence below which a person should look at the shape

SKIN, SHEET, BURIED, FACING_IN = 0, 1, 2, 3


class TriangleMesh(Protocol):
    """What `prepare` needs of a mesh; `trimesh.Trimesh` and `engine.shapes.Mesh` both have it."""

    @property
    def vertices(self) -> ArrayLike:
        """(V, 3) coordinates."""

    @property
    def faces(self) -> ArrayLike:
        """(F, 3) indices."""


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """A shape ready to answer where its surface is. Frame `UNIT_SPHERE`.

    Attributes:
        vertices: (V, 3) float64 of the welded mesh.
        faces: (F, 3) int64, all of it, outward, buried faces included.
        source: (F,) int64, the face of the input mesh that each came from.
        solid: (F,) bool, faces that the winding number uses.
        piece_vertices: (P, 3) float64 of the surface split into small pieces.
        winding_faces: (W, 3) int64 into `piece_vertices`: the solid faces, split (libigl's tree likes even sizes).
        skin_faces: (S, 3) int64 into `piece_vertices`: pieces with an inside, facing out.
        skin_clear: (S,) bool, pieces whose two sides have winding numbers near whole ones all over.
        sheet_faces: (T, 3) int64 into `piece_vertices`: pieces with air on both sides.
        sheet_fraction: share of the visible area that is sheets, one side counted.
        buried_fraction: share of all area that is buried.
        closed_fraction: share of all area that lies on closed patches.
        sign_confidence: how far the sign can be trusted, in [0, 1]: the share of 8,192 points whose winding number is
            within a quarter of a whole number. The points are drawn evenly by area from skin and sheets and moved off by a
            normal offset of sigma .02 along each axis. Around closed, rightly turned patches winding numbers are whole, so it
            is 1; near holes, gaps and doubled walls they lie in between, and which side of one half they fall on is then a
            matter of degree. It says how clear the answer is, not how often it is right: nobody knows the right answer for
            an open mesh. Below `SURE_SIGN` reports flag the shape.
    """

    vertices: Floats
    faces: Ints
    source: Ints
    solid: NDArray[np.bool_]
    piece_vertices: Floats
    winding_faces: Ints
    skin_faces: Ints
    skin_clear: NDArray[np.bool_]
    sheet_faces: Ints
    sheet_fraction: float
    buried_fraction: float
    closed_fraction: float
    sign_confidence: float

    def winding(self, points: ArrayLike) -> Floats:
        """(N,) generalised winding number at (N, 3) points."""
        return _Winding(self.piece_vertices, self.winding_faces).at(_points(points))

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """(N,) whether the signed distance is negative."""
        result: NDArray[np.bool_] = self.signed_distance(points) < 0.0
        return result

    def signed_distance(self, points: ArrayLike, progress: Progress = NO_PROGRESS) -> NDArray[np.float32]:
        """Distance to the outer surface, negative inside.

        Args:
            points: (N, 3), unit-sphere units.
            progress: asked between chunks.

        Returns:
            (N,) float32, unit-sphere units.

        Raises:
            ShapeError: points that are not finite.
        """
        where = _points(points)
        result = np.full(len(where), np.inf, dtype=np.float32)
        if not len(where):
            return result
        winding = _Winding(self.piece_vertices, self.winding_faces)
        normals, _ = face_normals(self.piece_vertices, self.skin_faces)
        skin, sheets = (_Nearest(self.piece_vertices, faces) for faces in (self.skin_faces, self.sheet_faces))
        for start in range(0, len(where), CHUNK):
            progress.check()
            part, value = where[start : start + CHUNK], result[start : start + CHUNK]
            if len(self.skin_faces):
                distance, piece, closest = skin.to(part)
                inside = self._inside(part, distance, piece, closest, normals, winding)
                value[:] = np.where(inside, -distance, distance)
            if len(self.sheet_faces):
                value[:] = np.minimum(value, sheets.to(part)[0] - SHEET_HALF)
        return result

    def _inside(
        self, points: Floats, distance: Floats, piece: Ints, closest: Floats, normals: Floats, winding: _Winding
    ) -> NDArray[np.bool_]:
        """Winding number above one half; where the nearest piece leaves no doubt, its side says so at less cost."""
        cosine = np.einsum("ij,ij->i", points - closest, normals[piece]) / np.maximum(distance, 1e-12)
        inside: NDArray[np.bool_] = cosine < 0.0
        sure = self.skin_clear[piece] & (np.abs(cosine) > 0.9999) & (distance > 1e-5) & (distance < CLEAR_REACH)
        inside[~sure] = winding.at(points[~sure]) > 0.5
        return inside

    def sample_surface(self, count: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points spread uniformly by area over the outer surface; sheets are sampled on both sides of their body.

        Args:
            count: how many.
            rng: source of randomness.

        Returns:
            points (count, 3) float32 and outward unit normals (count, 3) float32.
        """
        faces = np.concatenate([self.skin_faces, self.sheet_faces, self.sheet_faces[:, ::-1]])
        normals, area = face_normals(self.piece_vertices, faces)
        lift = np.repeat([0.0, SHEET_HALF], [len(self.skin_faces), 2 * len(self.sheet_faces)])
        clear = np.concatenate([self.skin_clear, np.zeros(2 * len(self.sheet_faces), dtype=np.bool_)])
        ends = np.cumsum(area)
        points, chosen = np.empty((0, 3)), np.empty(0, dtype=np.int64)
        for _ in range(20):
            draw = _spread(ends, max(256, int(1.1 * (count - len(points)))), rng)
            where = _on_faces(self.piece_vertices, faces[draw], rng) + lift[draw, None] * normals[draw]
            # A piece was judged as a whole; a point of one that is not clear may still be under another part.
            open_air = np.ones(len(draw), dtype=np.bool_)
            unclear = np.flatnonzero(~clear[draw])
            open_air[unclear] = self.winding(where[unclear] + PROBE * normals[draw[unclear]]) <= 0.5
            points, chosen = np.concatenate([points, where[open_air]]), np.concatenate([chosen, draw[open_air]])
            if len(points) >= count:
                order = rng.permutation(len(points))[:count]
                return points[order].astype(np.float32), normals[chosen[order]].astype(np.float32)
        raise ShapeError("Hardly any of this shape's surface is visible from outside; check the directions of its faces.")


def prepare(mesh: TriangleMesh, seed: int = 0, progress: Progress = NO_PROGRESS) -> Skin:
    """Clean a mesh, settle its inside and find its outer surface.

    Args:
        mesh: triangles in `Frame.UNIT_SPHERE` coordinates; closedness, direction and duplicates do not matter.
        seed: of the rays and probes; the same seed gives the same skin.
        progress: asked between steps.

    Raises:
        ShapeError: empty, not finite, too few faces with area, not in the unit sphere's frame, or nothing visible.
    """
    if isinstance(mesh, Mesh) and mesh.frame is not Frame.UNIT_SPHERE:
        raise ShapeError("{name} is not in the unit sphere's frame; normalise it first.", name=mesh.name or "The shape")
    vertices, faces = np.asarray(mesh.vertices, dtype=np.float64), np.asarray(mesh.faces, dtype=np.int64)
    _check(vertices, faces)
    oriented = orient_outward(vertices, faces, seed, progress)
    if len(oriented.faces) < MIN_FACES:
        raise ShapeError(
            "Only {count} faces of this shape have an area and differ from each other; at least {least} are needed.",
            count=len(oriented.faces),
            least=MIN_FACES,
        )
    piece_vertices, winding_faces, pieces, kinds, clear = _classify(oriented, progress)
    area = face_normals(piece_vertices, pieces)[1]
    skin_area, sheet_area, buried_area = (float(area[kinds == kind].sum()) for kind in (SKIN, SHEET, BURIED))
    if skin_area + sheet_area <= 0.0:
        raise ShapeError("Nothing of this shape's surface is visible from outside; check the directions of its faces.")
    return Skin(
        vertices=oriented.vertices,
        faces=oriented.faces,
        source=oriented.source,
        solid=oriented.solid,
        piece_vertices=piece_vertices,
        winding_faces=winding_faces,
        skin_faces=pieces[kinds == SKIN],
        skin_clear=clear[kinds == SKIN],
        sheet_faces=pieces[kinds == SHEET],
        sheet_fraction=sheet_area / (skin_area + sheet_area),
        buried_fraction=buried_area / float(area.sum()),
        closed_fraction=oriented.closed_share,
        sign_confidence=_confidence(piece_vertices, winding_faces, pieces[kinds != BURIED], seed, progress),
    )


def _check(vertices: Floats, faces: Ints) -> None:
    if vertices.ndim != 2 or vertices.shape[1:] != (3,) or (faces.size and faces.shape[1:] != (3,)):
        raise ValueError(f"expected (V, 3) vertices and (F, 3) faces, received {vertices.shape} and {faces.shape}")
    if len(faces) == 0:
        raise ShapeError("The shape has no faces; give a surface, not a cloud.")
    if len(faces) < MIN_FACES:
        raise ShapeError("The shape has only {count} faces; at least {least} are needed.", count=len(faces), least=MIN_FACES)
    if faces.min() < 0 or faces.max() >= len(vertices):
        raise ShapeError("A face names a vertex that does not exist; the mesh is damaged.")
    used = vertices[np.unique(faces)]
    if not np.isfinite(used).all():
        raise ShapeError("The vertices hold NaN or infinite values; repair the shape and try again.")
    radius = float(np.linalg.norm(used, axis=1).max())
    if not 0.5 <= radius <= 1.05:
        raise ShapeError(
            "The farthest point of the shape is at {radius:.3g}, not at 1; normalise it to the unit sphere first.",
            radius=radius,
        )


def _classify(oriented: Oriented, progress: Progress) -> tuple[Floats, Ints, Ints, Ints, NDArray[np.bool_]]:
    """Split the surface into pieces and say of each whether it is skin, sheet or buried; skin comes out facing out.

    Returns:
        piece vertices, faces for the winding number, pieces, kind of each piece, whether each piece is clear.
    """
    vertices, winding_faces = _split_to(oriented.vertices, oriented.faces[oriented.solid], MAX_EDGE)
    vertices, walls = _split_to(vertices, oriented.faces[~oriented.solid], MAX_EDGE)
    winding = _Winding(vertices, winding_faces)
    todo = np.concatenate([winding_faces, walls])
    pieces: list[Ints] = []
    kinds: list[Ints] = []
    clears: list[NDArray[np.bool_]] = []
    for level in range(SPLITS + 1):
        kind, clear = _probe(vertices, todo, winding, progress)
        mixed = _differs_nearby(vertices[todo].mean(axis=1), kind, MAX_EDGE / 2**level)
        split = mixed & (_longest(vertices, todo) > FINE_EDGE) & (level < SPLITS)
        pieces.append(todo[~split])
        kinds.append(kind[~split])
        clears.append((clear & ~mixed)[~split])
        if not split.any():
            break
        vertices, todo = _quarter(vertices, todo[split])
    all_pieces, all_kinds, all_clear = np.concatenate(pieces), np.concatenate(kinds), np.concatenate(clears)
    turned = all_kinds == FACING_IN
    all_pieces[turned] = all_pieces[turned][:, ::-1]
    return vertices, winding_faces, all_pieces, np.where(turned, SKIN, all_kinds), all_clear


def _probe(vertices: Floats, faces: Ints, winding: _Winding, progress: Progress) -> tuple[Ints, NDArray[np.bool_]]:
    """Kind of each face, looked at from both sides of its centre, and whether both winding numbers are near whole ones."""
    normals, _ = face_normals(vertices, faces)
    centres = vertices[faces].mean(axis=1)
    front = winding.at(centres + PROBE * normals, progress)
    back = winding.at(centres - PROBE * normals, progress)
    kind = np.where(front > 0.5, np.where(back > 0.5, BURIED, FACING_IN), np.where(back > 0.5, SKIN, SHEET))
    doubt = np.maximum(np.abs(front - np.round(front)), np.abs(back - np.round(back)))
    return kind.astype(np.int64), doubt < 0.2


def _differs_nearby(centres: Floats, kind: Ints, reach: float) -> NDArray[np.bool_]:
    """(N,) whether one of the nearest pieces is of another kind: there the border between kinds may cross this one."""
    from scipy.spatial import cKDTree

    if (kind == kind[:1]).all():
        return np.zeros(len(kind), dtype=np.bool_)
    count = min(NEIGHBOURS, len(kind))
    distance, index = cKDTree(centres).query(centres, k=count, distance_upper_bound=reach)
    found = np.isfinite(distance)
    other = kind[np.where(found, index, 0)] != kind[:, None]
    result: NDArray[np.bool_] = (other & found).any(axis=1)
    return result


def _longest(vertices: Floats, faces: Ints) -> Floats:
    corners = vertices[faces]
    result: Floats = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max(axis=1)
    return result


def _split_to(vertices: Floats, faces: Ints, max_edge: float) -> tuple[Floats, Ints]:
    """Halve the longest edge of every triangle that is too long until none is. Neighbours may not match: no matter."""
    done: list[Ints] = [faces[:0]]
    while len(faces):
        corners = vertices[faces]
        lengths = np.linalg.norm(corners - np.roll(corners, -1, axis=1), axis=2)  # of edges 01, 12, 20
        long = lengths.max(axis=1) > max_edge
        done.append(faces[~long])
        first = lengths[long].argmax(axis=1)
        rows = np.arange(len(first))
        a, b, c = (faces[long][rows, (first + k) % 3] for k in range(3))
        middle = np.arange(len(first)) + len(vertices)
        vertices = np.concatenate([vertices, (vertices[a] + vertices[b]) / 2.0])
        faces = np.concatenate([np.column_stack([a, middle, c]), np.column_stack([middle, b, c])])
    return vertices, np.concatenate(done)


def _quarter(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    """Each triangle into four of half its size."""
    a, b, c = faces.T
    start, count = len(vertices), len(faces)
    ab, bc, ca = (np.arange(count) + start + k * count for k in range(3))
    corners = vertices[faces]
    middles = [(corners[:, k] + corners[:, (k + 1) % 3]) / 2.0 for k in range(3)]
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([vertices, *middles]), np.concatenate([np.column_stack(q) for q in quarters])


def _confidence(vertices: Floats, winding_faces: Ints, pieces: Ints, seed: int, progress: Progress) -> float:
    rng = np.random.default_rng(seed)
    draw = _spread(np.cumsum(face_normals(vertices, pieces)[1]), CONFIDENCE_POINTS, rng)
    points = _on_faces(vertices, pieces[draw], rng) + rng.normal(scale=0.02, size=(len(draw), 3))
    winding = _Winding(vertices, winding_faces).at(points, progress)
    return float((np.abs(winding - np.round(winding)) < 0.25).mean())


def _spread(ends: Floats, count: int, rng: np.random.Generator) -> Ints:
    """(count,) indices drawn in proportion to the steps of `ends`, stratified so that areas are met evenly."""
    ticks = (np.arange(count) + rng.random(count)) / count * ends[-1]
    result: Ints = np.minimum(np.searchsorted(ends, ticks, side="right"), len(ends) - 1).astype(np.int64)
    return result


def _on_faces(vertices: Floats, faces: Ints, rng: np.random.Generator) -> Floats:
    """One uniform point on each of the given faces."""
    u, v = rng.random((2, len(faces), 1))
    root = np.sqrt(u)
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    result: Floats = (1.0 - root) * a + root * (1.0 - v) * b + root * v * c
    return result


def _points(points: ArrayLike) -> Floats:
    where = np.ascontiguousarray(points, dtype=np.float64)
    if where.ndim != 2 or where.shape[1] != 3:
        raise ValueError(f"expected (N, 3) points, received {where.shape}")
    if not np.isfinite(where).all():
        raise ShapeError("The points hold NaN or infinite values.")
    return where


class _Winding:
    """Winding numbers about one set of faces; the tree is built once."""

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        self._tree: Any = None
        if len(faces):
            import igl

            self._tree = igl.FastWindingNumberBVH()
            self._tree.init(vertices, np.ascontiguousarray(faces))

    def at(self, points: Floats, progress: Progress = NO_PROGRESS) -> Floats:
        """(N,) winding numbers at (N, 3) points."""
        result = np.zeros(len(points))
        if self._tree is not None:
            for start in range(0, len(points), CHUNK):
                progress.check()
                part = np.ascontiguousarray(points[start : start + CHUNK])
                result[start : start + CHUNK] = self._tree.winding_number(part)
        return result


class _Nearest:
    """Distances to one set of faces; the tree is built once."""

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        self._mesh = vertices, np.ascontiguousarray(faces)
        self._tree: Any = None
        if len(faces):
            import igl

            self._tree = igl.AABB()
            self._tree.init(*self._mesh)

    def to(self, points: Floats) -> tuple[Floats, Ints, Floats]:
        """(N,) distance, (N,) nearest face, (N, 3) nearest point of (N, 3) points."""
        squared, face, closest = self._tree.squared_distance(*self._mesh, np.ascontiguousarray(points))
        return np.sqrt(np.asarray(squared, dtype=np.float64)), np.asarray(face, dtype=np.int64), np.asarray(closest)
