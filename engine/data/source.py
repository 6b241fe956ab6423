"""Where shapes come from, behind one interface: what there is, and one of them at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.objfile import Soup


@dataclass(frozen=True, slots=True, eq=False)
class Raw:
    """A shape as its source gives it.

    Attributes:
        soup: triangles, y up, front +z, in any unit.
        picture: (128, 128, 4) uint8, RGBA, or None.
        size: width, height, depth as the source states them.
    """

    soup: Soup
    picture: NDArray[np.uint8] | None
    size: tuple[float, float, float]


class Source(Protocol):
    """A catalogue, a folder ...

    Attributes:
        name: for credits.
    """

    name: str

    def read(self, item_id: str) -> Raw:
        """One shape.

        Raises:
            EngineError: it is not there or cannot be read.
        """


def open_source(path: Path) -> Source:
    """A folder of meshes, or else a furniture catalogue.

    Raises:
        DataError: it is neither.
    """
    if path.is_dir():
        from engine.data.folder import MeshFolder

        return MeshFolder(path)
    from engine.data.catalogue import Catalogue

    return Catalogue(path)
