import json
import math
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import ModelError
from engine.models.base import ShapeModel
from engine.models.checkpoint import load_model, load_space, read_info, weights_hash
from engine.models.deepsdf import DeepSDF
from engine.progress import Cancelled
from engine.requests import LatentSpace
from engine.training.config import TrainConfig
from engine.training.distance_task import DistanceTask
from engine.training.distances import load_distances
from engine.training.fit import fit_latent
from engine.training.loop import run
from engine.training.steepness import steepness

sys.path.insert(0, str(Path(__file__).parent))
from spheres import sphere_pieces

RADII = (0.3, 0.45, 0.6, 0.75, 0.9)


def config(**fields: object) -> TrainConfig:
    values = {
        "id": "balls", "method": "deepsdf", "categories": ("chair",), "steps": 200, "shapes": 5, "points": 256, "lr": 5e-3,
        "code_lr": 1e-2, "warmup": 10, "ema": 0.9, "seed": 2, "data": {"near": 0.7},
        "model": {"width": 32, "layers": 3, "latent_dim": 4, "octaves": 0},
    }  # fmt: skip
    return TrainConfig(**values | fields)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("trained")
    settings = config()
    pieces = sphere_pieces(root / "data", RADII)
    report = run(
        DistanceTask(settings, load_distances(pieces, settings), pieces), root / "balls", command="shape-engine train x"
    )
    assert report.finished
    assert report.losses["distance"] < 0.012
    return root / "balls"


def volume(model: ShapeModel, z: torch.Tensor) -> float:
    grid = torch.linspace(-1.05, 1.05, 48)
    points = torch.cartesian_prod(grid, grid, grid)
    field = model.decode(z)
    assert not isinstance(field, torch.Tensor)
    return float((field(points) < 0).float().mean()) * (2.1 * 48 / 47) ** 3


def radius(model: ShapeModel, z: torch.Tensor) -> float:
    return (volume(model, z) * 3 / (4 * math.pi)) ** (1 / 3)


def codes(folder: Path) -> tuple[ShapeModel, LatentSpace, torch.Tensor]:
    space = load_space(folder)
    return load_model(folder), space, torch.from_numpy(space.codes.copy())


def test_zero_sets_have_the_volume_of_the_spheres(trained: Path) -> None:
    model, space, z = codes(trained)
    assert space.names == tuple(f"Ball {r}" for r in RADII)
    for code, truth in zip(z[1:], RADII[1:], strict=True):
        assert volume(model, code) == pytest.approx(4 / 3 * math.pi * truth**3, rel=0.05)


