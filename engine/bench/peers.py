"""Surfaces the way other code extracts them, for comparison: every corner of the grid, and MISE.

Park et al., "DeepSDF" (CVPR 2019), published code: all N^3 points in order, in batches of 32^3 (`create_mesh`'s own default),
the code concatenated to every point, the whole network evaluated for each. Mescheder et al., "Occupancy Networks" (CVPR 2019),
section 3.2: multiresolution isosurface extraction. Written from the papers and from reading how the published code proceeds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.geometry.cells import corners_of, crossing, overlapping, resampled
from engine.geometry.evaluator import Evaluator
from engine.geometry.field import Field
from engine.geometry.isosurface import whole_grid
from engine.geometry.meshing import mesh_grid
from engine.progress import NO_PROGRESS, Progress

if TYPE_CHECKING:
    from engine.models.base import ShapeModel
    from engine.shapes import Mesh

Ask = Callable[[Tensor], Tensor]
#: Points of one batch of the published code.
BATCH = 32**3
#: Dense evaluation that would take longer than this is timed on a sample of its batches.
TOO_LONG = 20.0
#: Share of the points in that sample.
SAMPLE = 0.05


@dataclass(frozen=True, slots=True)
class DenseRun:
    """Evaluating every corner of a grid.

    Attributes:
        milliseconds: of the whole, without meshing.
        share: of the points that were evaluated; below 1 the time is scaled up from them.
    """

    milliseconds: float
    share: float


def dense(
    ask: Ask, corners: int, half: float, device: torch.device, progress: Progress = NO_PROGRESS, seed: int = 0
) -> DenseRun:
    """Evaluate all corners of a grid in order, in batches; or, if that takes too long, a seeded sample of whole batches.

    Args:
        ask: (M,) values from (M, 3) points.
        corners: per side.
        half: half the side of the cube.
        device: where points are wanted.
        progress: asked before every batch.
        seed: of the sample.
    """
    count = corners**3
    axis = torch.linspace(-half, half, corners)
    samples = torch.zeros(count, 4)  # as published: coordinates and value of every corner, at once
    index = torch.arange(count)
    for column, step in enumerate((corners * corners, corners, 1)):
        samples[:, column] = axis[index.div(step, rounding_mode="floor") % corners]
    del index

    def evaluate(batch: int) -> int:
        progress.check()
        part = slice(batch * BATCH, min((batch + 1) * BATCH, count))
        with torch.inference_mode():
            samples[part, 3] = ask(samples[part, :3].to(device)).reshape(-1).cpu()
        return part.stop - part.start

    evaluate(0)  # warm
    began = perf_counter()
    evaluate(0)
    batches = math.ceil(count / BATCH)
    if (perf_counter() - began) * batches <= TOO_LONG:
        chosen = list(range(batches))
    else:
        some = max(1, round(SAMPLE * batches))
        chosen = sorted(int(b) for b in np.random.default_rng(seed).choice(batches, some, replace=False))
    began = perf_counter()
    points = sum(evaluate(batch) for batch in chosen)
    return DenseRun(1e3 * (perf_counter() - began) * count / points, points / count)


def published(model: ShapeModel, z: Tensor) -> tuple[Ask, str]:
    """The model asked as its published code does, and in words how."""
    from engine.models.base import HasSurface
    from engine.models.deepsdf import DeepSDF
    from engine.models.encoding import fourier

    if isinstance(model, DeepSDF):
        config = model.config
        everywhere = range(config.layers) if config.latent_in == "all" else {0, *config.latent_in}
        again = set(config.points_in) - {0}

        def whole(points: Tensor) -> Tensor:
            encoded = fourier(points, config.octaves)
            code = z.expand(len(points), -1)
            h = encoded
            for number, layer in enumerate(model.hidden):
                parts = [h, *([encoded] if number in again else []), *([code] if number in everywhere else [])]
                h = F.relu(layer(torch.cat(parts, dim=1)))
            value: Tensor = model.last(h)
            return torch.tanh(value) if config.final_tanh else value

        return whole, "code concatenated to every point"
    if isinstance(model, HasSurface):
        surface = model.surface_values
        return (lambda points: surface(z[None], points[None])), "whole network in every batch"
    field = model.decode(z)
    if isinstance(field, Tensor):
        raise TypeError("a model with output surface decoded to points")
    return field, "the model's field"


def mise(field: Field, corners: int, evaluator: Evaluator, start: int = 33) -> Mesh:
    """Multiresolution isosurface extraction: from 32^3 cells, all new corners of cells whose corners lie on both sides.

    Args:
        field: negative inside.
        corners: per side of the last grid, start * 2^k - (2^k - 1).
        evaluator: asks the field and counts.
        start: corners per side of the first grid.
    """
    values, known = whole_grid(start, evaluator)
    while len(values) < corners:
        active = crossing(values)
        values, known = resampled(values, known, 2 * len(values) - 1)
        evaluator.fill(values, known, corners_of(overlapping(active, len(values) - 1)))
    return mesh_grid(values, evaluator.half)
