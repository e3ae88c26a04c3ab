"""Mapbox vector tiles, version 2: whole columns to bytes, by array operations.

Source: vector-tile-spec 2.1. Geometries come in tile coordinates (y downwards); texts, numbers and
booleans become values, what is missing is left out. An identifier is a number there, so that the
features' own (texts) stand in the property ``id``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096
VERSION = 2
POINT, LINE, POLYGON = 1, 2, 3

_SHORT = tuple(bytes([number]) for number in range(128))

Ints = NDArray[np.int64]
Geometries = NDArray[np.object_]


def layer(
    name: str, geometries: Geometries, *, columns: Mapping[str, tuple[NDArray[Any], NDArray[Any]]]
) -> bytes:
    """Encode one layer as a part of a tile; b"" when nothing of it can be seen.

    Parameters
    ----------
    name
        Of the layer.
    geometries
        In tile coordinates, 0 to `EXTENT`; of a collection only the parts of most dimensions.
    columns
        Name → values (texts as objects, float or bool) and where they are missing.
    """
    kinds = np.clip(shapely.get_dimensions(geometries) + 1, 0, 3)
    encoded: list[tuple[int, int, bytes]] = []
    for kind in (POINT, LINE, POLYGON):
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            encoded += _shapes(geometries[rows], rows, kind)
    if not encoded:
        return b""
    encoded.sort()
    chosen = np.array([row for row, _, _ in encoded])
    tags, values = _tags(columns, chosen)
    features = [
        _bytes(2, (_bytes(2, tag) if tag else b"") + b"\x18" + bytes([kind]) + _bytes(4, shape))
        for (_, kind, shape), tag in zip(encoded, tags, strict=True)
    ]
    keys = [_bytes(3, key.encode()) for key in columns]
    held = [_bytes(4, value) for value in values]
    head = _bytes(1, name.encode())
    tail = b"\x28" + _varint(EXTENT) + b"\x78" + _varint(VERSION)
    return _bytes(3, b"".join((head, *features, *keys, *held, tail)))


def varints(numbers: Ints) -> tuple[NDArray[np.uint8], Ints]:
    """Encode whole numbers from 0 as varints.

    Returns
    -------
    bytes, ends
        All bytes in a row, and where each number's bytes end.

    Examples
    --------
    >>> found, ends = varints(np.array([1, 300]))
    >>> found.tolist(), ends.tolist()
    ([1, 172, 2], [1, 3])
    """
    numbers = np.asarray(numbers, dtype=np.int64)
    lengths = np.ones(len(numbers), dtype=np.int64)
    for step in range(1, 9):
        longer = numbers >= (1 << (7 * step))
        if not longer.any():
            break
        lengths += longer
    ends = np.cumsum(lengths)
    starts = ends - lengths
    found = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for step in range(int(lengths.max(initial=0))):
        here = lengths > step
        part = (numbers[here] >> (7 * step)) & 0x7F
        more = np.where(lengths[here] > step + 1, 0x80, 0)
        found[starts[here] + step] = part | more
    return found, ends


def _shapes(geometries: Geometries, rows: Ints, kind: int) -> list[tuple[int, int, bytes]]:
    """Encode geometries of one kind as (row, kind, commands); what vanishes is left out."""
    if kind == POINT:
        points, feature = shapely.get_coordinates(geometries, return_index=True)
        numbers, ends = _points(np.rint(points).astype(np.int64), feature)
        present = np.unique(feature)
        return _cut(numbers, ends, rows[present], kind)
    parts, of_part = shapely.get_parts(geometries, return_index=True)
    wanted = shapely.get_dimensions(parts) == kind - 1
    parts, of_part = parts[wanted], of_part[wanted]
    if kind == POLYGON:
        parts = shapely.orient_polygons(parts, exterior_cw=False)
        lines, of_line = shapely.get_rings(parts, return_index=True)
        part, feature = of_line, of_part[of_line]
    else:
        lines, part, feature = parts, np.arange(len(parts)), of_part
    points, line = shapely.get_coordinates(lines, return_index=True)
    points, line = _distinct(np.rint(points).astype(np.int64), line, closed=kind == POLYGON)
    kept = _seen(points, line, part, count=len(lines), closed=kind == POLYGON)
    inside = kept[line]
    points, line = points[inside], line[inside]
    if not len(points):
        return []
    numbers, ends, present = _commands(points, line, feature, closed=kind == POLYGON)
    return _cut(numbers, ends, rows[present], kind)


def _distinct(points: Ints, line: Ints, *, closed: bool) -> tuple[Ints, Ints]:
    """Drop points that repeat the one before; of rings also the last one."""
    same_line = line[1:] == line[:-1]
    repeats = np.zeros(len(points), dtype=bool)
    repeats[1:] = same_line & (points[1:] == points[:-1]).all(axis=1)
    if closed:
        repeats[:-1] |= ~same_line
        repeats[-1:] = True
    points, line = points[~repeats], line[~repeats]
    if closed and len(points):  # rounding may have made the new last point the first one again
        starts = np.flatnonzero(np.r_[True, line[1:] != line[:-1]])
        ends = np.r_[starts[1:], len(points)] - 1
        again = (points[starts] == points[ends]).all(axis=1) & (ends > starts)
        keep = np.ones(len(points), dtype=bool)
        keep[ends[again]] = False
        points, line = points[keep], line[keep]
    return points, line


def _seen(points: Ints, line: Ints, part: Ints, *, count: int, closed: bool) -> NDArray[np.bool_]:
    """Tell which lines are still lines; a hole goes with its outer ring."""
    sizes = np.bincount(line, minlength=count)
    if not closed:
        return sizes >= 2
    after = np.arange(1, len(points) + 1)
    starts = np.zeros(count, dtype=np.int64)
    starts[1:] = np.cumsum(sizes)[:-1]
    last = after == (starts + sizes)[line]
    after[last] = starts[line[last]]
    x, y = points[:, 0], points[:, 1]
    twice = np.bincount(line, weights=x * y[after] - x[after] * y, minlength=count)
    outer = np.ones(count, dtype=bool)
    outer[1:] = part[1:] != part[:-1]
    fine = (sizes >= 3) & np.where(outer, twice > 0, twice < 0)
    parts_seen = np.zeros(int(part.max(initial=-1)) + 1, dtype=bool)
    parts_seen[part[outer & fine]] = True
    return fine & parts_seen[part]


def _zigzag(points: Ints, feature: Ints) -> Ints:
    """Give each point as the way from the one before in its feature, zigzag."""
    steps = points.copy()
    same = feature[1:] == feature[:-1]
    steps[1:][same] -= points[:-1][same]
    return (steps << 1) ^ (steps >> 63)


def _points(points: Ints, feature: Ints) -> tuple[Ints, Ints]:
    steps = _zigzag(points, feature)
    _, first, sizes = np.unique(feature, return_index=True, return_counts=True)
    numbers = np.empty(2 * len(points) + len(first), dtype=np.int64)
    heads = 2 * first + np.arange(len(first))
    numbers[heads] = (sizes << 3) | 1
    rest = np.ones(len(numbers), dtype=bool)
    rest[heads] = False
    numbers[rest] = steps.ravel()
    return numbers, heads + 1 + 2 * sizes


def _commands(
    points: Ints, line: Ints, feature_of_line: Ints, *, closed: bool
) -> tuple[Ints, Ints, Ints]:
    """Give the command integers of all lines, where each feature's end, and which features."""
    feature = feature_of_line[line]
    steps = _zigzag(points, feature)
    lines, first, sizes = np.unique(line, return_index=True, return_counts=True)
    lengths = 2 * sizes + 2 + closed
    ends = np.cumsum(lengths)
    heads = ends - lengths
    numbers = np.empty(int(ends[-1]), dtype=np.int64)
    rank = np.repeat(np.arange(len(lines)), sizes)
    within = np.arange(len(points)) - first[rank]
    at = heads[rank] + 1 + 2 * within + (within > 0)
    numbers[at], numbers[at + 1] = steps[:, 0], steps[:, 1]
    numbers[heads] = 9
    numbers[heads + 3] = ((sizes - 1) << 3) | 2
    if closed:
        numbers[ends - 1] = 15
    owners = feature_of_line[lines]
    last = np.r_[owners[1:] != owners[:-1], True]
    return numbers, ends[last], owners[last]


