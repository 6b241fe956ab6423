"""Two processes that share a batch take the same path as one that has it whole."""

import json
import os
import subprocess
import sys
from pathlib import Path

import torch

PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from spheres import sphere_pieces
import torch
torch.set_num_threads(1)
from engine.training.config import TrainConfig
from engine.training.distance_task import DistanceTask
from engine.training.distances import load_distances
from engine.training.loop import run
root, out, shapes = Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
from engine.training.pieces import Piece
folders = sorted((root / "data").iterdir())
pieces = [Piece(folder, f"ball#{n}", f"Ball {n}", "chair", "CC0-1.0") for n, folder in enumerate(folders)]
planes = {"latent_dim": 4, "channels": 4, "growth": (8, 8), "width": 16, "encoder": (4, 8), "encoder_hidden": 16}
config = TrainConfig(
    id="balls", method="triplane", steps=25, shapes=shapes, points=64, lr=5e-3, warmup=3, model=planes, data={"surface": 100},
)
run(DistanceTask(config, load_distances(pieces, config), pieces), out)
"""


def test_two_processes_agree_with_one(tmp_path: Path) -> None:
    here = Path(__file__).parent
    sys.path.insert(0, str(here))
    from spheres import sphere_pieces

    sphere_pieces(tmp_path / "data", (0.3, 0.45, 0.6, 0.8), count=400)
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    program = [str(tmp_path / "program.py"), str(here), str(tmp_path)]
    subprocess.run([sys.executable, *program, str(tmp_path / "one"), "4"], check=True, cwd=here.parents[2])
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    own = os.environ | {"ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}  # no GPU, where there is one
    subprocess.run([*launch, *program, str(tmp_path / "two"), "2"], check=True, cwd=here.parents[2], env=own)
    one, two = (torch.load(tmp_path / name / "training" / "checkpoint.pt", weights_only=True) for name in ("one", "two"))
    assert [json.loads((tmp_path / name / "card.json").read_text())["training"]["processes"] for name in ("one", "two")] == [
        1,
        2,
    ]
    assert one["step"] == two["step"] == 25
    for name, value in one["weights"].items():
        torch.testing.assert_close(two["weights"][name], value, rtol=1e-3, atol=1e-4)
