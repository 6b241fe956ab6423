"""Pictures of a mesh by ray casting, made for training: 24 views with their masks and angles.

Light is a random key light (often with shadows), a weaker fill, an ambient term that is brighter from above, and a small
highlight. Materials are the model's own colours or random ones. Framing imitates catalogue pictures: the whole object,
centred up to a small shift, filling most of the frame. No OpenGL, no display.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.orient import Floats, Ints, face_normals
from engine.data.rays import Rays

VIEWS = 24
SIDE = 128
OVERSAMPLING = 2
MAX_ELEVATION = 45.0  # degrees
CREASE = np.cos(np.radians(40.0))  # faces that meet at less are shaded as one smooth surface
FAN_LIMIT = 48  # vertices with more faces than this are centres of flat caps: no smoothing there
SHADOW_STEP = 2e-3  # unit-sphere units


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Pictures of one shape.

    Attributes:
        rgb: (V, 128, 128, 3) uint8, sRGB, on the view's background.
        mask: (V, 128, 128) uint8, share of each pixel that the object covers, 255 for all of it.
        azimuth: (V,) float32 degrees, 0 sees the front (+z), 90 sees it from +x.
        elevation: (V,) float32 degrees above the horizon.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    azimuth: NDArray[np.float32]
    elevation: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A perspective camera that looks at the origin; the picture is an upright square cut out of its image plane.

    Attributes:
        eye: (3,) position.
        right: (3,) unit vector towards the right of the picture.
        up: (3,) unit vector towards its top.
        forward: (3,) unit vector from the eye to the origin.
        centre: (2,) middle of the picture on the image plane at distance 1.
        half: half the side of the picture there.
    """

    eye: Floats
    right: Floats
    up: Floats
    forward: Floats
    centre: Floats
    half: float

    def project(self, points: ArrayLike) -> Floats:
        """(N, 2) picture coordinates of (N, 3) points; (-1, -1) is the lower left, (1, 1) the upper right corner."""
        away = np.asarray(points, dtype=np.float64) - self.eye
        plane = np.column_stack([away @ self.right, away @ self.up]) / (away @ self.forward)[:, None]
        result: Floats = (plane - self.centre) / self.half
        return result

    def directions(self, side: int) -> Floats:
        """(side * side, 3) rays through the middles of the pixels, row by row from the top."""
        ticks = (2.0 * np.arange(side) + 1.0) / side - 1.0
        x, y = np.meshgrid(self.centre[0] + self.half * ticks, self.centre[1] - self.half * ticks)
        result: Floats = self.forward + x.reshape(-1, 1) * self.right + y.reshape(-1, 1) * self.up
        return result


def aim(azimuth: float, elevation: float, distance: float) -> Camera:
    """A camera around the origin whose picture is not framed yet.

    Args:
        azimuth: degrees, 0 in front (+z), 90 at +x.
        elevation: degrees above the horizon, less than 90.
        distance: from the origin.
    """
    az, el = np.radians(azimuth), np.radians(elevation)
    back = np.array([np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)])
    right = np.array([np.cos(az), 0.0, -np.sin(az)])
    return Camera(back * distance, right, np.cross(back, right), -back, np.zeros(2), 1.0)


