"""What a network trained with a distance answers when it cannot know: the "mean shape" of an uncertain set.

Fan, Su, Guibas: "A Point Set Generation Network for 3D Object Reconstruction from a Single Image", CVPR 2017, section 3.3: a
network that sees a picture with several possible shapes S learns the point set that minimises the expected distance
E_S d(x, S). Which set that is depends on d alone. They show drawings; here it is computed for real furniture.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from engine.evaluation.dots import draw_dots, save_row
from engine.geometry.sampling import sample_shape
from engine.metrics import chamfer_squared_sum, emd_exact
from engine.metrics.chamfer import chamfer
from engine.metrics.emd_loss import emd_loss
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Shape

Clouds = NDArray[np.float64]
Distance = Literal["chamfer", "emd"]

DISTANCES: tuple[Distance, ...] = ("chamfer", "emd")
#: Learning rate at the start; shapes that a step looks at.
_RATE, _BATCH = 0.02, 4


@dataclass(frozen=True, slots=True, eq=False)
class UncertainSet:
    """Shapes any of which may be the right one.

    Attributes:
        name: short, a file name.
        text: one sentence that says what is uncertain.
        clouds: (K, N, 3) points of K equally likely shapes.
    """

    name: str
    text: str
    clouds: Clouds


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The best answer under one distance and what it costs under both.

    Attributes:
        distance: which one was minimised.
        points: (N, 3).
        chamfer: expected mean a^2 + mean b^2 against the set's shapes.
        emd: expected mean distance of the best matching.
    """

    distance: Distance
    points: Clouds
    chamfer: float
    emd: float


def uncertain_sets(shape: Shape, others: Sequence[Shape], points: int, seed: int = 0) -> tuple[UncertainSet, ...]:
    """Three kinds of doubt about furniture.

    Args:
        shape: a piece whose place or size is in doubt, unit sphere.
        others: pieces that all might be meant, unit sphere; fewer than two leave the third set out.
        points: N per cloud.
        seed: seed of the samples.
    """
    rng = np.random.default_rng(seed)

    def cloud(of: Shape) -> Clouds:
        return sample_shape(of, points, rng)[0].astype(np.float64)

    place = [cloud(shape) * 0.5 + np.array([x, 0.0, 0.0]) for x in np.linspace(-0.6, 0.6, 12)]
    size = [cloud(shape) * scale for scale in np.linspace(0.45, 1.0, 12)]
    sets = [
        UncertainSet("place", "One chair that stands somewhere on a line.", np.stack(place)),
        UncertainSet("size", "One chair of unknown size, from 45 % to 100 %.", np.stack(size)),
    ]
    if len(others) > 1:
        text = f"One of {len(others)} chairs, nobody knows which."
        sets.append(UncertainSet("kind", text, np.stack([cloud(other) for other in others])))
    return tuple(sets)


def best_answer(
    clouds: Clouds, distance: Distance, steps: int = 240, seed: int = 0, progress: Progress = NO_PROGRESS
) -> Answer:
    """The point set with the least expected distance to `clouds` (K, N, 3), found by stochastic gradient descent (Adam).

    The gradient holds nearest neighbours, or the best matching, fixed for a step, as Fan et al. argue that one may: they
    change only at a set of points of measure zero.
    """
    rng = np.random.default_rng(seed)
    kinds, count, _ = clouds.shape
    start = clouds.reshape(-1, 3)[rng.choice(kinds * count, count, replace=False)] + rng.normal(0, 0.02, (count, 3))
    x, truth = nn.Parameter(torch.from_numpy(start)), torch.from_numpy(clouds)
    optimiser = torch.optim.Adam([x], lr=_RATE)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        progress.step(step, steps, f"minimising the expected {distance}")
        some = truth[rng.choice(kinds, min(_BATCH, kinds), replace=False)]
        made = x.expand(len(some), -1, -1)
        loss = emd_loss(made, some, 0.0, progress) if distance == "emd" else chamfer(made, some).value
        optimiser.zero_grad()
        loss.mean().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        falling.step()
    points = x.detach().numpy()
    return Answer(
        distance,
        points,
        float(np.mean([chamfer_squared_sum(points, cloud) for cloud in clouds])),
        float(np.mean([emd_exact(points, cloud)[0] for cloud in clouds])),
    )


def write_page(folder: Path, answers: Sequence[tuple[UncertainSet, Sequence[Answer]]], command: str) -> Path:
    """`folder`/index.html with one row of pictures a set; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = [_HEAD]
    for doubt, found in answers:
        few = doubt.clouds[:: max(1, len(doubt.clouds) // 3)][:3]
        save_row([draw_dots(points) for points in (*few, *(answer.points for answer in found))], folder / f"{doubt.name}.png")
        rows = "".join(
            f"<tr><td>least {_NAMES[answer.distance]}</td><td>{answer.chamfer:.5f}</td><td>{answer.emd:.4f}</td></tr>"
            for answer in found
        )
        parts.append(
            f"<h2>{html.escape(doubt.text)}</h2>"
            f"<p>{len(doubt.clouds)} equally likely clouds of {doubt.clouds.shape[1]:,} points. "
            "Three of them, then the best answer under each distance:</p>"
            f'<img src="{doubt.name}.png" alt="Three clouds of the set, the answer under Chamfer, the answer under EMD">'
            "<table><tr><th>answer</th><th>expected Chamfer (mean a² + mean b²)</th><th>expected EMD</th></tr>"
            f"{rows}</table>"
        )
    parts.append(f"<p>Made by <code>{html.escape(command)}</code>. Lengths in units of the unit sphere.</p>")
    path = folder / "index.html"
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return path


_NAMES: dict[Distance, str] = {"chamfer": "Chamfer", "emd": "EMD"}
_HEAD = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>The mean shape under Chamfer and under EMD</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2rem auto; padding: 0 1rem; color: #222; }
img { width: 100%; border: 1px solid #ddd; } h2 { font-size: 1.1rem; margin-top: 2rem; }
td, th { text-align: right; padding: .15rem .8rem; } td:first-child, th:first-child { text-align: left; }
</style>
<h1>What is the mean of shapes? It depends on the distance</h1>
<p>A network that cannot know which of several shapes is meant learns the point set with the least <em>expected</em> distance
to all of them (Fan, Su and Guibas, CVPR 2017, section 3.3). The same shapes, two distances, two answers: under Chamfer the
points settle wherever some shape has surface, so the answer is a crowd of all of them and its density means nothing. Under EMD
every point has to travel to its partner in every shape, and the answer is one shape in the middle that may be like none of
them.</p>"""
