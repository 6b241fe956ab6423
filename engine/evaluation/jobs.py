"""One method on one piece: the unit of work that goes to a worker."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data.generated import SOURCE
from engine.data.store import Item
from engine.errors import PictureError, ShapeError
from engine.evaluation.kept import read_kept, write_kept
from engine.evaluation.novelty import novelty
from engine.evaluation.portraits import portrait
from engine.evaluation.predict import Answer, Asking, predict, use_threads
from engine.evaluation.scores import FLOOR, MODEL, Measuring, Row, penalty, score
from engine.evaluation.search import TrainingSet
from engine.evaluation.truth import Truth, read_truth, second_sampling, skin_of, surface_of, whole_mesh
from engine.shapes import Mesh

#: Added to the name of a model for the rows of its fits to half of the surface.
HALF = ", half surface"


@dataclass(frozen=True, eq=False)
class ScoreJob:
    """One method on one piece.

    Attributes:
        method, kind: as in `engine.evaluation.scores.Row`.
        folder: of the piece.
        asking: how models are asked.
        measuring: what is measured and how.
        half: fit the model to half of the surface.
        retrieved: folder of the training piece that a baseline answers with.
        inside: (V,) which of the truth's volume points lie inside that one, if that is measured.
        given: an answer that is known already.
        words: how it was found.
        training: among which shapes a model's answer is looked up; None for not at all.
        picture: draw the answer.
        keep: file that holds the result, or shall hold it; None keeps nothing.
    """

    method: str
    kind: str
    folder: Path
    asking: Asking
    measuring: Measuring
    half: bool = False
    retrieved: Path | None = None
    inside: NDArray[np.bool_] | None = None
    given: Answer | None = None
    words: str = ""
    training: TrainingSet | None = None
    picture: bool = True
    keep: Path | None = None

    @property
    def name(self) -> str:
        """The method as the tables call it."""
        return self.method + HALF if self.half else self.method


@dataclass(frozen=True, eq=False)
class Scored:
    """What came of a job.

    Attributes:
        row: scores.
        picture: WebP of the answer, see `engine.evaluation.portraits`; empty for an empty answer or if none was wanted.
    """

    row: Row
    picture: bytes = b""


def score_piece(job: ScoreJob) -> Scored:
    """One method on one piece (runs on a worker); what was kept from before is not worked out again."""
    if job.keep is not None and (known := read_kept(job.keep)) is not None:
        return Scored(*known)
    scored = _score_piece(job)
    if job.keep is not None:
        write_kept(job.keep, scored)
    return scored


def _score_piece(job: ScoreJob) -> Scored:
    began = time.perf_counter()
    use_threads(job.asking)
    truth = read_truth(job.folder)
    answer = _answer(job, truth)
    empty = answer.shape.is_empty
    scores = score(answer.shape, answer.inside, truth, job.measuring)
    fine = penalty(truth, job.measuring) if empty else {}
    found = novelty(answer.shape, truth, job.training, job.measuring.seed) if job.training and job.kind == MODEL else None
    drawn = portrait(answer.look or answer.shape, truth.raw) if job.picture and not empty else b""
    meta = truth.item.meta
    taken = time.perf_counter() - began
    row = Row(job.name, job.kind, meta.category, meta.id, meta.name, scores, empty, taken, answer.words, fine, found)
    return Scored(row, drawn)


def draw_truth(folder: Path) -> bytes:
    """The picture of a piece itself (runs on a worker)."""
    shape = whole_mesh(Item(folder))
    return portrait(shape, shape)


def _answer(job: ScoreJob, truth: Truth) -> Answer:
    if job.given is not None:
        return job.given
    if job.kind == MODEL:
        try:
            return predict(job.method, truth, job.asking, job.half)
        except (PictureError, ShapeError) as error:  # of this one piece: no answer is an answer too
            return Answer(Mesh.empty(str(error)), np.zeros(len(truth.volume), bool), f"no answer: {error}")
    if job.kind == FLOOR:
        again = second_sampling(job.folder, job.measuring.seed)
        return Answer(again, None, "the same skin sampled twice", truth.raw)
    if job.retrieved is None:
        raise ValueError("a baseline needs an answer, or the folder of the piece that it retrieved")
    item = Item(job.retrieved)
    mesh = whole_mesh(item)
    # Generated pieces have few stored points, but nothing buried: their mesh is their skin.
    return Answer(mesh if item.meta.source == SOURCE else surface_of(item), job.inside, job.words, mesh)


@dataclass(frozen=True)
class InsideJob:
    """A training piece that was retrieved, and all the pieces that it shall answer.

    Attributes:
        retrieved: its folder.
        folders: of the pieces.
    """

    retrieved: Path
    folders: tuple[Path, ...]


def insides(job: InsideJob) -> list[NDArray[np.bool_]]:
    """Which volume points of each piece lie inside the retrieved one (runs on a worker; its skin takes seconds to prepare)."""
    skin = skin_of(job.retrieved)
    return [skin.contains(read_truth(folder).volume) for folder in job.folders]
