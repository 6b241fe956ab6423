"""What differs between methods in training: which data a step sees, and what is saved along with the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import Tensor, nn

from engine.progress import NO_PROGRESS, Progress
from engine.training.config import TrainConfig


class Task(Protocol):
    """A method's side of the training loop."""

    config: TrainConfig

    def objective(self) -> nn.Module:
        """A fresh module whose call on a batch gives named losses; its parameters are what is trained."""

    def batch(self, draw: np.random.Generator, step: int, processes: int = 1) -> dict[str, Tensor]:
        """The batch of one step for so many processes together, drawn with `draw` only; scalars are for all of them."""

    def validate(self, objective: nn.Module) -> dict[str, float]:
        """Values on the validation pieces; "error" is what decides between weights. May be empty."""

    def export(self, objective: nn.Module, out: Path, about: dict[str, Any], best: dict[str, Tensor] | None) -> None:
        """Write the model folder from the objective's weights, or from `best` where given."""


def make_task(config: TrainConfig, data_root: Path, progress: Progress = NO_PROGRESS) -> Task:
    """Load the data set for a method.

    Raises:
        DataError: if the data set lacks what is needed.
    """
    if config.method in ("deepsdf", "triplane"):
        from engine.training.distance_task import DistanceTask

        return DistanceTask.load(config, data_root, progress)
    from engine.training.picture_task import PictureTask

    return PictureTask.load(config, data_root, progress)
