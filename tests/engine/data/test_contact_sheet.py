import base64
import json
from dataclasses import asdict
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from engine.data.contact_sheet import write_contact_sheet
from engine.data.refused import Refusal, record
from engine.data.store import Meta, item_folder, write_arrays, write_picture, write_text
from engine.errors import DataError


def put(root, item_id, category="chair", split="train", confidence=1.0, **changes):
    """An item that is a ball of radius .8."""
    rng = np.random.default_rng(0)
    arrays = {}
    for kind in ("near", "space", "volume"):
        points = rng.uniform(-1.0, 1.0, (3000, 3)).astype(np.float32)
        arrays |= {f"{kind}_points": points, f"{kind}_sdf": np.linalg.norm(points, axis=1).astype(np.float32) - np.float32(0.8)}
    if "distances" in changes.get("missing", ()):
        arrays = {name.replace("sdf", "occupied"): value < 0 if "sdf" in name else value for name, value in arrays.items()}
    folder = item_folder(root, category, item_id)
    write_arrays(folder / "samples.npz", arrays)
    if "renders" not in changes.get("missing", ()):
        write_arrays(folder / "renders.npz", {"rgb": np.full((2, 128, 128, 3), 90, np.uint8)})
        write_picture(folder / "picture.png", np.full((128, 128, 4), 200, np.uint8))
    values = {
        "id": item_id, "name": item_id, "category": category, "licence": "CC-BY-3.0", "creator": "Ann", "source": "L",
        "split": split, "triangles": 1234, "watertight": True, "size_cm": (1.0, 2.0, 3.0), "longest_edge": 1.6,
        "sheet_fraction": 0.25, "buried_fraction": 0.125, "sign_confidence": confidence, "seed": 1, "settings_hash": "abc",
    }  # fmt: skip
    write_text(folder / "meta.json", json.dumps(asdict(Meta(**{**values, **changes}))))


class Page(HTMLParser):
    """What a page holds."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cards, self.images, self.links, self.ids, self.words = [], [], [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.ids.add(given.get("id"))
        if tag == "article":
            self.cards.append([given["class"], ""])
        if tag == "img":
            self.images.append(given["src"])
        if tag == "a":
            self.links.append(given["href"])

    def handle_data(self, data):
        self.words.append(data)
        if self.cards:
            self.cards[-1][1] += data + " "


def test_the_page_shows_everything_and_needs_nothing_from_outside(tmp_path):
    root = tmp_path / "data"
    put(root, "L#sure")
    put(root, "L#doubtful", confidence=0.4, split="test")
    put(root, "L#<b>bold</b>", "table", "val")
    record(root, Refusal("bad.obj", "chair", "It is <damaged>.", "refused/x.png", "folder"))
    record(root, Refusal("worse.obj", "chair", "It has no faces.", "", "folder"))
    write_picture(root / "refused" / "x.png", np.full((64, 64, 4), 255, np.uint8))
    sheet = write_contact_sheet(root, tmp_path / "page.html")
    text = sheet.path.read_text(encoding="utf-8")
    page = Page(text)
    assert (sheet.shapes, sheet.refused, sheet.doubtful, sheet.bytes) == (3, 2, ("L#doubtful",), len(text.encode()))
    assert 0.0 < sheet.slice_doubt < 0.3
    assert not {"script", "link", "iframe", "b"} & set(page.tags)
    assert all(source.startswith("data:image/webp;base64,") for source in page.images)
    assert len(page.images) == 3 * 4 + 1
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert {"#all", "#chair", "#table", "#refused"} <= set(page.links)
    assert "url(" not in text
    assert "@import" not in text
    kinds, words = zip(*page.cards, strict=True)
    assert kinds == ("card doubtful", "card", "card", "card", "card"), "the least confident of a category comes first"
    assert all(
        part in words[0] for part in ("L#doubtful", "not sure", "0.400", "test", "1,234", "25.0%", "12.5%", "CC-BY-3.0", "Ann")
    )
    assert "L#<b>bold</b>" in words[2]
    assert "It is <damaged>." in words[3]
    assert "no faces" in words[4]
    assert "none" in words[4]


def test_totals_count_categories_and_splits(tmp_path):
    for number, split in enumerate(["train", "train", "val", "test"]):
        put(tmp_path, f"L#{number}", split=split, confidence=0.5 + number / 8)
    put(tmp_path, "L#t", "table", "test")
    write_contact_sheet(tmp_path, tmp_path / "page.html")
    words = [word.strip() for word in Page((tmp_path / "page.html").read_text()).words]
    start = words.index("below 0.90")
    rows = [word for word in words[start + 1 :] if word][:21]
    assert [rows[k : k + 7] for k in (0, 7, 14)] == [
        ["chair", "2", "1", "1", "4", "0.69", "4"],
        ["table", "0", "0", "1", "1", "1.00", "0"],
        ["all", "2", "1", "2", "5", "0.75", "4"],
    ]


def test_slices_on_the_page_show_the_ball(tmp_path):
    put(tmp_path, "L#ball")
    write_contact_sheet(tmp_path, tmp_path / "page.html")
    sources = Page((tmp_path / "page.html").read_text()).images
    pictures = [np.asarray(Image.open(BytesIO(base64.b64decode(s.split(",")[1]))).convert("RGB")).astype(int) for s in sources]
    for cut, radius in ((pictures[2], 0.8), (pictures[3], np.sqrt(0.64 - 0.32**2))):  # at y = -.8 + .3 * 1.6
        ticks = (2.0 * np.arange(128) + 1.0) / 128 - 1.0
        distance = np.hypot(*np.meshgrid(ticks, ticks)) - radius
        blue = cut[..., 2] > cut[..., 0]
        assert blue[distance < -0.1].all()
        assert not blue[distance > 0.1].any()


def test_what_a_source_lacks_is_said_and_not_drawn(tmp_path):
    put(tmp_path, "L#samples", missing=("distances", "skin", "surface", "renders", "angles", "picture"))
    sheet = write_contact_sheet(tmp_path, tmp_path / "page.html")
    page = Page(sheet.path.read_text())
    assert len(page.images) == 2, "inside and outside are known"
    assert "distances, skin" in page.cards[0][1]
    assert sheet.slice_doubt == 0.0


def test_categories_choose_and_an_empty_choice_is_refused(tmp_path):
    put(tmp_path, "L#a")
    put(tmp_path, "L#b", "table")
    assert write_contact_sheet(tmp_path, tmp_path / "page.html", ["table"]).shapes == 1
    with pytest.raises(DataError, match=r"of these categories .*: spoon"):
        write_contact_sheet(tmp_path, tmp_path / "page.html", ["spoon"])
