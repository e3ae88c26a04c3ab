"""Proving a change of boundaries: what was to change has changed, and nothing else.

Everything is computed anew from the layer before and after, on what the checks read of both, so
that a mistake in making a change can't hide in its proof. Limits come from the 1 mm grid: a line
that is rounded to the grid, or gets a vertex of the grid, moves by less than 1 mm, so an area may
differ by 1 mm times the length of the lines concerned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_service.core.checks import run_checks
from gis_service.core.topology import GRID_M, Objects, Topology, polygonal
from gis_service.model.findings import Finding
from gis_service.model.policy import Policy
from gis_service.model.proposals import Change, ProofCheck
from gis_service.model.text import Text

NEAR_M = 3 * GRID_M
"""What lies nearer to the land than this belongs to it."""

OF_THE_WHOLE = ("street",)
"""Checks whose answer in a neighbourhood says nothing: the rest of a street lies elsewhere."""

TITLES = {
    "kept": Text("失去全部土地的社区数", "communities that lose all their land"),
    "valid": Text("结果中无效的边界数", "invalid boundaries in the outcome"),
    "untouched": Text("别处被移动的坐标数", "coordinates moved elsewhere"),
    "areas": Text("面积与得失不符（m²）", "areas that don't match gains and losses (m²)"),
    "union": Text("总范围的面积变化（m²）", "change of the union's area (m²)"),
    "claimed_once": Text(
        "仍无人或多方认领的土地（m²）", "land still not claimed exactly once (m²)"
    ),
    "shared": Text("相邻社区未共用的边（m）", "lines that neighbours don't share exactly (m)"),
    "gone": Text("该处仍存在的问题数", "findings still there"),
    "nothing_new": Text("新出现的问题数", "new findings nearby"),
}


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was verified, and what the checks see in the neighbourhood before and after."""

    checks: tuple[ProofCheck, ...]
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    balance_m2: float


def failures(checks: Iterable[ProofCheck]) -> list[ProofCheck]:
    """Give the checks that do not hold."""
    return [check for check in checks if not check.ok]


def prove(
    layer: gpd.GeoDataFrame,
    *,
    topology: Topology,
    policy: Policy,
    lands: Objects,
    changes: tuple[Change, ...],
    bent_m: float,
    filled_m2: float,
) -> Proof:
    """Verify that ``changes`` resolve ``lands`` and touch nothing else.

    Parameters
    ----------
    layer, topology
        The layer before, and what the checks read of it.
    policy
        What counts as a finding.
    lands
        Polygons that must be claimed exactly once afterwards.
    changes
        Communities before and after, in stored coordinates.
    bent_m
        Length of edges that got a vertex, metres.
    filled_m2
        Land that nobody claimed before and somebody claims after.
    """
    rows = neighbourhood(topology, lands, changes)
    before = layer.iloc[rows]
    after = changed(before, changes, rows=rows)
    after_topology = Topology.of(after)
    grid_m2 = GRID_M * (bent_m + float(shapely.length(lands).sum())) + 1e-6
    found_before, found_after = (
        [
            finding
            for finding in run_checks(part, policy=policy)
            if finding.check not in OF_THE_WHOLE
        ]
        for part in (before, after)
    )
    old_union, new_union = (
        shapely.union_all(usable[~shapely.is_missing(usable)])
        for usable in (topology.usable[rows], after_topology.usable)
    )
    balance = float(shapely.area(new_union) - shapely.area(old_union)) - filled_m2
    moved = np.flatnonzero(np.isin(rows, [change.row for change in changes]))
    values: dict[str, tuple[float, float]] = {
        "kept": (sum(not shapely.area(change.after) > 0 for change in changes), 0),
        "valid": (int((after_topology.reasons[moved] != "").sum()), 0),
        "untouched": (sum(moved_elsewhere(change, lands) for change in changes), 0),
        "areas": (max((_mismatch(change) for change in changes), default=0.0), grid_m2),
        "union": (abs(balance), grid_m2),
        "claimed_once": (not_claimed_once(after_topology, lands), grid_m2),
        "shared": (unshared_m(topology.usable[rows], after_topology, lands=lands), 0),
        "gone": (sum(_still_there(finding, lands) for finding in found_after), 0),
        "nothing_new": (
            len(new_findings(found_before, found_after, usable=topology.usable[rows])),
            0,
        ),
    }
    return Proof(
        checks=tuple(
            ProofCheck(name=name, title=TITLES[name], value=float(value), limit=float(limit))
            for name, (value, limit) in values.items()
        ),
        before=tuple(found_before),
        after=tuple(found_after),
        balance_m2=balance,
    )


def neighbourhood(
    topology: Topology, lands: Objects, changes: tuple[Change, ...]
) -> NDArray[np.intp]:
    """Give the rows that a change concerns: the changed ones and those that touch them."""
    places = np.r_[lands, topology.usable[[change.row for change in changes]]]
    found = topology.tree.query(places, predicate="dwithin", distance=NEAR_M)[1]
    return np.asarray(np.unique(found))


def changed(
    layer: gpd.GeoDataFrame, changes: tuple[Change, ...], *, rows: NDArray[np.intp] | None = None
) -> gpd.GeoDataFrame:
    """Give a copy of ``layer`` with the changed geometries; ``rows`` are its rows' numbers."""
    geometries = np.asarray(layer.geometry.array, dtype=object).copy()
    at = np.array([change.row for change in changes], dtype=np.intp)
    if rows is not None:
        at = np.searchsorted(rows, at)
    geometries[at] = [change.after for change in changes]
    return layer.set_geometry(gpd.GeoSeries(geometries, index=layer.index, crs=layer.crs))


