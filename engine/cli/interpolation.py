"""`shape-engine interpolation`: whether the shapes between a model's training shapes hold together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveInt

from engine.cli.options import Spread
from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, plain, say, table, watched

Walked = Annotated[Spread, Parameter(name="*")]
AS_USUAL = Spread()


def interpolation(
    model: str,
    /,
    *,
    pairs: PositiveInt = 200,
    steps: PositiveInt = 9,
    seed: NonNegativeInt = 0,
    straight: Annotated[bool, Parameter(negative="")] = False,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    common: Walked = AS_USUAL,
) -> None:
    """Decode the way between seeded pairs of a model's training shapes; count open edges and pieces that float about.

    ```
    shape-engine interpolation deepsdf-furniture
    shape-engine interpolation my-model --pairs 20 --json
    ```

    Args:
        model: a model with surfaces.
        pairs: pairs of training shapes, both of one category.
        steps: shapes between the two of a pair.
        seed: of the choice of pairs.
        straight: go in a straight line between the codes, and not the way that the studio takes.
        out: a JSON file to write as well.
        common: how to answer and what to compute on.
    """
    if out is not None:
        check_folder(out.parent)
    engine = common.engine()
    info = engine.info(model)
    import json
    from dataclasses import replace

    from engine.data.store import write_text
    from engine.evaluation.interpolation import interpolate_pairs
    from engine.evaluation.predict import Asking
    from engine.evaluation.workers import cores, gather_workers

    count = cores() if common.workers is None else common.workers
    asking = Asking(common.device, None, seed=seed, threads=common.threads)
    asking = asking if count == 0 else replace(asking, threads=1)
    with watched() as progress, gather_workers(count, common.scheduler) as gathered:
        found = interpolate_pairs(info.id, asking, gathered, pairs, steps, straight=straight, progress=progress)
    categories = ["all", *sorted({way.category for way in found.ways})]
    parts = [found if category == "all" else found.only(category) for category in categories]
    rows = []
    for category, part in zip(categories, parts, strict=True):
        looks = [(way, look) for way in part.ways for look in way.between]
        extra = sum(look.pieces > max(parent.pieces for parent in way.parents) for way, look in looks)
        opened, empty = sum(look.boundary_edges > 0 for _, look in looks), sum(look.empty for _, look in looks)
        clean = f"{part.clean_pictures:.1%}", f"{part.clean_pairs:.1%}"
        rows.append((category, str(len(part.ways)), *clean, str(opened), str(extra), str(empty), str(len(looks))))
    header = ("category", "pairs", "clean shapes", "clean pairs", "open edges", "extra pieces", "empty", "of shapes")
    document = {
        "model": info.id, "pairs": len(found.ways), "steps": steps, "seed": seed, "straight": straight, "levels": found.levels,
        "clean_pictures": found.clean_pictures, "clean_pairs": found.clean_pairs,
        "categories": {
            name: {"pairs": len(part.ways), "clean_pictures": part.clean_pictures, "clean_pairs": part.clean_pairs}
            for name, part in zip(categories, parts, strict=True)
        },
        "ways": found.ways,
    }  # fmt: skip
    if out is not None:
        write_text(out, json.dumps(plain(document), indent=1, ensure_ascii=False) + "\n")
        say(f"Wrote {out}.")
    words = (
        f"{info.id}: {len(found.ways)} pairs of training shapes (seed {seed}), {steps} shapes between each, "
        f"{found.levels[-1]} corners a side. Clean: a surface without open edges, and no more pieces over 1 % of the volume "
        "than the parent with more of them."
    )
    answer(document, f"{words}\n\n{table(header, rows)}", common.json)
