"""Pictures of a mesh by ray casting, made for training: from all around, with masks, angles and cameras.

The first picture is like a catalogue's: own colours, white background, three quarters from the front. All others differ in
material, light, lens, background, noise and compression, so that what is learnt from them holds for photos too. Masks are what
the rays hit, whatever is done to the colours. No OpenGL, no display.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.data.backgrounds import ROOM, WHITE, flat_background, ground, random_kind, random_walls, room
from engine.data.lens import CAMERA_FRAME, OBJECT_FRAME, Camera, aim, frame, random_camera
from engine.data.light import Lights, catalogue_lights, ground_shadow, radiance, random_lights, visibility
from engine.data.materials import Materials, Singles, own_materials, random_materials
from engine.data.orient import Floats, Ints, face_normals
from engine.data.rays import Rays
from engine.data.sensor import Sensor, develop, random_sensor
from engine.progress import NO_PROGRESS, Progress

VIEWS = 24
SIDE = 128
OVERSAMPLING = 2
MAX_ELEVATION = 60.0  # degrees
LOW_VIEWS = 1.3  # exponent: people stand in front of furniture more often than over it
OWN_SHARE = 0.45  # of the pictures are in the model's own colours
SHADOW_SHARE = 0.5  # of the backgrounds without depth show a shadow on the floor
FLOOR_REACH = 3.0  # shadows end there, unit-sphere units
CREASE = np.cos(np.radians(40.0))  # faces that meet at less are shaded as one smooth surface
FAN_LIMIT = 48  # vertices with more faces than this are centres of flat caps: no smoothing there


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """V pictures of one shape; see `engine.data.lens` for what the cameras mean.

    Attributes:
        rgb: (V, 128, 128, 3) uint8, sRGB, on the view's background.
        mask: (V, 128, 128) uint8, share of each pixel that the object covers, 255 for all of it.
        azimuth: (V,) float32 degrees, 0 sees the front (+z), 90 sees it from +x.
        elevation: (V,) float32 degrees above the horizon.
        eye: (V, 3) float64 positions of the cameras.
        right, up, forward: (V, 3) float64 unit vectors.
        centre: (V, 2) float64 middle of the picture on the image plane at distance 1.
        half: (V,) float64 half the side of the picture there.
        object_frame: name of the frame of all coordinates and directions.
        camera_frame: name of the frame that eye, right, up and forward span.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    azimuth: NDArray[np.float32]
    elevation: NDArray[np.float32]
    eye: Floats
    right: Floats
    up: Floats
    forward: Floats
    centre: Floats
    half: Floats
    object_frame: str = OBJECT_FRAME
    camera_frame: str = CAMERA_FRAME

    def camera(self, view: int) -> Camera:
        """The camera of one picture."""
        way = self.right[view], self.up[view], self.forward[view]
        return Camera(self.eye[view], *way, self.centre[view], float(self.half[view]))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All of it by name, as it goes into a file."""
        return {field.name: np.asarray(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    rays: Rays
    faces: Ints
    corner_normals: Singles  # (F, 3, 3)
    flat_normals: Singles  # (F, 3)
    floor: float  # y


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """All that makes one picture besides shape and camera; `shadow` is the one on the floor."""

    materials: Materials
    lights: Lights
    kind: str
    shadow: bool
    sensor: Sensor


def render_views(
    vertices: Floats,
    faces: Ints,
    colours: ArrayLike,
    seed: int,
    views: int = VIEWS,
    side: int = SIDE,
    progress: Progress = NO_PROGRESS,
) -> Views:
    """Draw a shape from all around.

    Args:
        vertices: (V, 3) in the unit sphere.
        faces: (F, 3).
        colours: (F, 3) sRGB in [0, 1]; faces of one colour are one material.
        seed: decides directions, light, materials and backgrounds.
        views: how many; azimuths are spread evenly, elevations over 0 to 60 degrees. The first is like a catalogue's.
        side: of the pictures in pixels.
        progress: asked before each picture.
    """
    vertices, faces = np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)
    used = vertices[np.unique(faces)]
    normals = smooth_normals(vertices, faces).astype(np.float32)
    flat = face_normals(vertices, faces)[0].astype(np.float32)
    scene = _Scene(Rays(vertices, faces), faces, normals, flat, float(used[:, 1].min()))
    own, material = np.unique(np.asarray(colours, dtype=np.float64), axis=0, return_inverse=True)
    azimuth, elevation = _angles(views, np.random.default_rng(seed))
    rgb = np.empty((views, side, side, 3), dtype=np.uint8)
    mask = np.empty((views, side, side), dtype=np.uint8)
    cameras: list[Camera] = []
    for view in range(views):
        progress.check()
        rng = np.random.default_rng([seed, view])
        angles = float(azimuth[view]), float(elevation[view])
        if view == 0:
            camera = frame(aim(*angles, rng.uniform(3.5, 6.0)), used, 0.92)
            look = _Look(own_materials(own, rng, plain=True), catalogue_lights(camera, rng), WHITE, False, Sensor())
        else:
            camera = random_camera(*angles, used, rng)
            paint = own_materials(own, rng) if rng.random() < OWN_SHARE else random_materials(len(own), rng)
            lights, kind = random_lights(camera, rng), random_kind(rng)
            floor = lights.dark < 1.0 and (kind == ROOM or rng.random() < SHADOW_SHARE)
            look = _Look(paint, lights, kind, floor, random_sensor(rng))
        rgb[view], mask[view] = _draw(scene, camera, material.ravel(), look, side, rng)
        cameras.append(camera)
    return Views(
        rgb=rgb,
        mask=mask,
        azimuth=azimuth.astype(np.float32),
        elevation=elevation.astype(np.float32),
        eye=np.stack([camera.eye for camera in cameras]),
        right=np.stack([camera.right for camera in cameras]),
        up=np.stack([camera.up for camera in cameras]),
        forward=np.stack([camera.forward for camera in cameras]),
        centre=np.stack([camera.centre for camera in cameras]),
        half=np.array([camera.half for camera in cameras]),
    )


def _angles(views: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """(views,) azimuths and elevations in degrees; the first is a catalogue's three-quarter view."""
    start = rng.uniform(20.0, 45.0) * (1.0 if rng.random() < 0.75 else -1.0)
    away = rng.uniform(-0.4, 0.4, views)
    high = MAX_ELEVATION * ((rng.permutation(views) + rng.random(views)) / views) ** LOW_VIEWS
    away[0], high[0] = 0.0, rng.uniform(12.0, 28.0)
    return (start + (np.arange(views) + away) * 360.0 / views) % 360.0, high


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


