"""Small pictures of shapes: how light each pixel is and how much of it is covered, so that any theme can colour them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.requests import Thumbnail
from engine.shapes import Mesh, PointCloud, Shape

Floats = NDArray[np.float64]

#: Pixels a side, of the picture and of the samples it is averaged from.
SIDE = 96
OVERSAMPLING = 2
#: Grid corners per side on the way to the surface that is drawn: thin legs need 65.
LEVELS = (17, 33, 65)
#: Three quarters from the right front, a little from above, as in a catalogue. Degrees.
AZIMUTH, ELEVATION, DISTANCE = 32.0, 18.0, 4.5
FILL = 0.96
#: Radius of a point of a point set, in sample pixels.
DOT = 4.5


def draw(shape: Shape, around: Shape | None = None) -> Thumbnail:
    """A picture of a shape in the unit-sphere frame; nothing is covered where the shape is empty.

    Args:
        shape: what to draw.
        around: what the picture is cut to, so that shapes can be compared; the shape itself if not given.
    """
    from engine.data.lens import aim, frame

    framed = shape if around is None else around
    points = framed.vertices if isinstance(framed, Mesh) else framed.points
    if shape.is_empty:
        return Thumbnail(np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.uint8))
    camera = frame(aim(AZIMUTH, ELEVATION, DISTANCE), points, FILL)
    fine = SIDE * OVERSAMPLING
    light, cover = np.zeros(fine * fine), np.zeros(fine * fine)
    if isinstance(shape, Mesh):
        _draw_mesh(shape, camera, light, cover)
    else:
        _draw_points(shape, camera, light, cover)
    small = (SIDE, OVERSAMPLING, SIDE, OVERSAMPLING)
    alpha = cover.reshape(small).mean(axis=(1, 3))
    shade = (light * cover).reshape(small).mean(axis=(1, 3)) / np.maximum(alpha, 1e-9)
    return Thumbnail(_bytes(shade), _bytes(alpha))


def _draw_mesh(mesh: Mesh, camera: object, light: Floats, cover: Floats) -> None:
    from engine.data.lens import Camera
    from engine.data.light import STEP
    from engine.data.rays import Rays

    assert isinstance(camera, Camera)
    rays = Rays(mesh.vertices, mesh.faces)
    ways = camera.directions(SIDE * OVERSAMPLING)
    face, distance, weights = rays.first_hit_at(np.broadcast_to(camera.eye, ways.shape), ways)
    hit = np.flatnonzero(face >= 0)
    ways, face = ways[hit], face[hit]
    u, v = weights[hit, :1].astype(np.float64), weights[hit, 1:].astype(np.float64)
    corners = _vertex_normals(mesh)[mesh.faces[face]]
    normal = (1 - u - v) * corners[:, 0] + u * corners[:, 1] + v * corners[:, 2]
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    to_eye = -ways / np.linalg.norm(ways, axis=1, keepdims=True)
    facing = np.einsum("ij,ij->i", normal, to_eye)
    normal = np.where(facing[:, None] < 0, -normal, normal)
    key = _unit(0.9 * camera.right - 0.8 * camera.forward + np.array([0.0, 1.3, 0.0]))
    lit = np.maximum(normal @ key, 0.0)
    start = camera.eye + ways * distance[hit, None] + 4 * STEP * normal
    lit *= np.where(rays.any_hit(start, np.broadcast_to(key, start.shape)), 0.35, 1.0)
    light[hit] = _tone(lit, normal[:, 1], np.abs(facing))
    cover[hit] = 1.0


def _draw_points(cloud: PointCloud, camera: object, light: Floats, cover: Floats) -> None:
    """Round dots, the nearest on top; nearer ones are lighter."""
    from engine.data.lens import Camera

    assert isinstance(camera, Camera)
    fine = SIDE * OVERSAMPLING
    points = cloud.points.astype(np.float64)
    flat = camera.project(points)
    x, y = (flat[:, 0] + 1) / 2 * fine, (1 - flat[:, 1]) / 2 * fine
    near = -(points @ camera.forward)
    near = (near - near.min()) / max(float(np.ptp(near)), 1e-9)
    reach = int(np.ceil(DOT))
    offset = np.stack(np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1)), axis=-1).reshape(-1, 2)
    size = np.hypot(offset[:, 0], offset[:, 1])
    offset, size = offset[size <= DOT], size[size <= DOT]
    order = np.argsort(near, kind="stable")
    column = x[order, None].astype(np.int64) + offset[:, 0]
    row = y[order, None].astype(np.int64) + offset[:, 1]
    tone = (0.25 + 0.6 * near[order, None]) * (1 - 0.45 * (size / DOT) ** 2)
    inside = (column >= 0) & (column < fine) & (row >= 0) & (row < fine)
    place = (row * fine + column)[inside]
    light[place] = tone[inside]  # of equal places the last, nearest one stays
    cover[place] = 1.0


def _tone(lit: Floats, upward: Floats, facing: Floats) -> Floats:
    """0 to 1: the key light, a sky above, and edges that turn dark, which keeps thin parts apart at this size."""
    result: Floats = (0.18 + 0.62 * lit + 0.14 * (0.5 + 0.5 * upward)) * (0.62 + 0.38 * np.minimum(1.0, 1.6 * facing))
    return result


def _vertex_normals(mesh: Mesh) -> Floats:
    if mesh.normals is not None:
        return mesh.normals.astype(np.float64)
    corners = mesh.vertices.astype(np.float64)[mesh.faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    place = mesh.faces.T.ravel()
    count = len(mesh.vertices)
    total = np.column_stack([np.bincount(place, np.tile(across[:, axis], 3), count) for axis in range(3)])
    result: Floats = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-30)
    return result


def _unit(way: Floats) -> Floats:
    result: Floats = way / np.linalg.norm(way)
    return result


def _bytes(values: Floats) -> NDArray[np.uint8]:
    return np.round(values.clip(0.0, 1.0) * 255).astype(np.uint8)
