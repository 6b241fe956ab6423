"""One table of everything that can be done: menus, shortcuts and the command palette are made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.i18n import tr
from studio.style import icon


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Command:
    """Something the user can do.

    Attributes:
        id: stable name, e.g. "file.open".
        title: what it is called, translated.
        menu: "file", "edit", "view", "shape", "measure" or "help"; "" keeps it out of the menus.
        run: does it.
        shortcut: key sequence in Qt's own words, never translated; several are separated by ";".
        icon: Phosphor name, or "".
        enabled: asked whenever a menu or the palette opens.
        checked: for on/off commands, whether it is on; None for plain ones.
        group: commands of one menu with different groups are separated by a line.
    """

    id: str
    title: str
    menu: str
    run: Callable[[], object]
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[], bool] = _always
    checked: Callable[[], bool] | None = None
    group: int = 0


#: Menus in order, by key; titles are translated when the menu bar is made.
MENUS = ("file", "edit", "view", "shape", "measure", "help")


def menu_title(menu: str) -> str:
    """The title of a menu."""
    titles = {"file": tr("&File"), "edit": tr("&Edit"), "view": tr("&View"), "shape": tr("&Shape"), "help": tr("&Help")}
    return titles.get(menu) or tr("&Measure")


def make_action(command: Command, parent: QWidget) -> QAction:
    """The command as an action of `parent`; `refresh_action` keeps it true."""
    action = QAction(command.title, parent)
    action.setObjectName(command.id)
    if command.icon:
        action.setIcon(icon(command.icon, "muted"))
    if command.shortcut:
        action.setShortcuts([QKeySequence(keys) for keys in command.shortcut.split(";")])
    action.setCheckable(command.checked is not None)
    action.triggered.connect(lambda _=False: command.run() if command.enabled() else None)
    return action


def refresh_action(command: Command, action: QAction) -> None:
    """Bring the action's state in line with the command's."""
    action.setEnabled(command.enabled())
    if command.checked is not None:
        action.setChecked(command.checked())


def match(query: str, title: str) -> float | None:
    """How well `title` answers `query`: higher is better, None if a letter is missing.

    The letters must occur in order. Letters at the starts of words and letters that follow each other count more, and of two
    equal answers the shorter title wins.
    """
    needle, hay = query.casefold().replace(" ", ""), title.casefold()
    if not needle:
        return 0.0
    where = hay.find(needle)
    if where >= 0:
        start = where == 0 or not hay[where - 1].isalnum()
        return 100.0 + 20.0 * start - 0.1 * len(hay) - 0.05 * where
    score, at, last = 0.0, 0, -2
    for letter in needle:
        found = hay.find(letter, at)
        if found < 0:
            return None
        word = found == 0 or not hay[found - 1].isalnum()
        score += 1.0 + 3.0 * word + 2.0 * (found == last + 1)
        last, at = found, found + 1
    return score - 0.1 * len(hay)
