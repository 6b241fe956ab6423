"""One prepared or refused shape on the contact sheet: small pictures inside the page, two slices, and what is known."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.data.refused import Refusal
from engine.data.sdf import SURE_SIGN
from engine.data.slices import Slice, picture_of, slice_samples, slice_sides
from engine.data.store import Item

KINDS: tuple[Literal["near", "space", "volume"], ...] = ("near", "space", "volume")
LEVEL = 0.3  # height of the horizontal slice as a share of the shape's: under a seat or a table top, through the legs
THUMBNAIL = 128  # pixels
QUALITY = 70  # of WebP


def card_of(item: Item) -> tuple[str, float]:
    """A shape as HTML.

    Returns:
        HTML; how far a distance in its slices may be off at most, NaN if it has no distances.

    Raises:
        DataError: its files are damaged.
    """
    meta = item.meta
    cuts = slices_of(item)
    unsure = meta.sign_confidence < SURE_SIGN
    pictures = [
        ("picture", None if "picture" in meta.missing else item.picture),
        ("render", None if "renders" in meta.missing else item.renders["rgb"][0]),
        *(
            (caption, None if cut is None else picture_of(cut))
            for caption, cut in zip(("x = 0", "from above"), cuts, strict=True)
        ),
    ]
    confidence = f'<meter min="0" max="1" value="{meta.sign_confidence:.4f}"></meter> {meta.sign_confidence:.3f}'
    facts = [
        ("sign", confidence + (' <span class="warning">not sure</span>' if unsure else "")),
        ("split", f'<span class="badge">{escape(meta.split)}</span>'),
        ("triangles", f"{meta.triangles:,}"),
        ("closed", "yes" if meta.watertight else "no"),
        ("sheets", f"{meta.sheet_fraction:.1%}"),
        ("buried", f"{meta.buried_fraction:.1%}"),
        ("licence", escape(meta.licence)),
        ("by", escape(meta.creator or "unknown")),
    ]
    if meta.missing:
        facts.append(("lacks", escape(", ".join(meta.missing))))
    rows = "".join(f"<dt>{word}</dt><dd>{value}</dd>" for word, value in facts)
    html = (
        f'<article class="card{" doubtful" if unsure else ""}" id="{item.key}"><h3>{escape(item.name)}</h3>'
        f'<div class="muted">{escape(item.id)} &middot; {escape(meta.source)}</div>'
        f'<div class="pictures">{"".join(_figure(*one) for one in pictures)}</div><dl>{rows}</dl></article>'
    )
    return html, max((float(cut.doubt.max()) for cut in cuts if cut is not None), default=float("nan"))


def card_of_refused(root: Path, refusal: Refusal) -> str:
    """A refused model as HTML, with its picture if there is one."""
    picture = _read(root / refusal.picture) if refusal.picture else None
    category = escape(refusal.category or "no category")
    return (
        f'<article class="card"><h3>{escape(refusal.id)}</h3><div class="muted">{category}</div>'
        f'<div class="pictures">{_figure("picture", picture)}</div><p>{escape(refusal.reason)}</p></article>'
    )


def slices_of(item: Item) -> tuple[Slice | None, Slice | None]:
    """The slices x = 0 and y = `LEVEL` of the height, from all stored samples; None where none are near the plane.

    Raises:
        DataError: its files are damaged.
    """
    kinds = [kind for kind in KINDS if kind not in item.meta.missing]
    if not kinds:
        return None, None
    exact = "distances" not in item.meta.missing
    points = np.concatenate([item.occupied(kind)[0] for kind in kinds])
    inside = np.concatenate([item.occupied(kind)[1] for kind in kinds])
    heights = points[inside, 1] if inside.any() else points[:, 1]
    level = float(heights.min() + LEVEL * np.ptp(heights))
    try:
        if not exact:
            return slice_sides(points, inside, "x", 0.0), slice_sides(points, inside, "y", level)
        values = np.concatenate([getattr(item, kind)[1] for kind in kinds])
        return slice_samples(points, values, "x", 0.0), slice_samples(points, values, "y", level)
    except ValueError:  # a source with samples elsewhere
        return None, None


def _figure(caption: str, picture: NDArray[np.uint8] | None) -> str:
    image = '<div class="none">none</div>' if picture is None else f'<img loading="lazy" alt="{caption}" src="{_uri(picture)}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def _uri(picture: NDArray[np.uint8]) -> str:
    from PIL import Image

    image = Image.fromarray(picture)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    data = BytesIO()
    image.save(data, format="WEBP", quality=QUALITY, method=4)
    return f"data:image/webp;base64,{b64encode(data.getvalue()).decode('ascii')}"


def _read(path: Path) -> NDArray[np.uint8] | None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGBA"), dtype=np.uint8)
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
