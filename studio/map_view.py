"""The map of codes in step with the session: part of the latent panel."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QInputDialog, QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from engine.api import Latent, LatentSpace
from studio.category_colours import category_colours
from studio.controller import Controller
from studio.document import Landmark
from studio.i18n import category_text, tr
from studio.mapping import landmarks_of
from studio.session import Session
from studio.style import font, theme
from studio.watch import Calm, Watch
from studio.widgets.latent_pad import LatentPad
from studio.widgets.pad_picture import PadItem, thumbnail_image

#: Share of a thumbnail that a shape usually covers at least; those that fell to pieces cover less.
USUAL_COVER = 0.2
#: Milliseconds between repaints while thumbnails arrive.
ARRIVAL_MS = 250


class _Legend(QWidget):
    """A dot and a word for each category, in lines that break where they must."""

    LINE = 16

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[tuple[str, str], ...] = ()
        self.setFont(font("label"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, self.LINE)

    minimumSizeHint = sizeHint

    def set_entries(self, entries: tuple[tuple[str, str], ...]) -> None:
        if entries != self.entries:
            self.entries = entries
            self.setAccessibleName(tr("Categories: {names}", names=", ".join(name for name, _ in entries)))
            self._fit()
            self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def places(self) -> list[tuple[int, int]]:
        """Left edge and top of each entry."""
        found, x, y = [], 2, 0
        for name, _ in self.entries:
            wide = self.fontMetrics().horizontalAdvance(name) + 16
            if x > 2 and x + wide > self.width():
                x, y = 2, y + self.LINE
            found.append((x, y))
            x += wide + 10
        return found

    def _fit(self) -> None:
        self.setFixedHeight(self.LINE + max((y for _, y in self.places()), default=0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for (name, colour), (x, y) in zip(self.entries, self.places(), strict=True):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QPointF(x + 4, y + self.LINE / 2), 3.5, 3.5)
            painter.setPen(QColor(theme().muted))
            painter.drawText(x + 12, y, self.width(), self.LINE, Qt.AlignmentFlag.AlignVCenter, name)


class MapView(QWidget):
    """Pad and legend over the session.

    Args:
        session: is read.
        controller: is asked.
        watch: ends the connections with the panel's.
    """

    def __init__(self, session: Session, controller: Controller, watch: Watch) -> None:
        super().__init__()
        self._session, self._controller = session, controller
        self._model = ""
        self._state: tuple[object, ...] = ()
        self._drawn: dict[Latent, tuple[str, QImage]] = {}
        self._last: tuple[Latent, tuple[float, float]] | None = None
        self.pad = LatentPad()
        self.legend = _Legend()
        self.wait = QLabel(tr("Laying out the map…"), self.pad)
        self.wait.setProperty("muted", True)
        self.wait.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.wait.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.pad, 1)
        layout.addWidget(self.legend)
        pad = self.pad
        pad.moved.connect(self._moved)
        pad.released.connect(lambda: self._controller.map.end_drag())
        pad.chosen.connect(self._go_to)
        pad.landmark_wanted.connect(lambda x, y: self._controller.map.place_landmark(x, y))
        pad.menu_wanted.connect(lambda index, at: self._menu(index).popup(at))
        pad.rename_wanted.connect(self._rename)
        pad.remove_wanted.connect(lambda index: self._controller.map.remove_landmark(self._model, index - self._trained))
        self._arrived = Calm(self._dress_items, self, ARRIVAL_MS)
        watch.on(session.events.maps, self.refresh)
        watch.on(session.events.thumbnails, self._arrived)

    @property
    def _trained(self) -> int:
        space = self._session.spaces.get(self._model)
        return len(space.names) if space is not None else 0

    def show_model(self, model: str) -> None:
        """Show the map of a model, making it if need be."""
        self._model = model
        self._controller.map.open(model)
        self.refresh()

    def refresh(self) -> None:
        """Show the present state; does nothing while the map is not on screen."""
        space = self._session.spaces.get(self._model)
        if space is None or self.isHidden():
            return
        chart = self._session.maps.get(self._model)
        self.wait.setGeometry(self.pad.rect())
        self.wait.setVisible(chart is None)
        if chart is None:
            self.pad.set_map((), None, None)
            self._state = ()
            return
        marks = landmarks_of(self._session, self._model)
        state = (chart, tuple((m.name, m.x, m.y) for m in marks))
        if state != self._state:
            self._state = state
            self.pad.set_map(self._items(space, chart.places, marks), chart.typical, chart.blended)
            self._dress_items()
        entry = self._session.document.active_entry
        if entry is None or entry.latent is None or entry.latent.model != self._model:
            return
        if not self.pad.dragging:
            if self._last is not None and self._last[0] == entry.latent:
                self.pad.set_place(*self._last[1], 0.0)
            else:
                place = chart.place_of(entry.latent)
                self._last = (entry.latent, (place.x, place.y)) if place.beside < 1e-6 else None
                self.pad.set_place(place.x, place.y, place.beside)
        behind = entry.shown is not None and entry.shown != entry.latent and entry.shown.model == self._model
        if behind and entry.shown is not None:
            seen = chart.place_of(entry.shown)
            self.pad.set_shown((seen.x, seen.y))
        else:
            self.pad.set_shown(None)

    def _items(self, space: LatentSpace, places: object, marks: tuple[Landmark, ...]) -> list[PadItem]:
        colours = category_colours(space.categories, theme())
        self.legend.set_entries(tuple((category_text(name), colour) for name, colour in colours.items()))
        items = [
            PadItem(float(x), float(y), name, category_text(category), colours[category])
            for (x, y), name, category in zip(places, space.names, space.categories, strict=True)  # type: ignore[call-overload]
        ]
        return items + [PadItem(m.x, m.y, m.name, tr("landmark"), theme().accent, landmark=True) for m in marks]

    def _dress_items(self) -> None:
        """Give the pad the thumbnails that are there."""
        space = self._session.spaces.get(self._model)
        if space is None or not self.pad.items:
            return
        codes = [space.training_code(i) for i in range(len(space.names))]
        codes += [m.latent for m in landmarks_of(self._session, self._model)]
        images: dict[int, QImage] = {}
        worth: dict[int, float] = {}
        for index, (code, item) in enumerate(zip(codes, self.pad.items, strict=False)):
            made = self._session.thumbnails.get(code)
            if made is None:
                continue
            known = self._drawn.get(code)
            if known is None or known[0] != item.colour:
                known = self._drawn[code] = (item.colour, thumbnail_image(made.shade, made.cover, item.colour))
            images[index] = known[1]
            worth[index] = min(1.0, 0.25 + float(made.cover.mean()) / 255 / USUAL_COVER)
        if len(images) != len(self.pad.images) or any(self.pad.images.get(i) is not image for i, image in images.items()):
            self.pad.set_images(images, worth)

    # --- asking ------------------------------------------------------------------------------------------------------

    def _moved(self, x: float, y: float) -> None:
        self._controller.map.move_to(x, y)
        entry = self._session.document.active_entry
        if entry is not None and entry.latent is not None:
            self._last = (entry.latent, (x, y))

    def _go_to(self, index: int) -> None:
        if index < self._trained:
            self._controller.map.go_to_training(index)
        else:
            self._controller.map.go_to_landmark(index - self._trained)

    def _menu(self, index: int) -> QMenu:
        """What can be done at a place."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index >= 0:
            item = self.pad.items[index]
            menu.addAction(tr("Go to {name}", name=item.name), lambda: self._go_to(index))
            if item.landmark:
                menu.addAction(tr("Rename…"), lambda: self._rename(index))
                number = index - self._trained
                menu.addAction(tr("Remove"), lambda: self._controller.map.remove_landmark(self._model, number))
            menu.addSeparator()
        place = menu.addAction(tr("Place a landmark here"), self._place_landmark)
        place.setToolTip(tr("Keep the present code at the handle; the map goes through it from then on"))
        place.setEnabled(self.pad.place is not None)
        menu.addAction(tr("Show the whole map"), self.pad.show_whole)
        return menu

    def _place_landmark(self) -> None:
        if self.pad.place is not None:
            self._controller.map.place_landmark(*self.pad.place)

    def _rename(self, index: int) -> None:
        item = self.pad.items[index]
        name, accepted = QInputDialog.getText(self, tr("Rename the landmark"), tr("Name"), text=item.name)
        if accepted:
            self._controller.map.rename_landmark(self._model, index - self._trained, name)
