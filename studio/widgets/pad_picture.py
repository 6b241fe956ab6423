"""The still part of a latent pad: how typical each place is, dots, and the thumbnails that fit. Painted once per view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen, QPixmap, QPolygonF

from studio.category_colours import ramp
from studio.style import font, theme
from studio.theme import Theme, rgb
from studio.widgets.pad_view import REACH, PadView, decluttered

#: Levels of typicality at which the ground rises, and how soft the edge of each step is.
STEPS = (0.25, 0.45, 0.65, 0.85)
SOFT = 0.03
#: Sides of thumbnails, pixels: at zoom 1, and at most.
SMALL, LARGE = 34.0, 92.0
#: Thumbnails keep this share of their side from each other.
APART = 0.8
DOT = 2.4


@dataclass(frozen=True, slots=True)
class PadItem:
    """Something that has a place on the map.

    Attributes:
        x, y: its place.
        name: what it is called.
        kind: its category in the user's language, or what else to say of it.
        colour: of its dot and thumbnail, "#rrggbb".
        landmark: True if the user placed it.
    """

    x: float
    y: float
    name: str
    kind: str
    colour: str
    landmark: bool = False


def thumbnail_image(shade: NDArray[np.uint8], cover: NDArray[np.uint8], colour: str) -> QImage:
    """A thumbnail in a clay of that colour, for the theme in use."""
    low, high = (np.array(tone) for tone in ramp(colour, theme()))
    tones = np.full((256, 4), 255, np.uint16)  # blue, green, red, alpha of each shade
    tones[:, :3] = np.round(255 * (low + (high - low) * np.linspace(0, 1, 256)[:, None]))[:, ::-1]
    packed = ((tones[shade] * cover[..., None].astype(np.uint16) + 127) // 255).astype(np.uint8)
    side, other = shade.shape
    return QImage(packed.data, other, side, 4 * other, QImage.Format.Format_ARGB32_Premultiplied).copy()


def thumbnail_side(view: PadView) -> float:
    """How large thumbnails are drawn, pixels: they grow slower than the map, so that more of them fit as one comes nearer."""
    return float(min(LARGE, SMALL * (min(view.width, view.height) / 280.0) ** 0.4 * view.zoom**0.45))


def paint_still(
    view: PadView,
    ratio: float,
    typical: NDArray[np.float64] | None,
    items: Sequence[PadItem],
    order: NDArray[np.intp],
    images: Mapping[int, QImage],
    scaled: dict[tuple[int, int], tuple[QImage, QImage]],
) -> tuple[QPixmap, list[int]]:
    """The picture behind the handle, and which items are drawn as thumbnails.

    Args:
        view: which part.
        ratio: device pixels per pixel.
        typical: (G, G) typicality over the map, row 0 at the top; None before it is known.
        items: what lies on the map.
        order: in which thumbnails are chosen.
        images: thumbnails that are there, by item.
        scaled: thumbnails in the sizes that were needed so far, by item and size; added to.
    """
    colours = theme()
    pixmap = QPixmap(max(1, round(view.width * ratio)), max(1, round(view.height * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(colours.window))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if typical is not None:
        ground = _ground(view, typical, colours)
        painter.drawImage(QRectF(0, 0, view.width, view.height), ground)
    places = np.array([(item.x, item.y) for item in items], np.float64).reshape(-1, 2)
    pixels = view.to_pixels(places)
    side = thumbnail_side(view)
    inside = ((pixels > -side) & (pixels < [view.width + side, view.height + side])).all(axis=1)
    there = np.array([index in images for index in range(len(items))], bool)
    chosen = decluttered(pixels, order, side * APART, inside & there)
    hidden = np.setdiff1d(np.flatnonzero(inside), chosen)
    _dots(painter, [items[i] for i in hidden.tolist()], pixels[hidden], colours)
    device = round(side * ratio)
    for index in sorted(chosen, key=lambda i: pixels[i, 1]):
        box = QRectF(pixels[index, 0] - side / 2, pixels[index, 1] - side / 2, side, side)
        ready = scaled.get((index, device))
        if ready is None or ready[0] is not images[index]:
            small = images[index].scaled(device, device, mode=Qt.TransformationMode.SmoothTransformation)
            small.setDevicePixelRatio(ratio)
            ready = scaled[index, device] = (images[index], small)
        painter.drawImage(box.topLeft(), ready[1])
        if items[index].landmark:
            _flag(painter, QPointF(box.right() - 4, box.top() + 5), colours)
            _label(painter, items[index].name, QPointF(pixels[index, 0], box.bottom() + 9), colours)
    painter.end()
    return pixmap, chosen


def _ground(view: PadView, typical: NDArray[np.float64], colours: Theme) -> QImage:
    """Land that rises in soft steps where the model knows more."""
    wide, tall = max(2, round(view.width / 2)), max(2, round(view.height / 2))
    grid = len(typical)
    left, top = view.to_place(0, 0)
    right, bottom = view.to_place(view.width, view.height)
    column = (np.linspace(left, right, wide) + REACH) / (2 * REACH) * (grid - 1)
    row = (REACH - np.linspace(top, bottom, tall)) / (2 * REACH) * (grid - 1)
    values = _between(_between(typical, row).T, column).T
    # One table look-up per pixel: steps are steep, so 512 heights are enough.
    ramp_of = np.linspace(0, 1, 512)
    height = np.mean([np.clip((ramp_of - step) / SOFT + 0.5, 0, 1) for step in STEPS], axis=0)
    low, high = np.array(rgb(colours.window)), np.array(rgb(colours.raised if colours.name == "dark" else colours.panel))
    if colours.name == "dark":
        high = high * 1.5
    else:
        low = low * 0.925
    tones = np.full((512, 4), 255, np.uint8)
    tones[:, :3] = np.round(255 * (low + (high - low) * height[:, None]).clip(0, 1))[:, ::-1]
    packed = np.ascontiguousarray(tones[(values * 511).astype(np.int16)])
    return QImage(packed.data, wide, tall, 4 * wide, QImage.Format.Format_RGB32).copy()


def _between(values: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of `values` (R, C) at fractional row numbers `at` (N,), linearly."""
    at = np.clip(at, 0, len(values) - 1)
    below = np.minimum(at.astype(np.int64), len(values) - 2)
    share = (at - below)[:, None]
    result: NDArray[np.float64] = values[below] * (1 - share) + values[below + 1] * share
    return result