def _cut(numbers: Ints, ends: Ints, rows: Ints, kind: int) -> list[tuple[int, int, bytes]]:
    """Cut the varints of all features into one piece each."""
    found, byte_ends = varints(numbers)
    text = found.tobytes()
    stops = byte_ends[ends - 1].tolist()
    starts = [0, *stops[:-1]]
    return [
        (row, kind, text[start:stop])
        for row, start, stop in zip(rows.tolist(), starts, stops, strict=True)
    ]


def _tags(
    columns: Mapping[str, tuple[NDArray[Any], NDArray[Any]]], rows: Ints
) -> tuple[list[bytes], list[bytes]]:
    """Give each feature's pairs of key and value, and the values; equal ones stand once."""
    pairs = np.full((len(rows), 2 * len(columns)), -1, dtype=np.int64)
    values: list[bytes] = []
    for key, (column, missing) in enumerate(columns.values()):
        there = np.flatnonzero(~missing[rows])
        if not len(there):
            continue
        found, which = np.unique(column[rows[there]], return_inverse=True)
        pairs[there, 2 * key] = key
        pairs[there, 2 * key + 1] = which.reshape(-1) + len(values)
        values += [_value(value) for value in found.tolist()]
    given = pairs >= 0
    counts = np.cumsum(given.sum(axis=1))
    found_bytes, ends = varints(pairs[given])
    stops = np.r_[0, ends][counts].tolist()
    text = found_bytes.tobytes()
    return [text[a:b] for a, b in zip([0, *stops[:-1]], stops, strict=True)], values


def _value(value: object) -> bytes:
    if isinstance(value, bool):
        return b"\x38" + (b"\x01" if value else b"\x00")
    if isinstance(value, float):
        if value.is_integer() and 0 <= value < 2**53:
            return b"\x28" + _varint(int(value))
        return b"\x19" + struct.pack("<d", value)
    return _bytes(1, str(value).encode())


def _bytes(number: int, content: bytes) -> bytes:
    return _SHORT[number << 3 | 2] + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    if number < 128:
        return _SHORT[number]
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)
