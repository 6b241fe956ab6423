"""What the user works on: one frozen value. Undo is a list of these; nothing in here can change, so keeping them is free."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from engine.api import Latent, Picture, Shape

Side = Literal["a", "b"]
Origin = Literal["picture", "file", "latent", "training", "fit"]
Display = Literal["solid", "points", "error", "matching"]
#: A point in a shape's frame.
Place = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One shape in the list.

    Attributes:
        id: never reused within a session.
        name: what the user calls it.
        origin: where it came from.
        detail: one short line under the name (model and resolution, or file and number of faces).
        shape: what is drawn; None until the first level has been decoded.
        shown: the code that `shape` shows (it may be older than `latent` while dragging); None for files.
        latent: the code that was asked for; None for files.
        level: grid corners per side of `shape`; 0 for point sets and files.
        settled: True if `shape` is the final level of `latent` (always True for files).
        source: file path or picture name it came from.
        remarks: sentences about what was guessed or mended.
        up: for files, the axis taken as up.
        up_guessed: True if nobody said which axis is up.
        pins: places of the surface that stay where they are while another is pulled.
    """

    id: int
    name: str
    origin: Origin
    detail: str = ""
    shape: Shape | None = None
    shown: Latent | None = None
    latent: Latent | None = None
    level: int = 0
    settled: bool = False
    source: str = ""
    remarks: tuple[str, ...] = ()
    up: str = ""
    up_guessed: bool = False
    pins: tuple[Place, ...] = ()

    @property
    def model(self) -> str | None:
        """Model id of the code, or None for files."""
        return self.latent.model if self.latent else None


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """What can be measured: the shapes of A and B, neither of them empty.

    Attributes:
        a, b: the entries' ids.
        shapes: what they show.
        resting: True if neither is on its way to another shape.
    """

    a: int
    b: int
    shapes: tuple[Shape, Shape]
    resting: bool


@dataclass(frozen=True, slots=True)
class Morph:
    """Interpolation between two codes of one model by one slider.

    Attributes:
        start, end: the codes at t = 0 and t = 1.
        names: what they are called.
        t: position, 0 to 1.
    """

    start: Latent
    end: Latent
    names: tuple[str, str]
    t: float = 0.0


@dataclass(frozen=True, slots=True)
class Landmark:
    """A code that the user gave a place on the map of its model.

    Attributes:
        name: what the user calls it.
        x, y: the place, as `engine.latent_map.Place` has it.
        latent: the code.
    """

    name: str
    x: float
    y: float
    latent: Latent


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """Everything that undo brings back.

    Attributes:
        entries: the shape list, oldest first.
        a, b: ids of the entries in the two views; None for an empty view.
        active: the side that sliders and reconstruction act on.
        picture: the picture with its mask, or None.
        picture_path: where it came from (may be empty for pasted pictures).
        picture_model: model id used by Reconstruct; empty until the models are known.
        display: how shapes are drawn.
        morph: the interpolation in progress, or None.
        next_id: id of the next entry.
        landmarks: places on the maps of codes that the user has marked, of all models.
    """

    entries: tuple[Entry, ...] = ()
    a: int | None = None
    b: int | None = None
    active: Side = "a"
    picture: Picture | None = None
    picture_path: str = ""
    picture_model: str = ""
    display: Display = "solid"
    morph: Morph | None = None
    next_id: int = 1
    landmarks: tuple[Landmark, ...] = ()

    def entry(self, entry_id: int | None) -> Entry | None:
        """The entry with that id, or None."""
        return next((e for e in self.entries if e.id == entry_id), None)

    def side(self, side: Side) -> Entry | None:
        """The entry shown on a side, or None."""
        return self.entry(self.a if side == "a" else self.b)

    @property
    def compared(self) -> Compared | None:
        """The shapes of A and B if there is something to measure."""
        a, b = self.side("a"), self.side("b")
        if a is None or b is None or a.shape is None or b.shape is None or a.shape.is_empty or b.shape.is_empty:
            return None
        return Compared(a.id, b.id, (a.shape, b.shape), all(entry.latent is None or entry.settled for entry in (a, b)))

    @property
    def active_entry(self) -> Entry | None:
        """The entry that sliders move."""
        return self.side(self.active)

    def with_entry(self, entry: Entry) -> Document:
        """A copy in which `entry` replaces the one with its id, or is appended."""
        if self.entry(entry.id) is None:
            return replace(self, entries=(*self.entries, entry), next_id=max(self.next_id, entry.id + 1))
        return replace(self, entries=tuple(entry if e.id == entry.id else e for e in self.entries))

    def without_entry(self, entry_id: int) -> Document:
        """A copy without that entry; a view that showed it becomes empty."""
        return replace(
            self,
            entries=tuple(e for e in self.entries if e.id != entry_id),
            a=None if self.a == entry_id else self.a,
            b=None if self.b == entry_id else self.b,
        )

    def with_side(self, side: Side, entry_id: int | None) -> Document:
        """A copy that shows `entry_id` on `side`."""
        return replace(self, a=entry_id) if side == "a" else replace(self, b=entry_id)


@dataclass(frozen=True, slots=True)
class Step:
    """One undo step: how the user would name it, and the document after it."""

    label: str
    document: Document = field(repr=False)
