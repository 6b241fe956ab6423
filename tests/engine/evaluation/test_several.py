"""Several answers to one picture: closed forms for spread, hidden share and correlation; models that use their seed or not."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest
import torch
import trimesh
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr
from torch import Tensor, nn

from engine.cli.program import OK, USER_ERROR, run
from engine.data.lens import aim, frame
from engine.data.rays import Rays
from engine.data.render import render_views
from engine.data.store import Item, list_items, write_arrays
from engine.errors import DataError, ModelError
from engine.evaluation.hidden import hidden_share, stored_cameras
from engine.evaluation.predict import Asking
from engine.evaluation.several import (
    Asked,
    Plan,
    Several,
    View,
    ask_pieces,
    correlation,
    rank_correlation,
    spread_of,
)
from engine.evaluation.workers import Inline
from engine.models import MODELS
from engine.models.base import ModelConfig, ShapeModel
from engine.models.checkpoint import save_model

STEP = 0.01


class LatticeConfig(ModelConfig):
    method: Literal["lattice"] = "lattice"


class Lattice(ShapeModel):
    """Points 0.2 apart; seed k moves them by k small steps, longer ones for brighter pictures."""

    title: ClassVar[str] = "Lattice"
    output: ClassVar[Literal["surface", "points"]] = "points"
    Config: ClassVar[type[ModelConfig]] = LatticeConfig
    samples = True

    def __init__(self, config: LatticeConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_dim = 2
        self.step = nn.Parameter(torch.tensor(STEP))

    def decode(self, z: Tensor) -> Tensor:
        ticks = torch.linspace(-0.6, 0.6, 7)
        points = torch.cartesian_prod(ticks, ticks, ticks)
        return points + z[0] * z[1] * torch.tensor([self.step.item(), 0, 0])

    def encode_pictures(self, rgb: Tensor, seed: int = 0) -> Tensor:
        return torch.tensor([[float(seed), float(rgb.mean())]]).expand(len(rgb), 2)

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        raise NotImplementedError


@pytest.fixture
def asking(sphere_models: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Where "lattice" is beside the sphere models."""
    monkeypatch.setitem(MODELS, "lattice", f"{__name__}:Lattice")
    labels = {"names": ["A"], "ids": ["a"], "categories": ["chair"]}
    config = LatticeConfig(method="lattice", categories=("chair",))
    save_model(sphere_models / "lattice", Lattice(config), np.zeros((1, 2), np.float32), labels, {"id": "lattice"}, {})
    return Asking("cpu", (sphere_models,))


@pytest.fixture
def filmed(data: Path, tmp_path: Path) -> Path:
    """The miniature data set, its test box with renders that have cameras; the ball keeps one without."""
    root = tmp_path / "filmed"
    shutil.copytree(data, root)
    (box,) = (item for item in list_items(root, splits=("test",)) if "tall" in item.id)
    vertices, faces = box.skin
    views = render_views(vertices, faces, np.full((len(faces), 3), 0.5), seed=3, views=6, side=64)
    write_arrays(box.folder / "renders.npz", views.arrays())
    return root


def test_the_spread_is_the_mean_over_all_pairs() -> None:
    grid = np.stack(np.meshgrid(*[np.arange(4.0)] * 3), axis=-1).reshape(-1, 3)
    clouds = [(grid + np.array([0.01 * k, 0, 0])).astype(np.float32) for k in range(5)]
    assert spread_of(clouds) == pytest.approx(0.01 * (5 + 1) / 3, rel=1e-4)  # the mean of |i - j|
    assert spread_of([clouds[0], clouds[0]]) == 0


