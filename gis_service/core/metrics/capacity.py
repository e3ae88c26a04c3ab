"""Places and beds per 1,000 elders; by street the beds are the office's bed indicator."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gis_service.core.metrics.floating import decay, two_step_fca
from gis_service.core.metrics.tables import Tables, by_community, measures

PER = 1000.0
PARTS = ("places", "beds")


def capacity_ratio(tables: Tables) -> pd.DataFrame:
    """Give capacity per 1,000 elders: parts ``places`` and ``beds``.

    Numerator: capacity of the facilities in the community (one without a figure adds nothing);
    denominator: the community's elders by the population table (unknown: none).
    """
    elders = tables.communities["elders"].astype(float).fillna(0.0)
    place = tables.facilities["community"]
    frames = []
    for part in PARTS:
        amount = tables.facilities[part].astype(float).fillna(0.0)
        inside = amount[place.notna()].groupby(place[place.notna()].astype(str)).sum()
        frames.append(measures(tables, numerator=inside, denominator=elders, part=part, factor=PER))
    return pd.concat(frames, ignore_index=True)


def floating_access(tables: Tables, *, cutoff_s: float, decay_name: str = "none") -> pd.DataFrame:
    """Give the places that elders can count on (2SFCA, with a decay E2SFCA), per elder.

    Numerator: Σ access × elders, the places that fall to a community's elders; denominator: its
    elders. The district's numerator is the supply of all facilities that have elders in reach,
    but for elders who live in no community.
    """
    demand = tables.demand.astype(float)
    access = access_of(tables, cutoff_s=cutoff_s, decay_name=decay_name)
    return measures(
        tables,
        numerator=by_community(tables, access * demand),
        denominator=by_community(tables, demand),
    )


def access_of(tables: Tables, *, cutoff_s: float, decay_name: str) -> pd.Series[Any]:
    """Places per elder by origin, computed once for the same tables, cutoff and decay."""
    found: pd.Series[Any] = tables.kept(
        ("access", cutoff_s, decay_name),
        lambda: two_step_fca(
            tables.cost,
            tables.demand.astype(float),
            tables.facilities["places"].astype(float).fillna(0.0),
            cutoff_s,
            weights=decay(decay_name, cutoff_s),
        ),
    )
    return found
