"""Undo and redo: a list of frozen documents. Going back costs nothing, because nothing in a document can change."""

from __future__ import annotations

from dataclasses import replace

from studio.document import Document, Step
from studio.session import Session

#: Steps kept; older ones are forgotten.
LIMIT = 200
#: Steps (counted from the newest) that keep the surfaces decoded from codes; older ones decode again when visited.
KEEP_SURFACES = 20


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
        step = Step(label, document)
        if merge is not None and merge == self._merge and self._position > 0:
            self._steps[self._position] = step
        else:
            self._steps = [*self._steps[: self._position + 1], step][-LIMIT:]
            self._position = len(self._steps) - 1
            self._lighten()
        self._merge = merge
        self._publish()

    def amend(self, document: Document) -> None:
        """Change the present without a step."""
        step = self._steps[self._position]
        self._steps[self._position] = replace(step, document=document)
        self._session.document = document

    def end_merge(self) -> None:
        """The next step is a new one even if its key is the same."""
        self._merge = None

    def go_to(self, position: int) -> None:
        """Jump to the state after step `position` (0: before the first)."""
        self._merge = None
        self._position = max(0, min(position, len(self._steps) - 1))
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

    def _lighten(self) -> None:
        index = len(self._steps) - 1 - KEEP_SURFACES
        if index < 0:
            return
        kept = {id(e.shape) for step in self._steps[index + 1 :] for e in step.document.entries}
        document = self._steps[index].document
        entries = tuple(
            replace(e, shape=None, shown=None, settled=False) if e.latent and id(e.shape) not in kept else e
            for e in document.entries
        )
        self._steps[index] = replace(self._steps[index], document=replace(document, entries=entries))
