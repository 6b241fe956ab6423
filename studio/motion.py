"""The verbs of the animation from A to B. Part of the controller; GUI thread only.

Whoever shows the animation calls `tick` often (`studio.player` has a timer). A tick asks for the next position only when the
picture of the last one has been painted: there is one request on its way and no queue. Where to be is a matter of the clock, so
that slow decoding leaves pictures out and does not lengthen the way.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from engine.api import Engine, EvenPath, Latent, LatentPath
from studio.decoding import Decoding
from studio.document import Document, Morph
from studio.history import History
from studio.i18n import tr
from studio.session import Repeat, Session
from studio.settings import Settings
from studio.workbench import Handlers, Workbench

#: Seconds after which a picture that has arrived counts as seen although nothing was painted (the window may be hidden).
_UNSEEN = 0.5
#: Ways kept, each with its timetable.
_PATHS = 8


class Motion:
    """Plays `document.morph`; what the player shows is `session.player`.

    Args:
        session: where the player's state is.
        engine: finds the way and its timetable.
        bench: where that is done.
        settings: remembers how the user likes it.
        history: each play is one step of undo.
        decoding: is asked for the shapes.
        begin: starts an interpolation between two entries.
        clock: seconds.
    """

    def __init__(  # noqa: PLR0913
        self,
        session: Session,
        engine: Engine,
        bench: Workbench,
        settings: Settings,
        history: History,
        decoding: Decoding,
        begin: Callable[[int, int], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session, self._engine, self._bench, self._settings = session, engine, bench, settings
        self._history, self._decoding, self._begin, self._clock = history, decoding, begin, clock
        self._paths: OrderedDict[tuple[Latent, Latent], tuple[LatentPath, EvenPath | None]] = OrderedDict()
        self._looked_up: tuple[Latent, Latent] | None = None
        self._run = 0  # plays so far: part of the key that makes one play one step
        self._mine = False  # the change that is being announced is ours
        self._morph: Morph | None = None
        self._entry: int | None = None
        self._phase, self._since = 0.0, 0.0  # where the clock was last set, and when
        self._arrived: float | None = None  # when the picture of the last position came, until it was painted
        self._waiting = False
        session.player = replace(
            session.player, seconds=settings.play_seconds, repeat=settings.play_repeat, even=settings.play_even
        )
        session.events.document.connect(self._document)
        session.events.history.connect(lambda _: self._edited())
        session.events.position.connect(lambda _: self._edited())

    # --- what the user does --------------------------------------------------------------------------------------------

    @property
    def possible(self) -> bool:
        """True if there is an interpolation, or A and B have codes of one model so that there can be one."""
        document = self._session.document
        a, b = document.side("a"), document.side("b")
        pair = a is not None and b is not None and a is not b and a.latent is not None and b.latent is not None
        return document.morph is not None or (pair and a is not None and b is not None and a.model == b.model)

    def play(self) -> None:
        """Go on from where the interpolation is; begin one between A and B if there is none."""
        document, player = self._session.document, self._session.player
        if player.playing or not self.possible:
            return
        if document.morph is None and document.a is not None and document.b is not None:
            self._begin(document.a, document.b)
            document = self._session.document
        entry = document.active_entry
        if document.morph is None or entry is None or entry.latent is None or entry.model != document.morph.start.model:
            return
        self._run += 1
        self._morph, self._entry = document.morph, entry.id
        self._waiting = False
        share = self._share(document.morph.t)
        self._set_clock(0.0 if player.repeat == "once" and share >= 1.0 else share)
        self._session.player = replace(player, playing=True)

    def pause(self) -> None:
        """Stand still; the shape settles."""
        if self._session.player.playing:
            self._session.player = replace(self._session.player, playing=False)
            self._history.end_merge()

    def toggle(self) -> None:
        """Play or pause."""
        if self._session.player.playing:
            self.pause()
        else:
            self.play()

    def code(self, morph: Morph, t: float) -> Latent:
        """The code at fraction `t` of the way from A to B; until the way is known, of the straight line."""
        way = self._session.player.way
        if way is not None and (morph.start, morph.end) == self._looked_up:
            return way.at(t)
        return self._engine.interpolate(morph.start, morph.end, t)

    def set_seconds(self, seconds: float) -> None:
        """Choose how long the way from A to B takes."""
        self._settings.play_seconds = seconds
        self._change(seconds=self._settings.play_seconds)

    def set_repeat(self, repeat: Repeat) -> None:
        """Choose what happens at the end."""
        self._settings.play_repeat = repeat
        self._change(repeat=repeat)

    def set_even(self, even: bool) -> None:
        """Let the shape change at constant speed, or else the code."""
        self._settings.play_even = even
        self._change(even=even)
        if self._looked_up is not None and self._looked_up in self._paths:
            self._time(self._looked_up)

    # --- what happens by itself ------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Ask for the next position if the last one has been seen."""
        document, player = self._session.document, self._session.player
        entry = document.entry(self._entry)
        if not player.playing or entry is None or document.morph is None or self._on_its_way():
            return
        phase = self._now()
        if player.repeat == "once" and phase >= 1.0:
            phase = 1.0
        share = _share_of(phase, player.repeat)
        t = player.path.position(share) if player.even and player.path is not None else share
        latent = self.code(document.morph, t)
        ended = player.repeat == "once" and phase >= 1.0
        if latent != entry.latent:
            self._morph = replace(document.morph, t=t)
            moved = replace(document, morph=self._morph).with_entry(replace(entry, latent=latent, settled=False))
            self._arrived, self._waiting = None, True
            self._mine = True
            try:
                self._history.commit(tr("Play from A to B"), moved, merge=f"play {self._run}")
            finally:
                self._mine = False
            self._decoding.follow(entry.id)
        if ended:
            self.pause()

    def note_paint(self) -> None:
        """The viewport has painted."""
        if self._arrived is not None:
            self._waiting = False

    def _on_its_way(self) -> bool:
        """True while the picture of the last position is not yet there, or not yet painted."""
        if not self._waiting:
            return False
        if self._arrived is not None:
            return self._clock() - self._arrived < _UNSEEN
        if not self._decoding.busy:
            self.pause()  # it failed, and a notice says why
            return True
        return True

    def _document(self, document: Document) -> None:
        entry = document.entry(self._entry)
        if self._session.player.playing and not self._mine:
            if document.morph is not self._morph or entry is None or document.active_entry is not entry:
                self.pause()
            elif self._waiting and self._arrived is None and entry.shown == entry.latent:
                self._arrived = self._clock()
        self._look_up(document)

    def _edited(self) -> None:
        if not self._mine:
            self.pause()

    # --- the clock -------------------------------------------------------------------------------------------------------

    def _now(self) -> float:
        """Phase: 0 at A, 1 at B, and on from there."""
        return self._phase + (self._clock() - self._since) / self._session.player.seconds

    def _set_clock(self, phase: float) -> None:
        self._phase, self._since = phase, self._clock()

    def _share(self, t: float) -> float:
        """The share of the time that belongs to a position on the line."""
        player = self._session.player
        return player.path.share(t) if player.even and player.path is not None else t

    def _change(self, **values: object) -> None:
        """Change how it is played, without a leap."""
        before, morph = self._session.player, self._session.document.morph
        back = before.repeat == "swing" and self._now() % 2 > 1
        self._session.player = replace(before, **values)  # type: ignore[arg-type]
        if before.playing and morph is not None:
            share = self._share(morph.t)
            self._set_clock(2 - share if back and self._session.player.repeat == "swing" else share)

    # --- the way and its timetable -----------------------------------------------------------------------------------------

    def _look_up(self, document: Document) -> None:
        """See to the way of the present interpolation."""
        ends = None if document.morph is None else (document.morph.start, document.morph.end)
        if ends is None:
            self._looked_up = None
            if self._session.player.way is not None:
                self._session.player = replace(self._session.player, way=None, path=None)
            return
        if ends == self._looked_up:
            return
        self._looked_up = ends
        if ends in self._paths:
            way, path = self._paths[ends]
            self._change(way=way, path=path)
            self._time(ends)
            return
        self._change(way=None, path=None)
        self._bench.submit(
            self._bench.lanes.background,  # seconds of work: files and pictures must not wait behind it
            lambda progress: self._engine.latent_path(*ends, progress),
            Handlers(done=lambda value: self._found(ends, value), title=tr("Finding a way from A to B")),
        )

    def _found(self, ends: tuple[Latent, Latent], value: object) -> None:
        assert isinstance(value, LatentPath)
        self._paths[ends] = value, None
        while len(self._paths) > _PATHS:
            self._paths.popitem(last=False)
        if ends == self._looked_up:
            self._change(way=value)
            self._time(ends)

    def _time(self, ends: tuple[Latent, Latent]) -> None:
        """See to the timetable of the present way, if it is wanted and not there."""
        way, path = self._paths[ends]
        if path is not None or not self._session.player.even:
            return
        self._bench.submit(
            self._bench.lanes.background,
            lambda progress: self._engine.even_path(way, progress),
            Handlers(done=lambda value: self._timed(ends, value), title=tr("Evening the way from A to B")),
        )

    def _timed(self, ends: tuple[Latent, Latent], value: object) -> None:
        assert isinstance(value, EvenPath)
        if ends in self._paths:
            self._paths[ends] = self._paths[ends][0], value
        if ends == self._looked_up:
            self._change(path=value)


def _share_of(phase: float, repeat: Repeat) -> float:
    """Share of the way from A to B, 0 to 1, at a phase."""
    if repeat == "once":
        return min(1.0, phase)
    if repeat == "loop":
        return phase % 1.0
    return 1.0 - abs(1.0 - phase % 2.0)
