import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
for name in ("PySide6", "qtpy", "vtk", "vtkmodules", "pyvista", "pyvistaqt", "igl", "embreex", "trimesh"):
    sys.modules[name] = None  # importing it raises ImportError
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from spheres import sphere_pieces
import torch
torch.set_num_threads(1)
import engine.training.features, engine.training.fit, engine.training.picture_task
from engine.training.config import TrainConfig
from engine.training.distance_task import DistanceTask
from engine.training.distances import load_distances
from engine.training.loop import run
root = Path(sys.argv[2])
pieces = sphere_pieces(root / "data", (0.4, 0.8), count=200)
config = TrainConfig(id="balls", method="deepsdf", steps=3, shapes=2, points=16, model={"width": 8, "layers": 1})
assert run(DistanceTask(config, load_distances(pieces, config), pieces), root / "balls").finished
"""


def test_training_runs_where_neither_qt_nor_vtk_nor_libigl_is_installed(tmp_path: Path) -> None:
    here = Path(__file__).parent
    subprocess.run([sys.executable, "-c", PROGRAM, str(here), str(tmp_path)], check=True, cwd=here.parents[2])
