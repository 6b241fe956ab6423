"""Coarse to fine against every corner of the grid: is it the same surface? Over a hundred shapes, differences listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.api import SETTLED_LEVELS, Engine
from engine.bench.decode import PAPER_MODEL
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Mesh

if TYPE_CHECKING:
    from engine.geometry.field import Field

#: Largest Hausdorff distance that counts as equal, as a share of the box's side.
SAME = 1e-4


@dataclass(frozen=True, slots=True)
class Outcome:
    """One shape, coarse to fine and densely.

    Attributes:
        name: of the shape.
        hausdorff: between the two surfaces, as a share of the box's side; infinite if one of them is empty.
        pieces: connected components, coarse to fine and dense.
        handles: genus of all components together, coarse to fine and dense.
        evaluations: points that coarse to fine asked for.
        crossing: corners of the cells that change sign on the finest grid: the fewest that any method must ask for.
        corners: points that dense evaluation asked for.
    """

    name: str
    hausdorff: float
    pieces: tuple[int, int]
    handles: tuple[int, int]
    evaluations: int
    crossing: int
    corners: int

    @property
    def same(self) -> bool:
        """True if both are the same surface."""
        return self.hausdorff <= SAME and self.pieces[0] == self.pieces[1] and self.handles[0] == self.handles[1]


@dataclass(frozen=True, slots=True)
class Equality:
    """All outcomes of a run, at `resolution` corners per side with vertices left on the grid's own interpolation."""

    resolution: int
    outcomes: tuple[Outcome, ...]


def compare_with_dense(
    engine: Engine,
    each: int = 13,
    codes: int = 16,
    levels: Sequence[int] = SETTLED_LEVELS,
    models: Sequence[str] = (),
    progress: Progress = NO_PROGRESS,
) -> Equality:
    """Extract shapes both ways.

    Args:
        engine: knows the models.
        each: shapes of each kind of `hard_shapes`.
        codes: codes of each model: training codes, interpolants halfway between two, random codes, in turns.
        levels: the grids of coarse to fine; dense evaluation takes the last.
        models: ids; if empty all that answer with a surface, but for the published DeepSDF, which takes minutes a shape.
        progress: told of each shape, and how the one before came out.
    """
    from engine.bench.hard_shapes import hard_shapes

    surfaces = [info.id for info in engine.models() if info.output == "surface" and info.id != PAPER_MODEL]
    chosen = list(models) or surfaces
    total = 4 * each + codes * len(chosen)
    outcomes: list[Outcome] = []
    for name, field in (*hard_shapes(each), *_coded(engine, chosen, codes)):
        progress.step(len(outcomes), total, name)
        outcomes.append(compare_field(name, field, levels, progress))
        progress.step(len(outcomes), total, f"{name}: {'same' if outcomes[-1].same else 'DIFFERENT'}")
    return Equality(levels[-1], tuple(outcomes))


def _coded(engine: Engine, models: Sequence[str], count: int) -> Iterator[tuple[str, Field]]:
    import torch

    from engine.models.checkpoint import load_model

    for model in models:
        engine.load(model)  # sets the threads that the user asked for
        decoder, space = load_model(engine.info(model).folder, engine.device), engine.space(model)
        rng = np.random.default_rng(0)
        order = rng.permutation(len(space.codes))
        for number in range(count):
            one, other = space.codes[order[number % len(order)]], space.codes[order[(number + 1) % len(order)]]
            kind = ("training", "halfway", "random")[number % 3]
            code = {"training": one, "halfway": (one + other) / 2, "random": space.random_code(number).values}[kind]
            with torch.inference_mode():
                field = decoder.decode(torch.tensor(np.asarray(code), dtype=torch.float32, device=engine.device))
            if isinstance(field, torch.Tensor):
                raise TypeError("a model with output surface decoded to points")
            yield f"{model}: {kind} code {number}", field


def compare_field(name: str, field: Field, levels: Sequence[int], progress: Progress = NO_PROGRESS) -> Outcome:
    """Extract one field both ways."""
    from engine.geometry.isosurface import refine

    refined, dense = (list(refine(field, grids, progress))[-1] for grids in (levels, levels[-1:]))
    pieces_and_handles = [topology(level.mesh) for level in (refined, dense)]
    return Outcome(
        name,
        hausdorff(refined.mesh, dense.mesh, progress) / (2 * field.half_extent),
        (pieces_and_handles[0][0], pieces_and_handles[1][0]),
        (pieces_and_handles[0][1], pieces_and_handles[1][1]),
        refined.evaluations,
        dense.crossing_corners,
        dense.evaluations,
    )


def hausdorff(a: Mesh, b: Mesh, progress: Progress = NO_PROGRESS) -> float:
    """Hausdorff distance of two surfaces, from vertices and centres of faces to the other's triangles; their own units."""
    if a.is_empty or b.is_empty:
        return 0.0 if a.is_empty and b.is_empty else float("inf")
    if np.array_equal(a.faces, b.faces):
        return float(np.linalg.norm(a.vertices - b.vertices, axis=1).max())  # an upper bound, and nothing else differs
    from engine.metrics.surface import point_to_surface

    return max(float(point_to_surface(_spots(p), q, progress).max()) for p, q in ((a, b), (b, a)))


def _spots(mesh: Mesh) -> NDArray[np.float64]:
    corners = mesh.vertices.astype(np.float64)
    return np.concatenate([corners, corners[mesh.faces].mean(axis=1)])


def piece_labels(mesh: Mesh) -> NDArray[np.int32]:
    """(V,) which connected piece of the mesh each vertex belongs to; a vertex without faces is a piece of its own."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    edges = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]]])
    graph = coo_matrix((np.ones(len(edges), np.int8), (edges[:, 0], edges[:, 1])), shape=(len(mesh.vertices),) * 2)
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def topology(mesh: Mesh) -> tuple[int, int]:
    """Connected components of a closed mesh, and the genus of all of them together (Euler: V - E + F = 2 pieces - 2 genus)."""
    if mesh.is_empty:
        return 0, 0
    pieces = len(np.unique(piece_labels(mesh)[mesh.faces[:, 0]]))
    used, faces = np.unique(mesh.faces, return_inverse=True)
    faces = faces.reshape(-1, 3).astype(np.int64)
    sides = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    edges = len(np.unique(sides[:, 0] * len(used) + sides[:, 1]))
    return pieces, (2 * pieces - (len(used) - edges + len(faces))) // 2
