"""The menu of the measure panel: which measures, aligned how, from which samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from studio.colour_maps import MAPS
from studio.i18n import engine_text, tr
from studio.laboratory import Laboratory
from studio.session import Session
from studio.widgets.choosing import StayingMenu

#: Measures that stand in the menu itself; published variants and the rest have a menu of their own.
COMMON = ("onet_l1", "onet_l2", "deepsdf_sphere", "emd", "f_score", "hausdorff", "normal_consistency", "volume_iou")
#: What the maps are called.
COLOURS = {"cividis": "Cividis (blue to yellow)", "viridis": "Viridis (violet to yellow)", "magma": "Magma (violet to cream)",
           "grey": "Grey"}  # fmt: skip


def fill_measure_menu(
    menu: QMenu, session: Session, lab: Laboratory, compare: Callable[[], object], export: Callable[[], object]
) -> QMenu:
    """Rebuild `menu` from what the session knows; `compare` and `export` are what its last two lines do."""
    menu.clear()
    chosen = session.lab
    further = StayingMenu(tr("Further measures"), menu)
    further.setToolTipsVisible(True)
    for info in session.measures:
        action = (menu if info.id in COMMON else further).addAction(engine_text(info.label))
        action.setCheckable(True)
        action.setChecked(info.id in chosen.metrics)
        action.setToolTip(engine_text(info.convention))
        action.toggled.connect(partial(lab.show_measure, info.id))
    if not further.isEmpty():
        menu.addMenu(further)
    menu.addSeparator()
    if len(session.alignments) > 1:
        rules = {name: engine_text(words) for name, words in session.alignments.items()}
        _add_choice(menu.addMenu(tr("Alignment")), rules, chosen.align, lab.choose_alignment)
    maps = {name: tr(COLOURS[name]) for name in MAPS}
    _add_choice(menu.addMenu(tr("Colours of the errors")), maps, chosen.colour_map, lab.choose_colour_map)
    seed = tr("Seed of the samples: {seed}…", seed=chosen.seed)
    menu.addAction(seed, partial(ask_seed, session, lab, menu.parentWidget() or menu))
    menu.addSeparator()
    menu.addAction(tr("Compare several shapes…"), compare)
    menu.addAction(tr("Export the numbers…"), export).setEnabled(session.measured is not None)
    return menu


def ask_seed(session: Session, lab: Laboratory, parent: QWidget) -> QInputDialog:
    """Ask for another seed."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(tr("Seed of the samples"))
    dialog.setLabelText(tr("Surfaces are sampled at random places; the same seed gives the same numbers."))
    dialog.setInputMode(QInputDialog.InputMode.IntInput)
    dialog.setIntRange(0, 2**31 - 1)
    dialog.setIntValue(session.lab.seed)
    dialog.setOkButtonText(tr("Apply"))
    dialog.setCancelButtonText(tr("Cancel"))
    dialog.intValueSelected.connect(lab.choose_seed)
    dialog.open()
    return dialog


def _add_choice(menu: QMenu, options: Mapping[str, str], current: str, choose: Callable[[str], None]) -> None:
    """One of several, by radio marks."""
    group = QActionGroup(menu)
    for name, title in options.items():
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(name == current)
        action.triggered.connect(lambda _=False, n=name: choose(n))
        group.addAction(action)
