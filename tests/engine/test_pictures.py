"""Reading, separating and cropping pictures."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import FileError, PictureError
from engine.pictures import MARGIN, masked_preview, picture_from_bytes, read_picture, separate, to_input
from engine.progress import Cancelled
from engine.shapes import Picture


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def colours(width: int = 40, height: int = 24) -> NDArray[np.uint8]:
    values = np.zeros((height, width, 3), np.uint8)
    values[:, :, 0] = np.linspace(0, 255, width).astype(np.uint8)
    values[:, :, 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    return values


def scene(background: NDArray[np.float64], hole: bool = True) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """A dark red frame (with a hole) on a background; and where the frame is."""
    size = len(background)
    rows, columns = np.mgrid[0:size, 0:size] / size
    inside = (abs(rows - 0.5) < 0.3) & (abs(columns - 0.5) < 0.2)
    if hole:
        inside &= ~((abs(rows - 0.6) < 0.1) & (abs(columns - 0.5) < 0.1))
    picture = np.where(inside[:, :, None], [140.0, 30.0, 20.0], background)
    return np.clip(picture, 0, 255).astype(np.uint8), inside


def overlap(mask: NDArray[np.uint8] | None, truth: NDArray[np.bool_]) -> float:
    assert mask is not None
    found = mask > 127
    return float((found & truth).sum() / (found | truth).sum())


def white(size: int = 160) -> NDArray[np.float64]:
    return np.full((size, size, 3), 255.0)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "WEBP", "GIF", "JPEG"])
def test_kinds_of_files(tmp_path: Path, kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {"quality": 95} if kind == "JPEG" else {}
    path = tmp_path / f"椅子 a.{kind.lower()}"
    path.write_bytes(encoded(Image.fromarray(colours()), kind, **options))
    picture = read_picture(path)
    assert picture.name == path.name
    assert picture.mask is None
    off = np.abs(picture.rgb.astype(int) - colours().astype(int))
    assert off.mean() < (4 if kind in ("JPEG", "GIF") else 0.01)


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_exif_orientation_is_applied(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = picture_from_bytes(encoded(Image.fromarray(colours()), "PNG", exif=exif), "turned.png")
    quarter_turns = {3: 2, 6: 3, 8: 1}[orientation]
    assert np.array_equal(picture.rgb, np.rot90(colours(), quarter_turns))


def test_deep_palette_grey_and_cmyk_pictures() -> None:
    ramp = np.linspace(0, 65535, 640).astype(np.uint16).reshape(16, 40)
    deep = picture_from_bytes(encoded(Image.fromarray(ramp)), "deep.png")
    assert np.abs(deep.rgb[:, :, 0].astype(float) - ramp / 257).max() <= 1
    grey = picture_from_bytes(encoded(Image.fromarray(colours()[:, :, 0])), "grey.png")
    assert np.array_equal(grey.rgb[:, :, 2], colours()[:, :, 0])
    cmyk = picture_from_bytes(encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "TIFF"), "cmyk.tif")
    assert cmyk.rgb[8, 8].tolist() == [255, 0, 0]
    palette = Image.fromarray(np.where(np.arange(256).reshape(16, 16) < 128, 0, 1).astype(np.uint8), "P")
    palette.putpalette([10, 20, 30, 200, 100, 50] + [0] * 762)
    found = picture_from_bytes(encoded(palette, transparency=0), "palette.png")
    assert found.rgb[15, 15].tolist() == [200, 100, 50]
    assert found.mask_source == "alpha"
    assert found.mask is not None
    assert found.mask[0, 0] == 0


def test_alpha_becomes_the_mask_only_if_it_varies() -> None:
    rgba = np.dstack([colours(), np.full((24, 40), 255, np.uint8)])
    assert picture_from_bytes(encoded(Image.fromarray(rgba)), "a.png").mask is None
    rgba[:, :20, 3] = 0
    picture = picture_from_bytes(encoded(Image.fromarray(rgba)), "a.png")
    assert picture.mask_source == "alpha"
    assert picture.mask is not None
    assert (picture.mask[:, 20:] == 255).all()
    assert (picture.mask[:, :20] == 0).all()
    assert separate(picture) is picture
    rgba[:, :, 3] = 0
    with pytest.raises(PictureError, match="fully transparent"):
        picture_from_bytes(encoded(Image.fromarray(rgba)), "a.png")


def test_large_pictures_are_scaled_down() -> None:
    picture = picture_from_bytes(encoded(Image.new("RGB", (3000, 1000), (9, 8, 7)), "BMP"), "large.bmp")
    assert picture.rgb.shape == (683, 2048, 3)
    assert (picture.rgb == [9, 8, 7]).all()


def claimed(width: int, height: int) -> bytes:
    """A PNG whose header claims a size; its data is next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"This is a text, not a picture.\n", "not a picture"),
        (encoded(Image.fromarray(colours(400, 400)))[:300], "damaged or cut off"),
        (encoded(Image.fromarray(colours(400, 400)), "JPEG")[:2000], "damaged or cut off"),
        (encoded(Image.new("RGB", (1, 1))), "1 x 1 pixels"),
        (encoded(Image.new("RGB", (7, 500))), "7 x 500 pixels"),
        (claimed(20_000, 20_000), "more than 100 million pixels"),
        (claimed(10_001, 10_000), "more than 100 million pixels"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bad_pictures_are_refused_with_a_sentence(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "chair.png").write_bytes(data)
    with pytest.raises(PictureError, match=words) as caught:
        read_picture(tmp_path / "chair.png")
    assert "chair.png" in str(caught.value)


def test_folders_and_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(FileError, match="There is no file"):
        read_picture(tmp_path / "missing.png")


def test_plain_backgrounds_of_any_colour_with_holes() -> None:
    rows, columns = np.mgrid[0:160, 0:160] / 160
    noise = np.random.default_rng(0).normal(size=(160, 160, 1))
    backgrounds = {
        "white": white(),
        "green": np.broadcast_to([40.0, 160, 90], (160, 160, 3)),
        "noise": white() - 30 + 2 * noise,
        "gradient": np.stack([230 - 60 * rows, 220 - 50 * columns, 200 - 40 * rows], axis=2) + noise,
        "vignette": white() - 60 * ((rows - 0.5) ** 2 + (columns - 0.5) ** 2)[:, :, None],
    }
    for name, background in backgrounds.items():
        rgb, truth = scene(background)
        separated = separate(Picture(rgb))
        assert separated.mask_source == "plain background", name
        assert overlap(separated.mask, truth) > 0.97, name
        assert separated.mask is not None
        assert separated.mask[96, 80] == 0, f"{name}: the hole is background"


def test_a_soft_shadow_is_no_part_of_the_object() -> None:
    rows, columns = np.mgrid[0:160, 0:160] / 160
    shadow = 55 * np.exp(-(((columns - 0.55) / 0.3) ** 2 + ((rows - 0.82) / 0.06) ** 2))
    rgb, truth = scene(white() - shadow[:, :, None])
    assert overlap(separate(Picture(rgb)).mask, truth) > 0.9


def test_an_object_that_touches_the_border_is_kept() -> None:
    rgb, truth = scene(white(), hole=False)
    rgb, truth = np.roll(rgb, 32, axis=0), np.roll(truth, 32, axis=0)  # down to the lower edge
    assert overlap(separate(Picture(rgb)).mask, truth) > 0.97


def test_grabcut_takes_over_where_the_background_is_not_plain() -> None:
    rng = np.random.default_rng(0)
    patches = rng.uniform([0, 80, 80], [90, 255, 255], size=(20, 20, 3)).repeat(8, axis=0).repeat(8, axis=1)
    rgb, truth = scene(patches, hole=False)
    separated = separate(Picture(rgb))
    assert separated.mask_source == "GrabCut"
    assert overlap(separated.mask, truth) > 0.9
    assert np.array_equal(separate(Picture(rgb)).mask, separated.mask)


def test_a_picture_of_one_colour_is_taken_whole_and_says_so() -> None:
    separated = separate(Picture(white(64).astype(np.uint8)))
    assert separated.mask_source == "none"
    assert separated.mask is not None
    assert (separated.mask == 255).all()


def test_input_is_centred_with_the_margin_on_white() -> None:
    rgb, mask = np.full((100, 300, 3), 77, np.uint8), np.zeros((100, 300), np.uint8)
    mask[10:60, 200:290] = 255
    rgb[mask > 0] = [255, 0, 0]
    seen = to_input(Picture(rgb, mask, "alpha"), 99)
    assert seen.shape == (3, 99, 99)
    assert seen.dtype == np.float32
    assert seen.min() >= 0
    assert seen.max() <= 1
    red = seen[1] < 0.5
    rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
    assert len(columns) == pytest.approx(99 / MARGIN, abs=1)
    assert len(rows) == pytest.approx(99 / MARGIN * 50 / 90, abs=1)
    assert (columns[0] + columns[-1]) / 2 == pytest.approx(49, abs=1)
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(49, abs=1)
    assert np.allclose(seen[:, ~red].max(axis=1), 1)
    assert np.allclose(seen[:, 0, 0], 1)  # the grey background is gone


def test_input_is_averaged_by_area() -> None:
    """Stripes of one pixel become their mean, not every other stripe."""
    stripes = np.zeros((800, 800, 3), np.uint8)
    stripes[:, ::2] = 255
    seen = to_input(Picture(stripes), 88)
    assert seen[:, 30:58, 30:58] == pytest.approx(0.5, abs=0.03)


def test_half_transparent_edges_blend_with_white() -> None:
    rgb, mask = np.zeros((50, 50, 3), np.uint8), np.full((50, 50), 128, np.uint8)
    assert to_input(Picture(rgb, mask, "alpha"), 55)[:, 27, 27] == pytest.approx(1 - 128 / 255, abs=0.01)


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(PictureError, match=r"No object was found in lamp\.png"):
        to_input(Picture(np.zeros((9, 9, 3), np.uint8), np.zeros((9, 9), np.uint8), "alpha", "lamp.png"))


def test_preview_is_transparent_where_the_background_is() -> None:
    rgb, _ = scene(white())
    preview = masked_preview(separate(Picture(rgb)))
    assert preview.shape == (160, 160, 4)
    assert preview[0, 0, 3] == 0
    assert preview[80, 52, 3] == 255
    assert np.array_equal(preview[:, :, :3], rgb)
    assert (masked_preview(Picture(rgb))[:, :, 3] == 255).all()


def test_separating_can_be_cancelled() -> None:
    class Stopped:
        def check(self) -> None:
            raise Cancelled

        def step(self, done: float, total: float, text: str = "") -> None: ...

        def partial(self, value: object) -> None: ...

    noise = np.random.default_rng(0).integers(0, 255, (60, 60, 3)).astype(np.uint8)
    with pytest.raises(Cancelled):
        separate(Picture(noise), Stopped())
