"""The verbs of the map of codes and its landmarks. Part of the controller; GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.api import Engine, Latent, Thumbnail
from engine.errors import EngineError
from engine.progress import Progress
from studio.document import Entry, Landmark
from studio.history import History
from studio.i18n import tr
from studio.session import Notice, Session
from studio.settings import LatentView, Settings
from studio.workbench import Handlers, Workbench

#: Landmarks of one model.
LIMIT = 32
#: Letters of a landmark's name.
NAME_LENGTH = 60
#: Thumbnails drawn by one job: a drag that begins meanwhile shares the processor with no more than these.
CHUNK = 2


class Mapping:
    """Keeps `session.maps` and `session.thumbnails` in step with the document, for the models whose map has been opened.

    Args:
        session: where maps, thumbnails and document are.
        engine: makes maps and thumbnails.
        bench: where that is done.
        settings: remembers how codes are shown.
        history: landmarks are steps of undo.
        move: gives an entry another code: entry, code, label, merge key.
        busy: True while a shape is on its way; thumbnails wait then.
    """

    def __init__(
        self,
        session: Session,
        engine: Engine,
        bench: Workbench,
        settings: Settings,
        history: History,
        move: Callable[[Entry, Latent, str, str | None], None],
        busy: Callable[[], bool],
    ) -> None:
        self._session, self._engine, self._bench, self._settings = session, engine, bench, settings
        self._history, self._move, self._busy = history, move, busy
        self._wanted: set[str] = set()
        self._making: dict[str, tuple[Landmark, ...]] = {}
        self._queue: list[Latent] = []
        self._asked: set[Latent] = set()
        self._drawing = False
        session.latent_view = settings.latent_view
        session.events.document.connect(lambda _: self._follow())
        session.events.performance.connect(lambda _: self._draw_next())  # a paint is reported: the hand may rest now
        session.events.measured.connect(lambda _: self._draw_next())

    # --- what is shown -----------------------------------------------------------------------------------------------

    def choose_view(self, view: LatentView) -> None:
        """Show codes as sliders or as a map."""
        self._settings.latent_view = view
        self._session.latent_view = view

    def open(self, model: str) -> None:
        """Make the map of a model and its thumbnails, if they are not there or on their way."""
        if model in self._session.spaces and model not in self._wanted:
            self._wanted.add(model)
            self._follow()

    def landmarks(self, model: str) -> tuple[Landmark, ...]:
        """The landmarks of a model, in the order in which they were placed."""
        return landmarks_of(self._session, model)

    # --- moving ------------------------------------------------------------------------------------------------------

    def move_to(self, x: float, y: float) -> None:
        """Give the active shape the code at a place of its model's map; moves in a row are one step."""
        entry = self._session.document.active_entry
        chart = self._session.maps.get(entry.model or "") if entry else None
        if entry is not None and chart is not None:
            self._move(entry, chart.code_at(x, y), tr("Move on the map"), f"map {entry.id}")

    def go_to_training(self, index: int) -> None:
        """Give the active shape the code of training shape `index`."""
        entry = self._session.document.active_entry
        space = self._session.spaces.get(entry.model or "") if entry else None
        if entry is not None and space is not None and 0 <= index < len(space.names):
            self._move(entry, space.training_code(index), tr("Go to {name}", name=space.names[index]), None)

    def go_to_landmark(self, index: int) -> None:
        """Give the active shape the code of landmark `index`."""
        entry = self._session.document.active_entry
        if entry is not None and entry.model is not None and 0 <= index < len(self.landmarks(entry.model)):
            mark = self.landmarks(entry.model)[index]
            self._move(entry, mark.latent, tr("Go to {name}", name=mark.name), None)

    def end_drag(self) -> None:
        """The hand let go: the next move is a step of its own."""
        self._history.end_merge()

    # --- landmarks ---------------------------------------------------------------------------------------------------

    def place_landmark(self, x: float, y: float, name: str = "") -> None:
        """Keep the active shape's code at a place: from now on the map goes through it there."""
        document = self._session.document
        entry = document.active_entry
        if entry is None or entry.latent is None:
            return
        own = self.landmarks(entry.latent.model)
        if len(own) >= LIMIT:
            self._session.notice = Notice("warning", tr("A map holds {count} landmarks; remove one first.", count=LIMIT))
            return
        mark = Landmark(_named(name) or _fresh_name(entry.name, own), float(x), float(y), entry.latent)
        placed = replace(document, landmarks=(*document.landmarks, mark))
        self._history.commit(tr("Place landmark {name}", name=mark.name), placed)

    def rename_landmark(self, model: str, index: int, name: str) -> None:
        """Call a landmark something else."""
        own = self.landmarks(model)
        if 0 <= index < len(own) and _named(name) and _named(name) != own[index].name:
            changed = replace(own[index], name=_named(name))
            self._replace(own[index], changed, tr("Rename {name}", name=own[index].name))

    def remove_landmark(self, model: str, index: int) -> None:
        """Forget a landmark; the map lies as if it had never been there."""
        own = self.landmarks(model)
        if 0 <= index < len(own):
            self._replace(own[index], None, tr("Remove {name}", name=own[index].name))

    def _replace(self, old: Landmark, new: Landmark | None, label: str) -> None:
        document = self._session.document
        kept = tuple((new if m is old else m) for m in document.landmarks if m is not old or new is not None)
        self._history.commit(label, replace(document, landmarks=tuple(m for m in kept if m is not None)))

    # --- following the document --------------------------------------------------------------------------------------

    def _follow(self) -> None:
        for model in self._wanted:
            own = self.landmarks(model)
            chart = self._session.maps.get(model)
            places = tuple((m.x, m.y, m.latent) for m in own)
            if (chart is None or chart.landmarks != places) and self._making.get(model) != own:
                self._make(model, own)

    def _make(self, model: str, own: tuple[Landmark, ...]) -> None:
        self._making[model] = own
        places = tuple((m.x, m.y, m.latent) for m in own)

        def made(chart: object) -> None:
            if self._making.get(model) == own:  # else a newer one is on its way
                self._session.maps = {**self._session.maps, model: chart}  # type: ignore[dict-item]
                space = self._session.spaces[model]
                self._draw([space.training_code(i) for i in range(len(space.names))] + [m.latent for m in own])

        def ended() -> None:
            if self._making.get(model) == own:
                del self._making[model]

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: self._engine.latent_map(model, places, progress),
            Handlers(done=made, ended=ended),
        )

    def _draw(self, codes: list[Latent]) -> None:
        fresh = [code for code in codes if code not in self._asked]
        self._asked.update(fresh)
        self._queue = [*fresh, *self._queue]
        self._draw_next()

    def _draw_next(self) -> None:
        if self._drawing or not self._queue or self._busy():
            return
        self._drawing = True
        codes, self._queue = self._queue[:CHUNK], self._queue[CHUNK:]

        def draw(progress: Progress) -> dict[Latent, Thumbnail]:
            made: dict[Latent, Thumbnail] = {}
            for code in codes:
                progress.check()
                try:
                    made[code] = self._engine.thumbnail(code, progress)
                except EngineError:
                    continue  # the map shows a dot instead; decoding that code itself says why
            return made

        def drawn(made: object) -> None:
            assert isinstance(made, dict)
            self._session.thumbnails = {**self._session.thumbnails, **made}

        def ended() -> None:
            self._drawing = False
            self._draw_next()

        self._bench.submit(self._bench.lanes.background, draw, Handlers(done=drawn, ended=ended))


def landmarks_of(session: Session, model: str) -> tuple[Landmark, ...]:
    """The landmarks of a model whose codes it can read."""
    space = session.spaces.get(model)
    size = len(space.mean) if space is not None else -1
    return tuple(m for m in session.document.landmarks if m.latent.model == model and len(m.latent.values) == size)


def _named(name: str) -> str:
    return " ".join(name.split())[:NAME_LENGTH]


def _fresh_name(name: str, own: tuple[Landmark, ...]) -> str:
    """The shape's name, with a number if a landmark has it already."""
    taken, wanted = {m.name for m in own}, _named(name)
    number = 2
    while wanted in taken:
        wanted = tr("{name} {number}", name=_named(name), number=number)
        number += 1
    return wanted
