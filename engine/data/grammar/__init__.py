"""Furniture from a grammar: unlimited pieces with exact signed distances, named parameters, part labels and captions.

A grammar teaches regularity, not realism: it shows networks many legs, backs, slats and shades in every proportion, which a
hundred real models cannot. `make` gives a piece in metres; `engine.data.generated` makes training data of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.data.grammar.bedroom import bed
from engine.data.grammar.chair import chair
from engine.data.grammar.furniture import Furniture, Parameters, Value
from engine.data.grammar.lamp import lamp
from engine.data.grammar.seating import bench, stool
from engine.data.grammar.sofa import sofa
from engine.data.grammar.storage import cabinet, shelf
from engine.data.grammar.table import table
from engine.data.grammar.vessels import vase
from engine.errors import DataError

__all__ = ["GRAMMARS", "Furniture", "make"]

#: Category -> what makes one piece of it.
GRAMMARS: dict[str, Callable[[Parameters], Furniture]] = {
    "chair": chair, "table": table, "sofa": sofa, "lamp": lamp, "bed": bed,
    "bookshelf": shelf, "cabinet": cabinet, "vase": vase, "stool": stool, "bench": bench,
}  # fmt: skip


def make(category: str, seed: int, fixed: Mapping[str, Value] | None = None) -> Furniture:
    """One piece of furniture.

    Args:
        category: a key of `GRAMMARS`.
        seed: of everything that is drawn.
        fixed: parameters that are not drawn; the others stay what the seed makes them, where they are asked for at all.

    Raises:
        DataError: no such category, or a fixed parameter that this piece does not have or that cannot have that value.
    """
    if category not in GRAMMARS:
        raise DataError("No grammar for {name}; there are {known}.", name=category, known=", ".join(GRAMMARS))
    parameters = Parameters(np.random.default_rng((seed, sorted(GRAMMARS).index(category))), fixed)
    piece = GRAMMARS[category](parameters)
    if unknown := parameters.unknown():
        raise DataError("This {category} has no parameter {names}.", category=category, names=", ".join(unknown))
    return piece
