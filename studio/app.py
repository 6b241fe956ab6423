"""The composition root: the only place that builds things and knows them all.

Order of a start: Qt, settings, language, theme, state, window on screen; then VTK and the viewport; then, in a worker, torch
and the models; then the start-up documents. Nothing heavy is imported before the window has been painted once.
"""

from __future__ import annotations

import faulthandler
import gc
import logging
import logging.handlers
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication, QWidget

from engine.api import Engine
from engine.assets import assets_root
from engine.errors import EngineError
from studio import style
from studio.bridge import JobBridge
from studio.controller import Controller
from studio.heartbeat import Watchdog
from studio.i18n import error_text, tr
from studio.language import install_language
from studio.late_viewport import LateViewport
from studio.session import Notice, Session
from studio.settings import Settings
from studio.viewport.view import Viewport
from studio.window import MainWindow
from studio.workbench import Lanes, Workbench

log = logging.getLogger(__name__)

#: Milliseconds between visits of the garbage collector.
_COLLECT_EVERY = 1000
#: Seconds of silence of the GUI thread that --debug reports.
_SILENCE = 0.5


def use_opengl_format() -> None:
    """Ask for the OpenGL format that VTK needs; it must be known before the first window."""
    form = QSurfaceFormat()
    form.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    form.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    form.setVersion(3, 2)
    form.setSwapBehavior(QSurfaceFormat.SwapBehavior.DoubleBuffer)
    form.setAlphaBufferSize(8)
    form.setDepthBufferSize(24)
    form.setStencilBufferSize(0)
    form.setSamples(0)
    QSurfaceFormat.setDefaultFormat(form)


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The Qt application."""
    os.environ.setdefault("QT_API", "pyside6")
    use_opengl_format()
    application = QApplication(["shape-studio", *arguments])
    application.setApplicationName("shape-studio")
    application.setApplicationDisplayName("Shape Studio")
    application.setDesktopFileName("shape-studio")
    return application


def bundled_documents() -> tuple[Path | None, Path | None]:
    """The picture and the second shape that open when nothing is named; None for what is not there."""
    try:
        root = assets_root()
    except EngineError:
        return None, None
    pictures = sorted(p for p in (root / "images").glob("*") if p.suffix in {".png", ".jpg"})
    shapes = sorted(p for p in (root / "shapes").glob("*") if p.suffix in {".ply", ".obj", ".glb", ".stl", ".off"})
    return (pictures[0] if pictures else None), (shapes[0] if shapes else None)


def _vtk_viewport(parent: QWidget) -> Viewport:
    from studio.viewport.widget import VtkViewport  # imports VTK

    return VtkViewport(parent, style.theme())


class Studio(QObject):
    """The running program.

    Args:
        application: from `make_application`.
        settings: what the user chose.
        viewport: makes the real viewport (by default the one of VTK), called after the window was shown.
        engine: for tests; made from the settings by default.
        lanes: for tests; threads by default.

    Attributes:
        window: the main window; another one after `restyle`.
        session, controller, engine, bench, settings: what the window works on.
    """

    def __init__(
        self,
        application: QApplication,
        settings: Settings,
        viewport: Callable[[QWidget], Viewport] = _vtk_viewport,
        engine: Engine | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        super().__init__()
        self._application = application
        self.settings = settings
        self._make_viewport = viewport
        self.engine = engine or Engine(settings.device, settings.threads or None)
        self.session = Session()
        self.bridge = JobBridge(parent=self)
        self.bench = Workbench(self.session, lanes or Lanes.threads(), self.bridge.post)
        self.bridge.set_handler(self.bench.deliver)
        self.controller = Controller(self.session, self.engine, self.bench, settings)
        self._closed = False
        self._collector = QTimer(self)
        self._collector.setInterval(_COLLECT_EVERY)
        self._collector.timeout.connect(self._collect)
        self._settled = False
        self.viewport: LateViewport
        self.window: MainWindow
        self._dress()

    # --- the window --------------------------------------------------------------------------------------------------

    def _dress(self) -> None:
        """Language, theme, and a window in them."""
        install_language(self.settings.language)
        style.apply(self._application, style.resolve(self.settings.theme))
        self.viewport = LateViewport()
        self.window = MainWindow(self.session, self.controller, self.viewport, self.settings)
        self.window.restyle.connect(self.restyle)

    @Slot()
    def restyle(self) -> None:
        """Another theme or language: a new window over the same state takes the place of the old one."""
        old, camera = self.window, self.viewport.camera()
        old.remember()
        self._dress()
        self.viewport.arrive(self._make_viewport)
        self.viewport.set_camera(camera)
        self.window.show()
        old.close()
        old.deleteLater()

    def show(self) -> None:
        """Put the window on screen; the viewport follows as soon as Qt has painted it."""
        self.window.show()
        QTimer.singleShot(0, self, self._bring_viewport)

    @Slot()
    def _bring_viewport(self) -> None:
        if not self._closed and self.viewport.real is None:
            self.viewport.arrive(self._make_viewport)

    # --- life --------------------------------------------------------------------------------------------------------

    def start(self, paths: Sequence[Path] = ()) -> None:
        """Load the models and open `paths`, or the bundled documents if there are none.

        From here on garbage is collected on this thread only: a cycle that is collected in a worker would destroy Qt objects
        there.
        """
        gc.disable()
        self._collector.start()
        self.session.events.ready.connect(self._on_ready)
        if paths:
            self.controller.start(paths)
        else:
            picture, second = bundled_documents()
            self.controller.start([picture] if picture else [], second)

    def _on_ready(self, ready: bool) -> None:
        if ready:
            QTimer.singleShot(0, self, self._freeze)

    @Slot()
    def _freeze(self) -> None:
        """Everything imported by now stays for good: the collector need not look at it again."""
        if not self._settled:
            self._settled = True
            gc.collect()
            gc.freeze()
            log.info("ready, %s", self.session.device)

    @Slot()
    def _collect(self) -> None:
        """What the collector would have done by itself, at a moment that suits."""
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if limits[generation] and counts[generation] > limits[generation]:
                gc.collect(generation if self._settled else 0)
                return

    def close(self, timeout: float = 5.0) -> bool:
        """Stop all work, keep the settings, release the window; True if every worker ended in time. May be called twice."""
        if self._closed:
            return True
        self._closed = True
        self._collector.stop()
        self.window.close()
        ended = self.controller.close()
        self.bridge.close()
        self.settings.save()
        gc.unfreeze()
        gc.enable()
        return ended

    def report(self, error: BaseException) -> None:
        """Tell the user of a mistake of ours; the log has it already."""
        text = tr("Shape Studio made a mistake: {error}. Your work is kept; the log has the details.", error=repr(error))
        self.session.notice = Notice("error", error_text(error) if isinstance(error, EngineError) else text)


def log_file() -> Path:
    """Where the studio's log is."""
    return platformdirs.user_log_path("shape-studio", appauthor=False) / "studio.log"


