import pytest

from engine.errors import DataError
from engine.training.config import TrainConfig
from engine.training.memory import available_bytes, bytes_needed, check_memory


def test_more_copies_and_generated_pieces_need_more_memory() -> None:
    plain = TrainConfig(id="x", method="triplane")
    more = TrainConfig(id="x", method="triplane", data={"copies": 8, "generated": {"chair": 1000}})
    assert bytes_needed(more, 100) - bytes_needed(plain, 100) == 16 * 40_000 * (800 + 1000)
    assert bytes_needed(TrainConfig(id="x", method="occnet"), 100) > 2.1e9


def test_a_run_that_does_not_fit_is_refused_with_figures() -> None:
    config = TrainConfig(id="x", method="triplane", data={"generated": {"chair": 10_000}})
    check_memory(config, 100, available=12e9)
    with pytest.raises(DataError, match=r"needs about 8\.4 GB .* and 4\.0 GB are free"):
        check_memory(config, 100, available=4e9)


def test_the_system_says_how_much_is_free() -> None:
    free = available_bytes()
    assert free is None or 1e6 < free < 1e15
