"""The shelf of checks: topology → findings.

A check is one file that defines a `Check`, one line in `CHECKS` and one test file. Bad data in a
survey becomes a finding; it never raises, and the rest is still checked.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd

from gis_service.core.checks.attribute import ATTRIBUTE
from gis_service.core.checks.check import Check, CheckContext
from gis_service.core.checks.crossing import CROSSING
from gis_service.core.checks.detached import DETACHED
from gis_service.core.checks.duplicate import DUPLICATE
from gis_service.core.checks.edge_mismatch import EDGE_MISMATCH
from gis_service.core.checks.enclave import ENCLAVE, without_enclaves
from gis_service.core.checks.gap import GAP
from gis_service.core.checks.geometry import GEOMETRY
from gis_service.core.checks.outside import OUTSIDE
from gis_service.core.checks.overlap import OVERLAP
from gis_service.core.checks.rechecking import Known, recheck
from gis_service.core.checks.run import findings_frame, run
from gis_service.core.checks.self_crossing import SELF_CROSSING
from gis_service.core.checks.street import STREET
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.progress import Progress, silent
from gis_service.registry import Registry

__all__ = [
    "CHECKS",
    "Check",
    "CheckContext",
    "Known",
    "check_again",
    "findings_frame",
    "run_checks",
]

CHECKS: Registry[Check] = Registry(
    "check",
    [
        (check.name, check)
        for check in (
            without_enclaves(OVERLAP),
            GAP,
            OUTSIDE,
            CROSSING,
            EDGE_MISMATCH,
            DUPLICATE,
            ENCLAVE,
            DETACHED,
            SELF_CROSSING,
            GEOMETRY,
            STREET,
            ATTRIBUTE,
        )
    ],
)
"""Every check by name, in the order in which they run."""


def check_again(known: Known, layer: gpd.GeoDataFrame, changed: Sequence[int]) -> list[Finding]:
    """Give the findings of a layer that differs from a known one in a few rows; see `rechecking`.

    Examples
    --------
    >>> import shapely
    >>> from gis_service.core.topology import Topology
    >>> before = gpd.GeoDataFrame(index=["A", "B"], crs="EPSG:4547", geometry=[
    ...     shapely.box(0, 0, 9, 9), shapely.box(8, 0, 20, 9)])
    >>> known = Known.of(Topology.of(before), run_checks(before))
    >>> after = before.set_geometry([shapely.box(0, 0, 8, 9), shapely.box(8, 0, 20, 9)])
    >>> [f.key for f in known.findings], check_again(known, after, [0])
    (['overlap:A+B:1'], [])
    """
    return recheck(list(CHECKS.values()), known, layer, changed)


def run_checks(
    layer: gpd.GeoDataFrame,
    *,
    outline: gpd.GeoDataFrame | None = None,
    streets: gpd.GeoDataFrame | None = None,
    policy: Policy = DEFAULT_POLICY,
    progress: Progress = silent,
) -> list[Finding]:
    """Find every fault of a layer of communities.

    Parameters
    ----------
    layer
        Index: code (may repeat or be empty); columns name, street, row where there are any;
        geometry in a metric CRS. It is not changed.
    outline
        Land of the district, in the layer's CRS. Without it, gaps are only looked for inside the
        union of the communities, and nothing is outside the district.
    streets
        Outlines of the streets (column street or name) in the layer's CRS: then land beyond the
        own street, and streets that don't match their communities, are found, too.
    policy
        Sliver width and survey tolerance (metres), least area (m²).
    progress
        Told the share done and which check runs.

    Returns
    -------
    list of Finding
        Disputes first, then errors, slivers and notes; in each the largest first. Keys are unique
        and the same for any order of the rows.

    Raises
    ------
    CrsError
        When the layer's CRS is missing or in degrees, or the outline's differs.
    InputError
        When the outline holds no polygon.

    Examples
    --------
    >>> import shapely
    >>> squares = ["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "POLYGON ((8 0, 20 0, 20 9, 8 9, 8 0))"]
    >>> layer = gpd.GeoDataFrame(index=["A", "B"], geometry=shapely.from_wkt(squares),
    ...                          crs="EPSG:4547")
    >>> [(f.key, f.severity, f.area_m2) for f in run_checks(layer)]
    [('overlap:A+B:1', 'dispute', 9.0)]
    """
    return run(CHECKS, layer, outline=outline, streets=streets, policy=policy, progress=progress)
