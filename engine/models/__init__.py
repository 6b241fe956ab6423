"""The table of models. One paper, one file; adding a model is one line here."""

from __future__ import annotations

#: method -> "module:class"; imported when first asked for, so that listing models needs no torch.
MODELS: dict[str, str] = {
    "deepsdf": "engine.models.deepsdf:DeepSDF",
    "occnet": "engine.models.occnet:OccupancyNetwork",
    "triplane": "engine.models.triplane:TriplaneSDF",
    "picture-planes": "engine.models.picture_planes:PicturePlanes",
    "psgn": "engine.models.psgn:PointSetGenerator",
}
