"""What the window's commands do: files, clipboard, pictures of the view, dialogs. All verbs of shapes are the controller's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QDialog, QFileDialog

from studio.commands import Command, match
from studio.dialogs import CreditsDialog, SettingsDialog, TextDialog, about_dialog
from studio.i18n import engine_text, tr
from studio.measure_actions import MeasureActions
from studio.pull_actions import pull_commands
from studio.widgets.command_palette import CommandPalette, Offer

if TYPE_CHECKING:
    from studio.window import MainWindow

PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"
SHAPES = "*.obj *.ply *.stl *.off *.glb *.xyz *.npz"
SESSIONS = "*.shapestudio"


def dropped_files(data: QMimeData) -> list[Path]:
    """Local files in dropped or pasted data."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []


def png_bytes(image: QImage) -> bytes:
    """An image as PNG."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(data.data())


class Actions:
    """The window's own doings, and the table of all commands."""

    def __init__(self, window: MainWindow) -> None:
        self._w = window
        self.measuring = MeasureActions(window, self._ask_save)

    # --- files -----------------------------------------------------------------------------------------------------

    def open_files(self) -> None:
        """Ask for pictures, shapes or a session."""
        filters = [
            tr("All that can be opened ({kinds})", kinds=f"{PICTURES} {SHAPES} {SESSIONS}"),
            tr("Pictures ({kinds})", kinds=PICTURES),
            tr("Shapes ({kinds})", kinds=SHAPES),
            tr("Sessions ({kinds})", kinds=SESSIONS),
        ]
        dialog = self._dialog(tr("Open"), filters)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.take([Path(n) for n in names], None))
        dialog.open()

    def take(self, files: Sequence[Path], pixels: object) -> None:
        """Open files, or else a picture without a file."""
        if files:
            for path in files:
                self._w.settings.note_file(path)
            self._w.controller.open_paths(list(files))
        elif isinstance(pixels, QImage) and not pixels.isNull():
            self._w.controller.paste_picture(png_bytes(pixels), tr("pasted picture"))

    def paste(self) -> None:
        """A picture or files from the clipboard."""
        data = QGuiApplication.clipboard().mimeData()
        if data is not None:
            self.take(dropped_files(data), data.imageData() if data.hasImage() else None)

    def fill_recent(self) -> None:
        """The files opened last."""
        menu = self._w.recent
        menu.clear()
        for name in self._w.settings.recent:
            menu.addAction(Path(name).name, partial(self.take, [Path(name)], None)).setToolTip(name)
        if menu.isEmpty():
            menu.addAction(tr("Nothing yet")).setEnabled(False)

    def save_session(self) -> None:
        """Ask where to, and save."""
        self._ask_save(
            tr("Save session"), [tr("Sessions ({kinds})", kinds=SESSIONS)], "shapestudio", self._w.controller.save_session
        )

    def export(self, entry_id: int) -> None:
        """Ask where to, and export a shape."""
        entry = self._w.session.document.entry(entry_id)
        if entry is not None:
            self._ask_save(
                tr("Export {name}", name=entry.name),
                [tr("Shapes ({kinds})", kinds=SHAPES)],
                "ply",
                lambda path: self._w.controller.export_shape(entry_id, path),
                entry.name,
            )

    def save_view(self) -> None:
        """Ask where to, and write a picture of the view at twice its size."""
        self._ask_save(tr("Save picture of the view"), [tr("Pictures ({kinds})", kinds="*.png")], "png", self._write_view)

    def _write_view(self, path: Path) -> None:
        try:
            self._w.viewport.screenshot(path, scale=2)
        except OSError:
            self._w.stage.notice.say("error", tr("{name} could not be written; choose another folder.", name=path.name))
            self._w.stage.arrange_notice()

    def copy_view(self) -> None:
        """Put a picture of the view onto the clipboard."""
        pixels = self._w.viewport.screenshot()
        height, width, _ = pixels.shape
        image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        QGuiApplication.clipboard().setImage(image)

    def _ask_save(self, title: str, filters: list[str], suffix: str, save: Callable[[Path], object], name: str = "") -> None:
        dialog = self._dialog(title, filters)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        if name:
            dialog.selectFile("".join(c for c in name if c not in '/\\:*?"<>|'))
        dialog.fileSelected.connect(lambda chosen: save(Path(chosen)))
        dialog.open()

    def _dialog(self, title: str, filters: list[str]) -> QFileDialog:
        dialog = QFileDialog(self._w, title, self._w.settings.last_folder)
        dialog.setNameFilters(filters)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    # --- dialogs ---------------------------------------------------------------------------------------------------

    def palette(self) -> CommandPalette:
        """All commands that can be run now."""
        offers = [
            Offer(c.title, c.shortcut, c.run) for c in self._w.commands.values() if c.id != "view.palette" and c.enabled()
        ]
        palette = CommandPalette(offers, match, self._w)
        palette.popup()
        return palette

    def show_settings(self) -> SettingsDialog:
        """Theme, language, device, threads."""
        dialog = SettingsDialog(self._w.settings, self._w)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.apply_settings(dialog.values()))
        dialog.open()
        return dialog

    def apply_settings(self, values: dict[str, object]) -> None:
        """Take over what was chosen."""
        settings = self._w.settings
        before = settings.model_dump()
        for name, value in values.items():
            setattr(settings, name, value)
        settings.save()
        if (before["device"], before["threads"]) != (settings.device, settings.threads):
            self._w.controller.set_device(settings.device, settings.threads or None)
        if (before["theme"], before["language"]) != (settings.theme, settings.language):
            self._w.restyle.emit()

    def show_credits(self) -> QDialog:
        """Whose data the models stand on."""
        entry = self._w.session.document.active_entry
        current = entry.model or "" if entry else ""
        dialog = CreditsDialog(self._w.session.models, self._w.controller.credits, current, self._w)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def show_about(self) -> QDialog:
        """Name, version, licence."""
        dialog = about_dialog(engine_text(self._w.session.device), self._w)
        dialog.open()
        return dialog

    def show_keys(self) -> QDialog:
        """Mouse and keys."""
        lines = [
            tr("Drag: orbit"),
            tr("Shift-drag, or drag with the middle or right button: pan"),
            tr("Wheel: zoom"),
            tr("Double click: reset the view"),
            tr("Click a side: sliders act on it"),
            tr("Ctrl-drag on a shape, or drag with Pull on: pull its surface; Esc: take it back"),
            tr("Double click or Shift-click on a shape with Pull on: pin the place, or remove the pin"),
            tr("Space: play or pause the way from A to B"),
            "",
            *(f"{c.shortcut.replace(';', ', ')}: {c.title}" for c in self._w.commands.values() if c.shortcut),
        ]
        dialog = TextDialog(tr("Mouse and keys"), "\n".join(lines), self._w)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    # --- the table -------------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        """Everything that can be done, in the order of the menus."""
        shape = [*self._shape(), *pull_commands(self._w)]
        return [*self._file(), *self._edit(), *self._view(), *shape, *self.measuring.commands(), *self._help()]

    def _file(self) -> list[Command]:
        do, w = self._w.controller, self._w
        return [
            Command("file.open", tr("Open…"), "file", self.open_files, "Ctrl+O", "folder-open"),
            Command("file.save_session", tr("Save session…"), "file", self.save_session, "Ctrl+S", "floppy-disk", group=1),
            Command("file.new_session", tr("New session"), "file", do.new_session, "Ctrl+N", "file-plus", group=1),
            Command(
                "file.export",
                tr("Export active shape…"),
                "file",
                self._export_active,
                "Ctrl+E",
                "export",
                self._has_shape,
                group=2,
            ),
            Command(
                "file.save_view", tr("Save picture of the view…"), "file", self.save_view, "Ctrl+Shift+S", "image", group=2
            ),
            Command(
                "file.copy_view", tr("Copy picture of the view"), "file", self.copy_view, "Ctrl+Shift+C", "camera", group=2
            ),
            Command("file.settings", tr("Settings…"), "file", self.show_settings, "Ctrl+,", "gear", group=3),
            Command("file.quit", tr("Quit"), "file", w.close, "Ctrl+Q", group=4),
        ]

    def _edit(self) -> list[Command]:
        do = self._w.controller
        return [
            Command("edit.undo", tr("Undo"), "edit", do.undo, "Ctrl+Z", "arrow-counter-clockwise", lambda: do.can_undo),
            Command("edit.redo", tr("Redo"), "edit", do.redo, "Ctrl+Shift+Z;Ctrl+Y", "arrow-clockwise", lambda: do.can_redo),
            Command("edit.paste", tr("Paste picture"), "edit", self.paste, "Ctrl+V", "clipboard", group=1),
            Command(
                "edit.cancel",
                tr("Cancel all jobs"),
                "edit",
                do.cancel_all,
                "Ctrl+.",
                "stop",
                lambda: bool(self._w.session.jobs),
                group=2,
            ),
        ]

    def _view(self) -> list[Command]:
        do, w = self._w.controller, self._w

        def shown(display: str) -> Callable[[], bool]:
            return lambda: w.session.document.display == display

        return [
            Command("view.palette", tr("Command palette…"), "view", self.palette, "Ctrl+Shift+P", "magnifying-glass"),
            Command("view.solid", tr("Solid"), "view", lambda: do.set_display("solid"), "1", checked=shown("solid"), group=1),
            Command(
                "view.points", tr("Points"), "view", lambda: do.set_display("points"), "2", checked=shown("points"), group=1
            ),
            Command(
                "view.error", tr("Error colours"), "view", lambda: do.set_display("error"), "3", checked=shown("error"), group=1
            ),
            Command(
                "view.matching",
                tr("Matching"),
                "view",
                lambda: do.set_display("matching"),
                "4",
                checked=shown("matching"),
                group=1,
            ),
            Command(
                "view.swap", tr("Swap A and B"), "view", do.swap, "X", "swap", lambda: bool(w.session.document.entries), group=2
            ),
            Command("view.reset_camera", tr("Reset view"), "view", w.viewport.reset_camera, "Home;0", "frame-corners", group=2),
            Command("view.reset_layout", tr("Reset layout"), "view", w.reset_layout, group=3),
            Command(
                "view.timing",
                tr("Timings over the view"),
                "view",
                w.toggle_timing,
                "F11",
                checked=lambda: w.settings.show_timing,
                group=3,
            ),
        ]

    def _shape(self) -> list[Command]:
        do, w = self._w.controller, self._w

        def can_read() -> bool:
            return w.session.document.picture is not None and bool(w.session.document.picture_model)

        def has_code() -> bool:
            entry = w.session.document.active_entry
            return entry is not None and entry.latent is not None

        def has_entry() -> bool:
            return w.session.document.active_entry is not None

        def on_active(verb: Callable[[int], object]) -> Callable[[], None]:
            def run() -> None:
                entry = w.session.document.active_entry
                if entry is not None:
                    verb(entry.id)

            return run

        rename = on_active(lambda i: w.shapes.rows[i].begin_rename())
        return [
            Command(
                "shape.reconstruct", tr("Reconstruct the picture"), "shape", do.reconstruct, "Ctrl+R", "magic-wand", can_read
            ),
            Command(
                "shape.mean",
                tr("Start from the mean"),
                "shape",
                lambda: self._start("mean"),
                "",
                "plus",
                self._has_models,
                group=1,
            ),
            Command(
                "shape.random",
                tr("Start from a random code"),
                "shape",
                lambda: self._start("random"),
                "",
                "shuffle",
                self._has_models,
                group=1,
            ),
            Command(
                "shape.randomise", tr("Random code"), "shape", do.randomise, "Ctrl+Shift+R", "dice-five", has_code, group=2
            ),
            Command(
                "shape.reset", tr("Reset the code"), "shape", do.reset, "Ctrl+0", "arrow-counter-clockwise", has_code, group=2
            ),
            Command(
                "shape.play",
                tr("Play or pause the way from A to B"),
                "shape",
                do.motion.toggle,
                "",
                "play",
                lambda: do.motion.possible,
                group=2,
            ),
            Command("shape.pin", tr("Pin a copy as B"), "shape", lambda: do.pin("b"), "P", "push-pin", has_entry, group=3),
            Command("shape.duplicate", tr("Duplicate"), "shape", on_active(do.duplicate), "Ctrl+D", "copy", has_entry, group=3),
            Command("shape.rename", tr("Rename"), "shape", rename, "F2", "pencil-simple", has_entry, group=3),
            Command("shape.remove", tr("Remove"), "shape", on_active(do.remove), "Del", "trash", has_entry, group=3),
            Command("shape.side_a", tr("Work on A"), "shape", lambda: do.set_active("a"), "A", group=4),
            Command("shape.side_b", tr("Work on B"), "shape", lambda: do.set_active("b"), "B", group=4),
        ]

    def _help(self) -> list[Command]:
        return [
            Command("help.keys", tr("Mouse and keys"), "help", self.show_keys, "F1"),
            Command("help.credits", tr("Data credits"), "help", self.show_credits),
            Command("help.about", tr("About Shape Studio"), "help", self.show_about),
        ]

    def _has_shape(self) -> bool:
        entry = self._w.session.document.active_entry
        return entry is not None and entry.shape is not None and not entry.shape.is_empty

    def _has_models(self) -> bool:
        return bool(self._w.session.models)

    def _export_active(self) -> None:
        entry = self._w.session.document.active_entry
        if entry is not None:
            self.export(entry.id)

    def _start(self, start: str) -> None:
        entry = self._w.session.document.active_entry
        models = self._w.session.models
        model = entry.model if entry and entry.model else models[0].id if models else None
        if model:
            self._w.controller.start_from(model, start)  # type: ignore[arg-type]
