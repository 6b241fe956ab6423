"""Settings, credits and the words about the studio."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QPlainTextEdit, QVBoxLayout, QWidget

from engine.api import ModelInfo
from studio.i18n import tr
from studio.settings import Settings
from studio.style import mark, text_label
from studio.widgets.text import Choice


class SettingsDialog(QDialog):
    """Theme, language, device and threads. Writes nothing itself: `values` says what was chosen."""

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setMinimumWidth(380)
        self.theme = self._choice(
            tr("Theme"), settings.theme, {"system": tr("As the desktop"), "dark": tr("Dark"), "light": tr("Light")}
        )
        languages = {"system": tr("As the desktop"), "en": "English", "zh_CN": "简体中文"}
        self.language = self._choice(tr("Language"), settings.language, languages)
        devices = {"auto": tr("GPU if there is one"), "cpu": tr("CPU"), "cuda": tr("GPU (CUDA)")}
        devices.setdefault(settings.device, settings.device)
        self.device = self._choice(tr("Device"), settings.device, devices)
        counts = {0: tr("Chosen by the engine")} | {n: str(n) for n in range(1, (os.cpu_count() or 1) + 1)}
        counts.setdefault(settings.threads, str(settings.threads))
        self.threads = self._choice(tr("Threads"), settings.threads, counts)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(10)
        for title, field in ((tr("Theme"), self.theme), (tr("Language"), self.language), (tr("Device"), self.device)):
            form.addRow(text_label(title, muted=True), field)
        form.addRow(text_label(tr("Threads"), muted=True), self.threads)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Ok)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(tr("Apply"))
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(tr("Cancel"))
        mark(buttons.button(QDialogButtonBox.StandardButton.Ok), accent=True)
        for button in buttons.buttons():
            button.setIcon(QIcon())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(20)
        layout.addLayout(form)
        layout.addWidget(buttons)

    def values(self) -> dict[str, object]:
        """What was chosen, by the settings' own names."""
        return {
            "theme": self.theme.currentData(),
            "language": self.language.currentData(),
            "device": self.device.currentData(),
            "threads": self.threads.currentData(),
        }

    @staticmethod
    def _choice(name: str, current: object, options: Mapping[Any, str]) -> Choice:
        box = Choice(name)
        for value, title in options.items():
            box.addItem(title, value)
        box.setCurrentIndex(list(options).index(current))
        return box


class TextDialog(QDialog):
    """A text to read and copy."""

    def __init__(self, title: str, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(560, 420)
        self.view = QPlainTextEdit(text)
        self.view.setReadOnly(True)
        self.view.setAccessibleName(title)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setText(tr("Close"))
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        self.top = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(text_label(title, "heading"))
        layout.addLayout(self.top)
        layout.addWidget(self.view, 1)
        layout.addWidget(buttons)


class CreditsDialog(TextDialog):
    """Whose data a model was trained on.

    Args:
        models: those installed.
        credits: text of a model's credits.
        current: model id shown first, or "".
        parent: window.
    """

    def __init__(self, models: Sequence[ModelInfo], credits: Callable[[str], str], current: str, parent: QWidget) -> None:
        super().__init__(tr("Data credits"), "", parent)
        self.models = Choice(tr("Model"))
        for info in models:
            self.models.addItem(info.title, info.id)
        self.models.currentIndexChanged.connect(
            lambda _: self.view.setPlainText(credits(self.models.currentData()) or tr("This model names no credits."))
        )
        self.top.addWidget(self.models)
        ids = [info.id for info in models]
        if ids:
            self.models.setCurrentIndex(-1)
            self.models.setCurrentIndex(ids.index(current) if current in ids else 0)
        else:
            self.view.setPlainText(tr("No models are installed."))


def about_dialog(device: str, parent: QWidget) -> TextDialog:
    """Name, version, licence and what it stands on."""
    try:
        number = version("shape-studio")
    except PackageNotFoundError:
        number = tr("source checkout")
    lines = [
        tr("Version {number}", number=number),
        tr("Device: {device}", device=device or tr("not known yet")),
        "",
        tr("A desktop studio for learned 3D shapes: a picture becomes a shape, sliders move it, and the distance is live."),
        "",
        tr("Apache License 2.0. Built on Qt, VTK, PyVista, PyTorch, NumPy and SciPy."),
        tr("The shapes behind the models are credited under Help, Data credits."),
    ]
    dialog = TextDialog("Shape Studio", "\n".join(lines), parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog
