"""The main window: the shapes in the middle, what came in on the left, what is measured and turned on the right."""

from __future__ import annotations

import base64
from typing import Any

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMainWindow, QMenu, QStatusBar, QVBoxLayout, QWidget

from studio import style
from studio.commands import MENUS, Command, make_action, menu_title, refresh_action
from studio.controller import Controller
from studio.document import Side
from studio.gripping import Gripping
from studio.i18n import engine_text, tr
from studio.panels.history import HistoryPanel
from studio.panels.latent import LatentPanel
from studio.panels.measure import MeasurePanel
from studio.panels.picture import PicturePanel
from studio.panels.shapes import ShapesPanel
from studio.pointing import Pointing
from studio.session import Session
from studio.settings import Settings
from studio.timing import Timing
from studio.viewing import Viewing
from studio.viewport.stage import Stage
from studio.viewport.view import Viewport
from studio.watch import Calm, Watch
from studio.widgets.bars import JobStrip
from studio.widgets.card import Card, CardDock
from studio.widgets.display_bar import DisplayBar, performance_line
from studio.window_actions import Actions, dropped_files

#: Widths of the docks at the start, pixels.
LEFT, RIGHT = 252, 312
#: Milliseconds that a notice stays which asks for nothing.
NEWS = 9000


class MainWindow(QMainWindow):
    """Shows the session; every change goes through the controller.

    `restyle` asks the application for a new window over the same session, in another theme or language.

    Args:
        session: what is shown.
        controller: does what the user asks for.
        viewport: draws the shapes; the window owns it from now on.
        settings: theme, language, geometry, recent files.
    """

    restyle = Signal()

    def __init__(self, session: Session, controller: Controller, viewport: Viewport, settings: Settings) -> None:
        super().__init__()
        self.session, self.controller, self.viewport, self.settings = session, controller, viewport, settings
        self.setWindowTitle("Shape Studio")
        self.setWindowIcon(style.icon("cube", "accent"))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.resize(1280, 800)
        self._watch = Watch()
        self._retired = False
        self.viewport.set_theme(style.theme())
        self.stage = Stage(viewport)
        self.display_bar = DisplayBar()
        self.jobs = JobStrip()
        self.line = style.text_label("", "label", muted=True, tabular=True)
        self.device = style.text_label("", "label", muted=True)
        self.actions_ = Actions(self)
        self._make_centre()
        self._make_docks()
        self._make_menus()
        self._connect()
        self._restore()
        for field in self.findChildren(QLineEdit):
            field.setAcceptDrops(False)
        self.refresh()

    # --- building --------------------------------------------------------------------------------------------------

    def _make_centre(self) -> None:
        centre = QWidget()
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.stage, 1)
        layout.addWidget(self.display_bar)
        self.setCentralWidget(centre)
        self.setContentsMargins(12, 4, 12, 6)
        bar = QStatusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.jobs, 1)
        bar.addPermanentWidget(self.line)
        bar.addPermanentWidget(self.device)
        self.setStatusBar(bar)

    def _make_docks(self) -> None:
        self.picture = PicturePanel(self.session, self.controller)
        self.shapes = ShapesPanel(self.session, self.controller)
        self.history = HistoryPanel(self.session, self.controller)
        self.measure = MeasurePanel(self.session, self.controller)
        self.latent = LatentPanel(self.session, self.controller)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        for corner, area in (
            (Qt.Corner.TopLeftCorner, left),
            (Qt.Corner.BottomLeftCorner, left),
            (Qt.Corner.TopRightCorner, right),
            (Qt.Corner.BottomRightCorner, right),
        ):
            self.setCorner(corner, area)
        self.docks: list[CardDock] = []
        places: tuple[tuple[str, Card, Qt.DockWidgetArea], ...] = (
            ("picture", self.picture, left),
            ("shapes", self.shapes, left),
            ("history", self.history, left),
            ("measure", self.measure, right),
            ("latent", self.latent, right),
        )
        for name, card, area in places:
            dock = CardDock(name, card, self)
            self.addDockWidget(area, dock)
            self.docks.append(dock)
        self.reset_layout()

    def reset_layout(self) -> None:
        """All panels back to their places."""
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        for dock, area in zip(self.docks, (left, left, left, right, right), strict=True):
            dock.setFloating(False)
            self.addDockWidget(area, dock)
            dock.show()
        self.resizeDocks(self.docks, [LEFT, LEFT, LEFT, RIGHT, RIGHT], Qt.Orientation.Horizontal)
        self.resizeDocks(self.docks, [300, 200, 160, 250, 460], Qt.Orientation.Vertical)

    def _make_menus(self) -> None:
        self.commands: dict[str, Command] = {c.id: c for c in self.actions_.commands()}
        self.menus: dict[str, QMenu] = {}
        for name in MENUS:
            menu = self.menuBar().addMenu(menu_title(name))
            self.menus[name] = menu
            group: int | None = None
            for command in (c for c in self.commands.values() if c.menu == name):
                if group is not None and command.group != group:
                    menu.addSeparator()
                group = command.group
                action = make_action(command, self)
                self.addAction(action)
                menu.addAction(action)
                menu.aboutToShow.connect(lambda c=command, a=action: refresh_action(c, a))
                if command.id == "file.open":
                    self.recent = menu.addMenu(tr("Open recent"))
                    self.recent.aboutToShow.connect(self.actions_.fill_recent)
            if name == "view":
                menu.addSeparator()
                for dock in self.docks:
                    menu.addAction(dock.toggleViewAction())
        self.display_bar.add_tool(
            self.commands["shape.pull"], tr("Press on a shape to grab it and pull; Ctrl-drag does so anytime")
        )
        self.display_bar.add_commands([self.commands[c] for c in ("view.swap", "view.reset_camera", "file.copy_view")])

    def _connect(self) -> None:
        events, on = self.session.events, self._watch.on
        self._calm_stage = Calm(self._refresh_stage, self, 200)
        self._news = QTimer(self, singleShot=True, interval=NEWS)
        self._news.timeout.connect(self.controller.dismiss_notice)
        self._calm_line = Calm(self._refresh_line, self, 250)
        self.viewing = Viewing(self.session, self.viewport, self._watch)
        self.pointing = Pointing(self.session, self.controller, self.viewport, self.stage, self._watch)
        self.gripping = Gripping(self, self._watch)
        on(events.document, self._show_display)
        on(events.document, self._calm_stage)
        on(events.notice, self._refresh_notice)
        on(events.jobs, self._refresh_jobs)
        on(events.jobs, self._calm_stage)
        on(events.performance, self._calm_line)
        on(events.device, self._refresh_line)
        on(events.ready, self._refresh_line)
        self.viewport.painted.connect(self._painted)
        self.timing = Timing(self.session, self.viewport, self.stage.timing)
        self.timing.show(self.settings.show_timing)
        self.stage.picked.connect(self._pick)
        self.stage.notice.dismissed.connect(self.controller.dismiss_notice)
        self.jobs.cancelled.connect(self.controller.cancel)
        self.display_bar.chosen.connect(self.controller.set_display)
        self.picture.open_wanted.connect(self.actions_.open_files)
        self.shapes.open_wanted.connect(self.actions_.open_files)
        self.shapes.export_wanted.connect(self.actions_.export)
        self.measure.export_wanted.connect(self.actions_.measuring.export_numbers)
        self.measure.table_wanted.connect(self.actions_.measuring.show_table)
        self.controller.camera_provider = self.viewport.camera
        self.controller.camera_applier = self.viewport.set_camera

    # --- showing ---------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the present state everywhere."""
        self.viewing.refresh()
        self._show_display()
        self._refresh_stage()
        self._refresh_notice()
        self._refresh_jobs()
        self._refresh_line()

    def _show_display(self) -> None:
        self.display_bar.show_display(self.session.document.display)

    def _refresh_stage(self) -> None:
        self.stage.show_document(self.session.document, self.session.performance.behind, bool(self.session.jobs))

    def _refresh_notice(self) -> None:
        notice = self.session.notice
        if notice is None:
            self.stage.notice.hide()
        else:
            self.stage.notice.say(notice.level, notice.text)
            self.stage.arrange_notice()
        if notice is not None and notice.level == "info":
            self._news.start()
        else:
            self._news.stop()

    def _refresh_jobs(self) -> None:
        lines = [(j.id, j.title + (" · " + j.text if j.text else ""), j.done, j.total) for j in self.session.jobs]
        self.jobs.show_jobs(lines)

    def _refresh_line(self) -> None:
        self.line.setText(performance_line(self.session.performance))
        waiting = tr("ready") if self.session.ready else tr("starting…")
        self.device.setText(("· " if self.line.text() else "") + (engine_text(self.session.device) or waiting))

    def _painted(self, paint_ms: float) -> None:
        self.controller.note_paint(paint_ms)

    def _pick(self, side: Side) -> None:
        if self.session.document.side(side) is not None:
            self.controller.set_active(side)

    def toggle_timing(self) -> None:
        """Lay the timings over the view, or take them away."""
        self.settings.show_timing = not self.settings.show_timing
        self.timing.show(self.settings.show_timing)
        self.stage.arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends the animation or forgets the picked point; the space bar plays and pauses."""
        if event.key() == Qt.Key.Key_Escape and self.controller.pulling.held:
            self.controller.pulling.cancel()  # as Gripping's shortcut does, which needs the window to be the active one
        elif event.key() == Qt.Key.Key_Space and self.controller.motion.possible:
            self.controller.motion.toggle()
        elif event.key() == Qt.Key.Key_Escape and self.session.player.playing:
            self.controller.motion.pause()
        elif event.key() == Qt.Key.Key_Escape and self.session.probe is not None:
            self.controller.lab.end_pick()
        else:
            super().keyPressEvent(event)

    # --- files dropped anywhere ------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and pictures."""
        if dropped_files(event.mimeData()) or event.mimeData().hasImage():
            event.acceptProposedAction()
            self.stage.set_hovered(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """They went away again."""
        self.stage.set_hovered(False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Open them."""
        self.stage.set_hovered(False)
        event.acceptProposedAction()
        # Not inside the drag: the program that the file came from waits until the drop has returned.
        data = event.mimeData()
        files, pixels = dropped_files(data), data.imageData() if data.hasImage() else None
        QTimer.singleShot(0, self, lambda: self.actions_.take(files, pixels))

    # --- the end ---------------------------------------------------------------------------------------------------

    def _restore(self) -> None:
        if self.settings.geometry:
            self.restoreGeometry(QByteArray(base64.b64decode(self.settings.geometry)))
        if self.settings.layout:
            self.restoreState(QByteArray(base64.b64decode(self.settings.layout)))

    def remember(self) -> None:
        """Put geometry and layout into the settings."""
        self.settings.geometry = base64.b64encode(self.saveGeometry().data()).decode()
        self.settings.layout = base64.b64encode(self.saveState().data()).decode()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The user closes the window."""
        self._end()
        event.accept()

    def _end(self) -> None:
        if self._retired:
            return
        self._retired = True
        self.remember()
        self._watch.close()
        self._calm_stage.stop()
        self._calm_line.stop()
        self._news.stop()
        self.timing.stop()
        self.gripping.retire()
        self.actions_.measuring.retire()
        for dock in self.docks:
            dock.card.retire()
        if self.controller.camera_provider == self.viewport.camera:  # not yet those of the window that takes over
            self.controller.camera_provider = dict
            self.controller.camera_applier = _nothing
        self.viewport.close()


def _nothing(_: dict[str, Any]) -> None:
    return None
