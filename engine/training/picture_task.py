"""Training a model that answers a picture: occupancy network or point set generator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import DataError, ModelError
from engine.models.base import ShapeModel
from engine.models.checkpoint import build_model, load_model, save_model
from engine.models.occnet import OccupancyNetwork
from engine.models.picture_planes import PicturePlanes
from engine.models.psgn import PointSetGenerator
from engine.models.triplane import TriplaneSDF
from engine.progress import NO_PROGRESS, Progress
from engine.training.cards import card_for, labels_for
from engine.training.config import TrainConfig
from engine.training.memory import check_memory
from engine.training.pictures import PictureSet, load_pictures
from engine.training.pieces import Piece, find_pieces, read_arrays
from engine.training.start import history, start_folder
from engine.training.warps import MIRROR

CODE_POINTS = 8_000  # surface points that an encoder is shown of each piece


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
        start: the model whose decoder is taken over, or None.
    """

    def __init__(
        self, config: TrainConfig, data: PictureSet, pieces: Sequence[Piece], held_out: PictureSet | None,
        start: TriplaneSDF | None = None,
    ) -> None:  # fmt: skip
        self.start = start
        self.config = config
        self.data = data
        self.pieces = list(pieces)
        self.held_out = held_out
        self.began_with = history(config.start)  # now: by the end of the run others may lie there

    @classmethod
    def load(cls, config: TrainConfig, data_root: Path, progress: Progress = NO_PROGRESS) -> PictureTask:
        """Read the training split, generated pieces where wanted, and the validation split if it is looked at."""
        occupancy = config.method in ("occnet", "picture-planes")
        start = load_decoder(config.start) if config.method == "picture-planes" else None
        pieces = find_pieces(data_root, config.categories, ("train",))
        check_memory(config, len(pieces))
        made = generated_pieces(data_root, config)
        data = load_pictures([*pieces, *made], config, occupancy=occupancy, progress=progress, real=len(pieces))
        held_out = None
        if config.validate_every:
            others = find_pieces(data_root, config.categories, ("val",))
            held_out = load_pictures(others, config, occupancy=occupancy, progress=progress)
        if start is not None:
            data.codes = piece_codes(start, [*pieces, *made], progress)
        return cls(config, data, pieces, held_out, start)

    def objective(self) -> nn.Module:
        """The model with fresh weights; a decoder that is taken over keeps its own."""
        fields: dict[str, Any] = {"categories": self.config.categories, **self.config.model}
        if self.start is None:
            return _Objective(build_model(self.config.method, fields))
        model = build_model(
            self.config.method, fields | {"decoder": self.start.config.model_dump(mode="json") | {"encoder": ()}}
        )
        assert isinstance(model, PicturePlanes)
        assert self.data.codes is not None
        model.start_from(self.start, torch.from_numpy(self.data.codes).flatten(0, 1))
        return _Objective(model)

    def batch(self, draw: np.random.Generator, step: int, processes: int = 1) -> dict[str, Tensor]:
        """Random pictures of random pieces."""
        return self.data.batch(draw, processes)

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
        card, texts = card_for(self.config, model, self.pieces, about | self.began_with)
        save_model(out, model, codes.numpy(), labels_for(self.pieces), card, texts, half=self.config.half)

    def _codes(self, model: ShapeModel) -> Tensor:
        plain = [(f.pooled[f.plain], f.map[f.plain]) for f in self.data.features[: len(self.pieces)]]
        pooled, maps = (torch.from_numpy(np.stack(values).astype(np.float32)) for values in zip(*plain, strict=True))
        if isinstance(model, PointSetGenerator):
            return model.with_random(model.picture_code(pooled, maps), seed=0)
        assert isinstance(model, OccupancyNetwork | PicturePlanes)  # for the type checker
        return model.picture_code(pooled, maps)


def load_decoder(start: str) -> TriplaneSDF:
    """The auto-decoder on planes that a picture model starts from.

    Args:
        start: folder of a model, or its name among the installed ones.

    Raises:
        ModelError: there is no such model, or it is not an auto-decoder on planes with an encoder.
    """
    model = load_model(start_folder(start))
    if not isinstance(model, TriplaneSDF) or model.encoder is None:
        raise ModelError(
            "{name} has no encoder of surfaces; start from a triplane model that was trained with one.", name=start
        )
    return model


def generated_pieces(root: Path, config: TrainConfig) -> list[Piece]:
    """So many generated pieces of each category as the configuration asks for, the first by number.

    Raises:
        DataError: fewer have been made.
    """
    found = []
    for category, count in config.data.generated.items():
        made = find_pieces(root, (category,), ("train",), generated=True)[:count] if count else []
        if len(made) < count:
            raise DataError(
                "Only {have} of {count} generated pieces of {category} are there; run `shape-engine data generate`.",
                have=len(made), count=count, category=category,
            )  # fmt: skip
        found += made
    return found


def piece_codes(model: TriplaneSDF, pieces: Sequence[Piece], progress: Progress = NO_PROGRESS) -> NDArray[np.float32]:
    """(N, 2, D) codes that a model's encoder gives to pieces, as they are and in a mirror."""
    assert model.encoder is not None  # for the type checker
    codes = []
    for number, piece in enumerate(pieces):
        progress.step(number, len(pieces), "finding the codes of shapes")
        (points,) = read_arrays(piece, "surface.npz", ("points",))
        chosen = np.random.default_rng(number).permutation(len(points))[:CODE_POINTS]
        both = torch.from_numpy(np.stack([points[chosen], points[chosen] * MIRROR]).astype(np.float32))
        with torch.inference_mode():
            codes.append(model.encoder(both).numpy())
    return np.stack(codes)