def _dots(painter: QPainter, items: Sequence[PadItem], pixels: NDArray[np.float64], colours: Theme) -> None:
    groups: dict[str, list[QPointF]] = {}
    for item, at in zip(items, pixels.tolist(), strict=True):
        if not item.landmark:
            groups.setdefault(item.colour, []).append(QPointF(*at))
    painter.setOpacity(0.85)
    for colour, points in groups.items():
        pen = QPen(QColor(colour), 2 * DOT)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPoints(points)
    painter.setOpacity(1.0)
    for item, at in zip(items, pixels.tolist(), strict=True):
        if item.landmark:
            _flag(painter, QPointF(*at), colours)


def _label(painter: QPainter, name: str, at: QPointF, colours: Theme) -> None:
    """A name in small letters on a soft plate, centred at a point."""
    small = font("label")
    small.setPixelSize(11)
    text = QFontMetricsF(small).elidedText(name, Qt.TextElideMode.ElideRight, 96)
    wide = QFontMetricsF(small).horizontalAdvance(text) + 8
    plate = QRectF(at.x() - wide / 2, at.y() - 7.5, wide, 15)
    back = QColor(colours.panel)
    back.setAlphaF(0.8)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(back)
    painter.drawRoundedRect(plate, 5, 5)
    painter.setFont(small)
    painter.setPen(QColor(colours.text))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _flag(painter: QPainter, at: QPointF, colours: Theme) -> None:
    """A diamond: the user was here."""
    painter.setPen(QPen(QColor(colours.window), 1.5))
    painter.setBrush(QColor(colours.accent))
    painter.drawPolygon(QPolygonF([at + QPointF(0, -5), at + QPointF(5, 0), at + QPointF(0, 5), at + QPointF(-5, 0)]))
    painter.setPen(Qt.PenStyle.NoPen)
