"""User-visible text: English in the code, other languages in `studio/translations/*.ts` (compiled to .qm by lrelease).

`tr` is for the studio's own literals; `engine_text` is for sentences that the engine made (errors, progress, remarks).
Never put key names through translation: a translated shortcut is a dead shortcut.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.errors import EngineError


def tr(text: str, /, **params: object) -> str:
    """The text in the user's language, with `{name}` fields filled in."""
    translated = QCoreApplication.translate("Studio", text)
    return translated.format(**params) if params else translated


def engine_text(text: str) -> str:
    """A fixed English phrase of the engine in the user's language (itself if there is no translation)."""
    return QCoreApplication.translate("Engine", text)


def error_text(error: EngineError) -> str:
    """An engine error in the user's language."""
    return QCoreApplication.translate("Engine", error.template).format(**error.params)
