"""The way from A to B by one slider, and what plays it. Part of the latent panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from studio.controller import Controller
from studio.document import Document
from studio.i18n import tr
from studio.session import Player, Session
from studio.style import ICON_SIZE, icon, text_label
from studio.widgets.bars import tool_button
from studio.widgets.text import Choice, Elided

STEPS = 1000
#: Milliseconds between looks whether the next picture may be asked for.
TICK = 8
#: Seconds from A to B that can be chosen.
SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)


class MorphPlayer(QWidget):
    """A button that begins; then a slider from A to B, a button that plays, and how it plays."""

    def __init__(self, session: Session, controller: Controller) -> None:
        super().__init__()
        self._session, self._controller = session, controller
        self.start = QPushButton(tr("Morph A to B"))
        self.start.setIcon(icon("arrows-left-right"))
        self.start.setIconSize(ICON_SIZE)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(100)
        self.slider.setAccessibleName(tr("Position between A and B"))
        self.names = Elided("", "label", muted=True)
        self.percent = text_label("", "label", tabular=True)
        self.play = tool_button(tr("Play from A to B"), "play")
        self.play.setCheckable(True)
        self.done = QPushButton(tr("Done"))
        self.even = QCheckBox(tr("Even speed"))
        self.seconds = Choice(tr("Seconds from A to B"))
        for value in SECONDS:
            self.seconds.addItem(tr("{n} s", n=f"{value:g}"), value)
        self.repeat = Choice(tr("What happens at B"))
        for name, words in (("once", tr("Once")), ("loop", tr("Loop")), ("swing", tr("Swing"))):
            self.repeat.addItem(words, name)
        self.seconds.setMinimumContentsLength(2)  # or the panel would grow, and the view shrink, as the player comes
        self.repeat.setMinimumContentsLength(4)
        self._make_layout()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK)
        motion = controller.motion
        self._timer.timeout.connect(motion.tick)
        self.start.clicked.connect(self._begin)
        self.slider.valueChanged.connect(lambda value: controller.set_morph(value / STEPS))
        self.slider.sliderReleased.connect(controller.end_drag)
        self.done.clicked.connect(controller.end_morph)
        self.play.clicked.connect(motion.toggle)
        self.even.clicked.connect(motion.set_even)
        self.seconds.activated.connect(lambda index: motion.set_seconds(self.seconds.itemData(index)))
        self.repeat.activated.connect(lambda index: motion.set_repeat(self.repeat.itemData(index)))

    def _make_layout(self) -> None:
        top, row, how = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.names, 1)
        top.addWidget(self.percent)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        row.addWidget(self.done)
        how.addWidget(self.even)
        how.addWidget(self.seconds, 3)
        how.addWidget(self.repeat, 5)
        self.inside = QWidget()
        inside = QVBoxLayout(self.inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        for line in (top, row, how):
            line.setSpacing(6)
            inside.addLayout(line)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.start)
        layout.addWidget(self.inside)

    def refresh(self, document: Document) -> None:
        """Show the slider, the button that brings it, or nothing."""
        morph = document.morph
        a, b = document.side("a"), document.side("b")
        possible = a is not None and b is not None and a.latent is not None and b.latent is not None and a.model == b.model
        self.start.setVisible(morph is None and possible)
        self.inside.setVisible(morph is not None)
        self.setVisible(morph is not None or possible)
        if morph is not None:
            self.slider.blockSignals(True)
            self.slider.setValue(round(STEPS * morph.t))
            self.slider.blockSignals(False)
            self.names.set_text(tr("{a} to {b}", a=morph.names[0], b=morph.names[1]))
            self.percent.setText(f"{100 * morph.t:.0f} %")

    def show_player(self, player: Player) -> None:
        """Show whether and how it plays."""
        self.play.setChecked(player.playing)
        self.play.setIcon(icon("pause" if player.playing else "play", "muted"))
        name = tr("Pause") if player.playing else tr("Play from A to B")
        self.play.setAccessibleName(name)
        self.play.setToolTip(tr("{name}  Space", name=name))
        if player.playing != self._timer.isActive():
            self._timer.start() if player.playing else self._timer.stop()
        self.even.setChecked(player.even)
        tip = tr("The shape changes at constant speed, and not its code.")
        if player.path is not None:
            tip += " " + tr("With the code it would go up to {times} times as fast as in the mean.", times=_times(player))
        self.even.setToolTip(tip)
        index = self.seconds.findData(player.seconds)
        self.seconds.setCurrentIndex(index)
        if index < 0:  # from the settings file
            self.seconds.addItem(tr("{n} s", n=f"{player.seconds:g}"), player.seconds)
            self.seconds.setCurrentIndex(self.seconds.count() - 1)
        self.repeat.setCurrentIndex(self.repeat.findData(player.repeat))

    def retire(self) -> None:
        """Another window takes over."""
        self._timer.stop()

    def _begin(self) -> None:
        document = self._session.document
        if document.a is not None and document.b is not None:
            self._controller.start_morph(document.a, document.b)


def _times(player: Player) -> str:
    return f"{player.path.unevenness:.1f}" if player.path is not None else ""
