"""A miniature data set whose right answers are known: boxes and a ball, made by the data pipeline's own parts."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.data.item import Settings, sample_field
from engine.data.sdf import prepare
from engine.data.store import Meta, item_folder, write_arrays, write_picture
from engine.shapes import Mesh

SETTINGS = Settings(near=600, space=200, surface=6000)
COUNT = 3000  # points in the volume


def _unit(mesh: trimesh.Trimesh) -> Mesh:
    vertices = mesh.vertices - mesh.bounds.mean(axis=0)
    return Mesh(vertices / np.linalg.norm(vertices, axis=1).max(), mesh.faces)


def _picture(kind: str, brightness: int) -> np.ndarray:
    """A box or a disc on transparent ground."""
    y, x = np.mgrid[:128, :128] - 63.5
    inside = (np.abs(x) < 30) & (np.abs(y) < 50) if kind == "box" else np.hypot(x, y) < 45
    picture = np.zeros((128, 128, 4), np.uint8)
    picture[inside] = (brightness, brightness // 2, 40, 255)
    return picture


def write_item(root: Path, name: str, split: str, mesh: Mesh, picture: np.ndarray, radius: float | None = None) -> None:
    """One prepared piece of the category "chair", seeded by its name."""
    seed = sum(name.encode())
    rng = np.random.default_rng(seed)
    skin = prepare(mesh, seed)
    longest = float(np.ptp(skin.vertices, axis=0).max())
    samples = sample_field(skin, SETTINGS, COUNT, 0.55 * longest, rng)
    if radius is not None:
        distance = np.linalg.norm(samples["volume_points"], axis=1) - radius
        samples["volume_sdf"] = distance.astype(np.float32)
    points, normals = skin.sample_surface(SETTINGS.surface, rng)
    folder = item_folder(root, "chair", f"Test#{name}")
    write_arrays(folder / "samples.npz", samples)
    write_arrays(folder / "surface.npz", {"points": points, "normals": normals})
    write_arrays(folder / "skin.npz", {"vertices": skin.vertices.astype(np.float32), "faces": skin.faces.astype(np.int32)})
    rgb = picture[None, :, ::-1]
    write_arrays(
        folder / "renders.npz", {"rgb": rgb[..., :3], "mask": rgb[..., 3], "azimuth": np.zeros(1), "elevation": np.zeros(1)}
    )
    write_picture(folder / "picture.png", picture)
    meta = Meta(
        f"Test#{name}", name, "chair", "CC0-1.0", "Someone", "Test", split, len(mesh.faces), True, (1.0, 1.0, 1.0), longest,
        0.0, 0.0, 1.0, seed, "0" * 12,
    )  # fmt: skip
    (folder / "meta.json").write_text(json.dumps(asdict(meta)))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Training: a ball, a low box, a tall box. Test: the same tall box, and a ball of radius 1 by formula."""
    root = tmp_path_factory.mktemp("data")
    ball = _unit(trimesh.creation.icosphere(subdivisions=3))
    low, tall = (_unit(trimesh.creation.box(size)) for size in ((1, 0.4, 1), (0.6, 1, 0.5)))
    write_item(root, "train ball", "train", ball, _picture("disc", 90))
    write_item(root, "train low", "train", low, _picture("disc", 220))
    write_item(root, "train tall", "train", tall, _picture("box", 160))
    write_item(root, "test tall", "test", tall, _picture("box", 160))
    write_item(root, "test ball", "test", ball, _picture("disc", 95), radius=1.0)
    return root
