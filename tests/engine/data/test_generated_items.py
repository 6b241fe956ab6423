from pathlib import Path

import numpy as np
import pytest

from engine.cli.generate import read_counts
from engine.data.generated import generate, parse_id
from engine.data.generated_items import SURFACE, PieceJob, build_piece
from engine.data.store import list_items
from engine.errors import DataError
from engine.training.pieces import find_pieces


def test_a_generated_item_is_an_ordinary_one_and_is_made_once(tmp_path: Path) -> None:
    job = PieceJob(tmp_path, "stool", 4, 2)
    assert build_piece(job)
    assert not build_piece(job)
    (item,) = list_items(tmp_path)
    assert (item.category, item.split, item.meta.source, item.meta.licence) == ("stool", "train", "generated", "CC0-1.0")
    assert parse_id(item.id) == ("stool", 4)
    piece = generate("stool", 4, SURFACE)
    import torch

    for points, distances in (item.near, item.space, item.volume):
        np.testing.assert_allclose(piece.distance(torch.from_numpy(points)).numpy(), distances, atol=1e-5)
    vertices, faces = item.skin
    assert np.abs(piece.distance(torch.from_numpy(vertices.astype(np.float32))).numpy()).max() < 0.02
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] % 2 == 0).all()  # closed
    assert item.renders["rgb"].shape == (2, 128, 128, 3)
    assert item.picture.shape == (128, 128, 4)
    points, normals = item.surface
    assert len(points) == len(normals) > 10_000


def test_generated_pieces_are_asked_for_by_name(tmp_path: Path) -> None:
    build_piece(PieceJob(tmp_path, "vase", 1, 1))
    with pytest.raises(DataError, match="no train pieces"):
        find_pieces(tmp_path, ("vase",), ("train",))
    (piece,) = find_pieces(tmp_path, ("vase",), ("train",), generated=True)
    assert piece.id == "generated#vase-000001"


def test_counts_are_read_and_nonsense_is_refused() -> None:
    assert read_counts(("chair=3,table=20", "lamp=1")) == {"chair": 3, "table": 20, "lamp": 1}
    for bad in ("chair", "chair=", "chair=many", "=-1"):
        with pytest.raises(DataError, match="such as chair=300"):
            read_counts((bad,))
