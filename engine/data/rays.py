"""Ray casting against triangles with Embree, in numpy terms."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Rays:
    """A scene that answers rays.

    Args:
        vertices: (V, 3).
        faces: (F, 3).
    """

    def __init__(self, vertices: ArrayLike, faces: ArrayLike) -> None:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        self._scene = EmbreeScene()
        corners = np.asarray(vertices, dtype=np.float32)[np.asarray(faces, dtype=np.int64)]
        self._mesh = TriangleMesh(self._scene, np.ascontiguousarray(corners))

    def first_hit(self, origins: ArrayLike, directions: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """First face along each ray.

        Args:
            origins: (N, 3).
            directions: (N, 3).

        Returns:
            (N,) face index, -1 if none; (N,) float32 way to it in units of the direction, infinite if none.
        """
        face, way, _ = self.first_hit_at(origins, directions)
        return face, way

    def first_hit_at(
        self, origins: ArrayLike, directions: ArrayLike
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]:
        """As `first_hit`, plus (N, 2) float32 barycentric weights of the face's second and third corner."""
        answer = self._scene.run(_rows(origins), _rows(directions), query="INTERSECT", output=True)
        face = np.asarray(answer["primID"], dtype=np.int32)
        way = np.where(face < 0, np.float32(np.inf), answer["tfar"]).astype(np.float32)
        return face, way, np.column_stack([answer["u"], answer["v"]]).astype(np.float32)

    def any_hit(self, origins: ArrayLike, directions: ArrayLike) -> NDArray[np.bool_]:
        """(N,) True where something is in the way of the ray."""
        answer = self._scene.run(_rows(origins), _rows(directions), query="OCCLUDED")
        blocked: NDArray[np.bool_] = np.asarray(answer) == 0
        return blocked


def _rows(values: ArrayLike) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32).reshape(-1, 3)
