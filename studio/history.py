"""Undo and redo: a list of frozen documents. Going back costs nothing, because nothing in a document can change."""

from __future__ import annotations

from dataclasses import replace

from studio.document import Document, Step
from studio.session import Session

#: Steps kept; older ones are forgotten.
LIMIT = 200
#: Steps on either side of the present that keep the surfaces decoded from codes; others decode again when visited.
KEEP_SURFACES = 20
#: Shapes on neither side, counted from the end of the list, that keep such surfaces; others decode again when shown.
KEEP_HIDDEN = 12


class History:
    """The only place that writes `session.document`.

    `commit` makes an undo step, `amend` changes the present without one (a result arrived, a preview got finer).
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._steps: list[Step] = [Step("", session.document)]
        self._position = 0
        self._merge: str | None = None

    @property
    def can_undo(self) -> bool:
        """True if there is a step to take back."""
        return self._position > 0

    @property
    def can_redo(self) -> bool:
        """True if there is a step to do again."""
        return self._position < len(self._steps) - 1

    def commit(self, label: str, document: Document, merge: str | None = None) -> None:
        """Make `document` the present, as one step named `label`.

        Args:
            label: how the user would name the step.
            document: the new present.
            merge: steps in a row with the same key become one (a drag is one step); None never merges.
        """
        step = Step(label, _without_hidden(document))
        if merge is not None and merge == self._merge and self._position > 0:
            self._steps[self._position] = step
        else:
            self._steps = [*self._steps[: self._position + 1], step][-LIMIT:]
            self._position = len(self._steps) - 1
            self._lighten(self._position - KEEP_SURFACES)
        self._merge = merge
        self._publish()

    def amend(self, document: Document) -> None:
        """Change the present without a step."""
        step = self._steps[self._position]
        self._steps[self._position] = replace(step, document=document)
        self._session.document = document

    def withdraw(self, merge: str) -> None:
        """Take away the step that is being made under this key, as if it had never begun; nothing if there is none."""
        if merge == self._merge and self._position > 0:
            self.go_to(self._position - 1)
            self._steps = self._steps[: self._position + 1]
            self._publish()

    def end_merge(self) -> None:
        """The next step is a new one even if its key is the same."""
        self._merge = None

    def go_to(self, position: int) -> None:
        """Jump to the state after step `position` (0: before the first)."""
        self._merge = None
        leaving = self._steps[self._position].document
        self._position = max(0, min(position, len(self._steps) - 1))
        step = self._steps[self._position]
        self._steps[self._position] = replace(step, document=_with_surfaces(step.document, leaving))
        for index in range(len(self._steps)):
            if abs(index - self._position) > KEEP_SURFACES:
                self._lighten(index)
        self._publish()

    def undo(self) -> None:
        """One step back."""
        self.go_to(self._position - 1)

    def redo(self) -> None:
        """One step forward."""
        self.go_to(self._position + 1)

    def restart(self, document: Document) -> None:
        """Forget everything; `document` is the new beginning."""
        self._steps = [Step("", document)]
        self._position = 0
        self._merge = None
        self._publish()

    def _publish(self) -> None:
        self._session.document = self._steps[self._position].document
        self._session.history = tuple(step.label for step in self._steps[1:])
        self._session.position = self._position

    def _lighten(self, index: int) -> None:
        if index >= 0:
            step = self._steps[index]
            document = _without(step.document, {e.id for e in step.document.entries})
            if document is not step.document:
                self._steps[index] = replace(step, document=document)


def _without(document: Document, ids: set[int]) -> Document:
    """The document without the surfaces of those entries that can be decoded again."""
    if not any(e.id in ids and e.latent and e.shape is not None for e in document.entries):
        return document
    light = (
        replace(e, shape=None, shown=None, settled=False) if e.id in ids and e.latent and e.shape is not None else e
        for e in document.entries
    )
    return replace(document, entries=tuple(light))


def _without_hidden(document: Document) -> Document:
    """The document without the surfaces of all but the last few entries that nobody sees."""
    hidden = [e.id for e in document.entries if e.latent and e.shape is not None and e.id not in (document.a, document.b)]
    return _without(document, set(hidden[:-KEEP_HIDDEN]))


def _with_surfaces(document: Document, other: Document) -> Document:
    """The document with surfaces that `other` still has of the same codes, so that nothing vanishes while it is decoded."""
    known = {e.id: e for e in other.entries if e.latent and e.settled and e.shape is not None and e.shown == e.latent}
    entries = []
    for entry in document.entries:
        there = known.get(entry.id)
        if entry.shape is None and there is not None and there.latent == entry.latent:
            entry = replace(entry, shape=there.shape, shown=there.shown, level=there.level, settled=True, detail=there.detail)
        entries.append(entry)
    if all(new is old for new, old in zip(entries, document.entries, strict=True)):
        return document
    return replace(document, entries=tuple(entries))
