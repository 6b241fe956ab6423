"""Models with a known right answer, for tests of what stands above the models: spheres whose radius is in the code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.models import MODELS
from engine.models.base import ModelConfig, ShapeModel
from engine.models.checkpoint import save_model

#: Code (a, b) -> radius.
BASE, SLOPE = 0.6, 1.0


class SphereConfig(ModelConfig):
    method: Literal["spheres", "pictured", "dotted"] = "spheres"


class SphereField:
    half_extent = 1.05
    lipschitz = 1.0
    clamp = None

    def __init__(self, radius: Tensor) -> None:
        self.radius = radius

    def __call__(self, points: Tensor) -> Tensor:
        return points.norm(dim=1) - self.radius


class Spheres(ShapeModel):
    """Radius 0.6 + a; fits shapes."""

    title: ClassVar[str] = "Spheres"
    output: ClassVar[Literal["surface", "points"]] = "surface"
    Config: ClassVar[type[ModelConfig]] = SphereConfig
    clamp = 0.1

    def __init__(self, config: SphereConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = 2
        self.slope = nn.Parameter(torch.tensor(SLOPE))

    def radius(self, z: Tensor) -> Tensor:
        return BASE + self.slope * z[0]

    def decode(self, z: Tensor) -> SphereField | Tensor:
        return SphereField(self.radius(z))

    def surface_values(self, z: Tensor, points: Tensor) -> Tensor:
        return points.norm(dim=-1) - (BASE + self.slope * z[:, :1])

    def signed_distance(self, z: Tensor, points: Tensor) -> Tensor:
        return (points.norm(dim=-1) - self.radius(z)).clamp(-self.clamp, self.clamp)

    def error(self, value: Tensor, truth: Tensor) -> Tensor:
        return (value - truth.clamp(-self.clamp, self.clamp)).abs()

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        raise NotImplementedError


class Pictured(ShapeModel):
    """A picture gives the unit sphere, whatever it shows; the seed goes into the second number of the code."""

    title: ClassVar[str] = "Pictured"
    output: ClassVar[Literal["surface", "points"]] = "surface"
    Config: ClassVar[type[ModelConfig]] = SphereConfig
    samples = True

    def __init__(self, config: SphereConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = 2
        self.slope = nn.Parameter(torch.tensor(SLOPE))

    def decode(self, z: Tensor) -> SphereField | Tensor:
        return SphereField(BASE + self.slope * z[0])

    def encode_pictures(self, rgb: Tensor, seed: int = 0) -> Tensor:
        return torch.tensor([[(1 - BASE) / SLOPE, float(seed)]]).expand(len(rgb), 2)

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        raise NotImplementedError


class Dotted(Pictured):
    """The same as 2,000 evenly spread points."""

    title: ClassVar[str] = "Dotted"
    output: ClassVar[Literal["surface", "points"]] = "points"
    samples = False

    def decode(self, z: Tensor) -> SphereField | Tensor:
        i = torch.arange(2000) + 0.5
        polar, around = torch.arccos(1 - 2 * i / 2000), torch.pi * (1 + 5**0.5) * i
        unit = torch.stack([around.cos() * polar.sin(), polar.cos(), around.sin() * polar.sin()], dim=1)
        return (BASE + self.slope * z[0]) * unit


def _write_models(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    codes = np.array([[-0.1, 0], [0, 1], [0.2, -1]], np.float32)
    labels = {
        "names": ["Small ball", "Ball", "Ball"],
        "ids": ["Test#small", "Test#middle", "Test#large"],
        "categories": ["ball", "ball", "ball"],
    }
    for method, kind in (("spheres", Spheres), ("pictured", Pictured), ("dotted", Dotted)):
        monkeypatch.setitem(MODELS, method, f"{__name__}:{kind.__name__}")
        assert sys.modules[__name__].__dict__[kind.__name__] is kind
        config = SphereConfig(method=method, categories=("ball",))
        texts = {"card.md": f"# {method}\n", "DATA-CREDITS": "Balls by Someone, CC-BY 3.0\n"}
        save_model(root / method, kind(config), codes, labels, {"id": method, "scores": {}}, texts)
    monkeypatch.setattr("engine.assets.model_roots", lambda: (root,))
    monkeypatch.setattr("engine.api.model_roots", lambda: (root,))
    return root


@pytest.fixture
def sphere_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the models "spheres" (fits), "pictured" and "dotted" (take pictures), the only ones to be found."""
    return _write_models(tmp_path / "models", monkeypatch)


@pytest.fixture(scope="module")
def lasting_sphere_models(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The same for all tests of a file; they must not change it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield _write_models(tmp_path_factory.mktemp("models"), monkeypatch)