def frame(camera: Camera, points: ArrayLike, fill: float, shift: ArrayLike = (0.0, 0.0)) -> Camera:
    """Cut the picture so that the longer side of the points' box takes up the share `fill` of it.

    Args:
        camera: where from.
        points: (N, 3), all in front of the camera.
        fill: in (0, 1].
        shift: (2,) where in the room that is left the box goes: 0 in the middle, -1 and 1 at the edges.
    """
    flat = Camera(camera.eye, camera.right, camera.up, camera.forward, np.zeros(2), 1.0).project(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    half = float((high - low).max()) / 2.0 / fill
    centre = (low + high) / 2.0 - np.asarray(shift, dtype=np.float64) * (half - (high - low) / 2.0)
    return Camera(camera.eye, camera.right, camera.up, camera.forward, centre, half)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    rays: Rays
    faces: Ints
    corner_normals: Floats  # (F, 3, 3)
    flat_normals: Floats  # (F, 3)


def render_views(vertices: Floats, faces: Ints, colours: ArrayLike, seed: int, views: int = VIEWS, side: int = SIDE) -> Views:
    """Draw a shape from all around.

    Args:
        vertices: (V, 3) in the unit sphere.
        faces: (F, 3).
        colours: (F, 3) sRGB in [0, 1].
        seed: decides directions, light, colours and backgrounds.
        views: how many; azimuths are spread evenly, elevations over 0 to 45 degrees.
        side: of the pictures in pixels.
    """
    rng = np.random.default_rng(seed)
    flat, _ = face_normals(vertices, faces)
    scene = _Scene(Rays(vertices, faces), faces, smooth_normals(vertices, faces), flat)
    own = np.asarray(colours, dtype=np.float64)
    materials, material = np.unique(own, axis=0, return_inverse=True)
    used = vertices[np.unique(faces)]
    rgb = np.empty((views, side, side, 3), dtype=np.uint8)
    mask = np.empty((views, side, side), dtype=np.uint8)
    azimuth = (rng.random() + np.arange(views) + rng.uniform(-0.4, 0.4, views)) * 360.0 / views % 360.0
    elevation = rng.uniform(0.0, MAX_ELEVATION, views)
    for view in range(views):
        camera = aim(float(azimuth[view]), float(elevation[view]), rng.uniform(2.6, 6.0))
        camera = frame(camera, used, rng.uniform(0.8, 0.96), rng.uniform(-0.7, 0.7, 2))
        paint = own if rng.random() < 0.5 else _random_paint(len(materials), rng)[material.ravel()]
        rgb[view], mask[view] = _draw(scene, camera, paint, side, rng)
    return Views(rgb, mask, azimuth.astype(np.float32), elevation.astype(np.float32))


def smooth_normals(vertices: Floats, faces: Ints) -> Floats:
    """(F, 3, 3) unit normal at each corner: the mean of the faces around the vertex that bend away less than the crease."""
    normals, area = face_normals(vertices, faces)
    corner = faces.ravel()
    order = np.argsort(corner, kind="stable")
    counts = np.bincount(corner, minlength=len(vertices))[corner[order]]
    starts = np.searchsorted(corner[order], corner[order], side="left")
    result = np.repeat(normals, 3, axis=0)
    for step in range(1, FAN_LIMIT):
        here = np.flatnonzero((counts > step) & (counts <= FAN_LIMIT))
        if not len(here):
            break
        place = np.arange(len(order))[here]
        other = starts[here] + (place - starts[here] + step) % counts[here]
        mine, theirs = order[here] // 3, order[other] // 3
        close = np.einsum("ij,ij->i", normals[mine], normals[theirs]) > CREASE
        weight = (area[theirs] / np.maximum(area[mine], 1e-300)).clip(1e-3, 1e3)
        result[order[here[close]]] += normals[theirs[close]] * weight[close, None]
    result /= np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-300)
    return result.reshape(-1, 3, 3)


def _random_paint(materials: int, rng: np.random.Generator) -> Floats:
    """(materials, 3) new sRGB colours: mostly muted, related tones, sometimes one tone for everything."""
    count = 1 if rng.random() < 0.35 else materials
    hue = (rng.random() + rng.normal(scale=0.12, size=count)) % 1.0
    saturation = rng.beta(1.2, 2.2, count)
    value = rng.uniform(0.15, 0.95, count)
    wheel = np.abs((hue[:, None] * 6.0 + np.array([0.0, 4.0, 2.0])) % 6.0 - 3.0) - 1.0
    colour = value[:, None] * (1.0 - saturation[:, None] * (1.0 - wheel.clip(0.0, 1.0)))
    result: Floats = colour[np.minimum(np.arange(materials), count - 1)]
    return result


