import operator

import pytest

from engine.data.split import item_key
from engine.errors import DataError, ShapeError
from engine.evaluation.workers import gather_workers
from engine.progress import Cancelled


class Steps:
    def __init__(self, stop_at: int | None = None) -> None:
        self.seen: list[tuple[float, float]] = []
        self.stop_at = stop_at

    def check(self) -> None:
        if self.stop_at is not None and len(self.seen) >= self.stop_at:
            raise Cancelled

    def step(self, done: float, total: float, text: str = "") -> None:
        self.check()
        self.seen.append((done, total))

    def partial(self, value: object) -> None:
        self.check()


@pytest.mark.parametrize("count", [0, 1])
def test_results_come_in_the_order_of_the_jobs_and_errors_come_back(count: int) -> None:
    progress = Steps()
    with gather_workers(count) as workers:
        assert workers.run(abs, [-3, 2, -1], progress, "counting") == [3, 2, 1]
        assert workers.run(item_key, ["a"], progress, "naming") == [item_key("a")]
        assert workers.run(abs, [], progress, "nothing") == []
        with pytest.raises(TypeError):
            workers.run(operator.neg, [1, "x", 2], progress, "failing")
        with pytest.raises(Cancelled):
            workers.run(abs, [1, 2, 3], Steps(stop_at=0), "stopping")
        assert workers.run(abs, [-7], progress, "going on") == [7]
    assert progress.seen[0] == (0, 3)


def test_a_scheduler_that_does_not_answer_is_said() -> None:
    with pytest.raises(DataError, match="No Dask scheduler"), gather_workers(1, "nonsense://nowhere:1"):
        pass


def test_errors_of_the_work_come_through_as_they_are() -> None:
    with gather_workers(0) as workers, pytest.raises(ShapeError, match="No x"):
        workers.run(_refuse, ["x"], Steps(), "refusing")


def _refuse(name: str) -> None:
    raise ShapeError("No {name}.", name=name)
