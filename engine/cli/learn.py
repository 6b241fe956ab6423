"""`shape-engine learn`: a model of one's own shapes, in one go."""

from __future__ import annotations

import hashlib
import shlex
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import PositiveInt

from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, say, watched
from engine.cli.train import AS_CONFIGURED, Change, own_models
from engine.errors import DataError

#: With fewer shapes there are no directions in which they differ.
FEWEST = 2


def learn(
    folder: Path,
    /,
    *,
    name: str | None = None,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    data: Path | None = None,
    config: str = "own",
    workers: PositiveInt = 2,
    common: Change = AS_CONFIGURED,
) -> None:
    """Learn a model of the meshes in a folder: prepare them, train an auto-decoder, and put it where the studio finds it.

    Thirty meshes take about 25 minutes on two cores. Ctrl-C stops; the same command goes on. The next start of the
    studio lists the model, with sliders of its own.

    ```
    shape-engine learn my-chairs/
    shape-engine learn my-chairs/ --name chairs --steps 12000
    ```

    Args:
        folder: holds the meshes, in any format that can be opened; folders in it are categories. Published data sets with
            meshes or distances will do as well, see `shape-engine data build --help`.
        name: what to call the model; by default the folder's name.
        out: model folder to write; by default one of that name among the user's own models.
        data: where to keep the prepared shapes; by default in the user's cache folder.
        config: a shipped configuration of an auto-decoder, or a TOML or JSON file.
        workers: processes that prepare shapes.
        common: how to answer, and what differs from the configuration.
    """
    from engine.data.build import build
    from engine.data.folder import category_of
    from engine.data.item import Settings
    from engine.data.source import open_folder
    from engine.data.store import default_data_root, list_items
    from engine.training.config import read_config

    rows = open_folder(folder).listed()
    title = _identifier(category_of(name or folder.resolve().name))
    target = out or own_models() / title
    place = hashlib.sha1(str(folder.resolve()).encode(), usedforsecurity=False).hexdigest()[:12]
    root = data or default_data_root().parent / "own" / place
    for path in (target, root):
        check_folder(path)
    say(f"Preparing {len(rows)} shapes from {folder} in {root}.")
    with watched() as progress:
        # One view to know it by, and as many points as a few thousand steps can use: a third of the usual work.
        lean = Settings(near=80_000, volume_train=20_000, surface=40_000, views=1)
        report = build([folder], root, None, workers=workers, settings=lean, progress=progress)
    for refusal in report.refused:
        say(f"Left out {refusal.id}: {refusal.reason}")
    usable = {*report.built, *report.kept}
    for item in list_items(root) if usable else ():
        if item.id not in usable:  # its file has gone, or is of no use any more
            item.remove()
    if len(usable) < FEWEST:
        raise DataError(
            "Only {count} of the {all} files in {folder} can be learnt from; at least {fewest} are needed.",
            count=len(usable), all=len(rows), folder=str(folder), fewest=FEWEST,
        )  # fmt: skip
    kept = sorted((row.id, row.stamp) for row in rows if row.id in usable)
    stamp = hashlib.sha1(repr(kept).encode(), usedforsecurity=False).hexdigest()[:12]
    categories = tuple(sorted({row.category for row in rows if row.id in usable}))
    settings = read_config(config, id=title, categories=categories, steps=common.steps, seed=common.seed)
    settings = settings.model_copy(update={"data": settings.data.model_copy(update={"stamp": stamp})})
    say(f"Training {settings.id} ({settings.method}) on {len(usable)} shapes into {target}; Ctrl-C stops.")
    with watched() as progress:
        progress.step(0, 1, "loading torch")
        import torch

        from engine.training.loop import train

        if common.threads:
            torch.set_num_threads(common.threads)
        trained = train(
            settings,
            target,
            root,
            progress,
            max_minutes=common.max_minutes,
            command=shlex.join(["shape-engine", *sys.argv[1:]]),
        )
    recall = _recall(target)
    words = f"; the shapes come back with a median IoU of {recall['median']:.3f}" if recall else ""
    text = f"{target}: {trained.steps} of {trained.total} steps in {trained.seconds / 60:.1f} minutes{words}. Open the studio."
    answer({"id": settings.id, "shapes": len(usable), "training_iou": recall, "report": trained}, text, common.json)


def _identifier(text: str) -> str:
    """A model's id: small Latin letters, digits and hyphens; other scripts fall back to a plain name."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c == "-") else "-" for c in text).strip("-")[:60]
    return plain or "own-shapes"


def _recall(folder: Path) -> dict[str, float]:
    import json

    found = json.loads((folder / "card.json").read_text(encoding="utf-8"))["training"].get("training_iou", {})
    return {str(key): float(value) for key, value in found.items()}
