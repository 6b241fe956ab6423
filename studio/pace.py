"""Which level of a surface is shown first while a slider moves: the finest that is there at once."""

from __future__ import annotations

from engine.api import FIRST_SHOWN, SETTLED_LEVELS

#: Milliseconds from request to surface that still feel like at once, beside everything else that a drag keeps busy.
AT_ONCE = 70.0
#: A level is tried if the one before took less than this share of `AT_ONCE`: twice the corners take up to twice the time.
_TRY = 0.5
#: A level is given up when it takes longer than this times `AT_ONCE`: above 1, so that the choice does not flicker.
_GIVE_UP = 1.4
#: So many times in a row: one surface in many starts afresh and takes longer.
_TIMES = 2


class Pace:
    """Learns from what decoding took on this machine; one for each model."""

    def __init__(self) -> None:
        self._levels = [level for level in SETTLED_LEVELS[:-1] if level >= FIRST_SHOWN] or [SETTLED_LEVELS[-1]]
        self._at = 0
        self._late = 0

    @property
    def first(self) -> int:
        """Grid corners per side of the level to show first."""
        return self._levels[self._at]

    def took(self, level: int, milliseconds: float) -> None:
        """A surface of `level` was there `milliseconds` after it was asked for."""
        if level != self.first:
            return
        self._late = self._late + 1 if milliseconds > _GIVE_UP * AT_ONCE else 0
        if milliseconds < _TRY * AT_ONCE and self._at + 1 < len(self._levels):
            self._at += 1
        elif self._late >= _TIMES and self._at > 0:
            self._at, self._late = self._at - 1, 0
