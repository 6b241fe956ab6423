"""Model folders: weights that can be read safely, and everything needed to judge and credit them.

A folder holds `config.json` (how to build the network), `model.safetensors`, `latents.safetensors` and `latents.json` (codes
of the training pieces), `card.json` and `card.md` (how it was made and how well it does), `DATA-CREDITS` (whose shapes it
learnt from). Nothing in it is a pickle. Listing models and reading their latent space import no torch.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.models import MODELS
from engine.requests import LatentSpace, ModelInfo
from engine.shapes import Frame

if TYPE_CHECKING:
    from engine.models.base import ShapeModel

FORMAT = 1


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ModelError(
            "{folder} is not a model folder: {name} is missing.", folder=path.parent.name, name=path.name
        ) from error
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(
            "{name} of model {folder} is damaged; install or train the model again.", name=path.name, folder=path.parent.name
        ) from error


def weights_hash(folder: Path) -> str:
    """SHA-256 of a model's configuration and weights."""
    total = hashlib.sha256()
    for name in ("config.json", "model.safetensors"):
        with (folder / name).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def read_info(folder: Path) -> ModelInfo:
    """What `config.json` says of a model.

    Raises:
        ModelError: if the folder is not a model folder, is damaged, or was written by a newer version.
    """
    values = _read_json(folder / "config.json")
    damaged = "config.json of model {folder} is damaged; install or train the model again."
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise ModelError(damaged, folder=folder.name)
    if values["format"] > FORMAT:
        raise ModelError("Model {folder} was made by a newer version; update Shape Studio.", folder=folder.name)
    if values.get("method") not in MODELS:
        raise ModelError(
            "Model {folder} uses the method {method}, which this version does not know.",
            folder=folder.name, method=str(values.get("method")),
        )  # fmt: skip
    try:
        return ModelInfo(
            id=folder.name,
            method=values["method"],
            title=str(values["title"]),
            output="points" if values["output"] == "points" else "surface",
            takes_picture=bool(values["takes_picture"]),
            fits_shape=bool(values["fits_shape"]),
            samples=bool(values["samples"]),
            latent_dim=int(values["latent_dim"]),
            categories=tuple(str(c) for c in values["categories"]),
            parameters=int(values["parameters"]),
            frame=Frame(values["frame"]),
            folder=folder,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(damaged, folder=folder.name) from error


def list_models(roots: Iterable[Path]) -> tuple[ModelInfo, ...]:
    """Every usable model below the roots, by id; of two with the same id the one in the earlier root.

    Folders that are not model folders, or are damaged, are passed over; `read_info` says what is wrong with one. Models whose
    titles are alike (one's own beside a shipped one) carry their ids in front.
    """
    found: dict[str, ModelInfo] = {}
    for root in roots:
        if not root.is_dir():
            continue
        for folder in sorted(root.iterdir()):
            if folder.name in found or not (folder / "config.json").is_file() or not (folder / "model.safetensors").is_file():
                continue
            try:
                found[folder.name] = read_info(folder)
            except ModelError:
                continue
    shared = Counter(info.title for info in found.values())
    for name, info in found.items():
        if shared[info.title] > 1:
            found[name] = replace(info, title=f"{info.id} · {info.title}")
    return tuple(found[name] for name in sorted(found))


def load_model(folder: Path, device: str = "cpu") -> ShapeModel:
    """Build the network and read its weights; the result is frozen and in evaluation mode.

    Raises:
        ModelError: if the folder is missing, damaged or foreign.
    """
    from pydantic import ValidationError
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    info = read_info(folder)
    try:
        model = build_model(info.method, _read_json(folder / "config.json")["config"])
        state = load_file(folder / "model.safetensors", device="cpu")
        missing, unexpected = model.load_state_dict(state, strict=False)
    except (ValidationError, KeyError, TypeError) as error:
        raise ModelError(
            "config.json of model {folder} is damaged; install or train the model again.", folder=folder.name
        ) from error
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelError(
            "model.safetensors of model {folder} is missing or damaged; install or train the model again.", folder=folder.name
        ) from error
    if missing or unexpected:
        raise ModelError("The weights of model {folder} do not fit its config.json; train it again.", folder=folder.name)
    model.requires_grad_(False)
    return model.to(device).eval()


def build_model(method: str, config: dict[str, Any]) -> ShapeModel:
    """An untrained network of a method, from the fields of its config."""
    module, _, name = MODELS[method].partition(":")
    kind: type[ShapeModel] = getattr(import_module(module), name)
    return kind(kind.Config(**config))


def load_space(folder: Path) -> LatentSpace:
    """The training codes of a model and their principal directions.

    Raises:
        ModelError: if the files are missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    info = read_info(folder)
    try:
        arrays = load_file(folder / "latents.safetensors")
        labels = _read_json(folder / "latents.json")
        space = LatentSpace(
            model=info.id,
            mean=arrays["mean"],
            directions=arrays["directions"],
            sigma=arrays["sigma"],
            codes=arrays["codes"],
            names=tuple(labels["names"]),
            ids=tuple(labels["ids"]),
            categories=tuple(labels["categories"]),
        )
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise ModelError(
            "The latent codes of model {folder} are missing or damaged; install or train the model again.", folder=folder.name
        ) from error
    count = len(space.codes)
    if (
        space.codes.shape != (count, info.latent_dim)
        or not len(space.names) == len(space.ids) == len(space.categories) == count
    ):
        raise ModelError("The latent codes of model {folder} do not fit its config.json; train it again.", folder=folder.name)
    return space


def principal_directions(codes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Mean (D,), orthonormal directions (K, D) by falling variance, and standard deviations (K,) of codes (N, D).

    Directions along which the codes hardly differ (below a thousandth of the largest deviation) are left out. The sign is
    chosen so that the largest component of each direction is positive, so that it does not hang on the linear algebra library.
    """
    exact = codes.astype(np.float64)
    mean = exact.mean(axis=0)
    _, singular, rows = np.linalg.svd(exact - mean, full_matrices=False)
    sigma = singular / np.sqrt(max(1, len(codes) - 1))
    keep = sigma > 1e-3 * max(float(sigma[0]), 1e-12)
    if not keep.any():  # a single training shape: one direction, so that there is a slider at all
        rows, sigma, keep = np.eye(1, codes.shape[1]), np.ones(1), np.ones(1, bool)
    rows, sigma = rows[keep], sigma[keep]
    largest = np.take_along_axis(rows, np.abs(rows).argmax(axis=1)[:, None], axis=1)
    rows = rows * np.sign(largest)
    return mean.astype(np.float32), rows.astype(np.float32), sigma.astype(np.float32)


def save_model(  # noqa: PLR0913  (what goes into the folder; the last ones by name)
    folder: Path,
    model: ShapeModel,
    codes: NDArray[np.float32],
    labels: dict[str, list[str]],
    card: dict[str, Any],
    texts: dict[str, str],
    population: NDArray[np.float32] | None = None,
    *,
    half: bool = False,
) -> None:
    """Write a model folder; every file is replaced as a whole, so a reader never sees half of one.

    Args:
        folder: its name becomes the model's id; made if missing.
        model: network with the weights to save.
        codes: (N, D) codes of the training pieces.
        labels: "names", "ids", "categories" of the codes, each of length N.
        card: content of `card.json`.
        texts: further text files by name ("card.md", "DATA-CREDITS").
        half: keep the weights as float16 (read back as float32): half the size, rounded to three digits.
        population: (M, D) codes that mean and directions are taken from; None for those of the training pieces.
    """
    from safetensors.numpy import save as save_arrays
    from safetensors.torch import save as save_tensors

    from engine.models.base import EncodesPictures, FitsShapes

    folder.mkdir(parents=True, exist_ok=True)
    state = {key: value.detach().cpu().contiguous() for key, value in model.state_dict().items()}
    if half:
        state = {key: value.half() if value.is_floating_point() else value for key, value in state.items()}
    mean, directions, sigma = principal_directions(codes if population is None else population)
    config = {
        "format": FORMAT,
        "method": model.config.method,
        "title": model.title,
        "output": model.output,
        "takes_picture": isinstance(model, EncodesPictures),
        "fits_shape": isinstance(model, FitsShapes),
        "samples": bool(getattr(model, "samples", False)),
        "latent_dim": model.latent_dim,
        "parameters": model.parameter_count,
        "categories": list(model.config.categories),
        "frame": model.config.frame.value,
        "config": model.config.model_dump(mode="json"),
    }
    arrays = {"codes": codes.astype(np.float32), "mean": mean, "directions": directions, "sigma": sigma}
    replace_file(folder / "model.safetensors", save_tensors(state))
    replace_file(folder / "latents.safetensors", save_arrays(arrays))
    replace_file(folder / "latents.json", _json(labels))
    replace_file(folder / "card.json", _json(card))
    for name, text in texts.items():
        replace_file(folder / name, text.encode("utf-8"))
    replace_file(folder / "config.json", _json(config))  # last: a folder without it is not a model


def _json(values: object) -> bytes:
    return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file, then swap: a killed process leaves the old content or the new, never a part."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
