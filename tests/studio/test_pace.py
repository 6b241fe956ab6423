"""The first level shown follows what this machine can do, and does not flicker."""

import pytest

from engine.api import FIRST_SHOWN
from studio.pace import AT_ONCE, Pace


def after(*taken):
    """The level chosen after surfaces of the level shown took so many milliseconds, one after the other."""
    pace = Pace()
    for milliseconds in taken:
        pace.took(pace.first, milliseconds)
    return pace.first


def test_it_begins_coarse():
    assert Pace().first == FIRST_SHOWN == 33


@pytest.mark.parametrize(
    ("taken", "level"),
    [
        ((8,), 65),
        ((50,), 33),
        ((150,), 33),
        ((8, 30), 65),
        ((8, 90), 65),
        ((8, 110), 65),
        ((8, 110, 110), 33),
        ((8, 110, 50, 110), 65),
    ],
)
def test_a_quick_surface_is_followed_by_a_finer_one_and_a_slow_one_by_a_coarser(taken, level):
    assert after(*taken) == level


def test_the_finest_level_is_never_the_first():
    assert after(*[1] * 10) == 65


def test_levels_that_were_not_asked_to_be_first_teach_nothing():
    pace = Pace()
    pace.took(129, 1.0)
    pace.took(65, 1.0)
    assert pace.first == 33


def test_around_the_limit_the_choice_stays():
    assert after(8, AT_ONCE, 1.1 * AT_ONCE, 0.9 * AT_ONCE, 1.2 * AT_ONCE) == 65
