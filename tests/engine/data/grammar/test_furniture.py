import numpy as np
import pytest
import torch

from engine.data.generated import generate, parse_id, piece_id, samples
from engine.data.grammar import GRAMMARS, make
from engine.errors import DataError


@pytest.mark.parametrize("category", GRAMMARS)
def test_pieces_differ_are_made_again_from_their_seed_and_name_their_parts(category: str) -> None:
    pieces = [make(category, seed) for seed in range(12)]
    again = make(category, 3)
    assert again.parameters == pieces[3].parameters
    assert again.caption == pieces[3].caption
    assert len({str(piece.parameters) for piece in pieces}) == 12
    assert len({piece.caption for piece in pieces}) >= 3
    assert all(len(piece.parameters) >= 6 for piece in pieces)
    assert len(set().union(*(piece.parameters for piece in pieces))) >= 15
    assert all(part.label for piece in pieces for part in piece.parts)
    for piece in pieces:
        low, high = piece.box()
        assert (high - low < 6).all()
        assert (high - low > 0.01).all()


@pytest.mark.parametrize("category", ["chair", "table", "sofa", "bed", "bookshelf", "cabinet", "stool", "bench", "vase"])
def test_furniture_stands_on_the_floor(category: str) -> None:
    for seed in range(3):
        piece = generate(category, seed, 2000)
        lowest = float(piece.surface[:, 1].min()) * piece.scale + float(piece.centre[1])
        assert lowest == pytest.approx(0.0, abs=0.03)


def test_the_distance_is_the_least_over_the_parts_and_the_label_is_that_parts() -> None:
    piece = make("chair", 5)
    low, high = piece.box()
    points = torch.as_tensor(np.random.default_rng(0).uniform(low - 0.3, high + 0.3, (3000, 3)), dtype=torch.float32)
    every = torch.stack([part.distance(points) for part in piece.parts])
    torch.testing.assert_close(piece.distance(points), every.amin(dim=0))
    labels = piece.labels(points[:50])
    assert labels == tuple(piece.parts[int(k)].label for k in every[:, :50].argmin(dim=0))
    value, slope = piece.slopes(points)
    torch.testing.assert_close(value, every.amin(dim=0))
    torch.testing.assert_close(slope.norm(dim=1), torch.ones(len(points)), atol=1e-4, rtol=0)


def test_a_fixed_parameter_leaves_the_others_as_the_seed_makes_them() -> None:
    plain = make("chair", 7, {"kind": "dining"})
    higher = make("chair", 7, {"kind": "dining", "seat_width": 0.9})
    assert higher.parameters["seat_width"] == 0.9
    assert {k: v for k, v in higher.parameters.items() if k != "seat_width"} == {
        k: v for k, v in plain.parameters.items() if k != "seat_width"
    }
    with pytest.raises(DataError, match="wings_of_wax"):
        make("chair", 7, {"wings_of_wax": 1.0})
    with pytest.raises(DataError, match="kind cannot be throne"):
        make("chair", 7, {"kind": "throne"})
    with pytest.raises(DataError, match="No grammar for boat"):
        make("boat", 1)


@pytest.mark.parametrize("category", ["chair", "lamp", "vase"])
def test_a_generated_piece_fills_the_unit_sphere_and_its_samples_tell_its_distance(category: str) -> None:
    piece = generate(category, 2, 3000)
    assert len(piece.surface) == 3000
    assert piece.surface.norm(dim=1).max() == pytest.approx(1.0, abs=1e-5)
    centre = (piece.surface.amax(dim=0) + piece.surface.amin(dim=0)) / 2
    assert centre.abs().max() < 1e-5
    assert piece.distance(piece.surface).abs().max() < 1e-3
    near, far = samples(piece, 2000, 500, seed=1)
    again, _ = samples(piece, 2000, 500, seed=1)
    assert torch.equal(near, again)
    torch.testing.assert_close(piece.distance(near[:, :3]), near[:, 3])
    torch.testing.assert_close(piece.distance(far[:, :3]), far[:, 3])
    assert 0.05 < float((near[:, 3] < 0).float().mean()) < 0.7
    seen, normals = piece.outer_surface()
    assert len(seen) > 1000
    torch.testing.assert_close(normals.norm(dim=1), torch.ones(len(seen)), atol=1e-4, rtol=0)
    assert (piece.distance(seen + 5e-4 * normals) > 0).float().mean() > 0.99
    assert (piece.distance(seen - 5e-4 * normals) < 0).float().mean() > 0.95


def test_names_of_pieces_lead_back_to_them() -> None:
    assert parse_id(piece_id("bookshelf", 17)) == ("bookshelf", 17)
    for bad in ("Scopia#chair", "generated#chair", "generated#chair-x", "chair-000001"):
        with pytest.raises(DataError, match="generated#chair-000001"):
            parse_id(bad)
