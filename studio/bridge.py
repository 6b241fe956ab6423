"""The one way from worker threads to the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

log = logging.getLogger(__name__)


class JobBridge(QObject):
    """Hands objects to the GUI thread, in the order in which each thread posted them.

    Lives in the GUI thread. The hop is always queued, also when the GUI thread itself posts: a handler then never runs inside
    the call that submitted the work, and events of one job keep their order whichever thread ended it.

    Args:
        handler: called on the GUI thread with each posted object; may be set later, what arrives before is dropped.
    """

    _posted = Signal(object)

    def __init__(self, handler: Callable[[object], None] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._handler = handler
        self._open = True
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def set_handler(self, handler: Callable[[object], None]) -> None:
        """Choose who gets the objects."""
        self._handler = handler

    def post(self, item: object) -> None:
        """Queue `item` for the GUI thread. Any thread may call; after `close` nothing happens."""
        if self._open:
            self._posted.emit(item)

    def close(self) -> None:
        """Deliver nothing any more, not even what is queued. Call after the worker threads have been joined."""
        self._open = False

    @Slot(object)
    def _deliver(self, item: object) -> None:
        assert QThread.currentThread() is self.thread(), "events must arrive on the GUI thread"
        if self._open and self._handler is not None:
            self._handler(item)
