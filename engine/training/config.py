"""What a training run is: one frozen value, read from a TOML or JSON file."""

from __future__ import annotations

import json
import math
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError
from pydantic import Field as Bound

from engine.errors import FileError, ModelError
from engine.models import MODELS

MAIN_CATEGORIES = ("chair", "table", "sofa", "lamp")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataConfig(_Frozen):
    """What is drawn from the data set.

    Attributes:
        near: share of sample points taken close to the surface; the rest is spread through space.
        sharp: share of sample points taken right at the surface, as many inside as outside; part of `near` (distance models
            only). Without it a thin leg is a few points among many, and leaving it out costs next to nothing.
        copies: warped copies of every shape that are trained along (distance models only).
        stretch: standard deviation of the logarithm of the scale of each axis of such a copy.
        bend: the same for the length of each of five pieces of each axis.
        taper: standard deviation of a copy's change of width and depth per unit of height.
        real_weight: how much more often a real piece is drawn than a copy or a generated one.
        surface: surface points that an encoder is shown of each shape (models that have one).
        generated: category -> number of generated pieces that are trained along (see `engine.data.grammar`). Models that
            read pictures take so many of those that `shape-engine data generate` has made.
        mirror: also use every picture and shape seen in a mirror (picture models only).
        catalogue_share: share of pictures that are catalogue pictures; the rest are own renders (picture models only).
        pieces: train on this many pieces only, the first by category and id; 0 for all (distance models only).
        stamp: names the state of the pieces, where they may change: a run goes on only with those that it began with.
    """

    near: float = Bound(default=0.85, ge=0, le=1)
    sharp: float = Bound(default=0.0, ge=0, le=1)
    copies: int = Bound(default=0, ge=0)
    stretch: float = Bound(default=0.15, ge=0, le=0.5)
    bend: float = Bound(default=0.0, ge=0, le=1)
    taper: float = Bound(default=0.0, ge=0, le=0.5)
    real_weight: float = Bound(default=1.0, gt=0)
    surface: int = Bound(default=2048, ge=16)
    generated: dict[str, NonNegativeInt] = {}
    mirror: bool = True
    catalogue_share: float = Bound(default=0.25, ge=0, le=1)
    pieces: int = Bound(default=0, ge=0)
    stamp: str = ""


class TrainConfig(_Frozen):
    """One training run.

    Attributes:
        id: name of the model that comes out.
        method: key of `engine.models.MODELS`.
        categories: furniture categories to learn.
        start: folder, or name among the installed models, of the model whose weights training begins with (auto-decoders), or
            whose decoder is taken over and stays as it is ("picture-planes"); empty for random weights.
        model: fields of the method's own config that differ from its defaults.
        data: what is drawn from the data set.
        seed: seed of weights, batches and dropout.
        steps: optimiser steps of the whole run; the learning rate falls along a half cosine to its end.
        shapes: shapes (or pictures) per step and process.
        points: sample points per shape.
        lr: highest learning rate of the network (Adam).
        code_lr: highest learning rate of the codes (auto-decoders).
        warmup: steps over which the rate rises from zero.
        final_lr: rate at the end as a share of the highest.
        weight_decay: decoupled weight decay of the network's matrices.
        clip: bound on the norm of the gradient; 0 for none.
        ema: decay of the moving average of the weights, which is what gets saved; 0 saves the last weights.
        precision: "bf16" computes matrix products in bfloat16; weights stay float32.
        half: write the finished weights as float16, for half the size.
        validate_every: steps between two looks at the validation pieces; 0 for never.
        keep: "last", or "best" to save the weights with the lowest validation error.
        checkpoint_minutes: time between two checkpoints.
    """

    id: str = Bound(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    method: str
    categories: tuple[str, ...] = MAIN_CATEGORIES
    start: str = ""
    model: dict[str, Any] = {}
    data: DataConfig = DataConfig()
    seed: int = Bound(default=0, ge=0)
    steps: int = Bound(default=10_000, ge=1)
    shapes: int = Bound(default=16, ge=1)
    points: int = Bound(default=1024, ge=1)
    lr: float = Bound(default=1e-3, gt=0)
    code_lr: float = Bound(default=1e-3, gt=0)
    warmup: int = Bound(default=200, ge=0)
    final_lr: float = Bound(default=0.01, ge=0, le=1)
    weight_decay: float = Bound(default=0.0, ge=0)
    clip: float = Bound(default=1.0, ge=0)
    ema: float = Bound(default=0.999, ge=0, lt=1)
    precision: Literal["no", "bf16", "fp16"] = "no"
    half: bool = False
    validate_every: int = Bound(default=0, ge=0)
    keep: Literal["last", "best"] = "last"
    checkpoint_minutes: float = Bound(default=3.0, ge=0)

    def rate(self, step: int) -> float:
        """Factor on the learning rates at `step`: a linear rise, then a half cosine from 1 to `final_lr`."""
        if step < self.warmup:
            return (step + 1) / (self.warmup + 1)
        share = min(1.0, (step - self.warmup) / max(1, self.steps - self.warmup))
        return self.final_lr + (1 - self.final_lr) * 0.5 * (1 + math.cos(math.pi * share))


def shipped_configs() -> tuple[str, ...]:
    """Names of the configurations inside the package, e.g. "deepsdf"."""
    folder = resources.files("engine.training") / "configs"
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")))


def read_config(name_or_path: str | Path, **changes: object) -> TrainConfig:
    """Read a shipped configuration by name, or a TOML or JSON file.

    Args:
        name_or_path: e.g. "deepsdf" or a path.
        **changes: fields that replace those of the file (None leaves the file's value).

    Raises:
        FileError: if there is no such file or it is not TOML or JSON.
        ModelError: if a field is unknown or its value makes no sense.
    """
    name = str(name_or_path)
    if name in shipped_configs():
        text, suffix = (resources.files("engine.training") / "configs" / f"{name}.toml").read_text("utf-8"), ".toml"
    else:
        path = Path(name_or_path)
        try:
            text, suffix = path.read_text("utf-8"), path.suffix.lower()
        except (OSError, UnicodeDecodeError) as error:
            known = ", ".join(shipped_configs())
            raise FileError(
                "{name} cannot be read as a configuration; give a TOML or JSON file or one of: {known}.", name=name, known=known
            ) from error
    try:
        values = json.loads(text) if suffix == ".json" else tomllib.loads(text)
        values |= {key: value for key, value in changes.items() if value is not None}
        config = TrainConfig(**values)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError, TypeError) as error:
        raise FileError("{name} is not valid TOML or JSON ({error}); mend it.", name=name, error=str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ModelError("{name}: field {field}: {error}.", name=name, field=where, error=first["msg"]) from error
    if config.method not in MODELS:
        raise ModelError("{method} is not a method; choose one of: {known}.", method=config.method, known=", ".join(MODELS))
    return config
