"""The camera as a product photographer thinks of it: it looks at a target from an angle and a distance, upright always."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Vertical field of view, degrees: about that of an 85 mm lens, so that verticals stay calm.
FIELD = 26.0
#: Three-quarter view, degrees: from the right of the front, a little above.
AZIMUTH, ELEVATION = 32.0, 17.0
#: Fractions of the view that a framed shape fills at most.
FILL_HEIGHT, FILL_WIDTH = 0.70, 0.88


@dataclass(frozen=True, slots=True)
class Orbit:
    """Where the camera is.

    Attributes:
        azimuth: degrees around the vertical axis; 0 looks at the front (+z), 90 at the right side (+x).
        elevation: degrees above the horizon, -89 to 89.
        distance: from the target, in the units of the frame, > 0.
        target: the point looked at.
        framed: True while nobody has zoomed or panned, so that the view may still be framed anew.
    """

    azimuth: float = AZIMUTH
    elevation: float = ELEVATION
    distance: float = 5.0
    target: tuple[float, float, float] = (0.0, 0.0, 0.0)
    framed: bool = True

    def axes(self) -> NDArray[np.float64]:
        """(3, 3) rows: right, up and towards the camera."""
        a, e = np.radians(self.azimuth), np.radians(self.elevation)
        back = np.array([np.sin(a) * np.cos(e), np.sin(e), np.cos(a) * np.cos(e)])
        right = np.array([np.cos(a), 0.0, -np.sin(a)])
        return np.stack([right, np.cross(back, right), back])

    def position(self) -> NDArray[np.float64]:
        """(3,) place of the camera."""
        result: NDArray[np.float64] = np.asarray(self.target) + self.distance * self.axes()[2]
        return result

    def turned(self, right: float, up: float) -> Orbit:
        """Turned by `right` and `up` degrees."""
        elevation = float(np.clip(self.elevation + up, -89.0, 89.0))
        return replace(self, azimuth=(self.azimuth + right + 180.0) % 360.0 - 180.0, elevation=elevation)

    def moved(self, right: float, up: float) -> Orbit:
        """Target and camera moved by fractions of the view's height."""
        height = 2 * self.distance * np.tan(np.radians(FIELD / 2))
        axes = self.axes()
        target = np.asarray(self.target) + height * (right * axes[0] + up * axes[1])
        return replace(self, target=(float(target[0]), float(target[1]), float(target[2])), framed=False)

    def zoomed(self, factor: float) -> Orbit:
        """Nearer by `factor` (> 1) or farther (< 1)."""
        return replace(self, distance=float(np.clip(self.distance / factor, 0.3, 40.0)), framed=False)

    def framing(self, points: NDArray[np.float32], aspect: float) -> Orbit:
        """Seen from the same angle, at the distance at which `points` fill the view.

        Args:
            points: (N, 3), N >= 1.
            aspect: width of the view divided by its height.
        """
        axes = self.axes()
        local = points.astype(np.float64) @ axes.T
        low, high = local.min(axis=0), local.max(axis=0)
        centre = (low + high) / 2
        slope = np.tan(np.radians(FIELD / 2))
        distance = 5.0
        # Nearer points look larger, so centre and distance depend on each other; a few rounds settle both.
        for _ in range(12):
            depth = np.maximum(distance - (local[:, 2] - centre[2]), 1e-3)
            across = (local[:, :2] - centre[:2]) / depth[:, None] * distance
            lowest, highest = across.min(axis=0), across.max(axis=0)
            centre[:2] += (lowest + highest) / 2
            width, height = highest - lowest
            distance *= max(height / FILL_HEIGHT, width / (FILL_WIDTH * aspect)) / (2 * slope * distance)
            distance = max(distance, 0.3)
        target = centre @ axes
        return replace(
            self, distance=float(distance), target=(float(target[0]), float(target[1]), float(target[2])), framed=True
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for a session file."""
        return {
            "azimuth": self.azimuth,
            "elevation": self.elevation,
            "distance": self.distance,
            "target": list(self.target),
            "framed": self.framed,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Orbit:
        """The camera of a session file; what is missing or out of range falls back to the standard view."""
        standard = cls()
        try:
            numbers = [float(values.get(k, getattr(standard, k))) for k in ("azimuth", "elevation", "distance")]
            target = tuple(float(x) for x in values.get("target", standard.target))
        except (TypeError, ValueError):
            return standard
        if len(target) != 3 or not np.isfinite([*numbers, *target]).all() or not 0.01 < numbers[2] < 1000:
            return standard
        azimuth, elevation, distance = numbers
        framed = bool(values.get("framed", False))
        return cls(azimuth, float(np.clip(elevation, -89, 89)), distance, (target[0], target[1], target[2]), framed)
