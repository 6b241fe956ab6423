from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.data.item import Settings
from engine.data.sampled import Sampled, write_sampled
from engine.data.split import Listed
from engine.data.store import item_folder
from engine.errors import DataError
from engine.training.pieces import find_pieces, read_arrays, read_signs


def ball(distances: bool) -> Sampled:
    points = np.random.default_rng(0).uniform(-1.05, 1.05, (500, 3)).astype(np.float32)
    values = np.linalg.norm(points, axis=1) - np.float32(1)
    field = points, values if distances else values < 0
    return Sampled(distances, field, field, field, None, None, (2.0, 2.0, 2.0), 2.0)


def put(root: Path, name: str, shape: Sampled) -> None:
    row = Listed("ball", name, name, "own", "", "train")
    write_sampled(shape, row, item_folder(root, "ball", name), Settings(), "Some data", "mark")


def test_signs_are_read_from_distances_and_from_insides_alike(tmp_path: Path) -> None:
    put(tmp_path, "known", ball(distances=True))
    put(tmp_path, "inside only", ball(distances=False))
    signs, known = (read_signs(piece, "volume") for piece in find_pieces(tmp_path, ["ball"], ["train"]))
    for rows in (signs, known):
        assert rows.dtype == np.float32
        assert np.array_equal(rows[:, 3] < 0, np.linalg.norm(rows[:, :3], axis=1) < 1)
    assert set(np.unique(signs[:, 3])) == {-1.0, 1.0}
    assert np.allclose(known[:, 3], np.linalg.norm(known[:, :3], axis=1) - 1, atol=1e-6)


def test_what_the_source_lacks_is_named_and_damage_is_called_damage(tmp_path: Path) -> None:
    put(tmp_path, "one", replace(ball(distances=False), near=None))
    (piece,) = find_pieces(tmp_path, ["ball"], ["train"])
    for ask in (
        lambda: read_arrays(piece, "samples.npz", ("volume_sdf",)),
        lambda: read_arrays(piece, "surface.npz", ("points",)),
        lambda: read_signs(piece, "near"),
    ):
        with pytest.raises(DataError, match=r"one \(one\) lacks .*: its source has no distances, near, surface"):
            ask()
    (piece.folder / "samples.npz").write_bytes(b"PK")
    with pytest.raises(DataError, match="is missing or damaged"):
        read_signs(piece, "volume")
