import json
from pathlib import Path

import pytest

from engine.errors import FileError, ModelError
from engine.models.checkpoint import build_model
from engine.models.deepsdf import DeepSDFConfig
from engine.training.config import TrainConfig, read_config, shipped_configs


@pytest.mark.parametrize("name", ["deepsdf", "occnet", "psgn"])
def test_shipped_configurations_build_their_model(name: str) -> None:
    assert name in shipped_configs()
    config = read_config(name)
    model = build_model(config.method, {"categories": config.categories, **config.model})
    assert model.config.categories[:4] == ("chair", "table", "sofa", "lamp")
    assert len(model.config.categories) == (12 if name == "psgn" else 4)
    assert config.id == f"{name}-furniture"


def test_the_published_deepsdf_can_be_trained_by_name() -> None:
    config = read_config("deepsdf-paper")
    model = build_model(config.method, {"categories": config.categories, **config.model})
    assert model.config == DeepSDFConfig.paper(("chair",)).model_copy(update={"dropout": 0.0})
    assert config.data.pieces == 10


def test_the_ablation_of_point_sets_differs_in_the_draws_alone() -> None:
    config, one = read_config("psgn"), read_config("psgn-one")
    assert one.model["draws"] == 1 < config.model["draws"]
    assert one == config.model_copy(update={"id": "psgn-furniture-one", "model": config.model | {"draws": 1}})


def test_files_are_read_and_changes_win(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('id = "a"\nmethod = "psgn"\nsteps = 7\n[data]\nmirror = false\n')
    (tmp_path / "b.json").write_text(json.dumps({"id": "b", "method": "deepsdf", "model": {"width": 9}}))
    assert read_config(tmp_path / "a.toml", steps=9, seed=None).steps == 9
    assert read_config(tmp_path / "a.toml").data.mirror is False
    assert read_config(str(tmp_path / "b.json")).model == {"width": 9}


@pytest.mark.parametrize(
    ("name", "text", "error", "words"),
    [
        ("a.toml", "steps = ", FileError, "not valid TOML"),
        ("a.json", "{", FileError, "not valid TOML or JSON"),
        ("a.json", "[1]", FileError, "not valid"),
        ("a.toml", 'id = "a"\nmethod = "magic"', ModelError, "magic is not a method"),
        ("a.toml", 'id = "a"\nmethod = "psgn"\nwings = 2', ModelError, "field wings"),
        ("a.toml", 'id = "a"\nmethod = "psgn"\nsteps = 0', ModelError, "field steps"),
        ("a.toml", 'id = "../a"\nmethod = "psgn"', ModelError, "field id"),
    ],
)
def test_bad_files_are_refused_in_words(tmp_path: Path, name: str, text: str, error: type[Exception], words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(error, match=words):
        read_config(tmp_path / name)


def test_a_missing_file_names_what_there_is() -> None:
    with pytest.raises(FileError, match=r"deepsdf, deepsdf-paper, occnet, own, picture-planes, psgn, psgn-one, triplane"):
        read_config("nowhere.toml")


def test_the_rate_rises_then_falls_along_a_cosine() -> None:
    config = TrainConfig(id="a", method="psgn", steps=110, warmup=10, final_lr=0.2)
    rates = [config.rate(step) for step in range(111)]
    assert rates[:11] == sorted(rates[:11])
    assert rates[10] == pytest.approx(1.0)
    assert rates[60] == pytest.approx(0.6)  # half way down from 1 to 0.2
    assert rates[110] == pytest.approx(0.2)
    assert rates[10:] == sorted(rates[10:], reverse=True)
