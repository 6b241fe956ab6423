"""What is measured: the columns of the tables, and the presets that choose among them, one line each.

A preset bears the name under which a paper's or a library's figures are quoted. The formula, the unit of length and the number
of points of each measure are those of `engine.metrics.METRICS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import EngineError
from engine.metrics import METRICS
from engine.metrics.align import alignment


@dataclass(frozen=True, slots=True)
class Column:
    """One score.

    Attributes:
        name: key of the scores, heading of the CSV file.
        title: heading of the tables.
        metric: key of `METRICS`; "" for the IoU, which needs no points of surfaces.
        raw: against the model as it came, not against its outer skin.
        factor: by which tables multiply; the JSON and CSV files hold bare values.
        digits: behind the point in tables.
    """

    name: str
    title: str
    metric: str = ""
    raw: bool = False
    factor: float = 1.0
    digits: int = 4

    @property
    def higher_is_better(self) -> bool:
        """Which way is better."""
        return not self.metric or METRICS[self.metric].better == "higher"

    @property
    def worst(self) -> float:
        """What nothing at all scores: 0 where more is better; distances of nothing do not exist."""
        return 0.0 if self.higher_is_better else float("nan")

    def points(self, most: int | None) -> int:
        """Points per side, at most `most`."""
        own = METRICS[self.metric].points
        return own if most is None else min(own, most)

    def words(self, most: int | None, align: str) -> str:
        """Formula, frame, points, truth and alignment."""
        if not self.metric:
            return "volume IoU on the stored points of the padded bounding cube; fields by their own sign; never aligned"
        share = METRICS[self.metric].reference_share
        points = f"{self.points(most)} points" + (f" against {share * self.points(most)}" if share > 1 else "")
        truth = ", against the model as it came with its buried faces" if self.raw else ""
        return f"{METRICS[self.metric].convention}, {points}{truth}; alignment: {alignment(align).words}"


_OWN_TITLES = (
    Column("iou", "IoU", digits=3),
    Column("normal_consistency", "Normals", "normal_consistency", digits=3),
    Column("deepsdf_sphere", "deepsdf_sphere x 10³", "deepsdf_sphere", factor=1e3, digits=2),
    Column("deepsdf_sphere_raw", "deepsdf_sphere x 10³, raw mesh", "deepsdf_sphere", raw=True, factor=1e3, digits=2),
    Column("onet_l1", "Chamfer-L1 (onet_l1)", "onet_l1"),
    Column("f_score_0_5", "F 0.5 %", "f_score_0_5", digits=3),
    Column("f_score", "F 1 %", "f_score", digits=3),
    Column("f_score_1_5", "F 1.5 %", "f_score_1_5", digits=3),
    Column("f_score_2", "F 2 %", "f_score_2", digits=3),
    Column("f_score_squared", "F (squared)", "f_score_squared", digits=3),
    Column("emd", "EMD", "emd"),
    Column("deepsdf", "Chamfer (deepsdf) x 10³", "deepsdf", factor=1e3, digits=2),
    Column("atlasnet", "Chamfer (atlasnet) x 10³", "atlasnet", factor=1e3, digits=2),
    Column("imnet", "Chamfer (imnet) x 10³", "imnet", factor=1e3, digits=2),
    Column("pointflow", "Chamfer (pointflow) x 10³", "pointflow", factor=1e3, digits=2),
    Column("ngf", "Chamfer (ngf) x 10⁶", "ngf", factor=1e6, digits=0),
    Column("psgn_train", "Loss (psgn_train)", "psgn_train", digits=1),
)
#: All columns by name; measures without a line above go by their label.
COLUMNS: dict[str, Column] = {column.name: column for column in _OWN_TITLES}
COLUMNS |= {m.id: Column(m.id, m.label, m.id) for m in METRICS.values() if m.id not in COLUMNS}


@dataclass(frozen=True, slots=True)
class Preset:
    """A choice of columns that belong together.

    Attributes:
        name: what the command line calls it.
        columns: keys of `COLUMNS`.
        words: whose convention, and what of it cannot be kept here.
        align: key of `engine.metrics.align.ALIGNMENTS`; named with every figure.
    """

    name: str
    columns: tuple[str, ...]
    words: str
    align: str = "none"


DEFAULT = "default"
_ALL_F = ("f_score_0_5", "f_score", "f_score_2")
_SCALED = "units of ShapeNet-v2's files, whose boxes have the diagonal 1; here the truth's own box is taken for that"
_PRESETS = (
    Preset(
        DEFAULT,
        ("iou", "normal_consistency", "deepsdf_sphere", "deepsdf_sphere_raw", "onet_l1", *_ALL_F, "emd"),
        "what this project states its results in",
    ),
    Preset("deepsdf", ("deepsdf", "deepsdf_sphere", "emd", "accuracy", "completion"), f"Park et al. 2019; {_SCALED}"),
    Preset("deepsdf_sphere", ("deepsdf_sphere", "deepsdf_sphere_raw"), "DeepSDF's formula in units of the bounding sphere"),
    Preset("onet_l1", ("iou", "onet_l1", "normal_consistency"), "Mescheder et al. 2019, table 1"),
    Preset("onet_l2", ("iou", "onet_l2", "normal_consistency"), "the same repository, squared"),
    Preset("convonet", ("iou", "onet_l1", "normal_consistency", "f_score"), "Peng et al. 2020"),
    Preset("atlasnet", ("atlasnet", "f_score_squared"), "Groueix et al. 2018; no closest-point alignment before measuring"),
    Preset("latent3d", ("latent3d", "emd"), "Achlioptas et al. 2018; the matching is exact, theirs approximate"),
    Preset("pointflow", ("pointflow", "emd"), f"Yang et al. 2019; {_SCALED}; EMD by 1,024 points in the unit cube"),
    Preset("imnet", ("imnet", "normal_consistency"), "Chen and Zhang 2019, improved release"),
    Preset("psgn_train", ("psgn_train",), "Fan et al. 2017, training loss; object's frame and scale instead of the camera's"),
    Preset("ngf", ("ngf",), "Neural Geometry Fields; the truth's stored surface points stand for its vertices"),
    Preset("pytorch3d", ("notes_hard",), "library default: squared, both means added; units of the bounding sphere"),
    Preset("kaolin", ("notes_hard",), "library default: squared, both means added; units of the bounding sphere"),
)
#: All presets by name.
PRESETS: dict[str, Preset] = {preset.name: preset for preset in _PRESETS}


def choose(names: Sequence[str]) -> tuple[tuple[Column, ...], str]:
    """The columns of some presets, each once, and the alignment that all of them want. A column's name serves as well.

    Raises:
        EngineError: there is no such preset, or two of them want different alignments.
    """
    found = [PRESETS.get(name) or _single(name) for name in names]
    rules = {preset.align for preset in found}
    if len(rules) > 1:
        raise EngineError("The presets {names} align results differently; ask for them one at a time.", names=", ".join(names))
    columns = dict.fromkeys(name for preset in found for name in preset.columns)
    return tuple(COLUMNS[name] for name in columns), rules.pop() if rules else "none"


def _single(name: str) -> Preset:
    if name not in COLUMNS:
        known = ", ".join((*PRESETS, *(column for column in COLUMNS if column not in PRESETS)))
        raise EngineError("There is no preset {name}; choose among {known}.", name=name, known=known)
    return Preset(name, (name,), COLUMNS[name].title)
