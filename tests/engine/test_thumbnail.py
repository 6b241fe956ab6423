"""Thumbnails show what they should, are made once, and a bad file is made again."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from engine.api import Engine
from engine.data.lens import aim
from engine.models.checkpoint import weights_hash
from engine.requests import Thumbnail
from engine.shapes import Latent, Mesh, PointCloud
from engine.thumbnail import AZIMUTH, DISTANCE, ELEVATION, FILL, SIDE, draw
from engine.thumbnail_cache import ThumbnailCache


def mesh_of(solid) -> Mesh:
    return Mesh(solid.vertices, solid.faces)


def test_a_ball_is_a_disc_lit_from_the_upper_right() -> None:
    picture = draw(mesh_of(trimesh.creation.icosphere(4)))
    cover = picture.cover / 255
    assert cover.sum() == pytest.approx(np.pi * (FILL * SIDE / 2) ** 2, rel=0.02)
    shade = picture.shade.astype(float)
    quarter = SIDE // 4
    assert shade[quarter, SIDE - quarter] > shade[SIDE - quarter, quarter] + 40
    assert (picture.shade[picture.cover > 250] > 20).all(), "nothing sinks into black"


def test_of_two_points_in_line_the_nearer_is_seen_and_it_is_lighter() -> None:
    back = aim(AZIMUTH, ELEVATION, DISTANCE)
    line = -back.forward * np.linspace(-0.6, 0.6, 5)[:, None]
    aside = np.array([back.right * 0.8, back.right * -0.8])
    for points in (np.vstack([line, aside]), np.vstack([line[::-1], aside])):
        picture = draw(PointCloud(points))
        middle = picture.shade[SIDE // 2 - 1 : SIDE // 2 + 1, SIDE // 2 - 1 : SIDE // 2 + 1]
        beside = picture.shade[picture.cover > 250].min()
        assert middle.min() > 190
        assert beside < 150


def test_an_empty_shape_covers_nothing() -> None:
    assert not draw(Mesh.empty("nothing there")).cover.any()


@pytest.fixture
def made():
    calls = []

    def make() -> Thumbnail:
        calls.append(1)
        pixels = np.arange(SIDE * SIDE, dtype=np.uint64).reshape(SIDE, SIDE) % 251
        return Thumbnail(pixels.astype(np.uint8), (255 - pixels).astype(np.uint8))

    make.calls = calls
    return make


def test_made_once_and_read_back_bit_by_bit(tmp_path, made) -> None:
    code = Latent("m", (0.5, -1.0))
    first = ThumbnailCache(tmp_path).get(code, "w", made)
    second = ThumbnailCache(tmp_path).get(code, "w", made)
    assert len(made.calls) == 1
    np.testing.assert_array_equal(first.shade, second.shade)
    np.testing.assert_array_equal(first.cover, second.cover)
    ThumbnailCache(tmp_path).get(Latent("m", (0.5, -1.1)), "w", made)
    ThumbnailCache(tmp_path).get(code, "other weights", made)
    assert len(made.calls) == 3
    assert len(list(tmp_path.iterdir())) == 3, "no half-written files stay behind"


@pytest.mark.parametrize("harm", ["empty", "cut", "flipped", "text", "foreign"])
def test_a_bad_file_is_made_again(tmp_path, made, harm) -> None:
    cache, code = ThumbnailCache(tmp_path), Latent("m", (1.0,))
    cache.get(code, "w", made)
    (path,) = tmp_path.iterdir()
    data = path.read_bytes()
    if harm == "foreign":  # a sound file, but of another code
        cache.get(Latent("m", (2.0,)), "w", made)
        (other,) = set(tmp_path.iterdir()) - {path}
        path.write_bytes(other.read_bytes())
        made.calls.clear()
        made.calls.append(1)
    else:
        middle = len(data) // 2
        broken = bytes([data[middle] ^ 255])
        path.write_bytes(
            {"empty": b"", "cut": data[:middle], "flipped": data[:middle] + broken + data[middle + 1 :], "text": b"no"}[harm]
        )
    cache.get(code, "w", made)
    assert len(made.calls) == 2
    cache.get(code, "w", made)
    assert len(made.calls) == 2, "mended"


def test_a_disk_that_refuses_costs_nothing_but_time(tmp_path, made) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = ThumbnailCache(blocked)
    assert cache.get(Latent("m", (1.0,)), "w", made).shade.shape == (SIDE, SIDE)
    assert cache.get(Latent("m", (1.0,)), "w", made).shade.shape == (SIDE, SIDE)
    assert len(made.calls) == 2


def test_the_engine_keeps_thumbnails_under_their_weights(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SHAPE_STUDIO_CACHE", str(tmp_path))
    engine = Engine(device="cpu")
    code = engine.space("triplane-furniture").training_code(0)
    first = engine.thumbnail(code)
    assert (first.cover > 0).mean() > 0.1
    fresh = Engine(device="cpu")
    monkeypatch.setattr(fresh, "decode", lambda *_: pytest.fail("it is in the cache"))
    np.testing.assert_array_equal(fresh.thumbnail(code).shade, first.shade)
    root = engine.info("triplane-furniture").folder
    assert weights_hash(root) != weights_hash(root.parent / "deepsdf-furniture")
