"""All state of the running studio, free of Qt. One writer (`studio.controller`), any number of readers.

Every field announces its changes: ``session.events.document.connect(handler)``; handlers get the new value. Equal values do
not announce themselves. All writes happen on the GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from psygnal import SignalGroupDescriptor

from engine.api import Comparison, EvenPath, Latent, LatentPath, LatentSpace, MetricInfo, ModelInfo, Shape, Thumbnail
from studio.document import Document
from studio.grip import Grip
from studio.lab import Lab, Probe, Table, Transport
from studio.settings import LatentView

if TYPE_CHECKING:
    from engine.api import LatentMap


@dataclass(frozen=True, slots=True, eq=False)
class JobView:
    """A job as the status bar shows it.

    Attributes:
        id: job id; pass it to `Controller.cancel`.
        title: short text, already translated.
        done, total: progress; total 0 means unknown.
        text: what it is doing, already translated where known.
    """

    id: int
    title: str
    done: float = 0.0
    total: float = 0.0
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Notice:
    """Something the user should read: shown in a bar that can be dismissed, never in a modal box."""

    level: Literal["info", "warning", "error"]
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What the compare panel shows.

    Attributes:
        a, b: entry ids that were measured.
        a_shape, b_shape: the very shapes that were measured; error colours belong to their vertices or points.
        comparison: the numbers.
        live: True for the quick measurement while dragging (marked as approximate), False for the settled one.
        stale: True if a shape has changed since; the panel must say so.
        how: alignment and seed that were measured with.
    """

    a: int
    b: int
    a_shape: Shape
    b_shape: Shape
    comparison: Comparison
    live: bool
    stale: bool = False
    how: tuple[str, int] = ("none", 0)


@dataclass(frozen=True, slots=True)
class Performance:
    """The honest line below the view, milliseconds of the last shown result.

    `gui_ms` is all that the GUI thread does when a result arrives: every panel, and the view's new mesh; painting is apart.
    """

    level: int = 0
    settled: bool = True
    decode_ms: float = 0.0
    mesh_ms: float = 0.0
    gui_ms: float = 0.0
    paint_ms: float = 0.0
    metrics_ms: float = 0.0
    behind: int = 0


Repeat = Literal["once", "loop", "swing"]


@dataclass(frozen=True, slots=True)
class Player:
    """The animation from A to B.

    Attributes:
        playing: it moves.
        seconds: from A to B.
        repeat: at B: stop, begin again at A, or go back.
        even: at constant speed of the shape instead of the code.
        way: codes on the way; None while it is not known, and the straight line stands in.
        path: the timetable for constant speed; None while it is not known.
    """

    playing: bool = False
    seconds: float = 4.0
    repeat: Repeat = "swing"
    even: bool = True
    way: LatentPath | None = None
    path: EvenPath | None = None


@dataclass(eq=False)
class Session:
    """The state.

    Attributes:
        document: what the user works on.
        models: models found, empty while they are being looked up.
        spaces: latent spaces loaded so far, by model id.
        maps: maps of latent spaces made so far, by model id.
        thumbnails: small pictures of codes drawn so far.
        latent_view: whether codes are shown as sliders or as a map.
        jobs: running and waiting jobs.
        measures: what can be measured, empty while it is being looked up.
        alignments: rules by which A can be aligned to B before measuring: name, and what it does in English words.
        lab: what is measured, and how errors are coloured.
        measured: last comparison of A and B, or None.
        probe: the picked point and its partner, or None.
        transport: the matching of A with B, or None.
        table: several shapes against one reference, or None.
        player: the animation from A to B.
        pull_tool: True while a press on a shape grabs it.
        grip: the point that is being pulled, or was pulled to where the surface does not follow; else None.
        notice: last notice, or None when dismissed.
        performance: timings of the last shown result.
        history: labels of all undo steps, oldest first; `position` of them are done.
        position: number of steps done.
        device: text for the device badge, e.g. "CPU, 2 threads"; empty before torch is there.
        ready: True once models can answer.
    """

    document: Document = field(default_factory=Document)
    models: tuple[ModelInfo, ...] = ()
    spaces: dict[str, LatentSpace] = field(default_factory=dict)
    maps: dict[str, LatentMap] = field(default_factory=dict)
    thumbnails: dict[Latent, Thumbnail] = field(default_factory=dict)
    latent_view: LatentView = "sliders"
    jobs: tuple[JobView, ...] = ()
    measures: tuple[MetricInfo, ...] = ()
    alignments: dict[str, str] = field(default_factory=lambda: {"none": "as they lie"})
    lab: Lab = field(default_factory=Lab)
    measured: Measured | None = None
    probe: Probe | None = None
    transport: Transport | None = None
    table: Table | None = None
    player: Player = field(default_factory=Player)
    pull_tool: bool = False
    grip: Grip | None = None
    notice: Notice | None = None
    performance: Performance = field(default_factory=Performance)
    history: tuple[str, ...] = ()
    position: int = 0
    device: str = ""
    ready: bool = False

    events: ClassVar[SignalGroupDescriptor] = SignalGroupDescriptor()
