"""From light to a picture file: lens blur, noise, the camera's tone curve, JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.materials import Singles


@dataclass(frozen=True, slots=True)
class Sensor:
    """How light becomes bytes.

    Attributes:
        blur: standard deviation of the lens blur in pixels of 1/128 of the picture; 0 for none.
        noise: standard deviation of the noise in the middle of the range; 0 for none.
        contrast: 0 for a plain curve, 1 for a steep one.
        tint: factors on red, green and blue: a white balance that is a bit off.
        jpeg: quality of the compression, 0 for none.
    """

    blur: float = 0.0
    noise: float = 0.0
    contrast: float = 0.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    jpeg: int = 0


def random_sensor(rng: np.random.Generator) -> Sensor:
    """From a clean catalogue picture to a small, noisy one that was compressed too much."""
    balance = rng.normal(scale=0.03, size=2) if rng.random() < 0.5 else np.zeros(2)
    return Sensor(
        rng.uniform(0.25, 0.9) if rng.random() < 0.5 else 0.0,
        float(np.exp(rng.uniform(np.log(0.004), np.log(0.035)))) if rng.random() < 0.55 else 0.0,
        rng.uniform(0.0, 0.8) if rng.random() < 0.5 else 0.0,
        (1.0 + float(balance[0]), 1.0, 1.0 + float(balance[1])),
        int(rng.integers(35, 96)) if rng.random() < 0.6 else 0,
    )


def develop(light: Singles, sensor: Sensor, rng: np.random.Generator) -> NDArray[np.uint8]:
    """(S, S, 3) uint8 sRGB of (S, S, 3) linear light, 1 being white.

    Args:
        light: linear.
        sensor: how.
        rng: of the noise.
    """
    import cv2

    side = light.shape[0]
    values = light * np.array(sensor.tint, dtype=np.float32)
    if sensor.blur > 0.0:
        values = cv2.GaussianBlur(values, (0, 0), sensor.blur * side / 128)
    values = values.clip(0.0, 1.0) ** np.float32(1 / 2.2)
    if sensor.contrast > 0.0:
        values = values + sensor.contrast * (values * values * (3 - 2 * values) - values)
    if sensor.noise > 0.0:  # photons are counted: darker places have relatively more of it, black and white have little
        grain = rng.standard_normal(values.shape, dtype=np.float32)
        grey = rng.standard_normal((*values.shape[:2], 1), dtype=np.float32)
        values = values + sensor.noise * (0.5 * grain + 0.8 * grey) * (0.4 + 2.4 * values * (1 - values))
    picture = np.round(values.clip(0.0, 1.0) * 255).astype(np.uint8)
    return compressed(picture, sensor.jpeg) if sensor.jpeg else picture


def compressed(rgb: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """The picture after a JPEG file of that quality, colours at half resolution."""
    import cv2

    _, file = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(file, cv2.IMREAD_COLOR)
    assert read is not None  # it was written two lines above
    return np.ascontiguousarray(read[..., ::-1]).astype(np.uint8, copy=False)
