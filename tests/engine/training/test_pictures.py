import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import DataError, ModelError
from engine.models.checkpoint import load_model, load_space, weights_hash
from engine.models.pretrained import MAP_CHANNELS, MAP_SIDE, POOLED
from engine.training import picture_task
from engine.training.config import TrainConfig
from engine.training.distance_task import DistanceTask
from engine.training.distances import load_distances
from engine.training.features import CHANGED_COPIES, FILE, Features, picture_stamp, piece_features
from engine.training.loop import run
from engine.training.picture_task import PictureTask
from engine.training.pictures import PictureSet, load_pictures
from engine.training.pieces import Piece

sys.path.insert(0, str(Path(__file__).parent))
from spheres import sphere_pieces

RADII = (0.4, 0.8)


def random_features(seed: int) -> Features:
    draw = np.random.default_rng(seed)
    own = draw.standard_normal(POOLED)
    views = 6
    return Features(
        (own + 0.05 * draw.standard_normal((views, POOLED))).astype(np.float16),
        draw.standard_normal((views, MAP_CHANNELS, MAP_SIDE, MAP_SIDE)).astype(np.float16),
        np.array([True, True, False, False, False, False]),
        np.array([False, True] * 3),
        0,
    )


def save_features(piece: Piece, features: Features) -> None:
    np.savez(
        piece.folder / FILE, pooled=features.pooled, map=features.map, catalogue=features.catalogue,
        mirrored=features.mirrored, plain=np.array(features.plain), stamp=np.array(picture_stamp(piece)),
    )  # fmt: skip


@pytest.fixture
def pieces(tmp_path: Path) -> list[Piece]:
    found = sphere_pieces(tmp_path / "data", RADII)
    for number, piece in enumerate(found):
        save_features(piece, random_features(number))
    return found


def occupancy(**fields: object) -> TrainConfig:
    model = {"latent_dim": 4, "hidden": 24, "blocks": 2, "head_hidden": 16, "map_channels": 0, "dropout": 0.0}
    values = {"id": "o", "method": "occnet", "steps": 120, "shapes": 2, "points": 256, "lr": 1e-2, "warmup": 5, "ema": 0.9}
    return TrainConfig(**values | {"model": model, "validate_every": 60} | fields)


def test_an_occupancy_network_tells_the_pictures_apart(pieces: list[Piece], tmp_path: Path) -> None:
    settings = occupancy()
    data = load_pictures(pieces, settings, occupancy=True)
    report = run(PictureTask(settings, data, pieces, held_out=data), tmp_path / "o")
    assert report.validation["val_iou"] > 0.75
    assert report.validation["val_error"] == pytest.approx(1 - report.validation["val_iou"])
    model, space = load_model(tmp_path / "o"), load_space(tmp_path / "o")
    cube = torch.rand(20_000, 3) * 2 - 1
    sizes = []
    for code in space.codes:
        field = model.decode(torch.from_numpy(code.copy()))
        assert not isinstance(field, torch.Tensor)
        sizes.append(float((field(cube) < 0).float().mean()))
    assert sizes[0] < 0.4 * sizes[1]


def test_point_sets_have_the_sizes_of_the_spheres(pieces: list[Piece], tmp_path: Path) -> None:
    model = {"picture_dim": 6, "random_dim": 2, "points": 64, "hidden": 32, "head_hidden": 16, "map_channels": 0,
             "dropout": 0.0, "picture_noise": 0.0, "emd_points": 32}  # fmt: skip
    settings = TrainConfig(id="p", method="psgn", steps=100, shapes=2, points=128, lr=5e-3, warmup=5, ema=0.9, model=model)
    run(PictureTask(settings, load_pictures(pieces, settings, occupancy=False), pieces, None), tmp_path / "p")
    loaded, space = load_model(tmp_path / "p"), load_space(tmp_path / "p")
    for code, radius in zip(space.codes, RADII, strict=True):
        points = loaded.decode(torch.from_numpy(code.copy()))
        assert isinstance(points, torch.Tensor)
        assert float(points.norm(dim=1).mean()) == pytest.approx(radius, abs=0.12)


