"""Where shapes come from, behind one interface: what there is, and one of them at a time.

What a folder is, is seen from what lies in it; the first of these that fits (`*` is any folder):

| it holds | it is |
| --- | --- |
| `SdfSamples/` | DeepSDF's samples |
| `*.hdf5` with a list of names beside it | IM-NET's points |
| `*/*/models/model_normalized.obj` | ShapeNet v2 |
| `*/*/points.npz` with `points` and `occupancies` | Occupancy Networks' samples |
| anything else | a folder of meshes |

Of ShapeNet and Occupancy Networks the folder of a single class will do as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data.objfile import Soup
from engine.data.sampled import Sampled
from engine.data.split import Listed


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

    def read(self, item_id: str) -> Raw | Sampled:
        """One shape, as a mesh or, where the source holds no meshes, as samples.

        Raises:
            EngineError: it is not there or cannot be read.
        """


class Folder(Source, Protocol):
    """A source that knows its own categories and splits."""

    def listed(self) -> tuple[Listed, ...]:
        """A row for each shape.

        Raises:
            DataError: a list that belongs to the source is damaged.
        """


def open_source(path: Path) -> Source:
    """A folder, or else a furniture catalogue.

    Raises:
        DataError: it is neither.
        DependencyMissing: its format needs a library that is not installed.
    """
    if path.is_dir():
        return open_folder(path)
    from engine.data.catalogue import Catalogue

    return Catalogue(path)


def open_folder(path: Path) -> Folder:
    """A published data set if its layout is recognised (see above), else a folder of meshes.

    Opening reads no more than a few names, so that it may be done again for each shape.

    Raises:
        DataError: there is no folder, or nothing usable in it.
        DependencyMissing: its format needs a library that is not installed.
    """
    from engine.data import deepsdf_layout, imnet_layout, occnet_layout, shapenet
    from engine.data.folder import MeshFolder

    if deepsdf_layout.is_here(path):
        return deepsdf_layout.DeepSdfFolder(path)
    if imnet_layout.is_here(path):
        return imnet_layout.ImNetFolder(path)
    if shapenet.is_here(path):
        return shapenet.ShapeNetFolder(path)
    if occnet_layout.is_here(path):
        return occnet_layout.OccNetFolder(path)
    return MeshFolder(path)
