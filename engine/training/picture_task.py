"""Training a model that answers a picture: occupancy network or point set generator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.base import ShapeModel
from engine.models.checkpoint import build_model, save_model
from engine.models.occnet import OccupancyNetwork
from engine.models.psgn import PointSetGenerator
from engine.progress import NO_PROGRESS, Progress
from engine.training.cards import card_for, labels_for
from engine.training.config import TrainConfig
from engine.training.pictures import PictureSet, load_pictures
from engine.training.pieces import Piece, find_pieces


class _Objective(nn.Module):
    """The model, called for its losses."""

    def __init__(self, model: ShapeModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Named losses of a batch."""
        return self.model.loss(batch)


class PictureTask:
    """Picture features in, occupancy or points out.

    Args:
        config: what to train.
        data: training pieces.
        pieces: what they are, in the same order.
        held_out: validation pieces, or None.
    """

    def __init__(self, config: TrainConfig, data: PictureSet, pieces: Sequence[Piece], held_out: PictureSet | None) -> None:
        self.config = config
        self.data = data
        self.pieces = list(pieces)
        self.held_out = held_out

    @classmethod
    def load(cls, config: TrainConfig, data_root: Path, progress: Progress = NO_PROGRESS) -> PictureTask:
        """Read the training split, and the validation split if it is looked at."""
        occupancy = config.method == "occnet"
        pieces = find_pieces(data_root, config.categories, ("train",))
        data = load_pictures(pieces, config, occupancy=occupancy, progress=progress)
        held_out = None
        if config.validate_every:
            others = find_pieces(data_root, config.categories, ("val",))
            held_out = load_pictures(others, config, occupancy=occupancy, progress=progress)
        return cls(config, data, pieces, held_out)

    def objective(self) -> nn.Module:
        """The model with fresh weights."""
        return _Objective(build_model(self.config.method, {"categories": self.config.categories, **self.config.model}))

    def batch(self, draw: np.random.Generator, step: int) -> dict[str, Tensor]:
        """Random pictures of random pieces."""
        return self.data.batch(draw)

    def validate(self, objective: nn.Module) -> dict[str, float]:
        """Losses on the catalogue pictures of the validation pieces, always at the same points.

        "error" is 1 - IoU of occupancy networks and the loss of point sets.
        """
        if self.held_out is None:
            return {}
        device = next(objective.parameters()).device
        sums: dict[str, float] = {}
        rounds = 8
        with torch.random.fork_rng():
            torch.manual_seed(0)
            for number in range(rounds):
                batch = self.held_out.plain(np.random.default_rng(number))
                for name, value in objective({key: tensor.to(device) for key, tensor in batch.items()}).items():
                    sums[name] = sums.get(name, 0.0) + float(value) / rounds
        return sums | {"error": 1 - sums["iou"] if "iou" in sums else sums["loss"]}

    def export(self, objective: nn.Module, out: Path, about: dict[str, Any], best: dict[str, Tensor] | None) -> None:
        """Write the model and the codes of the training pieces' catalogue pictures."""
        trained = objective.model
        assert isinstance(trained, ShapeModel)  # for the type checker
        model = build_model(self.config.method, trained.config.model_dump())
        weights = trained.state_dict()
        if best is not None:
            weights = {name.removeprefix("model."): value for name, value in best.items()}
        model.load_state_dict(weights)
        model.eval()
        with torch.no_grad():
            codes = self._codes(model)
        card, texts = card_for(self.config, model, self.pieces, about)
        save_model(out, model, codes.numpy(), labels_for(self.pieces), card, texts)

    def _codes(self, model: ShapeModel) -> Tensor:
        plain = [(f.pooled[f.plain], f.map[f.plain]) for f in self.data.features]
        pooled, maps = (torch.from_numpy(np.stack(values).astype(np.float32)) for values in zip(*plain, strict=True))
        if isinstance(model, PointSetGenerator):
            return model.with_random(model.picture_code(pooled, maps), seed=0)
        assert isinstance(model, OccupancyNetwork)  # for the type checker
        return model.picture_code(pooled, maps)
