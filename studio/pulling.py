"""The verbs of pulling on a surface. Part of the controller; GUI thread only.

One step at a time is on its way to the engine, always for the newest place of the hand; where it has come to is decoded like
the code of a slider. From press to release is one step of undo, and Escape takes it away as if it had never been.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.api import Engine, Latent, Mesh, PullRequest, PullStep
from engine.progress import Progress
from studio.decoding import Decoding
from studio.document import Document, Entry, Place, Side
from studio.grip import Grip
from studio.history import History
from studio.i18n import tr
from studio.session import Notice, Session
from studio.workbench import Handlers, Workbench

if TYPE_CHECKING:
    from engine.api import Pull

Vector = NDArray[np.float64]

#: Pins nearer than this to a place are the ones meant, in the units of the frame (the box is 2.1 wide).
NEAR = 0.06
#: How often the last place is asked for again until the pull has come to rest.
TRIES = 12


class _Hold:
    """One grab. The engine's part of it is made and moved on the worker thread.

    Attributes:
        key: merges all of it into one step of undo.
        last: the code that the pull has put into the document.
        asked: the target that was asked for last.
        settled: nothing would change if it were asked for again.
        tries: how often it was.
        answered: the engine has answered; if it refuses, the hand lets go.
    """

    def __init__(self, number: int, engine: Engine, latent: Latent, point: Vector, pins: Vector) -> None:
        self.key = f"pull {number}"
        self.last = latent
        self.asked: Vector | None = None
        self.settled = False
        self.tries = 0
        self.answered = False
        self._make = partial(engine.pull, PullRequest(latent, point, pins))
        self._pull: Pull | None = None

    def step(self, target: Vector, progress: Progress) -> PullStep:
        """On the worker thread: grab if that is still to be done, and pull."""
        if self._pull is None:
            self._pull = self._make()
        return self._pull.step(target, progress)


class Pulling:
    """Grabs, moves and lets go; what is shown of it is `session.grip`. Pins are part of the document."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench, history: History, decoding: Decoding) -> None:
        self._session, self._engine, self._bench = session, engine, bench
        self._history, self._decoding = history, decoding
        self._hold: _Hold | None = None
        self._last: Latent | None = None  # what the last pull has left
        self._busy = False
        self._number = 0
        session.events.document.connect(self._document)

    # --- the tool ------------------------------------------------------------------------------------------------------

    def set_tool(self, on: bool) -> None:
        """Let a press on a shape grab it, or turn the view again."""
        self._session.pull_tool = on
        if not on:
            self.cancel()

    def can(self, entry: Entry | None) -> bool:
        """True if the shape can be pulled."""
        if entry is None or entry.latent is None or not isinstance(entry.shape, Mesh) or entry.shape.is_empty:
            return False
        return self._engine.info(entry.latent.model).output == "surface"

    def may_grab(self, side: Side) -> bool:
        """True if the shape on a side can be pulled; if it cannot, a notice says why and what can."""
        entry = self._session.document.side(side)
        if entry is None or self.can(entry):
            return entry is not None
        if entry.latent is None:
            words = tr("{name} comes from a file and has no code; fit a model to it, then pull that.", name=entry.name)
        else:
            title = self._engine.info(entry.latent.model).title
            others = ", ".join(info.title for info in self._session.models if info.output == "surface")
            words = tr("{model} makes loose points, which cannot be pulled; these can: {models}.", model=title, models=others)
        self._session.notice = Notice("info", words)
        return False

    # --- pulling -------------------------------------------------------------------------------------------------------

    @property
    def held(self) -> bool:
        """True while something is grabbed."""
        return self._session.grip is not None and self._session.grip.held

    def grab(self, side: Side, point: Vector, *, by_keys: bool = False) -> None:
        """Take hold of a point (3,) of the shape on a side, which becomes the active one."""
        self.cancel()
        entry = self._session.document.side(side)
        if not self.may_grab(side) or entry is None or entry.latent is None:
            return
        if self._session.document.active != side:
            self._history.amend(replace(self._session.document, active=side))
        self._number += 1
        place = np.asarray(point, np.float64)
        pins = np.asarray(entry.pins, np.float64).reshape(-1, 3)
        self._hold = _Hold(self._number, self._engine, entry.latent, place, pins)
        self._history.end_merge()
        self._session.grip = Grip(entry.id, side, place, place, place, by_keys=by_keys)

    def move(self, target: Vector) -> None:
        """The hand is at (3,) now."""
        grip = self._session.grip
        if self._hold is not None and grip is not None and grip.held:
            self._session.grip = replace(grip, target=np.asarray(target, np.float64))
            self._next()

    def release(self) -> None:
        """Let go: the surface comes to rest at the last target, and the pull is one step of undo."""
        grip = self._session.grip
        if self._hold is not None and grip is not None:
            self._session.grip = replace(grip, held=False)
            self._next()

    def cancel(self) -> None:
        """As if nothing had been grabbed."""
        hold, self._hold = self._hold, None
        if self._session.grip is not None:
            self._session.grip = None
        if hold is not None:
            self._history.withdraw(hold.key)

    def forget(self) -> None:
        """Say no more about the last pull."""
        if not self.held:
            self._session.grip = None

    # --- pins ----------------------------------------------------------------------------------------------------------

    def pin(self, side: Side, point: Vector) -> None:
        """Pin a place (3,) of the shape on a side, or take the pin away that is there."""
        document = self._session.document
        entry = document.side(side)
        if self.held or entry is None or not self.may_grab(side):
            return
        near = [pin for pin in entry.pins if np.linalg.norm(np.subtract(pin, point)) < NEAR]
        if near:
            pins, label = tuple(pin for pin in entry.pins if pin not in near), tr("Remove a pin")
        else:
            x, y, z = (float(value) for value in point)
            place: Place = (x, y, z)
            pins, label = (*entry.pins, place), tr("Pin a point")
        active = replace(document, active=side)
        self._history.commit(label, active.with_entry(replace(entry, pins=pins)))

    def unpin_all(self) -> None:
        """Take all pins of the active shape away."""
        document = self._session.document
        entry = document.active_entry
        if not self.held and entry is not None and entry.pins:
            self._history.commit(tr("Remove all pins"), document.with_entry(replace(entry, pins=())))

    # --- steps ---------------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        """Ask for the newest target, or come to an end."""
        hold, grip = self._hold, self._session.grip
        if self._busy or hold is None or grip is None:
            return
        same = hold.asked is not None and np.array_equal(hold.asked, grip.target)
        hold.tries = hold.tries + 1 if same else 0
        if (same and (hold.settled or hold.tries > TRIES)) or (hold.asked is None and not grip.held):
            if not grip.held:
                self._finish()
            return
        hold.asked, hold.settled, hold.answered, self._busy = grip.target, False, False, True
        self._bench.submit(
            self._bench.lanes.pull,
            partial(hold.step, grip.target),
            Handlers(done=partial(self._stepped, hold), ended=partial(self._ended, hold)),
        )

    def _stepped(self, hold: _Hold, value: object) -> None:
        assert isinstance(value, PullStep)
        grip, document = self._session.grip, self._session.document
        entry = document.entry(grip.entry) if grip is not None else None
        if hold is not self._hold or grip is None or entry is None:
            return  # cancelled meanwhile
        hold.settled, hold.answered = value.settled, True
        self._session.grip = replace(
            grip,
            reached=value.reached,
            distance=value.distance,
            pins=value.pins,
            leaves=value.leaves or (grip.leaves and not value.settled),
        )
        if value.latent != entry.latent:
            hold.last = value.latent
            moved = document.with_entry(replace(entry, latent=value.latent, settled=False))
            self._history.commit(tr("Pull"), replace(moved, morph=None), hold.key)
            self._decoding.follow(entry.id)

    def _ended(self, hold: _Hold) -> None:
        self._busy = False
        if hold is self._hold and not hold.answered:
            self.cancel()
        self._next()

    def _finish(self) -> None:
        grip = self._session.grip
        if self._hold is not None:
            self._last = self._hold.last
        self._hold = None
        self._history.end_merge()
        if grip is not None and not grip.leaves:
            self._session.grip = None

    def _document(self, document: Document) -> None:
        """Whatever else has changed the code ends the pull, and takes away what was said about the last one."""
        grip = self._session.grip
        if grip is None:
            return
        entry = document.entry(grip.entry)
        known = self._hold.last if self._hold is not None else self._last
        if entry is None or entry.latent != known or document.side(grip.side) is not entry:
            self._hold = None
            self._session.grip = None
