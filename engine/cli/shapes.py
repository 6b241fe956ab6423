"""Shapes from pictures, codes and other shapes: `reconstruct`, `decode`, `fit`, `interpolate`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import PositiveInt

from engine.api import DecodeRequest, EncodeRequest, Engine, FitRequest, Latent, Mesh, ShapeResult
from engine.cli.latents import check_latent_path, read_latent, write_latent
from engine.cli.options import Computing
from engine.cli.outputs import check_folder, check_shape_path
from engine.cli.terminal import TerminalProgress, answer, say, watched
from engine.errors import ModelError, ShapeError
from engine.requests import FIT_STEPS, Up

#: Cells per side of the grid that refinement starts from (see `levels`).
COARSEST = 24
#: Memory and time grow fast: 512 cells per side are the most that make sense.
FINEST = 512

Model = Annotated[str, Parameter(name=("--model", "-m"))]
Out = Annotated[Path, Parameter(name=("--out", "-o"))]


@dataclass(frozen=True)
class Decoding(Computing):
    """How to answer, what to compute on and how finely."""

    resolution: PositiveInt = 128
    """Cells per side of the finest grid, for models that answer with a surface (16 to 512)."""


Grid = Annotated[Decoding, Parameter(name="*")]
GRID = Decoding()


@dataclass(frozen=True)
class Fitting(Decoding):
    """How to answer, what to compute on, how finely, and how to fit."""

    steps: PositiveInt = FIT_STEPS
    """Optimisation steps."""

    seed: int = 0
    """Seed of the samples and of the first code."""


Fit = Annotated[Fitting, Parameter(name="*")]
FIT = Fitting()


def reconstruct(
    picture: Path, *, model: Model, out: Out, seed: int = 0, latent_out: Path | None = None, common: Grid = GRID
) -> None:
    """Make a shape from a picture.

    ```
    shape-engine reconstruct chair.png --model occnet --out chair.obj
    shape-engine reconstruct chair.png --model psgn --seed 3 --out chair.ply
    ```

    Args:
        picture: PNG, JPEG, WebP, BMP, TIFF or GIF of one object; transparent or plain backgrounds work best.
        model: a model that takes pictures (see shape-engine models).
        out: file to write; the suffix decides the format.
        seed: seed of models that can give several answers.
        latent_out: also write the picture's code (.json or .safetensors).
        common: how to answer.
    """
    engine = common.engine()
    check_shape_path(out, engine.info(model).output)
    if latent_out is not None:
        check_latent_path(latent_out)
    with watched() as progress:
        opened = engine.open_picture(picture, progress)
        latent = engine.encode(EncodeRequest(model, opened, seed), progress)
        result = _decoded(engine, latent, common.resolution, progress)
        _save(engine, result, out)
        if latent_out is not None:
            write_latent(latent, latent_out)
    document = {
        "picture": picture,
        "mask_source": opened.mask_source,
        "seed": seed,
        "latent_out": latent_out,
        **_facts(result, out),
    }
    answer(document, f"{out}: {_described(result)}; background: {opened.mask_source}.", common.json)


def decode(*, model: Model, latent: str, out: Out, latent_out: Path | None = None, common: Grid = GRID) -> None:
    """Make the shape of a code.

    ```
    shape-engine decode --model deepsdf --latent mean --out mean.obj
    shape-engine decode --model deepsdf --latent train:12 --resolution 192 --out chair.glb
    shape-engine decode --model deepsdf --latent random:7 --latent-out seven.json --out seven.ply
    shape-engine decode --model deepsdf --latent seven.json --out again.stl
    ```

    Args:
        model: see shape-engine models.
        latent: mean; train: with the id, index or name of a training shape; random: with a seed; or a latent file
            (.json with the fields format, version, model, values; or .safetensors).
        out: file to write; the suffix decides the format.
        latent_out: also write the code (.json or .safetensors).
        common: how to answer.
    """
    engine = common.engine()
    check_shape_path(out, engine.info(model).output)
    if latent_out is not None:
        check_latent_path(latent_out)
    code = read_latent(engine, model, latent)
    with watched() as progress:
        result = _decoded(engine, code, common.resolution, progress)
        _save(engine, result, out)
        if latent_out is not None:
            write_latent(code, latent_out)
    answer({"latent": latent, "latent_out": latent_out, **_facts(result, out)}, f"{out}: {_described(result)}.", common.json)


def fit(
    shape: Path,
    *,
    model: Model,
    out: Out,
    up: Up = "auto",
    latent_out: Path | None = None,
    common: Fit = FIT,
) -> None:
    """Find the code whose surface comes nearest to a given shape.

    ```
    shape-engine fit armchair.glb --model deepsdf --out fitted.obj --latent-out fitted.json
    ```

    Args:
        shape: a mesh or point cloud with normals (OBJ, PLY, STL, OFF, GLB, XYZ, NPZ).
        model: a model that fits shapes (see shape-engine models).
        out: file to write; the suffix decides the format.
        up: the axis that is up in the file; guessed, and said so, by default.
        latent_out: also write the code (.json or .safetensors).
        common: how to answer, and how to fit.
    """
    engine = common.engine()
    info = engine.info(model)
    check_shape_path(out, info.output)
    if latent_out is not None:
        check_latent_path(latent_out)
    if not info.fits_shape:
        able = ", ".join(other.id for other in engine.models() if other.fits_shape) or "none"
        raise ModelError("{model} cannot fit a shape; models that can: {able}.", model=model, able=able)
    with watched() as progress:
        opened = engine.open_shape(shape, up, progress)
        for remark in opened.remarks:
            say(f"{shape.name}: {remark}")
        fitted = engine.fit(FitRequest(model, opened.shape, common.steps, common.seed), progress)
        result = _decoded(engine, fitted.latent, common.resolution, progress)
        _save(engine, result, out)
        if latent_out is not None:
            write_latent(fitted.latent, latent_out)
    losses = fitted.losses
    text = f"{out}: {_described(result)}; mean error {losses[0]:.5f} at first, {losses[-1]:.5f} after {len(losses)} steps."
    document = {
        "fitted": shape,
        "up": opened.up,
        "up_guessed": opened.up_guessed,
        "remarks": opened.remarks,
        "steps": len(losses),
    }
    document |= {"seed": common.seed, "loss_first": losses[0], "loss_last": losses[-1], "latent_out": latent_out}
    answer({**document, **_facts(result, out)}, text, common.json)


def interpolate(  # noqa: PLR0913
    *,
    model: Model,
    start: Annotated[str, Parameter(name="--from")],
    end: Annotated[str, Parameter(name="--to")],
    out: Out,
    steps: PositiveInt = 7,
    suffix: str = ".obj",
    straight: Annotated[bool, Parameter(negative="")] = False,
    common: Grid = GRID,
) -> None:
    """Walk from one code to another and write a shape at every step.

    ```
    shape-engine interpolate --model deepsdf --from train:3 --to train:8 --steps 7 --out walk/
    ```

    Args:
        model: see shape-engine models.
        start: first code: mean, train:ID, random:SEED or a latent file.
        end: last code, likewise.
        out: folder to write into; files are called 000.obj, 001.obj and so on.
        steps: number of shapes, both ends included (at least 2).
        suffix: format of the files.
        straight: go in a straight line, also where the model knows a way on which shapes hold together.
        common: how to answer.
    """
    if steps < 2:
        raise ModelError("An interpolation needs at least 2 steps; {steps} was given.", steps=steps)
    engine = common.engine()
    suffix = suffix if suffix.startswith(".") else f".{suffix}"
    check_shape_path(out / f"000{suffix}", engine.info(model).output)
    check_folder(out)
    a, b = read_latent(engine, model, start), read_latent(engine, model, end)
    shapes: list[dict[str, object]] = []
    with watched() as progress:
        way = None if straight else engine.latent_path(a, b, progress)
        for i in range(steps):
            progress.step(i, steps, f"shape {i + 1} of {steps}")
            t = i / (steps - 1)
            latent = engine.interpolate(a, b, t) if way is None else way.at(t)
            result = _decoded(engine, latent, common.resolution, progress)
            path = out / f"{i:03d}{suffix}"
            _save(engine, result, path)
            shapes.append({"t": t, **_facts(result, path)})
    answer({"from": start, "to": end, "shapes": shapes}, f"{out}: {steps} shapes from {start} to {end}.", common.json)


def levels(resolution: int) -> tuple[int, ...]:
    """Rising grid corners per side that end with `resolution` cells, each level twice as fine as the one before.

    Raises:
        ModelError: if the resolution is below 16 or above 512.
    """
    if not 16 <= resolution <= FINEST:
        raise ModelError("The resolution should be 16 to {most} cells per side; {got} was given.", most=FINEST, got=resolution)
    cells = [resolution]
    while cells[0] // 2 >= COARSEST:
        cells.insert(0, cells[0] // 2)
    return tuple(n + 1 for n in cells)


def _decoded(engine: Engine, latent: Latent, resolution: int, progress: TerminalProgress) -> ShapeResult:
    return engine.decode(DecodeRequest(latent, levels(resolution)), progress)


def _save(engine: Engine, result: ShapeResult, out: Path) -> None:
    """Write the shape with the credits of the data behind its model.

    Raises:
        ShapeError: if there is nothing to write.
    """
    if result.shape.is_empty:
        why = result.shape.note if isinstance(result.shape, Mesh) else ""
        raise ShapeError("{model} answers with an empty shape; nothing was written. {why}", model=result.latent.model, why=why)
    out.parent.mkdir(parents=True, exist_ok=True)
    engine.save_shape(result.shape, out, model=result.latent.model)


def _facts(result: ShapeResult, out: Path) -> dict[str, object]:
    shape = result.shape
    size = (
        {"vertices": len(shape.vertices), "faces": len(shape.faces)}
        if isinstance(shape, Mesh)
        else {"points": len(shape.points)}
    )
    kind = "mesh" if isinstance(shape, Mesh) else "points"
    facts: dict[str, object] = {"model": result.latent.model, "out": out, "kind": kind, **size, "frame": shape.frame.value}
    grid = {"resolution": result.level - 1} if result.level else {}
    return {**facts, **grid, "decode_ms": round(result.decode_ms, 1), "mesh_ms": round(result.mesh_ms, 1)}


def _described(result: ShapeResult) -> str:
    shape, model = result.shape, result.latent.model
    if isinstance(shape, Mesh):
        return f"{len(shape.vertices)} vertices, {len(shape.faces)} faces by {model} on {result.level - 1} cells per side"
    return f"{len(shape.points)} points by {model}"
