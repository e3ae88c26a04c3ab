"""The slow, plain oracle: walking written from the definition, one origin at a time, with heapq."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

UM = 1_000_000


@dataclass
class Plain:
    """A network of straight edges; ``costs[(u, v)]`` is what walking from u to v along it costs."""

    xy: list[tuple[float, float]]
    costs: dict[tuple[int, int], int]
    rows: dict[tuple[int, int], int]
    limit_m: float

    @classmethod
    def of(
        cls,
        nodes: Any,
        edges: Any,
        lengths: Any,
        *,
        oneway: Any = None,
        stairs: Any = None,
        factor: float = 3.0,
        limit_m: float = 500.0,
    ) -> Plain:
        xy = [(float(x), float(y)) for x, y in nodes]
        costs: dict[tuple[int, int], int] = {}
        rows: dict[tuple[int, int], int] = {}
        for row, (u, v) in enumerate(edges):
            if u == v:
                continue
            steep = factor if stairs is not None and stairs[row] else 1.0
            cost = int(np.rint(lengths[row] * steep * UM))
            costs[u, v] = min(costs.get((u, v), cost), cost)
            if oneway is None or not oneway[row]:
                costs[v, u] = min(costs.get((v, u), cost), cost)
            if (v, u) not in rows:
                rows.setdefault((u, v), row)
        made = cls(xy, costs, rows, limit_m)
        made._keep_longest_part()
        return made

    def _keep_longest_part(self) -> None:
        beside: dict[int, set[int]] = {}
        for u, v in self.rows:
            beside.setdefault(u, set()).add(v)
            beside.setdefault(v, set()).add(u)
        parts, seen = [], set()
        for start in sorted(beside):
            if start in seen:
                continue
            part, queue = {start}, [start]
            while queue:
                for other in beside[queue.pop()] - part:
                    part.add(other)
                    queue.append(other)
            seen |= part
            length = sum(math.dist(self.xy[u], self.xy[v]) for u, v in self.rows if u in part)
            parts.append((round(length, 6), len(part), -start, part))
        kept = max(parts)[3]
        self.rows = {pair: row for pair, row in self.rows.items() if pair[0] in kept}
        self.costs = {pair: cost for pair, cost in self.costs.items() if pair[0] in kept}

    def snap(self, x: float, y: float) -> tuple[int, int, float, int] | None:
        """Give the edge's nodes, the share along it, the distance in µm; None beyond the limit."""
        found = []
        for (u, v), row in self.rows.items():
            (ax, ay), (bx, by) = self.xy[u], self.xy[v]
            square = (bx - ax) * (bx - ax) + (by - ay) * (by - ay)
            t = 0.0
            if square > 0:
                t = min(max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square, 0.0), 1.0)
            gap = np.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y)
            cost = min(c for c in (self.costs.get((u, v)), self.costs.get((v, u))) if c is not None)
            length = math.sqrt(square)
            if t * length < 1e-6:
                t = 0.0
            elif length - t * length < 1e-6:
                t = 1.0
            else:
                t = t * length / length
            found.append((int(np.rint(gap * UM)), cost, row, u, v, t))
        um, _, _, u, v, t = min(found)
        return None if um > round(self.limit_m * UM) else (u, v, t, um)

    def _ends(self, place: tuple[int, int, float, int], *, leaving: bool) -> dict[int, int]:
        u, v, t, _ = place
        ends = {}
        ahead, back = self.costs.get((u, v)), self.costs.get((v, u))
        to_u, to_v = (back, ahead) if leaving else (ahead, back)
        if to_u is not None:
            ends[u] = int(np.rint(t * to_u))
        if to_v is not None:
            ends[v] = to_v - int(np.rint(t * to_v))
        if t == 0.0:
            ends[u] = 0
        if t == 1.0:
            ends[v] = 0
        return ends

    def ways(self, origin: tuple[float, float], facilities: Any) -> list[int | None]:
        """Give the shortest way in µm from the origin to each facility; None where none is."""
        start = self.snap(*origin)
        if start is None:
            return [None] * len(facilities)
        beside: dict[int, list[tuple[int, int]]] = {}
        for (a, b), cost in self.costs.items():
            beside.setdefault(a, []).append((b, cost))
        best = dict(self._ends(start, leaving=True))
        queue = [(cost, node) for node, cost in best.items()]
        heapq.heapify(queue)
        while queue:
            cost, node = heapq.heappop(queue)
            if cost > best[node]:
                continue
            for other, step in beside.get(node, []):
                if cost + step < best.get(other, 1 << 62):
                    best[other] = cost + step
                    heapq.heappush(queue, (cost + step, other))
        return [self._way(origin, start, best, tuple(point)) for point in facilities]

    def _way(self, origin: Any, start: Any, best: dict[int, int], point: Any) -> int | None:
        stop = self.snap(*point)
        if stop is None:
            return None
        off = start[3] + stop[3]
        ways = [
            off + best[node] + cost
            for node, cost in self._ends(stop, leaving=False).items()
            if node in best
        ]
        if start[:2] == stop[:2]:
            u, v, here, _ = start
            there = stop[2]
            ahead, back = self.costs.get((u, v)), self.costs.get((v, u))
            if ahead is not None and here <= there:
                ways.append(off + int(np.rint(there * ahead)) - int(np.rint(here * ahead)))
            if back is not None and here >= there:
                ways.append(off + int(np.rint(here * back)) - int(np.rint(there * back)))
            if here == there:
                ways.append(off)
        straight = int(np.rint(np.hypot(point[0] - origin[0], point[1] - origin[1]) * UM))
        if straight <= off:
            ways.append(straight)
        return min(ways, default=None)
