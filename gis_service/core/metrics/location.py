"""In which community a facility lies, and which it may count for when that is not certain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.metrics.directory import Directory
from gis_service.core.topology import Objects, Topology, on_grid, require_same_crs

LocationKind = Literal["inside", "disputed_land", "on_the_line", "recorded_elsewhere", "outside"]


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where one facility lies. Communities are positions in the layer, from 0.

    Attributes
    ----------
    id
        Id in the register.
    kind
        ``inside`` (in one community, and the register does not say otherwise),
        ``disputed_land`` (in the overlap of several), ``on_the_line`` (on the shared line of
        several, inside none), ``recorded_elsewhere`` (in one, but the register names another),
        ``outside`` (in none, or without a usable point).
    lies_in
        Communities that hold the point; those that it touches when on the line.
    declared
        Community that the register names, None when it names none that the layer has.
    recorded
        What the register says, as text.
    base
        Community for which it counts for now: where it lies; in disputed land and on the line
        the declared one if it is among them, otherwise None.
    candidates
        Communities for which it may count in the end, sorted; just ``base`` when ``inside``.
    """

    id: str
    kind: LocationKind
    lies_in: tuple[int, ...]
    declared: int | None
    recorded: str
    base: int | None
    candidates: tuple[int, ...]

    @property
    def outcomes(self) -> tuple[int | None, ...]:
        """What it may count for in the end: the candidates, and what it counts for now."""
        return self.candidates if self.base in self.candidates else (*self.candidates, self.base)


def locate(topology: Topology, facilities: gpd.GeoDataFrame) -> list[Location]:
    """Say of each facility in which communities it lies, in the order of ``facilities``.

    Points and communities are compared on the 1 mm grid; a geometry that is no point counts by a
    point inside it.

    Raises
    ------
    CrsError
        When the facilities are in another CRS than the communities.
    """
    require_same_crs(facilities, topology.crs, what=("设施图层", "facilities"))
    directory = Directory.of(topology)
    points = facility_points(facilities)
    inside, touched = _holders(topology, points)
    ids = [str(value) for value in facilities.index]
    said = zip(
        _column(facilities, "community"),
        _column(facilities, "community_name"),
        _column(facilities, "street"),
        strict=True,
    )
    return [
        _location(ids[at], directory, inside=inside[at], touched=touched[at], said=what)
        for at, what in enumerate(said)
    ]


def facility_points(facilities: gpd.GeoDataFrame) -> Objects:
    """Give one point a facility on the grid; None where there is no usable one."""
    geometries, finite = on_grid(np.asarray(facilities.geometry.array, dtype=object))
    usable = finite & ~shapely.is_missing(geometries) & ~shapely.is_empty(geometries)
    points = np.full(len(geometries), None, dtype=object)
    points[usable] = geometries[usable]
    shapes = usable & (shapely.get_type_id(geometries) != 0)
    points[shapes] = shapely.point_on_surface(geometries[shapes])
    return points


def _holders(topology: Topology, points: Objects) -> tuple[list[list[int]], list[list[int]]]:
    """For each point, the rows that hold it in their interior and those it touches."""
    inside: list[list[int]] = [[] for _ in points]
    touched: list[list[int]] = [[] for _ in points]
    at, row = topology.tree.query(points, predicate="intersects")
    within = shapely.contains(topology.usable[row], points[at])
    for point, community, holds in zip(at.tolist(), row.tolist(), within.tolist(), strict=True):
        (inside if holds else touched)[point].append(community)
    return inside, touched


def _location(
    identity: str,
    directory: Directory,
    *,
    inside: list[int],
    touched: list[int],
    said: tuple[str, str, str],
) -> Location:
    holders = inside or touched
    declared = _declared(directory, said, holders=holders)
    kind: LocationKind = "inside"
    base: int | None = holders[0] if len(holders) == 1 else None
    candidates = {*holders}
    if len(holders) > 1:
        kind = "disputed_land" if inside else "on_the_line"
        base = declared if declared in candidates else None
    elif not holders:
        kind = "outside"
        candidates = set() if declared is None else {declared}
    elif declared is not None and declared != base:
        kind = "recorded_elsewhere"
        candidates.add(declared)
    code, name, _ = said
    return Location(
        id=identity,
        kind=kind,
        lies_in=tuple(sorted(holders)),
        declared=declared,
        recorded=code or name,
        base=base,
        candidates=tuple(sorted(candidates)),
    )


def _declared(
    directory: Directory, said: tuple[str, str, str], *, holders: Iterable[int]
) -> int | None:
    code, name, street = said
    rows = directory.with_code(code)
    if len(rows) == 1:
        return rows[0]
    called = directory.called(name, street=street)
    if not rows or called in rows:
        return called
    here = [row for row in rows if row in holders]  # a repeated code: the one where it lies
    return here[0] if len(here) == 1 else None


def _column(frame: gpd.GeoDataFrame, name: str) -> Iterator[str]:
    values: Iterable[Any] = frame[name] if name in frame else [""] * len(frame)
    for value in values:
        yield "" if value is None or value != value else str(value).strip()
