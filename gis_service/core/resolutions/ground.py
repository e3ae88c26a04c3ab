"""What a resolution works on: a layer, what the checks read of it, and the policy."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gis_service.core.topology import Objects, Topology
from gis_service.model.policy import DEFAULT_POLICY, Policy


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """A layer with its topology, so that several resolutions share one pass.

    Attributes
    ----------
    layer
        Index: code; geometry in a metric CRS.
    topology
        The layer on the 1 mm grid.
    stored
        The layer's geometries as they are stored, bit for bit.
    policy
        Sliver width and least area of findings.
    allowed
        What is allowed and therefore left as it is, see `checks.allowing`; None without a list.
    """

    layer: gpd.GeoDataFrame
    topology: Topology
    stored: Objects
    policy: Policy = DEFAULT_POLICY
    allowed: pd.DataFrame | None = None

    @classmethod
    def of(
        cls,
        layer: gpd.GeoDataFrame,
        *,
        topology: Topology | None = None,
        policy: Policy = DEFAULT_POLICY,
        allowed: pd.DataFrame | None = None,
    ) -> Ground:
        """Read ``layer``; raises `CrsError` when its CRS is missing or not metric."""
        return cls(
            layer=layer,
            topology=topology or Topology.of(layer),
            stored=np.asarray(layer.geometry.array, dtype=object),
            policy=policy,
            allowed=allowed,
        )
