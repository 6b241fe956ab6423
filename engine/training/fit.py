"""Find the code of an unseen shape: optimise the code alone against signed distances (DeepSDF, section 4.3, equation 10)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.errors import ModelError, ShapeError
from engine.models.autodecoder import AutoDecoder, distance_error
from engine.models.base import FitsShapes, ShapeModel, seeded
from engine.progress import NO_PROGRESS, Progress
from engine.requests import FIT_STEPS, FitRequest, FitResult, LatentSpace
from engine.shapes import Latent, Mesh, PointCloud

RATE = 2e-2  # highest rate of Adam; it falls along a half cosine. The published code: 5e-3, a tenth of it in the second half
FINAL_RATE = 0.02  # at the end, as a share of the highest
FAR = 0.01  # an error of so much, unit-sphere units, weighs twice as much as in training, and one of 2 FAR three times
WRONG_SIDE = 4.0  # added weight of a point that the field takes for inside and is outside, or the other way round
BATCH = 2048  # points per step
ASTRAY = 128  # more points per step at most, of those that are away from the surface and yet on its wrong side
ASTRAY_OFTEN = 8  # times at most that each of them is drawn in a step
LOOK_EVERY = 25  # steps between two looks for them
SCREEN = 1024  # points by which training codes are compared as starts
SHARP = 0.025  # "right at the surface", unit-sphere units
AT_SURFACE = 0.01  # points nearer than this stand for the surface itself, for an encoder
ENCODED = 8000  # of them at most
FEWEST = 64  # with fewer there is no telling
SHOW_EVERY = 20  # steps between two codes that are shown
STARTS = 3  # starts that are tried for a tenth of the steps before one of them goes on
MESH_POINTS = 20_000  # near the surface of a mesh; a fifth as many again through space
MESH_SPREADS = (0.05, 0.02, 0.007)  # standard deviations of their distance from it
FREE_CELLS = 24  # cells per side of the grid in which `cloud_samples` looks for free space

Array = NDArray[np.float32]


def fit_shape(model: ShapeModel, space: LatentSpace, request: FitRequest, progress: Progress = NO_PROGRESS) -> FitResult:
    """Sample signed distances of a mesh or a cloud in the unit-sphere frame, then `fit_latent`.

    Raises:
        ModelError: if the model cannot be fitted.
        ShapeError: if the shape has nothing to sample.
    """
    progress.step(0, request.steps, "measuring the shape")
    shape = request.shape
    if isinstance(shape, PointCloud):
        points, sdf = cloud_samples(shape.points, shape.normals, request.seed)
        return fit_latent(model, space, points, sdf, request.steps, request.seed, progress, sure=False)
    points, sdf = mesh_samples(shape, request.seed, progress)
    return fit_latent(model, space, points, sdf, request.steps, request.seed, progress)


def fit_latent(  # noqa: PLR0913  (what to fit to what, and how; the last one by name)
    model: ShapeModel,
    space: LatentSpace,
    points: Array,
    sdf: Array,
    steps: int = FIT_STEPS,
    seed: int = 0,
    progress: Progress = NO_PROGRESS,
    *,
    sure: bool = True,
) -> FitResult:
    """The code whose field is nearest to signed distances at sample points.

    Starts are the mean of the training codes and the training codes that match best, or, where the model has an encoder, what
    that makes of the points at the surface; each is tried for a short while, the best goes on. The loss is `fit_error` plus the
    model's penalty on long codes; points away from the surface that are found on its wrong side are drawn more often.

    Args:
        model: an auto-decoder, frozen.
        space: its training codes.
        points: (N, 3) in the unit-sphere frame, most of them near the surface.
        sdf: (N,) signed distances there, negative inside.
        steps: optimiser steps in all.
        seed: of the batches.
        progress: told about steps; intermediate codes are published as `Latent`.
        sure: the distances are those of a surface. Where they are a guess, the loss is the model's own, in which a few wrong
            ones count for little.

    Raises:
        ModelError: if the model cannot be fitted.
        ShapeError: if there are no points or they are not finite.
    """
    if not isinstance(model, FitsShapes):
        raise ModelError("{model} has no code that could be fitted to a shape; choose a DeepSDF model.", model=model.title)
    if len(points) == 0 or points.shape != (len(sdf), 3) or not (np.isfinite(points).all() and np.isfinite(sdf).all()):
        raise ShapeError("There are no usable sample points to fit to; open a shape with a surface.")
    device = next(model.parameters()).device
    fit = _Fit(
        space.model,
        model,
        torch.as_tensor(np.ascontiguousarray(points, np.float32), device=device),
        torch.as_tensor(np.ascontiguousarray(sdf, np.float32), device=device),
        seeded(device, seed),
        sure,
    )
    known = torch.as_tensor(np.concatenate([space.mean[None], space.codes]), device=device)
    trial = max(1, steps // 10)
    starts = fit.best(known, STARTS, progress)
    if isinstance(model, AutoDecoder) and model.encoder is not None:
        starts[1:] = fit.encoded(model.encoder)
    tried = [fit.run(z, range(trial), steps, progress) for z in starts]
    best = min(tried, key=lambda result: fit.score(result[0]))
    z, rest = fit.run(best[0], range(trial, steps), steps, progress)
    losses = np.asarray([*best[1], *rest], np.float32)
    return FitResult(Latent(space.model, tuple(z.cpu().double().tolist())), losses)


class _Fit:
    """One shape's samples and the model to fit."""

    def __init__(self, name: str, model: FitsShapes, points: Tensor, sdf: Tensor, draw: torch.Generator, sure: bool) -> None:
        self.name = name
        self.sure = sure
        self.model = model
        self.points = points
        self.sdf = sdf
        self.draw = draw
        self.penalty = float(getattr(getattr(model, "config", None), "code_penalty", 0.0))
        at = sdf.abs() < SHARP
        self.sides = [(at & (sdf < 0)).nonzero().squeeze(1), (at & (sdf >= 0)).nonzero().squeeze(1)]
        self.away = (sdf.abs() >= model.clamp).nonzero().squeeze(1)
        self.astray = self.away[:0]
        self.check = torch.randperm(len(points), generator=draw, device=points.device)[:SCREEN]

    def distance(self, z: Tensor, rows: Tensor) -> Tensor:
        value = self.model.signed_distance(z, self.points[rows])
        error = fit_error(self.model, value, self.sdf[rows]) if self.sure else self.model.error(value, self.sdf[rows])
        return error.mean()

    def score(self, z: Tensor) -> float:
        """Loss on the points set apart for comparing codes."""
        with torch.no_grad():
            return float(self.distance(z, self.check) + self.penalty * z.square().sum())

    def best(self, codes: Tensor, count: int, progress: Progress) -> list[Tensor]:
        """The first code (the mean) and the `count` - 1 others that match best."""
        scores = []
        for z in codes[1:]:
            progress.check()
            scores.append(self.score(z))
        order = np.argsort(np.asarray(scores), kind="stable")[: count - 1]
        return [codes[0]] + [codes[1 + int(i)] for i in order]

    def encoded(self, encoder: nn.Module) -> list[Tensor]:
        """What an encoder makes of the points at the surface; nothing if there are hardly any."""
        at = self.points[self.sdf.abs() < AT_SURFACE]
        if len(at) < FEWEST:
            return []
        chosen = at[torch.randperm(len(at), generator=self.draw, device=at.device)[:ENCODED]]
        with torch.no_grad():
            return [encoder(chosen[None])[0].float()]

    def look(self, z: Tensor) -> None:
        """Find the points away from the surface that a code puts on its wrong side: what hangs in the air, or is hollow.

        Few points lie away from the surface, and what floats there costs the mean of a batch next to nothing.
        """
        with torch.no_grad():
            value = self.model.signed_distance(z, self.points[self.away])
        self.astray = self.away[value * self.sdf[self.away] < 0]

    def rows(self) -> Tensor:
        """Numbers of the points of one step: half of them right at the surface if so many are known, as many in as out.

        To these come points that `look` has found.
        """
        sides = [side for side in self.sides if len(side) >= FEWEST]
        kinds = [*sides, None] if len(sides) == len(self.sides) else [None]
        counts = [BATCH // 4, BATCH // 4, BATCH // 2] if len(kinds) > 1 else [BATCH]
        device = self.points.device
        picked = []
        for kind, count in zip(kinds, counts, strict=True):
            among = len(self.points) if kind is None else len(kind)
            number = torch.randint(among, (min(count, among),), generator=self.draw, device=device)
            picked.append(number if kind is None else kind[number])
        if len(self.astray):
            more = min(ASTRAY, ASTRAY_OFTEN * len(self.astray))
            picked.append(self.astray[torch.randint(len(self.astray), (more,), generator=self.draw, device=device)])
        return torch.cat(picked)

    def run(self, start: Tensor, numbers: range, steps: int, progress: Progress) -> tuple[Tensor, list[float]]:
        """Take the optimiser steps `numbers` of `steps` from a start."""
        z = start.detach().clone().requires_grad_()
        optimiser = torch.optim.Adam([z], lr=RATE)
        losses: list[float] = []
        for number in numbers:
            optimiser.param_groups[0]["lr"] = _rate(number, steps)
            if self.sure and (number - numbers.start) % LOOK_EVERY == 0:
                self.look(z)
            rows = self.rows()
            with torch.enable_grad():
                distance = self.distance(z, rows)
                loss = distance + self.penalty * z.square().sum()
                (z.grad,) = torch.autograd.grad(loss, z)
            optimiser.step()
            losses.append(float(distance.detach()))
            progress.step(number + 1, steps, "fitting the code")
            if (number + 1) % SHOW_EVERY == 0:
                progress.partial(Latent(self.name, tuple(z.detach().cpu().double().tolist())))
        return z.detach(), losses


def refined_codes(model: AutoDecoder, codes: Tensor, rows: Sequence[tuple[Array, Array]], steps: int, seed: int = 0) -> Tensor:
    """Codes of many shapes at once, each after a fit from where it is to its own samples.

    Args:
        model: its decoder stays as it is.
        codes: (S, D) starts.
        rows: for each shape (M, 4) and (L, 4) x, y, z, signed distance, close to the surface and through the cube.
        steps: optimiser steps.
        seed: of the batches.
    """
    draw = np.random.default_rng(seed)
    z = codes.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([z], lr=RATE)
    for number in range(steps):
        optimiser.param_groups[0]["lr"] = _rate(number, steps)
        chosen = [
            np.concatenate([near[draw.integers(len(near), size=900)], far[draw.integers(len(far), size=124)]])
            for near, far in rows
        ]
        batch = torch.from_numpy(np.stack(chosen)).to(z.device)
        with torch.enable_grad():
            error = fit_error(model, model.raw(z, batch[..., :3].contiguous()), batch[..., 3]).mean(dim=1).sum()
            (z.grad,) = torch.autograd.grad(error + model.config.code_penalty * z.square().sum(), z)
        optimiser.step()
    return z.detach()


def fit_error(model: FitsShapes, value: Tensor, truth: Tensor) -> Tensor:
    """What a fit makes small: the model's own error, and more where a part is missing. All are of one shape.

    A thin leg holds few of the points, so that the mean of absolute differences gladly gives it up for a little more precision
    elsewhere. Large differences therefore weigh by their square too, and points on the wrong side of the surface more than
    others (as the hard samples of Duan et al., "Curriculum DeepSDF", ECCV 2020, arXiv 2003.08593). On the surface no side is
    wrong.
    """
    error = model.error(value, truth) + distance_error(value, truth, model.clamp).square() / FAR
    return error * (1 + WRONG_SIDE * (value.detach() * truth < 0))


def _rate(number: int, steps: int) -> float:
    """Rate of the optimiser at a step, counted from 0."""
    return RATE * (FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * number / steps)))


