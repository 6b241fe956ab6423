"""Scored answers on disk, so that an evaluation that was cut off goes on where it was.

A file is named by a hash of all that its answer depends on: the method and its weights, the piece, what is measured and
how, the training shapes among which it is looked up. It is written beside and swapped in, so that two workers, or one that
is killed, leave whole files; what cannot be read is made again. The program is not part of the name: whoever changes it
should empty the folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.store import write_text
from engine.evaluation.novelty import Novelty
from engine.evaluation.scores import Row
from engine.shapes import Mesh

if TYPE_CHECKING:
    from engine.evaluation.jobs import Scored, ScoreJob
    from engine.evaluation.search import TrainingSet


def kept_as(jobs: Sequence[ScoreJob], weights: dict[str, str], folder: Path) -> list[Path]:
    """The file of each job's result.

    Args:
        jobs: what is to be scored.
        weights: method -> hash of its weights; a method without weights needs none.
        folder: of the files.
    """
    listed: dict[TrainingSet, str] = {}  # jobs share one training set of thousands of folders
    paths = []
    for job in jobs:
        training = job.training
        if training is not None and training not in listed:
            listed[training] = _digest("\n".join(str(item.folder) for item in training.items))
        parts = [
            job.name, job.kind, weights.get(job.method, ""), _stamp(job.folder), _stamp(job.retrieved), job.picture,
            job.asking.device, job.asking.fit_steps, job.asking.seed, job.measuring.conventions(), job.measuring.seed,
            listed[training] if training else "", _given(job),
        ]  # fmt: skip
        paths.append(folder / f"{_digest(json.dumps(parts, sort_keys=True))[:32]}.json")
    return paths


def write_kept(path: Path, scored: Scored) -> None:
    """Keep a result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = base64.b64encode(scored.picture).decode()
    write_text(path, json.dumps({"row": asdict(scored.row), "picture": picture}))


def read_kept(path: Path) -> tuple[Row, bytes] | None:
    """Scores and picture of a result that was kept; None if there is none, or none that can be read."""
    try:
        document = json.loads(path.read_text("utf-8"))
        row = document["row"]
        found = row.pop("novelty")
        return Row(**row, novelty=Novelty(**found) if found else None), base64.b64decode(document["picture"], validate=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _stamp(folder: Path | None) -> str:
    """A prepared piece by where it lies and what its description says."""
    return f"{folder} {_digest((folder / 'meta.json').read_text('utf-8'))}" if folder else ""


def _given(job: ScoreJob) -> str:
    if job.given is None:
        return ""
    shape = job.given.shape
    arrays = [shape.vertices, shape.faces] if isinstance(shape, Mesh) else [shape.points]
    total = hashlib.sha256()
    for array in (*arrays, job.given.inside):
        total.update(b"" if array is None else array.tobytes())
    return total.hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
