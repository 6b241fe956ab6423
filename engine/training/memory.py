"""Does a run fit into memory? Asked before the work starts, not found out after an hour of reading."""

from __future__ import annotations

from engine.errors import DataError
from engine.training.config import TrainConfig

GIGA = 1e9
ROW = 16  # bytes of x, y, z, signed distance
REAL_ROWS = 180_000 + 2 * 60_000  # samples of a real piece, and those at its surface once more
MADE_ROWS = 24_000 + 2 * 8_000  # the same for a copy or a generated piece
VIEW = 2 * (1280 + 320 * 49)  # bytes of the features of one picture, half precision
REAL_VIEWS, MADE_VIEWS = 64, 12
OVERHEAD = 1.5e9  # interpreter, torch, network and what comes and goes


def bytes_needed(config: TrainConfig, pieces: int) -> float:
    """Estimate of what a run holds in memory, for so many real pieces; of one process."""
    data = config.data
    made = sum(data.generated.values())
    if config.method in ("deepsdf", "triplane"):
        return OVERHEAD + ROW * (REAL_ROWS * pieces + MADE_ROWS * (pieces * data.copies + made))
    return OVERHEAD + (VIEW * REAL_VIEWS + ROW * REAL_ROWS) * pieces + (VIEW * MADE_VIEWS + ROW * MADE_ROWS) * made


def check_memory(config: TrainConfig, pieces: int, available: float | None = None) -> None:
    """Refuse a run that will not fit.

    Args:
        config: of the run.
        pieces: real pieces that it learns from.
        available: bytes that may be used; None asks the system, and lets the run pass if that does not say.

    Raises:
        DataError: it needs more than there is.
    """
    free = available_bytes() if available is None else available
    needed = bytes_needed(config, pieces)
    if free is not None and needed > free:
        raise DataError(
            "This run needs about {needed} GB of memory for each process and {free} GB are free; take fewer copies or "
            "generated pieces (fields `copies` and `generated` of the configuration), fewer categories, or a larger machine.",
            needed=f"{needed / GIGA:.1f}",
            free=f"{free / GIGA:.1f}",
        )


def available_bytes() -> float | None:
    """Bytes that a program may take without swapping; None where nothing can tell."""
    try:
        import psutil
    except ImportError:  # training needs little more than torch
        return None
    return float(psutil.virtual_memory().available)