def test_codes_between_give_radii_between(trained: Path) -> None:
    model, _, z = codes(trained)
    sizes = [radius(model, z[1] + t * (z[3] - z[1])) for t in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert sizes == sorted(sizes)
    assert sizes[2] == pytest.approx(0.6, abs=0.08)


def test_a_fit_recovers_a_training_sphere_and_one_never_seen(trained: Path) -> None:
    model, space, _ = codes(trained)
    draw = np.random.default_rng(5)
    for truth in (0.6, 0.68):
        points = draw.uniform(-1, 1, (6000, 3)).astype(np.float32)
        sdf = (np.linalg.norm(points, axis=1) - truth).astype(np.float32)
        found = fit_latent(model, space, points, sdf, steps=120, seed=1)
        again = fit_latent(model, space, points, sdf, steps=120, seed=1)
        assert found.latent == again.latent
        assert found.losses.shape == (120,)
        assert found.losses[-10:].mean() < found.losses[:3].mean()
        assert radius(model, torch.tensor(found.latent.values)) == pytest.approx(truth, abs=0.03)


def test_the_folder_says_how_it_was_made(trained: Path) -> None:
    card = json.loads((trained / "card.json").read_text())
    assert card["training"]["steps"] == 200
    assert card["training"]["command"] == "shape-engine train x"
    assert card["scores"] == {}
    assert [piece["id"] for piece in card["data"]] == [f"ball#{i}" for i in range(5)]
    assert "Euclid" in (trained / "DATA-CREDITS").read_text()
    assert read_info(trained).id == "balls"
    assert load_model(trained).config.model_dump()["lipschitz"] < 2


def test_an_interrupted_run_ends_as_an_uninterrupted_one(tmp_path: Path) -> None:
    settings = config(steps=30, shapes=3, data={"near": 0.7, "copies": 1}, model={"width": 16, "layers": 2, "dropout": 0.2})
    pieces = sphere_pieces(tmp_path / "data", RADII[:3], count=500)

    class Stop:
        def __init__(self, at: int) -> None:
            self.left = at

        def check(self) -> None:
            self.left -= 1
            if self.left < 0:
                raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    def make() -> DistanceTask:
        return DistanceTask(settings, load_distances(pieces, settings), pieces)

    whole = run(make(), tmp_path / "whole")
    with pytest.raises(Cancelled):
        run(make(), tmp_path / "parts", Stop(13))
    rest = run(make(), tmp_path / "parts")
    assert (whole.resumed_at, rest.resumed_at, rest.steps) == (0, 13, 30)
    for name in ("model.safetensors", "latents.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()

    calls = json.loads((tmp_path / "parts" / "card.json").read_text())["training"]["calls"]
    assert [call["from_step"] for call in calls] == [0, 13]
    assert "from step 13" in (tmp_path / "parts" / "card.md").read_text()

    other = config(steps=30, shapes=3, lr=1e-4)
    with pytest.raises(ModelError, match="another configuration"):
        run(DistanceTask(other, load_distances(pieces, other), pieces), tmp_path / "parts")
    (tmp_path / "parts" / "training" / "checkpoint.pt").write_bytes(b"half")
    with pytest.raises(ModelError, match="damaged"):
        run(make(), tmp_path / "parts")


def test_a_time_limit_stops_in_a_resumable_way(tmp_path: Path) -> None:
    settings = config(steps=10_000, shapes=2, points=16)
    pieces = sphere_pieces(tmp_path / "data", RADII[:2], count=300)
    data = load_distances(pieces, settings)
    first = run(DistanceTask(settings, data, pieces), tmp_path / "out", max_minutes=0.5 / 60)
    assert not first.finished
    second = run(DistanceTask(settings, data, pieces), tmp_path / "out", max_minutes=0.2 / 60)
    assert second.resumed_at == first.steps


def test_steepness_of_a_distance_is_one(trained: Path) -> None:
    model, _, z = codes(trained)
    assert isinstance(model, DeepSDF)
    assert 1.0 <= steepness(model, z).bound < 1.3
    with torch.no_grad():
        model.last.weight.mul_(3)
        model.last.bias.mul_(3)
    assert steepness(model, z).bound > 1.5


def test_an_encoder_takes_the_place_of_the_table_of_codes(tmp_path: Path) -> None:
    planes = {"latent_dim": 4, "channels": 4, "growth": (8, 8), "width": 16, "encoder": (4, 8), "encoder_hidden": 16}
    settings = config(method="triplane", model=planes, steps=120, data={"near": 0.7, "sharp": 0.3, "surface": 200})
    pieces = sphere_pieces(tmp_path / "data", RADII)
    report = run(DistanceTask(settings, load_distances(pieces, settings), pieces), tmp_path / "balls")
    assert report.losses["distance"] < 0.03
    model, space = load_model(tmp_path / "balls"), load_space(tmp_path / "balls")
    sizes = [radius(model, torch.from_numpy(code)) for code in space.codes]
    assert sizes == sorted(sizes)
    again = DistanceTask(settings, load_distances(pieces, settings), pieces)
    assert again.objective().codes is None
    assert set(again.batch(np.random.default_rng(0), 0)) == {"shape", "points", "sdf", "surface", "ramp"}


def test_a_run_may_start_from_trained_weights_and_says_so(trained: Path, tmp_path: Path) -> None:
    settings = config(start=str(trained), steps=3, lr=1e-9)
    pieces = sphere_pieces(tmp_path / "data", RADII)
    task = DistanceTask(settings, load_distances(pieces, settings), pieces)
    before = load_model(trained).state_dict()
    for name, value in task.objective().model.state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=0)
    run(task, tmp_path / "further")
    for name, value in load_model(tmp_path / "further").state_dict().items():
        torch.testing.assert_close(value, before[name], rtol=0, atol=1e-6)
    start = json.loads((tmp_path / "further" / "card.json").read_text())["training"]["start"]
    assert (start["sha256"], start["training"]["steps"]) == (weights_hash(trained), 200)
    assert f"{weights_hash(trained)}), which had taken 200 steps" in (tmp_path / "further" / "card.md").read_text()


@pytest.mark.parametrize("card", [None, "{", '{"training": 5}', '{"training": {"steps": 3}}'])
def test_a_start_with_a_strange_card_is_named_by_its_hash(trained: Path, tmp_path: Path, card: str | None) -> None:
    start = tmp_path / "start"
    shutil.copytree(trained, start)
    (start / "card.json").unlink()
    if card is not None:
        (start / "card.json").write_text(card)
    pieces = sphere_pieces(tmp_path / "data", RADII)
    settings = config(start=str(start), steps=2)
    run(DistanceTask(settings, load_distances(pieces, settings), pieces), tmp_path / "further")
    assert f"{weights_hash(start)})." in (tmp_path / "further" / "card.md").read_text()


def test_weights_of_another_build_or_of_nothing_are_no_start(trained: Path, tmp_path: Path) -> None:
    pieces = sphere_pieces(tmp_path / "data", RADII)
    for start, words in ((trained, "built differently"), (tmp_path / "nothing", "no model .* to start from")):
        settings = config(start=str(start), model={"width": 24, "layers": 3, "latent_dim": 4, "octaves": 0})
        with pytest.raises(ModelError, match=words):
            DistanceTask(settings, load_distances(pieces, settings), pieces).objective()
