"""On a real GPU: the same answers as on the processor."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree

from engine.api import DecodeRequest, Engine, FitRequest, PullRequest
from engine.assets import assets_root
from engine.shapes import Mesh, PointCloud

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")

LEVELS = (17, 33, 65)


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    root = (assets_root() / "weights",)
    return Engine(device="cuda", roots=root), Engine(device="cpu", roots=root)


@pytest.mark.parametrize("model", ["deepsdf-furniture", "triplane-furniture", "occnet-furniture", "psgn-furniture"])
def test_the_gpu_decodes_to_the_same_shape(engines: tuple[Engine, Engine], model: str) -> None:
    request = DecodeRequest(engines[0].space(model).training_code(0), LEVELS)
    on_gpu, on_cpu = (engine.decode(request).shape for engine in engines)
    assert engines[0].device == "cuda"
    if isinstance(on_gpu, PointCloud):
        assert on_gpu.points == pytest.approx(on_cpu.points, abs=1e-3)
        return
    assert isinstance(on_gpu, Mesh)
    assert len(on_gpu.vertices) == pytest.approx(len(on_cpu.vertices), rel=1e-2)  # rounding may tip a corner
    distance = cKDTree(on_gpu.vertices).query(on_cpu.vertices)[0]
    assert np.quantile(distance, 0.99) < 2e-3


def test_vertices_and_normals_are_finished_on_the_gpu(engines: tuple[Engine, Engine]) -> None:
    latent = engines[0].space("triplane-furniture").training_code(0)
    request = DecodeRequest(latent, LEVELS, normals=True, refine_vertices=True)
    mesh = engines[0].decode(request).shape
    assert np.isfinite(mesh.normals).all()
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(np.ones(len(mesh.normals)), abs=1e-4)


def test_fitting_and_pulling_run_on_the_gpu(engines: tuple[Engine, Engine]) -> None:
    latent = engines[0].space("triplane-furniture").training_code(0)
    mesh = engines[0].decode(DecodeRequest(latent, LEVELS)).shape
    fitted = engines[0].fit(FitRequest("triplane-furniture", mesh, steps=20))
    assert np.isfinite(fitted.losses).all()
    point = mesh.vertices[len(mesh.vertices) // 2].astype(np.float64)
    step = engines[0].pull(PullRequest(latent, point)).step(point + 0.01)
    assert np.isfinite(step.latent.values).all()