def test_keeping_the_best_weights_saves_those_and_not_the_last(pieces: list[Piece], tmp_path: Path) -> None:
    settings = occupancy(steps=40, validate_every=20, keep="best")
    task = PictureTask(settings, load_pictures(pieces, settings, occupancy=True), pieces, None)
    errors = iter([0.1, 0.9])
    kept: list[dict[str, torch.Tensor]] = []

    def validate(objective: torch.nn.Module) -> dict[str, float]:
        kept.append({name: value.clone() for name, value in objective.state_dict().items()})
        return {"error": next(errors)}

    task.validate = validate  # type: ignore[method-assign]
    run(task, tmp_path / "o")
    saved = load_model(tmp_path / "o").state_dict()
    assert torch.equal(saved["last.weight"], kept[0]["model.last.weight"])
    assert not torch.equal(saved["last.weight"], kept[1]["model.last.weight"])


def test_mirrored_pictures_come_with_mirrored_shapes(tmp_path: Path) -> None:
    features = random_features(0)
    half = np.column_stack([np.linspace(0.1, 0.9, 50), np.zeros(50), np.zeros(50), -np.ones(50)]).astype(np.float32)
    settings = occupancy(shapes=1, points=40)
    data = PictureSet([features], [half], [half], [half], [half[:, :3]], settings)
    seen = set()
    for number in range(30):
        batch = data.batch(np.random.default_rng(number))
        rows = np.flatnonzero((features.pooled.astype(np.float32) == batch["pooled"].numpy()).all(axis=1))
        mirrored = bool(features.mirrored[rows[0]])
        seen.add(mirrored)
        for points in (batch["points"], batch["surface"]):
            assert bool((points[..., 0] < 0).all()) == mirrored
            assert bool((points[..., 0] > 0).all()) != mirrored
        assert bool((batch["occupied"] == 1).all())
    assert seen == {True, False}


def put_item(folder: Path, source: str = "s", own_picture: bool = False) -> Piece:
    """An item with two renders, the second of which shows nothing, and a picture."""
    from PIL import Image

    folder.mkdir()
    (folder / "meta.json").write_text(
        '{"id": "a#b", "name": "Box", "category": "chair", "licence": "CC0-1.0", "creator": "x", "source": "SOURCE",'
        ' "split": "train", "triangles": 12, "watertight": true, "size_cm": [1, 1, 1], "longest_edge": 1, "sheet_fraction": 0,'
        ' "buried_fraction": 0, "sign_confidence": 1, "seed": 3, "settings_hash": "h", "format_version": 1}'.replace(
            "SOURCE", source
        )
    )
    draw = np.random.default_rng(0)
    rgba = np.zeros((128, 128, 4), np.uint8)
    rgba[30:90, 20:80] = [200, 40, 40, 255]
    rgba[30:50, 20:40, :3] = 255 - draw.integers(0, 50, (20, 20, 3))
    rgb, mask = np.full((3, 128, 128, 3), 90, np.uint8), np.zeros((3, 128, 128), np.uint8)
    rgb[0, 20:100, 50:70] = mask[0, 20:100, 50:70] = 255
    rgb[2, 40:100, 30:90] = mask[2, 40:100, 30:90] = 255
    picture = np.dstack([rgb[0], mask[0]]) if own_picture else rgba
    Image.fromarray(picture).save(folder / "picture.png")
    np.savez(folder / "renders.npz", rgb=rgb, mask=mask)
    return Piece(folder, "a#b", "Box", "chair", source=source)


