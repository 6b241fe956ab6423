"""The door into the engine: everything the studio and the command line may ask for.

All calls block; run them in a lane (`engine.jobs`). Importing this module imports neither torch nor VTK: the heavy parts
load with the first call that needs them, so that a window can be on screen before.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.assets import model_roots
from engine.devices import Devices
from engine.errors import ModelError, PictureError, ShapeError
from engine.progress import NO_PROGRESS, Progress
from engine.requests import (
    FIRST_SHOWN,
    SETTLED_LEVELS,
    CompareRequest,
    Comparison,
    DecodeRequest,
    EncodeRequest,
    EvenPath,
    FitRequest,
    FitResult,
    LatentPath,
    LatentSpace,
    Match,
    MatchRequest,
    Measurement,
    MetricInfo,
    ModelInfo,
    OpenedShape,
    Partner,
    PartnerRequest,
    PullRequest,
    PullStep,
    ShapeResult,
    Thumbnail,
    Up,
)
from engine.sentences import Sentence
from engine.shapes import Frame, Latent, Mesh, Picture, PointCloud, Shape
from engine.typicality import Typicality

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from engine.geometry.warm import Frames
    from engine.latent_map import LatentMap as LatentMap
    from engine.metrics.live import LiveComparison as LiveComparison
    from engine.metrics.matching import WarmStart
    from engine.models.base import ShapeModel
    from engine.pulling import Pull as Pull

__all__ = [
    "FIRST_SHOWN",
    "SETTLED_LEVELS",
    "CompareRequest",
    "Comparison",
    "DecodeRequest",
    "EncodeRequest",
    "Engine",
    "EvenPath",
    "FitRequest",
    "FitResult",
    "Frame",
    "Latent",
    "LatentPath",
    "LatentSpace",
    "Match",
    "MatchRequest",
    "Measurement",
    "Mesh",
    "MetricInfo",
    "ModelInfo",
    "OpenedShape",
    "Partner",
    "PartnerRequest",
    "Picture",
    "PointCloud",
    "PullRequest",
    "PullStep",
    "Shape",
    "ShapeResult",
    "Thumbnail",
    "Typicality",
    "Up",
]


def default_threads() -> int:
    """Threads for torch: the cores this process may use, but at most 8 (more do not help decoders this small)."""
    import os

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(8, cores))


class Engine:
    """Models, pictures, shapes and measurements behind one object.

    Safe to call from several threads: loaded models are read-only, and loading is guarded by a lock.

    Args:
        device: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:N".
        threads: torch threads; None takes `default_threads()`.
        roots: folders that hold model folders; None takes `engine.assets.model_roots()`.
    """

    def __init__(self, device: str = "auto", threads: int | None = None, roots: tuple[Path, ...] | None = None) -> None:
        self._devices = Devices(device)
        self._threads = threads
        self._roots = roots
        self._lock = threading.RLock()
        self._infos: dict[str, ModelInfo] | None = None
        self._models: dict[str, ShapeModel] = {}
        self._spaces: dict[str, LatentSpace] = {}
        self._threads_set = False
        self._previews: Frames | None = None
        self._warm: WarmStart | None = None
        self._layouts: dict[str, NDArray[np.float64]] = {}
        self._hashes: dict[str, str] = {}

    # --- what there is ---------------------------------------------------------------------------------------------

    def models(self) -> tuple[ModelInfo, ...]:
        """All models found, without loading any weights."""
        return tuple(self._known().values())

    def info(self, model: str) -> ModelInfo:
        """What is known of one model.

        Raises:
            ModelError: if there is no such model; the message lists those that exist.
        """
        known = self._known()
        if model not in known:
            raise ModelError("There is no model {model}; available: {known}.", model=model, known=", ".join(known) or "none")
        return known[model]

    def space(self, model: str) -> LatentSpace:
        """Training codes and slider directions of a model (reads one file; no torch)."""
        info = self.info(model)
        with self._lock:
            if model not in self._spaces:
                from engine.models.checkpoint import load_space

                self._spaces[model] = load_space(info.folder)
            return self._spaces[model]

    def load(self, model: str, progress: Progress = NO_PROGRESS) -> ModelInfo:
        """Load the weights of a model now, so that later calls answer at once."""
        info = self.info(model)
        progress.step(0, 1, "loading the model")
        self._model(model)
        progress.step(1, 1, "model loaded")
        return info

    def credits(self, model: str) -> str:
        """The credits of the data behind a model (plain text, part of CC-BY's conditions)."""
        path = self.info(model).folder / "DATA-CREDITS"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def card(self, model: str) -> str:
        """The model card (Markdown)."""
        path = self.info(model).folder / "card.md"
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    @property
    def device(self) -> str:
        """The torch device in use: the one asked for, or "cpu" once a GPU has had no memory left (imports torch).

        Raises:
            ModelError: if a GPU was asked for that is not there.
        """
        return self._devices.name

    def configure(self, device: str, threads: int | None) -> None:
        """Change device and threads; models are loaded anew when next asked for.

        Raises:
            ModelError: if the device is not there.
        """
        with self._lock:
            self._devices.choose(device)
            self._threads = threads
            self._threads_set = False
            self._models.clear()

    def describe_device(self) -> str:
        """The device for people, e.g. "CPU, 2 threads" or the name of the GPU (imports torch)."""
        return self._devices.describe()

    def take_remarks(self) -> tuple[Sentence, ...]:
        """What the user should be told about the device, each sentence once: that a GPU had no memory left."""
        return self._devices.take_remarks()

    # --- shapes from codes, codes from pictures and shapes -----------------------------------------------------------

    def decode(self, request: DecodeRequest, progress: Progress = NO_PROGRESS) -> ShapeResult:
        """The shape of a code; coarser levels are published by `progress.partial` as `ShapeResult`s.

        Raises:
            ModelError: if the model is unknown or the code has another length than the model's.
        """
        return self._devices.fitting(lambda: self._decoded(request, progress), self._forget)

    def _decoded(self, request: DecodeRequest, progress: Progress) -> ShapeResult:
        import torch

        model = self._model(request.latent.model)
        info = self.info(request.latent.model)
        if len(request.latent.values) != model.latent_dim:
            raise ModelError(
                "The code has {got} numbers, but {model} needs {want}.",
                got=len(request.latent.values),
                model=info.title,
                want=model.latent_dim,
            )
        start = time.perf_counter()
        with torch.inference_mode():
            z = torch.tensor(request.latent.values, dtype=torch.float32, device=_place(model))
            decoded = model.decode(z)
            if isinstance(decoded, torch.Tensor):
                cloud = PointCloud(decoded.cpu().numpy(), frame=info.frame, name=info.title)
                return ShapeResult(request.latent, cloud, 0, True, 1e3 * (time.perf_counter() - start), 0.0)
            from engine.geometry.isosurface import refine

            result, prepared = None, 1e3 * (time.perf_counter() - start)  # what a model does once per shape
            finish = {"refine_vertices": request.refine_vertices, "normals": request.normals}
            stream, shown = f"{request.latent.model} {request.warm}", request.first_shown
            if request.warm and request.first_shown < request.levels[-1]:
                level = self._frames.preview(stream, decoded, request.first_shown, progress)
                if level is not None:
                    spent, shown = prepared + level.decode_ms, level.resolution + 1
                    progress.partial(ShapeResult(request.latent, level.mesh, level.resolution, False, spent, level.mesh_ms))
                    prepared = 1e3 * (time.perf_counter() - start)
            for level in refine(decoded, request.levels, progress, **finish):
                spent = prepared + level.decode_ms
                result = ShapeResult(request.latent, level.mesh, level.resolution, level.final, spent, level.mesh_ms)
                if request.warm and level.resolution == request.first_shown:
                    self._frames.keep(stream, level, decoded.half_extent)
                if not level.final and level.resolution >= shown:
                    progress.partial(result)
        if result is None:
            raise ValueError("levels must not be empty")
        return result

    def encode(self, request: EncodeRequest, progress: Progress = NO_PROGRESS) -> Latent:
        """The code of a picture, by a model that takes pictures.

        Raises:
            ModelError: if the model takes no pictures.
            PictureError: if the picture shows nothing that could be separated from its background.
        """
        import torch

        from engine.models.base import EncodesPictures
        from engine.pictures import to_input

        if not isinstance(self._model(request.model), EncodesPictures):
            raise ModelError("{model} takes no pictures; choose an image model.", model=self.info(request.model).title)
        progress.step(0, 2, "separating the background")
        picture = request.picture if request.picture.mask is not None else self.separate(request.picture, progress)
        progress.step(1, 2, "reading the picture")
        pixels = torch.from_numpy(to_input(picture))[None]

        def read() -> Latent:
            network = self._model(request.model)
            assert isinstance(network, EncodesPictures)
            with torch.inference_mode():
                code = network.encode_pictures(pixels.to(_place(network)), request.seed)[0]
            return Latent(request.model, tuple(code.cpu().tolist()))

        code = self._devices.fitting(read, self._forget)
        progress.step(2, 2, "picture read")
        return code

    def fit(self, request: FitRequest, progress: Progress = NO_PROGRESS) -> FitResult:
        """The code whose surface comes nearest to a shape; intermediate codes are published as `Latent` partials.

        Raises:
            ModelError: if the model cannot fit shapes.
            ShapeError: if the shape is empty or not in the unit sphere.
        """
        from engine.models.base import FitsShapes
        from engine.training.fit import fit_shape

        if not isinstance(self._model(request.model), FitsShapes):
            raise ModelError("{model} cannot fit a shape; choose an auto-decoder.", model=self.info(request.model).title)
        if request.shape.is_empty:
            raise ShapeError("The shape is empty; there is nothing to fit.")
        return self._devices.fitting(
            lambda: fit_shape(self._model(request.model), self.space(request.model), request, progress), self._forget
        )

    def interpolate(self, a: Latent, b: Latent, t: float) -> Latent:
        """The code at fraction `t` (0 to 1) of the straight line from `a` to `b`.

        Raises:
            ModelError: if the codes belong to different models.
        """
        if a.model != b.model:
            raise ModelError("A is a code of {a}, B of {b}; interpolation needs one model.", a=a.model, b=b.model)
        return Latent(a.model, tuple((1 - t) * x + t * y for x, y in zip(a.values, b.values, strict=True)))

    def latent_path(self, a: Latent, b: Latent, progress: Progress = NO_PROGRESS) -> LatentPath:
        """A way from `a` to `b` on which shapes hold together: bent where the model has an encoder of surfaces, else straight.

        Raises:
            ModelError: if the codes belong to different models.
        """
        import numpy as np
        import torch

        from engine.bent_path import bent_path

        self.interpolate(a, b, 0.0)  # refuses what cannot be interpolated

        def way() -> LatentPath:
            model = self._model(a.model)
            start, end = (torch.tensor(latent.values, dtype=torch.float32, device=_place(model)) for latent in (a, b))
            knots = bent_path(model, start, end, progress).cpu().double().numpy()
            return LatentPath(a.model, np.concatenate([[a.values], knots[1:-1], [b.values]]))  # the ends to their last digit

        return self._devices.fitting(way, self._forget)

    def even_path(self, way: LatentPath, progress: Progress = NO_PROGRESS) -> EvenPath:
        """When to be where on a way between two codes, so that the shape changes at constant speed."""
        import torch

        from engine.even_path import even_path

        def path() -> EvenPath:
            model = self._model(way.model)
            return even_path(model, torch.tensor(way.codes, dtype=torch.float32, device=_place(model)), progress)

        return self._devices.fitting(path, self._forget)

    def pull(self, request: PullRequest) -> Pull:
        """Grab a point of a model's surface; the answer takes targets, one after the other, on one thread.

        Raises:
            ModelError: if the model makes loose points.
            ShapeError: if there is no surface near the point.
        """
        from engine.pulling import Pull

        model = self._model(request.latent.model)
        return Pull(model, self.space(request.latent.model), request.latent, request.point, request.pins)

    def latent_map(
        self, model: str, landmarks: tuple[tuple[float, float, Latent], ...] = (), progress: Progress = NO_PROGRESS
    ) -> LatentMap:
        """A plane in which every training code of a model has its place, and every place a code (no torch).

        Args:
            model: its id.
            landmarks: further places and codes that the map goes through.
            progress: is told while the places are found, the first time.
        """
        from engine.latent_map import LatentMap
        from engine.layout import lay_out

        space = self.space(model)
        if model not in self._layouts:
            self._layouts[model] = lay_out(space.codes, progress)
        return LatentMap(space, self._layouts[model], landmarks)

    def thumbnail(self, latent: Latent, progress: Progress = NO_PROGRESS) -> Thumbnail:
        """A small picture of a code's shape; made once, then read from the user's cache folder."""
        from engine.models.checkpoint import weights_hash
        from engine.thumbnail import LEVELS, draw
        from engine.thumbnail_cache import ThumbnailCache

        model = latent.model
        if model not in self._hashes:
            self._hashes[model] = weights_hash(self.info(model).folder)
        request = DecodeRequest(latent, LEVELS, first_shown=LEVELS[-1])
        return ThumbnailCache().get(latent, self._hashes[model], lambda: draw(self.decode(request, progress).shape))

    # --- pictures and files ------------------------------------------------------------------------------------------

    def open_picture(self, path: Path, progress: Progress = NO_PROGRESS) -> Picture:
        """Read a picture file and separate its background."""
        from engine.pictures import read_picture

        return self.separate(read_picture(path), progress)

    def paste_picture(self, data: bytes, name: str, progress: Progress = NO_PROGRESS) -> Picture:
        """Read an encoded picture (PNG, JPEG ...) from memory and separate its background."""
        from engine.pictures import picture_from_bytes

        return self.separate(picture_from_bytes(data, name), progress)

    def separate(self, picture: Picture, progress: Progress = NO_PROGRESS) -> Picture:
        """The picture with a mask of the object."""
        from engine.pictures import separate

        masked = separate(picture, progress)
        if masked.mask is None or not masked.mask.any():
            raise PictureError("No object could be found in {name}; use a picture with a plain background.", name=masked.name)
        return masked

    def open_shape(self, path: Path, up: Up = "auto", progress: Progress = NO_PROGRESS) -> OpenedShape:
        """Read a shape file and bring it into the unit sphere, saying what was guessed."""
        from engine.geometry.files import open_shape

        return open_shape(path, up, progress)

    def save_shape(self, shape: Shape, path: Path, model: str | None = None) -> None:
        """Write a shape; the format follows the suffix.

        With `model`, the credits of its data go into the file; STL has no room for them, so there they lie beside it, in
        `<name>.stl.credits.txt`.
        """
        from engine.geometry.files import write_shape

        comment = f"frame: {shape.frame.value}, y up, front +z"
        if model is not None:
            comment += f"; model: {model}"
        credit = self.credits(model) if model else ""
        write_shape(shape, path, comment=comment, credits=credit)
        if credit and path.suffix.lower() == ".stl":
            path.with_name(f"{path.name}.credits.txt").write_text(credit, encoding="utf-8")

    # --- measuring ---------------------------------------------------------------------------------------------------

    def compare(self, request: CompareRequest, progress: Progress = NO_PROGRESS) -> Comparison:
        """Measure two shapes.

        Raises:
            FrameMismatch: if they live in different frames.
        """
        from engine.metrics import compare

        return compare(request, progress)

    def metric_names(self) -> tuple[str, ...]:
        """Ids of all metrics."""
        from engine.metrics import METRICS

        return tuple(METRICS)

    def measures(self) -> tuple[MetricInfo, ...]:
        """What can be measured, in the order in which it should be offered."""
        from engine.metrics import METRICS

        return tuple(MetricInfo(m.id, m.label, m.convention, m.frame, m.points, m.better) for m in METRICS.values())

    def live_comparison(self) -> LiveComparison:
        """For a shape that moves: compares quickly, keeping what it can from one call to the next. One thread at a time."""
        from engine.metrics.live import LiveComparison

        return LiveComparison(self._warm_start())

    def alignments(self) -> dict[str, str]:
        """The rules by which a shape can be aligned to its reference: name, and what it does in words."""
        from engine.metrics.align import ALIGNMENTS

        return {rule.name: rule.words for rule in ALIGNMENTS.values()}

    def match(self, request: MatchRequest, progress: Progress = NO_PROGRESS) -> Match:
        """Samples of two shapes, matched one to one so that the mean distance is least.

        Raises:
            FrameMismatch: if they live in different frames.
            ShapeError: if one of them is empty.
        """
        from engine.metrics.matching import match

        return match(request, self._warm_start(), progress)

    def partner(self, request: PartnerRequest, progress: Progress = NO_PROGRESS) -> Partner:
        """The nearest point of the other shape to a point of one.

        Raises:
            ShapeError: if a shape is empty.
        """
        from engine.metrics.partner import partner_across

        return partner_across(request, progress)

    # --- inside ------------------------------------------------------------------------------------------------------

    @property
    def _frames(self) -> Frames:
        from engine.geometry.warm import Frames

        with self._lock:
            if self._previews is None:
                self._previews = Frames()
            return self._previews

    def _warm_start(self) -> WarmStart:
        from engine.metrics.matching import WarmStart

        with self._lock:
            if self._warm is None:
                self._warm = WarmStart()
            return self._warm

    def _known(self) -> dict[str, ModelInfo]:
        with self._lock:
            if self._infos is None:
                from engine.models.checkpoint import list_models

                self._infos = {info.id: info for info in list_models(self._roots or model_roots())}
            return self._infos

    def _model(self, model: str) -> ShapeModel:
        info = self.info(model)
        with self._lock:
            if model not in self._models:
                import torch

                from engine.models.checkpoint import load_model

                if not self._threads_set:
                    torch.set_num_threads(self._threads or default_threads())
                    self._threads_set = True
                self._models[model] = self._devices.fitting(lambda: load_model(info.folder, self.device), self._forget)
            return self._models[model]

    def _forget(self) -> None:
        with self._lock:
            self._models.clear()


def _place(model: ShapeModel) -> torch.device:
    """Where a model is: the device may be changed by another thread meanwhile."""
    return next(model.parameters()).device
