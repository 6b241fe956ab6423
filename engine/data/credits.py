"""Who made the shapes that a folder of weights was trained on."""

from __future__ import annotations

from collections.abc import Iterable

from engine.data.store import Item

LICENCE_LINKS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-3.0-US": "https://creativecommons.org/licenses/by/3.0/us/",
}
SOURCE_LINK = "https://www.sweethome3d.com/freeModels.jsp"


def credits(items: Iterable[Item]) -> str:
    """Text of a `DATA-CREDITS` file: every model with creator, source, licence and links.

    Args:
        items: what the weights saw, in any order; doubles are named once.

    Returns:
        UTF-8 text, the same for the same set of items.
    """
    metas = sorted({item.meta.id: item.meta for item in items}.values(), key=lambda m: (m.category, m.id))
    lines = [
        "Shapes that these weights were trained on",
        "",
        "The models come from the Sweet Home 3D furniture catalogues (converted and collected by Emmanuel Puybaret / eTeks):",
        SOURCE_LINK,
        "They were normalised, sampled and rendered for training. Licences:",
    ]
    lines += [f"  {name}: {LICENCE_LINKS[name]}" for name in sorted({m.licence for m in metas}) if name in LICENCE_LINKS]
    category = None
    for meta in metas:
        if meta.category != category:
            category = meta.category
            lines += ["", category]
        lines.append(f'  "{meta.name}" ({meta.id}) by {meta.creator}, catalogue {meta.source}, {meta.licence}')
    return "\n".join(lines) + "\n"
