"""The page: whole, self-contained, and true to the figures."""

import base64
import math
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
import trimesh
from PIL import Image

from engine.evaluation.differences import differences
from engine.evaluation.novelty import Novelty
from engine.evaluation.page import ROOM, as_page, worst_to_best
from engine.evaluation.portraits import portrait
from engine.evaluation.presets import COLUMNS, choose
from engine.evaluation.run import Evaluation
from engine.evaluation.scores import Measuring, Row, summarise
from engine.shapes import Mesh

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Notes down what the page is made of; refuses tags that do not close."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def _row(method: str, item: int, score: float, kind: str = "model", empty: bool = False) -> Row:
    scores = dict.fromkeys(("iou", "deepsdf_sphere", "deepsdf_sphere_raw"), math.nan if empty else score)
    penalty = dict.fromkeys(scores, 7.0) if empty else {}
    new = None if empty or kind != "model" else Novelty("a", False, 1.0, 1.0, 2.0, item == 0, True)
    return Row(
        method, kind, "chair" if item % 2 else "lamp", f"id {item}", f"<b>{item}</b>", scores, empty, 0, "", penalty, new
    )


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    measuring = Measuring((COLUMNS["iou"], *choose(("deepsdf_sphere",))[0]))
    rows = tuple(_row("model <1>", i, 0.1 * (i + 1), empty=i == 4) for i in range(5))
    rows += tuple(_row("mean shape", i, 0.1, "baseline") for i in range(5))
    ball = trimesh.creation.icosphere(subdivisions=2)
    mesh = Mesh(ball.vertices, ball.faces)
    drawn = portrait(mesh, mesh)
    pictures = {(row.method, row.item): drawn for row in rows if not row.empty} | {("", f"id {i}"): drawn for i in range(5)}
    settings = {
        "pieces": 5, "split": "test", "training_pieces": 3, "generated_pieces": 0, "presets": "default, deepsdf", "seed": 0,
        "fit_steps": 1, "picture_retrieval": "",
    }  # fmt: skip
    gaps = differences(rows, [c.name for c in measuring.columns])
    return Evaluation(measuring.columns, rows, summarise(rows), gaps, settings, measuring.conventions(), 1.0, pictures)


@pytest.fixture(scope="module")
def page(evaluation: Evaluation) -> Page:
    return Page(as_page(evaluation))


def test_the_page_is_whole_and_needs_nothing_else(page: Page) -> None:
    assert page.open == []
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href", "srcset"):
            assert (attributes.get(name) or "data:").startswith("data:")
    assert "url(" not in as_text(page)
    assert "prefers-color-scheme: dark" in as_text(page)


def test_pictures_are_pictures(page: Page) -> None:
    sources = [attributes["src"] for tag, attributes in page.tags if tag == "img"]
    # Two methods, pairs of truth and answer: three over all, two of the two chairs, three lamps; nothing for the empty one.
    assert len(sources) == 2 * (3 + 2 + 3) * 2 - as_text(page).count("nothing")
    assert as_text(page).count("nothing") == 2
    data = base64.b64decode(sources[0].partition(",")[2])
    assert len(data) < 5000
    with Image.open(BytesIO(data)) as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha.shape == (96, 96)
    assert alpha[48, 48] == 255  # the ball
    assert alpha[0, 0] == 0


def test_figures_conventions_and_names_are_on_it(page: Page, evaluation: Evaluation) -> None:
    text = as_text(page)
    assert "model <1>" in text  # escaped and read back
    assert "<b>4</b>: empty" in text
    assert "0.250 / 0.250" in text  # the mean IoU of the four answers
    assert "alignment: as they lie" in text
    assert "Empty answers with a penalty" in text
    assert "Novelty" in text
    assert "is the training shape a, 1000.00 (truth 2000.00)" in text
    assert "Park et al. 2019" in text  # the preset's words
    for column in evaluation.columns:
        assert evaluation.conventions[column.name] in text


def test_ranks_go_from_worst_to_best_with_empty_answers_first(evaluation: Evaluation) -> None:
    rows = [row for row in evaluation.rows if row.method == "model <1>"]
    assert [row.item for row in worst_to_best(rows, COLUMNS["deepsdf_sphere"])] == ["id 4", "id 3", "id 2", "id 1", "id 0"]
    assert [row.item for row in worst_to_best(rows, COLUMNS["iou"])] == ["id 4", "id 0", "id 1", "id 2", "id 3"]


def test_pictures_that_would_make_it_too_large_stay_out(evaluation: Evaluation) -> None:
    large = {key: bytes(ROOM // 8) for key in evaluation.pictures}
    text = as_page(Evaluation(**{**evaluation.__dict__, "pictures": large}))
    assert "No room for pictures" in text
    assert len(text) < 3_000_000


def as_text(page: Page) -> str:
    return "".join(page.words)
