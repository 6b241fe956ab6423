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


@pytest.fixture
def themed(qapp):
    """The application in the dark theme."""
    from studio import style
    from studio.theme import DARK

    style.apply(qapp, DARK)
    return qapp


@pytest.fixture
def ball():
    """A unit sphere as a mesh, 1,280 faces, with normals."""
    import trimesh

    from engine.api import Mesh

    sphere = trimesh.creation.icosphere(3)
    return Mesh(sphere.vertices, sphere.faces, sphere.vertices)


@pytest.fixture
def latent_space():
    """12 directions of 40 codes, with falling spread."""
    from engine.api import LatentSpace

    rng = np.random.default_rng(4)
    codes = (rng.standard_normal((40, 14)) * np.linspace(2.0, 0.3, 14)).astype(np.float32)
    mean = codes.mean(axis=0)
    _, spread, directions = np.linalg.svd(codes - mean, full_matrices=False)
    names = tuple(f"piece {i}" for i in range(40))
    sigma = (spread / np.sqrt(len(codes))).astype(np.float32)
    return LatentSpace("sdf", mean, directions.astype(np.float32), sigma, codes, names, names, ("chair", "lamp") * 20)


@pytest.fixture
def ready_session(ball, latent_space):
    """A session with a picture, a coded shape in A, a file's shape in B, and three models."""
    from pathlib import Path

    from engine.api import Frame, MetricInfo, ModelInfo, Picture, PointCloud
    from studio.document import Document, Entry
    from studio.session import Session

    def info(model_id, title, output, picture, fits, samples):
        return ModelInfo(
            model_id, model_id, title, output, picture, fits, samples, 14, ("chair",), 1000, Frame.UNIT_SPHERE, Path()
        )

    session = Session()
    session.models = (
        info("sdf", "DeepSDF", "surface", False, True, False),
        info("onet", "Occupancy Network", "surface", True, False, False),
        info("psgn", "Point Set Generation", "points", True, False, True),
    )
    session.spaces = {"sdf": latent_space}
    code = latent_space.training_code(3)
    cloud = PointCloud(ball.vertices[::2] * 0.8)
    entries = (
        Entry(1, "walnut", "training", "DeepSDF · 129³", ball, code, code, 129, True),
        Entry(2, "scan", "file", "file · 321 points", cloud, settled=True, source="scan.ply", up="z", up_guessed=True),
    )
    rgb = np.full((40, 60, 3), 250, np.uint8)
    mask = np.zeros((40, 60), np.uint8)
    mask[10:30, 20:40] = 255
    picture = Picture(rgb, mask, "alpha", "chair.png")
    session.document = Document(entries, 1, 2, "a", picture, "chair.png", "onet", next_id=3)
    session.measures = (
        MetricInfo("onet_l1", "Chamfer-L1", "1/2 (mean a + mean b), unit cube", Frame.UNIT_CUBE, 100_000, "lower"),
        MetricInfo("emd", "EMD", "mean distance of the best matching, unit cube", Frame.UNIT_CUBE, 1024, "lower"),
        MetricInfo("f_score", "F-score", "2PR/(P + R) at 1 %, unit cube", Frame.UNIT_CUBE, 100_000, "higher"),
        MetricInfo("hausdorff", "Hausdorff", "max of the samples, unit cube", Frame.UNIT_CUBE, 100_000, "lower"),
    )
    session.ready = True
    return session


@pytest.fixture
def recorder():
    """A controller that does nothing but remember; calls that the real one would not take fail."""
    from unittest.mock import create_autospec

    from studio.controller import Controller
    from studio.laboratory import Laboratory
    from studio.mapping import Mapping
    from studio.motion import Motion
    from studio.pulling import Pulling

    controller = create_autospec(Controller, instance=True)
    controller.lab = create_autospec(Laboratory, instance=True)
    controller.pulling = create_autospec(Pulling, instance=True)
    controller.pulling.held = False
    controller.pulling.can.return_value = True
    controller.motion = create_autospec(Motion, instance=True)
    controller.motion.possible = False
    controller.map = create_autospec(Mapping, instance=True)
    controller.can_undo, controller.can_redo, controller.busy = True, False, False
    return controller
