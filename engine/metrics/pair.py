"""Two sampled shapes, with everything that measures share found once."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.errors import ShapeError
from engine.metrics.neighbours import Found, nearest_both
from engine.metrics.points import emd_exact
from engine.metrics.surface import normal_consistency, point_to_surface
from engine.progress import NO_PROGRESS, Progress
from engine.shapes import Shape

#: (N, 3) points and their normals, if there are any.
Sample = tuple[NDArray[np.float32], NDArray[np.float32] | None]


class Pair:
    """Two sampled shapes in one frame; nearest neighbours are found once, however many measures ask."""

    def __init__(
        self,
        a: Sample,
        b: Sample,
        scale: float = 1.0,
        progress: Progress = NO_PROGRESS,
        shapes: tuple[Shape, Shape] | None = None,
        seed: int = 0,
    ) -> None:
        """Divide all lengths by `scale`.

        Args:
            a: (N, 3) points of the result and their normals, if there are any.
            b: the same of the reference.
            scale: length that becomes 1.
            progress: asked between chunks of work.
            shapes: what was sampled, for measures of surfaces and volumes.
            seed: of further samples.
        """
        self.a, self.normals_a = a
        self.b, self.normals_b = b
        self.scale = scale
        self.progress = progress
        self.seed = seed
        self._shapes = shapes
        self._unscaled: Pair | None = None

    @cached_property
    def _both(self) -> tuple[Found, Found]:
        if self._unscaled is not None:
            return self._unscaled._both
        return nearest_both(self.a, self.b, self.progress)

    @cached_property
    def _to_surfaces(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        if self._unscaled is not None:
            return self._unscaled._to_surfaces
        a, b = self.shapes
        return point_to_surface(self.a, b, self.progress), point_to_surface(self.b, a, self.progress)

    @property
    def shapes(self) -> tuple[Shape, Shape]:
        """Result and reference.

        Raises:
            ShapeError: this pair was made of bare points.
        """
        if self._shapes is None:
            raise ShapeError("This measure needs the shapes themselves, not points of them.")
        return self._shapes

    @property
    def a_to_b(self) -> NDArray[np.float64]:
        """(N,) distance of each point of a to its nearest of b."""
        return self._both[0][0] / self.scale

    @property
    def b_to_a(self) -> NDArray[np.float64]:
        """(M,) distance of each point of b to its nearest of a."""
        return self._both[1][0] / self.scale

    @property
    def a_to_surface(self) -> NDArray[np.float64]:
        """(N,) distance of each point of a to the surface (or the points) of the reference."""
        return self._to_surfaces[0].astype(np.float64) / self.scale

    @property
    def b_to_surface(self) -> NDArray[np.float64]:
        """(M,) distance of each point of b to the surface (or the points) of the result."""
        return self._to_surfaces[1].astype(np.float64) / self.scale

    def scaled(self, scale: float) -> Pair:
        """The same samples in another unit of length, given in the units of the points; neighbours are found only once."""
        root = self._unscaled or self
        other = Pair((self.a, self.normals_a), (self.b, self.normals_b), scale, self.progress, self._shapes, self.seed)
        other._unscaled = root
        return other

    def emd(self) -> float:
        """Mean distance of the best one-to-one matching."""
        self.progress.check()
        return emd_exact(self.a, self.b, self.progress)[0] / self.scale

    def normal_consistency(self) -> float:
        """Mean absolute cosine of the normals of nearest points."""
        if self.normals_a is None or self.normals_b is None:
            raise ShapeError("Normal consistency needs two surfaces, or clouds with normals.")
        return normal_consistency(self.normals_a, self.normals_b, self._both[0][1], self._both[1][1])
