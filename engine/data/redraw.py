"""New pictures for items that are there already, without building them again."""

from __future__ import annotations

import numpy as np

from engine.data.generated import SOURCE
from engine.data.materials import part_colours
from engine.data.render import VIEWS, render_views
from engine.data.store import Item, read_arrays, write_arrays, write_picture
from engine.progress import NO_PROGRESS, Progress


def redraw(item: Item, views: int | None = None, progress: Progress = NO_PROGRESS) -> None:
    """Draw the renders of an item anew from its skin; each file is replaced at once or not at all.

    The colours are those kept beside the skin; without them every part gets a random one. The picture stays as it is, unless it
    is the first render itself: then it becomes the new first render.

    Args:
        item: which; what it has read so far is forgotten.
        views: how many pictures; None for as many as there are.
        progress: asked before each picture.

    Raises:
        DataError: its files are missing or damaged, or it has no skin.
    """
    vertices, faces = item.skin[0].astype(np.float64), item.skin[1].astype(np.int64)
    stored = read_arrays(item.folder / "skin.npz").get("colours")
    if stored is None:
        colours = part_colours(vertices, faces, np.random.default_rng(item.meta.seed))
    else:
        colours = stored.astype(np.float64) / (255.0 if stored.dtype == np.uint8 else 1.0)
    count = (VIEWS if "renders" in item.meta.missing else len(item.renders["rgb"])) if views is None else views
    drawn = render_views(vertices, faces, colours, item.meta.seed, count, progress=progress)
    first = np.dstack([drawn.rgb[0], drawn.mask[0]])
    # The picture goes first: if the process ends in between, the next one draws the same and knows it again.
    if is_own_render(item) or np.array_equal(item.picture, first):
        write_picture(item.folder / "picture.png", first)
    write_arrays(item.folder / "renders.npz", drawn.arrays())
    item.forget()


def is_own_render(item: Item) -> bool:
    """Whether the item came without a picture, so that its first render stands for one.

    Raises:
        DataError: its files are missing or damaged.
    """
    if item.meta.source == SOURCE:
        return True
    renders = item.renders
    return bool(len(renders["rgb"])) and np.array_equal(item.picture, np.dstack([renders["rgb"][0], renders["mask"][0]]))
