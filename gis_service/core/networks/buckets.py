"""The shortest way from every node to the nearest of many facilities, by a ring of buckets.

Nodes wait in buckets by their way so far, each bucket as wide as half a middling edge. A bucket is
emptied again and again until nothing in it gets shorter (Dial's queue, made coarse): with many
starts this moves fewer bytes than a heap does. The answer is the same to the micrometre; of
facilities equally near the first is kept.
"""

from __future__ import annotations

import numpy as np

from gis_service.core.compiled import compiled

_MOST_BUCKETS = 4096


@compiled
def _take_out(head, after, before, where, node):  # type: ignore[no-untyped-def]
    if before[node] >= 0:
        after[before[node]] = after[node]
    else:
        head[where[node]] = after[node]
    if after[node] >= 0:
        before[after[node]] = before[node]
    where[node] = -1


@compiled
def _put_in(head, after, before, where, node, bucket):  # type: ignore[no-untyped-def]
    after[node], before[node], where[node] = head[bucket], -1, bucket
    if head[bucket] >= 0:
        before[head[bucket]] = node
    head[bucket] = node


@compiled
def spread(starts, tails, costs, ends, edge, off, begin, end, limit, way, owner):  # type: ignore[no-untyped-def]
    """Fill ``way`` and ``owner`` of the nodes; they come as longest of all and -1."""
    nodes = len(way)
    longest, total = 1, 0
    for k in range(len(costs)):
        longest = max(longest, costs[k])
        total += costs[k]
    width = max(total // max(2 * len(costs), 1), longest // (_MOST_BUCKETS - 2), 1)
    seeds = 0
    first = -1
    for f in range(len(edge)):
        if edge[f] >= 0:
            furthest = off[f] + max(begin[f], end[f])
            seeds = max(seeds, furthest)
            nearest = off[f] + max(min(begin[f], end[f]), 0)
            if first < 0 or nearest < first:
                first = nearest
    if first < 0:
        return
    # A ring of buckets must hold all keys that wait at once: starts lie up to this far apart.
    width = max(width, (seeds - first) // (_MOST_BUCKETS - 2))
    ring = max(longest, seeds - first) // width + 3
    head = np.full(ring, -1, np.int32)
    after, before = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    where = np.full(nodes, -1, np.int32)
    waiting = 0
    for f in range(len(edge)):
        if edge[f] < 0:
            continue
        for side in range(2):
            cost = begin[f] if side == 0 else end[f]
            node = ends[edge[f], side]
            if cost < 0 or off[f] + cost > limit or off[f] + cost >= way[node]:
                continue
            if where[node] >= 0:
                _take_out(head, after, before, where, node)
                waiting -= 1
            way[node], owner[node] = off[f] + cost, f
            _put_in(head, after, before, where, node, (way[node] // width) % ring)
            waiting += 1
    bucket = first // width
    while waiting > 0:
        at = bucket % ring
        while head[at] >= 0:
            node = head[at]
            _take_out(head, after, before, where, node)
            waiting -= 1
            for k in range(starts[node], starts[node + 1]):
                other, cost = tails[k], way[node] + costs[k]
                if cost > limit or cost > way[other]:
                    continue
                if cost == way[other] and owner[node] >= owner[other]:
                    continue
                way[other], owner[other] = cost, owner[node]
                if where[other] >= 0:
                    _take_out(head, after, before, where, other)
                    waiting -= 1
                _put_in(head, after, before, where, other, (cost // width) % ring)
                waiting += 1
        bucket += 1
