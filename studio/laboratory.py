"""The verbs of the metric laboratory: what is measured and how errors are coloured. Part of the controller; GUI thread only."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.api import Engine
from engine.progress import Progress
from studio.colour_maps import FIRST_MAP, MAPS
from studio.document import Side
from studio.exporting import export, panel_report, table_report
from studio.lab import FIRST_METRICS, Lab
from studio.matching import Matching
from studio.probing import Probing
from studio.session import Session
from studio.settings import Settings
from studio.tabulating import Tabulating
from studio.workbench import Handlers, Workbench


class Laboratory:
    """Turns what the user chooses into `session.lab`. Choices that belong to the user, not to the work, go to the settings."""

    def __init__(self, session: Session, engine: Engine, bench: Workbench, settings: Settings) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._settings = settings
        colour_map = settings.colour_map if settings.colour_map in MAPS else FIRST_MAP
        self._probing = Probing(session, engine, bench)
        self._matching = Matching(session, engine, bench)
        self._tabulating = Tabulating(session, engine, bench)
        session.lab = Lab(metrics=settings.measures or FIRST_METRICS, colour_map=colour_map)

    def start(self) -> None:
        """Look up what can be measured."""

        def find(progress: Progress) -> object:
            progress.check()
            return self._engine.measures(), self._engine.alignments()

        def found(value: object) -> None:
            assert isinstance(value, tuple)
            self._session.measures, self._session.alignments = value
            known = [info.id for info in self._session.measures]
            kept = tuple(m for m in self._session.lab.metrics if m in known)  # settings may be those of another version
            self._session.lab = replace(self._session.lab, metrics=kept or FIRST_METRICS)

        self._bench.submit(self._bench.lanes.work, find, Handlers(done=found))

    # --- what is measured --------------------------------------------------------------------------------------------

    def show_measure(self, metric: str, shown: bool) -> None:
        """Add a measure to those shown, or take it away; the last one stays."""
        lab = self._session.lab
        order = [info.id for info in self._session.measures]
        chosen = {*lab.metrics, metric} if shown else {*lab.metrics} - {metric}
        if chosen and metric in order:
            metrics = tuple(m for m in order if m in chosen)
            self._session.lab = replace(lab, metrics=metrics)
            self._settings.measures = metrics

    def choose_alignment(self, name: str) -> None:
        """Align A to B by a named rule before measuring."""
        if name in self._session.alignments:
            self._session.lab = replace(self._session.lab, align=name)

    def choose_seed(self, seed: int) -> None:
        """Draw other samples of the surfaces."""
        self._session.lab = replace(self._session.lab, seed=max(0, seed))

    # --- how errors are coloured -------------------------------------------------------------------------------------

    def choose_colour_map(self, name: str) -> None:
        """Colour errors by another map."""
        if name in MAPS:
            self._session.lab = replace(self._session.lab, colour_map=name)
            self._settings.colour_map = name

    def set_limits(self, low: float, high: float | None) -> None:
        """Give the first and the last colour to these distances; None lets the upper end follow the errors."""
        if not math.isfinite(low) or low < 0 or (high is not None and not (math.isfinite(high) and high > low)):
            return
        self._session.lab = replace(self._session.lab, low=low, high=high)

    # --- partners ----------------------------------------------------------------------------------------------------

    def pick(self, side: Side, point: NDArray[np.float64], index: int) -> None:
        """Look for the partner of a point on a side: (3,) in the shape's frame, `index` the vertex or sample it hangs on."""
        self._probing.pick(side, point, index)

    def end_pick(self) -> None:
        """Forget the picked point."""
        self._probing.end()

    def move_transport(self, time: float) -> None:
        """Send the points of the matching to fraction `time` (0 to 1) of their way from A to B."""
        self._matching.move(time)

    def match_again(self) -> None:
        """Match A with B now, also after the user has cancelled it."""
        self._matching.again()

    # --- several shapes, and files -----------------------------------------------------------------------------------

    def compare_all(self, reference: int) -> None:
        """Measure every shape of the session against the shape with the id `reference`."""
        self._tabulating.measure(reference)

    def cancel_table(self) -> None:
        """Stop measuring several shapes; what has been measured stays."""
        self._tabulating.cancel()

    def export_numbers(self, path: Path) -> None:
        """Write the numbers of the panel, with their conventions, as CSV, JSON or PNG."""
        report = panel_report(self._session)
        if report is not None:
            export(self._session, self._bench, report, path)

    def export_table(self, path: Path) -> None:
        """Write the table of several shapes likewise."""
        report = table_report(self._session)
        if report is not None:
            export(self._session, self._bench, report, path)
