"""The nearest point of a shape, against closed forms and against the distances that colour the surfaces."""

import numpy as np
import pytest
import trimesh

from engine.errors import ShapeError
from engine.metrics.partner import partner, partner_across
from engine.metrics.surface import point_to_surface
from engine.requests import PartnerRequest
from engine.shapes import Mesh, PointCloud

SQUARE = Mesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])


@pytest.mark.parametrize(
    ("point", "nearest"),
    [
        ((0.3, 0.4, 0.7), (0.3, 0.4, 0.0)),  # above the inside
        ((1.5, 0.25, 0.0), (1.0, 0.25, 0.0)),  # beyond an edge
        ((-1.0, -2.0, 2.0), (0.0, 0.0, 0.0)),  # beyond a corner
        ((0.5, 0.5, 0.0), (0.5, 0.5, 0.0)),  # on the diagonal that both triangles share
    ],
)
def test_a_square(point, nearest) -> None:
    found, distance = partner(point, SQUARE)
    np.testing.assert_allclose(found, nearest, atol=1e-9)
    assert distance == pytest.approx(np.linalg.norm(np.subtract(point, nearest)))


def test_agrees_with_the_distances_of_the_colours() -> None:
    ball = trimesh.creation.icosphere(3)
    mesh = Mesh(ball.vertices * [1.0, 0.6, 0.8], ball.faces)
    rng = np.random.default_rng(3)
    points = rng.uniform(-1.3, 1.3, (60, 3)).astype(np.float32)
    want = point_to_surface(points, mesh)
    np.testing.assert_allclose([partner(p, mesh)[1] for p in points], want, atol=2e-6)


def test_a_degenerate_triangle_is_a_segment() -> None:
    line = Mesh([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[0, 1, 2]])
    found, distance = partner((1.5, 3.0, 0.0), line)
    np.testing.assert_allclose(found, (1.5, 0, 0), atol=1e-12)
    assert distance == pytest.approx(3.0)


def test_clouds_and_nothing() -> None:
    cloud = PointCloud([[0, 0, 0], [1, 1, 1]])
    found, distance = partner((0.9, 0.9, 0.9), cloud)
    np.testing.assert_array_equal(found, (1, 1, 1))
    assert distance == pytest.approx(0.1 * np.sqrt(3), rel=1e-6)
    with pytest.raises(ShapeError):
        partner((0, 0, 0), Mesh.empty("nothing"))


@pytest.mark.parametrize("of_b", [False, True])
def test_across_an_alignment_the_partner_is_told_where_it_lies(of_b) -> None:
    """B is A turned, moved and twice as large: after alignment partners coincide, and the map back leads to the twin point."""
    rng = np.random.default_rng(2)
    a = PointCloud(rng.uniform(-1, 1, (50, 3)))
    b = PointCloud(2 * a.points + np.float32([0.3, -0.1, 0.2]))
    own, other = (b, a) if of_b else (a, b)
    request = PartnerRequest(a, b, own.points[7].astype(float), of_b, align="box_edge")
    found = partner_across(request)
    np.testing.assert_allclose(found.point, other.points[7], atol=1e-5)
    assert found.distance == pytest.approx(0, abs=1e-5)
    lying = partner_across(PartnerRequest(a, b, own.points[7].astype(float), of_b))
    assert lying.distance == pytest.approx(np.linalg.norm(other.points - own.points[7], axis=1).min(), rel=1e-5)
