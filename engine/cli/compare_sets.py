"""`shape-engine compare-sets`: score a folder of generated shapes against a folder of references."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveInt
from numpy.typing import NDArray

from engine.api import Engine
from engine.cli.compare import load_as_is
from engine.cli.options import Answering
from engine.cli.terminal import TerminalProgress, answer, table, watched
from engine.errors import FileError
from engine.requests import Up


@dataclass(frozen=True)
class Sampling(Answering):
    """How to answer and what to take from each shape."""

    points: PositiveInt = 2048
    """Points per shape."""

    seed: NonNegativeInt = 0
    """Seed of the surface samples."""

    distance: Literal["chamfer", "emd"] = "chamfer"
    """Between two shapes: chamfer (mean a² + mean b²) or emd (exact, mean)."""


Sampled = Annotated[Sampling, Parameter(name="*")]
AS_USUAL = Sampling()


def compare_sets(
    generated: Path, references: Path, /, *, up: Up = "auto", as_is: bool = False, common: Sampled = AS_USUAL
) -> None:
    """Score generated shapes against references: MMD, COV, 1-NNA and JSD.

    The order matters: MMD and COV change if the folders are exchanged. Every shape is brought into a ball of radius 0.5.

    ```
    shape-engine compare-sets made/ real/
    shape-engine compare-sets made/ real/ --distance emd --points 512 --json
    ```

    Args:
        generated: folder of generated shapes (OBJ, PLY, STL, OFF, GLB, XYZ, NPZ).
        references: folder of the shapes that they should be like.
        up: the axis that is up in the files; guessed for each by default.
        as_is: take coordinates as they are: files lie in the unit sphere's frame already.
        common: how to answer and what to take from each shape.
    """
    from engine.metrics.sets import DISTANCES
    from engine.metrics.sets import compare_sets as score

    engine = Engine()
    with watched() as progress:
        made, true = (_clouds(engine, folder, up, as_is, common, progress) for folder in (generated, references))
        scores = score(
            generated=list(made.values()), references=list(true.values()), distance=common.distance, progress=progress
        )
    sizes = f"{scores.generated} generated, {scores.references} references, {scores.points} points each"
    convention = f"{DISTANCES[common.distance]}, in a ball of radius 0.5"
    rows = [
        ("MMD", f"{scores.mmd:.6g}", "lower", f"mean over references of the least distance; {convention}"),
        ("COV", f"{scores.coverage:.6g}", "higher", f"share of references nearest to some generated shape; {convention}"),
        ("1-NNA", f"{scores.one_nn:.6g}", "0.5", f"leave-one-out accuracy of the nearest neighbour; {convention}"),
        (
            "JSD",
            f"{scores.jsd:.6g}",
            "lower",
            f"bits, 28³ grid in the ball; {100 * scores.clipped:.3g} % of the points clipped",
        ),
    ]
    scored = table(("score", "value", "better", "convention"), rows)
    text = f"Generated: {generated}\nReferences: {references}\n{sizes}\n\n{scored}"
    document = {"generated_files": tuple(made), "reference_files": tuple(true), "seed": common.seed, "convention": convention}
    answer({**document, **asdict(scores)}, text, common.json)


def _clouds(
    engine: Engine, folder: Path, up: Up, as_is: bool, common: Sampling, progress: TerminalProgress
) -> dict[str, NDArray[np.float64]]:
    """File name -> points in a ball of radius 0.5."""
    from engine.geometry.files import FORMATS
    from engine.geometry.sampling import sample_shape

    if not folder.is_dir():
        raise FileError("{name} is no folder.", name=str(folder))
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS)
    if not paths:
        raise FileError("The folder {name} holds no shapes; known are {known}.", name=str(folder), known=", ".join(FORMATS))
    clouds: dict[str, NDArray[np.float64]] = {}
    for number, path in enumerate(paths):
        progress.step(number, len(paths), f"reading {path.name}")
        opened = load_as_is(path) if as_is else engine.open_shape(path, up, progress)
        rng = np.random.default_rng([common.seed, number])
        clouds[path.name] = sample_shape(opened.shape, common.points, rng)[0].astype(np.float64) / 2
    return clouds
