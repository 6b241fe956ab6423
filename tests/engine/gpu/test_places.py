"""Decoding, meshing and pulling never mix places, and wait for the GPU a bounded number of times."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch
from pretended import DEVICE, Pretended, moved, pretended_gpu
from scipy.spatial import cKDTree

from engine.geometry.isosurface import refine
from engine.geometry.meshing import mesh_grid
from engine.models.base import ShapeModel
from engine.models.deepsdf import DeepSDF, DeepSDFConfig
from engine.models.occnet import OccupancyConfig, OccupancyNetwork
from engine.models.psgn import PointSetConfig, PointSetGenerator
from engine.models.triplane import TriplaneConfig, TriplaneSDF
from engine.pulling import Pull
from engine.requests import LatentSpace
from engine.shapes import Latent, Mesh

LEVELS = (9, 17, 33)

#: A copy to the CPU for vertices, faces and normals each, and never one for each chunk of points.
COPIES_PER_LEVEL = 3

SURFACES: dict[str, Any] = {
    "deepsdf": lambda: DeepSDF(DeepSDFConfig(latent_dim=8, width=24, layers=3, octaves=2)),
    "deepsdf as published": lambda: DeepSDF(
        DeepSDFConfig(
            latent_dim=8, width=32, layers=6, latent_in=(3,), points_in=(3,), octaves=0, weight_norm=True, final_tanh=True
        )
    ),
    "triplane": lambda: TriplaneSDF(TriplaneConfig(latent_dim=8, channels=4, growth=(8, 8), width=16, layers=1)),
    "occnet": lambda: OccupancyNetwork(OccupancyConfig(latent_dim=8, hidden=16, blocks=2, map_channels=0, octaves=2)),
}


def made(name: str) -> ShapeModel:
    """A model with random weights whose field crosses zero."""
    torch.manual_seed(4)
    model: ShapeModel = SURFACES[name]().eval()
    with torch.no_grad():
        for _ in range(4):  # more than once, where the answer is clamped
            probe = model.decode(torch.linspace(-1, 1, 8))(torch.rand(2000, 3) * 2 - 1)
            model.last.bias += probe.median() if name == "occnet" else -probe.median()
    return model


def meshes(model: ShapeModel, z: torch.Tensor, **asked: bool) -> list[Mesh]:
    with torch.inference_mode():
        return [level.mesh for level in refine(model.decode(z), LEVELS, **asked)]


def assert_same_surface(mine: Mesh, theirs: Mesh) -> None:
    assert len(mine.faces) == len(theirs.faces) > 0
    assert len(mine.vertices) == len(theirs.vertices)
    assert cKDTree(mine.vertices).query(theirs.vertices)[0].max() < 1e-5
    assert mine.normals is not None
    assert np.linalg.norm(mine.normals, axis=1) == pytest.approx(np.ones(len(mine.normals)), abs=1e-5)


@pytest.mark.parametrize("name", SURFACES)
def test_decoding_stays_in_its_place_and_gives_the_same_surface(name: str) -> None:
    model, z = made(name), torch.linspace(-1, 1, 8)
    wanted = meshes(model, z)
    with pretended_gpu() as visits:
        there, elsewhere = moved(copy.deepcopy(model)), Pretended(z)
        visits.clear()
        found = meshes(there, elsewhere)
        assert visits["copies"] <= COPIES_PER_LEVEL * len(LEVELS)
        assert visits["waits"] <= 18 * len(LEVELS)  # a few a level, however many points there are
    for mine, theirs in zip(found, wanted, strict=True):
        assert_same_surface(mine, theirs)


@pytest.mark.parametrize("name", ["deepsdf", "occnet"])
def test_vertices_and_normals_from_the_field_stay_in_their_place(name: str) -> None:
    model, z = made(name), torch.linspace(-1, 1, 8)
    wanted = meshes(model, z, refine_vertices=True, normals=True)[-1]
    with pretended_gpu():
        found = meshes(moved(copy.deepcopy(model)), Pretended(z), refine_vertices=True, normals=True)[-1]
    distance, where = cKDTree(found.vertices).query(wanted.vertices)
    assert np.median(distance) < 1e-5
    assert distance.max() < 1e-3
    assert np.median((found.normals[where] * wanted.normals).sum(axis=1)) > 0.999


def test_points_stay_in_their_place() -> None:
    torch.manual_seed(0)
    model = PointSetGenerator(PointSetConfig(map_channels=0)).eval()
    z = torch.randn(model.latent_dim)
    wanted = model.decode(z)
    with pretended_gpu():
        found = moved(copy.deepcopy(model)).decode(Pretended(z))
        assert found.device == DEVICE
        assert torch.allclose(found.cpu(), wanted, atol=1e-6)


@pytest.mark.parametrize("name", ["deepsdf", "deepsdf as published", "triplane"])
def test_pulling_stays_in_its_place(name: str) -> None:
    model, draw = made(name), np.random.default_rng(0)
    codes = draw.normal(size=(12, 8)).astype(np.float32)
    ones, names = np.ones(8, np.float32), tuple("abcdefghijkl")
    space = LatentSpace("m", 0 * ones, np.eye(8, dtype=np.float32), ones, codes, names, names, names)
    start = Latent("m", tuple(codes[0].tolist()))
    surface = meshes(model, torch.tensor(start.values))[-1].vertices
    point = surface[len(surface) // 2].astype(np.float64)
    pull = Pull(model, space, start, point)
    with pretended_gpu():
        there = Pull(moved(copy.deepcopy(model)), space, start, point)
        for mine, theirs in zip(there._gradients(codes[0], surface[:20]), pull._gradients(codes[0], surface[:20]), strict=True):
            assert mine == pytest.approx(theirs, abs=1e-5)
        assert np.isfinite(there.step(point + 0.02).latent.values).all()


def test_a_grid_is_meshed_where_it_is() -> None:
    axis = torch.linspace(-1, 1, 21)
    values = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij")).norm(dim=0) - 0.7
    wanted = mesh_grid(values, 1.0)
    with pretended_gpu() as visits:
        there = Pretended(values)
        mesh_grid(there, 1.0)  # the table of cases goes there once
        visits.clear()
        assert_same_surface(mesh_grid(there, 1.0), wanted)
        assert visits == {"waits": 4, "copies": COPIES_PER_LEVEL}


def test_the_pretended_gpu_refuses_what_a_gpu_refuses() -> None:
    with pretended_gpu() as visits:
        there = torch.ones(3).to(DEVICE)
        with pytest.raises(RuntimeError, match="on the CPU"):
            there + torch.ones(3)
        with pytest.raises(RuntimeError, match="not implemented for integers"):
            torch.ones((2, 2), dtype=torch.int64, device=DEVICE) @ torch.ones(2, dtype=torch.int64, device=DEVICE)
        with pytest.raises((TypeError, RuntimeError)):
            there.numpy()
        visits.clear()
        assert (there + 1).cpu().tolist() == [2.0, 2.0, 2.0]
        assert float(there.sum()) == 3.0
        assert visits == {"copies": 1, "waits": 1}
