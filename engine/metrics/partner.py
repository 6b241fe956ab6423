"""The one point of a shape that is nearest to a given point: what a click on a surface asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ShapeError
from engine.metrics.align import alignment
from engine.progress import NO_PROGRESS, Progress
from engine.requests import Partner, PartnerRequest
from engine.shapes import Mesh, Shape


def partner(point: ArrayLike, shape: Shape) -> tuple[NDArray[np.float64], float]:
    """(3,) nearest point of a shape (of the triangles of a mesh, exactly) and its distance, in the shape's units.

    Raises:
        ShapeError: the shape is empty.
    """
    asked = np.asarray(point, np.float64)
    if shape.is_empty:
        raise ShapeError("{name} is empty; no distance to it exists.", name=shape.name or "The shape")
    if isinstance(shape, Mesh):
        found = _nearest_of_triangles(asked, shape.vertices[shape.faces].astype(np.float64))
    else:
        found = shape.points[int(((shape.points - asked) ** 2).sum(axis=1).argmin())].astype(np.float64)
    return found, float(np.linalg.norm(found - asked))


def partner_across(request: PartnerRequest, progress: Progress = NO_PROGRESS) -> Partner:
    """The nearest point of the other shape, measured after alignment and told where it lies without.

    Raises:
        ShapeError: a shape is empty.
        EngineError: there is no such alignment.
    """
    progress.check()
    asked = np.asarray(request.point, np.float64)
    if request.align == "none":
        found, distance = partner(asked, request.a if request.of_b else request.b)
        return Partner(found, distance)
    motion = alignment(request.align).find(request.a, request.b, request.seed, progress)
    progress.check()
    if not request.of_b:
        return Partner(*partner(motion.points(asked[None])[0], request.b))
    found, distance = partner(asked, motion.shape(request.a))
    return Partner((found - motion.shift) @ motion.rotation / motion.scale, distance)


def _nearest_of_triangles(point: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(3,) nearest point of triangles (F, 3, 3); only those whose bounding balls come near enough are looked at."""
    centres = corners.mean(axis=1)
    radii = np.sqrt(((corners - centres[:, None]) ** 2).sum(axis=2).max(axis=1))
    away = np.sqrt(((centres - point) ** 2).sum(axis=1))
    near = corners[away - radii <= (away + radii).min() + 1e-12]
    best = _on_triangles(point, near)
    return np.asarray(best[((best - point) ** 2).sum(axis=1).argmin()])


def _on_triangles(point: NDArray[np.float64], corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(F, 3) nearest point of each triangle: the foot of the perpendicular if it lies inside, else the nearest on an edge."""
    origin, along, across = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    offset = point - origin
    aa, ab, bb = (along**2).sum(1), (along * across).sum(1), (across**2).sum(1)
    pa, pb = (offset * along).sum(1), (offset * across).sum(1)
    volume = aa * bb - ab**2
    with np.errstate(divide="ignore", invalid="ignore"):
        u, v = (bb * pa - ab * pb) / volume, (aa * pb - ab * pa) / volume
    inside = (volume > 1e-30) & (u >= 0) & (v >= 0) & (u + v <= 1)
    foot = origin + np.where(inside, u, 0)[:, None] * along + np.where(inside, v, 0)[:, None] * across
    edges = [_on_segments(point, corners[:, i], corners[:, (i + 1) % 3]) for i in range(3)]
    distances = np.stack([((edge - point) ** 2).sum(1) for edge in edges])
    nearest = np.stack(edges)[distances.argmin(axis=0), np.arange(len(corners))]
    return np.where(inside[:, None], foot, nearest)


def _on_segments(point: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    way = end - start
    share = ((point - start) * way).sum(1) / np.maximum((way**2).sum(1), 1e-300)
    return np.asarray(start + np.clip(share, 0, 1)[:, None] * way)
