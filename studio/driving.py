"""Hands for the programs that drive a real window, `bench_drag` and `soak`: events to real widgets, as a user makes them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.app import Studio, make_application
from studio.settings import Settings
from studio.widgets.latent_slider import LatentTrack


def wait(until: Callable[[], bool], seconds: float) -> bool:
    """Run the event loop until a condition holds; False if `seconds` passed first."""
    loop = QEventLoop()
    deadline = time.monotonic() + seconds
    timer = QTimer()
    timer.setInterval(4)
    timer.timeout.connect(lambda: loop.quit() if until() or time.monotonic() > deadline else None)
    timer.start()
    if not until():
        loop.exec()
    timer.stop()
    return until()


def rest(seconds: float) -> None:
    """Run the event loop for a while, adding nothing to it."""
    loop = QEventLoop()
    QTimer.singleShot(int(1e3 * seconds), loop.quit)
    loop.exec()


def mouse(widget: QWidget, kind: QEvent.Type, x: float, y: float = 25.0) -> None:
    """A press, move or release of the left button at (x, y) in a widget."""
    place = QPointF(x, y)
    pressed = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    event = QMouseEvent(
        kind, place, QPointF(widget.mapToGlobal(place.toPoint())), pressed, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(widget, event)


def tracks(studio: Studio) -> list[LatentTrack]:
    """The latent sliders on screen, from the top."""
    return [track for track in studio.window.findChildren(LatentTrack) if track.isVisible()]


def settled(studio: Studio) -> bool:
    """Nothing is on its way; what is shown is final, and measured if there are two."""
    document, session = studio.session.document, studio.session
    shown = [entry for entry in (document.side("a"), document.side("b")) if entry is not None]
    measured = session.measured
    fine = document.compared is None or (measured is not None and not measured.live and not measured.stale)
    return not studio.controller.busy and all(entry.settled for entry in shown) and fine


@contextmanager
def opened(size: str) -> Iterator[Studio]:
    """A studio in a window, with settings of its own, closed at the end.

    Args:
        size: of the viewport, e.g. "640x480".

    Raises:
        RuntimeError: if the start-up documents did not settle within three minutes.
    """
    width, _, height = size.partition("x")
    with tempfile.TemporaryDirectory() as folder:
        application = make_application()
        studio = Studio(application, Settings.load(Path(folder) / "settings.toml"))
        studio.viewport.widget.setFixedSize(int(width), int(height))
        studio.show()
        studio.start()
        try:
            if not wait(lambda: studio.session.ready and studio.session.document.b is not None and settled(studio), 180):
                raise RuntimeError("the start-up documents did not settle within three minutes")
            yield studio
        finally:
            studio.close()
