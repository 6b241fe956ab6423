"""Codes on the command line: `mean`, `train:ID`, `random:SEED` or a file.

A latent file is either JSON::

    {"format": "shape-studio/latent", "version": 1, "model": "deepsdf", "values": [0.12, -0.05]}

or safetensors with one float32 tensor `values` (D,) and the metadata `format`, `version` and `model`.
"""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.api import Engine, Latent, LatentSpace
from engine.errors import EngineError, FileError, ModelError

FORMAT = "shape-studio/latent"
SUFFIXES = (".json", ".safetensors")
FORMS = "mean, train:ID, random:SEED or a file (.json or .safetensors)"


def read_latent(engine: Engine, model: str, spec: str) -> Latent:
    """The code that a specification means.

    Args:
        engine: knows the models.
        model: id of the model.
        spec: `mean`; `train:` with an id, an index from 0 or a name; `random:` with a seed; or a latent file.

    Raises:
        ModelError: if the specification names nothing, or a file's code belongs to another model.
        FileError: if the file is missing or damaged.
    """
    engine.info(model)
    word, colon, rest = spec.partition(":")
    if spec == "mean":
        return engine.space(model).mean_code()
    if word == "train" and colon:
        return engine.space(model).training_code(training_index(engine.space(model), rest))
    if word == "random" and colon:
        if not rest.isdigit():
            raise ModelError("{spec} needs a seed, a whole number from 0, for example random:7.", spec=spec)
        return engine.space(model).random_code(int(rest))
    path = Path(spec)
    if path.suffix.lower() not in SUFFIXES:
        raise ModelError("{spec} is no code; give {forms}.", spec=spec, forms=FORMS)
    latent = read_latent_file(path)
    if latent.model != model:
        raise ModelError("{name} holds a code of {theirs}, not of {ours}.", name=path.name, theirs=latent.model, ours=model)
    return latent


def training_index(space: LatentSpace, wanted: str) -> int:
    """Row of a training shape given by id, index or name.

    Raises:
        ModelError: if none or more than one fits; the message names the nearest ones.
    """
    if wanted in space.ids:
        return space.ids.index(wanted)
    if wanted.isdigit():
        if int(wanted) < len(space.ids):
            return int(wanted)
        raise ModelError("{model} has {count} training shapes, 0 to {last}.", **_counted(space))
    named = [i for i, name in enumerate(space.names) if name.casefold() == wanted.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(space.ids[i] for i in named)
        raise ModelError("Several training shapes are called {name}; choose by id: {ids}.", name=wanted, ids=ids)
    near = difflib.get_close_matches(wanted, [*space.ids, *space.names], n=4, cutoff=0.3)
    raise ModelError(
        "{model} knows no training shape {name}; near to it: {near}.",
        model=space.model,
        name=wanted or "without a name",
        near=", ".join(near or space.ids[:4]),
    )


def _counted(space: LatentSpace) -> dict[str, object]:
    return {"model": space.model, "count": len(space.ids), "last": len(space.ids) - 1}


def read_latent_file(path: Path) -> Latent:
    """Read a latent file.

    Raises:
        FileError: if it is missing, damaged or no latent file.
    """
    try:
        fields = _from_json(path) if path.suffix.lower() == ".json" else _from_safetensors(path)
    except FileNotFoundError as error:
        raise FileError("There is no file {name}.", name=str(path)) from error
    except EngineError:
        raise
    except Exception as error:  # the readers raise half a dozen kinds; all mean the same to the user
        raise FileError("{name} is no latent file ({why}).", name=path.name, why=_first_line(error)) from error
    model, values = fields.get("model"), fields.get("values")
    if fields.get("format") != FORMAT or not isinstance(model, str):
        raise FileError('{name} is no latent file: the field "format" should be {want}.', name=path.name, want=FORMAT)
    try:
        numbers = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        numbers = np.full(1, np.nan)
    if numbers.ndim != 1 or not len(numbers) or not np.isfinite(numbers).all():
        raise FileError("{name} is damaged: its values should be a list of finite numbers.", name=path.name)
    return Latent(model, tuple(numbers.tolist()))


def _from_json(path: Path) -> dict[str, Any]:
    fields = json.loads(path.read_text(encoding="utf-8"))
    return fields if isinstance(fields, dict) else {}


def _from_safetensors(path: Path) -> dict[str, Any]:
    from safetensors import safe_open

    if not path.is_file():
        raise FileNotFoundError(path)
    with safe_open(path, framework="numpy") as file:
        return {**(file.metadata() or {}), "values": file.get_tensor("values")}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def check_latent_path(path: Path) -> None:
    """Refuse names that `write_latent` could not serve.

    Raises:
        FileError: if the suffix is neither .json nor .safetensors.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise FileError("{name} should end in .json or .safetensors.", name=path.name)


def write_latent(latent: Latent, path: Path) -> None:
    """Write a latent file; the suffix decides the format."""
    check_latent_path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() == ".json":
        fields = {"format": FORMAT, "version": 1, "model": latent.model, "values": list(latent.values)}
        path.write_text(json.dumps(fields), encoding="utf-8")
        return
    from safetensors.numpy import save_file

    metadata = {"format": FORMAT, "version": "1", "model": latent.model}
    save_file({"values": np.asarray(latent.values, np.float32)}, path, metadata=metadata)
