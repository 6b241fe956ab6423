"""Remarks and notes for people: text that remembers how it was made, so that the studio can say it in another language."""

from __future__ import annotations


class Sentence(str):
    """A finished English sentence that keeps its template and parameters.

    Args:
        template: English sentence with `{name}` fields.
        **params: values of those fields.
    """

    __slots__ = ("params", "template")

    template: str
    params: dict[str, object]

    def __new__(cls, template: str, /, **params: object) -> Sentence:
        """The sentence with its fields filled in."""
        sentence = super().__new__(cls, template.format(**params))
        sentence.template = template
        sentence.params = params
        return sentence

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.template, self.params))


def _rebuild(template: str, params: dict[str, object]) -> Sentence:
    return Sentence(template, **params)
