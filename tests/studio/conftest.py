"""A real engine with a very small real model, so that the studio's logic is tested against what it will meet."""

import numpy as np
import pytest

from engine.api import Engine

RADII = (0.3, 0.45, 0.6, 0.75, 0.9)


@pytest.fixture(scope="session")
def sphere_models(tmp_path_factory):
    """A folder with one DeepSDF that has learned spheres of five radii (about two seconds of training)."""
    import torch

    from engine.models.checkpoint import save_model
    from engine.models.deepsdf import DeepSDF, DeepSDFConfig

    root = tmp_path_factory.mktemp("models")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = DeepSDF(DeepSDFConfig(latent_dim=4, width=32, layers=2, octaves=0, clamp=2.0, lipschitz=1.3))
        codes = torch.nn.Parameter(
            torch.tensor(RADII)[:, None] * torch.tensor([1.0, -1.0, 0.5, 0.0]) + 0.01 * torch.randn(5, 4)
        )
        optimiser = torch.optim.Adam([*model.parameters(), codes], lr=5e-3)
        for _ in range(400):
            points = torch.rand(5, 512, 3) * 2.1 - 1.05
            distance = points.norm(dim=-1) - torch.tensor(RADII)[:, None]
            optimiser.zero_grad()
            model.loss({"z": codes, "points": points, "sdf": distance})["loss"].backward()
            optimiser.step()
    names = [f"ball {radius}" for radius in RADII]
    labels = {"names": names, "ids": names, "categories": ["ball"] * 5}
    for model_id in ("balls", "other-balls"):
        save_model(root / model_id, model, codes.detach().numpy(), labels, {}, {"DATA-CREDITS": "Balls by the tests, CC0"})
    return root


@pytest.fixture
def engine(sphere_models):
    """An engine that knows the sphere models only."""
    return Engine("cpu", threads=1, roots=(sphere_models,))


def mean_radius(shape):
    """Mean distance of the vertices from the origin."""
    return float(np.linalg.norm(shape.vertices, axis=1).mean())
