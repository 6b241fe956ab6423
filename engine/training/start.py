"""The model that a run starts from, where it does not start from random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.assets import model_roots
from engine.errors import ModelError
from engine.models.base import ShapeModel
from engine.models.checkpoint import load_model, weights_hash

TOLD = {"steps", "minutes", "device"}  # what a card's text tells of the run before, if its card says all of it


def start_folder(start: str) -> Path:
    """Where the model named under `start` in a configuration lies.

    Args:
        start: folder of a model, or its name among the installed ones.

    Raises:
        ModelError: there is none.
    """
    places = (Path(start), *(root / start for root in model_roots()))
    folder = next((path for path in places if start and path.is_dir()), None)
    if folder is None:
        raise ModelError("There is no model {name} to start from; train it first, or name another under `start`.", name=start)
    return folder


def take_weights(model: ShapeModel, start: str) -> None:
    """Give a fresh network the weights of a trained one of the same build.

    Args:
        model: changed in place.
        start: as in `start_folder`.

    Raises:
        ModelError: there is no such model, or its network is built differently.
    """
    weights = load_model(start_folder(start)).state_dict()
    own = model.state_dict()
    if {name: value.shape for name, value in weights.items()} != {name: value.shape for name, value in own.items()}:
        raise ModelError("{name} is built differently; under `model`, give the settings that it was trained with.", name=start)
    model.load_state_dict(weights)


def history(start: str) -> dict[str, Any]:
    """What the card of a run says of the model that it started from: "name", "sha256", and "training" of that one's own card.

    Args:
        start: as in `start_folder`; empty for no start, of which nothing is said.
    """
    if not start:
        return {}
    folder = start_folder(start)
    try:
        training = json.loads((folder / "card.json").read_text("utf-8"))["training"]
    except (OSError, ValueError, KeyError, TypeError):
        training = {}  # a model without a card, or with a strange one, will do as a start
    if not (isinstance(training, dict) and training.keys() >= TOLD):
        training = {}
    return {"start": {"name": Path(start).name, "sha256": weights_hash(folder), "training": training}}
