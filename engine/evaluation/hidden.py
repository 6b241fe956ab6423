"""What a render leaves open: how much of a piece's surface its camera does not see."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.data.lens import Camera
from engine.data.rays import Rays
from engine.data.render import Views
from engine.data.store import Item

#: What lies less than this before a point does not hide it, unit-sphere units; sheets have their points farther off.
DEPTH = 1e-3


def stored_cameras(item: Item) -> list[Camera] | None:
    """The cameras of a piece's renders; None if they were drawn before cameras were stored, or if it lacks what they show."""
    if {"renders", "skin"} & set(item.meta.missing):
        return None
    names = [field.name for field in fields(Views)]
    if any(name not in item.renders for name in names):
        return None
    stored: dict[str, Any] = {name: item.renders[name] for name in names}
    views = Views(**stored)
    return [views.camera(number) for number in range(len(views.eye))]


def hidden_share(points: ArrayLike, normals: ArrayLike, camera: Camera, rays: Rays) -> float:
    """Share of points on a surface that a camera does not see.

    Args:
        points: (N, 3).
        normals: (N, 3) outward.
        camera: who looks.
        rays: the surface, and all else that may stand in the way.
    """
    ways = np.asarray(points, np.float64) - camera.eye
    far = np.linalg.norm(ways, axis=1)
    _, first = rays.first_hit(np.broadcast_to(camera.eye, ways.shape), ways)
    behind = first * far < far - DEPTH
    turned = np.einsum("ij,ij->i", ways, np.asarray(normals, np.float64)) >= 0
    outside = (np.abs(camera.project(points)) > 1).any(axis=1)
    return float((behind | turned | outside).mean())