def test_features_are_computed_once_from_all_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    piece = put_item(tmp_path / "item")
    first = piece_features(piece)
    pictures = 1 + CHANGED_COPIES + 2
    assert first.pooled.shape == (2 * pictures, POOLED)  # (catalogue + changed + two renders that show something) x 2
    assert first.map.shape == (2 * pictures, MAP_CHANNELS, MAP_SIDE, MAP_SIDE)
    assert first.catalogue.tolist() == [True] * 2 * (1 + CHANGED_COPIES) + [False] * 4
    assert first.mirrored.tolist() == [False, True] * pictures
    assert first.plain == 0
    assert not np.allclose(first.pooled[0], first.pooled[1], atol=1e-2)  # this picture differs from its mirror image
    changed = first.pooled[2 : 2 * (1 + CHANGED_COPIES) : 2].astype(np.float32)
    assert (np.abs(changed - first.pooled[0]).max(axis=1) > 0.05).all()

    def fail(_: torch.Tensor) -> None:
        raise AssertionError("computed again")

    with monkeypatch.context() as patch:
        patch.setattr("engine.training.features.picture_features", fail)
        np.testing.assert_array_equal(piece_features(piece).pooled, first.pooled)
    fewer = piece_features(piece, renders=1)
    assert len(fewer.pooled) == 2 * (1 + CHANGED_COPIES + 1)
    with np.load(piece.folder / "renders.npz") as stored:
        np.savez(piece.folder / "renders.npz", rgb=255 - stored["rgb"], mask=stored["mask"])
    redrawn = piece_features(piece, renders=1)  # other pictures: what was kept does not hold any more
    assert not np.allclose(redrawn.pooled[-2], fewer.pooled[-2], atol=1e-2)
    (piece.folder / "picture.png").unlink()
    with pytest.raises(DataError, match="damaged"):
        piece_features(piece)


@pytest.mark.parametrize(("source", "own_picture"), [("generated", False), ("folder", True)])
def test_an_own_render_is_no_catalogue_picture(tmp_path: Path, source: str, own_picture: bool) -> None:
    features = piece_features(put_item(tmp_path / "item", source, own_picture))
    assert features.catalogue.tolist() == [False] * 4
    assert features.plain == 0
    plane = np.array([[0.1, 0.2, 0.3, -1.0]], np.float32)
    data = PictureSet([features], [plane], [plane], [plane], [plane[:, :3]], occupancy(shapes=1, points=8))
    seen = set()
    for number in range(20):
        pooled = data.batch(np.random.default_rng(number))["pooled"].numpy()
        seen.update(np.flatnonzero((features.pooled.astype(np.float32) == pooled).all(axis=1)).tolist())
    assert seen == {0, 1, 2, 3}


def test_a_picture_model_starts_from_a_decoder_and_gives_its_codes(
    tmp_path: Path, pieces: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    planes = {"latent_dim": 4, "channels": 4, "growth": (8, 8), "width": 16, "encoder": (4, 8), "encoder_hidden": 16}
    balls = TrainConfig(
        id="balls", method="triplane", categories=("chair",), model=planes, steps=150, shapes=2, points=128, lr=5e-3, ema=0.9
    )
    run(DistanceTask(balls, load_distances(pieces, balls), pieces), tmp_path / "balls")
    settings = TrainConfig(
        id="pictures", method="picture-planes", categories=("chair",), start=str(tmp_path / "balls"), steps=150, shapes=2,
        points=64, lr=5e-3, ema=0.9, warmup=5, model={"head_hidden": 16, "map_channels": 2, "dropout": 0.0},
    )  # fmt: skip
    monkeypatch.setattr(picture_task, "find_pieces", lambda *_, generated=False: [] if generated else pieces)
    report = run(PictureTask.load(settings, tmp_path), tmp_path / "pictures")
    assert report.losses["iou"] > 0.8
    model, space = load_model(tmp_path / "pictures"), load_space(tmp_path / "pictures")
    before = load_model(tmp_path / "balls")
    z, points = torch.from_numpy(space.codes[1]), torch.rand(200, 3) * 2 - 1
    torch.testing.assert_close(model.decode(z)(points), before.decode(z)(points))
    start = json.loads((tmp_path / "pictures" / "card.json").read_text())["training"]["start"]
    assert (start["name"], start["sha256"], start["training"]["steps"]) == ("balls", weights_hash(tmp_path / "balls"), 150)
    with pytest.raises(ModelError, match="no model nowhere to start from"):
        PictureTask.load(settings.model_copy(update={"start": "nowhere"}), tmp_path)
    more = settings.model_copy(update={"data": settings.data.model_copy(update={"generated": {"chair": 3}})})
    with pytest.raises(DataError, match=r"Only 0 of 3 generated pieces of chair"):
        PictureTask.load(more, tmp_path)
