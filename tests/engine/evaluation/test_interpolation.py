"""Shapes between shapes: what counts as clean, on surfaces whose edges and pieces are known."""

import json
from pathlib import Path

import pytest
import trimesh

from engine.cli.program import OK, USER_ERROR, run
from engine.errors import ModelError
from engine.evaluation.interpolation import Look, Way, choose_pairs, interpolate_pairs, look_at
from engine.evaluation.predict import Asking
from engine.evaluation.workers import Inline
from engine.shapes import Mesh


def _balls(*balls: tuple[float, float]) -> Mesh:
    """Balls given by radius and place on the x axis; a negative radius makes a cavity."""
    parts = []
    for radius, place in balls:
        part = trimesh.creation.icosphere(subdivisions=2, radius=abs(radius))
        part.apply_translation([place, 0, 0])
        if radius < 0:
            part.invert()
        parts.append(part)
    joined = trimesh.util.concatenate(parts)
    return Mesh(joined.vertices, joined.faces)


def test_a_ball_is_one_closed_piece() -> None:
    assert look_at(_balls((0.5, 0))) == Look(0, 1)


def test_pieces_count_from_one_percent_of_the_volume() -> None:
    assert look_at(_balls((0.4, -0.5), (0.4, 0.5))).pieces == 2
    assert look_at(_balls((0.4, -0.5), (0.4 * 0.23, 0.5))).pieces == 2  # 1.2 %
    assert look_at(_balls((0.4, -0.5), (0.4 * 0.2, 0.5))).pieces == 1  # 0.8 %


def test_a_cavity_is_no_piece() -> None:
    assert look_at(_balls((0.5, 0), (-0.3, 0))) == Look(0, 1)


def test_a_hole_has_its_edges_counted() -> None:
    ball = _balls((0.5, 0))
    assert look_at(Mesh(ball.vertices, ball.faces[1:])).boundary_edges == 3
    assert look_at(Mesh.empty("nothing")) == Look(0, 0, empty=True)


def test_what_counts_is_the_parent_with_more_pieces() -> None:
    one, two, three = Look(0, 1), Look(0, 2), Look(0, 3)
    way = Way("a", "b", "chair", (one, two), (one, two, three, Look(1, 1), Look(0, 0, True)))
    assert way.clean == (True, True, False, False, False)


def test_pairs_are_of_one_category_and_of_two_shapes() -> None:
    categories, ids = ["a", "a", "a", "b", "b", "c"], ["1", "1", "2", "3", "4", "5"]
    pairs = choose_pairs(categories, ids, 300, 0)
    assert len(pairs) == 300
    assert {(categories[i], categories[j]) for i, j in pairs} == {("a", "a"), ("b", "b")}
    assert all(ids[i] != ids[j] for i, j in pairs)
    assert pairs == choose_pairs(categories, ids, 300, 0) != choose_pairs(categories, ids, 300, 1)
    assert {i for i, _ in pairs} == {0, 1, 2, 3, 4}
    assert choose_pairs(["a", "b"], ["1", "2"], 5, 0) == []


def test_between_balls_are_balls(sphere_models: Path) -> None:
    found = interpolate_pairs("spheres", Asking("cpu", (sphere_models,)), Inline(), 3, 4, (17, 33))
    assert found.clean_pictures == found.clean_pairs == 1.0
    assert [len(way.between) for way in found.ways] == [4, 4, 4]
    assert found.only("none").ways == ()
    with pytest.raises(ModelError, match="loose points"):
        interpolate_pairs("dotted", Asking("cpu", (sphere_models,)), Inline())


def test_the_command_prints_and_writes(sphere_models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["interpolation", "spheres", "--pairs", "2", "--steps", "1", "--workers", "0", "--device", "cpu"]
    assert run([*words, "--out", str(tmp_path / "found.json"), "--json"]) == OK
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((tmp_path / "found.json").read_text())
    assert (printed["clean_pictures"], printed["pairs"], len(printed["ways"])) == (1.0, 2, 2)
    assert run(words) == OK
    assert "100.0%" in capsys.readouterr().out
    assert run(["interpolation", "nobody"]) == USER_ERROR