def _background(side: int, rng: np.random.Generator) -> Floats:
    """(side, side, 3) sRGB in [0, 1]: white, one colour, or a soft ramp from top to bottom."""
    kind = rng.random()
    if kind < 0.4:
        return np.ones((side, side, 3))
    top = rng.uniform(0.2, 1.0) + rng.normal(scale=0.08, size=3)
    bottom = top if kind < 0.75 else rng.uniform(0.2, 1.0) + rng.normal(scale=0.08, size=3)
    ramp = np.linspace(0.0, 1.0, side)[:, None, None]
    result: Floats = np.broadcast_to((1.0 - ramp) * top + ramp * bottom, (side, side, 3)).clip(0.0, 1.0)
    return result


def _draw(
    scene: _Scene, camera: Camera, paint: Floats, side: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    fine = side * OVERSAMPLING
    ways = camera.directions(fine)
    face, distance, weights = scene.rays.first_hit_at(np.broadcast_to(camera.eye, ways.shape), ways)
    hit = np.flatnonzero(face >= 0)
    linear = np.zeros((fine * fine, 3))
    linear[hit] = _shade(scene, camera, paint, (ways[hit], face[hit], distance[hit], weights[hit]), rng)
    cover = np.zeros(fine * fine)
    cover[hit] = 1.0
    small = (side, OVERSAMPLING, side, OVERSAMPLING)
    alpha = cover.reshape(small).mean(axis=(1, 3))
    colour = linear.reshape(*small, 3).mean(axis=(1, 3)) / np.maximum(alpha, 1e-9)[..., None]
    picture = alpha[..., None] * colour.clip(0.0, 1.0) ** (1 / 2.2) + (1.0 - alpha[..., None]) * _background(side, rng)
    return np.round(picture.clip(0.0, 1.0) * 255).astype(np.uint8), np.round(alpha * 255).astype(np.uint8)


def _shade(
    scene: _Scene,
    camera: Camera,
    paint: Floats,
    hits: tuple[Floats, NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]],
    rng: np.random.Generator,
) -> Floats:
    """(N, 3) linear radiance towards the eye at (N,) hits given as ray, face, way along the ray and corner weights."""
    ways, face, distance, weights = hits
    u, v = weights[:, :1].astype(np.float64), weights[:, 1:].astype(np.float64)
    corners = scene.corner_normals[face]
    normal = (1.0 - u - v) * corners[:, 0] + u * corners[:, 1] + v * corners[:, 2]
    flat = scene.flat_normals[face]
    behind = np.einsum("ij,ij->i", flat, ways) > 0.0  # seen from its back: light that side
    flat = np.where(behind[:, None], -flat, flat)
    normal = np.where(behind[:, None], -normal, normal)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    to_eye = -ways / np.linalg.norm(ways, axis=1, keepdims=True)

    key = _light(camera, rng, spread=1.0, lift=0.7)
    fill = _light(camera, rng, spread=1.5, lift=0.2)
    ambient, strength, fill_strength = rng.uniform(0.2, 0.4), rng.uniform(0.5, 0.85), rng.uniform(0.1, 0.35)
    shine, gloss = rng.uniform(0.0, 0.25), rng.uniform(10.0, 60.0)
    lit = np.maximum(normal @ key, 0.0)
    if rng.random() < 0.6:
        start = camera.eye + ways * distance[:, None] + SHADOW_STEP * flat
        dark = scene.rays.any_hit(start, np.broadcast_to(key, start.shape))
        lit = lit * np.where(dark, rng.uniform(0.0, 0.5), 1.0)
    diffuse = ambient * (0.75 + 0.25 * normal[:, 1]) + strength * lit + fill_strength * np.maximum(normal @ fill, 0.0)
    half = to_eye + key
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    highlight = shine * np.maximum(np.einsum("ij,ij->i", normal, half), 0.0) ** gloss * (lit > 0.0)
    result: Floats = paint[face] ** 2.2 * diffuse[:, None] + highlight[:, None]
    return result


def _light(camera: Camera, rng: np.random.Generator, spread: float, lift: float) -> Floats:
    """(3,) unit direction to a distant light: behind the eye, to a side, `lift` above."""
    direction = -camera.forward + spread * rng.normal(size=1) * camera.right + np.array([0.0, lift * rng.random() + 0.2, 0.0])
    result: Floats = direction / np.linalg.norm(direction)
    return result
