"""Functions that numba compiles: numpy in, numpy out, without the interpreter lock. Call them only if `compiled.ready()`."""

from __future__ import annotations

from numba import config

from engine.metrics.compiled import folder

_place = folder()
if _place is not None:
    config.CACHE_DIR = str(_place)  # read when a function is defined; without it numba would look beside the sources only
