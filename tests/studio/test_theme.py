"""The tokens are readable in both themes."""

from __future__ import annotations

import pytest

from studio.theme import DARK, LIGHT, Theme, contrast


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("surface", ["window", "panel", "raised"])
def test_text_reads_on_every_surface(theme: Theme, surface: str) -> None:
    background = getattr(theme, surface)
    for name in ("text", "muted"):
        assert contrast(getattr(theme, name), background) >= 4.5, name


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_state_colours_read_on_panels_and_raised_surfaces(theme: Theme) -> None:
    for name in ("good", "warning", "error"):
        for surface in (theme.panel, theme.raised):
            assert contrast(getattr(theme, name), surface) >= 4.5, name
    assert contrast(theme.accent_text, theme.accent) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
@pytest.mark.parametrize("surface", ["window", "panel", "raised"])
def test_controls_and_identities_stand_out(theme: Theme, surface: str) -> None:
    for name in ("control", "accent", "a", "b"):
        assert contrast(getattr(theme, name), getattr(theme, surface)) >= 3.0, name


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda t: t.name)
def test_the_shape_outshines_the_ground_in_the_dark_and_stands_out_in_the_light(theme: Theme) -> None:
    for clay in (theme.clay_a, theme.clay_b):
        for ground in (theme.sky, theme.floor):
            assert contrast(clay, ground) >= (3.0 if theme.name == "dark" else 1.5)


def test_contrast_knows_the_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)
    assert contrast("#ffffff", "#767676") == pytest.approx(4.54, abs=0.01)  # the well-known smallest grey on white
