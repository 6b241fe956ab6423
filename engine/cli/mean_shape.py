"""`shape-engine mean-shape`: the page that shows what Chamfer and EMD make of doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveInt

from engine.api import DecodeRequest, Engine, Shape
from engine.cli.options import ANSWER, Answer
from engine.cli.terminal import answer, say, watched

#: Default pieces: at most this many.
MOST = 24


def mean_shape(
    shape: Path | None = None,
    others: Annotated[list[Path] | None, Parameter(name="--other", consume_multiple=True)] = None,
    /,
    *,
    out: Path,
    points: PositiveInt = 768,
    steps: PositiveInt = 240,
    seed: NonNegativeInt = 0,
    common: Answer = ANSWER,
) -> None:
    """Compute the best answer to an uncertain question under Chamfer and under EMD, and write a page with pictures.

    ```
    shape-engine mean-shape --out mean-shape
    shape-engine mean-shape chair.obj --other lamp.obj --other sofa.obj --out page
    ```

    Args:
        shape: the piece whose place and size are in doubt (default: the one that comes with the program).
        others: pieces that all might be meant (default: chairs that the bundled DeepSDF learnt).
        out: folder for index.html and its pictures.
        points: points of a cloud.
        steps: steps of gradient descent for each answer.
        seed: seed of samples and starts.
        common: how to answer.
    """
    from engine.assets import assets_root
    from engine.evaluation.mean_shape import DISTANCES, best_answer, uncertain_sets, write_page

    engine = Engine()
    with watched() as progress:
        path = shape or assets_root() / "shapes" / "modern-armchair.glb"
        pieces = [engine.open_shape(other, "auto", progress).shape for other in others or ()]
        if not others:
            pieces = _learnt_chairs(engine)
        sets = uncertain_sets(engine.open_shape(path, "auto", progress).shape, pieces, points, seed)
        found = []
        for doubt in sets:
            say(doubt.text)
            found.append((doubt, [best_answer(doubt.clouds, distance, steps, seed, progress) for distance in DISTANCES]))
    page = write_page(out, found, f"shape-engine mean-shape --points {points} --steps {steps} --seed {seed}")
    document = {
        "page": page,
        "sets": [
            {
                "name": doubt.name,
                "shapes": len(doubt.clouds),
                "answers": [{"least": one.distance, "chamfer": one.chamfer, "emd": one.emd} for one in answers],
            }
            for doubt, answers in found
        ],
    }
    lines = [
        f"{doubt.name:6s} least {one.distance:8s} expected Chamfer {one.chamfer:.5f}   expected EMD {one.emd:.4f}"
        for doubt, answers in found
        for one in answers
    ]
    answer(document, "\n".join([*lines, f"Wrote {page}"]), common.json)


def _learnt_chairs(engine: Engine) -> list[Shape]:
    """Decoded training codes of the first model that fits shapes."""
    for info in engine.models():
        if info.fits_shape and info.output == "surface":
            space = engine.space(info.id)
            chairs = [i for i, category in enumerate(space.categories) if category == "chair"][:MOST]
            shapes = [engine.decode(DecodeRequest(space.training_code(i), (17, 33, 65))).shape for i in chairs]
            return [one for one in shapes if not one.is_empty]
    return []
