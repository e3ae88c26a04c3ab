"""Duplicate: the same polygon twice.

Definition: two communities share at least 99.9 % of the land of both. Exact copies and copies
that were redrawn slightly are the same fault; `overlap` does not report them again.

Why it matters: everything inside is counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np
import shapely

from gis_service.core.checks.check import Check, CheckContext, numbered
from gis_service.core.checks.wording import labels, size
from gis_service.core.claims import Claimants
from gis_service.core.topology import Objects, Topology, polygonal
from gis_service.core.widths import inscribed_circles
from gis_service.model.findings import Finding
from gis_service.model.text import Text

SAME_SHARE = 0.999
"""Common share of the land of both from which two polygons are the same one."""


def same_polygons(topology: Topology) -> set[tuple[int, int]]:
    """Give the pairs of rows (i < j) that are one polygon twice."""
    shared: defaultdict[tuple[int, int], float] = defaultdict(float)
    lands, claimants = topology.claimed
    for area, owners in zip(shapely.area(lands).tolist(), claimants, strict=True):
        for pair in combinations(sorted(owners), 2):
            shared[pair] += area
    pairs = np.array(list(shared), dtype=np.intp).reshape(-1, 2)
    largest = shapely.area(topology.usable[pairs]).max(axis=1)
    likely = pairs[2 * np.array(list(shared.values())) > largest].tolist()
    return {(i, j) for i, j in likely if shared[i, j] >= _least_common(topology, [i, j])}


def _least_common(topology: Topology, rows: list[int]) -> float:
    """Give the area that two polygons share at least when they are one.

    Two digitisations of one rim leave a strip between them.
    """
    strip = topology.slack_m * shapely.length(topology.usable[rows]).max()
    return float(SAME_SHARE * shapely.area(topology.usable[rows]).max() - strip)


def all_same(owners: Claimants, same: set[tuple[int, int]]) -> bool:
    """Tell whether all claimants of a piece are the same polygon."""
    return all(pair in same for pair in combinations(sorted(owners), 2))


def find_duplicates(topology: Topology, _context: CheckContext) -> list[Finding]:
    """Find pairs of rows that are the same polygon; the geometry is what they share."""
    pairs = np.array(sorted(same_polygons(topology)), dtype=np.intp).reshape(-1, 2)
    if not len(pairs):
        return []
    land = _common(topology, pairs.tolist())
    points, _ = inscribed_circles(land)
    return numbered(
        _finding(topology, rows=topology.ordered(pair), land=shared, point=(x, y))
        for pair, shared, (x, y) in zip(pairs.tolist(), land, points.tolist(), strict=True)
    )


def _common(topology: Topology, pairs: list[list[int]]) -> Objects:
    """Give the land that each pair claims."""
    pieces: dict[tuple[int, int], list[shapely.Geometry]] = {(i, j): [] for i, j in pairs}
    for land, owners in zip(*topology.claimed, strict=True):
        for pair in combinations(sorted(owners), 2):
            if pair in pieces:
                pieces[pair].append(land)
    whole = [found[0] if len(found) == 1 else shapely.union_all(found) for found in pieces.values()]
    result = np.empty(len(whole), dtype=object)
    result[:] = whole
    return polygonal(result)


def _finding(
    topology: Topology, *, rows: list[int], land: shapely.Geometry, point: tuple[float, float]
) -> Finding:
    who, how = labels(topology, rows), size(shapely.area(land))
    lines = sorted(int(topology.rows[row]) for row in rows)
    return Finding(
        key="",
        check="duplicate",
        severity="error",
        communities=tuple(topology.codes[row] for row in rows),
        geometry=land,
        point=point,
        area_m2=float(shapely.area(land)),
        width_m=None,
        text=Text(
            f"{who.zh} 是同一个多边形（第 {lines[0]} 行与第 {lines[1]} 行，{how.zh}）。"
            "请删除多余的一行，或换上正确的范围。",
            f"{who.en} are the same polygon (rows {lines[0]} and {lines[1]}, {how.en}). "
            "Delete the superfluous row or put in the right area.",
        ),
    )


DUPLICATE = Check(name="duplicate", title=Text("重复面", "duplicate"), find=find_duplicates)
