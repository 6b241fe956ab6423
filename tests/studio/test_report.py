"""Numbers in files carry what is needed to read them."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest
from PySide6.QtGui import QImage

from engine.api import Frame, Measurement
from studio.report import Line, Report, program_version, to_csv, to_json
from studio.report_picture import KEY, paint_report


@pytest.fixture
def report():
    chamfer = Measurement("onet_l1", "Chamfer-L1", 0.07736925628610644, "1/2 (mean a + mean b), unit cube", 100_000,
                          Frame.UNIT_CUBE, "lower", 0.0024)  # fmt: skip
    emd = Measurement("emd", "EMD", 0.18995, "best matching, unit cube", 2048, Frame.UNIT_CUBE, "lower", None, True, 0.0071)
    lost = Measurement("f_score", "F-score", math.nan, "at 1 %; not measured: empty", 100_000, Frame.UNIT_CUBE, "higher")
    return Report(
        "modern armchair",
        "icp_rigid",
        "closest points, rigid",
        7,
        (
            Line('椅子, "grün"', chamfer),
            Line('椅子, "grün"', emd, live=True),
            Line("lamp", chamfer, stale=True),
            Line("lamp", lost),
        ),
    )


def test_csv_has_one_row_per_number_and_says_how_it_was_made(report) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(report))))
    assert [(r["shape"], r["metric"]) for r in rows] == [
        ("椅子, \"grün\"", "onet_l1"), ("椅子, \"grün\"", "emd"), ("lamp", "onet_l1"), ("lamp", "f_score"),
    ]  # fmt: skip
    first, second, third, fourth = rows
    assert float(first["value"]) == 0.07736925628610644, "all digits"
    assert float(first["floor"]) == 0.0024
    assert first["convention"] == "1/2 (mean a + mean b), unit cube"
    assert (first["points"], first["frame"], first["better"]) == ("100000", "unit_cube", "lower")
    assert {r["reference"] for r in rows} == {"modern armchair"}
    assert {(r["align"], r["seed"], r["version"]) for r in rows} == {("icp_rigid", "7", program_version())}
    assert (first["bound"], float(second["bound"])) == ("", 0.0071)
    assert (second["live"], second["approximate"], third["stale"]) == ("True", "True", "True")
    assert fourth["value"] == "", "what is no number is empty, not the word nan"


def test_json_parses_strictly(report) -> None:
    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    document = json.loads(to_json(report), parse_constant=refuse)
    assert (document["reference"], document["align"], document["seed"]) == ("modern armchair", "icp_rigid", 7)
    assert document["version"] == program_version()
    values = {(m["shape"], m["metric"]): m for m in document["measurements"]}
    assert values['椅子, "grün"', "onet_l1"]["value"] == 0.07736925628610644
    assert values["lamp", "f_score"]["value"] is None
    assert values['椅子, "grün"', "emd"]["points"] == 2048
    assert all(m["convention"] for m in document["measurements"])


def test_the_picture_carries_the_same_numbers_inside(report, themed, tmp_path) -> None:
    path = tmp_path / "表.png"
    assert paint_report(report).save(str(path))
    from PIL import Image

    with Image.open(path) as picture:  # read by another library than the one that wrote it
        inside = json.loads(picture.text[KEY])
        assert picture.text["Software"].endswith(program_version())
        assert picture.width > 600
    assert inside == json.loads(to_json(report))


def test_nothing_in_the_picture_is_cut_off(report, themed) -> None:
    """The outermost pixels are background: no text reaches the edge."""
    image = paint_report(report).convertToFormat(QImage.Format.Format_RGB888)
    edge = {image.pixel(x, y) for x in range(image.width()) for y in (0, 8, image.height() - 9, image.height() - 1)}
    edge |= {image.pixel(x, y) for y in range(image.height()) for x in (0, 8, image.width() - 9, image.width() - 1)}
    assert len(edge) == 1
    inside = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert len(inside) > 5
