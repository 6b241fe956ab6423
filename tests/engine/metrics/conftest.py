"""Tests of the metrics run with compiled kernels; the first run on a machine compiles them."""

from __future__ import annotations

import pytest

from engine.metrics import compiled


@pytest.fixture(scope="session", autouse=True)
def kernels() -> None:
    """Compile what is missing."""
    assert compiled.finish()
