"""The shelf of resolutions: ground + finding + parameters → proposal.

A resolution is one file that defines a `Resolution`, one line in `RESOLUTIONS` and one test file.
It is pure: nothing is changed or written; `apply_proposal` gives the layer as it would be.
"""

from __future__ import annotations

import geopandas as gpd

from gis_service.core.resolutions.applying import apply_proposal
from gis_service.core.resolutions.award import AWARD
from gis_service.core.resolutions.clean import CLEAN, clean
from gis_service.core.resolutions.fill import FILL
from gis_service.core.resolutions.follow import FOLLOW
from gis_service.core.resolutions.ground import Ground
from gis_service.core.resolutions.joint import JOINT
from gis_service.core.resolutions.longest_border import LONGEST_BORDER
from gis_service.core.resolutions.median import MEDIAN
from gis_service.core.resolutions.resolution import Resolution, ResolutionParams
from gis_service.core.resolutions.rounds import Outcome, resolve_all
from gis_service.core.resolutions.split import SPLIT
from gis_service.core.topology import Topology
from gis_service.model.findings import Finding
from gis_service.model.policy import DEFAULT_POLICY, Policy
from gis_service.model.proposals import Proposal, invert
from gis_service.registry import Registry

__all__ = [
    "RESOLUTIONS",
    "Ground",
    "Outcome",
    "Resolution",
    "ResolutionParams",
    "apply_proposal",
    "clean",
    "invert",
    "resolve",
    "resolve_all",
]

RESOLUTIONS: Registry[Resolution] = Registry(
    "resolution",
    [
        (resolution.name, resolution)
        for resolution in (AWARD, SPLIT, MEDIAN, FOLLOW, JOINT, LONGEST_BORDER, FILL, CLEAN)
    ],
)
"""Every resolution by name."""


def resolve(
    layer: gpd.GeoDataFrame,
    finding: Finding,
    *,
    by: str,
    params: ResolutionParams | None = None,
    policy: Policy = DEFAULT_POLICY,
    topology: Topology | None = None,
) -> Proposal:
    """Propose how to resolve one finding of a layer.

    Parameters
    ----------
    layer
        As `checks.run_checks` takes it; it is not changed.
    finding
        One of what the checks found in this layer.
    by
        Name on the shelf `RESOLUTIONS`.
    params
        What the resolution needs: who gets the land, lines, a date.
    policy
        What counts as a finding.
    topology
        ``Topology.of(layer)``, where the caller has it.

    Raises
    ------
    NotFoundError
        When there is no such resolution.
    ResolutionError
        When the resolution does not fit, or its outcome can't be proven; it says why.

    Examples
    --------
    >>> import shapely
    >>> from gis_service.core.checks import run_checks
    >>> squares = ["POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0))", "POLYGON ((7 0, 20 0, 20 9, 7 9, 7 0))"]
    >>> layer = gpd.GeoDataFrame(index=["A", "B"], geometry=shapely.from_wkt(squares),
    ...                          crs="EPSG:4547")
    >>> (finding,) = run_checks(layer)
    >>> proposal = resolve(layer, finding, by="median")
    >>> [(c.code, c.lost_m2) for c in proposal.changes], proposal.is_proven
    ([('A', 9.0), ('B', 9.0)], True)
    >>> run_checks(apply_proposal(layer, proposal))
    []
    """
    ground = Ground.of(layer, topology=topology, policy=policy)
    return RESOLUTIONS.find(by).propose(ground, finding, params or ResolutionParams())