def _draw(
    scene: _Scene, camera: Camera, material: Ints, look: _Look, side: int, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Picture and mask."""
    fine = side * OVERSAMPLING
    ways = camera.directions(fine)
    face, distance, weights = scene.rays.first_hit_at(np.broadcast_to(camera.eye, ways.shape), ways)
    hit = np.flatnonzero(face >= 0)
    light = np.zeros((fine * fine, 3), dtype=np.float32)
    cover = np.zeros(fine * fine, dtype=np.float32)
    cover[hit] = 1.0
    seen = _Seen(scene, camera, ways[hit].astype(np.float32), face[hit], distance[hit], weights[hit], hit, cover)
    light[hit] = _exposed(_shade(seen, look, material, rng), look.kind, rng)
    alpha = _shrunk(cover.reshape(fine, fine, 1))[..., 0]
    colour = _shrunk(light.clip(0.0, 1.0).reshape(fine, fine, 3))  # of the object, times the share it covers
    picture = colour + (1.0 - alpha[..., None]) * _behind(scene, camera, look, side, rng)
    return develop(picture, look.sensor, rng), np.round(alpha * 255).astype(np.uint8)


def _shrunk(values: Singles) -> Singles:
    """(S, S, C) means of the (S * OVERSAMPLING, S * OVERSAMPLING, C) samples of each pixel."""
    steps = range(OVERSAMPLING)
    parts = [values[row::OVERSAMPLING, column::OVERSAMPLING] for row in steps for column in steps]
    result: Singles = np.mean(np.stack(parts), axis=0, dtype=np.float32)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What N rays of a picture hit.

    Attributes:
        scene, camera: who looks at what.
        ways: (N, 3) rays.
        face: (N,).
        distance: (N,) along the ray.
        weights: (N, 2) barycentric.
        pixel: (N,) which of all rays they are.
        cover: (S * S,) 1 for these.
    """

    scene: _Scene
    camera: Camera
    ways: Singles
    face: NDArray[np.int32]
    distance: NDArray[np.float32]
    weights: NDArray[np.float32]
    pixel: Ints
    cover: Singles


def _shade(seen: _Seen, look: _Look, material: Ints, rng: np.random.Generator) -> Singles:
    """(N, 3) linear radiance towards the eye."""
    scene, face = seen.scene, seen.face
    u, v = seen.weights[:, :1], seen.weights[:, 1:]
    corners = scene.corner_normals[face]
    normal = (1 - u - v) * corners[:, 0] + u * corners[:, 1] + v * corners[:, 2]
    flat = scene.flat_normals[face]
    turned = np.where(np.einsum("ij,ij->i", flat, seen.ways) > 0.0, np.float32(-1), np.float32(1))[:, None]
    flat, normal = flat * turned, normal * turned  # seen from its back: light that side
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    to_eye = -seen.ways / np.linalg.norm(seen.ways, axis=1, keepdims=True)
    places = seen.camera.eye.astype(np.float32) + seen.ways * seen.distance[:, None]
    which = material[face]
    visible = tuple(_smoothed(part, seen) for part in visibility(scene.rays, places, flat, look.lights, rng))
    materials = look.materials
    finish = materials.shine[which], materials.gloss[which], materials.metal[which]
    return radiance(look.lights, materials.albedo(places, which), normal, to_eye, (visible[0], visible[1]), finish)


def _smoothed(values: Singles, seen: _Seen) -> Singles:
    """(N,) noisy values, each averaged with those of its neighbours in the picture."""
    import cv2

    side = int(np.sqrt(len(seen.cover)))
    field = np.zeros(len(seen.cover), dtype=np.float32)
    field[seen.pixel] = values
    size = (2 * OVERSAMPLING + 1,) * 2
    total = cv2.blur(field.reshape(side, side), size, borderType=cv2.BORDER_CONSTANT)
    count = cv2.blur(seen.cover.reshape(side, side), size, borderType=cv2.BORDER_CONSTANT)
    result: Singles = (total / np.maximum(count, 1e-6)).ravel()[seen.pixel]
    return result


def _exposed(light: Singles, kind: str, rng: np.random.Generator) -> Singles:
    """The object's light as a camera exposes it: its bright parts become bright, but black things stay dark."""
    if not len(light):
        return light
    bright = max(float(np.quantile(light.max(axis=1), 0.9)), 1e-6)
    most = 2.0 if kind == ROOM else 3.0
    result: Singles = light * np.float32(np.clip(rng.uniform(0.4, 0.95) / bright, 0.5, most))
    return result


def _behind(scene: _Scene, camera: Camera, look: _Look, side: int, rng: np.random.Generator) -> Singles:
    """(side, side, 3) linear background, with the shadow that the object throws on it."""
    import cv2

    if look.kind == ROOM:
        where = ground(camera, side, scene.floor, random_walls(camera, rng))
        picture = room(where, side, look.lights, rng)
        if rng.random() < 0.4:  # out of focus
            picture = cv2.GaussianBlur(picture, (0, 0), side / 128 * rng.uniform(0.4, 2.0))
    else:
        picture = flat_background(look.kind, side, rng)
        where = ground(camera, side, scene.floor)
    if not look.shadow:
        return picture
    bright = np.ones(side * side, dtype=np.float32)
    near = np.flatnonzero((np.abs(where.normal).sum(axis=1) > 0) & (np.abs(where.places) < FLOOR_REACH).all(axis=1))
    bright[near] = ground_shadow(scene.rays, where.places[near], where.normal[near], look.lights, rng)
    soft = cv2.GaussianBlur(bright.reshape(side, side), (0, 0), 0.8 * side / 128)
    result: Singles = picture * soft[..., None]
    return result
