"""The verbs of the studio: the only writer of `Session`. All calls are made on the GUI thread and return at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.api import (
    DecodeRequest,
    EncodeRequest,
    Engine,
    FitRequest,
    FitResult,
    Frame,
    Latent,
    Mesh,
    ModelInfo,
    OpenedShape,
    Picture,
    PointCloud,
    Up,
)
from engine.errors import EngineError
from engine.progress import Progress
from studio import decoding, session_file
from studio.decoding import Decoding
from studio.document import Display, Document, Entry, Morph, Side
from studio.history import History
from studio.i18n import engine_text, error_text, tr
from studio.laboratory import Laboratory
from studio.mapping import Mapping
from studio.measuring import Measuring
from studio.motion import Motion
from studio.pulling import Pulling
from studio.session import Notice, Session
from studio.settings import Settings
from studio.workbench import Handlers, Workbench

PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
SESSION_SUFFIX = ".shapestudio"


class Controller:
    """Turns what the user does into documents and jobs.

    Attributes:
        camera_provider: gives the cameras and layout to save; set by the window.
        camera_applier: restores them; set by the window.
    """

    def __init__(self, session: Session, engine: Engine, bench: Workbench, settings: Settings) -> None:
        self._session = session
        self._engine = engine
        self._bench = bench
        self._settings = settings
        self.history = History(session)
        self._decoding = Decoding(session, engine, bench, self.history)
        self._lab = Laboratory(session, engine, bench, settings)
        self._measuring = Measuring(session, engine, bench)
        self._motion = Motion(session, engine, bench, settings, self.history, self._decoding, self.start_morph)
        self._pulling = Pulling(session, engine, bench, self.history, self._decoding)
        self._map = Mapping(session, engine, bench, settings, self.history, self._move, lambda: self._decoding.busy)
        self.camera_provider: Callable[[], dict[str, Any]] = dict
        self.camera_applier: Callable[[dict[str, Any]], None] = lambda _: None

    # --- starting and ending -----------------------------------------------------------------------------------------

    @property
    def lab(self) -> Laboratory:
        """The verbs of measuring."""
        return self._lab

    @property
    def map(self) -> Mapping:
        """The verbs of the map of codes."""
        return self._map

    @property
    def motion(self) -> Motion:
        """The verbs of the animation from A to B."""
        return self._motion

    @property
    def pulling(self) -> Pulling:
        """The verbs of pulling on a surface."""
        return self._pulling

    def start(self, paths: Sequence[Path] = (), second: Path | None = None) -> None:
        """Look the models up, load the first ones, open `paths`, and show `second` in B if nothing else is there."""

        def find(progress: Progress) -> tuple[ModelInfo, ...]:
            progress.step(0, 3, "looking for models")
            models = self._engine.models()
            for info in models:
                self._engine.space(info.id)
            return models

        def found(value: object) -> None:
            assert isinstance(value, tuple)
            self._session.models = value
            self._session.spaces = {info.id: self._engine.space(info.id) for info in value}
            picture_models = [info for info in value if info.takes_picture]
            first = next((i for i in picture_models if i.output == "surface"), picture_models[0] if picture_models else None)
            if first is not None:
                self.history.amend(replace(self._session.document, picture_model=first.id))
            if not value:
                self._session.notice = Notice("error", tr("No models were found; run shape-engine doctor to see why."))
            if second is not None:
                self.open_shape(second, up="y", side="b", quiet_history=True)
            self.open_paths(paths)
            ids = [info.id for info in value]
            if first is not None:
                ids.sort(key=lambda model_id: model_id != first.id)  # the first picture waits for its own model only
            self._warm_up(ids)

        self._bench.submit(self._bench.lanes.work, find, Handlers(done=found, title=tr("Looking for models")))
        self._lab.start()

    def _warm_up(self, ids: Sequence[str]) -> None:
        """Load models one after the other; what the user asks for meanwhile comes between them."""
        if not ids:
            return
        model_id, rest = ids[0], ids[1:]

        def load(progress: Progress) -> str:
            self._engine.load(model_id, progress)
            return self._engine.describe_device()

        def loaded(value: object) -> None:
            self._note_device(value)
            self._session.ready = True
            self._warm_up(rest)

        self._bench.submit(self._bench.lanes.work, load, Handlers(done=loaded, title=tr("Loading models")))

    def close(self) -> bool:
        """Cancel everything and join the worker threads; True if all ended in time."""
        return self._bench.close()

    # --- opening -----------------------------------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open dropped or chosen files: pictures are reconstructed, shapes and sessions opened.

        A shape that comes with a picture goes to B, because the picture's shape is about to appear on the active side.
        """
        beside: Side | None = "b" if any(path.suffix.lower() in PICTURE_SUFFIXES for path in paths) else None
        if beside and self._session.document.active == "b":
            beside = "a"
        for path in paths:
            suffix = path.suffix.lower()
            if suffix in PICTURE_SUFFIXES:
                self.open_picture(path)
            elif suffix == SESSION_SUFFIX:
                self.open_session(path)
            else:
                self.open_shape(path, side=beside)

    def open_picture(self, path: Path) -> None:
        """Read a picture, separate its background, and reconstruct it."""
        self._take_picture(lambda progress: self._engine.open_picture(path, progress), str(path))

    def paste_picture(self, data: bytes, name: str) -> None:
        """Take an encoded picture from the clipboard and reconstruct it."""
        self._take_picture(lambda progress: self._engine.paste_picture(data, name, progress), "")

    def _take_picture(self, read: Callable[[Progress], Picture], path: str) -> None:
        def taken(value: object) -> None:
            assert isinstance(value, Picture)
            document = replace(self._session.document, picture=value, picture_path=path)
            self.history.commit(tr("Open {name}", name=value.name), document)
            self.reconstruct()

        self._bench.submit(self._bench.lanes.work, read, Handlers(done=taken, title=tr("Opening the picture")))

    def open_shape(self, path: Path, up: Up = "auto", side: Side | None = None, *, quiet_history: bool = False) -> None:
        """Read a shape file into the list and show it: in A if A is empty, else in B (or on `side`)."""

        def opened(value: object) -> None:
            assert isinstance(value, OpenedShape)
            document = self._session.document
            entry = self._file_entry(document.next_id, path, value)
            target = side or ("a" if document.a is None else "b")
            document = document.with_entry(entry).with_side(target, entry.id)
            if quiet_history:
                self.history.amend(document)
                return
            self.history.commit(tr("Open {name}", name=entry.name), document)
            if entry.remarks:
                self._session.notice = Notice("info", entry.name + ": " + " ".join(entry.remarks))

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: self._engine.open_shape(path, up, progress),
            Handlers(done=opened, title=tr("Opening the shape")),
        )

    def turn_up(self, entry_id: int, up: Up) -> None:
        """Read a file again with another axis as up."""
        entry = self._session.document.entry(entry_id)
        if entry is None or entry.origin != "file" or entry.up == up:
            return
        path = Path(entry.source)

        def opened(value: object) -> None:
            assert isinstance(value, OpenedShape)
            current = self._session.document
            if current.entry(entry_id) is not None:
                turned = self._file_entry(entry_id, path, value)
                self.history.commit(tr("Turn {name}", name=turned.name), current.with_entry(turned))

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: self._engine.open_shape(path, up, progress),
            Handlers(done=opened, title=tr("Opening the shape")),
        )

    @staticmethod
    def _file_entry(entry_id: int, path: Path, opened: OpenedShape) -> Entry:
        shape = opened.shape
        detail = (
            tr("file · {n} faces", n=f"{len(shape.faces):,}")
            if isinstance(shape, Mesh)
            else tr("file · {n} points", n=f"{len(shape.points):,}")
        )
        return Entry(
            id=entry_id,
            name=path.stem,
            origin="file",
            detail=detail,
            shape=shape,
            settled=True,
            source=str(path),
            remarks=tuple(engine_text(remark) for remark in opened.remarks),
            up=opened.up,
            up_guessed=opened.up_guessed,
        )

    # --- codes -------------------------------------------------------------------------------------------------------

    def choose_picture_model(self, model_id: str) -> None:
        """Choose which model Reconstruct uses."""
        document = self._session.document
        if model_id != document.picture_model:
            title = self._engine.info(model_id).title
            self.history.commit(tr("Use {model}", model=title), replace(document, picture_model=model_id))

    def reconstruct(self, seed: int | None = None) -> None:
        """Turn the picture into a code and show its shape on the active side.

        Args:
            seed: for models with a random input: another seed gives another answer; None means 0.
        """
        document = self._session.document
        picture, model = document.picture, document.picture_model
        if picture is None or not model:
            return
        request = EncodeRequest(model, picture, seed or 0)

        def encoded(value: object) -> None:
            assert isinstance(value, Latent)
            current = self._session.document
            name = Path(picture.name).stem or tr("picture")
            entry = Entry(id=current.next_id, name=name, origin="picture", latent=value, source=picture.name)
            self._place(tr("Reconstruct {name}", name=name), entry)

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: self._engine.encode(request, progress),
            Handlers(done=encoded, title=tr("Reconstructing")),
        )

    def start_from(self, model_id: str, start: Literal["mean", "random"] | int) -> None:
        """Make a new shape from a model's mean, a random draw, or training shape number `start`; active side."""
        space = self._session.spaces.get(model_id)
        if space is None:
            return
        title = self._engine.info(model_id).title
        if start == "mean":
            latent, name = space.mean_code(), tr("mean of {model}", model=title)
        elif start == "random":
            latent, name = space.random_code(self._new_seed()), tr("random {model}", model=title)
        else:
            latent, name = space.training_code(start), space.names[start]
        origin: Literal["training", "latent"] = "training" if isinstance(start, int) else "latent"
        entry = Entry(id=self._session.document.next_id, name=name, origin=origin, latent=latent)
        self._place(tr("Start from {name}", name=name), entry)

    def set_sliders(self, values: NDArray[np.float32], label: str) -> None:
        """Move the active shape's code to slider values (K,) in sigma; calls with one label in a row are one step."""
        document = self._session.document
        entry = document.active_entry
        if entry is None or entry.latent is None:
            return
        space = self._session.spaces[entry.latent.model]
        latent = space.moved(entry.latent, np.asarray(values, np.float32))
        self._move(entry, latent, label, merge=f"slide {entry.id} {label}")

    def end_drag(self) -> None:
        """The mouse was released: the next change is a step of its own."""
        self.history.end_merge()

    def randomise(self, seed: int | None = None) -> None:
        """Move the active shape to a random code of its model."""
        entry = self._session.document.active_entry
        if entry is None or entry.latent is None:
            return
        space = self._session.spaces[entry.latent.model]
        self._move(entry, space.random_code(self._new_seed() if seed is None else seed), tr("Random code"))

    def reset(self) -> None:
        """Move the active shape to the mean code of its model."""
        entry = self._session.document.active_entry
        if entry is None or entry.latent is None:
            return
        self._move(entry, self._session.spaces[entry.latent.model].mean_code(), tr("Reset the code"))

    def start_morph(self, entry_a: int, entry_b: int) -> None:
        """Begin interpolation between the codes of two shapes; a third shape on the active side shows it."""
        document = self._session.document
        a, b = document.entry(entry_a), document.entry(entry_b)
        if a is None or b is None or a.latent is None or b.latent is None:
            self._session.notice = Notice("warning", tr("Interpolation needs two shapes that have codes."))
            return
        try:
            self._engine.interpolate(a.latent, b.latent, 0.0)
        except EngineError as error:
            self._session.notice = Notice("warning", error_text(error))
            return
        morph = Morph(a.latent, b.latent, (a.name, b.name))
        entry = replace(a, id=document.next_id, name=tr("{a} to {b}", a=a.name, b=b.name), origin="latent", source="")
        document = document.with_entry(entry).with_side(document.active, entry.id)
        self.history.commit(tr("Interpolate"), replace(document, morph=morph))

    def set_morph(self, t: float) -> None:
        """Move the interpolation to fraction `t` (0 to 1)."""
        document = self._session.document
        entry = document.active_entry
        if document.morph is None or entry is None or entry.latent is None:
            return
        latent = self.motion.code(document.morph, t)
        moved = replace(document, morph=replace(document.morph, t=t)).with_entry(replace(entry, latent=latent, settled=False))
        self.history.commit(tr("Interpolate"), moved, merge=f"morph {entry.id}")
        self._decoding.follow(entry.id)

    def end_morph(self) -> None:
        """Leave interpolation; the shape stays as it is."""
        if self._session.document.morph is not None:
            self.history.commit(tr("End interpolation"), replace(self._session.document, morph=None))

    def fit(self, entry_id: int, model_id: str) -> None:
        """Find the code of `model_id` whose surface is nearest to a shape; the answer appears beside it."""
        document = self._session.document
        entry = document.entry(entry_id)
        if entry is None or entry.shape is None:
            return
        if not isinstance(entry.shape, Mesh | PointCloud) or entry.shape.frame is not Frame.UNIT_SPHERE:
            return
        request = FitRequest(model_id, entry.shape)
        new_id = document.next_id
        side: Side = "b" if document.a == entry_id else "a"
        title = self._engine.info(model_id).title

        def step(value: object) -> None:
            latent = value.latent if isinstance(value, FitResult) else value
            assert isinstance(latent, Latent)
            current = self._session.document
            shown = current.entry(new_id)
            if shown is None and current.next_id == new_id:
                name = tr("{name} by {model}", name=entry.name, model=title)
                fresh = Entry(id=new_id, name=name, origin="fit", latent=latent)
                document = replace(current.with_entry(fresh).with_side(side, new_id), active=side)
                self.history.commit(tr("Fit {name}", name=entry.name), document)
            elif shown is not None:
                self.history.amend(current.with_entry(replace(shown, latent=latent, settled=False)))

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: self._engine.fit(request, progress),
            Handlers(done=step, partial=step, title=tr("Fitting {name}", name=entry.name)),
        )

    # --- arranging ---------------------------------------------------------------------------------------------------

    def show(self, entry_id: int, side: Side) -> None:
        """Show a shape on a side."""
        document = self._session.document
        entry = document.entry(entry_id)
        if entry is not None and document.side(side) is not entry:
            shown = replace(document.with_side(side, entry_id), active=side)
            self.history.commit(tr("Show {name} in {side}", name=entry.name, side=side.upper()), shown)

    def set_active(self, side: Side) -> None:
        """Choose the side that sliders and Reconstruct act on (not a step of its own)."""
        if self._session.document.active != side:
            self.history.amend(replace(self._session.document, active=side))

    def swap(self) -> None:
        """Exchange A and B."""
        document = self._session.document
        self.history.commit(tr("Swap A and B"), replace(document, a=document.b, b=document.a))

    def clear_side(self, side: Side) -> None:
        """Show nothing on a side; the shape stays in the list."""
        document = self._session.document
        if document.side(side) is not None:
            active: Side = "a" if side == "b" else "b"
            self.history.commit(tr("Clear {side}", side=side.upper()), replace(document.with_side(side, None), active=active))

    def pin(self, side: Side) -> None:
        """Keep a copy of the active shape on `side`, and go on changing the original on the other side."""
        document = self._session.document
        entry = document.active_entry
        if entry is None:
            return
        other: Side = "b" if side == "a" else "a"
        copy = replace(entry, id=document.next_id, name=tr("{name} (pinned)", name=entry.name))
        pinned = document.with_entry(copy).with_side(side, copy.id).with_side(other, entry.id)
        self.history.commit(tr("Pin {name} as {side}", name=entry.name, side=side.upper()), replace(pinned, active=other))

    def duplicate(self, entry_id: int) -> None:
        """Add a copy to the list."""
        document = self._session.document
        entry = document.entry(entry_id)
        if entry is not None:
            copy = replace(entry, id=document.next_id, name=tr("{name} copy", name=entry.name))
            self.history.commit(tr("Duplicate {name}", name=entry.name), document.with_entry(copy))

    def rename(self, entry_id: int, name: str) -> None:
        """Give a shape another name."""
        document = self._session.document
        entry = document.entry(entry_id)
        if entry is not None and name.strip() and name.strip() != entry.name:
            renamed = document.with_entry(replace(entry, name=name.strip()))
            self.history.commit(tr("Rename {name}", name=entry.name), renamed)

    def remove(self, entry_id: int) -> None:
        """Take a shape off the list."""
        document = self._session.document
        entry = document.entry(entry_id)
        if entry is not None:
            self.history.commit(tr("Remove {name}", name=entry.name), document.without_entry(entry_id))

    def set_display(self, display: Display) -> None:
        """Choose how shapes are drawn."""
        document = self._session.document
        if document.display != display:
            self.history.commit(tr("Change the display"), replace(document, display=display))

    # --- undo, jobs, notices -----------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """True if there is a step to take back."""
        return self.history.can_undo

    @property
    def can_redo(self) -> bool:
        """True if there is a step to do again."""
        return self.history.can_redo

    def undo(self) -> None:
        """One step back."""
        self.history.undo()

    def redo(self) -> None:
        """One step forward."""
        self.history.redo()

    def go_to(self, position: int) -> None:
        """Jump to the state after step `position`."""
        self.history.go_to(position)

    def cancel(self, job_id: int) -> None:
        """Ask one job to stop."""
        self._bench.cancel(job_id)

    def cancel_all(self) -> None:
        """Ask every job in the job strip to stop."""
        self._bench.cancel_titled()

    @property
    def busy(self) -> bool:
        """True while a shape is on its way or a job runs."""
        return self._decoding.busy or bool(self._session.jobs)

    def dismiss_notice(self) -> None:
        """The user has read the notice."""
        self._session.notice = None

    def note_paint(self, paint_ms: float) -> None:
        """The viewport reports what a paint took."""
        self._session.performance = replace(self._session.performance, paint_ms=paint_ms)
        self._motion.note_paint()

    # --- files and settings ------------------------------------------------------------------------------------------

    def export_shape(self, entry_id: int, path: Path) -> None:
        """Write a shape; the format follows the suffix."""
        entry = self._session.document.entry(entry_id)
        if entry is None or (entry.shape is None and entry.latent is None):
            return
        shape, model = entry.shape, entry.shown.model if entry.shown else entry.model

        def write(progress: Progress) -> None:
            whole = shape
            if whole is None:  # dropped to save memory
                assert entry.latent is not None
                whole = self._engine.decode(DecodeRequest(entry.latent, decoding.SETTLED_LEVELS), progress).shape
            self._engine.save_shape(whole, path, model)

        def written(_: object) -> None:
            self._session.notice = Notice("info", tr("Saved {name}", name=path.name))

        self._bench.submit(
            self._bench.lanes.work,
            write,
            Handlers(done=written, title=tr("Saving {name}", name=path.name)),
        )

    def save_session(self, path: Path) -> None:
        """Write everything into a session file."""
        document, camera = self._session.document, self.camera_provider()
        credits = {m: self._engine.credits(m) for m in {e.model for e in document.entries} if m}

        def written(_: object) -> None:
            self._session.notice = Notice("info", tr("Saved {name}", name=path.name))

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: session_file.save(path, document, camera, credits),
            Handlers(done=written, title=tr("Saving {name}", name=path.name)),
        )

    def open_session(self, path: Path) -> None:
        """Replace everything by a session file; undo starts anew."""

        def opened(value: object) -> None:
            assert isinstance(value, session_file.Opened)
            document, camera = value
            missing = {e.model for e in document.entries if e.model and e.model not in self._session.spaces}
            if missing:
                text = tr("This session needs models that are not installed: {models}", models=", ".join(sorted(missing)))
                self._session.notice = Notice("warning", text)
                entries = tuple(replace(e, latent=None, shown=None) if e.model in missing else e for e in document.entries)
                document = replace(document, entries=entries, morph=None)
            self.history.restart(document)
            self.camera_applier(camera)

        self._bench.submit(
            self._bench.lanes.work,
            lambda progress: session_file.load(path),
            Handlers(done=opened, title=tr("Opening the session")),
        )

    def new_session(self) -> None:
        """Begin with nothing (undoable)."""
        document = Document(picture_model=self._session.document.picture_model, next_id=self._session.document.next_id)
        self.history.commit(tr("New session"), document)

    def set_device(self, device: str, threads: int | None) -> None:
        """Change where models run; loaded models are loaded again there."""

        def change(progress: Progress) -> str:
            self._engine.configure(device, threads)
            for info in self._engine.models():
                self._engine.load(info.id, progress)
            return self._engine.describe_device()

        self._bench.submit(self._bench.lanes.work, change, Handlers(done=self._note_device, title=tr("Loading models")))

    def _note_device(self, value: object) -> None:
        assert isinstance(value, str)  # a sentence, that is: `str(value)` would be English for good
        self._session.device = value

    def credits(self, model_id: str) -> str:
        """Credits of the data behind a model."""
        return self._engine.credits(model_id)

    def card(self, model_id: str) -> str:
        """A model's card (Markdown)."""
        return self._engine.card(model_id)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _place(self, label: str, entry: Entry) -> None:
        document = self._session.document
        document = replace(document.with_entry(entry).with_side(document.active, entry.id), morph=None)
        self.history.commit(label, document)

    def _move(self, entry: Entry, latent: Latent, label: str, merge: str | None = None) -> None:
        if latent == entry.latent:
            return
        document = self._session.document.with_entry(replace(entry, latent=latent, settled=False))
        self.history.commit(label, replace(document, morph=None), merge)
        self._decoding.follow(entry.id)

    @staticmethod
    def _new_seed() -> int:
        return int(np.random.default_rng().integers(2**31))
