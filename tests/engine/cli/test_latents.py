import json
from pathlib import Path

import numpy as np
import pytest

from engine.api import Engine, Latent
from engine.cli.latents import read_latent, read_latent_file, write_latent
from engine.errors import FileError, ModelError


@pytest.fixture
def engine(sphere_models: Path) -> Engine:
    return Engine(roots=(sphere_models,))


def test_mean_is_the_mean_of_the_training_codes(engine: Engine) -> None:
    assert read_latent(engine, "spheres", "mean").values == pytest.approx((1 / 30, 0), abs=1e-6)


@pytest.mark.parametrize("spec", ["train:Test#large", "train:2"])
def test_training_shapes_by_id_and_index(engine: Engine, spec: str) -> None:
    assert read_latent(engine, "spheres", spec).values == pytest.approx((0.2, -1.0))


def test_training_shapes_by_name_whatever_the_case(engine: Engine) -> None:
    assert read_latent(engine, "spheres", "train:small BALL").values == pytest.approx((-0.1, 0.0))


def test_an_ambiguous_name_lists_the_ids(engine: Engine) -> None:
    with pytest.raises(ModelError, match="Test#middle, Test#large"):
        read_latent(engine, "spheres", "train:Ball")


def test_an_unknown_name_suggests_near_ones(engine: Engine) -> None:
    with pytest.raises(ModelError, match="Small ball"):
        read_latent(engine, "spheres", "train:Smal bal")


def test_an_index_beyond_the_end_says_how_many_there_are(engine: Engine) -> None:
    with pytest.raises(ModelError, match="3 training shapes, 0 to 2"):
        read_latent(engine, "spheres", "train:3")


def test_random_codes_depend_on_the_seed_alone(engine: Engine) -> None:
    first, again, other = (read_latent(engine, "spheres", f"random:{seed}") for seed in (7, 7, 8))
    assert first == again != other
    assert first == engine.space("spheres").random_code(7)


@pytest.mark.parametrize("spec", ["random:", "random:x", "random:-1", "middle", "", "train"])
def test_nonsense_is_refused(engine: Engine, spec: str) -> None:
    with pytest.raises(ModelError):
        read_latent(engine, "spheres", spec)


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_files_come_back_as_written(engine: Engine, tmp_path: Path, suffix: str) -> None:
    latent = Latent("spheres", (0.5, -0.25))
    write_latent(latent, tmp_path / "deep" / f"code{suffix}")
    assert read_latent(engine, "spheres", str(tmp_path / "deep" / f"code{suffix}")) == latent


def test_the_json_form_is_the_documented_one(tmp_path: Path) -> None:
    write_latent(Latent("spheres", (0.5,)), tmp_path / "code.json")
    written = json.loads((tmp_path / "code.json").read_text())
    assert written == {"format": "shape-studio/latent", "version": 1, "model": "spheres", "values": [0.5]}


def test_a_code_of_another_model_is_refused(engine: Engine, tmp_path: Path) -> None:
    write_latent(Latent("pictured", (0.5, 0.5)), tmp_path / "code.json")
    with pytest.raises(ModelError, match="a code of pictured, not of spheres"):
        read_latent(engine, "spheres", str(tmp_path / "code.json"))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"values": [1]}',
        '{"format": "shape-studio/latent", "model": "m", "values": []}',
        '{"format": "shape-studio/latent", "model": "m", "values": [1, "x"]}',
        '{"format": "shape-studio/latent", "model": "m", "values": [NaN]}',
        '{"format": "shape-studio/latent", "model": "m", "values": [[1]]}',
        '{"format": "shape-studio/latent", "model": 3, "values": [1]}',
    ],
)
def test_damaged_json_is_refused_with_its_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "code.json").write_text(content)
    with pytest.raises(FileError, match=r"code\.json"):
        read_latent_file(tmp_path / "code.json")


def test_damaged_safetensors_are_refused(tmp_path: Path) -> None:
    (tmp_path / "code.safetensors").write_bytes(b"\x08" * 64)
    with pytest.raises(FileError, match="no latent file"):
        read_latent_file(tmp_path / "code.safetensors")


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_a_missing_file_is_called_missing(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(FileError, match="There is no file"):
        read_latent_file(tmp_path / f"none{suffix}")


def test_a_folder_is_no_latent_file(tmp_path: Path) -> None:
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(FileError):
        read_latent_file(tmp_path / "folder.json")


def test_unknown_suffixes_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"\.json or \.safetensors"):
        write_latent(Latent("spheres", (0.5,)), tmp_path / "code.npy")
    assert not np.any([list(tmp_path.iterdir())])
