"""A GPU without enough memory: smaller portions first, then the processor, and a remark."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest
import torch
from pretended import DEVICE, pretended_gpu
from torch import Tensor, nn

from engine.api import DecodeRequest, Engine, FitRequest
from engine.devices import Devices
from engine.errors import ModelError
from engine.geometry.evaluator import Evaluator
from engine.models import MODELS
from engine.models.base import ModelConfig, ShapeModel
from engine.models.checkpoint import save_model
from engine.progress import NO_PROGRESS
from engine.shapes import Mesh

LEVELS = (9, 17, 33)


class Card:
    """How many points the GPU takes at once, and how many it was given."""

    room = 10**9
    calls: ClassVar[list[tuple[str, int]]] = []

    @classmethod
    def take(cls, points: Tensor) -> None:
        kind = "cpu" if points.device.type == "cpu" else "gpu"
        cls.calls.append((kind, len(points)))
        if kind == "gpu" and len(points) > cls.room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1.00 GiB.")


class BallConfig(ModelConfig):
    method: Literal["balls"] = "balls"


class BallField:
    half_extent = 1.05
    lipschitz = 1.0
    clamp = None

    def __init__(self, radius: Tensor) -> None:
        self.radius = radius
        self.device = radius.device

    def __call__(self, points: Tensor) -> Tensor:
        Card.take(points)
        return points.norm(dim=1) - self.radius


class Balls(ShapeModel):
    """Radius 0.6 + z; fits shapes and reads pictures, in the memory of `Card`."""

    title: ClassVar[str] = "Balls"
    output: ClassVar[Literal["surface", "points"]] = "surface"
    Config: ClassVar[type[ModelConfig]] = BallConfig
    clamp = 0.1

    def __init__(self, config: BallConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = 1
        self.base = nn.Parameter(torch.tensor(0.6))

    def decode(self, z: Tensor) -> BallField:
        return BallField(self.base + z[0])

    def signed_distance(self, z: Tensor, points: Tensor) -> Tensor:
        Card.take(points)
        return points.norm(dim=1) - self.base - z[0]

    def error(self, value: Tensor, truth: Tensor) -> Tensor:
        return (value - truth).abs()

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        raise NotImplementedError


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """On a pretended GPU with much memory."""
    monkeypatch.setitem(MODELS, "balls", f"{__name__}:Balls")
    monkeypatch.setattr(Card, "room", 10**9)
    Card.calls.clear()
    assert sys.modules[__name__].__dict__["Balls"] is Balls
    labels = {"names": ["a", "b"], "ids": ["a", "b"], "categories": ["ball", "ball"]}
    codes = np.array([[-0.1], [0.1]], np.float32)
    about = {"id": "balls", "scores": {}}
    save_model(tmp_path / "balls", Balls(BallConfig(categories=("ball",))), codes, labels, about, {"card.md": "# balls\n"})
    with pretended_gpu():
        yield Engine(device=str(DEVICE), threads=1, roots=(tmp_path,))


def ball(engine: Engine) -> Mesh:
    shape = engine.decode(DecodeRequest(engine.space("balls").mean_code(), LEVELS)).shape
    assert isinstance(shape, Mesh)
    assert np.abs(np.linalg.norm(shape.vertices, axis=1) - 0.6).max() < 3e-3
    return shape


def places() -> set[str]:
    return {kind for kind, _ in Card.calls}


def test_with_room_nothing_is_said(engine: Engine) -> None:
    ball(engine)
    assert places() == {"gpu"}
    assert engine.device == str(DEVICE)
    assert engine.take_remarks() == ()


def test_smaller_portions_are_tried_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ball(engine)
    monkeypatch.setattr(Card, "room", 1500)
    found = ball(engine)
    assert places() == {"gpu"}
    assert np.array_equal(found.vertices, wanted.vertices)
    assert np.array_equal(found.faces, wanted.faces)
    assert engine.take_remarks() == ()


def test_a_portion_that_was_too_large_is_not_tried_again() -> None:
    sizes = []

    class Field:
        half_extent, lipschitz, clamp = 1.0, None, None

        def __call__(self, points: Tensor) -> Tensor:
            sizes.append(len(points))
            if len(points) > 5000:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return points[:, 0]

    evaluator = Evaluator(Field(), 1.0, NO_PROGRESS)
    evaluator._cpu, evaluator._chunk = False, 2**18  # as on a GPU
    points = torch.rand(30_000, 3)
    assert torch.equal(evaluator.at(points), points[:, 0])
    assert sizes[:2] == [30_000, 7_500]
    assert sum(size > 5000 for size in sizes) == 2
    assert evaluator.evaluations == 30_000


def test_without_room_everything_moves_to_the_processor_and_says_so_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Card, "room", 100)
    ball(engine)
    assert places() == {"gpu", "cpu"}
    assert engine.device == "cpu"
    assert engine.describe_device().startswith("CPU")
    (remark,) = engine.take_remarks()
    assert str(DEVICE) in remark
    assert "no memory left" in remark
    assert engine.take_remarks() == ()
    assert caplog.messages == [remark]
    Card.calls.clear()
    ball(engine)
    assert places() == {"cpu"}  # it is not tried again ...
    assert engine.take_remarks() == ()
    monkeypatch.setattr(Card, "room", 10**9)
    engine.configure(str(DEVICE), 1)
    Card.calls.clear()
    ball(engine)
    assert places() == {"gpu"}  # ... until the user asks for it


def test_partial_results_come_from_the_processor_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class Shown:
        levels: ClassVar[list[int]] = []

        def check(self) -> None: ...

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None:
            self.levels.append(value.level)  # type: ignore[attr-defined]

    monkeypatch.setattr(Card, "room", 900)  # enough for the first two grids, not for the third
    engine.decode(DecodeRequest(engine.space("balls").mean_code(), LEVELS), Shown())
    assert Shown.levels == [9, 17, 9, 17]


def test_fitting_runs_on_the_gpu_and_moves_to_the_processor(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = ball(engine)
    Card.calls.clear()
    fitted = engine.fit(FitRequest("balls", mesh, steps=5))
    assert places() == {"gpu"}
    monkeypatch.setattr(Card, "room", 100)
    again = engine.fit(FitRequest("balls", mesh, steps=5))
    assert Card.calls[-1][0] == "cpu"
    assert again.latent.values == pytest.approx(fitted.latent.values, abs=1e-5)
    assert len(engine.take_remarks()) == 1


def test_want_of_memory_is_told_from_other_errors() -> None:
    devices, calls = Devices("meta"), []

    def work(error: Exception) -> str:
        calls.append(devices.name)
        if devices.name != "cpu":
            raise error
        return "done"

    with pytest.raises(RuntimeError, match="shapes"):
        devices.fitting(lambda: work(RuntimeError("shapes cannot be multiplied")), lambda: None)
    with pytest.raises(ModelError):
        devices.fitting(lambda: work(ModelError("No.")), lambda: None)
    assert devices.name == "meta"
    dropped = []
    error = RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")
    assert devices.fitting(lambda: work(error), lambda: dropped.append(devices.name)) == "done"
    assert calls == ["meta", "meta", "meta", "cpu"]
    assert dropped == ["cpu"]  # what lies on the GPU is dropped before anything is loaded anew


def test_the_processor_has_nowhere_to_go() -> None:
    def work() -> None:
        raise torch.OutOfMemoryError("out of memory")

    devices = Devices("cpu")
    with pytest.raises(torch.OutOfMemoryError):
        devices.fitting(work, lambda: None)
    assert devices.take_remarks() == ()


def test_a_gpu_that_is_not_there_is_refused_and_the_choice_stays() -> None:
    devices = Devices("cpu")
    with pytest.raises(ModelError, match=" GPU "):
        devices.choose("cuda:97")
    assert devices.name == "cpu"
    with pytest.raises(ModelError, match=" GPU "):
        _ = Devices("cuda:97").name
    assert Devices("auto").name == ("cuda" if torch.cuda.is_available() else "cpu")
