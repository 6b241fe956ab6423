"""Pictures changed as the way from a camera to a model changes them: other colours and backgrounds, masks that are not exact.

What a user opens is first separated from its background (`engine.separation`), which leaves specks of background, cuts off thin
legs or takes a shadow along. Pictures for training get such masks too: some from that very function, others made up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.backgrounds import KINDS, ROOM, SHARES, flat_background
from engine.data.materials import linear
from engine.data.sensor import Sensor, develop, random_sensor
from engine.pictures import separate
from engine.shapes import Picture

SEPARATED_SHARE, ROUGH_SHARE = 0.5, 0.35  # of the masks; the rest stays exact
#: A separation that meets less of the object than this (intersection over union), or whose box is larger than the object's by
#: this factor, shows something else: nothing is to be learnt from it.
LEAST_MET, MOST_BOX = 0.7, 1.5
LEAST_KEPT = 0.6  # share of the object that made-up damage leaves


def as_separated(picture: Picture, rng: np.random.Generator) -> Picture:
    """The picture with the mask that it might have if its own were not known.

    Args:
        picture: with an exact mask.
        rng: decides.
    """
    assert picture.mask is not None  # for the type checker
    kind = rng.random()
    if kind < SEPARATED_SHARE:
        found = separate(Picture(picture.rgb))
        if found.mask is not None and _agrees(found.mask, picture.mask):
            return found
    if kind < SEPARATED_SHARE + ROUGH_SHARE:
        return Picture(picture.rgb, rough_mask(picture.mask, rng))
    return picture


def _agrees(found: NDArray[np.uint8], truth: NDArray[np.uint8]) -> bool:
    here, there = found > 127, truth > 127
    met = float((here & there).sum()) / max(float((here | there).sum()), 1.0)
    return met >= LEAST_MET and max(_extent(here)) <= MOST_BOX * max(_extent(there))


def _extent(inside: NDArray[np.bool_]) -> tuple[int, int]:
    """Width and height of the box."""
    columns, rows = (np.flatnonzero(inside.any(axis=axis)) for axis in (0, 1))
    return (int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1) if len(rows) else (0, 0)


def rough_mask(mask: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """(H, W) a mask with a border that wanders in and out, holes, specks of background and sometimes a strip of shadow.

    Args:
        mask: (H, W) exact.
        rng: decides.
    """
    import cv2

    height, width = mask.shape
    unit = max(height, width) / 128
    soft = cv2.GaussianBlur(mask.astype(np.float32) / 255, (0, 0), unit * rng.uniform(0.5, 1.3))
    coarse = rng.normal(size=(12, 12)).astype(np.float32)
    wander = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    level = rng.uniform(0.25, 0.7) + 0.12 * wander
    result = np.where(soft > np.clip(level, 0.08, 0.92), 255, 0).astype(np.uint8)
    rows, columns = np.nonzero(mask > 127)
    if not len(rows):
        return mask
    size = max(_extent(mask > 127))
    for _ in range(int(rng.integers(0, 4))):  # holes
        _blob(result, rows, columns, size, 0, rng)
    for _ in range(int(rng.integers(0, 3))):  # specks; those inside change nothing
        _blob(result, rows, columns, size, 255, rng)
    if rng.random() < 0.2:  # the shadow at its feet
        centre = (int(np.mean(columns) + rng.normal(scale=0.1) * size), int(rows.max()))
        axes = (int(rng.uniform(0.2, 0.55) * size), max(1, int(rng.uniform(0.02, 0.08) * size)))
        cv2.ellipse(result, centre, axes, 0, 0, 360, 255, -1)
    kept = np.count_nonzero((result > 127) & (mask > 127)) / len(rows)
    return result if kept >= LEAST_KEPT else mask


def _blob(mask: NDArray[np.uint8], rows: NDArray[np.intp], columns: NDArray[np.intp], size: int, value: int,
          rng: np.random.Generator) -> None:  # fmt: skip
    """Draw an ellipse somewhere at the object into the mask."""
    import cv2

    place = int(rng.integers(len(rows)))
    away = rng.normal(scale=0.02 * size, size=2)
    centre = (int(columns[place] + away[0]), int(rows[place] + away[1]))
    axes = (max(1, int(rng.uniform(0.01, 0.06) * size)), max(1, int(rng.uniform(0.01, 0.06) * size)))
    cv2.ellipse(mask, centre, axes, float(rng.uniform(0, 180)), 0, 360, value, -1)


def retouched(picture: Picture, rng: np.random.Generator) -> Picture:
    """A cut-out picture in other colours, slightly stretched and turned, on another background, as a camera takes it.

    Args:
        picture: with an exact mask; what lies outside of it is not used.
        rng: decides.
    """
    import cv2

    assert picture.mask is not None  # for the type checker
    height, width = picture.rgb.shape[:2]
    colours = picture.rgb.astype(np.float32) / 255
    grey = colours.mean(axis=2, keepdims=True)
    colours = grey + (colours - grey) * np.float32(rng.uniform(0.0, 1.2))
    colours = (colours * rng.uniform(0.85, 1.15, 3)).clip(0.0, 1.0) ** rng.uniform(0.7, 1.4)
    alpha = picture.mask.astype(np.float32)[..., None] / 255
    stretch = rng.uniform(0.94, 1.06, 2)
    turn = np.deg2rad(rng.uniform(-4, 4))
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * stretch * rng.uniform(0.75, 0.95)
    centre = np.array([width, height]) / 2
    placed = np.column_stack([matrix, centre - matrix @ centre])
    layers = np.dstack([linear(colours) * alpha, alpha]).astype(np.float32)  # light, so that edges mix as in a lens
    warped = cv2.warpAffine(layers, placed, (width, height), flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0))
    mask = np.round(warped[..., 3].clip(0.0, 1.0) * 255).astype(np.uint8)
    side = max(height, width)
    shares = np.array([0.0 if kind == ROOM else share for kind, share in zip(KINDS, SHARES, strict=True)])
    behind = flat_background(str(rng.choice(KINDS, p=shares / shares.sum())), side, rng)[:height, :width]
    sensor = random_sensor(rng) if rng.random() < 0.75 else Sensor()
    shown = develop(warped[..., :3] + (1 - warped[..., 3:]) * behind, sensor, rng)
    return as_separated(Picture(shown, mask), rng)
