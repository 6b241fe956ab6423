import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import ModelError
from engine.models.base import ShapeModel
from engine.models.checkpoint import list_models, load_model, load_space, principal_directions, read_info, save_model
from engine.models.deepsdf import DeepSDF, DeepSDFConfig
from engine.models.occnet import OccupancyConfig, OccupancyNetwork
from engine.models.psgn import PointSetConfig, PointSetGenerator
from engine.shapes import Latent


def models() -> dict[str, ShapeModel]:
    torch.manual_seed(0)
    return {
        "balls": DeepSDF(DeepSDFConfig(latent_dim=4, width=16, layers=2, categories=("chair", "lamp"))),
        "fields": OccupancyNetwork(OccupancyConfig(latent_dim=4, hidden=8, blocks=1, head_hidden=4, map_channels=1)),
        "clouds": PointSetGenerator(PointSetConfig(picture_dim=3, random_dim=1, points=16, hidden=8, head_hidden=4)),
    }


def save(folder: Path, model: ShapeModel, count: int = 5) -> np.ndarray:
    codes = np.random.default_rng(1).standard_normal((count, model.latent_dim)).astype(np.float32)
    names = [f"n{i}" for i in range(count)]
    labels = {"names": names, "ids": names, "categories": ["chair"] * count}
    save_model(folder, model, codes, labels, {"scores": {}}, {"card.md": "# card", "DATA-CREDITS": "nobody"})
    return codes


@pytest.mark.parametrize("name", ["balls", "fields", "clouds"])
def test_a_saved_model_comes_back_the_same(tmp_path: Path, name: str) -> None:
    model = models()[name].eval()
    codes = save(tmp_path / name, model)
    loaded = load_model(tmp_path / name)
    assert loaded.config == model.config
    assert not loaded.training
    assert not any(p.requires_grad for p in loaded.parameters())
    z = torch.from_numpy(codes[0])
    if model.output == "points":
        assert torch.equal(loaded.decode(z), model.decode(z))
    else:
        points = torch.rand(50, 3)
        assert torch.equal(loaded.decode(z)(points), model.decode(z)(points))
    np.testing.assert_array_equal(load_space(tmp_path / name).codes, codes)


def test_listing_reads_what_was_saved_and_passes_over_the_rest(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for name, model in models().items():
        save(second / name, model)
    save(first / "balls", models()["balls"], count=2)
    (second / "notes").mkdir()
    (second / "broken").mkdir()
    (second / "broken" / "config.json").write_text("{")
    (second / "broken" / "model.safetensors").write_bytes(b"")
    found = {info.id: info for info in list_models([first, second, tmp_path / "missing"])}
    assert list(found) == ["balls", "clouds", "fields"]
    assert found["balls"].folder == first / "balls"
    assert found["balls"].categories == ("chair", "lamp")
    assert (found["balls"].fits_shape, found["balls"].takes_picture, found["balls"].samples) == (True, False, False)
    assert (found["clouds"].fits_shape, found["clouds"].takes_picture, found["clouds"].samples) == (False, True, True)
    assert (found["fields"].output, found["clouds"].output) == ("surface", "points")
    assert found["balls"].parameters == models()["balls"].parameter_count


def test_models_of_one_kind_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    for name in ("balls", "my-balls"):
        save(tmp_path / name, models()["balls"])
    save(tmp_path / "clouds", models()["clouds"])
    titles = {info.id: info.title for info in list_models([tmp_path])}
    assert titles["balls"].startswith("balls · ")
    assert titles["my-balls"].startswith("my-balls · ")
    assert "·" not in titles["clouds"]


def test_listing_and_latent_spaces_need_no_torch(tmp_path: Path) -> None:
    save(tmp_path / "balls", models()["balls"])
    program = (
        "import sys; from pathlib import Path; from engine.models.checkpoint import list_models, load_space\n"
        "(info,) = list_models([Path(sys.argv[1])]); load_space(info.folder); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, cwd=Path(__file__).parents[3])


def spoil_config(folder: Path, **changes: object) -> None:
    values = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(values | changes))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda f: (f / "config.json").unlink(), "config.json is missing"),
        (lambda f: (f / "config.json").write_text("[1, 2"), "damaged"),
        (lambda f: (f / "model.safetensors").unlink(), "missing or damaged"),
        (lambda f: (f / "model.safetensors").write_bytes(b"\x00" * 30), "missing or damaged"),
        (lambda f: spoil_config(f, format=99), "newer version"),
        (lambda f: spoil_config(f, method="magic"), "does not know"),
        (lambda f: spoil_config(f, config={"width": 16, "wings": 2}), "damaged"),
        (lambda f: spoil_config(f, config={"latent_dim": 4, "width": 20, "layers": 2}), "damaged"),
        (lambda f: spoil_config(f, config={"latent_dim": 4, "width": 16, "layers": 3}), "do not fit"),
    ],
)
def test_damaged_folders_are_refused_in_words(tmp_path: Path, spoil: object, words: str) -> None:
    folder = tmp_path / "balls"
    save(folder, models()["balls"])
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(ModelError, match=words):
        load_model(folder)


def test_a_latent_space_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "balls"
    save(folder, models()["balls"])
    labels = json.loads((folder / "latents.json").read_text())
    (folder / "latents.json").write_text(json.dumps(labels | {"names": ["one"]}))
    with pytest.raises(ModelError, match="do not fit"):
        load_space(folder)
    (folder / "latents.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ModelError, match="missing or damaged"):
        load_space(folder)
    with pytest.raises(ModelError, match="missing"):
        read_info(tmp_path / "nowhere")


def test_principal_directions_recover_known_axes() -> None:
    draw = np.random.default_rng(0)
    axes = np.linalg.qr(draw.standard_normal((6, 6)))[0][:3]
    amounts = draw.standard_normal((4000, 3)) * [3.0, 1.0, 0.2]
    mean, directions, sigma = principal_directions((amounts @ axes + 5.0).astype(np.float32))
    assert directions.shape == (3, 6)
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-5)
    np.testing.assert_allclose(np.abs(directions @ axes.T), np.eye(3), atol=0.05)
    np.testing.assert_allclose(sigma, [3.0, 1.0, 0.2], rtol=0.05)
    np.testing.assert_allclose(mean, 5.0 + (amounts @ axes).mean(0), atol=1e-4)
    assert (np.take_along_axis(directions, np.abs(directions).argmax(1)[:, None], 1) > 0).all()


def test_sliders_rebuild_training_codes(tmp_path: Path) -> None:
    codes = save(tmp_path / "balls", models()["balls"], count=9)
    space = load_space(tmp_path / "balls")
    target = Latent("balls", tuple(codes[4].tolist()))
    rebuilt = space.moved(space.mean_code(), space.sliders(target))
    np.testing.assert_allclose(rebuilt.values, codes[4], atol=1e-5)