def moved_elsewhere(change: Change, lands: Objects) -> int:
    """Count coordinates away from the land that are gone, or new and not on the old line."""
    tree = shapely.STRtree(lands)
    gone = Counter(_away(_vertices(change.before), tree))
    new = Counter(_away(_vertices(change.after), tree))
    both = gone & new
    gone, new = gone - both, new - both
    if not new:
        return gone.total()
    line = shapely.boundary(change.before)
    off = shapely.distance(shapely.points(list(new)), line) > GRID_M
    return gone.total() + int(off.sum())


def not_claimed_once(topology: Topology, lands: Objects) -> float:
    """Measure the land (m²) that nobody, or more than one, claims."""
    land, row = topology.tree.query(lands, predicate="intersects")
    shares = shapely.intersection(lands[land], topology.usable[row])
    total = 0.0
    claimed = np.bincount(land, weights=shapely.area(shares), minlength=len(lands))
    for index in np.unique(np.r_[land, np.arange(len(lands))]):  # a few communities each
        covered = shapely.area(shapely.union_all(shares[land == index]))
        total += shapely.area(lands[index]) - covered + claimed[index] - covered
    return float(total)


def unshared_m(before: Objects, after: Topology, *, lands: Objects) -> float:
    """Measure the lines at the land that neighbours don't share exactly (`coverage_is_valid`).

    Lines at other faults of ``before`` (land on the grid), however thin, are left out.
    """
    sound = after.usable[(after.reasons == "") & ~shapely.is_missing(after.usable)]
    faulty = shapely.get_parts(shapely.coverage_invalid_edges(sound))
    xy, line = shapely.get_coordinates(faulty, return_index=True)
    follows = line[1:] == line[:-1]
    edges = shapely.linestrings(np.stack((xy[:-1][follows], xy[1:][follows]), axis=1))
    at = shapely.STRtree(lands).query(edges, predicate="dwithin", distance=NEAR_M)[0]
    edges = edges[np.unique(at)]
    if not len(edges):
        return 0.0
    around = shapely.union_all(lands).buffer(NEAR_M)
    known = np.r_[claimed_twice(before), enclosed(before)]
    rest = shapely.get_parts(shapely.difference(known, around))
    beside = shapely.STRtree(rest).query(edges, predicate="dwithin", distance=2 * NEAR_M)[0]
    return float(shapely.length(np.delete(edges, np.unique(beside))).sum())


def claimed_twice(usable: Objects) -> Objects:
    """Give all land that two of these communities claim, however thin."""
    usable = usable[~shapely.is_missing(usable)]
    one, other = shapely.STRtree(usable).query(usable, predicate="intersects")
    twice = shapely.intersection(usable[one[one < other]], usable[other[one < other]])
    return _present(polygonal(twice))


def enclosed(usable: Objects) -> Objects:
    """Give all land that these communities enclose and none claims, however thin."""
    union = shapely.union_all(usable[~shapely.is_missing(usable)])
    blocks = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(union)))
    return _present(polygonal(shapely.difference(blocks, union)))


def new_findings(before: list[Finding], after: list[Finding], *, usable: Objects) -> list[Finding]:
    """Give the findings that were not there: by place where they have an area, else by name.

    Land that ``usable`` (the communities before) claimed twice, or enclosed unclaimed, is not
    new, even where the piece was too small to be reported. Notes are left out: they are worth
    knowing, and stand in the proposal.
    """
    known = Counter((finding.check, finding.communities) for finding in before)
    places = {finding.geometry for finding in before if finding.area_m2 > 0}
    faulty: dict[bool, shapely.STRtree] = {}
    new = []
    for finding in after:
        named = (finding.check, finding.communities)
        if finding.severity == "note" or finding.geometry in places:
            continue
        if finding.area_m2 > 0 and finding.geometry is not None:
            gap = finding.check == "gap"
            if gap not in faulty:
                faulty[gap] = shapely.STRtree(enclosed(usable) if gap else claimed_twice(usable))
            tree = faulty[gap]
            old = shapely.union_all(tree.geometries[tree.query(finding.geometry)])
            rest = shapely.area(shapely.difference(finding.geometry, old))
            if rest > GRID_M * shapely.length(finding.geometry):
                new.append(finding)
        elif known[named] > 0:
            known[named] -= 1
        else:
            new.append(finding)
    return new


def _present(geometries: Objects) -> Objects:
    kept: Objects = geometries[~shapely.is_missing(geometries)]
    return kept


def _still_there(finding: Finding, lands: Objects) -> bool:
    if finding.check not in ("overlap", "enclave", "crossing", "gap"):
        return False
    common = shapely.area(shapely.intersection(lands, finding.geometry)).sum()
    return bool(common > GRID_M * shapely.length(finding.geometry))


def _mismatch(change: Change) -> float:
    grown = shapely.area(change.after) - shapely.area(change.before)
    return float(abs(grown - change.gained_m2 + change.lost_m2))


def _vertices(geometry: shapely.Geometry) -> NDArray[np.float64]:
    """Vertices of all rings, without the one that closes each."""
    rings = shapely.get_rings(shapely.get_parts(shapely.force_2d(geometry)))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return np.asarray(xy[:-1][ring[1:] == ring[:-1]])


def _away(xy: NDArray[np.float64], tree: shapely.STRtree) -> list[tuple[float, float]]:
    near = tree.query(shapely.points(xy), predicate="dwithin", distance=NEAR_M)[0]
    return [(x, y) for x, y in np.delete(xy, np.unique(near), axis=0).tolist()]
