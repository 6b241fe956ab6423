"""Two ways to tell an object from its background without a learned model: a plain backdrop, and GrabCut.

Both take (H, W, 3) uint8 sRGB and answer with an (H, W) uint8 mask, 255 on the object, or None if they do not apply.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.progress import NO_PROGRESS, Progress

# Distances between colours are CIE76 (Euclidean in Lab); about 2.3 is just noticeable.
_LEAST_TOLERANCE, _MOST_TOLERANCE = 3.0, 14.0
# This share of the border must look like one smooth backdrop.
_BORDER_SHARE = 0.80
# A soft shadow keeps the backdrop's hue, darkens it by at most this much, and has no edge steeper than this per pixel.
_SHADOW_DEPTH, _SHADOW_CHROMA, _SHADOW_SLOPE = 30.0, 5.0, 2.5
_OPEN_RIM = 0.45


def plain_background_mask(rgb: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Mask of what differs from a plain (or slowly varying) backdrop.

    The backdrop is a quadratic surface through the border's Lab colours, so gradients and vignettes count as plain.
    Background is what has its colour and hangs together with the border, plus enclosed holes of very nearly its colour
    (between the legs of a chair), plus soft shadows next to it.

    Returns:
        The mask, or None if the border is not plain.
    """
    import cv2

    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    model = _backdrop(lab)
    if model is None:
        return None
    backdrop, tolerance = model
    difference = lab - backdrop
    distance = np.sqrt((difference**2).sum(axis=2))
    outside = _touching_border(distance < tolerance)
    holes = _large_parts((distance < 0.5 * tolerance) & ~outside, least=max(6, rgb.shape[0] * rgb.shape[1] // 5000))
    background = outside | holes
    background = _with_shadows(background, lab, difference)
    return _cleaned(~background)


def _backdrop(lab: NDArray[np.float32]) -> tuple[NDArray[np.float32], float] | None:
    """Colour of the backdrop at each pixel, and how far its own colours scatter; None if the border is not plain."""
    height, width = lab.shape[:2]
    band = max(2, min(height, width) // 64)
    border = np.zeros((height, width), bool)
    border[:band] = border[-band:] = True
    border[:, :band] = border[:, -band:] = True
    rows, columns = np.nonzero(border)
    colours = lab[rows, columns].astype(np.float64)
    terms = _terms(columns / max(width - 1, 1) * 2 - 1, rows / max(height - 1, 1) * 2 - 1)
    centre = np.median(colours, axis=0)
    kept = np.sqrt(((colours - centre) ** 2).sum(axis=1)) < 30
    tolerance, distance = _MOST_TOLERANCE, np.zeros(len(rows))
    coefficients = np.zeros((6, 3))
    for _ in range(4):  # least squares, leaving out what does not fit: the object may touch the border
        if kept.mean() < 0.5:
            return None
        coefficients = np.linalg.lstsq(terms[kept], colours[kept], rcond=None)[0]
        distance = np.sqrt(((terms @ coefficients - colours) ** 2).sum(axis=1))
        spread = 1.4826 * float(np.median(distance[kept]))
        tolerance = float(np.clip(3 + 3 * spread, _LEAST_TOLERANCE, _MOST_TOLERANCE))
        kept = distance < tolerance
    if (distance < tolerance).mean() < _BORDER_SHARE:
        return None
    x, y = np.linspace(-1, 1, width), np.linspace(-1, 1, height)
    c = coefficients
    along_x = (c[0] + x[:, None] * c[1] + (x**2)[:, None] * c[3])[None]
    along_y = (y[:, None] * c[2] + (y**2)[:, None] * c[4])[:, None]
    backdrop = along_x + along_y + (y[:, None] * x[None])[:, :, None] * c[5]
    return backdrop.astype(np.float32), tolerance


def _terms(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.ones_like(x), x, y, x * x, y * y, x * y], axis=1)


def _touching_border(candidate: NDArray[np.bool_]) -> NDArray[np.bool_]:
    import cv2

    _, labels = cv2.connectedComponents(candidate.astype(np.uint8), connectivity=4)
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    reached = np.zeros(labels.max() + 1, bool)
    reached[edge] = True
    reached[0] = False
    result: NDArray[np.bool_] = reached[labels]
    return result


def _large_parts(candidate: NDArray[np.bool_], least: int) -> NDArray[np.bool_]:
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(candidate.astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= least
    large[0] = False
    result: NDArray[np.bool_] = large[labels]
    return result


def _with_shadows(
    background: NDArray[np.bool_], lab: NDArray[np.float32], difference: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Background grown into soft shadows: darker, same hue, no edge in between. Given up where it would eat the object."""
    import cv2

    chroma = np.sqrt(difference[:, :, 1] ** 2 + difference[:, :, 2] ** 2)
    light = cv2.GaussianBlur(np.ascontiguousarray(lab[:, :, 0]), (5, 5), 1.0)  # compression noise has slopes of its own
    slope = cv2.morphologyEx(light, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) / 2
    darker = (difference[:, :, 0] < 0) & (difference[:, :, 0] > -_SHADOW_DEPTH)
    shadow = darker & (chroma < _SHADOW_CHROMA) & (slope < _SHADOW_SLOPE) & ~background
    grown = _touching_border(background | shadow)
    gained = _fading_out(_large_parts(grown & ~background, least=max(6, background.size // 2000)), background)
    rows_before = np.flatnonzero((~background).any(axis=1))
    rows_after = np.flatnonzero((~(background | gained)).any(axis=1))
    if len(rows_after) == 0 or len(rows_after) < 0.5 * len(rows_before):
        return background
    if rows_after[0] > rows_before[0] + 0.05 * len(rows_before):
        return background  # shadows do not reach above the object
    return background | gained


def _fading_out(parts: NDArray[np.bool_], background: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The parts that pass into the background without an edge along most of their rim.

    A shadow does; a pale object entered through a gap in its outline does not.
    """
    import cv2

    count, labels = cv2.connectedComponents(parts.astype(np.uint8), connectivity=4)
    rim, open_rim = np.zeros(count), np.zeros(count)
    for here, there in (
        (np.s_[1:], np.s_[:-1]),
        (np.s_[:-1], np.s_[1:]),
        (np.s_[:, 1:], np.s_[:, :-1]),
        (np.s_[:, :-1], np.s_[:, 1:]),
    ):
        edge = parts[here] & ~parts[there]
        rim += np.bincount(labels[here][edge], minlength=count)
        open_rim += np.bincount(labels[here][edge & background[there]], minlength=count)
    kept = open_rim > _OPEN_RIM * np.maximum(rim, 1)
    kept[0] = False
    result: NDArray[np.bool_] = kept[labels]
    return result


def _cleaned(inside: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Without specks: parts smaller than 1/200 of the largest one go."""
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside.astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    kept = area >= max(4, int(area.max()) // 200)
    kept[0] = False
    result: NDArray[np.uint8] = np.where(kept[labels], 255, 0).astype(np.uint8)
    return result


def grabcut_mask(rgb: NDArray[np.uint8], progress: Progress = NO_PROGRESS, side: int = 320) -> NDArray[np.uint8] | None:
    """Mask by GrabCut (Rother, Kolmogorov, Blake 2004), started from a centred rectangle.

    Works on a copy of at most `side` pixels and scales the mask up.

    Returns:
        The mask, or None if nothing or everything was taken for the object.
    """
    import cv2

    height, width = rgb.shape[:2]
    scale = min(1.0, side / max(height, width))
    small_size = (max(8, round(width * scale)), max(8, round(height * scale)))
    small = cv2.resize(rgb, small_size, interpolation=cv2.INTER_AREA) if scale < 1 else np.array(rgb)
    rows, columns = small.shape[:2]
    margin_x, margin_y = max(1, columns // 20), max(1, rows // 20)
    rectangle = (margin_x, margin_y, columns - 2 * margin_x, rows - 2 * margin_y)
    labels = np.zeros((rows, columns), np.uint8)
    behind, front = np.zeros((1, 65), np.float64), np.zeros((1, 65), np.float64)
    bgr = np.ascontiguousarray(small[:, :, ::-1])
    cv2.setRNGSeed(0)  # its k-means start is random; the same picture shall give the same mask
    for iteration in range(5):
        progress.check()
        mode = cv2.GC_INIT_WITH_RECT if iteration == 0 else cv2.GC_EVAL
        try:
            cv2.grabCut(bgr, labels, rectangle, behind, front, 1, mode)
        except cv2.error:  # one of the two colour models ran out of pixels: nothing to separate
            return None
    inside = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if not inside.any() or inside.all():
        return None
    mask = _cleaned(inside)
    if scale < 1:
        mask = cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)
    return mask
