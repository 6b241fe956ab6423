"""A map of a latent space: every training code has its place in the plane, and every place has a code.

From a place to a code the map blends the codes of the places around it: weights `((R - d) / (R d))^2` of the distance d to each
(R. Franke, "Scattered data interpolation", Math. Comp. 38, 1982; the neighbours are those within R, the distance of the
eighth). It goes through every training code and every landmark exactly, has no jump, and rests a little on each of them. Tried
on 60 straight ways between training codes of the triplane model, mean typicality / the tenth percentile / fastest stretch in
medians: thin-plate spline .58 / .34 / 1.8, linear in Delaunay triangles .58 / .35 / 2.1, all codes by inverse squares
.46 / .21 / 3.7, this .74 / .43 / 4.6; higher powers are more typical still, but jump (at 8: .87 / .55 / 41).

From a code to a place: where the map's code is nearest to it. For a code of the map that is where it came from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.requests import LatentSpace
from engine.shapes import Latent
from engine.typicality import Typicality

Floats = NDArray[np.float64]

#: The map is known from -REACH to REACH along both axes; training codes lie between -1 and 1.
REACH = 1.18
#: The neighbour whose distance bounds the neighbourhood.
NEIGHBOURS = 8
#: Places along each side at which the map is worked out beforehand.
GRID = 72
#: Steps that refine a place found on that grid.
REFINEMENTS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """Where a code lies on a map.

    Attributes:
        x, y: from -REACH to REACH, y upwards.
        beside: distance of the code from the map's code at that place, in gaps between training codes; 0: it is on the map.
    """

    x: float
    y: float
    beside: float


class LatentMap:
    """Places and codes, both ways.

    Args:
        space: of the model.
        places: (N, 2) of its training codes (`engine.layout.lay_out`).
        landmarks: further places and their codes, which the map goes through as well.

    Attributes:
        places: (N, 2) of the training codes.
        typical: (GRID, GRID) how typical the map's codes are, 0 to 1; row 0 is at the top (y = REACH), column 0 at x = -REACH.
    """

    def __init__(self, space: LatentSpace, places: ArrayLike, landmarks: tuple[tuple[float, float, Latent], ...] = ()) -> None:
        self.model = space.model
        self.places = np.asarray(places, np.float64).reshape(-1, 2)
        self.typicality = Typicality(space)
        self.landmarks = landmarks
        codes = [np.asarray(space.codes, np.float64)]
        codes += [np.asarray(code.values, np.float64)[None] for _, _, code in landmarks]
        anchors = np.concatenate([self.places, np.array([(x, y) for x, y, _ in landmarks], np.float64).reshape(-1, 2)])
        # Of two anchors on one place the later one holds: a landmark may lie on a training code.
        _, last = np.unique(anchors[::-1].round(9), axis=0, return_index=True)
        kept = np.sort(len(anchors) - 1 - last)
        self._anchors, self._codes = anchors[kept], np.concatenate(codes)[kept]
        ticks = np.linspace(-REACH, REACH, GRID)
        self._grid = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
        grid_codes = self.codes_at(self._grid)
        self.typical: Floats = self.typicality.of(grid_codes).reshape(GRID, GRID)
        known = np.concatenate([grid_codes, self._codes])
        self._known_places = np.concatenate([self._grid, self._anchors])
        self._known = known.astype(np.float32)
        self._known_squares = np.einsum("ij,ij->i", known, known)

    def code_at(self, x: float, y: float) -> Latent:
        """The code at a place; places outside the map count as its nearest border."""
        code = self.codes_at(np.clip([[x, y]], -REACH, REACH))[0]
        return Latent(self.model, tuple(code.tolist()))

    def codes_at(self, places: ArrayLike) -> Floats:
        """(M, D) codes at places (M, 2)."""
        result: Floats = self._weights(np.asarray(places, np.float64).reshape(-1, 2)) @ self._codes
        return result

    def place_of(self, code: Latent) -> Place:
        """The place whose code is nearest to `code`."""
        z = np.asarray(code.values, np.float64)
        square = float(z @ z)
        apart = self._known_squares - 2.0 * (self._known @ z.astype(np.float32))
        start = int(apart.argmin())
        place, away = self._refined(self._known_places[start], z, square)
        beside = away / float(np.median(self.typicality.gaps))
        return Place(float(place[0]), float(place[1]), beside)

    def blended(self, x: float, y: float) -> NDArray[np.intp]:
        """Indices of the training codes that are blended at a place, the heaviest first."""
        weights = self._weights(np.clip([[x, y]], -REACH, REACH))[0]
        order = np.argsort(-weights, kind="stable")
        order = order[weights[order] > 0.02]
        at = {(round(px, 9), round(py, 9)): i for i, (px, py) in enumerate(self.places.tolist())}
        found = [at.get((round(px, 9), round(py, 9))) for px, py in self._anchors[order].tolist()]
        return np.array([i for i in found if i is not None], np.intp)

    def _weights(self, places: Floats) -> Floats:
        """(M, anchors) weights that add up to 1 in each row."""
        way = places[:, None] - self._anchors
        far = np.sqrt(np.einsum("mnk,mnk->mn", way, way))
        count = self._anchors.shape[0]
        if count > NEIGHBOURS:
            reach = np.partition(far, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1]
        else:
            reach = 1.5 * far.max(axis=1) + 1e-9
        nearest = np.maximum(far.min(axis=1, keepdims=True), 1e-12)
        # Relative to the nearest, so that nothing overflows on an anchor.
        rise = np.maximum(reach[:, None] - far, 0.0) / reach[:, None] * (nearest / np.maximum(far, 1e-12))
        weights = rise**2
        result: Floats = weights / weights.sum(axis=1, keepdims=True)
        return result

    def _refined(self, place: Floats, z: Floats, square: float) -> tuple[Floats, float]:
        """The best place near `place`, and its distance in the space of codes: damped Gauss-Newton on the map."""
        step, damping = 1e-5, 1e-3
        code = self.codes_at(place)[0]
        error = float(((code - z) ** 2).sum())
        for _ in range(REFINEMENTS):
            if error <= 1e-14 * (1.0 + square):
                break
            beside = self.codes_at(place + step * np.array([[1.0, 0.0], [0.0, 1.0]]))
            slope = (beside - code) / step  # (2, D)
            normal = slope @ slope.T
            pull = slope @ (z - code)
            size = float(np.trace(normal)) + 1e-12
            moved = np.clip(place + np.linalg.solve(normal + damping * size * np.eye(2), pull), -REACH, REACH)
            new = self.codes_at(moved)[0]
            new_error = float(((new - z) ** 2).sum())
            if new_error < error:
                small = float(np.abs(moved - place).max()) < 1e-7
                place, code, error, damping = moved, new, new_error, damping * 0.1
                if small:
                    break
            else:
                damping *= 10.0
        return place, float(np.sqrt(error))
