"""The overview: the figures and rows of the dashboard, read in one go."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gis_service.model.coverage import CoverageReport
from gis_service.model.versions import BoundaryVersion
from gis_service.services import geojson
from gis_service.services.layers import LAYERS
from gis_service.services.snapshots import Snapshot, Snapshots

Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The district at a glance.

    Attributes
    ----------
    version, is_sample
        The boundary version, and whether any part of the data is demonstration data.
    communities, streets, area_m2
        How many, and the sum of the communities' planar areas.
    disputes, slivers, errors, notes
        Findings by severity; ``…_area_m2`` is the sum of their areas.
    counts
        Findings by check.
    facilities
        Kind → state → how many.
    coverage
        The report under the stored policy.
    community_rows, finding_rows, facility_rows
        The properties of the collections, each with ``point`` ([lon, lat] or None).
    as_of
        What was asked for, where a past state was; None for the newest.
    """

    version: BoundaryVersion
    is_sample: bool
    communities: int
    streets: int
    area_m2: float
    disputes: int
    disputes_area_m2: float
    slivers: int
    slivers_area_m2: float
    errors: int
    notes: int
    counts: dict[str, int]
    facilities: dict[str, dict[str, int]]
    coverage: CoverageReport
    community_rows: Rows
    finding_rows: Rows
    facility_rows: Rows
    as_of: str | None = None


KEPT = 4
"""Overviews in memory: of the newest state, of one that is about to be served, and of the past."""


class OverviewReader:
    """Reads the overview once per state of the database."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._lock = threading.Lock()
        self._held: list[tuple[Snapshot, Overview]] = []
        snapshots.before_serving(self._made)

    def read(self, *, as_of: str | None = None) -> Overview:
        """Give the overview of the newest state, or of a past one; see `Snapshots.at`.

        Raises
        ------
        NotFoundError
            Before the first import of boundaries.
        """
        made = self._made(self._snapshots.at(as_of))
        return made if as_of is None else replace(made, as_of=as_of)

    def _made(self, snapshot: Snapshot) -> Overview:
        for known, made in self._held:
            if known is snapshot:
                return made
        with self._lock:
            for known, made in self._held:
                if known is snapshot:
                    return made
            made = overview_of(snapshot)
            self._held = [(snapshot, made), *self._held][:KEPT]
            return made


def overview_of(snapshot: Snapshot) -> Overview:
    """Compute the overview of one state."""
    version = snapshot.boundary_version()
    communities = rows_of(LAYERS["communities"].build(snapshot))
    severities = Counter(finding.severity for finding in snapshot.findings)
    facilities: dict[str, dict[str, int]] = {}
    for kind, status in zip(
        snapshot.facilities["kind"], snapshot.facilities["status"], strict=True
    ):
        of_kind = facilities.setdefault(str(kind), {})
        of_kind[str(status)] = of_kind.get(str(status), 0) + 1
    return Overview(
        version=version,
        is_sample=snapshot.is_sample,
        communities=len(communities),
        streets=len({row["street"] for row in communities} - {""}),
        area_m2=float(np.nansum(shapely.area(snapshot.communities.geometry.to_numpy()))),
        disputes=severities["dispute"],
        disputes_area_m2=_area(snapshot, "dispute"),
        slivers=severities["sliver"],
        slivers_area_m2=_area(snapshot, "sliver"),
        errors=severities["error"],
        notes=severities["note"],
        counts=dict(Counter(finding.check for finding in snapshot.findings)),
        facilities=facilities,
        coverage=snapshot.report(),
        community_rows=communities,
        finding_rows=rows_of(LAYERS["findings"].build(snapshot)),
        facility_rows=rows_of(LAYERS["facilities"].build(snapshot)),
    )


def rows_of(frame: gpd.GeoDataFrame) -> Rows:
    """Give a layer's properties as plain dicts with ``point``, a place inside each shape."""
    shapes = frame.geometry.to_numpy()
    places = frame["point"].to_numpy() if "point" in frame else shapely.point_on_surface(shapes)
    points = geojson.positions(geojson.publish(np.asarray(places, dtype=object), frame.crs))
    kept = frame.drop(columns=["geometry", "point"], errors="ignore")
    return tuple(
        {name: geojson.plain(value) for name, value in row.items()} | {"point": point}
        for row, point in zip(kept.to_dict("records"), points, strict=True)
    )


def _area(snapshot: Snapshot, severity: str) -> float:
    return float(sum(f.area_m2 for f in snapshot.findings if f.severity == severity))
