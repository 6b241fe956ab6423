"""Words that go with weights: what they are, how they were made, and whose shapes they learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.models.base import ShapeModel
from engine.training.config import TrainConfig
from engine.training.pieces import Piece

LINKS = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-3.0-US": "https://creativecommons.org/licenses/by/3.0/us/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
}
PAPERS = {
    "deepsdf": "Park et al., DeepSDF, CVPR 2019, arXiv 1901.05103",
    "triplane": "codes and loss of Park et al., DeepSDF, CVPR 2019, arXiv 1901.05103; planes of features of Peng et al., "
    "Convolutional Occupancy Networks, ECCV 2020, arXiv 2003.04618",
    "occnet": "Mescheder et al., Occupancy Networks, CVPR 2019, arXiv 1812.03828",
    "picture-planes": "codes of a given decoder from pictures, after Chen and Zhang, IM-NET, CVPR 2019, arXiv 1812.02822; the "
    "decoder is that of the model named under `start`",
    "psgn": "Fan, Su, Guibas, A Point Set Generation Network, CVPR 2017, arXiv 1612.00603",
}
OWN = "own"
SOURCE = "Sweet Home 3D furniture catalogues (Debian package sweethome3d-furniture), https://www.sweethome3d.com/"


def labels_for(pieces: Sequence[Piece]) -> dict[str, list[str]]:
    """Names, ids and categories of the training codes."""
    return {
        "names": [piece.name for piece in pieces],
        "ids": [piece.id for piece in pieces],
        "categories": [piece.category for piece in pieces],
    }


def card_for(
    config: TrainConfig, model: ShapeModel, pieces: Sequence[Piece], about: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """`card.json` as a dictionary, and the texts `card.md` and `DATA-CREDITS`.

    `scores` is left empty; `shape-engine evaluate` fills it in.
    """
    card: dict[str, Any] = {
        "id": config.id,
        "method": config.method,
        "title": model.title,
        "paper": PAPERS[config.method],
        "frame": "unit_sphere: centre of the bounding box at the origin, farthest point at radius 1, y up, front +z",
        "parameters": model.parameter_count,
        "training": about,
        "config": config.model_dump(mode="json"),
        "network": model.config.model_dump(mode="json"),
        "data": [piece.label() for piece in pieces],
        "scores": {},
    }
    return card, {"card.md": _card_text(card), "DATA-CREDITS": credits_text(pieces)}


def _card_text(card: dict[str, Any]) -> str:
    about = card["training"]
    counts: dict[str, int] = {}
    for piece in card["data"]:
        counts[piece["category"]] = counts.get(piece["category"], 0) + 1
    learnt = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    lines = [
        f"# {card['id']}",
        "",
        f"{card['title']} ({card['paper']}), trained for Shape Studio. {card['parameters']:,} trained values.",
        "",
        f"* **Answers in** {card['frame']}.",
        f"* **Learnt from** {len(card['data'])} shapes ({learnt}); the training split only. See `DATA-CREDITS`.",
        *_added(card["config"]["data"]),
        f"* **Made by** `{about.get('command') or 'engine.training.train'}`",
        f"* **Run**: seed {about['seed']}, {about['steps']:,} of {about['of_steps']:,} steps, {about['minutes']} minutes on "
        f"{about['device']} ({about['processes']} process, {about['threads']} thread), precision {about['precision']}, "
        f"torch {about['torch']}.",
        *_interruptions(about.get("calls", [])),
        *_start(about.get("start")),
        f"* **Last losses**: {', '.join(f'{name} {value}' for name, value in about['losses'].items())}.",
        *_recall(about.get("training_iou")),
        "* **Scores** on the test split: `scores` in `card.json`, filled in by `shape-engine evaluate`.",
        "* **Use**: shapes of these categories. With so few to learn from, expect blurred or wrong answers for others.",
        "",
    ]
    return "\n".join(lines)


def _added(data: dict[str, Any]) -> list[str]:
    """A line on what was learnt from beside the real shapes."""
    generated = sum(data.get("generated", {}).values())
    parts = [f"{data['copies']} warped copies of each"] if data.get("copies") else []
    parts += [f"{generated:,} generated pieces (`engine.data.grammar`)"] if generated else []
    return [f"* **Learnt along**: {'; '.join(parts)}."] if parts else []


def _interruptions(calls: Sequence[dict[str, Any]]) -> list[str]:
    """A line on the calls that made up a run, if there were several."""
    if len(calls) < 2:
        return []
    parts = [f"from step {call['from_step']:,} with {call['of_steps']:,} steps to go to in all" for call in calls]
    return [f"* **Stopped and resumed**: {'; '.join(parts)}. The learning rate's cosine spans the steps of its call."]


def _start(start: dict[str, Any] | None) -> list[str]:
    """A line on the weights that training began with, where they were not random."""
    if not start:
        return []
    before = start["training"]
    had = f", which had taken {before['steps']:,} steps in {before['minutes']} minutes on {before['device']}" if before else ""
    return [f"* **Began with the weights of** {start['name']} (SHA-256 {start['sha256']}){had}."]


def _recall(iou: dict[str, float] | None) -> list[str]:
    """A line on how well the training shapes themselves come back."""
    if not iou:
        return []
    values = f"mean {iou['mean']:.3f}, median {iou['median']:.3f}, lowest {iou['lowest']:.3f}"
    return [f"* **Training shapes** from their own codes: volume IoU {values}."]


def credits_text(pieces: Sequence[Piece]) -> str:
    """Model, creator, source and licence of every training piece."""
    lines = [
        "These weights were trained on the models listed below. A latent code can reproduce a training piece closely, so the",
        "weights are passed on under the terms of these licences: keep this file with them.",
        "",
    ]
    if any(piece.licence in LINKS for piece in pieces):
        lines.append(f"Source: {SOURCE}")
    if any(piece.licence == OWN for piece in pieces):
        lines.append(
            'Pieces under the licence "own" are files of whoever trained the weights; their rights were not looked at.'
        )
    lines += [f"{name}: {LINKS[name]}" for name in sorted({piece.licence for piece in pieces} & set(LINKS))]
    lines.append("")
    lines += [
        " | ".join([p.name, p.category, p.creator or "unknown creator", p.licence or "unknown licence", p.source, p.id])
        for p in pieces
    ]
    return "\n".join(lines) + "\n"