def mesh_samples(mesh: Mesh, seed: int = 0, progress: Progress = NO_PROGRESS) -> tuple[Array, Array]:
    """Points near and around a mesh in the unit-sphere frame, (M, 3), with their signed distances (M,).

    Signs and distances are those of the data pipeline (`engine.data.sdf`), so that open and overlapping parts are no trouble.

    Raises:
        ShapeError: if the mesh has no usable faces.
    """
    from engine.data.sdf import prepare

    skin = prepare(mesh, seed, progress)
    draw = np.random.default_rng(seed)
    base, _ = skin.sample_surface(MESH_POINTS, draw)
    spread = np.resize(np.repeat(MESH_SPREADS, 64), MESH_POINTS)
    near = base + draw.normal(size=base.shape) * spread[:, None]
    space = draw.uniform(-1.05, 1.05, (MESH_POINTS // 5, 3))
    points = np.concatenate([near, space]).astype(np.float32)
    return points, skin.signed_distance(points, progress)


def cloud_samples(points: Array, normals: Array | None = None, seed: int = 0, offset: float = 0.02) -> tuple[Array, Array]:
    """Signed distances that a bare point cloud implies, for `fit_latent`.

    On the points the distance is zero. With normals, points a little off the surface along them are added on both sides.
    Free space is what can be reached from outside over a coarse grid without meeting a cell that holds points, or one beside
    it; random points in there are outside, at the distance of the nearest point of the cloud. About what cannot be reached
    nothing is said: it may be inside, or hollow.

    Args:
        points: (N, 3) in the unit-sphere frame.
        normals: (N, 3) outward unit normals, or None.
        seed: of the free-space points.
        offset: how far off the surface, in unit-sphere units.

    Returns:
        (M, 3) points and (M,) distances.

    Raises:
        ShapeError: if there are fewer than 4 points.
    """
    from scipy import ndimage
    from scipy.spatial import cKDTree

    if len(points) < 4:
        raise ShapeError("A cloud of {count} points is too small to fit to; at least 4 are needed.", count=len(points))
    where, values = [points], [np.zeros(len(points))]
    if normals is not None:
        where += [points + offset * normals, points - offset * normals]
        values += [np.full(len(points), offset), np.full(len(points), -offset)]
    half = 1.05
    cells = np.clip(((points + half) / (2 * half) * FREE_CELLS).astype(int), 0, FREE_CELLS - 1)
    full = np.zeros((FREE_CELLS,) * 3, bool)
    full[tuple(cells.T)] = True
    full = ndimage.binary_dilation(full, np.ones((3, 3, 3), bool))
    rooms, _ = ndimage.label(np.pad(~full, 1, constant_values=True))
    free = (rooms == rooms[0, 0, 0])[1:-1, 1:-1, 1:-1]
    draw = np.random.default_rng(seed)
    random = draw.uniform(-half, half, (4 * len(points), 3))
    random_cells = np.clip(((random + half) / (2 * half) * FREE_CELLS).astype(int), 0, FREE_CELLS - 1)
    random = random[free[tuple(random_cells.T)]][: len(points)]
    where.append(random)
    values.append(np.asarray(cKDTree(points).query(random)[0]))
    return np.concatenate(where).astype(np.float32), np.concatenate(values).astype(np.float32)
