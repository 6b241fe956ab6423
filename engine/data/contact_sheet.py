"""All prepared shapes on one page: pictures, slices, what is known of each, what was refused. One file with all inside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from pathlib import Path

import numpy as np

from engine.data.contact_card import LEVEL, card_of, card_of_refused
from engine.data.refused import list_refusals
from engine.data.sdf import SURE_SIGN
from engine.data.store import Item, list_items
from engine.data.whole import write_text
from engine.errors import DataError
from engine.progress import NO_PROGRESS, Progress

SPLITS = ("train", "val", "test")
LEGEND = (
    "Of each shape: its own picture, a render, the slice through x = 0 seen from the right (front to the left), and a slice at "
    "{level:.0%} of its height seen from above (front below). Blue is inside, sand outside, the dark line is the surface, "
    "fainter lines are a tenth of the sphere's radius apart. Slices are drawn from the stored samples, which bound the "
    "distance everywhere: in the median shape no pixel is more than {doubt:.3f} off."
)
CONFIDENCE = (
    "Sign confidence is the share of points near the surface whose winding number is within a quarter of a whole number: 1 for "
    "closed shapes, less where holes and gaps make inside and outside a matter of degree. It says how clear the answer is, not "
    "how often it is right."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was written.

    Attributes:
        path: of the page.
        shapes: on it.
        refused: models shown as refused.
        doubtful: ids whose sign confidence is below `SURE_SIGN`, the least confident first.
        bytes: of the page.
        seconds: that it took.
        slice_doubt: median over the shapes of the largest half width of the interval that a slice's distance lies in, in
            unit-sphere units; 0 if no shape has distances.
    """

    path: Path
    shapes: int
    refused: int
    doubtful: tuple[str, ...]
    bytes: int
    seconds: float
    slice_doubt: float


def write_contact_sheet(
    root: Path, path: Path, categories: Sequence[str] | None = None, progress: Progress = NO_PROGRESS
) -> Sheet:
    """Write the page.

    Args:
        root: data root.
        path: HTML file to write.
        categories: which; None for all.
        progress: told after every shape.

    Raises:
        DataError: no prepared shape, or a damaged one.
    """
    begun = time.perf_counter()
    items = list_items(root, categories)
    refusals = [r for r in list_refusals(root) if categories is None or r.category in {"", *categories}]
    if not items:
        raise DataError(
            "No prepared shapes of these categories in {root}: {names}.", root=root, names=", ".join(categories or ())
        )
    items.sort(key=lambda item: (item.category, item.meta.sign_confidence, item.id))
    cards: dict[str, list[str]] = {}
    doubts = []
    for number, item in enumerate(items):
        progress.step(number, len(items), item.name)
        card, doubt = card_of(item)
        cards.setdefault(item.category, []).append(card)
        doubts.append(doubt)
        item.forget()
    doubtful = sorted((i for i in items if i.meta.sign_confidence < SURE_SIGN), key=lambda i: i.meta.sign_confidence)
    known = [doubt for doubt in doubts if np.isfinite(doubt)]
    slice_doubt = float(np.median(known)) if known else 0.0
    text = _page(root, items, doubtful, cards, [card_of_refused(root, refusal) for refusal in refusals], slice_doubt)
    write_text(path, text)
    return Sheet(
        path,
        len(items),
        len(refusals),
        tuple(item.id for item in doubtful),
        len(text.encode("utf-8")),
        time.perf_counter() - begun,
        slice_doubt,
    )


def _page(
    root: Path, items: Sequence[Item], doubtful: Sequence[Item], cards: dict[str, list[str]], refused: list[str], doubt: float
) -> str:
    style = resources.files("engine.data").joinpath("contact_sheet.css").read_text(encoding="utf-8")
    links = [f'<a href="#{escape(name)}">{escape(name)} {len(group)}</a>' for name, group in cards.items()]
    first = ", ".join(f'<a href="#{item.key}">{escape(item.name)}</a> {item.meta.sign_confidence:.2f}' for item in doubtful)
    sections = [
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2><div class="cards">{"".join(group)}</div></section>'
        for name, group in cards.items()
    ]
    empty = "<p>None of the last builds of these sources refused a model.</p>"
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Prepared shapes</title>',
            f"<style>{style}</style></head><body>",
            f'<h1>Prepared shapes</h1><p class="muted">{escape(str(root))}: {len(items)} shapes, {len(refused)} refused.</p>',
            _totals(items),
            f"<p>{LEGEND.format(level=LEVEL, doubt=doubt)}</p><p>{CONFIDENCE}</p>",
            f'<p class="warning">{len(doubtful)} shapes below {SURE_SIGN:.2f}; look at these first:</p><p>{first}</p>'
            if doubtful
            else f"<p>No shape is below {SURE_SIGN:.2f}.</p>",
            f'<nav><a href="#all">all</a> {" ".join(links)} <a href="#refused">refused {len(refused)}</a></nav>',
            f'<main id="all">{"".join(sections)}',
            f'<section id="refused"><h2>refused</h2><div class="cards">{"".join(refused)}</div>',
            "" if refused else empty,
            "</section>",
            "</main></body></html>",
        ]
    )


def _totals(items: Sequence[Item]) -> str:
    rows = []
    for name in [*dict.fromkeys(item.category for item in items), "all"]:
        group = [item for item in items if name in (item.category, "all")]
        counts = [sum(item.split == split for item in group) for split in SPLITS]
        confidence = np.array([item.meta.sign_confidence for item in group])
        cells = [name, *counts, len(group), f"{np.median(confidence):.2f}", int((confidence < SURE_SIGN).sum())]
        rows.append("".join(f"<td>{escape(str(cell))}</td>" for cell in cells))
    head = "".join(f"<th>{word}</th>" for word in ("category", *SPLITS, "sum", "median confidence", f"below {SURE_SIGN:.2f}"))
    return f"<table><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
