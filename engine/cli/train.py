"""`shape-engine train`: make a model."""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import NonNegativeInt, PositiveFloat, PositiveInt

from engine.cli.options import Answering
from engine.cli.outputs import check_folder
from engine.cli.terminal import answer, say, watched
from engine.errors import ModelError


@dataclass(frozen=True)
class Training(Answering):
    """How to answer, and what differs from the configuration."""

    steps: PositiveInt | None = None
    """Optimiser steps instead of the configuration's."""

    seed: NonNegativeInt | None = None
    """Seed instead of the configuration's."""

    max_minutes: PositiveFloat | None = None
    """Stop after this time; the same command goes on later."""

    threads: PositiveInt | None = None
    """Threads for torch."""


Change = Annotated[Training, Parameter(name="*")]
AS_CONFIGURED = Training()


def train(
    config: str,
    /,
    *,
    out: Annotated[Path | None, Parameter(name=("--out", "-o"))] = None,
    data: Path | None = None,
    resume: Annotated[bool, Parameter(negative="--no-resume")] = True,
    common: Change = AS_CONFIGURED,
) -> None:
    """Train a model, or go on with a run that was stopped. The same command serves CPU and GPU.

    ```
    shape-engine train deepsdf --out models/deepsdf
    shape-engine train my-chairs.toml --data /data/furniture --max-minutes 60
    torchrun --nproc-per-node 2 -m engine.cli train deepsdf --out models/deepsdf
    tensorboard --logdir models/deepsdf/training/curves
    ```

    Args:
        config: a shipped configuration (deepsdf, triplane, picture-planes, occnet, psgn, psgn-one, own, deepsdf-paper), or a
            TOML or JSON file.
        out: model folder to write; by default the model's id in the user's own model folder, where every command finds it.
        data: data folder made by shape-engine data build; by default the user's cache folder.
        resume: go on with a stopped run in that folder; --no-resume refuses to touch one.
        common: how to answer, and what differs from the configuration.
    """
    from engine.data.store import default_data_root
    from engine.training.config import read_config

    settings = read_config(config, steps=common.steps, seed=common.seed)
    folder = out or own_models() / settings.id
    check_folder(folder)
    if not resume and (folder / "training" / "checkpoint.pt").exists():
        raise ModelError("{name} holds a run already; leave out --no-resume to go on with it.", name=str(folder))
    say(f"Training {settings.id} ({settings.method}) into {folder}; Ctrl-C stops, the same command goes on.")
    with watched() as progress:
        progress.step(0, 1, "loading torch")
        import torch

        from engine.training.loop import train as run_training

        if common.threads:
            torch.set_num_threads(common.threads)
        report = run_training(
            settings,
            folder,
            data or default_data_root(),
            progress,
            max_minutes=common.max_minutes,
            command=shlex.join(["shape-engine", *sys.argv[1:]]),
        )
    losses = ", ".join(f"{name} {value:.5f}" for name, value in (report.losses | report.validation).items())
    text = f"{report.folder}: {report.steps} of {report.total} steps in {report.seconds / 60:.1f} minutes; {losses}."
    answer({"id": settings.id, "method": settings.method, "finished": report.finished, "report": report}, text, common.json)


def own_models() -> Path:
    """Where models that the user trains go unless another folder is named; every command and the studio look there."""
    import platformdirs

    return platformdirs.user_data_path("shape-studio", appauthor=False) / "models"