@pytest.mark.parametrize("distance", [2.0, 5.0])
def test_of_a_ball_a_camera_sees_a_cap(distance: float) -> None:
    ball = trimesh.creation.icosphere(subdivisions=5)
    points = np.random.default_rng(0).normal(size=(20_000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    camera = frame(aim(30, 20, distance), ball.vertices, 0.9)
    hidden = hidden_share(0.9995 * points, points, camera, Rays(0.998 * ball.vertices, ball.faces))
    assert hidden == pytest.approx((1 + 1 / distance) / 2, abs=0.01)
    half_outside = replace(camera, centre=camera.centre + np.array([camera.half, 0]))
    assert hidden_share(points, points, half_outside, Rays(0.998 * ball.vertices, ball.faces)) > hidden + 0.1


def test_what_stands_before_something_hides_it() -> None:
    plate = trimesh.creation.box((1, 1, 0.004))
    behind = plate.copy().apply_translation([0, 0, -0.5])
    both = trimesh.util.concatenate([plate, behind])
    rng = np.random.default_rng(0)
    points = np.column_stack([rng.uniform(-0.45, 0.45, (1000, 2)), np.full(1000, 0.002)])
    normals = np.tile([0.0, 0, 1], (1000, 1))
    camera = frame(aim(0, 0, 5), both.vertices, 0.9)
    assert hidden_share(points, normals, camera, Rays(both.vertices, both.faces)) == 0
    assert hidden_share(points, -normals, camera, Rays(both.vertices, both.faces)) == 1  # the back of the thin plate
    assert hidden_share(points - [0, 0, 0.5], normals, camera, Rays(both.vertices, both.faces)) == 1
    assert hidden_share(points - [0, 0, 0.5], normals, camera, Rays(behind.vertices, behind.faces)) == 0


def test_ranks_correlate_as_in_scipy() -> None:
    a, b = np.random.default_rng(0).integers(0, 9, (2, 40)).astype(float)
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a, b).statistic)
    assert rank_correlation(a, np.exp(a)) == pytest.approx(1)
    assert math.isnan(rank_correlation(a, np.ones(40)))


def test_the_interval_resamples_whole_groups() -> None:
    rng = np.random.default_rng(0)
    # Copies of one pair say no more than one of them, so the interval must not shrink with their number.
    single = [rng.normal(size=(1, 2)) for _ in range(12)]
    plain, copied = correlation(single), correlation([np.repeat(pair, 50, axis=0) for pair in single])
    assert (copied.value, copied.low, copied.high) == pytest.approx((plain.value, plain.low, plain.high))
    assert plain.low < plain.value < plain.high
    linked = correlation([np.column_stack([x := rng.normal(size=8), x + 0.1 * rng.normal(size=8)]) for _ in range(6)])
    assert linked.certain
    assert not replace(linked, pieces=4).certain
    assert math.isnan(correlation(single[:1]).low)
    assert correlation([]).pieces == 0


def test_other_pieces_cannot_bring_about_the_correlation_inside_each() -> None:
    def piece(level: float) -> Asked:  # inside a piece the spread falls, from piece to piece it rises
        views = tuple(View(k, level + 0.01 * k, level - 0.01 * k) for k in range(5))
        return Asked(str(level), "", "chair", 9, 0.3, 0.1, (0.5, 0.4, 0.6), views)

    found = Several("m", 3, (*(piece(level) for level in (0.1, 0.3, 0.5, 0.7, 0.9)), Asked("x", "", "chair", reason="blank")))
    numbers = found.numbers
    assert numbers["openness"].value > 0.8
    assert (numbers["openness_within"].value, numbers["openness_within"].high) == pytest.approx((-1, -1))
    assert (numbers["mean"], numbers["best"]) == pytest.approx((0.5, 0.4))
    assert (numbers["gain"].value, numbers["gain"].pieces) == (pytest.approx(-0.1), 5)
    assert numbers["above_floor"].certain
    assert (found.renders, found.without_cameras, len(found.answered)) == (25, 0, 5)


