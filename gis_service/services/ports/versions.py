"""Who is told of a new boundary version, within the transaction that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import geopandas as gpd

from gis_service.model.findings import Finding
from gis_service.model.versions import BoundaryVersion

if TYPE_CHECKING:
    from gis_service.services.ports import UnitOfWork


class VersionFollower(Protocol):
    """Keeps something in step with the boundary versions, for example the cases."""

    def follow(
        self,
        unit: UnitOfWork,
        *,
        before: BoundaryVersion | None,
        after: BoundaryVersion,
        layer: gpd.GeoDataFrame,
        findings: list[Finding],
        outline: gpd.GeoDataFrame | None,
        author: str,
        reason: str,
    ) -> None:
        """Take note of version ``after``; an error undoes the version too.

        Parameters
        ----------
        unit
            The transaction that writes the version. A follower writes through it and never
            records a change of its own: the version's entry in the audit trail stands for both.
        before, after
            The version that held until now (None for the first), and the new one.
        layer, findings, outline
            What the new version holds, in its CRS.
        author, reason
            Who made it, and why.
        """
