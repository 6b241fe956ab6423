"""The hand on the surface: between the view, which knows pixels, and the verbs of pulling, which know points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QShortcut

from studio.i18n import tr
from studio.measure_text import value_text
from studio.viewport.flow import Grips
from studio.viewport.orbit import Orbit
from studio.viewport.pick import Hit
from studio.watch import Calm, Watch

if TYPE_CHECKING:
    from studio.window import MainWindow

Vector = NDArray[np.float64]

#: How far one arrow key pulls: 1 % of the box.
NUDGE = 0.021
#: Milliseconds between two pictures of the grip where the surface does not change with it.
CALM = 100


class Gripping(QObject):
    """Answers the view's questions (it is its `Gripper`) and shows grip and pins."""

    def __init__(self, window: MainWindow, watch: Watch) -> None:
        super().__init__(window)
        self._window, self._session, self._stage = window, window.session, window.stage
        self._pulling = window.controller.pulling
        self._shown: object = None
        self._shapes: object = None
        self._draw_soon = Calm(self._draw, self, CALM)
        self._escape = QShortcut(Qt.Key.Key_Escape, window)
        self._escape.setEnabled(False)
        self._escape.activated.connect(lambda: self._pulling.cancel())
        window.viewport.set_gripper(self)
        self._stage.grip.dismissed.connect(self._dismissed)
        watch.on(self._session.events.grip, self._grip)
        watch.on(self._session.events.pull_tool, self._tool)
        watch.on(self._session.events.document, self._document)
        self._tool()
        self._grip()

    # --- what the view asks --------------------------------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """True while the tool is chosen."""
        return self._session.pull_tool

    def take(self, hit: Hit) -> bool:
        """True if the shape may be grabbed; if not, a notice says why."""
        return self._pulling.may_grab(hit.side)

    def pull(self, hit: Hit, target: Vector) -> None:
        """The mouse has moved with what it has grabbed."""
        if self._hit is not hit:
            self._hit = hit
            self._pulling.grab(hit.side, hit.point)
        self._pulling.move(target)  # does nothing after Escape

    def drop(self) -> None:
        """The mouse lets go."""
        self._hit = None
        self._pulling.release()

    def pin(self, hit: Hit) -> None:
        """Pin a place, or take its pin away."""
        self._pulling.pin(hit.side, hit.point)

    _hit: Hit | None = None

    # --- by keys -------------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Choose the tool, or put it away."""
        self._pulling.set_tool(not self._session.pull_tool)

    @property
    def possible(self) -> bool:
        """True if the active shape can be pulled."""
        return self._pulling.can(self._session.document.active_entry)

    @property
    def by_keys(self) -> bool:
        """True while a point is held with the keyboard."""
        return self._session.grip is not None and self._session.grip.held and self._session.grip.by_keys

    def grab_middle(self) -> None:
        """Grab the point in the middle of the active side's view; let it go the next time."""
        if self._pulling.held:
            self._pulling.release()
            return
        side = self._session.document.active
        hit = self._window.viewport.middle(side)
        if hit is not None:
            self._pulling.grab(side, hit.point, by_keys=True)

    def pin_middle(self) -> None:
        """Pin the point in the middle of the active side's view, or take its pin away."""
        hit = self._window.viewport.middle(self._session.document.active)
        if hit is not None:
            self._pulling.pin(hit.side, hit.point)

    def nudge(self, right: float, up: float, near: float) -> None:
        """Pull what is held by steps of 1 % of the box, as the screen lies."""
        grip = self._session.grip
        if grip is not None and self.by_keys:
            axes = Orbit.from_dict(self._window.viewport.camera()).axes()
            self._pulling.move(grip.target + NUDGE * (np.array([right, up, near]) @ axes))

    # --- what is shown -------------------------------------------------------------------------------------------------

    def _tool(self) -> None:
        self._window.display_bar.show_tool("shape.pull", self._session.pull_tool)

    def _grip(self) -> None:
        grip = self._session.grip
        self._escape.setEnabled(grip is not None and grip.held)
        chip = self._stage.grip
        if grip is None:
            chip.hide()
            self._draw()
            return
        if grip.leaves:
            words = tr("The pull leaves what the model knows: {distance} short", distance=value_text(self._short()))
        else:
            words = tr("Pulling · {distance} from the hand", distance=value_text(grip.distance))
        close = tr("Take the pull back") + "  Esc" if grip.held else tr("Dismiss")
        if chip.say(words, grip.leaves, close):
            self._stage.arrange()
        self._draw_soon()

    def _short(self) -> float:
        grip = self._session.grip
        return max((grip.distance, *grip.pins)) if grip is not None else 0.0

    def _document(self) -> None:
        document = self._session.document
        sides = (document.side("a"), document.side("b"))
        shapes = tuple(entry and (entry.shape, entry.pins) for entry in sides)
        if shapes != self._shapes:
            self._shapes = shapes
            self._draw()

    def _draw(self) -> None:
        document, grip = self._session.document, self._session.grip
        pins = {side: entry.pins for side in ("a", "b") if (entry := document.side(side)) is not None and entry.pins}  # type: ignore[arg-type]
        key = (tuple(pins.items()), grip)
        if key == self._shown:
            return
        self._shown = key
        if not pins and grip is None:
            self._window.viewport.set_grips(None)
            return
        places = {side: np.asarray(where, np.float32).reshape(-1, 3) for side, where in pins.items()}
        ends = None if grip is None else np.stack([grip.reached, grip.target]).astype(np.float32)
        self._window.viewport.set_grips(
            Grips(places, "" if grip is None else grip.side, ends, grip is not None and grip.leaves)
        )

    def _dismissed(self) -> None:
        if self._pulling.held:
            self._pulling.cancel()
        else:
            self._pulling.forget()

    def retire(self) -> None:
        """The window goes."""
        self._draw_soon.stop()
        self._escape.setEnabled(False)
