"""`shape-engine steepness`: the bound that extraction relies on, measured anew."""

from __future__ import annotations

from engine.cli.options import MACHINE, Machine
from engine.cli.terminal import answer, table, watched


def steepness(model: str, /, *, write: bool = False, common: Machine = MACHINE) -> None:
    """Measure how fast a model's distances change near its surfaces. Training does the same before it saves.

    ```
    shape-engine steepness triplane-furniture
    shape-engine steepness my-model --write
    ```

    Args:
        model: a model of signed distances.
        write: record the bound in the model's config.json and the measurement in its card.json.
        common: how to answer and what to compute on.
    """
    engine = common.engine()
    info = engine.info(model)
    with watched() as progress:
        engine.load(info.id)  # sets the threads that the user asked for
        from engine.training.steepness import measure_again

        before, found = measure_again(info.folder, write, progress)
    rows = [
        (f"{reach:.3f}", f"{high:.2f}", f"{higher:.2f}", f"{highest:.2f}")
        for reach, high, higher, highest in zip(
            found.reaches, found.quantile_99, found.quantile_999, found.maximum, strict=False
        )
    ]
    done = "recorded" if write else "not recorded (--write)"
    text = "\n".join(
        [
            f"{info.id}: change of the field per unit of distance from its surface, {found.codes} codes, {found.pairs:,} pairs",
            table(("distance", "99 %", "99.9 %", "most"), rows),
            f"bound: {found.bound:.2f}, {done}; before: {before:.2f}",
        ]
    )
    answer({"model": info.id, "before": before, "steepness": found, "recorded": write}, text, common.json)
