"""The best answer to doubt: closed forms for each distance, and a page that names its figures."""

import numpy as np
import pytest

from engine.evaluation.mean_shape import Answer, UncertainSet, best_answer, write_page


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def places(rng):
    """One small ball of points in any of five places on a line, equally likely."""
    ball = rng.normal(size=(64, 3))
    ball *= 0.1 / np.linalg.norm(ball, axis=1, keepdims=True)
    return np.stack([ball + np.array([x, 0, 0]) for x in (-0.5, -0.25, 0.0, 0.25, 0.5)])


def test_under_emd_the_answer_is_the_one_in_the_middle(places):
    # Balls that are moved match point by point, so the best answer is the median place: cost (0.5 + 0.25) * 2 / 5
    answer = best_answer(places, "emd", steps=200)
    assert answer.emd == pytest.approx(0.3, rel=0.03)
    assert np.abs(answer.points[:, 0]).max() < 0.25


def test_under_chamfer_the_points_lie_all_over(places):
    answer = best_answer(places, "chamfer", steps=200)
    assert answer.points[:, 0].max() > 0.3
    assert answer.points[:, 0].min() < -0.3


def test_each_answer_is_best_at_what_it_minimised(places):
    by = {name: best_answer(places, name, steps=150) for name in ("chamfer", "emd")}
    assert by["chamfer"].chamfer < by["emd"].chamfer
    assert by["emd"].emd < by["chamfer"].emd


def test_the_page_shows_pictures_and_figures(tmp_path, rng):
    clouds = rng.normal(size=(3, 40, 3)) * 0.3
    answers = [Answer("chamfer", clouds[0], 0.01234, 0.5), Answer("emd", clouds[1], 0.1, 0.4321)]
    page = write_page(tmp_path / "page", [(UncertainSet("place", "Left <or> right.", clouds), answers)], "a command")
    text = page.read_text(encoding="utf-8")
    assert "Left &lt;or&gt; right." in text
    assert "0.01234" in text
    assert "0.4321" in text
    assert "a command" in text
    assert (tmp_path / "page" / "place.png").stat().st_size > 500
