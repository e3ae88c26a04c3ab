"""Applying a proposal to a layer."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gis_service.core.proof import changed
from gis_service.core.resolutions.refusal import refuse
from gis_service.model.proposals import Proposal


def apply_proposal(layer: gpd.GeoDataFrame, proposal: Proposal) -> gpd.GeoDataFrame:
    """Give a copy of ``layer`` in which the communities of ``proposal`` are as it says.

    Every other geometry is the same object. ``apply_proposal(…, invert(proposal))`` undoes it.

    Raises
    ------
    ResolutionError
        When the proposal is not proven, or a community is not (bit for bit) what it was when the
        proposal was made.
    """
    if not proposal.is_proven:
        refuse(
            "该方案未经证明，不能应用。",
            "The proposal is not proven, so it can't be applied.",
            reason="unproven",
        )
    geometries = np.asarray(layer.geometry.array, dtype=object)
    for change in proposal.changes:
        known = change.row < len(layer) and str(layer.index[change.row]) == change.code
        if not known or not shapely.equals_identical(geometries[change.row], change.before):
            refuse(
                f"社区 {change.code} 的边界在方案提出后已改变，不能再应用。请重新检查并提出方案。",
                f"The boundary of community {change.code} has changed since the proposal was "
                "made. Check the layer again and make a new proposal.",
                reason="stale-proposal",
                community=change.code,
            )
    return changed(layer, proposal.changes)