def start_logging(debug: bool) -> None:
    """Log to a file that does not grow without end, and with `debug` to stderr too."""
    handlers: list[logging.Handler] = []
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.handlers.RotatingFileHandler(log_file(), maxBytes=1 << 20, backupCount=2, encoding="utf-8"))
    except OSError:
        debug = True  # a disk that refuses: stderr is better than nothing
    if debug:
        handlers.append(logging.StreamHandler())
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s [%(threadName)s]: %(message)s",
        handlers=handlers,
        force=True,
    )
    for noisy in ("matplotlib", "PIL", "numba"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _catch_mistakes(studio: Studio) -> None:
    """Mistakes in slots and threads go to the log and to the notice bar, and do not end the program."""

    def on_gui(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            studio.window.close()
            return
        log.critical("unexpected", exc_info=(kind, error, trace))
        studio.report(error)

    def in_thread(event: threading.ExceptHookArgs) -> None:
        if event.exc_value is not None:
            name = event.thread.name if event.thread else "?"
            log.critical("unexpected, in thread %s", name, exc_info=event.exc_value)

    sys.excepthook = on_gui
    threading.excepthook = in_thread


def run(settings: Settings, paths: Sequence[Path], debug: bool = False) -> int:
    """Run the studio until its window closes; the exit code."""
    start_logging(debug)
    faulthandler.enable()
    application = make_application()
    studio = Studio(application, settings)
    _catch_mistakes(studio)
    watchdog = Watchdog(_SILENCE, studio) if debug else None
    if watchdog is not None:
        watchdog.start()
    signal.signal(signal.SIGINT, lambda *_: studio.window.close())  # noticed when a timer next runs Python
    studio.show()
    QTimer.singleShot(0, studio, lambda: studio.start(paths))
    code = application.exec()
    if watchdog is not None:
        watchdog.stop()
    ended = studio.close()
    log.info("closed, %s", "all workers ended" if ended else "a worker did not end in time")
    if not ended:
        logging.shutdown()
        os._exit(code)  # torch would be torn down under the worker that still runs
    return code
