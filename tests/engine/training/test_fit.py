import numpy as np
import pytest
import torch

from engine.errors import ModelError, ShapeError
from engine.models.checkpoint import principal_directions
from engine.models.deepsdf import DeepSDF, DeepSDFConfig
from engine.models.occnet import OccupancyConfig, OccupancyNetwork
from engine.requests import FitRequest, LatentSpace
from engine.shapes import Mesh, PointCloud
from engine.training.fit import cloud_samples, fit_error, fit_latent, fit_shape, mesh_samples


def sphere(count: int, radius: float = 0.7) -> np.ndarray:
    points = np.random.default_rng(0).standard_normal((count, 3))
    return (radius * points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def space_of(codes: np.ndarray) -> LatentSpace:
    mean, directions, sigma = principal_directions(codes)
    names = tuple(str(i) for i in range(len(codes)))
    return LatentSpace("m", mean, directions, sigma, codes, names, names, names)


def plane_model() -> DeepSDF:
    """f(z, x) = x0 - z0 exactly: a wall whose place is the code."""
    model = DeepSDF(DeepSDFConfig(latent_dim=1, width=4, layers=1, octaves=0, code_penalty=0.0))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.hidden[0].weight[0] = torch.tensor([1.0, 0, 0, -1.0])
        model.hidden[0].weight[1] = torch.tensor([-1.0, 0, 0, 1.0])
        model.last.weight[0, :2] = torch.tensor([1.0, -1.0])
    return model.requires_grad_(False).eval()


def test_the_wall_is_found_where_it_is() -> None:
    points = np.random.default_rng(1).uniform(-1, 1, (3000, 3)).astype(np.float32)
    space = space_of(np.array([[-0.5], [0.0], [0.4]], np.float32))
    found = fit_latent(plane_model(), space, points, points[:, 0] - np.float32(0.23), steps=200)
    assert found.latent.model == "m"
    assert found.latent.values[0] == pytest.approx(0.23, abs=2e-3)
    assert found.losses[-1] < 0.1 * found.losses[0]


def test_a_missing_part_weighs_more_than_the_same_sum_of_small_errors() -> None:
    values = torch.tensor([0.03, -0.02, -0.02, 0.3])
    truths = torch.tensor([0.01, 0.01, 0.0, 0.2])  # right side, wrong side, on the surface, beyond the clamp of .1
    found = fit_error(plane_model(), values, truths).numpy()
    np.testing.assert_allclose(found, [0.02 + 0.0004 / 0.01, 5 * (0.03 + 0.0009 / 0.01), 0.02 + 0.0004 / 0.01, 0], atol=1e-6)


class WallAndBall(torch.nn.Module):
    """A flat wall, the finer the larger a ball in the free space before it: f = min(x0 + (.3 - z0) / 10, |x - c| - z0)."""

    title, clamp = "m", 0.1
    centre = (0.6, 0.6, 0.6)

    def __init__(self) -> None:
        super().__init__()
        self.nothing = torch.nn.Parameter(torch.zeros(1), requires_grad=False)

    def signed_distance(self, z: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
        ball = (points - torch.tensor(self.centre)).norm(dim=1) - z[0]
        return torch.minimum(points[:, 0] + 0.1 * (0.3 - z[0]), ball)

    def error(self, value: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
        return (value.clamp(-0.1, 0.1) - truth.clamp(-0.1, 0.1)).abs()


def test_what_floats_in_free_space_goes_though_hardly_a_point_tells_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    wall = draw.uniform(-1, 1, (20_000, 3)) * np.array([0.05, 1, 1])
    ball = np.array(WallAndBall.centre) + draw.uniform(-0.1, 0.1, (4, 3))
    points = np.concatenate([wall, ball]).astype(np.float32)
    space = space_of(np.array([[0.35], [0.3]], np.float32))
    free = fit_latent(WallAndBall(), space, points, points[:, 0], steps=300).latent.values[0]
    assert free < 0.15  # the nearest of the four is there
    monkeypatch.setattr("engine.training.fit.ASTRAY", 0)
    assert fit_latent(WallAndBall(), space, points, points[:, 0], steps=300).latent.values[0] > 0.25


def test_a_cloud_of_the_wall_pulls_it_there_too() -> None:
    wall = np.random.default_rng(2).uniform(-1, 1, (800, 3)).astype(np.float32)
    wall[:, 0] = -0.31
    normals = np.tile(np.array([[1, 0, 0]], np.float32), (800, 1))
    request = FitRequest("m", PointCloud(wall, normals), steps=200)
    found = fit_shape(plane_model(), space_of(np.array([[-0.5], [0.0], [0.4]], np.float32)), request)
    assert found.latent.values[0] == pytest.approx(-0.31, abs=0.02)


def test_cloud_samples_are_true_for_a_sphere() -> None:
    cloud = sphere(3000)
    points, sdf = cloud_samples(cloud, cloud / 0.7, seed=3)
    truth = np.linalg.norm(points, axis=1) - 0.7
    assert (sdf[:3000] == 0).all()
    np.testing.assert_allclose(sdf, truth, atol=0.03)
    far = np.abs(truth) > 0.05
    assert (truth[far] > 0).all()  # of the inside nothing is said, for without normals it might be hollow
    assert far.sum() > 1000


def test_without_normals_nothing_is_negative() -> None:
    _, sdf = cloud_samples(sphere(500))
    assert (sdf >= 0).all()
    with pytest.raises(ShapeError, match="3 points"):
        cloud_samples(sphere(3))


def test_mesh_samples_are_true_for_a_box() -> None:
    import trimesh

    box = trimesh.creation.box((1.0, 0.8, 0.6))
    points, sdf = mesh_samples(Mesh(box.vertices, box.faces), seed=1)
    q = np.abs(points) - np.array([0.5, 0.4, 0.3])
    truth = np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(axis=1), 0)
    np.testing.assert_allclose(sdf, truth, atol=1e-4)
    assert 0.2 < (sdf < 0).mean() < 0.6


def test_what_cannot_be_fitted_is_refused() -> None:
    space = space_of(np.zeros((1, 2), np.float32))
    other = OccupancyNetwork(OccupancyConfig(latent_dim=2, hidden=4, blocks=1, head_hidden=2, map_channels=0))
    with pytest.raises(ModelError, match="choose a DeepSDF"):
        fit_latent(other, space, np.zeros((3, 3), np.float32), np.zeros(3, np.float32))
    with pytest.raises(ShapeError, match="no usable sample points"):
        fit_latent(plane_model(), space, np.zeros((0, 3), np.float32), np.zeros(0, np.float32))
    with pytest.raises(ShapeError, match="no usable sample points"):
        fit_latent(plane_model(), space, np.full((3, 3), np.nan, np.float32), np.zeros(3, np.float32))
