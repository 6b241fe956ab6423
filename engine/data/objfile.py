"""Wavefront OBJ text to triangles with one colour per face.

Only what a catalogue model needs: positions, polygons, material names, and from the material library the diffuse colour or
the mean colour of its picture. Everything else of the format is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.errors import DataError

GREY = (0.6, 0.6, 0.6)


@dataclass(frozen=True, slots=True, eq=False)
class Soup:
    """Triangles as a file gives them: no promise about closedness, direction or duplicates.

    Attributes:
        vertices: (V, 3) float64, file units.
        faces: (F, 3) int64.
        colours: (F, 3) float32 in [0, 1], sRGB, the material's colour.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    colours: NDArray[np.float32]


def parse_obj(data: bytes, read_beside: Callable[[str], bytes | None], name: str) -> Soup:
    """Triangulate an OBJ text; polygons become fans.

    Args:
        data: the file.
        read_beside: gives the bytes of a file named relative to the OBJ, None if there is none.
        name: what to call it in errors.

    Raises:
        DataError: a number or an index that cannot be read.
    """
    vertices: list[list[float]] = []
    faces: list[tuple[int, int, int]] = []
    materials: list[int] = []
    colours: list[tuple[float, float, float]] = [GREY]
    material_of: dict[str, int] = {}
    current = 0
    try:
        for line in data.decode("latin-1").replace("\\\n", " ").splitlines():
            if line.startswith("v "):
                parts = line.split()
                vertices.append([float(parts[1]), float(parts[2]), float(parts[3])])
            elif line.startswith("f "):
                corners = [int(part.split("/", 1)[0]) for part in line.split()[1:]]
                corners = [c - 1 if c > 0 else len(vertices) + c for c in corners]
                for second, third in pairwise(corners[1:]):
                    faces.append((corners[0], second, third))
                    materials.append(current)
            elif line.startswith("usemtl"):
                current = material_of.get(line[6:].strip(), 0)
            elif line.startswith("mtllib"):
                library = read_beside(line[6:].strip())
                for key, colour in (_parse_materials(library, read_beside) if library else {}).items():
                    material_of[key] = len(colours)
                    colours.append(colour)
    except (ValueError, IndexError) as error:
        raise DataError("The model {name} is damaged ({reason}); leave it out.", name=name, reason=str(error)) from error
    triangles = np.array(faces, dtype=np.int64).reshape(-1, 3)
    if len(triangles) and (triangles.min() < 0 or triangles.max() >= len(vertices)):
        raise DataError("The model {name} names a vertex that it does not have; leave it out.", name=name)
    return Soup(
        np.array(vertices, dtype=np.float64).reshape(-1, 3),
        triangles,
        np.array(colours, dtype=np.float32)[np.array(materials, dtype=np.int64)],
    )


def _parse_materials(data: bytes, read_beside: Callable[[str], bytes | None]) -> dict[str, tuple[float, float, float]]:
    colours: dict[str, tuple[float, float, float]] = {}
    name = ""
    for line in data.decode("latin-1").splitlines():
        words = line.split(None, 1)
        if len(words) < 2:
            continue
        if words[0] == "newmtl":
            name = words[1].strip()
            colours[name] = GREY
        elif words[0] == "Kd":
            values = [min(max(float(v), 0.0), 1.0) for v in words[1].split()[:3]]
            if len(values) == 3:
                colours[name] = (values[0], values[1], values[2])
        elif words[0] == "map_Kd":
            picture = read_beside(words[1].strip())
            mean = _mean_colour(picture) if picture else None
            if mean is not None:
                colours[name] = mean
    return colours


def _mean_colour(picture: bytes) -> tuple[float, float, float] | None:
    """Mean sRGB colour of a picture in [0, 1]; None if it cannot be read (a texture is not worth a refusal)."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(picture)) as image:
            image.draft("RGB", (32, 32))
            small = np.asarray(image.convert("RGB").resize((8, 8), Image.Resampling.BOX), dtype=np.float64) / 255.0
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
    red, green, blue = small.reshape(-1, 3).mean(axis=0)
    return float(red), float(green), float(blue)
