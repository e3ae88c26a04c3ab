"""A heap of numbered items whose keys may fall: the queue of the shortest-way searches.

An item is in the heap at most once, so the arrays never grow: ``slot[item]`` is its place, -1 when
it is not in. Four children a place keep the tree flat.
"""

from __future__ import annotations

from gis_service.core.compiled import compiled


@compiled
def push(keys, items, slot, size, item, key):  # type: ignore[no-untyped-def]
    """Put an item in, or lower its key; return the new size."""
    at = slot[item]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        parent = (at - 1) >> 2
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        items[at] = items[parent]
        slot[items[at]] = at
        at = parent
    keys[at] = key
    items[at] = item
    slot[item] = at
    return size


@compiled
def pop(keys, items, slot, size):  # type: ignore[no-untyped-def]
    """Take out the first item (read ``items[0]`` before); return the new size."""
    slot[items[0]] = -1
    size -= 1
    if size == 0:
        return size
    key, item = keys[size], items[size]
    at = 0
    while True:
        first = 4 * at + 1
        if first >= size:
            break
        least = first
        for child in range(first + 1, min(first + 4, size)):
            if keys[child] < keys[least]:
                least = child
        if keys[least] >= key:
            break
        keys[at] = keys[least]
        items[at] = items[least]
        slot[items[at]] = at
        at = least
    keys[at] = key
    items[at] = item
    slot[item] = at
    return size
