"""The commands of pulling: the tool, and everything that the mouse does with it by keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from studio.commands import Command
from studio.i18n import tr

if TYPE_CHECKING:
    from studio.window import MainWindow


def pull_commands(window: MainWindow) -> list[Command]:
    """Part of the Shape menu."""

    def has_pins() -> bool:
        entry = window.session.document.active_entry
        return entry is not None and bool(entry.pins)

    def possible() -> bool:
        return window.gripping.possible

    def held() -> bool:
        return window.gripping.by_keys

    def nudge(right: float, up: float, near: float) -> None:
        window.gripping.nudge(right, up, near)

    return [
        Command(
            "shape.pull",
            tr("Pull"),
            "shape",
            lambda: window.gripping.toggle(),
            "G",
            "hand-grabbing",
            checked=lambda: window.session.pull_tool,
            group=5,
        ),
        Command(
            "shape.grab_middle",
            tr("Grab in the middle of the view, or let go"),
            "shape",
            lambda: window.gripping.grab_middle(),
            "Alt+G",
            enabled=lambda: possible() or held(),
            group=5,
        ),
        Command(
            "shape.pin_middle",
            tr("Pin the middle of the view, or remove that pin"),
            "shape",
            lambda: window.gripping.pin_middle(),
            "Alt+P",
            enabled=possible,
            group=5,
        ),
        Command(
            "shape.unpin",
            tr("Remove all pins"),
            "shape",
            lambda: window.controller.pulling.unpin_all(),
            enabled=has_pins,
            group=5,
        ),
        *(
            Command(f"shape.pull_{name}", title, "shape", partial(nudge, *way), keys, enabled=held, group=6)
            for name, title, way, keys in (
                ("left", tr("Pull to the left"), (-1, 0, 0), "Alt+Left"),
                ("right", tr("Pull to the right"), (1, 0, 0), "Alt+Right"),
                ("up", tr("Pull up"), (0, 1, 0), "Alt+Up"),
                ("down", tr("Pull down"), (0, -1, 0), "Alt+Down"),
                ("near", tr("Pull nearer"), (0, 0, 1), "Alt+PgUp"),
                ("far", tr("Pull away"), (0, 0, -1), "Alt+PgDown"),
            )
        ),
    ]
