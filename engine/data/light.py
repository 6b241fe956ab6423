"""Light on surfaces: a key light with soft shadows, a fill, a sky that small corners see less of, and what mirrors in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.lens import Camera
from engine.data.materials import Singles
from engine.data.rays import Rays

STEP = 2e-3  # where rays start above a surface, unit-sphere units
REACH = 0.6  # a corner farther away than this takes no sky light, unit-sphere units
SHADOW_RAYS, SKY_RAYS = 3, 4  # per pixel of the ground


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Lights:
    """Light of one picture. Colours are linear.

    Attributes:
        key: (3,) unit direction to the key light.
        key_colour: (3,).
        spread: radius of the key light as seen from the object, radians; its shadows are as soft.
        dark: share of the key light that reaches its shadows all the same.
        fill: (3,) unit direction to the fill light.
        fill_colour: (3,).
        above: (3,) light from straight above.
        below: (3,) light from straight below.
        corners: how much of the sky light hidden places lose, 0 to 1.
    """

    key: Singles
    key_colour: Singles
    spread: float
    dark: float
    fill: Singles
    fill_colour: Singles
    above: Singles
    below: Singles
    corners: float

    def sky(self, ways: Singles) -> Singles:
        """(N, 3) light from (N, 3) unit directions, as it mirrors in glossy things: bright above, a window at the key light."""
        height = (0.5 + 0.5 * ways[:, 1:2]) ** 2
        window = np.exp((ways @ self.key - 1.0) * 14.0)[:, None]
        result: Singles = self.below * (1 - height) + 1.6 * self.above * height + 0.9 * window * self.key_colour
        return result


def random_lights(camera: Camera, rng: np.random.Generator) -> Lights:
    """From a studio's soft boxes to bare lamps; the key light may stand anywhere but behind the object, the fill anywhere.

    Args:
        camera: what is in front.
        rng: decides.
    """
    warmth = rng.normal(scale=0.05)
    tint = np.array([1 + warmth, 1.0, 1 - warmth], dtype=np.float32)
    ambient = np.float32(rng.uniform(0.25, 0.6)) * tint
    hidden = rng.random() < 0.25  # light as in a viewer: nothing throws a shadow
    return Lights(
        key=_direction(camera, 1.3 * rng.normal(), 0.25 + 1.2 * rng.random()),
        key_colour=np.float32(rng.uniform(0.35, 0.95)) * (tint if rng.random() < 0.7 else tint[::-1]),
        spread=float(np.exp(rng.uniform(np.log(0.02), np.log(0.4)))),
        dark=1.0 if hidden else rng.uniform(0.0, 0.4),
        fill=_direction(camera, 2.0 * rng.normal(), 0.3 * rng.random()),
        fill_colour=np.full(3, rng.uniform(0.05, 0.35), dtype=np.float32),
        above=ambient,
        below=ambient * np.float32(rng.uniform(0.4, 0.8)),
        corners=0.0 if hidden else rng.uniform(0.3, 0.9),
    )


def catalogue_lights(camera: Camera, rng: np.random.Generator) -> Lights:
    """Even light from in front and above, as in catalogues."""
    return Lights(
        key=_direction(camera, 0.6 * rng.normal(), rng.uniform(0.3, 1.0)),
        key_colour=np.full(3, 0.6, dtype=np.float32),
        spread=0.1,
        dark=0.5,
        fill=_direction(camera, 2.0 * rng.normal(), 0.2),
        fill_colour=np.full(3, 0.25, dtype=np.float32),
        above=np.full(3, 0.45, dtype=np.float32),
        below=np.full(3, 0.3, dtype=np.float32),
        corners=0.4,
    )


def _direction(camera: Camera, sideways: float, lift: float) -> Singles:
    """(3,) unit direction that comes from behind the eye, so far to its side and so far above."""
    level = -camera.forward * [1.0, 0.0, 1.0]  # a camera that looks down does not take the light with it
    level /= max(float(np.linalg.norm(level)), 1e-9)
    way = level + sideways * camera.right + np.array([0.0, lift, 0.0])
    result: Singles = (way / np.linalg.norm(way)).astype(np.float32)
    return result


def radiance(
    lights: Lights, albedo: Singles, normal: Singles, to_eye: Singles, visible: tuple[Singles, Singles],
    finish: tuple[Singles, Singles, Singles],
) -> Singles:  # fmt: skip
    """(N, 3) linear light towards the eye from N places of a surface.

    Args:
        lights: of the picture.
        albedo: (N, 3) linear colours.
        normal: (N, 3) unit normals on the eye's side.
        to_eye: (N, 3) unit directions.
        visible: (N,) each, shares of the key light and of the sky that are seen from there.
        finish: (N,) each, shine, gloss and metal, see `Materials`.
    """
    seen, open_sky = (part[:, None] for part in visible)
    shine, gloss, metal = (part[:, None] for part in finish)
    key = np.maximum(normal @ lights.key, 0.0)[:, None] * seen
    up = 0.5 + 0.5 * normal[:, 1:2]
    ambient = (lights.above * up + lights.below * (1 - up)) * open_sky
    diffuse = ambient + key * lights.key_colour + np.maximum(normal @ lights.fill, 0.0)[:, None] * lights.fill_colour
    half = to_eye + lights.key
    half /= np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6)
    spot = np.einsum("ij,ij->i", normal, half).clip(0.0, 1.0)[:, None] ** gloss * (key > 0)
    facing = np.einsum("ij,ij->i", normal, to_eye).clip(0.0, 1.0)[:, None]
    # Schlick's approximation: at grazing angles everything glossy is a mirror. Rough things blur it away.
    mirror = shine + (1 - shine) * (1 - facing) ** 5 * (gloss / 200.0).clip(0.0, 1.0)
    around = lights.sky(2.0 * facing * normal - to_eye) * (0.4 + 0.6 * open_sky)
    colour = metal * albedo + (1 - metal)
    # (n + 8) / 8 keeps the energy of the highlight while it gets smaller; bounded, since lamps are not points.
    gain = np.minimum((gloss + 8.0) / 8.0, 6.0)
    result: Singles = (1 - 0.9 * metal) * albedo * diffuse + colour * (
        mirror * around + shine * gain * spot * lights.key_colour
    )
    return result


def visibility(
    rays: Rays, places: Singles, normal: Singles, lights: Lights, rng: np.random.Generator
) -> tuple[Singles, Singles]:
    """(N,) each: how much of the key light and of the sky (N, 3) places see, by one random ray each: 0 to 1, noisy."""
    count = len(places)
    start = places + STEP * normal
    light = np.ones(count, dtype=np.float32)
    if lights.dark < 1.0:
        toward = np.flatnonzero(normal @ lights.key > 0.0)
        ways = lights.key + lights.spread * _in_ball(len(toward), rng)
        light[toward] = np.where(rays.any_hit(start[toward], ways), np.float32(lights.dark), 1.0)
    sky = np.ones(count, dtype=np.float32)
    if lights.corners > 0.0:
        ways = normal + _on_sphere(count, rng)
        sky = 1.0 - np.float32(lights.corners) * _near(rays, start, ways)
    return light, sky


def ground_shadow(rays: Rays, places: Singles, normal: Singles, lights: Lights, rng: np.random.Generator) -> Singles:
    """(N,) how bright (N, 3) places of a floor or wall with (N, 3) normals are, 1 where the object takes no light away."""
    count = len(places)
    start = places + STEP * normal
    key, sky = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
    for _ in range(SHADOW_RAYS):
        key += ~rays.any_hit(start, lights.key + lights.spread * _in_ball(count, rng))
    for _ in range(SKY_RAYS):
        sky += 1.0 - _near(rays, start, normal + _on_sphere(count, rng))
    strength = float(lights.key_colour.mean()) * max(float(lights.key[1]), 0.1)
    whole = strength + float(lights.above.mean())
    shares = key / SHADOW_RAYS * (1 - lights.dark) + lights.dark
    bright = (strength * shares + float(lights.above.mean()) * sky / SKY_RAYS) / whole
    return bright.astype(np.float32)


def _near(rays: Rays, start: Singles, ways: Singles) -> Singles:
    """(N,) 1 where something is close in that direction, falling to 0 at `REACH`."""
    long = np.linalg.norm(ways, axis=1)
    far = rays.first_hit(start, ways)[1] * long
    result: Singles = (1.0 - far / REACH).clip(0.0, 1.0).astype(np.float32)
    return result


def _in_ball(count: int, rng: np.random.Generator) -> Singles:
    result: Singles = rng.random((count, 3), dtype=np.float32) * 2 - 1
    return result


def _on_sphere(count: int, rng: np.random.Generator) -> Singles:
    way = rng.standard_normal((count, 3), dtype=np.float32)
    way /= np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-6)
    return way
