"""`shape-engine data generate`: generated furniture with pictures beside the real pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveInt

from engine.cli.options import ANSWER, Answer
from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, watched
from engine.errors import DataError

#: What the shipped point sets learn from; the model on planes takes the first of four kinds.
COUNTS = (
    "chair=600", "table=520", "sofa=300", "lamp=400", "bed=50", "bench=50", "bookshelf=50", "cabinet=50", "stool=50", "vase=50",
)  # fmt: skip


def read_counts(words: tuple[str, ...]) -> dict[str, int]:
    """Numbers by category from words such as "chair=300,table=200".

    Raises:
        DataError: a word is not of this form.
    """
    counts = {}
    for word in (part.strip() for each in words for part in each.split(",") if part.strip()):
        name, _, digits = word.partition("=")
        if not digits.isdigit():
            raise DataError("{word} is not a category with a number, such as chair=300.", word=word)
        counts[name] = int(digits)
    return counts


def generate_data(
    counts: Annotated[list[str] | None, Parameter(consume_multiple=True)] = None,
    /,
    *,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    views: PositiveInt = 6,
    workers: NonNegativeInt = 2,
    scheduler: str | None = None,
    common: Answer = ANSWER,
) -> None:
    """Make furniture by rules, with pictures from all around, and put it beside the prepared shapes for training.

    Every piece follows from its category and number, so that the same command makes the same pieces. Those that are there
    are kept; a stopped run goes on where it was.

    ```
    shape-engine data generate
    shape-engine data generate chair=1000,stool=50 --views 8 --workers 8
    ```

    Args:
        counts: categories with numbers; by default what the shipped picture models have learnt from.
        out: data folder; by default the user's cache folder.
        views: pictures of each piece.
        workers: processes on this machine; 0 works in this process.
        scheduler: address of a running Dask scheduler instead of workers on this machine.
        common: how to answer.
    """
    from engine.data.generated import seeds_for
    from engine.data.generated_items import PieceJob, build_piece
    from engine.data.grammar import GRAMMARS
    from engine.data.store import default_data_root
    from engine.evaluation.workers import gather_workers

    wanted = read_counts(tuple(counts or COUNTS))
    if strange := [name for name in wanted if name not in GRAMMARS]:
        raise DataError("No grammar for {name}; there are {known}.", name=strange[0], known=", ".join(GRAMMARS))
    root = out or default_data_root()
    check_folder(root)
    jobs = [PieceJob(root, category, seed, views) for category, seed in seeds_for(wanted)]
    with watched() as progress, gather_workers(workers, scheduler) as crew:
        made = sum(crew.run(build_piece, jobs, progress, "generating furniture"))
    text = f"{root}: {made} pieces made, {len(jobs) - made} kept."
    answer({"out": root, "made": made, "kept": len(jobs) - made, "counts": wanted}, text, common.json)