def test_each_piece_is_asked_with_every_seed(asking: Asking, filmed: Path) -> None:
    found = ask_pieces("lattice", Plan(filmed, 4, views=3), asking, Inline())
    ball, box = sorted(found.pieces, key=lambda piece: piece.item)
    item = next(item for item in list_items(filmed, splits=("test",)) if item.id == ball.item)
    surface = item.surface[0].astype(np.float64)
    unit = float(np.ptp(surface, axis=0).max())
    move = ball.spread * unit / ((4 + 1) / 3)  # of one step
    assert 0 < move < STEP
    points = Lattice(LatticeConfig()).decode(torch.zeros(2)).numpy().astype(np.float64)
    for seed, distance in enumerate(ball.distances):
        far = cdist(points + np.array([seed * move, 0, 0]), surface)
        assert distance * unit == pytest.approx((far.min(axis=0).mean() + far.min(axis=1).mean()) / 2, rel=1e-3)
    assert len(ball.distances) == 4
    assert ball.points == 343
    # Points spread evenly over a unit sphere with density n lie 1 / (2 sqrt n) from the nearest of another such set.
    assert ball.floor * unit == pytest.approx(0.5 / math.sqrt(343 / (4 * math.pi)), rel=0.15)
    assert ball.views is None
    assert found.without_cameras == 1
    assert box.views is not None
    assert [view.number for view in box.views] == [0, 2, 4]
    assert all(0.4 < view.hidden < 0.9 for view in box.views)  # of a box one to three of six sides are seen
    assert len({view.spread for view in box.views}) == 3
    assert [piece.reason for piece in found.pieces] == ["", ""]
    assert len(ask_pieces("lattice", Plan(filmed, 2, limit=1, views=1), asking, Inline()).pieces) == 1


def test_a_model_that_ignores_its_seed_does_not_rise_above_the_floor(asking: Asking, data: Path) -> None:
    found = ask_pieces("pictured", Plan(data, 2, categories=("chair",)), replace(asking, seed=1), Inline())
    ball = next(piece for piece in found.pieces if "ball" in piece.item)
    assert ball.points == 1024
    assert ball.spread == pytest.approx(ball.floor, rel=0.15)  # another sampling of the same ball each time
    assert found.numbers["gain"].value == pytest.approx(0, abs=2e-3)


def test_a_piece_whose_picture_is_blank_is_counted(asking: Asking, filmed: Path) -> None:
    from PIL import Image

    box = next(item for item in list_items(filmed, splits=("test",)) if "tall" in item.id)
    Image.new("RGBA", (64, 64), (255, 255, 255, 0)).save(box.folder / "picture.png")
    found = ask_pieces("lattice", Plan(filmed, 2), asking, Inline())
    assert [bool(piece.reason) for piece in found.pieces] == ["tall" in piece.item for piece in found.pieces]
    assert len(found.answered) == 1


def test_cameras_are_read_as_they_were_stored(filmed: Path) -> None:
    ball, box = sorted(list_items(filmed, splits=("test",)), key=lambda item: item.id)
    assert stored_cameras(ball) is None
    cameras = stored_cameras(Item(box.folder))
    assert cameras is not None
    assert len(cameras) == 6
    for camera, mask in zip(cameras, box.renders["mask"], strict=True):
        low, high = camera.project(box.skin[0]).min(axis=0), camera.project(box.skin[0]).max(axis=0)
        columns = np.flatnonzero(mask.any(axis=0))
        expected = np.clip([low[0], high[0]], -1, 1)
        assert [columns[0] / 32 - 1, (columns[-1] + 1) / 32 - 1] == pytest.approx(expected, abs=0.07)


def test_what_cannot_be_asked_is_refused(asking: Asking, data: Path) -> None:
    with pytest.raises(ModelError, match="one answer to each picture"):
        ask_pieces("dotted", Plan(data), asking, Inline())
    with pytest.raises(ModelError, match="at least two"):
        ask_pieces("lattice", Plan(data, 1), asking, Inline())
    with pytest.raises(DataError, match="no val pieces"):
        ask_pieces("lattice", Plan(data, split="val"), asking, Inline())


def test_the_command_prints_and_writes(
    asking: Asking, filmed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["several", "lattice", "--draws", "3", "--views", "2", "--data", str(filmed), "--workers", "0", "--device", "cpu"]
    assert run([*words, "--out", str(tmp_path / "several.json"), "--json"]) == OK
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "several.json").read_text())
    assert (printed["draws"], printed["split"], len(printed["pieces"])) == (3, "test", 2)
    everything = printed["categories"]["all"]
    assert set(printed["meanings"]) < set(everything)
    assert (everything["without_cameras"], everything["renders"], everything["openness"]["pieces"]) == (1, 2, 1)
    assert run(words) == OK
    text = capsys.readouterr().out
    assert "1 of 2 pieces have renders without cameras" in text
    assert "openness within" in text
    assert run(["several", "dotted", "--data", str(filmed)]) == USER_ERROR
