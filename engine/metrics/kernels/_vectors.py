"""Eight boxes or sixteen points at a time: numba leaves short loops scalar, so these few lines are written for LLVM directly.

LLVM lowers them to whatever the processor has (AVX-512, AVX2, NEON ...). Arrays must be contiguous float64; `at` counts
numbers from the beginning of the array. Nothing is checked.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic

#: Boxes per node of a tree, points per leaf.
FAN, LEAF = 8, 16

_REAL, _INT, _BIT = ir.DoubleType(), ir.IntType(64), ir.IntType(1)
_F, _I = types.float64, types.int64
_QUIET = ("nnan", "nsz")  # infinities do occur: they pad
_FUSED = ("contract", "nsz")


def _places(numbers: list[int]) -> ir.Constant:
    return ir.Constant(ir.VectorType(ir.IntType(32), len(numbers)), numbers)


def _splat(build: Any, value: Any, lanes: int) -> Any:
    nothing = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
    return build.shuffle_vector(build.insert_element(nothing, value, ir.IntType(32)(0)), nothing, _places([0] * lanes))


def _pointer(context: Any, build: Any, kind: Any, array: Any, at: Any) -> Any:
    return build.gep(context.make_array(kind)(context, build, array).data, [at])


def _load(build: Any, pointer: Any, row: int, lanes: int) -> Any:
    place = build.gep(pointer, [_INT(row * lanes)])
    vector = build.load(build.bitcast(place, ir.VectorType(_REAL, lanes).as_pointer()))
    vector.align = 8
    return vector


def _larger(build: Any, one: Any, other: Any) -> Any:
    return build.select(build.fcmp_ordered(">", one, other, flags=_QUIET), one, other)


def _least(build: Any, vector: Any) -> Any:
    lanes = vector.type.count
    while lanes > 1:
        lanes //= 2
        rest = ir.Constant(vector.type, ir.Undefined)
        low = build.shuffle_vector(vector, rest, _places(list(range(lanes))))
        high = build.shuffle_vector(vector, rest, _places(list(range(lanes, 2 * lanes))))
        vector = build.select(build.fcmp_ordered("<", low, high, flags=_QUIET), low, high)
    return build.extract_element(vector, ir.IntType(32)(0))


def _squared(build: Any, x: Any, y: Any, z: Any) -> Any:
    total = build.fmul(x, x, flags=_FUSED)
    for part in (y, z):
        total = build.fadd(total, build.fmul(part, part, flags=_FUSED), flags=_FUSED)
    return total


def _bits(build: Any, truths: Any) -> Any:
    return build.zext(build.bitcast(truths, ir.IntType(truths.type.count)), _INT)


def _where(build: Any, vector: Any, value: Any) -> Any:
    """Number of the first lane that holds `value`."""
    equal = build.fcmp_ordered("==", vector, _splat(build, value, vector.type.count))
    return build.cttz(_bits(build, equal), _BIT(0))


def _to_boxes(build: Any, pointer: Any, low: Any, high: Any) -> Any:
    """Squared distances of the box from `low` to `high` (three numbers each) to the boxes stored at `pointer`."""
    none, sides = ir.Constant(ir.VectorType(_REAL, FAN), [0.0] * FAN), []
    for axis in range(3):
        above = build.fsub(_load(build, pointer, axis, FAN), _splat(build, high[axis], FAN))
        below = build.fsub(_splat(build, low[axis], FAN), _load(build, pointer, 3 + axis, FAN))
        sides.append(_larger(build, _larger(build, above, below), none))
    return _squared(build, *sides)


@intrinsic  # type: ignore[untyped-decorator]
def nearest_in_leaf(_: Any, points: Any, at: Any, x: Any, y: Any, z: Any) -> Any:
    """Squared distance to the nearest of the LEAF points stored at `at` (three rows), and its number."""
    answer = types.Tuple((_F, _I))

    def code(context: Any, build: Any, signature: Any, given: Any) -> Any:
        pointer = _pointer(context, build, signature.args[0], given[0], given[1])
        sides = [build.fsub(_load(build, pointer, i, LEAF), _splat(build, given[2 + i], LEAF)) for i in range(3)]
        squared = _squared(build, *sides)
        least = _least(build, squared)
        return context.make_tuple(build, answer, [least, _where(build, squared, least)])

    return answer(points, _I, _F, _F, _F), code


@intrinsic  # type: ignore[untyped-decorator]
def boxes_near_point(_: Any, boxes: Any, at: Any, point: Any, limit: Any, squared: Any) -> Any:
    """Bits of those of the FAN boxes stored at `at` (six rows) that are nearer to a point than `limit`.

    All FAN squared distances are written into `squared`.
    """

    def code(context: Any, build: Any, signature: Any, given: Any) -> Any:
        pointer = _pointer(context, build, signature.args[0], given[0], given[1])
        x = [build.extract_value(given[2], i) for i in range(3)]
        found = _to_boxes(build, pointer, x, x)
        out = _pointer(context, build, signature.args[4], given[4], _INT(0))
        build.store(found, build.bitcast(out, found.type.as_pointer())).align = 8
        return _bits(build, build.fcmp_ordered("<", found, _splat(build, given[3], FAN)))

    return _I(boxes, _I, types.UniTuple(_F, 3), _F, squared), code


@intrinsic  # type: ignore[untyped-decorator]
def boxes_near_box(_: Any, boxes: Any, at: Any, box: Any, limit: Any) -> Any:
    """The same for a box (x, y, z of its lowest corner, then of its highest)."""

    def code(context: Any, build: Any, signature: Any, given: Any) -> Any:
        pointer = _pointer(context, build, signature.args[0], given[0], given[1])
        x = [build.extract_value(given[2], i) for i in range(6)]
        found = _to_boxes(build, pointer, x[:3], x[3:])
        return _bits(build, build.fcmp_ordered("<", found, _splat(build, given[3], FAN)))

    return _I(boxes, _I, types.UniTuple(_F, 6), _F), code


@intrinsic  # type: ignore[untyped-decorator]
def next_box(_: Any, squared: Any, limit: Any, left: Any) -> Any:
    """Of the FAN distances those of the lanes `left` that are below `limit`, as bits, and the lane of the least."""
    answer = types.UniTuple(_I, 2)

    def code(context: Any, build: Any, signature: Any, given: Any) -> Any:
        vector = _load(build, _pointer(context, build, signature.args[0], given[0], _INT(0)), 0, FAN)
        lanes = build.bitcast(build.trunc(given[2], ir.IntType(FAN)), ir.VectorType(_BIT, FAN))
        vector = build.select(lanes, vector, ir.Constant(vector.type, [float("inf")] * FAN))
        near = _bits(build, build.fcmp_ordered("<", vector, _splat(build, given[1], FAN)))
        return context.make_tuple(build, answer, [near, _where(build, vector, _least(build, vector))])

    return answer(squared, _F, _I), code


@intrinsic  # type: ignore[untyped-decorator]
def lowest_bit(_: Any, bits: Any) -> Any:
    """Number of the lowest bit set; there must be one."""

    def code(context: Any, build: Any, signature: Any, given: Any) -> Any:
        return build.cttz(given[0], _BIT(1))

    return _I(_I), code
