"""Training an auto-decoder: one code per shape beside the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.autodecoder import AutoDecoder
from engine.models.base import seeded
from engine.models.checkpoint import build_model, save_model
from engine.progress import NO_PROGRESS, Progress
from engine.training.cards import card_for, labels_for
from engine.training.config import TrainConfig
from engine.training.distances import DistanceSet, load_distances
from engine.training.fit import refined_codes
from engine.training.memory import check_memory
from engine.training.pieces import Piece, find_pieces
from engine.training.recall import spread, training_iou
from engine.training.start import history, take_weights
from engine.training.steepness import steepness

ENCODED_POINTS = 8_000  # surface points that the encoder is shown for the code that is kept
REFINE_STEPS = 300  # of the fit after it
REFINED_AT_ONCE = 16  # pieces: suits the caches of a CPU
RAMP_SHARE = 0.05  # of all steps, over which the penalty on codes grows to its full weight (the release: 100 of 2000 epochs)


class CodedDecoder(nn.Module):
    """Decoder and table of codes, trained together; or decoder and encoder, where the model has one.

    Args:
        model: the decoder.
        count: number of shapes.
        seed: of the initial codes.
    """

    def __init__(self, model: AutoDecoder, count: int, seed: int) -> None:
        super().__init__()
        self.model = model
        self.codes: nn.Embedding | None = None
        if model.encoder is not None:
            return
        self.codes = nn.Embedding(count, model.latent_dim)
        with torch.no_grad():
            std = model.config.code_std / math.sqrt(model.latent_dim)
            self.codes.weight.normal_(0, std, generator=seeded("cpu", seed))

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Losses of the decoder on a batch whose shapes are named by index, "shape" (S,), or shown by points, "surface"."""
        z = self.codes(batch["shape"]) if self.codes is not None else self._encoded(batch["surface"])
        losses: dict[str, Tensor] = self.model.loss(batch | {"z": z})
        return losses

    def _encoded(self, surface: Tensor) -> Tensor:
        encoder = self.model.encoder
        assert encoder is not None  # for the type checker
        z: Tensor = encoder(surface).float()
        noise = self.model.config.code_noise
        return z + noise * torch.randn_like(z) if self.training and noise else z


class DistanceTask:
    """Signed distances in, decoder and codes out."""

    def __init__(self, config: TrainConfig, data: DistanceSet, pieces: Sequence[Piece]) -> None:
        self.config = config
        self.data = data
        self.pieces = list(pieces)
        self.began_with = history(config.start)  # now: by the end of the run others may lie there

    @classmethod
    def load(cls, config: TrainConfig, data_root: Path, progress: Progress = NO_PROGRESS) -> DistanceTask:
        """Read the training split."""
        pieces = find_pieces(data_root, config.categories, ("train",))[: config.data.pieces or None]
        check_memory(config, len(pieces))
        return cls(config, load_distances(pieces, config, progress, data_root), pieces)

    def objective(self) -> CodedDecoder:
        """Decoder and codes with fresh weights; a decoder that has a start takes over its weights."""
        model = build_model(self.config.method, {"categories": self.config.categories, **self.config.model})
        if self.config.start:
            take_weights(model, self.config.start)
        return CodedDecoder(cast(AutoDecoder, model), len(self.data), self.config.seed)

    def batch(self, draw: np.random.Generator, step: int, processes: int = 1) -> dict[str, Tensor]:
        """Points of random shapes, and how far the penalty on codes has grown."""
        ramp = min(1.0, step / max(1.0, RAMP_SHARE * self.config.steps))
        return self.data.batch(draw, processes, surface=self.encodes) | {"ramp": torch.tensor(ramp)}

    @property
    def encodes(self) -> bool:
        """True if codes come from an encoder and not from a table."""
        return bool(self.config.model.get("encoder"))

    def validate(self, objective: nn.Module) -> dict[str, float]:
        """Nothing: a held-out shape needs a fit of its own, which `shape-engine evaluate` does."""
        return {}

    def export(self, objective: nn.Module, out: Path, about: dict[str, Any], best: dict[str, Tensor] | None) -> None:
        """Write decoder and the codes of the real pieces (not of their copies); directions are those of all codes."""
        source = cast(CodedDecoder, objective)
        model = source.model
        over = about["steps"] == about["of_steps"]
        codes, population = self._codes(source, refine=over)
        steep = steepness(model, codes)
        config = model.config.model_copy(update={"lipschitz": steep.bound})
        frozen = build_model(self.config.method, config.model_dump())
        frozen.load_state_dict(model.state_dict())
        about = about | {"shapes": len(self.data)} | self.began_with
        if over:  # how well does it know what it was shown?
            about |= {"training_iou": spread(training_iou(model, codes, self.pieces))}
        card, texts = card_for(self.config, frozen, self.pieces, about)
        card["steepness"] = asdict(steep)
        save_model(out, frozen, codes.numpy(), labels_for(self.pieces), card, texts, population.numpy(), half=self.config.half)

    def _codes(self, source: CodedDecoder, *, refine: bool) -> tuple[Tensor, Tensor]:
        """(originals, D) codes of the real pieces, and (N, D) of everything that was learnt.

        With an encoder, only a finished run asks for all of them: they take longer than a checkpoint should.
        """
        if source.codes is not None:
            every = source.codes.weight.detach().float().cpu()
            return every[: self.data.originals], every
        device = next(source.parameters()).device
        shapes = self.data.shapes if refine else self.data.shapes[: self.data.originals]
        surfaces = [torch.from_numpy(shape.surface[:ENCODED_POINTS]).to(device) for shape in shapes]
        with torch.no_grad():
            every = torch.cat([source.model.encoder(points[None]) for points in surfaces]).float()  # type: ignore[misc]
        codes = every[: self.data.originals]
        if refine:
            codes = self._refined(source.model, codes)
        return codes.cpu(), torch.cat([codes, every[self.data.originals :]]).cpu()

    def _refined(self, model: AutoDecoder, codes: Tensor) -> Tensor:
        """The codes after a latent fit of each piece to its own samples, as an auto-decoder's codes would be."""
        rows = [(shape.near, shape.far) for shape in self.data.shapes[: len(codes)]]
        fitted = []
        for start in range(0, len(codes), REFINED_AT_ONCE):
            part = slice(start, start + REFINED_AT_ONCE)
            fitted.append(refined_codes(model, codes[part], rows[part], REFINE_STEPS, self.config.seed))
        return torch.cat(fitted)
