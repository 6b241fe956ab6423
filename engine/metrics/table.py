"""The measures that exist, one line each. A new one is a function of a `Pair` and a line in `METRICS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from engine.metrics import measures
from engine.metrics.pair import Pair
from engine.shapes import Frame

__all__ = ["METRICS", "Metric", "Pair"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One measure.

    Attributes:
        id: the name that requests and the command line use.
        label: short name for people.
        convention: formula and unit of length in words.
        frame: frame of the distances.
        points: points per side of the convention.
        better: which way is better.
        function: computes it from a pair of samples in `frame`.
        most: never more points than this, because time explodes; None where any number is fine.
        sampled: False if two samplings of one surface would give a perfect score, so that there is no floor to compare with.
        reference_share: points of the reference for each point of the result.
    """

    id: str
    label: str
    convention: str
    frame: Frame
    points: int
    better: Literal["lower", "higher"]
    function: Callable[[Pair], float]
    most: int | None = None
    sampled: bool = True
    reference_share: int = 1


_SPHERE, _CUBE = Frame.UNIT_SPHERE, Frame.UNIT_CUBE
_TABLE = (
    Metric(
        "deepsdf_sphere", "Chamfer (squared)", "mean a² + mean b², unit sphere", _SPHERE, 30_000, "lower", measures.squared_sum
    ),
    Metric("onet_l1", "Chamfer-L1", "1/2 (mean a + mean b), unit cube", _CUBE, 100_000, "lower", measures.l1_half),
    Metric("onet_l2", "Chamfer-L2", "1/2 (mean a² + mean b²), unit cube", _CUBE, 100_000, "lower", measures.squared_half),
    Metric("emd", "EMD", "mean distance of the best matching (exact), unit cube", _CUBE, 1_024, "lower", Pair.emd, most=2_048),
    Metric(
        "f_score", "F-score", "2PR/(P + R) at 1 % of the longest edge, unit cube", _CUBE, 100_000, "higher", measures.f_score_1
    ),
    Metric(
        "hausdorff", "Hausdorff", "max (max a, max b) of the samples, unit cube", _CUBE, 100_000, "lower", measures.hausdorff
    ),
    Metric(
        "normal_consistency",
        "Normal consistency",
        "mean |cos| of the normals of nearest points, both ways halved",
        _CUBE,
        100_000,
        "higher",
        Pair.normal_consistency,
    ),
    Metric(
        "notes_hard",
        "Chamfer, hard",
        "mean a² + mean b², unit sphere, as a training loss",
        _SPHERE,
        2_048,
        "lower",
        measures.squared_sum,
    ),
    Metric(
        "notes_soft",
        "Chamfer, soft",
        "softmax-weighted plain distances (T = 1), both directions added, unit sphere",
        _SPHERE,
        2_048,
        "lower",
        measures.soft,
        most=16_384,
    ),
    Metric(
        "atlasnet",
        "Chamfer (AtlasNet)",
        "mean a² + mean b², unit: farthest of the reference's points from their centroid",
        _SPHERE,
        2_500,
        "lower",
        measures.squared_in_radii,
    ),
    Metric(
        "latent3d",
        "Chamfer (latent_3d_points)",
        "mean a² + mean b², reference in a ball of radius 0.5",
        _SPHERE,
        2_048,
        "lower",
        measures.squared_in_diameters,
    ),
    Metric(
        "imnet",
        "Chamfer (IM-NET)",
        "mean a² + mean b², unit: diagonal of the reference's bounding box",
        _SPHERE,
        4_096,
        "lower",
        measures.squared_in_diagonals,
    ),
    Metric(
        "deepsdf",
        "Chamfer (DeepSDF)",
        "mean a² + mean b², unit: diagonal of the reference's bounding box, as ShapeNet-v2 scales its files",
        _SPHERE,
        30_000,
        "lower",
        measures.squared_in_diagonals,
    ),
    Metric(
        "pointflow",
        "Chamfer (PointFlow)",
        "mean a² + mean b², unit: diagonal of the reference's bounding box (the data set's mean and spread are undone)",
        _SPHERE,
        2_048,
        "lower",
        measures.squared_in_diagonals,
    ),
    Metric(
        "psgn_train",
        "Chamfer (PSGN loss)",
        "10⁴ (½ mean a² + mean b²), 16 points of the reference for each of the result, unit sphere",
        _SPHERE,
        1_024,
        "lower",
        measures.psgn_loss,
        reference_share=16,
    ),
    Metric(
        "ngf",
        "Chamfer (NGF)",
        "mean a² + mean b² of all vertices, none drawn; longest edge of the reference is 2",
        _CUBE,
        1_000,
        "lower",
        measures.squared_of_vertices,
        sampled=False,
    ),
    Metric(
        "hausdorff_95",
        "Hausdorff 95 %",
        "larger of the 95 % quantiles of a and of b, unit cube",
        _CUBE,
        100_000,
        "lower",
        measures.hausdorff_95,
    ),
    Metric(
        "f_score_0_5",
        "F-score 0.5 %",
        "2PR/(P + R) at 0.5 % of the longest edge, unit cube",
        _CUBE,
        100_000,
        "higher",
        measures.f_score_0_5,
    ),
    Metric(
        "f_score_1_5",
        "F-score 1.5 %",
        "2PR/(P + R) at 1.5 % of the longest edge, unit cube",
        _CUBE,
        100_000,
        "higher",
        measures.f_score_1_5,
    ),
    Metric(
        "f_score_2",
        "F-score 2 %",
        "2PR/(P + R) at 2 % of the longest edge, unit cube",
        _CUBE,
        100_000,
        "higher",
        measures.f_score_2,
    ),
    Metric(
        "f_score_squared",
        "F-score (squared)",
        "2PR/(P + R), squared distance up to 0.001 (radius 0.0316), unit sphere",
        _SPHERE,
        2_500,
        "higher",
        measures.f_score_squared,
    ),
    Metric(
        "accuracy",
        "Accuracy 90 %",
        "distance from the reference's surface within which 90 % of the points lie, unit sphere",
        _SPHERE,
        1_000,
        "lower",
        measures.accuracy,
        sampled=False,
    ),
    Metric(
        "completion",
        "Completion",
        "share of the reference's points within 0.01 of the surface, unit sphere",
        _SPHERE,
        1_000,
        "higher",
        measures.completion,
        sampled=False,
    ),
    Metric(
        "point_to_surface",
        "Point to surface",
        "1/2 (mean a + mean b), each to the other surface, unit cube",
        _CUBE,
        10_000,
        "lower",
        measures.to_surface,
        sampled=False,
    ),
    Metric(
        "volume_iou",
        "Volume IoU",
        "volume of the intersection / volume of the union, by points in the common box",
        _CUBE,
        100_000,
        "higher",
        measures.volume,
        sampled=False,
    ),
)

#: All measures by id.
METRICS: dict[str, Metric] = {metric.id: metric for metric in _TABLE}
