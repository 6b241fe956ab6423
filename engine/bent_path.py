"""A way between two codes that stays near shapes: the straight line, bent towards what an encoder makes of each shape on it.

Halfway between two codes a decoder answers with something of both: half a leg, a seat with no chair under it. An encoder of
surfaces has only ever answered with codes of whole shapes, so decoding such a thing, looking at its surface and encoding that
leads back to a code near by whose shape holds together (what denoising auto-encoders are known for: Vincent et al., ICML 2008,
sections 2.4 and 4.2). Done at places along the line, it gives knots; between knots the way is straight. Both ends stay what
they are: over the first and the last fifth the line gives way to the knots bit by bit.

Models without such an encoder keep the straight line.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from engine.geometry.isosurface import refine
from engine.geometry.pieces import large_pieces
from engine.geometry.sampling import sample_surface
from engine.models.autodecoder import AutoDecoder
from engine.models.base import ShapeModel
from engine.progress import NO_PROGRESS, Progress
from engine.requests import SETTLED_LEVELS
from engine.shapes import Mesh

#: Straight pieces of the way.
PIECES = 16
#: Share of the way over which an end's own code gives way to the encoder's.
END = 0.2
#: Corners per side of the grids on which a shape is looked at (what thin parts do is seen on the grid that will show them), and
#: points taken of its surface.
LEVELS, POINTS = SETTLED_LEVELS, 8000
#: Times that a shape in too many pieces is encoded again.
AGAIN = 3


def bent_path(model: ShapeModel, a: Tensor, b: Tensor, progress: Progress = NO_PROGRESS) -> Tensor:
    """Knots at even places between code `a` and code `b`.

    Args:
        model: decodes them; the line is bent if it has an encoder of surfaces.
        a: (D,) code at the start.
        b: (D,) code at the end.
        progress: asked about every 30 ms.

    Returns:
        (K, D) codes, the first is `a`, the last `b`.
    """
    encoder = model.encoder if isinstance(model, AutoDecoder) else None
    if encoder is None:
        return torch.stack([a, b])
    knots = [a]
    with torch.inference_mode():
        most = max(large_pieces(_surface(model, end, progress)) for end in (a, b))
        for number in range(1, PIECES):
            progress.step(number, PIECES, "finding a way from A to B")
            t = number / PIECES
            straight = torch.lerp(a, b, t)
            share = min(1.0, t / END, (1 - t) / END)
            knot = torch.lerp(straight, _encoded(encoder, _surface(model, straight, progress), straight), share)
            knots.append(_joined(model, encoder, knot, most, progress))
    return torch.stack([*knots, b])


def _joined(model: ShapeModel, encoder: nn.Module, z: Tensor, most: int, progress: Progress) -> Tensor:
    """The code, or one that comes of encoding its shape again and again, whichever has fewer pieces; `most` are few enough."""
    surface = _surface(model, z, progress)
    best, fewest = z, large_pieces(surface)
    for _ in range(AGAIN):
        if fewest <= most:
            break
        z = _encoded(encoder, surface, z)
        surface = _surface(model, z, progress)
        pieces = large_pieces(surface)
        if 0 < pieces < fewest:
            best, fewest = z, pieces
    return best


def _surface(model: ShapeModel, z: Tensor, progress: Progress) -> Mesh:
    field = model.decode(z)
    assert not isinstance(field, Tensor)  # for the type checker: auto-decoders make surfaces
    *_, level = refine(field, LEVELS, progress)
    return level.mesh


def _encoded(encoder: nn.Module, surface: Mesh, z: Tensor) -> Tensor:
    """What the encoder makes of the surface of a code; the code itself if it has none."""
    if surface.is_empty:
        return z
    points, _, _ = sample_surface(surface, POINTS, np.random.default_rng(0))  # the same draws at each knot: no jitter
    code: Tensor = encoder(torch.from_numpy(points).to(z.device)[None])[0].float()
    return code
