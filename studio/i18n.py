"""User-visible text: English in the code, other languages in `studio/translations/*.ts` (compiled to .qm by lrelease).

`tr` is for the studio's own literals; `engine_text` is for sentences that the engine made (errors, progress, remarks).
Never put key names through translation: a translated shortcut is a dead shortcut.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from engine.errors import EngineError
from engine.sentences import Sentence


def tr(text: str, /, **params: object) -> str:
    """The text in the user's language, with `{name}` fields filled in."""
    translated = QCoreApplication.translate("Studio", text)
    return translated.format(**params) if params else translated


def category_text(category: str) -> str:
    """A category of shapes in the user's language (itself if it is none of those that ship)."""
    known = {
        "chair": tr("chair"), "table": tr("table"), "sofa": tr("sofa"), "lamp": tr("lamp"), "bed": tr("bed"),
        "bench": tr("bench"), "bookshelf": tr("bookshelf"), "bottle": tr("bottle"), "cabinet": tr("cabinet"),
        "car": tr("car"), "stool": tr("stool"), "vase": tr("vase"),
    }  # fmt: skip
    return known.get(category, category)


def engine_text(text: str) -> str:
    """A phrase or `Sentence` of the engine in the user's language (itself if there is no translation)."""
    if isinstance(text, Sentence):
        return _filled(text.template, text.params)
    return QCoreApplication.translate("Engine", text)


def error_text(error: EngineError) -> str:
    """An engine error in the user's language."""
    return _filled(error.template, error.params)


def _filled(template: str, params: dict[str, object]) -> str:
    said = {name: engine_text(value) if isinstance(value, str) else value for name, value in params.items()}
    return QCoreApplication.translate("Engine", template).format(**said)
