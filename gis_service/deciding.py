"""Deciding findings from a program: propose, apply, undo; part of the public Python API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gis_service.model.policy import DEFAULT_POLICY, Policy

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry.base import BaseGeometry

    from gis_service.model.proposals import Proposal


def resolve(
    layer: gpd.GeoDataFrame,
    finding: str | pd.Series[Any],
    *,
    by: str,
    to: str | None = None,
    lines: BaseGeometry | None = None,
    owners: Iterable[tuple[float, float, str]] = (),
    until: str | None = None,
    outline: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
) -> Proposal:
    """Propose how to resolve one finding; nothing is changed until `apply`.

    Parameters
    ----------
    layer
        As `check` takes it.
    finding
        A row of what `check` returned, or a key; for a key the layer is checked again, with
        ``outline`` and ``policy`` as they were given to `check`.
    by
        ``award``, ``split``, ``median``, ``follow``, ``joint``, ``longest_border``, ``fill`` or
        ``clean``.
    to
        Code of the community that gets the land (award, fill).
    lines
        Lines in the layer's CRS (split, follow).
    owners
        x, y of a point in a piece and the code of who gets it (split).
    until
        Date until which the land stays claimed jointly (joint).

    Returns
    -------
    Proposal
        Each changed community before and after, who gains and loses how much, and the proof:
        nothing else moved, no new finding, areas balance.

    Raises
    ------
    NotFoundError
        When there is no such resolution.
    ResolutionError
        When the layer has no such finding, or it can't be resolved this way; it says why.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> import gis_service as gis
    >>> squares = [shapely.box(0, 0, 90, 90), shapely.box(70, 0, 200, 90)]
    >>> layer = gpd.GeoDataFrame(index=["A", "B"], geometry=squares, crs="EPSG:4547")
    >>> proposal = gis.resolve(layer, "overlap:A+B:1", by="award", to="B")
    >>> [(change.code, change.lost_m2) for change in proposal.changes], proposal.is_proven
    ([('A', 1800.0)], True)
    >>> len(gis.check(gis.apply(layer, proposal)))
    0
    """
    from gis_service.core.checks import run_checks
    from gis_service.core.checks.rows import finding_of, finding_with
    from gis_service.core.resolutions import ResolutionParams
    from gis_service.core.resolutions import resolve as propose

    policy = policy or DEFAULT_POLICY
    if isinstance(finding, str):
        chosen = finding_with(run_checks(layer, outline=outline, policy=policy), finding)
    else:
        chosen = finding_of(finding)
    params = ResolutionParams(to=to, lines=lines, owners=tuple(owners), until=until)
    return propose(layer, chosen, by=by, params=params, policy=policy)


def clean(
    layer: gpd.GeoDataFrame,
    outline: gpd.GeoDataFrame | None = None,
    policy: Policy | None = None,
    *,
    allowed: pd.DataFrame | None = None,
) -> Proposal:
    """Propose how to end all slivers of a layer at once; disputes stay for people.

    The parameters are those of `check`. What can't be cleaned stands in ``skipped``, with why.
    """
    from datetime import date

    from gis_service.core.checks.allowing import in_force
    from gis_service.core.resolutions import Ground
    from gis_service.core.resolutions import clean as propose

    listed = None if allowed is None else in_force(allowed, date.today().isoformat())
    ground = Ground.of(layer, policy=policy or DEFAULT_POLICY, allowed=listed)
    return propose(ground, outline=outline)


def apply(layer: gpd.GeoDataFrame, proposal: Proposal) -> gpd.GeoDataFrame:
    """Give the layer as it is after a proposal; all that it does not name stays bit for bit.

    Raises
    ------
    ResolutionError
        When the layer is no longer what the proposal was made for.
    """
    from gis_service.core.resolutions import apply_proposal

    return apply_proposal(layer, proposal)


def invert(proposal: Proposal) -> Proposal:
    """Give the proposal that undoes another: both sides of a shared line at once."""
    from gis_service.model.proposals import invert as inverted

    return inverted(proposal)
