"""What a model has to beat, as jobs: mean shape, picture retrieval, oracle retrieval, and the floor of sampling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.data.generated import SOURCE
from engine.data.store import Item
from engine.evaluation.jobs import InsideJob, ScoreJob, insides
from engine.evaluation.mean_field import choose_folders, field_on_grid, mean_shape
from engine.evaluation.predict import Answer, Asking
from engine.evaluation.retrieval import PRETRAINED, FeatureJob, describe_pictures, nearest_picture
from engine.evaluation.scores import BASELINE, FLOOR, Measuring
from engine.evaluation.search import OracleJob, TrainingSet, best_training_shape
from engine.evaluation.truth import read_truth
from engine.evaluation.workers import Workers
from engine.progress import Progress

MEAN_SHAPE, SAMPLING_FLOOR = "mean shape", "sampling floor"
PICTURE_RETRIEVAL = "picture retrieval"
ORACLE_RETRIEVAL, ORACLE_OF_ALL = "oracle retrieval", "oracle retrieval, generated too"


@dataclass(frozen=True)
class Setting:
    """What all baselines need to know.

    Attributes:
        pieces: to be scored.
        training: to retrieve from.
        encoders: ids of the models whose own picture encoders retrieve too.
        asking, measuring: as in `ScoreJob`.
    """

    pieces: tuple[Item, ...]
    training: TrainingSet
    encoders: tuple[str, ...]
    asking: Asking
    measuring: Measuring


def retrieval_by(encoder: str) -> str:
    """Name of the method that retrieves by an encoder; the pretrained one goes without."""
    return PICTURE_RETRIEVAL if encoder == PRETRAINED else f"{PICTURE_RETRIEVAL} by {encoder}"


def baseline_jobs(setting: Setting, workers: Workers, progress: Progress) -> list[ScoreJob]:
    """Find every baseline's answers; what is left is to score them."""
    retrievals = [
        *_by_picture(setting, workers, progress),
        *_by_oracle(setting, False, workers, progress),
        *(_by_oracle(setting, True, workers, progress) if setting.training.folders(generated=True) else ()),
    ]
    if any(not column.metric for column in setting.measuring.columns):
        retrievals = _with_insides(retrievals, workers, progress)
    return [
        *_mean_shapes(setting, workers, progress),
        *retrievals,
        *(_job(setting, SAMPLING_FLOOR, piece, FLOOR) for piece in setting.pieces),
    ]


def _with_insides(jobs: Sequence[ScoreJob], workers: Workers, progress: Progress) -> list[ScoreJob]:
    """The same jobs with what each needs for its IoU; every retrieved piece is prepared once, however many it answers."""
    asked: dict[Path, dict[Path, None]] = {}
    for job in jobs:
        if job.retrieved is not None:
            asked.setdefault(job.retrieved, {})[job.folder] = None
    wanted = [InsideJob(retrieved, tuple(folders)) for retrieved, folders in asked.items()]
    found = workers.run(insides, wanted, progress, "filling what was retrieved")
    known = {
        (job.retrieved, folder): inside
        for job, filled in zip(wanted, found, strict=True)
        for folder, inside in zip(job.folders, filled, strict=True)
    }
    return [replace(job, inside=known[job.retrieved, job.folder]) if job.retrieved else job for job in jobs]


def _job(setting: Setting, method: str, piece: Item, kind: str = BASELINE) -> ScoreJob:
    return ScoreJob(method, kind, piece.folder, setting.asking, setting.measuring)


def _mean_shapes(setting: Setting, workers: Workers, progress: Progress) -> list[ScoreJob]:
    """Of the category's real training shapes; of generated ones where there are no others; of none where there are none."""
    jobs = []
    for category in dict.fromkeys(piece.category for piece in setting.pieces):
        known = [item for item in setting.training.items if item.category == category]
        real = [item.folder for item in known if item.meta.source != SOURCE]
        folders = choose_folders(real or [item.folder for item in known], setting.measuring.seed)
        if not folders:
            continue
        grids = workers.run(field_on_grid, folders, progress, f"averaging training shapes ({category})")
        mean = mean_shape(grids, f"mean {category}")
        words = f"mean of {mean.count} training shapes"
        for piece in setting.pieces:
            if piece.category == category:
                inside = mean.inside(read_truth(piece.folder).volume)
                jobs.append(replace(_job(setting, MEAN_SHAPE, piece), given=Answer(mean.mesh, inside, words)))
    return jobs


def _by_picture(setting: Setting, workers: Workers, progress: Progress) -> list[ScoreJob]:
    training, pieces = setting.training.items, setting.pieces
    known_jobs = [FeatureJob(item.folder, True, setting.encoders, setting.asking) for item in training]
    known = workers.run(describe_pictures, known_jobs, progress, "reading training pictures")
    asked_jobs = [FeatureJob(item.folder, False, setting.encoders, setting.asking) for item in pieces]
    asked = workers.run(describe_pictures, asked_jobs, progress, "reading test pictures")
    jobs = []
    for encoder in (PRETRAINED, *setting.encoders):
        features = [found[encoder] for found in known]
        for piece, found in zip(pieces, asked, strict=True):
            if not len(found[encoder]):
                continue
            best, picture, cosine = nearest_picture(found[encoder][0], features)
            which = "catalogue picture" if picture == 0 else f"render {picture - 1}"
            words = f"{training[best].id} by its {which}, cosine {cosine:.3f}"
            job = _job(setting, retrieval_by(encoder), piece)
            jobs.append(replace(job, retrieved=training[best].folder, words=words))
    return jobs


def _by_oracle(setting: Setting, generated: bool, workers: Workers, progress: Progress) -> list[ScoreJob]:
    seed = setting.measuring.seed
    searches = [OracleJob(piece.folder, setting.training, generated, seed) for piece in setting.pieces]
    found = workers.run(best_training_shape, searches, progress, "searching the best training shapes")
    method = ORACLE_OF_ALL if generated else ORACLE_RETRIEVAL
    return [
        replace(_job(setting, method, piece), retrieved=best.folder, words=Item(best.folder).id)
        for piece, best in zip(setting.pieces, found, strict=True)
        if best is not None
    ]
