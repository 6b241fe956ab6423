"""Things that come and go at the edges: notices, jobs, and the words in an empty place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from studio.i18n import tr
from studio.style import ICON_SIZE, font, icon, mark, text_label
from studio.widgets.text import Elided

ICONS = {"info": "info", "warning": "warning", "error": "warning-circle"}


def tool_button(name: str, symbol: str, parent: QWidget | None = None) -> QToolButton:
    """A small button with an icon, a tool tip and a name for screen readers."""
    button = QToolButton(parent)
    button.setIcon(icon(symbol, "muted"))
    button.setIconSize(ICON_SIZE)
    button.setToolTip(name)
    button.setAccessibleName(name)
    button.setAutoRaise(True)
    return button


class NoticeBar(QFrame):
    """One sentence the user should read, until dismissed."""

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", "float")
        self._icon = QLabel()
        self._text = text_label()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._close = tool_button(tr("Dismiss"), "x")
        self._close.clicked.connect(self.dismissed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 8, 8, 8)
        layout.setSpacing(10)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def say(self, level: Literal["info", "warning", "error"], text: str) -> None:
        """Show a sentence."""
        role: Literal["muted", "accent", "error"] = {"info": "muted", "warning": "accent", "error": "error"}[level]  # type: ignore[assignment]
        self._icon.setPixmap(icon(ICONS[level], role).pixmap(QSize(18, 18)))
        self._text.setText(text)
        self.setAccessibleName(text)
        self.show()
        self.raise_()


class JobStrip(QWidget):
    """The running job with its progress and a way to stop it; how many more wait."""

    cancelled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: int | None = None
        self._title = Elided("", "label")
        self._title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self._bar.setAccessibleName(tr("Progress"))
        self._more = text_label("", "label", muted=True)
        self._stop = tool_button(tr("Cancel"), "x")
        self._stop.clicked.connect(lambda: self._job is not None and self.cancelled.emit(self._job))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self._bar, self._title, self._stop, self._more):
            layout.addWidget(part)
        layout.addStretch()
        self._stop.setFixedSize(20, 20)
        self.setFixedHeight(20)  # a job that begins or ends must not move the view
        self.show_jobs(())

    def show_jobs(self, jobs: Sequence[tuple[int, str, float, float]]) -> None:
        """Show jobs as (id, text, done, total); a total of 0 means that nobody knows how long it takes."""
        for part in (self._bar, self._title, self._stop):
            part.setVisible(bool(jobs))
        self._more.setVisible(len(jobs) > 1)
        self._job = jobs[0][0] if jobs else None
        if not jobs:
            return
        _, text, done, total = jobs[0]
        self._title.set_text(text)
        self._bar.setRange(0, 1000 if total > 0 else 0)
        self._bar.setValue(round(1000 * done / total) if total > 0 else 0)
        self._more.setText(tr("and {count} more", count=len(jobs) - 1))

    @property
    def job(self) -> int | None:
        """The job that the cross would stop."""
        return self._job

    @property
    def stop_button(self) -> QToolButton:
        """The cross."""
        return self._stop


class EmptyState(QWidget):
    """A symbol and a sentence where something could be."""

    def __init__(self, symbol: str, title: str, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._symbol = QLabel()
        self._symbol.setPixmap(icon(symbol, "muted").pixmap(QSize(40, 40)))
        self._title = text_label(title, "heading")
        self._hint = text_label(hint, muted=True)
        self._hint.setFont(font("body"))
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addStretch()
        for part in (self._symbol, self._title, self._hint):
            if isinstance(part, QLabel):
                part.setAlignment(Qt.AlignmentFlag.AlignCenter)
                part.setWordWrap(part is self._hint)
            layout.addWidget(part)
        layout.addStretch()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def say(self, title: str, hint: str) -> None:
        """Other words."""
        self._title.setText(title)
        self._hint.setText(hint)


class Badge(QLabel):
    """A word in a small pill: live, settled, stale."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFont(font("label"))
        self.setTextFormat(Qt.TextFormat.PlainText)

    def say(self, text: str, tone: Literal["", "good", "warning", "error"] = "") -> None:
        """Show a word in a tone."""
        if text != self.text():
            self.setText(text)
        if self.property("tone") != tone:
            mark(self, tone=tone, muted=not tone)
