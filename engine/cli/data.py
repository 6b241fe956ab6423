"""`shape-engine data`: prepare training data and look at them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import PositiveInt

from engine.cli.options import ANSWER, Answer
from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, say, table, watched

#: What the shipped models know.
CATEGORIES = ("chair", "table", "sofa", "lamp")


def split_words(words: list[str] | None, default: tuple[str, ...]) -> tuple[str, ...]:
    """Words given one by one or separated by commas, without repetitions; the default if there are none."""
    named = [word.strip() for part in words or () for word in part.split(",")]
    return tuple(dict.fromkeys(word for word in named if word)) or default


def build(
    sources: Annotated[list[Path] | None, Parameter(consume_multiple=True)] = None,
    /,
    *,
    category: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    workers: PositiveInt = 2,
    scheduler: str | None = None,
    common: Answer = ANSWER,
) -> None:
    """Prepare furniture catalogues, or folders of meshes, for training. Stopped builds go on where they were.

    In a folder every mesh counts, in whatever format; the folder right above it is its category, and a picture of the same
    name beside it is taken along. Published data sets are recognised by their folders, and their own splits are kept:
    ShapeNet v2, those of Occupancy Networks and DeepSDF, and IM-NET's HDF5 files (these need the extra "imnet").

    ```
    shape-engine data build --category chair,table,sofa,lamp
    shape-engine data build /usr/share/sweethome3d/furniture/*.sh3f --category chair --out /data/furniture --workers 8
    shape-engine data build my-meshes/ --out /data/mine
    ```

    Args:
        sources: catalogues (.sh3f) or folders; by default the catalogues of the Debian package sweethome3d-furniture.
        category: categories separated by commas; by default chair,table,sofa,lamp of catalogues, and all of folders.
        out: data folder; by default the user's cache folder.
        workers: processes on this machine.
        scheduler: address of a running Dask scheduler, for example tcp://host:8786, instead of workers on this machine.
        common: how to answer.
    """
    from engine.data.build import build as build_data
    from engine.data.store import default_data_root

    root = out or default_data_root()
    check_folder(root)
    wanted = split_words(category, () if sources and all(path.is_dir() for path in sources) else CATEGORIES)
    with watched() as progress:
        report = build_data(sources or None, root, wanted or None, workers=workers, scheduler=scheduler, progress=progress)
    for refusal in report.refused:
        say(f"Refused {refusal.id} ({refusal.category or 'catalogue'}): {refusal.reason}")
    for item_id in report.changed:
        say(f"{item_id} is not the file that the furniture table was made from.")
    _warn_of_sign(len(report.doubtful))
    text = (
        f"{root}: {len(report.built)} built, {len(report.kept)} kept, {len(report.refused)} refused "
        f"in {report.wall_seconds:.0f} s; the full report is {root / 'report.md'}."
    )
    answer({"out": root, **_as_dict(report)}, text, common.json)


def _warn_of_sign(count: int) -> None:
    if count:
        say(
            f"Of {count} shapes it is not sure what is inside (sign confidence below 0.9, holes or gaps); "
            "shape-engine data report shows them."
        )


def _as_dict(report: object) -> dict[str, object]:
    from dataclasses import asdict, is_dataclass

    if not is_dataclass(report) or isinstance(report, type):
        raise TypeError("the build report should be a dataclass")
    return asdict(report)


def list_data(
    *,
    data: Path | None = None,
    category: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    split: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    common: Answer = ANSWER,
) -> None:
    """List the prepared shapes; the column "sign" says how clear inside and outside are, from 0 to 1.

    ```
    shape-engine data list
    shape-engine data list --category chair --split test --json
    ```

    Args:
        data: data folder; by default the user's cache folder.
        category: categories separated by commas; all by default.
        split: train, val or test, separated by commas; all by default.
        common: how to answer.
    """
    from engine.data.sdf import SURE_SIGN
    from engine.data.store import default_data_root, list_items

    root = data or default_data_root()
    items = list_items(root, split_words(category, ()) or None, split_words(split, ()) or None)
    counts = Counter((item.category, item.split) for item in items)
    rows = [
        (
            item.category,
            item.split,
            f"{item.meta.sign_confidence:.3f}",
            item.id,
            item.name,
            item.meta.licence,
            item.meta.creator,
        )
        for item in items
    ]
    lines = [table(("category", "split", "sign", "id", "name", "licence", "creator"), rows), ""] if rows else []
    _warn_of_sign(sum(item.meta.sign_confidence < SURE_SIGN for item in items))
    lines += [", ".join(f"{count} {name} {part}" for (name, part), count in sorted(counts.items())) or "No such shapes."]
    document = {"data": root, "items": [{**_as_dict(item.meta), "folder": item.folder} for item in items]}
    answer(document, "\n".join([str(root), *lines]), common.json)


def redraw_pictures(
    *,
    data: Path | None = None,
    category: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    common: Answer = ANSWER,
) -> None:
    """Draw the training pictures of prepared shapes anew; nothing else of them changes.

    Stopped runs leave every shape with its old or its new pictures, and start from the beginning.

    ```
    shape-engine data pictures
    shape-engine data pictures --data /data/furniture --category chair
    ```

    Args:
        data: data folder; by default the user's cache folder.
        category: categories separated by commas; all by default.
        common: how to answer.
    """
    from engine.data.redraw import redraw
    from engine.data.store import default_data_root, list_items

    root = data or default_data_root()
    items = list_items(root, split_words(category, ()) or None)
    drawn = [item for item in items if (item.folder / "skin.npz").is_file()]  # some published sets have no meshes
    with watched() as progress:
        for number, item in enumerate(drawn):
            progress.step(number, len(drawn), item.name)
            redraw(item, progress=progress)
    document = {"data": root, "drawn": [item.id for item in drawn], "without_mesh": len(items) - len(drawn)}
    answer(document, f"{root}: pictures of {len(drawn)} of {len(items)} shapes drawn anew.", common.json)


def report_data(
    *,
    data: Path | None = None,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    category: Annotated[list[str] | None, Parameter(consume_multiple=False)] = None,
    common: Answer = ANSWER,
) -> None:
    """Show all prepared shapes on one page: pictures, slices, split, licence, how sure the sign is, and what was refused.

    ```
    shape-engine data report
    shape-engine data report --data /data/furniture --out furniture.html
    ```

    Args:
        data: data folder; by default the user's cache folder.
        out: HTML file to write, complete in itself; by default report.html in the data folder.
        category: categories separated by commas; all by default.
        common: how to answer.
    """
    from engine.data.contact_sheet import write_contact_sheet
    from engine.data.store import default_data_root

    root = data or default_data_root()
    path = out or root / "report.html"
    check_folder(path.parent)
    with watched() as progress:
        sheet = write_contact_sheet(root, path, split_words(category, ()) or None, progress)
    _warn_of_sign(len(sheet.doubtful))
    text = f"{path}: {sheet.shapes} shapes, {sheet.refused} refused, {sheet.bytes / 1e6:.1f} MB, in {sheet.seconds:.0f} s."
    answer(sheet, text, common.json)
