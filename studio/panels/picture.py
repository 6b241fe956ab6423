"""What came in: the picture, the model that reads it, and the one thing to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy

from studio.controller import Controller
from studio.i18n import tr
from studio.session import Session
from studio.style import ICON_SIZE, font, icon, mark
from studio.widgets.card import Card
from studio.widgets.picture_well import PictureWell
from studio.widgets.text import Choice

MASK_WORDS = {
    "alpha": "mask: alpha",
    "plain background": "mask: plain background",
    "GrabCut": "mask: GrabCut",
    "none": "no mask",
}


class PicturePanel(Card):
    """Picture to shape."""

    open_wanted = Signal()

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__(tr("Picture"))
        self._session, self._controller = session, controller
        self._seed = 0
        self.well = PictureWell()
        self.models = Choice(tr("Model that reads the picture"))
        self.go = QPushButton(tr("Reconstruct"))
        self.go.setFont(font("title"))
        self.go.setIcon(icon("magic-wand", "accent_text"))
        self.go.setIconSize(ICON_SIZE)
        mark(self.go, accent=True)
        self.again = QPushButton()
        self.again.setIcon(icon("dice-five"))
        self.again.setIconSize(ICON_SIZE)
        self.again.setToolTip(tr("Another sample: the same picture, another random input"))
        self.again.setAccessibleName(tr("Another sample"))
        self.again.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.go, 1)
        row.addWidget(self.again)
        self.body.addWidget(self.well, 1)
        self.body.addWidget(self.models)
        self.body.addLayout(row)
        self.well.clicked.connect(self.open_wanted)
        self.models.activated.connect(lambda i: controller.choose_picture_model(self.models.itemData(i)))
        self.go.clicked.connect(lambda: self._reconstruct(0))
        self.again.clicked.connect(lambda: self._reconstruct(self._seed + 1))
        for signal in (session.events.document, session.events.models, session.events.ready):
            self.watch.on(signal, self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the present state."""
        document = self._session.document
        picture = document.picture
        self.well.set_picture(picture.rgb if picture else None, picture.mask if picture else None)
        source = "" if picture is None else tr(MASK_WORDS.get(picture.mask_source, picture.mask_source))
        self.aside.say(source)
        infos = [info for info in self._session.models if info.takes_picture]
        wanted = [info.id for info in infos]
        if wanted != [self.models.itemData(i) for i in range(self.models.count())]:
            self.models.clear()
            for info in infos:
                surface = info.output == "surface"
                self.models.addItem(icon("cube" if surface else "dots-nine", "muted"), info.title, info.id)
                words = tr("Answers with a surface") if surface else tr("Answers with points")
                self.models.setItemData(self.models.count() - 1, words, Qt.ItemDataRole.ToolTipRole)
        if document.picture_model in wanted:
            self.models.setCurrentIndex(wanted.index(document.picture_model))
        chosen = next((info for info in infos if info.id == document.picture_model), None)
        self.models.setEnabled(bool(infos))
        self.go.setEnabled(picture is not None and chosen is not None)
        self.again.setVisible(chosen is not None and chosen.samples)
        self.again.setEnabled(picture is not None)

    def _reconstruct(self, seed: int) -> None:
        self._seed = seed
        self._controller.reconstruct(seed)
