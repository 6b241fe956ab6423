import numpy as np
import pytest

from engine.shapes import Picture
from engine.training import retouching
from engine.training.retouching import as_separated, retouched, rough_mask


def chair() -> np.ndarray:
    """A seat, a back and thin legs, as a mask of 128 pixels."""
    mask = np.zeros((128, 128), np.uint8)
    mask[15:75, 40:48] = mask[65:75, 40:95] = 255
    mask[75:115, 42:45] = mask[75:115, 90:93] = 255
    mask[75:110, 55:58] = 255
    return mask


def met(one: np.ndarray, other: np.ndarray) -> float:
    return np.count_nonzero((one > 127) & (other > 127)) / np.count_nonzero((one > 127) | (other > 127))


def test_rough_masks_add_and_take_but_keep_the_object() -> None:
    mask = chair()
    added, taken, shares = 0, 0, []
    for seed in range(60):
        rough = rough_mask(mask, np.random.default_rng(seed))
        assert rough.shape == mask.shape
        assert rough.dtype == np.uint8
        added += bool(((rough > 127) & (mask == 0)).any())
        taken += bool(((rough < 128) & (mask == 255)).any())
        shares.append(met(rough, mask))
        assert np.count_nonzero((rough > 127) & (mask > 127)) >= 0.6 * np.count_nonzero(mask)
    assert added > 40
    assert taken > 40
    assert 0.6 < np.median(shares) < 0.97
    empty = np.zeros_like(mask)
    np.testing.assert_array_equal(rough_mask(empty, np.random.default_rng(0)), empty)


def test_separated_pictures_have_found_made_up_or_exact_masks_of_the_object() -> None:
    mask = chair()
    rgb = np.full((128, 128, 3), 235, np.uint8)
    rgb[mask > 0] = [150, 40, 30]
    picture = Picture(rgb, mask)
    sources = set()
    for seed in range(40):
        found = as_separated(picture, np.random.default_rng(seed))
        assert found.mask is not None
        np.testing.assert_array_equal(found.rgb, rgb)
        assert met(found.mask, mask) > 0.4
        exact = np.array_equal(found.mask, mask)
        sources.add("found" if found.mask_source == "plain background" else "exact" if exact else "rough")
    assert sources == {"found", "exact", "rough"}


def test_a_separation_that_found_something_else_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    mask = chair()
    wrong = np.zeros_like(mask)
    wrong[:20, :20] = 255
    monkeypatch.setattr(retouching, "separate", lambda picture: Picture(picture.rgb, wrong, "GrabCut"))
    picture = Picture(np.full((128, 128, 3), 90, np.uint8), mask)
    for seed in range(20):
        found = as_separated(picture, np.random.default_rng(seed)).mask
        assert found is not None
        assert met(found, mask) > 0.4


def test_retouched_copies_show_the_object_in_its_place_before_other_backgrounds() -> None:
    mask = chair()
    rgb = np.full((128, 128, 3), 7, np.uint8)  # what is outside of the mask must not come through
    rgb[mask > 0] = [200, 200, 200]
    corners = []
    for seed in range(30):
        shown = retouched(Picture(rgb, mask), np.random.default_rng(seed))
        assert shown.mask is not None
        assert shown.rgb.shape == rgb.shape
        rows = np.nonzero(shown.mask > 127)[0]
        assert 0.55 * 100 < np.ptp(rows) < 1.15 * 100
        corners.append(int(shown.rgb[2, 2].max()))
    assert len(set(corners)) > 8
    assert max(corners) == 255
    again = [retouched(Picture(rgb, mask), np.random.default_rng(4)) for _ in range(2)]
    np.testing.assert_array_equal(again[0].rgb, again[1].rgb)
