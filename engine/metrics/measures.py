"""The formulas behind the measures: functions of a `Pair` whose lengths are in the unit that the convention wants."""

from __future__ import annotations

import numpy as np

from engine.errors import ShapeError
from engine.geometry.frames import bounds, coordinates
from engine.metrics.neighbours import nearest_both
from engine.metrics.pair import Pair
from engine.metrics.points import f_score_of_distances
from engine.metrics.surface import volume_iou
from engine.metrics.volume import inside, require_closed

#: Share of the points that "accuracy" speaks of, and the distance that "completion" allows (Park et al. 2019).
ACCURACY_SHARE, COMPLETION_DISTANCE = 0.9, 0.01
#: Chamfer3D's threshold, on squared distances: a radius of 0.0316.
SQUARED_THRESHOLD = 0.001


def squared_sum(pair: Pair) -> float:
    """Mean squared distance a to b plus mean squared distance b to a."""
    return float((pair.a_to_b**2).mean() + (pair.b_to_a**2).mean())


def squared_half(pair: Pair) -> float:
    """Half of `squared_sum`."""
    return squared_sum(pair) / 2


def l1_half(pair: Pair) -> float:
    """Half of the sum of both mean distances."""
    return float((pair.a_to_b.mean() + pair.b_to_a.mean()) / 2)


def soft(pair: Pair) -> float:
    """Softmax-weighted plain distances at T = 1, both directions added (`engine.metrics.chamfer`)."""
    import torch

    from engine.metrics.chamfer import soft_chamfer

    a, b = (torch.from_numpy(points.astype(np.float64) / pair.scale) for points in (pair.a, pair.b))
    with torch.no_grad():
        return float(soft_chamfer(a, b, progress=pair.progress).value)


def squared_in_radii(pair: Pair) -> float:
    """`squared_sum` where the farthest sample of the reference has distance 1 from their centroid (AtlasNet)."""
    points = pair.b.astype(np.float64)
    radius = float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).max()))
    return squared_sum(_in_units_of(radius, pair))


def squared_in_diagonals(pair: Pair) -> float:
    """`squared_sum` where the diagonal of the reference's bounding box has length 1 (IM-NET; ShapeNet-v2's own files)."""
    low, high = bounds(pair.shapes[1])
    return squared_sum(_in_units_of(float(np.linalg.norm(high - low)), pair))


def psgn_loss(pair: Pair) -> float:
    """Half the mean squared distance a to b plus the mean squared distance b to a, times 10,000 (PSGN's training loss)."""
    return float(1e4 * ((pair.a_to_b**2).mean() / 2 + (pair.b_to_a**2).mean()))


def squared_of_vertices(pair: Pair) -> float:
    """Mean squared distances between all vertices (all points of a cloud), both ways added; the scale's length is 2 (NGF)."""
    a, b = pair.shapes
    (there, _), (back, _) = nearest_both(coordinates(a), coordinates(b), pair.progress)
    return float((there**2).mean() + (back**2).mean()) / (pair.scale / 2) ** 2


def squared_in_diameters(pair: Pair) -> float:
    """`squared_sum` where the reference fills a ball of radius 0.5 instead of 1 (latent_3d_points)."""
    return squared_sum(pair) / 4


def hausdorff(pair: Pair) -> float:
    """Largest distance, of both directions."""
    return float(max(pair.a_to_b.max(), pair.b_to_a.max()))


def hausdorff_95(pair: Pair) -> float:
    """The larger of the two 95 % quantiles: deaf to a few stray points."""
    return float(max(np.quantile(pair.a_to_b, 0.95), np.quantile(pair.b_to_a, 0.95)))


def f_score_0_5(pair: Pair) -> float:
    """F-score at distance 0.005."""
    return f_score_of_distances(pair.a_to_b, pair.b_to_a, 0.005)


def f_score_1(pair: Pair) -> float:
    """F-score at distance 0.01."""
    return f_score_of_distances(pair.a_to_b, pair.b_to_a, 0.01)


def f_score_1_5(pair: Pair) -> float:
    """F-score at distance 0.015."""
    return f_score_of_distances(pair.a_to_b, pair.b_to_a, 0.015)


def f_score_2(pair: Pair) -> float:
    """F-score at distance 0.02."""
    return f_score_of_distances(pair.a_to_b, pair.b_to_a, 0.02)


def f_score_squared(pair: Pair) -> float:
    """F-score where *squared* distances count up to 0.001."""
    return f_score_of_distances(pair.a_to_b, pair.b_to_a, float(np.sqrt(SQUARED_THRESHOLD)))


def accuracy(pair: Pair) -> float:
    """The distance from the reference's surface within which 90 % of the result's points lie (DeepSDF)."""
    return float(np.quantile(pair.a_to_surface, ACCURACY_SHARE))


def completion(pair: Pair) -> float:
    """Share of the reference's points that lie within 0.01 of the result's surface (DeepSDF)."""
    return float((pair.b_to_surface <= COMPLETION_DISTANCE).mean())


def to_surface(pair: Pair) -> float:
    """Half of the sum of both mean distances from points to the other surface."""
    return float((pair.a_to_surface.mean() + pair.b_to_surface.mean()) / 2)


def volume(pair: Pair) -> float:
    """Volume of the intersection over that of the union, from as many points in the common box as the pair has samples.

    Raises:
        ShapeError: one of the shapes is a cloud or open.
    """
    meshes = [require_closed(shape) for shape in pair.shapes]
    boxes = [bounds(mesh) for mesh in meshes]
    low, high = np.minimum(boxes[0][0], boxes[1][0]), np.maximum(boxes[0][1], boxes[1][1])
    points = np.random.default_rng([pair.seed, len(pair.b)]).uniform(low, high, (len(pair.b), 3))
    return volume_iou(*(inside(mesh, points, pair.progress) for mesh in meshes))


def _in_units_of(length: float, pair: Pair) -> Pair:
    if not length > 0:
        raise ShapeError("The reference has no extent: all its points coincide.")
    return pair.scaled(length)
