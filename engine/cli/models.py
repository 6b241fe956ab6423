"""`shape-engine models`: what can be used."""

from __future__ import annotations

from engine.api import Engine, ModelInfo
from engine.cli.options import ANSWER, Answer
from engine.cli.terminal import answer, table


def models(common: Answer = ANSWER) -> None:
    """List the models that were found, without loading their weights.

    ```
    shape-engine models
    shape-engine models --json
    ```
    """
    engine = Engine()
    infos = engine.models()
    rows = [
        (
            info.id,
            info.title,
            _abilities(info),
            str(info.latent_dim),
            f"{info.parameters / 1e6:.2f} M",
            ", ".join(info.categories),
        )
        for info in infos
    ]
    text = table(("model", "method", "does", "code", "parameters", "categories"), rows) if rows else "No models were found."
    answer({"models": infos}, text, common.json)


def _abilities(info: ModelInfo) -> str:
    words = ["picture to " + ("surface" if info.output == "surface" else "points")] if info.takes_picture else []
    words += ["fits shapes"] if info.fits_shape else []
    words += ["several answers"] if info.samples else []
    return ", ".join(words) or info.output
