"""Exact nearest neighbours in space.

Points lie along a Hilbert curve; every LEAF of them form a leaf with a bounding box, every FAN boxes a node, up to one root.
Nothing is balanced or split, so a tree costs little more than the sort. Queries come along their own curve, GROUP at a time:
the exact neighbour of the middle one bounds the distances of all, the leaves within that bound of the group's box are
collected once, and each query looks at those only. A bound is an upper bound of a distance to a point that exists, and a leaf
is passed over only if its box is not nearer; so the answer is exact, whatever the points.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from engine.metrics.kernels._vectors import (
    FAN,
    LEAF,
    boxes_near_box,
    boxes_near_point,
    lowest_bit,
    nearest_in_leaf,
    next_box,
)
from engine.metrics.kernels.curve import along_curve

#: Queries that look for leaves together, and most leaves they may find before each goes its own way.
GROUP, MOST = 16, 512

#: Sixteen levels hold more points than memory does; each leaves at most FAN - 1 nodes waiting.
_DEPTH = 16 * FAN

_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "fastmath": {"contract", "nsz"}, "error_model": "numpy"}


class Tree(NamedTuple):
    """Points ordered for asking.

    Attributes:
        order: (N,) number of each stored point in the order given.
        points: (leaves, 3, LEAF) coordinates along the curve, padded with infinity.
        boxes: (nodes, 6, FAN) bounding boxes of children: three rows of lowest, three of highest coordinates. Lowest level
            first; its children are the leaves.
        levels: (levels + 1,) where each level begins in `boxes`.
    """

    order: NDArray[np.int64]
    points: NDArray[np.float64]
    boxes: NDArray[np.float64]
    levels: NDArray[np.int64]


class _Room(NamedTuple):
    """Scratch memory of one thread: nodes that wait (level, number), distances, leaves found and their boxes, a group."""

    waiting: NDArray[np.int64]
    waiting_squared: NDArray[np.float64]
    squared: NDArray[np.float64]
    leaves: NDArray[np.int64]
    boxes: NDArray[np.float64]
    group: NDArray[np.float64]
    best: NDArray[np.float64]
    found: NDArray[np.int64]


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def build(points, order):  # type: ignore[no-untyped-def]
    """The tree of points (N, 3) float64, N > 0, that lie along the curve in `order`."""
    count = len(points)
    leaves = (count + LEAF - 1) // LEAF
    levels = [0]
    nodes = leaves
    while nodes > 1 or len(levels) == 1:
        nodes = (nodes + FAN - 1) // FAN
        levels.append(levels[-1] + nodes)
    stored = np.full((leaves, 3, LEAF), np.inf)
    boxes = np.empty((levels[-1], 6, FAN))
    boxes[:, :3], boxes[:, 3:] = np.inf, -np.inf
    for leaf in range(leaves):
        for axis in range(3):
            low, high = np.inf, -np.inf
            for lane in range(min(LEAF, count - leaf * LEAF)):
                value = points[order[leaf * LEAF + lane], axis]
                stored[leaf, axis, lane] = value
                low, high = min(low, value), max(high, value)
            boxes[leaf // FAN, axis, leaf % FAN], boxes[leaf // FAN, 3 + axis, leaf % FAN] = low, high
    for level in range(1, len(levels) - 1):
        below, here = levels[level - 1], levels[level]
        for child in range(here - below):
            for axis in range(3):
                boxes[here + child // FAN, axis, child % FAN] = boxes[below + child, axis].min()
                boxes[here + child // FAN, 3 + axis, child % FAN] = boxes[below + child, 3 + axis].max()
    return Tree(order, stored, boxes, np.array(levels))


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def _look(tree, room, query, best, slot):  # type: ignore[no-untyped-def]
    """Nearest point of the whole tree to one query, given the squared distance of the stored point `slot`."""
    x, y, z = query
    room.waiting[0, 0], room.waiting[0, 1], room.waiting_squared[0] = len(tree.levels) - 2, 0, 0.0
    top = 0
    while top >= 0:
        level, node, squared = room.waiting[top, 0], room.waiting[top, 1], room.waiting_squared[top]
        top -= 1
        if squared >= best:
            continue
        left = boxes_near_point(tree.boxes, (tree.levels[level] + node) * 6 * FAN, query, best, room.squared)
        if level == 0:
            while left:
                left, lane = next_box(room.squared, best, left)
                if left:
                    left &= ~(1 << lane)
                    near, place = nearest_in_leaf(tree.points, (node * FAN + lane) * 3 * LEAF, x, y, z)
                    if near < best:
                        best, slot = near, (node * FAN + lane) * LEAF + place
            continue
        least, at = np.inf, top
        while left:
            lane = lowest_bit(left)
            left &= left - 1
            top += 1
            room.waiting[top, 0], room.waiting[top, 1] = level - 1, node * FAN + lane
            room.waiting_squared[top] = room.squared[lane]
            if room.squared[lane] < least:
                least, at = room.squared[lane], top
        if least < np.inf:  # the nearest child is looked into first
            node = room.waiting[at, 1]
            room.waiting[at, 1], room.waiting_squared[at] = room.waiting[top, 1], room.waiting_squared[top]
            room.waiting[top, 1], room.waiting_squared[top] = node, least
    return best, slot


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def _collect(tree, room, box, limit):  # type: ignore[no-untyped-def]
    """Copy the boxes of all leaves nearer to `box` than `limit` into the room; how many, or -1 if they are too many."""
    room.waiting[0, 0], room.waiting[0, 1] = len(tree.levels) - 2, 0
    top, count = 0, 0
    while top >= 0:
        level, node = room.waiting[top, 0], room.waiting[top, 1]
        top -= 1
        place = tree.levels[level] + node
        left = boxes_near_box(tree.boxes, place * 6 * FAN, box, limit)
        while left:
            lane = lowest_bit(left)
            left &= left - 1
            if level:
                top += 1
                room.waiting[top, 0], room.waiting[top, 1] = level - 1, node * FAN + lane
                continue
            if count == MOST:
                return -1
            for side in range(6):
                room.boxes[count // FAN, side, count % FAN] = tree.boxes[place, side, lane]
            room.leaves[count] = node * FAN + lane
            count += 1
    for rest in range(count, -(-count // FAN) * FAN):
        room.boxes[rest // FAN, :3, rest % FAN], room.boxes[rest // FAN, 3:, rest % FAN] = np.inf, -np.inf
    return count


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def _look_among(tree, room, count, query, best, slot):  # type: ignore[no-untyped-def]
    """The same as `_look`, in the leaves collected."""
    x, y, z = query
    for block in range((count + FAN - 1) // FAN):
        left = boxes_near_point(room.boxes, block * 6 * FAN, query, best, room.squared)
        while left:
            left, lane = next_box(room.squared, best, left)
            if left:
                left &= ~(1 << lane)
                leaf = room.leaves[block * FAN + lane]
                near, place = nearest_in_leaf(tree.points, leaf * 3 * LEAF, x, y, z)
                if near < best:
                    best, slot = near, leaf * LEAF + place
    return best, slot


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def _ask_group(tree, room, count, slot):  # type: ignore[no-untyped-def]
    """Answer the `count` queries in the room, beginning near the stored point `slot`; the neighbour of the middle one."""
    group, middle = room.group, count // 2
    query = (group[middle, 0], group[middle, 1], group[middle, 2])
    best, place = nearest_in_leaf(tree.points, slot // LEAF * 3 * LEAF, query[0], query[1], query[2])
    best, slot = _look(tree, room, query, best, slot // LEAF * LEAF + place)
    leaf, limit = slot // LEAF, 0.0
    box = (np.inf, np.inf, np.inf, -np.inf, -np.inf, -np.inf)
    for i in range(count):
        x, y, z = group[i, 0], group[i, 1], group[i, 2]
        box = (min(box[0], x), min(box[1], y), min(box[2], z), max(box[3], x), max(box[4], y), max(box[5], z))
        room.best[i], place = nearest_in_leaf(tree.points, leaf * 3 * LEAF, x, y, z)
        room.found[i] = leaf * LEAF + place
        limit = max(limit, room.best[i])
    leaves = _collect(tree, room, box, limit)
    for i in range(count):
        query = (group[i, 0], group[i, 1], group[i, 2])
        if leaves < 0:
            room.best[i], room.found[i] = _look(tree, room, query, room.best[i], room.found[i])
        else:
            room.best[i], room.found[i] = _look_among(tree, room, leaves, query, room.best[i], room.found[i])
    return slot


@njit(**_OPTIONS)  # type: ignore[untyped-decorator]
def ask(tree, queries, order, distances, indices):  # type: ignore[no-untyped-def]
    """Write distance and number of the nearest point of the tree for each of the queries named in `order`.

    Args:
        tree: see `build`.
        queries: (N, 3) float64.
        order: (M,) numbers of queries to be answered, neighbours in space next to each other.
        distances: (N,) float64, written at those numbers.
        indices: (N,) int64, likewise.
    """
    room = _Room(
        np.empty((_DEPTH, 2), np.int64),
        np.empty(_DEPTH),
        np.empty(FAN),
        np.empty(MOST, np.int64),
        np.empty((MOST // FAN, 6, FAN)),
        np.empty((GROUP, 3)),
        np.empty(GROUP),
        np.empty(GROUP, np.int64),
    )
    slot = 0
    for first in range(0, len(order), GROUP):
        count = min(GROUP, len(order) - first)
        for i in range(count):
            for axis in range(3):
                room.group[i, axis] = queries[order[first + i], axis]
        slot = _ask_group(tree, room, count, slot)
        for i in range(count):
            distances[order[first + i]] = np.sqrt(room.best[i])
            indices[order[first + i]] = tree.order[room.found[i]]


def compile_all() -> None:
    """Call everything once, with the types used in earnest."""
    points = np.random.default_rng(0).random((300, 3))
    order = along_curve(points)
    ask(build(points, order), points, order, np.empty(300), np.empty(300, np.int64))
