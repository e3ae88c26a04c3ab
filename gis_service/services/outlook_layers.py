"""Layers of the coverage and planning maps: communities by figure, catchments, who is left."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np

from gis_service.model.people import Actor
from gis_service.model.text import Text
from gis_service.services.access import log_read
from gis_service.services.geojson import document
from gis_service.services.outlook import Outlook, unreached
from gis_service.services.ports import Database

MINUTES = (5.0, 10.0, 15.0)
DISPLAY_M = 2.0
"""How far the drawn catchments may lie from the computed ones: they are for display."""
GRADES = (100, 300)
"""Elders from which an un-reached dot is of the second and of the third size."""


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A figure that the choropleth can show.

    Attributes
    ----------
    field
        Member of the outlook's communities.
    breaks
        Where the next class begins, ascending; in the figure's own unit.
    factor, unit
        How legends write the breaks.
    more_is_better
        Which end of the colours is good.
    """

    title: Text
    field: str
    breaks: tuple[float, ...]
    factor: float = 1.0
    unit: str = ""
    more_is_better: bool = True


THEMES: dict[str, Theme] = {
    "reach": Theme(
        title=Text("步行可达长者比例", "Elders within the walk"),
        field="reach",
        breaks=(0.25, 0.5, 0.75, 0.9),
        factor=100.0,
        unit=" %",
    ),
    "nearest": Theme(
        title=Text("到最近站点的步行时间（中位）", "Walk to the nearest station (median)"),
        field="nearest_median",
        breaks=(300.0, 600.0, 900.0, 1200.0),
        factor=1 / 60,
        unit=" min",
        more_is_better=False,
    ),
    "access": Theme(
        title=Text("长者人均席位（E2SFCA）", "Places per elder (E2SFCA)"),
        field="access",
        breaks=(0.005, 0.01, 0.02, 0.04),
        factor=1000.0,
        unit=" ‰",
    ),
    "places": Theme(
        title=Text("每千名长者席位", "Places per 1,000 elders"),
        field="per_1000_places",
        breaks=(5.0, 10.0, 20.0, 40.0),
    ),
    "beds": Theme(
        title=Text("每千名长者床位", "Beds per 1,000 elders"),
        field="per_1000_beds",
        breaks=(5.0, 10.0, 20.0, 40.0),
    ),
    "elders": Theme(
        title=Text("老年人口比例", "Share of elders"),
        field="elder_share",
        breaks=(0.1, 0.15, 0.2, 0.3),
        factor=100.0,
        unit=" %",
        more_is_better=False,
    ),
}
"""The figures by name; `coverage` itself (classes, not breaks) is the map's first choice."""


def band(value: float | None, theme: Theme) -> str:
    """Give the class of a value, from "0"; "none" where there is no figure.

    Examples
    --------
    >>> band(0.5, THEMES["reach"]), band(None, THEMES["reach"])
    ('2', 'none')
    """
    return "none" if value is None else str(bisect_right(theme.breaks, value))


@lru_cache(maxsize=4)
def communities_layer(outlook: Outlook) -> bytes:
    """Give the communities with their figures and, for each theme, their class, as GeoJSON."""
    layer = outlook.scene.snapshot.communities
    frame = gpd.GeoDataFrame(
        geometry=layer.geometry.to_numpy(),
        crs=layer.crs,
        index=[row["code"] for row in outlook.communities],
    )
    return document(frame, [_community(row) for row in outlook.communities])


def _community(row: dict[str, Any]) -> dict[str, Any]:
    bands = {f"band_{name}": band(row[theme.field], theme) for name, theme in THEMES.items()}
    uncovered = "unknown" if row["ageing"] is None else "not_ageing"
    chosen = ("covered" if row["covered"] else "uncovered") if row["ageing"] else uncovered
    median = row["nearest_median"]
    return (
        row
        | bands
        | {"class": chosen, "nearest_min": None if median is None else round(median / 60, 1)}
    )


@lru_cache(maxsize=4)
def catchments_layer(outlook: Outlook) -> bytes:
    """Give the land within 15, 10 and 5 minutes of a counted station, the widest first."""
    scene = outlook.scene
    sites = scene.ground.sites.loc[scene.counted()]
    outlines = scene.walk.catchments(
        sites[["x", "y"]].to_numpy(dtype=np.float64),
        [60.0 * minutes for minutes in MINUTES],
        speed_m_s=scene.policy.walking_speed_m_s,
    )
    whole = outlines.dissolve(by="cutoff_s").sort_index(ascending=False)
    minutes = [str(int(cutoff / 60)) for cutoff in whole.index]
    frame = gpd.GeoDataFrame(
        geometry=whole.geometry.simplify(DISPLAY_M).to_numpy(),
        crs=scene.snapshot.crs,
        index=minutes,
    )
    properties = [
        {"minutes": cutoff, "method": scene.walk.method, "approximate": True} for cutoff in minutes
    ]
    return document(frame, properties)


def unreached_layer(outlook: Outlook, *, actor: Actor, database: Database) -> bytes:
    """Give the blocks without a station within the walk; the read is entered in the audit trail.

    Raises
    ------
    ForbiddenError, UnauthenticatedError
        For who may not read single blocks.
    """
    log_read(database, actor, subject="blocks out of reach of every station")
    scene = outlook.scene
    left = unreached(scene)
    if actor.role == "street":
        streets = scene.ground.communities["street"].reindex(left["community"])
        left = left[(streets == actor.street).to_numpy()]
    frame = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(left["x"], left["y"]),
        crs=scene.snapshot.crs,
        index=left.index.astype(str),
    )
    names = scene.ground.communities["name"].reindex(left["community"])
    properties = [
        {
            "community": str(code),
            "name": str(name),
            "elders": int(elders),
            "grade": str(bisect_right(GRADES, int(elders))),
            "minutes": round(seconds / 60, 1) if np.isfinite(seconds) else None,
        }
        for code, name, elders, seconds in zip(
            left["community"], names, left["elders"], left["seconds"], strict=True
        )
    ]
    return document(frame, properties)
