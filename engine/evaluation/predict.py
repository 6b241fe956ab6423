"""What a model answers for a held-out piece: a shape, and for fields what it holds to be inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from engine.api import DecodeRequest, EncodeRequest, Engine, Latent, ModelInfo, Shape
from engine.errors import ModelError
from engine.evaluation.truth import Truth, half_of, samples_of
from engine.geometry.field import Field
from engine.models.base import ShapeModel
from engine.models.checkpoint import load_model
from engine.requests import FIT_STEPS
from engine.training.fit import fit_latent

#: Corners per side for the meshes that are scored: 128 cells, each level using all values of the one before.
LEVELS = (33, 65, 129)
#: Points per call of a field.
CHUNK = 16_384


@dataclass(frozen=True)
class Asking:
    """How models are asked.

    Attributes:
        device: "auto", "cpu", "cuda", "cuda:N".
        roots: folders that hold model folders; None for the usual ones.
        fit_steps: steps of a latent fit.
        seed: of fits and of models with several answers.
        threads: torch threads in each worker; None for the engine's own choice.
    """

    device: str = "auto"
    roots: tuple[Path, ...] | None = None
    fit_steps: int = FIT_STEPS
    seed: int = 0
    threads: int | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """What came out.

    Attributes:
        shape: in the unit sphere; may be empty.
        inside: (V,) whether the field is negative at the truth's volume points; None for point sets.
        words: how it was reached, for the table's reader.
        look: what to show instead of the shape, where that is a sampling of something better to look at.
    """

    shape: Shape
    inside: NDArray[np.bool_] | None
    words: str = ""
    look: Shape | None = None


@lru_cache(maxsize=2)
def engine_for(asking: Asking) -> Engine:
    """One engine per worker process and way of asking."""
    return Engine(device=asking.device, threads=asking.threads, roots=asking.roots)


def use_threads(asking: Asking) -> None:
    """Let torch have the threads that it shall have in this process: one per worker, as there is one worker per core."""
    if asking.threads:
        torch.set_num_threads(asking.threads)


def network(model: str, asking: Asking) -> ShapeModel:
    """A model's network, loaded once per worker process."""
    engine = engine_for(asking)
    return _network(engine.info(model).folder, engine.device)


@lru_cache(maxsize=8)
def _network(folder: Path, device: str) -> ShapeModel:
    return load_model(folder, device)


def predict(model: str, truth: Truth, asking: Asking, half: bool = False) -> Answer:
    """The answer of a model: from the catalogue picture if it takes pictures, else by a latent fit.

    The fit sees the stored signed distances around the piece's outer skin, which is what a fit of its mesh would measure anew.

    Args:
        model: its id.
        truth: the piece.
        asking: how.
        half: fit to half of the surface only (see `engine.evaluation.truth.half_of`).

    Raises:
        ModelError: if the model can do neither.
    """
    engine = engine_for(asking)
    info = engine.info(model)
    latent, words = _code(engine, info, truth, asking, half)
    shape = engine.decode(DecodeRequest(latent, LEVELS)).shape
    if info.output == "points":
        return Answer(shape, None, words)
    return Answer(shape, inside_field(_field(engine, info, latent), truth.volume), words)


def _code(engine: Engine, info: ModelInfo, truth: Truth, asking: Asking, half: bool) -> tuple[Latent, str]:
    if info.takes_picture:
        picture = engine.open_picture(truth.item.folder / "picture.png")
        return engine.encode(EncodeRequest(info.id, picture, asking.seed)), f"picture, background by {picture.mask_source}"
    if info.fits_shape:
        points, distances = samples_of(truth.item)
        if half:
            points, distances = half_of(points, distances, truth.item.meta.seed + asking.seed)
        fitted = fit_latent(
            _network(info.folder, engine.device), engine.space(info.id), points, distances, asking.fit_steps, asking.seed
        )
        what = f"latent fit to half of the surface, {len(points)} samples" if half else "latent fit"
        return fitted.latent, f"{what}, {asking.fit_steps} steps, last loss {fitted.losses[-1]:.5f}"
    raise ModelError("{model} neither takes pictures nor fits shapes; it cannot be scored on held-out pieces.", model=info.id)


def _field(engine: Engine, info: ModelInfo, latent: Latent) -> Field:
    own = _network(info.folder, engine.device)
    with torch.inference_mode():
        field = own.decode(torch.tensor(latent.values, dtype=torch.float32, device=engine.device))
    if isinstance(field, torch.Tensor):
        raise TypeError(f"{info.id} says that it answers with a surface, but decodes to points")
    return field


def inside_field(field: Field, points: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(V,) where the field is negative; what lies outside its box counts as outside the shape."""
    known = np.flatnonzero((np.abs(points) <= field.half_extent).all(axis=1))
    inside = np.zeros(len(points), bool)
    with torch.inference_mode():
        for start in range(0, len(known), CHUNK):
            chosen = known[start : start + CHUNK]
            inside[chosen] = (field(torch.from_numpy(points[chosen])) < 0).reshape(-1).cpu().numpy()
    return inside
