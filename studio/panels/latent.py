"""What can be turned: the code of the active shape, direction by direction."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from engine.api import Latent, LatentSpace, ModelInfo, Typicality
from studio.controller import Controller
from studio.document import Entry
from studio.i18n import category_text, tr
from studio.map_view import MapView
from studio.player import MorphPlayer
from studio.session import Session
from studio.widgets.card import Card
from studio.widgets.segments import Segments
from studio.widgets.slider_bank import SliderBank
from studio.widgets.text import Choice
from studio.widgets.typicality_bar import TypicalityBar


class LatentPanel(Card):
    """Where to start, the sliders or the map, how typical the code is, and the way back."""

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__(tr("Latent"))
        self._session, self._controller = session, controller
        self.bank: SliderBank | None = None
        self._space: LatentSpace | None = None
        self._typical: tuple[LatentSpace, Typicality] | None = None
        self._judged: Latent | None = None  # the code whose typicality is shown
        self.model = Choice(tr("Model whose codes are explored"))
        self.start = Choice(tr("Start from"))
        self.start.setEditable(True)
        self.start.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        line = self.start.lineEdit()
        assert line is not None
        line.setPlaceholderText(tr("Start from…"))
        line.setAccessibleName(tr("Search a training shape to start from"))
        completer = QCompleter(self.start.model(), self.start)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.start.setCompleter(completer)  # one for good: Qt would keep each of them
        found = completer.popup()
        if found is not None:
            found.setProperty("popup", True)
            found.setAccessibleName(tr("Matching training shapes"))
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setProperty("muted", True)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reset = QPushButton(tr("Reset"))
        self.reset.setToolTip(tr("Move every slider back to the mean"))
        self.random = QPushButton(tr("Random"))
        self.random.setToolTip(tr("Draw a code from the distribution of the training codes"))
        self.morph = MorphPlayer(session, controller)
        self.view = Segments(
            tr("How the code is shown"),
            (
                ("sliders", tr("Sliders"), "sliders-horizontal", tr("One slider for each principal direction of the codes")),
                ("map", tr("Map"), "map-trifold", tr("All training shapes in a plane; drag between them")),
            ),
        )
        self.map = MapView(session, controller, self.watch)
        self.typicality = TypicalityBar()
        choices = QHBoxLayout()
        choices.setSpacing(8)
        choices.addWidget(self.model, 1)
        choices.addWidget(self.start, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.reset, 1)
        buttons.addWidget(self.random, 1)
        self._place = QVBoxLayout()
        self.body.addLayout(choices)
        self.body.addWidget(self.view)
        self.body.addLayout(self._place, 1)
        self.body.addWidget(self.map, 1)
        self.body.addWidget(self.typicality)
        self.body.addWidget(self.reason, 1)
        self.body.addWidget(self.morph)
        self.body.addLayout(buttons)
        self.model.activated.connect(self._choose_model)
        self.start.activated.connect(self._begin)
        self.reset.clicked.connect(lambda: controller.reset())
        self.random.clicked.connect(lambda: controller.randomise())
        self.view.chosen.connect(lambda view: controller.map.choose_view(view))
        for signal in (session.events.document, session.events.models, session.events.spaces, session.events.latent_view):
            self.watch.on(signal, self.refresh)
        self.watch.on(session.events.player, self._show_player)
        self.refresh()
        self._show_player()

    def retire(self) -> None:
        """Hear nothing any more."""
        super().retire()
        self.morph.retire()

    def _show_player(self) -> None:
        self.morph.show_player(self._session.player)

    def refresh(self) -> None:
        """Show the present state."""
        document = self._session.document
        entry = document.active_entry
        latent = entry.latent if entry else None
        self._fill_models(latent)
        model = latent.model if latent else self.model.currentData()
        space = self._session.spaces.get(model or "")
        self._fill_starts(space)
        on_map = self._session.latent_view == "map"
        self._show_bank(space if latent else None)
        if self.bank is not None:
            self.bank.setVisible(not on_map)
        self._show_map(model if latent and space and on_map else None)
        self._show_typicality(space, latent)
        if latent is not None and space is not None and self.bank is not None and not on_map:
            self.bank.set_values(space.sliders(latent))
            shown = entry.shown if entry and entry.shown and entry.shown.model == latent.model else latent
            self.bank.set_shown(space.sliders(shown))
        self.aside.say(tr("moves {side} · {name}", side=document.active.upper(), name=_short(entry.name)) if entry else "")
        self.reason.setText("" if latent else self._why_not(entry))
        self.reason.setVisible(not latent)
        for button in (self.reset, self.random):
            button.setVisible(latent is not None)
        self.morph.refresh(document)

    def _why_not(self, entry: Entry | None) -> str:
        if not self._session.models:
            return tr("The models are being loaded.")
        if entry is None:
            return tr("Choose a start above: the mean, a random code, or a training shape. Its sliders appear here.")
        fitting = [info.title for info in self._session.models if info.fits_shape]
        if fitting:
            return tr(
                "{name} came from a file: it has no code, so there is nothing to slide. Fit {model} to it (in the shape's "
                "menu) to get the nearest shape that has one, or choose a start above.",
                name=entry.name,
                model=fitting[0],
            )
        return tr("{name} came from a file: it has no code, so there is nothing to slide.", name=entry.name)

    def _fill_models(self, latent: Latent | None) -> None:
        infos = [info for info in self._session.models if info.id in self._session.spaces]
        wanted = [info.id for info in infos]
        if wanted != [self.model.itemData(i) for i in range(self.model.count())]:
            self.model.clear()
            for info in infos:
                self.model.addItem(_title(info), info.id)
        if latent is not None and latent.model in wanted:
            self.model.setCurrentIndex(wanted.index(latent.model))
        self.model.setEnabled(bool(infos))
        self.start.setEnabled(bool(infos))

    def _fill_starts(self, space: LatentSpace | None) -> None:
        if space is self._space and self.start.count():
            return
        self._space = space
        self.start.clear()
        if space is None:
            return
        self.start.addItem(tr("Mean"), "mean")
        self.start.addItem(tr("Random"), "random")
        for index, (name, category) in enumerate(zip(space.names, space.categories, strict=True)):
            self.start.addItem(tr("{name} · {category}", name=name, category=category_text(category)), index)
        self.start.setCurrentIndex(-1)

    def _show_bank(self, space: LatentSpace | None) -> None:
        current = getattr(self.bank, "space", None)
        if space is current and (self.bank is None) == (space is None):
            return
        if self.bank is not None:
            self._place.removeWidget(self.bank)
            self.bank.deleteLater()
            self.bank = None
        if space is not None:
            self.bank = SliderBank(space.training_values())
            self.bank.space = space  # type: ignore[attr-defined]
            self.bank.moved.connect(self._moved)
            self.bank.released.connect(self._controller.end_drag)
            self._place.addWidget(self.bank)

    def _show_map(self, model: str | None) -> None:
        self.map.setVisible(model is not None)
        if model is not None:
            self.map.show_model(model)

    def _show_typicality(self, space: LatentSpace | None, latent: Latent | None) -> None:
        known = space is not None and latent is not None and len(latent.values) == len(space.mean)
        self.view.setVisible(known)
        self.typicality.setVisible(known)
        if space is None or latent is None or not known:
            return
        self.view.show_choice(self._session.latent_view)
        if latent is self._judged:
            return  # a picture has come, and the code is the same
        self._judged = latent
        if self._typical is None or self._typical[0] is not space:
            self._typical = (space, Typicality(space))
        beside = self._typical[1].nearest(latent.values)
        name, category = space.names[beside.index], category_text(space.categories[beside.index])
        shown = name if category.casefold() in name.casefold() else tr("{name} · {category}", name=name, category=category)
        self.typicality.set_state(max(0.0, 1.0 - beside.gaps), shown)

    def _moved(self, index: int, value: float) -> None:
        if self.bank is not None:
            self._controller.set_sliders(self.bank.values(), tr("Slide PC {number}", number=index + 1))

    def _choose_model(self) -> None:
        model = self.model.currentData()
        self._controller.start_from(model, self._session.spaces[model].central())

    def _begin(self, index: int) -> None:
        start, model = self.start.itemData(index), self.model.currentData()
        if start is not None and model:
            self._controller.start_from(model, start)


def _title(info: ModelInfo) -> str:
    return info.title


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"
