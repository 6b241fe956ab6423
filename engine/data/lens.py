"""Cameras: where the eye stands, how the picture is cut out of what it sees.

Two frames meet here. Points of the object are in `OBJECT_FRAME`, that is `Frame.UNIT_SPHERE`: y up, front +z. `CAMERA_FRAME`
has its origin in the eye, x to the right and y to the top of the picture, z from the object back to the eye:

    x = (p - eye) . right      y = (p - eye) . up      z = -(p - eye) . forward

A point lies in the picture at ((x, y) / -z - centre) / half, with (-1, -1) the lower left corner and (1, 1) the upper right
one; in a picture of `side` pixels that is column (1 + first) / 2 * side and row (1 - second) / 2 * side, counted from its top
left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

OBJECT_FRAME = "unit_sphere"
CAMERA_FRAME = "eye_right_up_backward"

NEAREST, FARTHEST = 2.0, 9.0  # of the eye from the origin: the unit sphere spans 60 degrees there (a wide lens), and 13 (tele)
MOST_ROLL = 6.0  # degrees
LEAST_FILL, MOST_FILL = 0.7, 0.97
CUT_SHARE, MOST_CUT = 0.12, 0.05  # this share of pictures loses up to so much of the object's longer side


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """A perspective camera that looks at the origin; the picture is a square cut out of its image plane.

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


def aim(azimuth: float, elevation: float, distance: float, roll: float = 0.0) -> Camera:
    """A camera around the origin whose picture is not framed yet.

    Args:
        azimuth: degrees, 0 in front (+z), 90 at +x.
        elevation: degrees above the horizon, less than 90.
        distance: from the origin.
        roll: degrees by which the camera is turned counter-clockwise; the object seems to turn the other way.
    """
    az, el, turn = np.radians([azimuth, elevation, roll])
    back = np.array([np.sin(az) * np.cos(el), np.sin(el), np.cos(az) * np.cos(el)])
    level = np.array([np.cos(az), 0.0, -np.sin(az)])
    top = np.cross(back, level)
    right = np.cos(turn) * level + np.sin(turn) * top
    up = np.cos(turn) * top - np.sin(turn) * level
    return Camera(back * distance, right, up, -back, np.zeros(2), 1.0)


def frame(camera: Camera, points: ArrayLike, fill: float, shift: ArrayLike = (0.0, 0.0)) -> Camera:
    """Cut the picture so that the longer side of the points' box takes up the share `fill` of it.

    Args:
        camera: where from.
        points: (N, 3), all in front of the camera.
        fill: in (0, 1].
        shift: (2,) where in the room that is left the box goes: 0 in the middle, -1 and 1 at the edges.
    """
    flat = replace(camera, centre=np.zeros(2), half=1.0).project(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    half = float((high - low).max()) / 2.0 / fill
    centre = (low + high) / 2.0 - np.asarray(shift, dtype=np.float64) * (half - (high - low) / 2.0)
    return replace(camera, centre=centre, half=half)


def cut(camera: Camera, points: ArrayLike, side: int, amount: float) -> Camera:
    """Move the picture off its object, so that one edge of the picture cuts it.

    Args:
        camera: framed.
        points: (N, 3) of the object.
        side: the edge that cuts: 0 left, 1 right, 2 bottom, 3 top.
        amount: what lies outside then, as a share of the longer side of the points' box.
    """
    flat = camera.project(points)
    low, high = flat.min(axis=0), flat.max(axis=0)
    axis, upper = divmod(side, 2)
    outside = amount * float((high - low).max())
    centre = camera.centre.copy()
    centre[axis] += camera.half * ((high[axis] - outside - 1.0) if upper else (low[axis] + outside + 1.0))
    return replace(camera, centre=centre)


def random_camera(azimuth: float, elevation: float, points: ArrayLike, rng: np.random.Generator) -> Camera:
    """A camera as people hold them: any lens from wide to tele, seldom quite level, the object not quite in the middle.

    Args:
        azimuth: degrees.
        elevation: degrees.
        points: (N, 3) of the object, in the unit sphere.
        rng: decides everything else.
    """
    distance = np.exp(rng.uniform(np.log(NEAREST), np.log(FARTHEST)))
    roll = np.clip(rng.normal(scale=2.0), -MOST_ROLL, MOST_ROLL) if rng.random() < 0.5 else 0.0
    camera = aim(azimuth, elevation, float(distance), float(roll))
    camera = frame(camera, points, rng.uniform(LEAST_FILL, MOST_FILL), rng.uniform(-0.8, 0.8, 2))
    if rng.random() < CUT_SHARE:
        camera = cut(camera, points, int(rng.integers(4)), rng.uniform(0.01, MOST_CUT))
    return camera
