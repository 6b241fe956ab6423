"""Synthetic training pieces with known answers: spheres of several radii, written in the layout of the data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.training.pieces import Piece


def sphere_pieces(root: Path, radii: tuple[float, ...], count: int = 4000) -> list[Piece]:
    pieces = []
    for number, radius in enumerate(radii):
        draw = np.random.default_rng(number)
        folder = root / f"sphere-{number}"
        folder.mkdir(parents=True)
        directions = draw.standard_normal((count, 3))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        near = radius * directions + draw.normal(0, 0.05, (count, 3))
        space = draw.uniform(-1.05, 1.05, (count, 3))
        arrays = {"near_points": near, "near_sdf": np.linalg.norm(near, axis=1) - radius}
        arrays |= {"space_points": space, "space_sdf": np.linalg.norm(space, axis=1) - radius}
        arrays |= {"volume_points": space, "volume_sdf": np.linalg.norm(space, axis=1) - radius}
        np.savez(folder / "samples.npz", **{name: value.astype(np.float32) for name, value in arrays.items()})
        np.savez(folder / "surface.npz", points=(radius * directions).astype(np.float32), normals=directions.astype(np.float32))
        pieces.append(Piece(folder, f"ball#{number}", f"Ball {radius}", "chair", "CC0-1.0", "Euclid", "tests"))
    return pieces
