"""How long a cancel takes to be felt: part of `bench_drag`.

Jobs run in the studio's own lane and are cancelled by `Controller.cancel`, as by the cross in the job strip, at moments spread
over their run; measured is the time until their end has been delivered on the GUI thread.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from engine.api import (
    SETTLED_LEVELS,
    CompareRequest,
    DecodeRequest,
    EncodeRequest,
    FitRequest,
    MatchRequest,
    Mesh,
    PointCloud,
)
from engine.progress import Progress
from studio.app import Studio
from studio.driving import settled, wait
from studio.workbench import Handlers

Work = Callable[[Progress], object]
#: Cancels of each kind; shares of a whole run after which they come.
MOMENTS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85)


def jobs(studio: Studio, model: str) -> dict[str, Work]:
    """What is cancelled: the longest kinds of work that the studio asks for, on what it shows in A and B."""
    engine, document = studio.engine, studio.session.document
    a, b = document.side("a"), document.side("b")
    assert a is not None
    assert b is not None
    assert a.shape is not None
    assert b.shape is not None
    shape_a, shape_b, picture = a.shape, b.shape, document.picture
    code = studio.session.spaces[model].training_code(5)
    found: dict[str, Work] = {
        "decode": lambda p: engine.decode(DecodeRequest(code, SETTLED_LEVELS), p),
        "compare": lambda p: engine.compare(CompareRequest(shape_a, shape_b, floor=True), p),
        "match": lambda p: engine.match(MatchRequest(shape_a, shape_b), p),
    }
    if isinstance(shape_b, Mesh | PointCloud):
        fitting = next((info.id for info in studio.session.models if info.fits_shape), None)
        if fitting is not None:
            found["fit"] = lambda p: engine.fit(FitRequest(fitting, shape_b), p)
    reading = next((info.id for info in studio.session.models if info.takes_picture), None)
    if picture is not None and reading is not None:
        plain = type(picture)(picture.rgb, name=picture.name)  # without a mask, so that the background is separated too
        found["reconstruct"] = lambda p: engine.encode(EncodeRequest(reading, plain), p)
    return found


def cancel_times(studio: Studio, model: str) -> dict[str, float]:
    """Longest milliseconds from the cancel to the end, by kind of work; nan if every run ended before it was cancelled."""
    result = {}
    for name, work in jobs(studio, model).items():
        _run(studio, work, math.inf)  # the first run may load or prepare something for good
        whole = _run(studio, work, math.inf)[0]
        late = [_run(studio, work, share * min(whole, 4.0)) for share in MOMENTS]
        result[name] = max((1e3 * waited for _, waited in late if waited is not None), default=math.nan)
        wait(lambda: settled(studio), 60)
    return result


def _run(studio: Studio, work: Work, after: float) -> tuple[float, float | None]:
    """Run a job and cancel it `after` seconds; seconds until it ended, and from cancel to end (None if it was faster)."""
    ended: list[float] = []
    start = time.perf_counter()
    job = studio.bench.submit(
        studio.bench.lanes.work, work, Handlers(ended=lambda: ended.append(time.perf_counter()), title="bench")
    )
    assert job is not None
    wait(lambda: bool(ended) or time.perf_counter() - start > min(after, 6.0), 60)
    if ended:
        return ended[0] - start, None
    cancelled = time.perf_counter()
    studio.controller.cancel(job.id)
    wait(lambda: bool(ended), 60)
    return ended[0] - start, ended[0] - cancelled
