"""Previews that start from the frame before."""

from __future__ import annotations

import numpy as np
import pytest

from engine.api import DecodeRequest, Engine, ShapeResult
from engine.bench.equality import topology
from engine.bench.hard_shapes import ClosedForm, ball, union
from engine.geometry.isosurface import Level, refine
from engine.geometry.warm import IN_A_ROW, Frames
from engine.shapes import Latent, Mesh


def fresh(field: ClosedForm, *levels: int) -> Level:
    return list(refine(field, levels))[-1]


def moving(at: float) -> ClosedForm:
    return ClosedForm(union(ball((at, 0.0, 0.0), 0.4), ball((-0.6, -0.6, at / 2), 0.2)))


def test_a_surface_that_moves_is_that_of_a_fresh_start_for_a_fraction_of_the_evaluations() -> None:
    frames = Frames()
    frames.keep("a", fresh(moving(0.0), 17, 33), 1.05)
    for at in (0.01, 0.03, 0.1, 0.45):  # from a seventh of a cell to five cells at once
        warm, cold = frames.preview("a", moving(at), 33), fresh(moving(at), 17, 33)
        assert warm is not None
        assert not warm.final
        assert np.array_equal(warm.mesh.faces, cold.mesh.faces)
        assert np.abs(warm.mesh.vertices - cold.mesh.vertices).max() < 1e-6
        assert warm.evaluations < cold.evaluations / 2


def test_pieces_vanish_and_are_met_again_within_a_round_of_the_patrol() -> None:
    def shape(radius: float) -> ClosedForm:
        return ClosedForm(union(ball((-0.3, 0.0, 0.0), 0.4), ball((0.6, 0.5, 0.5), radius)))

    frames = Frames()
    frames.keep("a", fresh(shape(0.2), 17, 33), 1.05)
    gone = frames.preview("a", shape(-0.3), 33)
    assert gone is not None
    assert topology(gone.mesh) == (1, 0)
    found = [frames.preview("a", shape(0.2), 33) for _ in range(8)]
    assert found[-1] is not None
    assert np.array_equal(found[-1].mesh.faces, fresh(shape(0.2), 17, 33).mesh.faces)


def test_now_and_then_a_fresh_start_is_due() -> None:
    frames = Frames()
    frames.keep("a", fresh(moving(0.0), 17, 33), 1.05)
    warm = [frames.preview("a", moving(0.0), 33) is not None for _ in range(IN_A_ROW + 1)]
    assert warm == [True] * IN_A_ROW + [False]


def test_another_grid_starts_from_the_frame_before_as_well() -> None:
    frames = Frames()
    frames.keep("a", fresh(moving(0.0), 17, 33), 1.05)
    for size, levels in ((65, (17, 33, 65)), (33, (17, 33))):
        warm, cold = frames.preview("a", moving(0.05), size), fresh(moving(0.05), *levels)
        assert warm is not None
        assert np.array_equal(warm.mesh.faces, cold.mesh.faces)
        assert np.abs(warm.mesh.vertices - cold.mesh.vertices).max() < 1e-6


def test_a_fresh_start_is_due_without_a_frame_or_a_surface() -> None:
    frames = Frames()
    assert frames.preview("a", moving(0.0), 33) is None
    frames.keep("a", fresh(moving(0.0), 17, 33), 1.05)
    assert frames.preview("b", moving(0.0), 33) is None
    frames.keep("empty", fresh(ClosedForm(ball((0.0, 0.0, 0.0), -0.2)), 17, 33), 1.05)
    assert frames.preview("empty", moving(0.0), 33) is None


def test_only_a_few_streams_are_kept() -> None:
    frames, level = Frames(), fresh(moving(0.0), 17)
    for name in "abcdef":
        frames.keep(name, level, 1.05)
    assert frames.preview("a", moving(0.0), 17) is None
    assert frames.preview("f", moving(0.0), 17) is not None


class Shown:
    def __init__(self) -> None:
        self.levels: list[int] = []

    def check(self) -> None: ...

    def step(self, done: float, total: float, text: str = "") -> None: ...

    def partial(self, value: object) -> None:
        assert isinstance(value, ShapeResult)
        self.levels.append(value.level)


@pytest.mark.parametrize("model", ["triplane-furniture", "deepsdf-furniture"])
def test_the_settled_surface_does_not_depend_on_the_frames_before(model: str) -> None:
    engine = Engine("cpu")
    code = np.array(engine.space(model).codes[0])
    near = Latent(model, tuple((code + 0.02 * engine.space(model).directions[0]).tolist()))
    far = Latent(model, tuple(engine.space(model).codes[5].tolist()))
    levels = (17, 33, 65)
    plain = engine.decode(DecodeRequest(near, levels))
    shown = Shown()
    for latent in (far, Latent(model, tuple(code.tolist())), near):
        warm = engine.decode(DecodeRequest(latent, levels, first_shown=33, warm="entry 1"), shown)
    assert shown.levels == [33] * 3  # once for each request, cold or warm
    assert isinstance(warm.shape, Mesh) and isinstance(plain.shape, Mesh)  # noqa: PT018
    assert np.array_equal(warm.shape.faces, plain.shape.faces)
    assert np.array_equal(warm.shape.vertices, plain.shape.vertices)
