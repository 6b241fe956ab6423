"""Errors that a user can act on.

Everything the engine refuses because of *input* is an `EngineError`. Its message is one sentence that names the thing
and says what to do. Programmer mistakes stay `ValueError`/`TypeError`; `Cancelled` (see `engine.progress`) is neither.

The sentence is kept as a template plus parameters, so that the studio can translate it without parsing English.
"""

from __future__ import annotations


class EngineError(Exception):
    """A problem that the user can mend.

    Args:
        template: English sentence with `{name}` fields, e.g. ``"{name} has no faces; open a surface, not a cloud."``
        **params: values of those fields.
    """

    def __init__(self, template: str, /, **params: object) -> None:
        self.template = template
        self.params = params
        super().__init__(template.format(**params))

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.template, self.params))


def _rebuild(cls: type[EngineError], template: str, params: dict[str, object]) -> EngineError:
    return cls(template, **params)


class FileError(EngineError):
    """A file that is missing, unreadable, of an unknown kind or damaged."""


class PictureError(EngineError):
    """A picture that cannot serve as input."""


class ShapeError(EngineError):
    """Geometry that cannot serve the purpose asked for (empty, open, not finite)."""


class FrameMismatch(EngineError):
    """Two values live in different frames; convert one of them first."""


class ModelError(EngineError):
    """A model that is unknown, damaged, or not able to do what was asked."""


class DataError(EngineError):
    """A data set or catalogue that is missing or damaged."""


class DependencyMissing(EngineError):
    """An optional library is not installed; the message names it."""
