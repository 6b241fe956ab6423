"""How far two shapes are apart, by named conventions. `compare` answers requests; `METRICS` says what can be asked."""

from __future__ import annotations

from engine.metrics.compare import compare
from engine.metrics.neighbours import Neighbours, nearest, nearest_both
from engine.metrics.points import chamfer_l1_half, chamfer_squared_sum, emd_exact, f_score, hausdorff
from engine.metrics.surface import normal_consistency, point_to_surface, volume_iou
from engine.metrics.table import METRICS, Metric, Pair

__all__ = [
    "METRICS",
    "Metric",
    "Neighbours",
    "Pair",
    "chamfer_l1_half",
    "chamfer_squared_sum",
    "compare",
    "emd_exact",
    "f_score",
    "hausdorff",
    "nearest",
    "nearest_both",
    "normal_consistency",
    "point_to_surface",
    "volume_iou",
]
