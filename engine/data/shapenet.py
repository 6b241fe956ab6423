"""ShapeNetCore v2: `<synset>/<model>/models/model_normalized.obj`, y up, front -z, diagonal of the bounding box 1.

`taxonomy.json` in the root names the classes, where it is there. A table in the root with the columns `synsetId`, `modelId` and
`split` (the challenge's `all.csv`) says what is held out; its synsets may have lost their leading zero to a spreadsheet.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np

from engine.data.objfile import Soup, parse_obj
from engine.data.published import (
    FRONT_MINUS_Z,
    category_named,
    folders_in,
    is_synset,
    merged,
    parts_of,
    quick_stamp,
    read_text,
    rows_of,
)
from engine.data.source import Raw
from engine.data.split import Listed
from engine.errors import DataError

MODEL = "models/model_normalized.obj"
MODEL_LIMIT = 2**30  # bytes of text
BESIDE_LIMIT = 2**27  # bytes of a material library or a texture
PREFIX = "shapenet-v2"


def is_here(path: Path) -> bool:
    """Whether a folder is laid out like this, or is one class of such a set."""
    return _has(path, f"*/*/{MODEL}") or (is_synset(path.name) and _has(path, f"*/{MODEL}"))


def _has(path: Path, pattern: str) -> bool:
    return any(True for _ in islice(path.glob(pattern), 1))


class ShapeNetFolder:
    """The models of ShapeNetCore v2.

    Args:
        path: the root, or the folder of one class.
    """

    name = "ShapeNet v2"

    def __init__(self, path: Path) -> None:
        one = is_synset(path.name) and not _has(path, f"*/*/{MODEL}")
        self.path = path.parent if one else path
        self._only = path.name if one else None

    def listed(self) -> tuple[Listed, ...]:
        """A row for each model that has a mesh."""
        names, official = self._taxonomy(), self._official()
        rows: list[Listed] = []
        for folder in folders_in(self.path):
            if self._only not in (None, folder.name):
                continue
            files = {f"{PREFIX}/{folder.name}/{m.name}": m / MODEL for m in folders_in(folder) if (m / MODEL).is_file()}
            stamps = {item_id: quick_stamp(file) for item_id, file in files.items()}
            known = official if official is None or any(i in official for i in stamps) else None
            rows += rows_of(category_named(folder.name, names), stamps, known, shapenet=is_synset(folder.name))
        return tuple(rows)

    def read(self, item_id: str) -> Raw:
        """One model, front to +z, in its file's unit, with its materials' colours.

        Raises:
            DataError: it is not there, too large or damaged.
        """
        synset, model = parts_of(item_id, PREFIX, 2, self.path)
        root = self.path / synset / model
        file = root / MODEL
        data = _read(file, MODEL_LIMIT)
        if data is None:
            raise DataError("{path} does not hold {id}, or its mesh is too large.", path=self.path, id=item_id)
        soup = parse_obj(data, _beside(file.parent, root), str(file))
        if len(soup.faces) == 0:
            raise DataError("{file} has no faces; leave it out.", file=file)
        if not data.endswith(b"\n") and len(np.unique(soup.faces)) < len(soup.vertices):  # text has no other sign of its end
            raise DataError("{file} is cut off in the middle; get it again.", file=file)
        turned = Soup(soup.vertices @ FRONT_MINUS_Z.T, soup.faces, soup.colours)
        width, height, depth = np.ptp(turned.vertices[np.unique(turned.faces)], axis=0).tolist()
        return Raw(turned, None, (width, height, depth))

    def _taxonomy(self) -> dict[str, str]:
        file = self.path / "taxonomy.json"
        if not file.is_file():
            return {}
        try:
            return {str(entry["synsetId"]): str(entry["name"]) for entry in json.loads(read_text(file))}
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DataError("{file} is damaged; get it again or take it away.", file=file) from error

    def _official(self) -> dict[str, str] | None:
        lists: dict[str, list[str]] = {}
        for file in sorted(self.path.glob("*.csv")):
            reader = csv.DictReader(read_text(file).splitlines())
            if not {"synsetId", "modelId", "split"} <= set(reader.fieldnames or ()):
                continue
            try:
                for line in reader:
                    lists.setdefault(line["split"].strip().lower(), []).append(
                        f"{PREFIX}/{line['synsetId'].strip().zfill(8)}/{line['modelId'].strip()}"
                    )
            except (csv.Error, AttributeError) as error:
                raise DataError("{file} is damaged; get it again or take it away.", file=file) from error
        return merged(lists) if lists else None


def _beside(folder: Path, root: Path) -> Callable[[str], bytes | None]:
    """Reads files named in an OBJ, from inside the model's own folder only."""

    def read(name: str) -> bytes | None:
        try:
            file = (folder / name.replace("\\", "/")).resolve()
        except (OSError, ValueError, RuntimeError):
            return None
        return _read(file, BESIDE_LIMIT) if file.is_relative_to(root.resolve()) else None

    return read


def _read(file: Path, limit: int) -> bytes | None:
    try:
        return file.read_bytes() if file.is_file() and file.stat().st_size <= limit else None
    except (OSError, ValueError):
        return None
