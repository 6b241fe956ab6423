"""Batches of picture features with the shape they show."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.progress import NO_PROGRESS, Progress
from engine.training.config import TrainConfig
from engine.training.features import Features, piece_features
from engine.training.pieces import Array, Piece, read_arrays, read_signs
from engine.training.warps import MIRROR


class PictureSet:
    """Features and shapes of all pieces in memory.

    Args:
        features: per piece.
        near, volume, space: per piece (M, 4) rows of x, y, z, sign (negative inside): close to the surface, in the bounding
            cube, in the whole field's cube; empty lists if the method needs no occupancy.
        surface: per piece (K, 3) points on the surface; empty if the method needs none.
        config: what makes a batch.
        real: how many of the pieces, counted from the first, are real; all if not given.

    Attributes:
        codes: per piece the code of the shape as it is and in a mirror, (N, 2, D), once a method that learns codes has set it.
    """

    def __init__(
        self, features: list[Features], near: list[Array], volume: list[Array], space: list[Array], surface: list[Array],
        config: TrainConfig, real: int | None = None,
    ) -> None:  # fmt: skip
        self.features = features
        self.codes: Array | None = None
        often = np.ones(len(features))
        often[: len(features) if real is None else real] = config.data.real_weight
        self._odds = None if config.data.real_weight == 1 else often / often.sum()
        self.near = near
        self.volume = volume
        self.space = space
        self.surface = surface
        self.config = config
        self._catalogue = [np.flatnonzero(f.catalogue) for f in features]
        self._renders = [np.flatnonzero(~f.catalogue) for f in features]
        if not config.data.mirror:
            self._catalogue = [i[~f.mirrored[i]] for i, f in zip(self._catalogue, features, strict=True)]
            self._renders = [i[~f.mirrored[i]] for i, f in zip(self._renders, features, strict=True)]

    def __len__(self) -> int:
        return len(self.features)

    def batch(self, draw: np.random.Generator, processes: int = 1) -> dict[str, Tensor]:
        """Random pictures: "pooled" (B, 1280), "map" (B, 320, 7, 7), and "points"/"occupied" or "surface" of their shapes."""
        config = self.config
        count = min(config.shapes * processes, len(self))
        chosen = draw.choice(len(self), size=count, replace=False, p=self._odds)
        views = []
        for piece in chosen:
            catalogue, renders = self._catalogue[piece], self._renders[piece]
            share = config.data.catalogue_share if len(catalogue) else 0.0  # generated pieces have renders only
            pool = catalogue if len(renders) == 0 or draw.random() < share else renders
            views.append(int(draw.choice(pool)))
        return self._gather(chosen.tolist(), views, draw)

    def plain(self, draw: np.random.Generator) -> dict[str, Tensor]:
        """One item per piece, with its unchanged catalogue picture."""
        return self._gather(range(len(self)), [f.plain for f in self.features], draw)

    def _gather(self, pieces: Sequence[int], views: Sequence[int], draw: np.random.Generator) -> dict[str, Tensor]:
        pairs = list(zip(pieces, views, strict=True))
        batch = {
            "pooled": torch.from_numpy(np.stack([self.features[p].pooled[v] for p, v in pairs]).astype(np.float32)),
            "map": torch.from_numpy(np.stack([self.features[p].map[v] for p, v in pairs]).astype(np.float32)),
        }
        flips = [MIRROR if self.features[p].mirrored[v] else np.ones(3, np.float32) for p, v in pairs]
        if self.near:
            rows = np.stack([self._rows(p, draw) for p in pieces])
            batch["points"] = torch.from_numpy(rows[..., :3] * np.stack(flips)[:, None])
            batch["occupied"] = torch.from_numpy((rows[..., 3] < 0).astype(np.float32))
        if self.codes is not None:
            mirrored = [int(self.features[p].mirrored[v]) for p, v in pairs]
            batch["code"] = torch.from_numpy(self.codes[list(pieces), mirrored])
        if self.surface:
            points = np.stack([self.surface[p][draw.integers(len(self.surface[p]), size=self.config.points)] for p in pieces])
            batch["surface"] = torch.from_numpy(points * np.stack(flips)[:, None])
        return batch

    def _rows(self, piece: int, draw: np.random.Generator) -> Array:
        """Sample points of one piece: `near` of them close to the surface, four in five of the others in the bounding cube."""
        total = self.config.points
        close = round(self.config.data.near * total)
        wide = (total - close) // 5
        parts = [(self.near, close), (self.volume, total - close - wide), (self.space, wide)]
        return np.concatenate([rows[piece][draw.integers(len(rows[piece]), size=n)] for rows, n in parts])


def load_pictures(
    pieces: Sequence[Piece],
    config: TrainConfig,
    *,
    occupancy: bool,
    progress: Progress = NO_PROGRESS,
    real: int | None = None,
) -> PictureSet:
    """Read features (computing them where they are missing) and shapes.

    Args:
        pieces: which.
        config: what makes a batch.
        occupancy: True to read signed distances, False to read surface points.
        progress: told about pieces.
        real: how many of the pieces, counted from the first, are real; all if not given.

    Raises:
        DataError: if files are missing or damaged.
    """
    features: list[Features] = []
    near: list[Array] = []
    volume: list[Array] = []
    space: list[Array] = []
    surface: list[Array] = []
    for number, piece in enumerate(pieces):
        progress.step(number, len(pieces), "reading pictures")
        features.append(piece_features(piece, progress))
        if occupancy:
            for rows, kind in ((near, "near"), (volume, "volume"), (space, "space")):
                rows.append(read_signs(piece, kind))
        else:
            surface.append(read_arrays(piece, "surface.npz", ("points",))[0].astype(np.float32))
    return PictureSet(features, near, volume, space, surface, config, real=real)
