"""Which language the texts are in. English is in the code; the others are `.qm` files in `studio/translations`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from studio.settings import Language

FOLDER = Path(__file__).parent / "translations"

_installed: list[QTranslator] = []  # Qt keeps no reference


def resolve_language(language: Language) -> str:
    """Either "en" or "zh_CN"; "system" follows the locale (any Chinese takes zh_CN)."""
    if language != "system":
        return language
    return "zh_CN" if QLocale.system().language() is QLocale.Language.Chinese else "en"


def install_language(language: Language) -> str:
    """Make `tr` answer in that language from now on, Qt's own texts included; gives the language that was chosen."""
    application = QCoreApplication.instance()
    assert application is not None, "texts need an application"
    for old in _installed:
        application.removeTranslator(old)
    _installed.clear()
    chosen = resolve_language(language)
    if chosen != "en":
        qt = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for folder, name in ((qt, f"qtbase_{chosen}"), (str(FOLDER), f"shape_studio_{chosen}")):
            translator = QTranslator()
            if translator.load(name, folder):
                application.installTranslator(translator)
                _installed.append(translator)
    return chosen
